-- one row per series, grain, place and period with a stored figure
with monthly as (
    select
        series_id,
        'month' as grain,
        municipality_code as place_code,
        month as period,
        cast(events as double) as events
    from core.crime_monthly
),

yearly as (
    select
        series_id,
        'year' as grain,
        municipality_code as place_code,
        make_date(year, 1, 1) as period,
        cast(events as double) as events
    from core.crime_yearly
    union all
    select
        series_id,
        'year' as grain,
        municipality_code as place_code,
        make_date(year, 1, 1) as period,
        value as events
    from core.context_yearly
),

departmental as (
    select
        series_id,
        'department year' as grain,
        department_code as place_code,
        make_date(year, 1, 1) as period,
        cast(events as double) as events
    from core.crime_department_yearly
),

figures as (
    select * from monthly
    union all
    select * from yearly
    union all
    select * from departmental
),

final as (
    select
        series_id,
        grain,
        place_code,
        period,
        events
    from figures
)

select * from final
