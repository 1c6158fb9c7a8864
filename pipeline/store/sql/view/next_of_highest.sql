-- one row per scope: what followed on the highest rates of $series_id
with final as (
    select
        scope,
        places,
        years,
        windows,
        windows_falling,
        first_window,
        last_window,
        percent_mean,
        percent_least,
        percent_most,
        rest_percent_mean
    from mart.next_of_highest
    where series_id = $series_id
    order by scope
)

select * from final
