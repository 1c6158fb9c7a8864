-- one row per series, window, municipality or unlocated remainder, and period: all windows in one
-- A view over the three tables, of which a query for one window reads one alone.
with figures as (
    select
        *,
        'year' as time_window,
        make_date(year, 1, 1) as period
    from mart.rate_yearly
    union all by name
    select
        *,
        'rolling' as time_window,
        month as period
    from mart.rate_rolling
    union all by name
    select
        *,
        'month' as time_window,
        month as period
    from mart.rate_monthly
),

final as (
    select
        series_id,
        time_window,
        municipality_code,
        period,
        months_published,
        events,
        population,
        person_years,
        rate_per_100k,
        rate_lower_per_100k,
        rate_upper_per_100k,
        is_provisional,
        is_population_carried,
        crosses_edition,
        count_class,
        rate_class
    from figures
)

select * from final
