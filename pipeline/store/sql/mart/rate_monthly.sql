-- one row per series, municipality or unlocated remainder of $departments, and published month
-- A published month without an event is 0; an unlocated remainder has a row only if it has events.
with places as (
    select municipality_code
    from core.municipality
    where department_code in (select unnest($departments))
    union all
    select distinct municipality_code
    from core.crime_monthly
    where
        municipality_code like '%000'
        and left(municipality_code, 2) in (select unnest($departments))
),

months as (
    select
        availability.series_id,
        availability.municipality_code,
        availability.month,
        series.has_rate,
        year(availability.month) as year,
        day(last_day(availability.month)) as days,
        availability.status = 'provisional' as is_provisional
    from core.availability
    inner join core.series on availability.series_id = series.series_id
    where series.grain = 'municipality and month'
),

published as (
    select
        months.* exclude (municipality_code),
        places.municipality_code
    from months
    cross join places
    where months.municipality_code = 'all'
    union all by name
    select months.*
    from months
    inner join places on months.municipality_code = places.municipality_code
),

final as (
    select
        published.series_id,
        published.municipality_code,
        published.month,
        published.days,
        published.is_provisional,
        cast(coalesce(crime.events, 0) as double) as events,
        cast(sizes.group_squares as double) as group_squares,
        cast(case when published.has_rate then residents.population end as double) as population,
        coalesce(residents.is_population_carried, false) as is_population_carried,
        false as crosses_edition
    from published
    left join core.crime_monthly as crime
        on
            published.series_id = crime.series_id
            and published.municipality_code = crime.municipality_code
            and published.month = crime.month
    left join core.crime_group_monthly as sizes
        on
            published.series_id = sizes.series_id
            and published.municipality_code = sizes.municipality_code
            and published.month = sizes.month
    left join mart.population_yearly as residents
        on
            published.municipality_code = residents.municipality_code
            and published.year = residents.year
    where crime.events > 0 or published.municipality_code not like '%000'
)

select * from final
