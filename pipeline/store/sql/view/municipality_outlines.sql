-- one row per municipality of the programme's departments, with its outline for the web
with final as (
    select
        municipality.municipality_code,
        municipality.municipality_name,
        municipality.department_code,
        department.department_name,
        st_aswkb(municipality.web_geometry) as web_geometry
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    where department.is_programme_department
    order by municipality.municipality_code
)

select * from final
