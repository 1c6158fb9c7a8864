-- the national totals a publisher states are the sums over municipalities of a file of that cut
-- es: los totales nacionales publicados son las sumas de municipios de un archivo de ese corte
with stated as (
    select
        series_id,
        path,
        cut_date,
        year(period_start) as year,
        sum(events) as events_stated
    from core.published_total
    group by all
),

shown as (
    select distinct
        feed.series_id,
        file.cut_date
    from core.feed
    inner join core.source_file as file
        on
            feed.source_id = file.source_id
            and feed.dataset = file.dataset
            and feed.role = file.role
    where
        feed.role = 'current'
        and feed.grain in ('municipality and month', 'municipality and year')
),

cells as (
    select
        series_id,
        year(month) as year,
        events
    from core.crime_monthly
    union all
    select
        series_id,
        year,
        events
    from core.crime_yearly
),

releases as (
    select
        shown.series_id,
        shown.cut_date,
        'shown' as path,
        cells.year,
        cells.events
    from shown
    inner join cells on shown.series_id = cells.series_id
    where shown.series_id not in (select series_id from core.revision)
    union all
    select
        series_id,
        cut_date,
        path,
        year(period_start) as year,
        events
    from core.revision
),

summed as (
    select
        series_id,
        cut_date,
        path,
        year,
        sum(events) as events_of_municipalities
    from releases
    group by all
),

shown_or_kept as (
    select distinct
        series_id,
        cut_date,
        path
    from releases
),

-- two publications of one series may have one cut: each total must be the sum of one of them
closest as (
    select
        stated.series_id,
        stated.path,
        stated.year,
        stated.events_stated,
        arg_min(
            coalesce(summed.events_of_municipalities, 0),
            abs(coalesce(summed.events_of_municipalities, 0) - stated.events_stated)
        ) as events_of_municipalities
    from stated
    inner join shown_or_kept as release
        on
            stated.series_id = release.series_id
            and stated.cut_date = release.cut_date
    left join summed
        on
            release.series_id = summed.series_id
            and release.cut_date = summed.cut_date
            and release.path = summed.path
            and stated.year = summed.year
    group by all
),

final as (
    select
        series_id,
        path,
        year,
        events_stated,
        events_of_municipalities
    from closest
    where events_stated <> events_of_municipalities
)

select * from final
