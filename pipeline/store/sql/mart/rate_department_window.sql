-- one row per series, department of $departments, window and last month of the window
-- Either the department's own file or the sum over its municipalities and its unlocated remainder,
-- as in the yearly mart. A sum needs every municipality published; whoever lives in the department
-- in a month is at risk, whether or not all its municipalities exist yet.
with places as (
    select
        department_code,
        count(*) as municipalities
    from core.municipality
    where department_code in (select unnest($departments))
    group by department_code
),

located as (
    select
        series_id,
        left(municipality_code, 2) as department_code,
        time_window,
        period,
        count(*) as municipalities,
        sum(events) as events,
        sum(events * dispersion) as variance,
        bool_or(is_provisional) as is_provisional
    from mart.rate_window
    where series_id not in (select series_id from core.crime_department_yearly)
    group by all
),

unlocated_by_month as (
    select
        series_id,
        left(municipality_code, 2) as department_code,
        month,
        events
    from core.crime_monthly
    where municipality_code like '%000'
    union all
    select
        series_id,
        left(municipality_code, 2) as department_code,
        make_date(year, 1, 1) as month,
        events
    from core.crime_yearly
    where municipality_code like '%000'
),

unlocated as (
    select
        unlocated_by_month.series_id,
        unlocated_by_month.department_code,
        windows.time_window,
        windows.period,
        sum(unlocated_by_month.events) as events
    from unlocated_by_month
    inner join mart.window_month as windows on unlocated_by_month.month = windows.month
    group by all
),

spans as (
    select
        *,
        count(*) over (partition by time_window, period) as months
    from mart.window_month
),

residents as (
    select
        left(municipality_code, 2) as department_code,
        year,
        sum(population) as population,
        min(edition) as edition
    from mart.population_yearly
    group by all
),

exposure as (
    select
        residents.department_code,
        spans.time_window,
        spans.period,
        sum(day(last_day(spans.month))) as days,
        sum(day(last_day(spans.month)) * residents.population)
        / sum(day(last_day(spans.month))) as population,
        min(residents.edition) <> max(residents.edition) as crosses_edition
    from spans
    inner join residents on year(spans.month) = residents.year
    group by all
    having count(*) = any_value(spans.months)
),

summed as (
    select
        located.series_id,
        located.department_code,
        located.time_window,
        located.period,
        located.events + coalesce(unlocated.events, 0) as events,
        coalesce(unlocated.events, 0) as unlocated_events,
        exposure.days,
        exposure.population,
        located.variance,
        located.is_provisional,
        coalesce(exposure.crosses_edition, false) as crosses_edition
    from located
    inner join places
        on
            located.department_code = places.department_code
            and located.municipalities = places.municipalities
    left join unlocated
        on
            located.series_id = unlocated.series_id
            and located.department_code = unlocated.department_code
            and located.time_window = unlocated.time_window
            and located.period = unlocated.period
    left join exposure
        on
            located.department_code = exposure.department_code
            and located.time_window = exposure.time_window
            and located.period = exposure.period
),

filed as (
    select
        rates.series_id,
        rates.department_code,
        'year' as time_window,
        make_date(rates.year, 12, 1) as period,
        rates.events,
        0 as unlocated_events,
        make_date(rates.year + 1, 1, 1) - make_date(rates.year, 1, 1) as days,
        rates.population,
        null as variance,
        rates.is_provisional,
        false as crosses_edition
    from mart.rate_department_yearly as rates
    inner join places on rates.department_code = places.department_code
    inner join core.series on rates.series_id = series.series_id
    where
        series.has_rate
        and rates.series_id in (select series_id from core.crime_department_yearly)
),

final as (
    select * from summed
    union all
    select * from filed
    order by series_id, department_code, time_window, period
)

select
    series_id,
    department_code,
    time_window,
    period,
    cast(events as double) as events,
    cast(unlocated_events as double) as unlocated_events,
    cast(days as integer) as days,
    population,
    cast(variance as double) as variance,
    is_provisional,
    crosses_edition
from final
