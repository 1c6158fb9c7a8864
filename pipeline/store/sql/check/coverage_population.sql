-- a municipality that is or may be covered has known residents in every year of the programme
-- es: un municipio cubierto o que puede estarlo tiene residentes conocidos en cada año del programa
with years as (
    select distinct year
    from mart.population_yearly
),

final as (
    select
        coverage.municipality_code,
        years.year
    from core.coverage
    inner join core.programme on coverage.programme_id = programme.programme_id
    inner join years
        on years.year between year(programme.start_date) and year(programme.end_date)
    anti join mart.population_yearly as residents
        on
            coverage.municipality_code = residents.municipality_code
            and years.year = residents.year
    where coverage.state in ('documented', 'candidate', 'covered')
)

select * from final
