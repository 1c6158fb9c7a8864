-- one row per department of the country, with its outline for the web
with final as (
    select
        department_code,
        department_name,
        is_programme_department,
        st_aswkb(web_geometry) as web_geometry
    from core.department
    order by department_code
)

select * from final
