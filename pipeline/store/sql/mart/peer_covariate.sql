-- one row per municipality of the country: rate, residents and density of $series_id in the pooled
-- years that end with $period
with covered as (
    select coverage.municipality_code
    from core.coverage
    inner join core.programme on coverage.programme_id = programme.programme_id
    where
        programme.position = 1
        and coverage.state in ('documented', 'covered')
),

final as (
    select
        municipality.municipality_code,
        department.is_programme_department as is_in_group,
        covered.municipality_code is not null as is_documented,
        rates.rate_per_100k as rate_before_per_100k,
        rates.population,
        rates.population / municipality.area_km2 as density_per_km2
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    left join covered on municipality.municipality_code = covered.municipality_code
    left join mart.rate_window as rates
        on
            municipality.municipality_code = rates.municipality_code
            and rates.series_id = $series_id
            and rates.time_window = 'pooled'
            and rates.period = $period
    order by municipality.municipality_code
)

select * from final
