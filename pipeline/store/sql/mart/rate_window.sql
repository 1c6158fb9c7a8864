-- one row per series, municipality of the country, window and last month of the window
-- Whole windows of series with a rate: what the statistics are computed from. Of the windows that
-- move month by month only the newest without a provisional month and the one a year before.
with spans as (
    select
        time_window,
        period,
        month,
        count(*) over (partition by time_window, period) as months
    from mart.window_month
),

published as (
    select
        availability.series_id,
        availability.municipality_code,
        spans.time_window,
        spans.period,
        cast(sum(day(last_day(availability.month))) as integer) as days,
        bool_or(availability.status = 'provisional') as is_provisional
    from core.availability
    inner join core.series on availability.series_id = series.series_id
    inner join spans on availability.month = spans.month
    where
        series.has_rate
        and (
            series.grain = 'municipality and month'
            or (series.grain = 'municipality and year' and spans.time_window in ('year', 'pooled'))
        )
    group by all
    having count(*) = any_value(spans.months)
),

newest as (
    select
        series_id,
        municipality_code,
        max(period) as period
    from published
    where time_window = 'rolling' and not is_provisional
    group by all
),

kept as (
    select published.*
    from published
    left join newest
        on
            published.series_id = newest.series_id
            and published.municipality_code = newest.municipality_code
    where
        published.time_window <> 'rolling'
        or published.period in (newest.period, newest.period - interval 12 month)
),

placed as (
    select
        kept.* exclude (municipality_code),
        municipality.municipality_code
    from kept
    inner join core.municipality
        on kept.municipality_code in ('all', municipality.municipality_code)
),

asked as (
    select distinct
        kept.series_id,
        spans.time_window,
        spans.period,
        spans.month
    from kept
    inner join spans on kept.time_window = spans.time_window and kept.period = spans.period
),

by_month as (
    select
        crime.series_id,
        crime.municipality_code,
        asked.time_window,
        asked.period,
        sum(crime.events) as events,
        case
            when count(*) = count(crime.group_squares) then sum(crime.group_squares)
        end as group_squares
    from mart.count_monthly as crime
    inner join asked on crime.series_id = asked.series_id and crime.month = asked.month
    group by all
),

by_year as (
    select
        crime.series_id,
        crime.municipality_code,
        asked.time_window,
        asked.period,
        sum(crime.events) as events,
        cast(null as bigint) as group_squares
    from core.crime_yearly as crime
    inner join asked
        on
            crime.series_id = asked.series_id
            and make_date(crime.year, 1, 1) = asked.month
    group by all
),

counted as (
    select * from by_month
    union all
    select * from by_year
),

exposure as (
    select
        residents.municipality_code,
        spans.time_window,
        spans.period,
        sum(day(last_day(spans.month)) * residents.population)
        / sum(day(last_day(spans.month))) as population,
        bool_or(residents.is_population_carried) as is_population_carried,
        min(residents.edition) <> max(residents.edition) as crosses_edition
    from spans
    inner join mart.population_yearly as residents on year(spans.month) = residents.year
    group by all
    having count(*) = any_value(spans.months)
),

final as (
    select
        placed.series_id,
        placed.municipality_code,
        placed.time_window,
        placed.period,
        placed.days,
        placed.is_provisional,
        cast(coalesce(counted.events, 0) as double) as events,
        cast(counted.group_squares as double) as group_squares,
        exposure.population,
        coalesce(exposure.is_population_carried, false) as is_population_carried,
        coalesce(exposure.crosses_edition, false) as crosses_edition
    from placed
    left join counted
        on
            placed.series_id = counted.series_id
            and placed.municipality_code = counted.municipality_code
            and placed.time_window = counted.time_window
            and placed.period = counted.period
    left join exposure
        on
            placed.municipality_code = exposure.municipality_code
            and placed.time_window = exposure.time_window
            and placed.period = exposure.period
)

select * from final
