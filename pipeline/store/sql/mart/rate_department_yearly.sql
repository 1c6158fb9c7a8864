-- one row per series, department and year with a published month
-- Either the department's own file or the sum over its municipalities and its unlocated remainder,
-- never both: they are different cuts. A sum needs every municipality published, so measured
-- context, unknown where it is absent, has none.
with filed as (
    select
        series_id,
        department_code,
        year,
        12 as months_published,
        make_date(year + 1, 1, 1) - make_date(year, 1, 1) as days,
        false as is_provisional,
        events,
        0 as unlocated_events
    from core.crime_department_yearly
),

everywhere as (
    select
        series_id,
        year(month) as year,
        cast(sum(day(last_day(month))) as integer) as days
    from core.availability
    where
        municipality_code = 'all'
        and series_id not in (select series_id from core.context_yearly)
    group by all
),

summed as (
    select
        rates.series_id,
        left(rates.municipality_code, 2) as department_code,
        rates.year,
        max(rates.months_published) as months_published,
        max(years.days) as days,
        bool_or(rates.is_provisional) as is_provisional,
        sum(rates.events) as events,
        coalesce(sum(rates.events) filter (where rates.municipality_code like '%000'), 0)
            as unlocated_events
    from mart.rate_yearly as rates
    inner join everywhere as years
        on
            rates.series_id = years.series_id
            and rates.year = years.year
    where
        rates.municipality_code <> '00000'
        and rates.series_id not in (select series_id from core.crime_department_yearly)
    group by all
),

grouped as (
    select
        crime.series_id,
        left(crime.municipality_code, 2) as department_code,
        year(crime.month) as year,
        case
            when count(*) = count(crime.group_squares) then sum(crime.group_squares)
        end as group_squares
    from mart.count_monthly as crime
    where crime.series_id not in (select series_id from core.crime_department_yearly)
    group by all
),

residents as (
    select
        left(municipality_code, 2) as department_code,
        year,
        sum(population) as population,
        bool_or(is_population_carried) as is_population_carried
    from mart.population_yearly
    group by all
),

figures as (
    select * from filed
    union all by name
    select * from summed
),

final as (
    select
        figures.series_id,
        figures.department_code,
        figures.year,
        figures.months_published,
        figures.days,
        figures.is_provisional,
        cast(figures.events as double) as events,
        cast(grouped.group_squares as double) as group_squares,
        cast(figures.unlocated_events as double) as unlocated_events,
        cast(case when series.has_rate then residents.population end as double) as population,
        coalesce(residents.is_population_carried, false) as is_population_carried,
        false as crosses_edition
    from figures
    inner join core.series on figures.series_id = series.series_id
    left join grouped
        on
            figures.series_id = grouped.series_id
            and figures.department_code = grouped.department_code
            and figures.year = grouped.year
    left join residents
        on
            figures.department_code = residents.department_code
            and figures.year = residents.year
)

select * from final
