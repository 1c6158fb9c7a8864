-- one row per series that may stand beside coverage, municipality of the country and whole year
-- Years that begin in October where months are published, calendar years elsewhere.
with grains as (
    select
        series_id,
        if(bool_or(time_window = 'fiscal'), 'fiscal', 'year') as time_window
    from mart.rate_window
    where time_window in ('year', 'fiscal')
    group by series_id
),

final as (
    select
        rates.series_id,
        rates.time_window,
        rates.period,
        rates.municipality_code,
        rates.events,
        rates.population
    from mart.rate_window as rates
    inner join grains
        on
            rates.series_id = grains.series_id
            and rates.time_window = grains.time_window
    inner join core.series on rates.series_id = series.series_id
    where
        series.kind = 'violence'
        and not series.is_apart_from_coverage
        and not rates.is_provisional
    order by rates.series_id, rates.municipality_code, rates.period
)

select * from final
