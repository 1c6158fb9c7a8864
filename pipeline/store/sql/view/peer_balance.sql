-- one row per group and covariate
with final as (
    select
        compared_group,
        covariate,
        places,
        peers,
        difference_before,
        difference_after,
        is_balanced
    from mart.peer_balance
    order by compared_group, covariate
)

select * from final
