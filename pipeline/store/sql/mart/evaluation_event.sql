-- one row per municipality and month with an event of $series_id
with final as (
    select
        municipality_code,
        month,
        events
    from core.crime_monthly
    where series_id = $series_id
    order by municipality_code, month
)

select * from final
