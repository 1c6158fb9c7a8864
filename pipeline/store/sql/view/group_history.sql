-- one row per period of $time_window that $series_id publishes in any of $codes: all of them summed
-- A code of two digits stands for the department's municipalities and its unlocated remainder. A
-- member counts as published, or as known to have residents, if it is in every month of the period.
with members as (
    select
        municipality_code,
        not list_contains($codes, municipality_code) as is_by_department
    from core.municipality
    where
        list_contains($codes, municipality_code)
        or list_contains($codes, department_code)
),

asked as (
    select
        count(*) as members,
        count(*) filter (where is_by_department) as by_department
    from members
),

places as (
    select municipality_code
    from members
    union all
    select code || '000' as municipality_code
    from unnest($codes) as codes (code)
    where length(code) = 2
),

months as (
    select
        availability.month,
        day(last_day(availability.month)) as days,
        bool_or(availability.status = 'provisional') as is_provisional,
        case
            when bool_or(availability.municipality_code = 'all') then any_value(asked.members)
            else count(members.municipality_code)
        end as members_published
    from core.availability
    inner join core.series on availability.series_id = series.series_id
    cross join asked
    left join members on availability.municipality_code = members.municipality_code
    where
        availability.series_id = $series_id
        and series.kind = 'violence'
        and (availability.municipality_code = 'all' or members.municipality_code is not null)
        and ($time_window = 'year' or series.grain = 'municipality and month')
    group by availability.month
),

spans as (
    select
        date_trunc('year', month) as period,
        month
    from months
    where $time_window = 'year'
    union all
    select
        -- a fiscal year of the United States begins in October
        date_trunc('year', month + interval 3 month) - interval 3 month as period,
        month
    from months
    where $time_window = 'fiscal_year'
    union all
    select
        date_trunc('quarter', month) as period,
        month
    from months
    where $time_window = 'quarter'
    union all
    select
        month as period,
        month
    from months
    where $time_window = 'month'
    union all
    select
        ends.month as period,
        months.month
    from months as ends
    inner join months on months.month between ends.month - interval 11 month and ends.month
    where $time_window = 'rolling'
    qualify count(*) over (partition by ends.month) = 12
),

counts as (
    select
        crime.month,
        crime.events,
        crime.group_squares
    from mart.count_monthly as crime
    semi join places on crime.municipality_code = places.municipality_code
    where crime.series_id = $series_id
    union all
    select
        make_date(crime.year, 1, 1) as month,
        crime.events,
        null as group_squares
    from core.crime_yearly as crime
    semi join places on crime.municipality_code = places.municipality_code
    where crime.series_id = $series_id and $time_window = 'year'
),

counted as (
    select
        spans.period,
        sum(counts.events) as events,
        case
            when count(*) = count(counts.group_squares) then sum(counts.group_squares)
        end as group_squares
    from spans
    inner join counts on spans.month = counts.month
    group by spans.period
),

residents as (
    select
        population.year,
        sum(population.population) as population,
        count(*) filter (where not members.is_by_department) as single_members,
        bool_or(population.is_population_carried) as is_population_carried,
        min(population.edition) as edition
    from mart.population_yearly as population
    inner join members on population.municipality_code = members.municipality_code
    group by population.year
),

exposed as (
    select
        spans.period,
        count(*) as months_published,
        sum(months.days) as days,
        bool_or(months.is_provisional) as is_provisional,
        min(months.members_published) as members_published,
        case
            when count(*) = count(residents.year)
                then sum(months.days * residents.population) / sum(months.days)
        end as population,
        min(coalesce(residents.single_members, 0)) as single_members,
        bool_or(residents.is_population_carried) as is_population_carried,
        min(residents.edition) as first_edition,
        max(residents.edition) as edition
    from spans
    inner join months on spans.month = months.month
    left join residents on year(spans.month) = residents.year
    group by spans.period
),

final as (
    select
        cast(exposed.period as date) as period,
        asked.members,
        exposed.members_published,
        exposed.single_members + asked.by_department as members_with_residents,
        cast(exposed.days as integer) as days,
        exposed.months_published,
        exposed.is_provisional,
        cast(coalesce(counted.events, 0) as double) as events,
        cast(counted.group_squares as double) as group_squares,
        case when series.has_rate then exposed.population end as population,
        coalesce(exposed.is_population_carried, false) as is_population_carried,
        coalesce(exposed.first_edition <> exposed.edition, false) as crosses_edition,
        exposed.edition
    from exposed
    cross join asked
    inner join core.series on series.series_id = $series_id
    left join counted on exposed.period = counted.period
    order by exposed.period
)

select * from final
