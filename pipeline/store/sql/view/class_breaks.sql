-- one row per colour class above zero of $series_id, $time_window and $measure, lowest first
with final as (
    select
        class,
        lower,
        upper
    from mart.class_break
    where
        series_id = $series_id
        and time_window = $time_window
        and measure = $measure
    order by class
)

select * from final
