-- one row per series with whole windows, and the first month whose definition is that of the newest
with breaks as (
    select
        series_id,
        max(end_month) as comparable_from
    from core.series_break
    where kind = 'definition'
    group by series_id
),

final as (
    select distinct
        rate.series_id,
        breaks.comparable_from
    from mart.rate_window as rate
    left join breaks on rate.series_id = breaks.series_id
    order by rate.series_id
)

select * from final
