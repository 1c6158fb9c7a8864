-- one row per municipality of the programme's departments, and unlocated remainder with events
-- A view: the places that have figures by month.
with programme as (
    select department_code
    from core.department
    where is_programme_department
),

final as (
    select municipality_code
    from core.municipality
    where department_code in (select department_code from programme)
    union all
    select distinct municipality_code
    from core.crime_monthly
    where
        municipality_code like '%000'
        and left(municipality_code, 2) in (select department_code from programme)
)

select * from final
