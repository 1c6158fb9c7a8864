-- the monthly mart holds every monthly event of the programme's departments
-- es: la tabla mensual tiene cada hecho mensual de los departamentos del programa
with both_sides as (
    select
        crime.series_id,
        crime.month,
        crime.events as events_in_core,
        0 as events_in_mart
    from core.crime_monthly as crime
    inner join core.department on left(crime.municipality_code, 2) = department.department_code
    where department.is_programme_department
    union all
    select
        series_id,
        month,
        0 as events_in_core,
        events as events_in_mart
    from mart.rate_monthly
),

final as (
    select
        series_id,
        month,
        sum(events_in_core) as events_in_core,
        sum(events_in_mart) as events_in_mart
    from both_sides
    group by all
    having sum(events_in_core) <> sum(events_in_mart)
)

select * from final
