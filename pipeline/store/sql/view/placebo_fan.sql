-- one row per measure and years that are followed of $group_id in $series_id
with final as (
    select
        fan.time_window,
        fan.measure,
        fan.years_after,
        fan.last_month,
        fan.members,
        fan.windows,
        fan.first_window,
        fan.last_window,
        fan.draws,
        fan.lower_95,
        fan.lower_80,
        fan.lower_50,
        fan.median,
        fan.upper_50,
        fan.upper_80,
        fan.upper_95,
        fan.level,
        fan.placebo_level,
        fan.own,
        fan.below,
        fan.heaviest_code,
        fan.own_without,
        fan.below_without,
        fan.crosses_definition,
        fan.seed,
        fan.refusal,
        municipality.municipality_name as heaviest_name
    from mart.placebo_fan as fan
    left join core.municipality on fan.heaviest_code = municipality.municipality_code
    where
        fan.series_id = $series_id
        and fan.group_id = $group_id
    order by fan.measure, fan.years_after
)

select * from final
