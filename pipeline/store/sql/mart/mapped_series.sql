-- one row per series with whole windows
with final as (
    select distinct series_id
    from mart.rate_window
    order by series_id
)

select * from final
