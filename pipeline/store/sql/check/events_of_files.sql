-- the events stored from the current files of a dataset are the events of the series it feeds
-- es: los hechos guardados de los archivos vigentes son los hechos de las series que alimentan
-- Parts of a series repeat events of the whole and are left out.
with cells as (
    select
        series_id,
        'municipality and month' as grain,
        year(month) as year,
        events
    from core.crime_monthly
    union all
    select
        series_id,
        'municipality and year' as grain,
        year,
        events
    from core.crime_yearly
    union all
    select
        series_id,
        'municipality and year' as grain,
        year,
        value as events
    from core.context_yearly
    union all
    select
        series_id,
        'department and year' as grain,
        year,
        events
    from core.crime_department_yearly
),

both_sides as (
    select
        feed.source_id,
        feed.dataset,
        0 as events_of_files,
        cells.events as events_in_core
    from core.feed
    inner join core.series on feed.series_id = series.series_id
    inner join cells
        on
            feed.series_id = cells.series_id
            and feed.grain = cells.grain
            and cells.year >= coalesce(feed.first_year, cells.year)
            and cells.year <= coalesce(feed.last_year, cells.year)
    where
        feed.role = 'current'
        and series.part_of is null
    union all
    select
        source_id,
        dataset,
        events_stored as events_of_files,
        0 as events_in_core
    from core.source_file
    where role = 'current'
),

final as (
    select
        source_id,
        dataset,
        sum(events_of_files) as events_of_files,
        sum(events_in_core) as events_in_core
    from both_sides
    group by all
    having abs(sum(events_of_files) - sum(events_in_core)) > 1e-6
)

select * from final
