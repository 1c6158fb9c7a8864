-- one row per municipality of the country and month of $programme_id: whether it was there
with final as (
    select
        municipality_code,
        month,
        state,
        presence
    from mart.coverage_monthly
    where programme_id = $programme_id
    order by
        municipality_code,
        month
)

select * from final
