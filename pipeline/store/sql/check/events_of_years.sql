-- the yearly mart holds every event of core, no more and no less
-- es: la tabla anual tiene cada hecho leído, ni uno más ni uno menos
with both_sides as (
    select
        series_id,
        year(month) as year,
        events as events_in_core,
        0 as events_in_mart
    from core.crime_monthly
    union all
    select
        series_id,
        year,
        events as events_in_core,
        0 as events_in_mart
    from core.crime_yearly
    union all
    select
        series_id,
        year,
        value as events_in_core,
        0 as events_in_mart
    from core.context_yearly
    union all
    select
        series_id,
        year,
        0 as events_in_core,
        events as events_in_mart
    from mart.rate_yearly
),

final as (
    select
        series_id,
        year,
        sum(events_in_core) as events_in_core,
        sum(events_in_mart) as events_in_mart
    from both_sides
    group by all
    having abs(sum(events_in_core) - sum(events_in_mart)) > 1e-6
)

select * from final
