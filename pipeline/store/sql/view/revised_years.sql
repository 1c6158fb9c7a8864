-- one row per series, calendar year and release that holds the whole of it, where releases of one
-- dataset differ: what each said of the country, earliest first
with releases as (
    select
        revision.series_id,
        year(revision.period_start) as year,
        source_file.source_id,
        source_file.dataset,
        revision.cut_date,
        cast(sum(revision.events) as bigint) as events
    from core.revision
    inner join core.source_file on revision.path = source_file.path
    where revision.cut_date >= make_date(year(revision.period_start), 12, 31)
    group by all
),

compared as (
    select
        *,
        min(events) over of_year as fewest,
        max(events) over of_year as most
    from releases
    window of_year as (partition by series_id, source_id, dataset, year)
),

final as (
    select
        series_id,
        source_id,
        dataset,
        year,
        cut_date,
        events
    from compared
    where fewest < most
    order by series_id, source_id, dataset, year, cut_date
)

select * from final
