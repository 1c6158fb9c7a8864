-- one row per series, municipality or unlocated remainder, and year with a published month
-- The whole country. Measured context has a row only where something was measured.
with places as (
    select municipality_code from core.municipality
    union
    select municipality_code from core.crime_monthly
    union
    select municipality_code from core.crime_yearly
),

years as (
    select
        availability.series_id,
        availability.municipality_code,
        series.has_rate,
        year(availability.month) as year,
        count(*) as months_published,
        cast(sum(day(last_day(availability.month))) as integer) as days,
        bool_or(availability.status = 'provisional') as is_provisional
    from core.availability
    inner join core.series on availability.series_id = series.series_id
    where availability.series_id not in (select series_id from core.context_yearly)
    group by all
),

published as (
    select
        years.* exclude (municipality_code),
        places.municipality_code
    from years
    cross join places
    where years.municipality_code = 'all'
    union all by name
    select years.*
    from years
    inner join places on years.municipality_code = places.municipality_code
),

crime as (
    select
        monthly.series_id,
        monthly.municipality_code,
        year(monthly.month) as year,
        sum(monthly.events) as events,
        case
            when count(*) = count(monthly.group_squares) then sum(monthly.group_squares)
        end as group_squares
    from mart.count_monthly as monthly
    group by all
    union all by name
    select *
    from core.crime_yearly
),

counted as (
    select
        published.*,
        coalesce(crime.events, 0) as events,
        crime.group_squares
    from published
    left join crime
        on
            published.series_id = crime.series_id
            and published.municipality_code = crime.municipality_code
            and published.year = crime.year
    where crime.events > 0 or published.municipality_code not like '%000'
),

measured as (
    select
        series_id,
        municipality_code,
        year,
        value as events,
        false as has_rate,
        12 as months_published,
        365 as days,
        false as is_provisional
    from core.context_yearly
),

figures as (
    select * from counted
    union all by name
    select * from measured
),

final as (
    select
        figures.series_id,
        figures.municipality_code,
        figures.year,
        figures.months_published,
        figures.days,
        figures.is_provisional,
        cast(figures.events as double) as events,
        cast(figures.group_squares as double) as group_squares,
        cast(case when figures.has_rate then residents.population end as double) as population,
        coalesce(residents.is_population_carried, false) as is_population_carried,
        false as crosses_edition
    from figures
    left join mart.population_yearly as residents
        on
            figures.municipality_code = residents.municipality_code
            and figures.year = residents.year
)

select * from final
