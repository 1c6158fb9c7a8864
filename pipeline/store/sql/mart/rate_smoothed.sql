-- one row per municipality of the country, window and last month of the window in which $series_id
-- has a rate
-- Not where two editions of the population are mixed: their step would count as a difference
-- between places.
with final as (
    select
        series_id,
        municipality_code,
        time_window,
        period,
        events,
        person_years,
        dispersion
    from mart.rate_window
    where
        series_id = $series_id
        and person_years is not null
        and not crosses_edition
    order by time_window, period, municipality_code
)

select * from final
