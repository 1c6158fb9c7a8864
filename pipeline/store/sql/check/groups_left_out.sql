-- a group without a member has the events of all others, and the shift is that of the rates
-- es: un grupo sin un miembro tiene los hechos de los demás, y el cambio es el de las tasas
with final as (
    select
        left_out.series_id,
        left_out.group_id,
        left_out.period,
        left_out.municipality_code
    from mart.group_leave_one_out as left_out
    left join mart.group_rate as whole
        on
            left_out.series_id = whole.series_id
            and left_out.group_id = whole.group_id
            and left_out.time_window = whole.time_window
            and left_out.period = whole.period
    left join mart.rate_window as own
        on
            left_out.series_id = own.series_id
            and left_out.municipality_code = own.municipality_code
            and left_out.time_window = own.time_window
            and left_out.period = own.period
    where
        (left_out.events + own.events = whole.events) is not true
        or abs(left_out.rate_per_100k - whole.rate_per_100k - left_out.shift_per_100k) > 1e-9
)

select * from final
