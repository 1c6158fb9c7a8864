-- one row per municipality of the country and window of $series_id that is mapped for clusters
-- Calendar years, three calendar years, and the newest complete twelve months.
with windows as (
    select *
    from mart.rate_window
    where
        series_id = $series_id
        and (
            time_window in ('year', 'pooled')
            or (
                time_window = 'rolling'
                and period = (
                    select max(rolling.period)
                    from mart.rate_window as rolling
                    where rolling.series_id = $series_id and rolling.time_window = 'rolling'
                )
            )
        )
),

final as (
    select
        series_id,
        municipality_code,
        time_window,
        period,
        events,
        person_years,
        is_provisional
    from windows
    order by time_window, period, municipality_code
)

select * from final
