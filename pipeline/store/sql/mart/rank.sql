-- one row per series, municipality of the country, and newest whole year and three years that have
-- no provisional month and one edition of the population
with usable as (
    select
        series_id,
        municipality_code,
        time_window,
        period,
        events,
        person_years
    from mart.rate_window
    where
        time_window in ('year', 'pooled')
        and not is_provisional
        and not crosses_edition
        and person_years is not null
),

newest as (
    select
        series_id,
        time_window,
        max(period) as period
    from usable
    group by all
),

final as (
    select usable.*
    from usable
    inner join newest
        on
            usable.series_id = newest.series_id
            and usable.time_window = newest.time_window
            and usable.period = newest.period
    order by usable.series_id, usable.time_window, usable.municipality_code
)

select * from final
