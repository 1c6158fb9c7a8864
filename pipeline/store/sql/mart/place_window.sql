-- one row per series with a rate, place (a municipality, or a department of the seven) and window
-- A view over both tables of whole windows: statistics of either are asked for by length of code.
with final as (
    select
        series_id,
        municipality_code as place_code,
        time_window,
        period,
        events,
        person_years,
        dispersion,
        is_provisional
    from mart.rate_window
    union all
    select
        series_id,
        department_code as place_code,
        time_window,
        period,
        events,
        person_years,
        dispersion,
        is_provisional
    from mart.rate_department_window
)

select * from final
