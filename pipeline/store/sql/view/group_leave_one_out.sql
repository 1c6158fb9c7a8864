-- one row per calendar year and member of $group_id that is left out of $series_id
with final as (
    select
        left_out.period,
        left_out.municipality_code,
        municipality.municipality_name,
        left_out.events,
        left_out.rate_per_100k,
        left_out.rate_lower_per_100k,
        left_out.rate_upper_per_100k,
        left_out.group_rate_per_100k,
        left_out.shift_per_100k,
        left_out.is_largest
    from mart.group_leave_one_out as left_out
    inner join core.municipality on left_out.municipality_code = municipality.municipality_code
    where
        left_out.series_id = $series_id
        and left_out.group_id = $group_id
    order by left_out.period, left_out.municipality_code
)

select * from final
