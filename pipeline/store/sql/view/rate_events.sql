-- one row per municipality of the programme's departments and period with a rate of $series_id:
-- the events behind it, and their dispersion
-- The dispersion of the very events where a whole window tells it, else that of the series.
with final as (
    select
        rate.municipality_code,
        rate.period,
        rate.events,
        coalesce(windows.dispersion, dispersion.dispersion, 1) as dispersion
    from mart.rate
    inner join core.municipality on rate.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    left join mart.dispersion on rate.series_id = dispersion.series_id
    left join mart.rate_window as windows
        on
            rate.series_id = windows.series_id
            and rate.municipality_code = windows.municipality_code
            and rate.time_window = windows.time_window
            and windows.period
            = if($time_window = 'year', rate.period + interval 11 month, rate.period)
    where
        rate.series_id = $series_id
        and rate.time_window = $time_window
        and rate.rate_per_100k is not null
        and department.is_programme_department
)

select * from final
