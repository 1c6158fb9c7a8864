-- a calendar year has the same events as a window and in the yearly mart, and three make a pool
-- es: un año tiene los mismos hechos como ventana y en la tabla anual, y tres hacen un conjunto
with windows as (
    select
        series_id,
        municipality_code,
        time_window,
        year(period) as year,
        events
    from mart.rate_window
),

pools as (
    select
        pooled.series_id,
        pooled.municipality_code,
        pooled.year,
        any_value(pooled.events) as events_of_window,
        sum(yearly.events) as events_of_years
    from windows as pooled
    inner join windows as yearly
        on
            pooled.series_id = yearly.series_id
            and pooled.municipality_code = yearly.municipality_code
            and yearly.year between pooled.year - 2 and pooled.year
    where pooled.time_window = 'pooled' and yearly.time_window = 'year'
    group by all
),

years as (
    select
        windows.series_id,
        windows.municipality_code,
        windows.year,
        windows.events as events_of_window,
        yearly.events as events_of_years
    from windows
    left join mart.rate_yearly as yearly
        on
            windows.series_id = yearly.series_id
            and windows.municipality_code = yearly.municipality_code
            and windows.year = yearly.year
    where windows.time_window = 'year'
),

both_sides as (
    select * from pools
    union all
    select * from years
),

final as (
    select *
    from both_sides
    where events_of_years is null or abs(events_of_window - events_of_years) > 1e-6
)

select * from final
