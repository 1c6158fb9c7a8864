-- one row per series of which older releases are kept, and the newest year that any of them holds
with final as (
    select
        series_id,
        max(year(period_start)) as year
    from core.revision
    group by series_id
    having count(distinct path) > 1
    order by series_id
)

select * from final
