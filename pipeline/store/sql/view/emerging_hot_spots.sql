-- one row per municipality of the seven departments, for $series_id
with final as (
    select
        emerging.municipality_code,
        municipality.municipality_name,
        department.department_name,
        emerging.first_year,
        emerging.last_year,
        emerging.years_known,
        emerging.hot_years,
        emerging.cold_years,
        emerging.pattern
    from mart.emerging_hot_spot as emerging
    inner join core.municipality on emerging.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where emerging.series_id = $series_id
    order by emerging.municipality_code
)

select * from final
