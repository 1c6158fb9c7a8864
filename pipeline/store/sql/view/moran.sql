-- one row per map of $series_id
with final as (
    select
        time_window,
        period,
        moran_i,
        expected_i,
        p,
        places,
        places_named,
        is_sparse,
        permutations,
        seed,
        is_provisional
    from mart.moran
    where series_id = $series_id
    order by time_window, period
)

select * from final
