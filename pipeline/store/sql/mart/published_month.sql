-- one row per month that some series publishes
with final as (
    select distinct month
    from core.availability
)

select * from final
