-- one row per municipality of the programme's departments
with final as (
    select
        municipality.municipality_code,
        municipality.municipality_name,
        municipality.department_code,
        department.department_name,
        municipality.area_km2,
        municipality.pdet_subregion
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    where department.is_programme_department
    order by municipality.municipality_code
)

select * from final
