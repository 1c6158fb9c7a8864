-- one row per municipality of the rural-development plan and year with known residents
with final as (
    select
        population.municipality_code,
        population.year,
        population.population,
        population.edition
    from mart.population_yearly as population
    inner join core.municipality
        on population.municipality_code = municipality.municipality_code
    where municipality.pdet_subregion is not null
    order by population.municipality_code, population.year
)

select * from final
