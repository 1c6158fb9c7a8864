-- one row per declared series, in the order of lists
with months as (
    select
        series_id,
        min(month) as first_month,
        max(month) as last_month,
        max(month) filter (where status = 'complete') as last_complete_month
    from core.availability
    group by series_id
),

offered as (
    select distinct
        series_id,
        time_window
    from mart.rate
),

windows as (
    select
        series_id,
        string_agg(
            time_window, ','
            order by list_position(['year', 'rolling', 'month'], time_window)
        ) as windows
    from offered
    group by series_id
),

releases as (
    select
        feed.series_id,
        max(file.cut_date) as cut_date,
        max(file.retrieved_date) as retrieved_date,
        bool_and(file.is_bundled) as is_bundled
    from core.feed
    inner join core.source_file as file
        on
            feed.source_id = file.source_id
            and feed.dataset = file.dataset
            and feed.role = file.role
    where
        feed.role = 'current'
        and feed.grain in ('municipality and month', 'municipality and year')
    group by feed.series_id
),

final as (
    select
        series.series_id,
        series.label_es,
        series.label_en,
        series.unit_es,
        series.unit_en,
        series.kind,
        series.grain,
        series.interval,
        series.has_rate,
        series.is_apart_from_coverage,
        series.part_of,
        series.phenomenon,
        series.expected_results,
        series.caveats_es,
        series.caveats_en,
        series.source_id,
        series.is_published,
        series.display_order,
        months.first_month,
        months.last_month,
        months.last_complete_month,
        coalesce(windows.windows, '') as windows,
        source.publisher,
        source.citation,
        source.licence_es,
        source.licence_en,
        releases.cut_date,
        releases.retrieved_date,
        coalesce(releases.is_bundled, false) as is_bundled
    from core.series
    inner join core.source on series.source_id = source.source_id
    left join months on series.series_id = months.series_id
    left join windows on series.series_id = windows.series_id
    left join releases on series.series_id = releases.series_id
    order by series.display_order
)

select * from final
