-- one row per series, municipality or unlocated remainder of the programme's departments, and
-- month that ends twelve consecutive published months
-- An event counts in the twelve windows that hold its month. The population is the mean over the
-- days of the window, unknown if that of any month is.
with windows as (
    select
        series_id,
        municipality_code,
        month,
        has_rate,
        cast(sum(days) over twelve as integer) as days,
        bool_or(is_provisional) over twelve as is_provisional,
        count(*) over twelve = 12 as is_whole
    from mart.series_month
    window twelve as (
        partition by series_id, municipality_code
        order by month
        range between interval 11 month preceding and current row
    )
),

published as (
    select
        windows.* exclude (municipality_code),
        places.municipality_code
    from windows
    cross join mart.mapped_place as places
    where
        windows.municipality_code = 'all'
        and windows.is_whole
    union all by name
    select windows.*
    from windows
    inner join mart.mapped_place as places on windows.municipality_code = places.municipality_code
    where windows.is_whole
),

summed as (
    select
        crime.series_id,
        crime.municipality_code,
        cast(crime.month + to_months(ahead.months) as date) as month,
        cast(sum(crime.events) as double) as events,
        case
            when count(*) = count(crime.group_squares)
                then cast(sum(crime.group_squares) as double)
        end as group_squares
    from mart.count_monthly as crime
    semi join mart.mapped_place as places on crime.municipality_code = places.municipality_code
    cross join range(12) as ahead (months)
    group by all
),

calendar as (
    select distinct
        month,
        year,
        days
    from mart.series_month
),

exposure as (
    select
        residents.municipality_code,
        calendar.month,
        sum(calendar.days * residents.population) over twelve
        / sum(calendar.days) over twelve as population,
        bool_or(residents.is_population_carried) over twelve as is_population_carried,
        min(residents.edition) over twelve <> max(residents.edition) over twelve as crosses_edition,
        count(*) over twelve = 12 as is_whole
    from calendar
    inner join mart.population_yearly as residents on calendar.year = residents.year
    semi join mart.mapped_place as places on residents.municipality_code = places.municipality_code
    window twelve as (
        partition by residents.municipality_code
        order by calendar.month
        range between interval 11 month preceding and current row
    )
),

final as (
    select
        published.series_id,
        published.municipality_code,
        published.month,
        published.days,
        published.is_provisional,
        coalesce(summed.events, 0) as events,
        summed.group_squares,
        case
            when published.has_rate and exposure.is_whole then exposure.population
        end as population,
        coalesce(exposure.is_population_carried, false) as is_population_carried,
        coalesce(exposure.crosses_edition, false) as crosses_edition
    from published
    left join summed
        on
            published.series_id = summed.series_id
            and published.municipality_code = summed.municipality_code
            and published.month = summed.month
    left join exposure
        on
            published.municipality_code = exposure.municipality_code
            and published.month = exposure.month
    where summed.events > 0 or published.municipality_code not like '%000'
)

select * from final
