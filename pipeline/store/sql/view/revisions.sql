-- one row per release and year of $series_id: what each release said, nationally, earliest first
with final as (
    select
        cut_date,
        path,
        year(period_start) as year,
        cast(sum(events) as bigint) as events
    from core.revision
    where series_id = $series_id
    group by all
    order by cut_date, path, year
)

select * from final
