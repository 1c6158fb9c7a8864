-- one row per municipality of the programme's departments, published or not
-- in the newest $time_window of $series_id that stands and can be compared
with whole as (
    select
        municipality_code,
        period,
        events,
        population,
        rate_per_100k,
        rate_lower_per_100k,
        rate_upper_per_100k,
        is_provisional,
        is_population_carried,
        crosses_edition
    from mart.rate_window
    where
        series_id = $series_id
        and time_window = $time_window
),

-- a series without rates has no whole windows; of its years those that stand are taken
counted as (
    select
        yearly.municipality_code,
        make_date(yearly.year, 12, 1) as period,
        yearly.events,
        yearly.population,
        yearly.rate_per_100k,
        yearly.rate_lower_per_100k,
        yearly.rate_upper_per_100k,
        yearly.is_provisional,
        yearly.is_population_carried,
        yearly.crosses_edition
    from mart.rate_yearly as yearly
    inner join core.series on yearly.series_id = series.series_id
    where
        yearly.series_id = $series_id
        and $time_window = 'year'
        and not series.has_rate
        and coalesce(yearly.months_published = 12, true)
),

figures as (
    select * from whole
    union all by name
    select * from counted
),

smoothed as (
    select *
    from mart.rate_smoothed
    where
        series_id = $series_id
        and time_window = $time_window
),

comparable as (
    select distinct period
    from smoothed
),

newest as (
    select figures.period
    from figures
    left join comparable on figures.period = comparable.period
    group by figures.period, comparable.period
    order by
        bool_and(figures.is_provisional) asc,
        comparable.period is null asc,
        figures.period desc
    limit 1
),

changes as (
    select *
    from mart.change
    where
        series_id = $series_id
        and time_window = $time_window
),

-- where the newest two windows do not compare, the newest two that do
compared as (
    select period
    from changes
    group by period
    order by
        bool_and(word = 'not comparable') asc,
        period desc
    limit 1
),

spine as (
    select unnest(range(min(year), max(year) + 1)) as year
    from mart.rate_yearly
    where
        series_id = $series_id
        and not is_provisional
        and coalesce(months_published = 12, true)
),

histories as (
    select
        municipality.municipality_code,
        min(spine.year) as history_first_year,
        list(
            if(series.has_rate, yearly.rate_per_100k, yearly.events)
            order by spine.year
        ) as history
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    cross join spine
    inner join core.series on $series_id = series.series_id
    left join mart.rate_yearly as yearly
        on
            yearly.series_id = $series_id
            and municipality.municipality_code = yearly.municipality_code
            and spine.year = yearly.year
            and not yearly.is_provisional
            and coalesce(yearly.months_published = 12, true)
    where department.is_programme_department
    group by municipality.municipality_code
),

final as (
    select
        municipality.municipality_code,
        municipality.municipality_name,
        municipality.department_code,
        department.department_name,
        municipality.pdet_subregion,
        newest.period,
        figures.events,
        figures.population,
        figures.rate_per_100k,
        figures.rate_lower_per_100k,
        figures.rate_upper_per_100k,
        figures.is_provisional,
        figures.is_population_carried,
        figures.crosses_edition,
        smoothed.smoothed_per_100k,
        smoothed.smoothed_lower_per_100k,
        smoothed.smoothed_upper_per_100k,
        smoothed.reliability,
        smoothed.years_to_reliable,
        ranks.rank_lower,
        ranks.rank_upper,
        ranks.ranked,
        ranks.alike,
        trend.word as trend,
        trend.first_year as trend_first_year,
        trend.last_year as trend_last_year,
        trend.percent as trend_percent,
        trend.percent_lower as trend_percent_lower,
        trend.percent_upper as trend_percent_upper,
        trend.events as trend_events,
        make_date(trend.first_year, 1, 1) as trend_first_month,
        make_date(trend.last_year, 12, 1) as trend_last_month,
        exists(
            select 1
            from mart.disagreement
            where
                disagreement.claim = 'trend'
                and disagreement.series_id = $series_id
                and disagreement.place_code = municipality.municipality_code
        ) as is_trend_contradicted,
        changes.word as change,
        changes.refusal as change_refusal,
        changes.earlier_period as change_from,
        changes.period as change_to,
        changes.percent as change_percent,
        changes.earlier_events as change_earlier_events,
        changes.events as change_events,
        changes.ratio_lower as change_ratio_lower,
        changes.ratio_upper as change_ratio_upper,
        cast(
            changes.earlier_period
            - if($time_window = 'pooled', interval 35 month, interval 11 month)
            as date
        ) as change_first_month,
        exists(
            select 1
            from mart.disagreement
            where
                disagreement.claim = 'change'
                and disagreement.series_id = $series_id
                and disagreement.place_code = municipality.municipality_code
                and disagreement.time_window = $time_window
                and disagreement.period = changes.period
        ) as is_change_contradicted,
        histories.history_first_year,
        histories.history
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    left join newest on true
    left join figures
        on
            municipality.municipality_code = figures.municipality_code
            and newest.period = figures.period
    left join smoothed
        on
            municipality.municipality_code = smoothed.municipality_code
            and newest.period = smoothed.period
    left join mart.rank as ranks
        on
            ranks.series_id = $series_id
            and ranks.time_window = $time_window
            and municipality.municipality_code = ranks.municipality_code
            and newest.period = ranks.period
    left join mart.trend as trend
        on
            trend.series_id = $series_id
            and municipality.municipality_code = trend.municipality_code
    left join compared on true
    left join changes
        on
            municipality.municipality_code = changes.municipality_code
            and compared.period = changes.period
    left join histories on municipality.municipality_code = histories.municipality_code
    where department.is_programme_department
    order by municipality.municipality_code
)

select * from final
