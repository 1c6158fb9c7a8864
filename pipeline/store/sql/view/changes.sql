-- one row per municipality and pair of windows of $series_id and $time_window, newest first
with final as (
    select
        change.municipality_code,
        municipality.municipality_name,
        department.department_name,
        change.period,
        change.earlier_period,
        change.is_newest,
        change.earlier_events,
        change.events,
        change.ratio,
        change.ratio_lower,
        change.ratio_upper,
        change.percent,
        change.p,
        change.adjusted_p,
        change.word,
        change.refusal
    from mart.change as change
    inner join core.municipality on change.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where
        change.series_id = $series_id
        and change.time_window = $time_window
    order by change.period desc, change.municipality_code asc
)

select * from final
