-- one row per municipality of the country and window of $series_id that is mapped for clusters
-- Every calendar year, and the newest three calendar years and complete twelve months.
with windows as (
    select *
    from mart.rate_window
    where series_id = $series_id and time_window in ('year', 'pooled', 'rolling')
),

newest as (
    select
        time_window,
        max(period) as period
    from windows
    group by time_window
),

final as (
    select
        windows.series_id,
        windows.municipality_code,
        windows.time_window,
        windows.period,
        windows.events,
        windows.person_years,
        windows.is_provisional
    from windows
    inner join newest on windows.time_window = newest.time_window
    where windows.time_window = 'year' or windows.period = newest.period
    order by windows.time_window, windows.period, windows.municipality_code
)

select * from final
