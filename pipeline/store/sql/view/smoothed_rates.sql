-- one row per municipality with a smoothed rate of $series_id in the $time_window that ends $period
with final as (
    select
        smoothed.municipality_code,
        municipality.municipality_name,
        department.department_name,
        rates.events,
        rates.rate_per_100k,
        rates.rate_lower_per_100k,
        rates.rate_upper_per_100k,
        rates.is_provisional,
        smoothed.smoothed_per_100k,
        smoothed.smoothed_lower_per_100k,
        smoothed.smoothed_upper_per_100k,
        smoothed.department_smoothed_per_100k,
        smoothed.department_smoothed_lower_per_100k,
        smoothed.department_smoothed_upper_per_100k,
        smoothed.relative_standard_error,
        smoothed.reliability,
        smoothed.years_to_reliable
    from mart.rate_smoothed as smoothed
    inner join mart.rate_window as rates
        on
            smoothed.series_id = rates.series_id
            and smoothed.municipality_code = rates.municipality_code
            and smoothed.time_window = rates.time_window
            and smoothed.period = rates.period
    inner join core.municipality on smoothed.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where
        smoothed.series_id = $series_id
        and smoothed.time_window = $time_window
        and smoothed.period = $period
    order by smoothed.municipality_code
)

select * from final
