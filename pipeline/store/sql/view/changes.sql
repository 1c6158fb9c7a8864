-- one row per place and pair of windows of $series_id and $time_window, newest first
-- Places are municipalities if codes have $digits 5, departments if 2.
with changes as (
    select * from mart.change
    union all by name
    select
        *,
        department_code as municipality_code
    from mart.change_department
),

final as (
    select
        change.municipality_code as place_code,
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
        change.refusal,
        cast(
            change.earlier_period
            - if($time_window = 'pooled', interval 35 month, interval 11 month)
            as date
        ) as first_month,
        exists(
            select 1
            from mart.disagreement
            where
                disagreement.claim = 'change'
                and disagreement.series_id = change.series_id
                and disagreement.place_code = change.municipality_code
                and disagreement.time_window = change.time_window
                and disagreement.period = change.period
        ) as is_contradicted
    from changes as change
    left join core.municipality on change.municipality_code = municipality.municipality_code
    inner join core.department on left(change.municipality_code, 2) = department.department_code
    where
        change.series_id = $series_id
        and length(change.municipality_code) = $digits
        and change.time_window = $time_window
    order by change.period desc, change.municipality_code asc
)

select * from final
