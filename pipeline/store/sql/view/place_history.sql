-- one row per period that $time_window publishes of $series_id in $municipality_code, in order
with final as (
    select
        period,
        events,
        population,
        rate_per_100k,
        rate_lower_per_100k,
        rate_upper_per_100k,
        is_provisional,
        is_population_carried,
        crosses_edition,
        coalesce(months_published < 12, false) as is_partial
    from mart.rate
    where
        series_id = $series_id
        and time_window = $time_window
        and municipality_code = $municipality_code
    order by period
)

select * from final
