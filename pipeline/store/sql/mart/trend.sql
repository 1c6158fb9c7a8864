-- one row per series, place in $departments, and calendar year without a provisional month
-- Places are municipalities if codes have $digits 5, departments if 2.
with residents as (
    select
        left(municipality_code, $digits) as municipality_code,
        year,
        min(edition) as edition
    from mart.population_yearly
    group by all
),

final as (
    select
        rates.series_id,
        rates.place_code as municipality_code,
        year(rates.period) as year,
        rates.events,
        rates.person_years,
        rates.dispersion,
        residents.edition
    from mart.place_window as rates
    inner join residents
        on
            rates.place_code = residents.municipality_code
            and year(rates.period) = residents.year
    where
        rates.time_window = 'year'
        and not rates.is_provisional
        and length(rates.place_code) = $digits
        and left(rates.place_code, 2) in (select unnest($departments))
    order by rates.series_id, rates.place_code, year
)

select * from final
