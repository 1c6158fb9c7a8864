-- one row per series that may stand beside coverage, group, year and member that publishes it whole
-- Years are those of the calendar, and those that begin in October as the programme did.
with final as (
    select
        rates.series_id,
        members.group_id,
        rates.time_window,
        rates.period,
        rates.municipality_code,
        date_diff(
            'day',
            cast(rates.period - interval 11 month as date),
            cast(rates.period + interval 1 month as date)
        ) as days,
        rates.events,
        least(rates.events * rates.dispersion, rates.events * rates.events) as group_squares,
        rates.population,
        rates.is_provisional,
        rates.is_population_carried,
        rates.crosses_edition
    from mart.rate_window as rates
    inner join mart.group_member as members on rates.municipality_code = members.municipality_code
    inner join core.series on rates.series_id = series.series_id
    where
        rates.time_window in ('year', 'fiscal')
        and series.kind = 'violence'
        and not series.is_apart_from_coverage
    order by
        rates.series_id,
        members.group_id,
        rates.time_window,
        rates.period,
        rates.municipality_code
)

select * from final
