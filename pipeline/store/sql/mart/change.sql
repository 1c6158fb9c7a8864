-- one row per series, place in $departments, window and end of the later of two side by side
-- Places are municipalities if codes have $digits 5, departments if 2.
-- The newest pair without a provisional month, and where its population is of two editions or a
-- change of definition lies in it, the newest pair of the series without either.
with spans as (
    select
        time_window,
        period,
        min(month) as first_month,
        max(month) as last_month,
        to_months(cast(count(*) as integer)) as length
    from mart.window_month
    group by all
),

rates as (
    select
        windows.*,
        windows.place_code as municipality_code,
        spans.first_month,
        spans.last_month,
        spans.length
    from mart.place_window as windows
    inner join spans
        on
            windows.time_window = spans.time_window
            and windows.period = spans.period
    where
        not windows.is_provisional
        and length(windows.place_code) = $digits
        and left(windows.place_code, 2) in (select unnest($departments))
),

editions as (
    select
        left(residents.municipality_code, $digits) as municipality_code,
        spans.time_window,
        spans.period,
        min(residents.edition) as first_edition,
        max(residents.edition) as last_edition
    from spans
    inner join mart.population_yearly as residents
        on residents.year between year(spans.first_month) and year(spans.last_month)
    group by all
),

marked as (
    select
        later.series_id,
        later.municipality_code,
        later.time_window,
        later.period,
        earlier.period as earlier_period,
        earlier.events as earlier_events,
        earlier.person_years as earlier_person_years,
        earlier.dispersion as earlier_dispersion,
        later.events,
        later.person_years,
        later.dispersion,
        coalesce(
            least(before.first_edition, after.first_edition)
            <> greatest(before.last_edition, after.last_edition),
            false
        ) as crosses_edition,
        exists(
            select 1
            from core.series_break as breaks
            where
                breaks.series_id = later.series_id
                and breaks.kind = 'definition'
                and earlier.first_month < breaks.end_month
                and later.last_month >= breaks.start_month
        ) as crosses_definition
    from rates as later
    inner join rates as earlier
        on
            later.series_id = earlier.series_id
            and later.municipality_code = earlier.municipality_code
            and later.time_window = earlier.time_window
            and later.period - later.length = earlier.period
    left join editions as after
        on
            later.municipality_code = after.municipality_code
            and later.time_window = after.time_window
            and later.period = after.period
    left join editions as before
        on
            earlier.municipality_code = before.municipality_code
            and earlier.time_window = before.time_window
            and earlier.period = before.period
),

newest as (
    select
        series_id,
        time_window,
        max(period) as period,
        max(period) filter (
            where
            not crosses_edition
            and not crosses_definition
            and earlier_person_years is not null
            and person_years is not null
        ) as comparable_period
    from marked
    group by all
),

final as (
    select
        marked.*,
        marked.period = newest.period as is_newest
    from marked
    inner join newest
        on
            marked.series_id = newest.series_id
            and marked.time_window = newest.time_window
            and marked.period in (newest.period, newest.comparable_period)
    order by
        marked.series_id asc,
        marked.time_window asc,
        marked.period desc,
        marked.municipality_code asc
)

select * from final
