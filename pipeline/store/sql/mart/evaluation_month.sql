-- one row per month that $series_id publishes whole for the whole country
with final as (
    select month
    from core.availability
    where
        series_id = $series_id
        and municipality_code = 'all'
        and status = 'complete'
    order by month
)

select * from final
