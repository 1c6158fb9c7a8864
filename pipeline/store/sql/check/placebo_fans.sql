-- a fan opens in order, and a group's place in it is told only with its outcome
-- es: un abanico se abre en orden, y el lugar de un grupo se dice solo con su resultado
with final as (
    select
        fan.series_id,
        fan.group_id,
        fan.measure,
        fan.years_after
    from mart.placebo_fan as fan
    inner join core.series on fan.series_id = series.series_id
    where
        series.is_apart_from_coverage
        or not (
            coalesce(fan.lower_95 <= fan.lower_80, true)
            and coalesce(fan.lower_80 <= fan.lower_50, true)
            and coalesce(fan.lower_50 <= fan.median, true)
            and coalesce(fan.median <= fan.upper_50, true)
            and coalesce(fan.upper_50 <= fan.upper_80, true)
            and coalesce(fan.upper_80 <= fan.upper_95, true)
        )
        or fan.below > fan.draws
        or (fan.refusal is null) <> (fan.own is not null)
        or (fan.crosses_definition and fan.measure = 'ratio' and fan.own is not null)
)

select * from final
