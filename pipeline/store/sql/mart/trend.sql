-- one row per series, municipality of $departments, and calendar year without a provisional month
with final as (
    select
        rates.series_id,
        rates.municipality_code,
        year(rates.period) as year,
        rates.events,
        rates.person_years,
        rates.dispersion,
        residents.edition
    from mart.rate_window as rates
    inner join mart.population_yearly as residents
        on
            rates.municipality_code = residents.municipality_code
            and year(rates.period) = residents.year
    where
        rates.time_window = 'year'
        and not rates.is_provisional
        and left(rates.municipality_code, 2) in (select unnest($departments))
    order by rates.series_id, rates.municipality_code, year
)

select * from final
