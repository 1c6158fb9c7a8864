-- a change is named only where its limits exclude none; what does not compare has no ratio
-- es: un cambio se nombra solo si sus límites lo sostienen; lo que no se compara no tiene razón
with changes as (
    select * from mart.change
    union all by name
    select
        *,
        department_code as municipality_code
    from mart.change_department
),

counted as (
    select
        change.*,
        rates.events as events_of_window
    from changes as change
    left join mart.place_window as rates
        on
            change.series_id = rates.series_id
            and change.municipality_code = rates.place_code
            and change.time_window = rates.time_window
            and change.period = rates.period
),

final as (
    select
        series_id,
        municipality_code,
        time_window,
        period,
        word,
        refusal
    from counted
    where
        (word = 'rise' and (ratio_lower > 1 and adjusted_p <= 0.05) is not true)
        or (word = 'fall' and (ratio_upper < 1 and adjusted_p <= 0.05) is not true)
        or (word = 'not comparable' and (ratio is not null or percent is not null))
        or (word in ('rise', 'fall', 'no clear change')) is true <> (refusal is null)
        or ratio not between ratio_lower and ratio_upper
        or events_of_window is null
        or events <> events_of_window
)

select * from final
