-- one row per series and published year of $place_code, a municipality or a department
with figures as (
    select
        *,
        municipality_code as place_code
    from mart.rate_yearly
    where municipality_code = $place_code
    union all by name
    select
        *,
        department_code as place_code
    from mart.rate_department_yearly
    where department_code = $place_code
),

final as (
    select
        figures.series_id,
        figures.year,
        figures.events,
        figures.population,
        figures.rate_per_100k,
        figures.rate_lower_per_100k,
        figures.rate_upper_per_100k,
        figures.is_provisional,
        figures.is_population_carried,
        figures.crosses_edition,
        figures.months_published < 12 as is_partial
    from figures
    inner join core.series on figures.series_id = series.series_id
    order by series.display_order, figures.year
)

select * from final
