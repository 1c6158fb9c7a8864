-- a trend has the events of its years, and a word only with limits that say so
-- es: una tendencia tiene los hechos de sus años, y una palabra solo con límites que la sostengan
with trends as (
    select * from mart.trend
    union all by name
    select
        *,
        department_code as municipality_code
    from mart.trend_department
),

counted as (
    select
        trend.series_id,
        trend.municipality_code,
        trend.word,
        trend.percent,
        trend.percent_lower,
        trend.percent_upper,
        trend.adjusted_p,
        any_value(trend.events) as events,
        sum(rates.events) as events_of_years
    from trends as trend
    left join mart.place_window as rates
        on
            trend.series_id = rates.series_id
            and trend.municipality_code = rates.place_code
            and rates.time_window = 'year'
            and year(rates.period) between trend.first_year and trend.last_year
            and rates.person_years is not null
            and not rates.is_provisional
    group by all
),

final as (
    select *
    from counted
    where
        (word = 'rising' and (percent_lower > 0 and adjusted_p <= 0.05) is not true)
        or (word = 'falling' and (percent_upper < 0 and adjusted_p <= 0.05) is not true)
        or (word = 'stable' and (percent_lower > -5 and percent_upper < 5) is not true)
        or percent not between percent_lower and percent_upper
        or events_of_years is null
        or abs(events - events_of_years) > 1e-6
)

select * from final
