-- one row per series, municipality or unlocated remainder of the programme's departments, and
-- published month
-- A published month without an event is 0; an unlocated remainder has a row only if it has events.
with published as (
    select
        months.* exclude (municipality_code),
        places.municipality_code
    from mart.series_month as months
    cross join mart.mapped_place as places
    where months.municipality_code = 'all'
    union all by name
    select months.*
    from mart.series_month as months
    inner join mart.mapped_place as places on months.municipality_code = places.municipality_code
),

final as (
    select
        published.series_id,
        published.municipality_code,
        published.month,
        published.days,
        published.is_provisional,
        cast(coalesce(crime.events, 0) as double) as events,
        cast(crime.group_squares as double) as group_squares,
        cast(case when published.has_rate then residents.population end as double) as population,
        coalesce(residents.is_population_carried, false) as is_population_carried,
        false as crosses_edition
    from published
    left join mart.count_monthly as crime
        on
            published.series_id = crime.series_id
            and published.municipality_code = crime.municipality_code
            and published.month = crime.month
    left join mart.population_yearly as residents
        on
            published.municipality_code = residents.municipality_code
            and published.year = residents.year
    where crime.events > 0 or published.municipality_code not like '%000'
)

select * from final
