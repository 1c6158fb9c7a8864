-- one row per series with months: the first whose definition is that of the newest, or null
with breaks as (
    select
        series_id,
        max(end_month) as month
    from core.series_break
    where kind = 'definition'
    group by series_id
),

final as (
    select distinct
        rate.series_id,
        breaks.month
    from mart.rate_monthly as rate
    left join breaks on rate.series_id = breaks.series_id
    where rate.municipality_code not like '%000'
    order by rate.series_id
)

select * from final
