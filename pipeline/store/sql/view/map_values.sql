-- one row per municipality of the programme's departments for which $time_window publishes $period
with final as (
    select
        rate.municipality_code,
        municipality.municipality_name,
        department.department_name,
        rate.events,
        rate.population,
        rate.rate_per_100k,
        rate.rate_lower_per_100k,
        rate.rate_upper_per_100k,
        rate.is_provisional,
        rate.is_population_carried,
        rate.crosses_edition,
        rate.count_class,
        rate.rate_class
    from mart.rate
    inner join core.municipality on rate.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where
        rate.series_id = $series_id
        and rate.time_window = $time_window
        and rate.period = $period
        and department.is_programme_department
    order by rate.municipality_code
)

select * from final
