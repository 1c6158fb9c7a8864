-- a department's year has the events and person-years of the yearly mart, and three make a pool
-- es: el año de un departamento tiene los hechos y personas-año de la tabla anual
with windows as (
    select
        series_id,
        department_code,
        time_window,
        year(period) as year,
        events,
        person_years
    from mart.rate_department_window
    where time_window in ('year', 'pooled')
),

expected as (
    select
        windows.series_id,
        windows.department_code,
        windows.time_window,
        windows.year,
        any_value(windows.events) as events,
        any_value(windows.person_years) as person_years,
        sum(yearly.events) as events_of_years,
        case
            when count(*) = count(yearly.person_years) then sum(yearly.person_years)
        end as person_years_of_years
    from windows
    left join mart.rate_department_yearly as yearly
        on
            windows.series_id = yearly.series_id
            and windows.department_code = yearly.department_code
            and windows.year >= yearly.year
            and windows.year - if(windows.time_window = 'pooled', 2, 0) <= yearly.year
    group by all
),

final as (
    select
        series_id,
        department_code,
        time_window,
        year
    from expected
    where
        events is distinct from events_of_years
        or (person_years is null) <> (person_years_of_years is null)
        or abs(person_years - person_years_of_years) > 1e-6 * person_years
)

select * from final
