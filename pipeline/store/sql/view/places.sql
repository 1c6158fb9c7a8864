-- one row per municipality of the country
with final as (
    select
        municipality.municipality_code,
        municipality.municipality_name,
        department.department_code,
        department.department_name,
        municipality.pdet_subregion
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    order by municipality.municipality_code
)

select * from final
