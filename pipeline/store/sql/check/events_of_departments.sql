-- the municipalities of a department and its unlocated events make up the department
-- es: los municipios de un departamento y sus hechos sin ubicar suman el departamento
with places as (
    select
        series_id,
        left(municipality_code, 2) as department_code,
        year,
        sum(events) as events_of_places,
        coalesce(sum(events) filter (where municipality_code like '%000'), 0) as unlocated_of_places
    from mart.rate_yearly
    group by all
),

final as (
    select
        departments.series_id,
        departments.department_code,
        departments.year,
        departments.events,
        places.events_of_places,
        departments.unlocated_events,
        places.unlocated_of_places
    from mart.rate_department_yearly as departments
    left join places
        on
            departments.series_id = places.series_id
            and departments.department_code = places.department_code
            and departments.year = places.year
    where
        departments.series_id not in (select series_id from core.crime_department_yearly)
        and (
            departments.events is distinct from places.events_of_places
            or departments.unlocated_events is distinct from places.unlocated_of_places
        )
)

select * from final
