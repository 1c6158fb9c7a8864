-- one row per published series: the newest that can be said of it in $place_code
-- Figures are those of the newest windows that are whole and will not grow; what is told of them is
-- joined by series, window and period. Of departments there are years, changes and trends.
with years as (
    select * from mart.rate_yearly
    where municipality_code = $place_code
    union all by name
    select * from mart.rate_department_yearly
    where department_code = $place_code
),

yearly as (
    select
        *,
        make_date(year, 12, 1) as period
    from years
    where
        months_published = 12
        and not is_provisional
    qualify row_number() over (partition by series_id order by year desc) = 1
),

rolling as (
    select
        *,
        month as period
    from mart.rate_rolling
    where
        municipality_code = $place_code
        and not is_provisional
    qualify row_number() over (partition by series_id order by month desc) = 1
),

changed as (
    select * from mart.change
    where municipality_code = $place_code
    union all by name
    select * from mart.change_department
    where department_code = $place_code
),

trended as (
    select * from mart.trend
    where municipality_code = $place_code
    union all by name
    select * from mart.trend_department
    where department_code = $place_code
),

disputed as (
    select *
    from mart.disagreement
    where place_code = $place_code
),

ranked as (
    select *
    from mart.rank
    where
        municipality_code = $place_code
        and time_window = 'year'
),

smoothed as (
    select *
    from mart.rate_smoothed
    where municipality_code = $place_code
),

clustered as (
    select *
    from mart.cluster
    where municipality_code = $place_code
    qualify row_number() over (partition by series_id order by period desc, time_window asc) = 1
),

unusual as (
    select *
    from mart.anomaly
    where municipality_code = $place_code
    qualify
        row_number() over (
            partition by series_id
            order by anomaly in ('unusually high', 'incomplete or low') desc, month desc
        ) = 1
),

final as (
    select
        series.series_id,
        yearly.period as year_period,
        yearly.events as year_events,
        yearly.rate_per_100k as year_rate_per_100k,
        yearly.rate_lower_per_100k as year_rate_lower_per_100k,
        yearly.rate_upper_per_100k as year_rate_upper_per_100k,
        yearly.is_population_carried as year_is_population_carried,
        smoothed_year.smoothed_per_100k as year_smoothed_per_100k,
        smoothed_year.smoothed_lower_per_100k as year_smoothed_lower_per_100k,
        smoothed_year.smoothed_upper_per_100k as year_smoothed_upper_per_100k,
        smoothed_year.reliability as year_reliability,
        change_year.earlier_events as year_earlier_events,
        change_year.percent as year_change_percent,
        change_year.ratio_lower as year_ratio_lower,
        change_year.ratio_upper as year_ratio_upper,
        change_year.word as year_change,
        change_year.refusal as year_refusal,
        cast(change_year.earlier_period - interval 11 month as date) as year_first_month,
        exists(
            select 1
            from disputed
            where
                disputed.claim = 'change'
                and disputed.series_id = series.series_id
                and disputed.time_window = 'year'
                and disputed.period = yearly.period
        ) as is_year_contradicted,
        rolling.period as rolling_period,
        rolling.events as rolling_events,
        rolling.rate_per_100k as rolling_rate_per_100k,
        rolling.rate_lower_per_100k as rolling_rate_lower_per_100k,
        rolling.rate_upper_per_100k as rolling_rate_upper_per_100k,
        rolling.is_population_carried as rolling_is_population_carried,
        rolling.crosses_edition as rolling_crosses_edition,
        smoothed_rolling.reliability as rolling_reliability,
        change_rolling.earlier_events as rolling_earlier_events,
        change_rolling.percent as rolling_change_percent,
        change_rolling.ratio_lower as rolling_ratio_lower,
        change_rolling.ratio_upper as rolling_ratio_upper,
        change_rolling.word as rolling_change,
        change_rolling.refusal as rolling_refusal,
        cast(change_rolling.earlier_period - interval 11 month as date) as rolling_first_month,
        exists(
            select 1
            from disputed
            where
                disputed.claim = 'change'
                and disputed.series_id = series.series_id
                and disputed.time_window = 'rolling'
                and disputed.period = rolling.period
        ) as is_rolling_contradicted,
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
            from disputed
            where
                disputed.claim = 'trend'
                and disputed.series_id = series.series_id
        ) as is_trend_contradicted,
        ranked.period as rank_period,
        ranked.rank_lower,
        ranked.rank_upper,
        ranked.ranked,
        ranked.alike,
        clustered.time_window as cluster_window,
        clustered.period as cluster_period,
        clustered.cluster,
        clustered.spot,
        emerging.pattern,
        emerging.first_year as pattern_first_year,
        emerging.last_year as pattern_last_year,
        unusual.month as anomaly_month,
        unusual.events as anomaly_events,
        unusual.expected as anomaly_expected,
        unusual.expected_lower as anomaly_expected_lower,
        unusual.expected_upper as anomaly_expected_upper,
        unusual.anomaly,
        unusual.is_provisional as anomaly_is_provisional
    from core.series
    left join yearly on series.series_id = yearly.series_id
    left join rolling on series.series_id = rolling.series_id
    left join smoothed as smoothed_year
        on
            series.series_id = smoothed_year.series_id
            and smoothed_year.time_window = 'year'
            and yearly.period = smoothed_year.period
    left join smoothed as smoothed_rolling
        on
            series.series_id = smoothed_rolling.series_id
            and smoothed_rolling.time_window = 'rolling'
            and rolling.period = smoothed_rolling.period
    left join changed as change_year
        on
            series.series_id = change_year.series_id
            and change_year.time_window = 'year'
            and yearly.period = change_year.period
    left join changed as change_rolling
        on
            series.series_id = change_rolling.series_id
            and change_rolling.time_window = 'rolling'
            and rolling.period = change_rolling.period
    left join trended as trend on series.series_id = trend.series_id
    left join ranked on series.series_id = ranked.series_id
    left join clustered on series.series_id = clustered.series_id
    left join mart.emerging_hot_spot as emerging
        on
            series.series_id = emerging.series_id
            and emerging.municipality_code = $place_code
    left join unusual on series.series_id = unusual.series_id
    where series.is_published
    order by series.display_order
)

select * from final
