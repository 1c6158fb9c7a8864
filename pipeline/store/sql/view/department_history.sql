-- one row per year that is published of $series_id in $department_code, in order
with editions as (
    select
        year,
        max(edition) as edition
    from mart.population_yearly
    where left(municipality_code, 2) = $department_code
    group by year
),

final as (
    select
        rates.year,
        rates.events,
        rates.unlocated_events,
        rates.population,
        rates.rate_per_100k,
        rates.rate_lower_per_100k,
        rates.rate_upper_per_100k,
        rates.is_provisional,
        rates.is_population_carried,
        rates.months_published < 12 as is_partial,
        editions.edition
    from mart.rate_department_yearly as rates
    left join editions on rates.year = editions.year
    where
        rates.series_id = $series_id
        and rates.department_code = $department_code
    order by rates.year
)

select * from final
