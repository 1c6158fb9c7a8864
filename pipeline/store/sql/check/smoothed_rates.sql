-- a smoothed rate stands beside a rate of one edition, within both its limits or without them
-- es: una tasa suavizada acompaña una tasa de una edición, dentro de sus límites o sin ellos
with final as (
    select
        smoothed.series_id,
        smoothed.municipality_code,
        smoothed.time_window,
        smoothed.period,
        smoothed.smoothed_per_100k,
        smoothed.department_smoothed_per_100k
    from mart.rate_smoothed as smoothed
    left join mart.rate_window as rates
        on
            smoothed.series_id = rates.series_id
            and smoothed.municipality_code = rates.municipality_code
            and smoothed.time_window = rates.time_window
            and smoothed.period = rates.period
    where
        rates.rate_per_100k is null
        or rates.crosses_edition
        or (smoothed.smoothed_lower_per_100k is null)
        <> (smoothed.smoothed_upper_per_100k is null)
        or (smoothed.department_smoothed_lower_per_100k is null)
        <> (smoothed.department_smoothed_upper_per_100k is null)
        or smoothed.smoothed_per_100k
        not between smoothed.smoothed_lower_per_100k and smoothed.smoothed_upper_per_100k
        or smoothed.department_smoothed_per_100k
        not between smoothed.department_smoothed_lower_per_100k
        and smoothed.department_smoothed_upper_per_100k
)

select * from final
