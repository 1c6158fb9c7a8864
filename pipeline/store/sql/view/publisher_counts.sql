-- one row per year and series of $place_code that counts what another publisher counts too
with shared as (
    select
        series_id,
        phenomenon,
        display_order,
        row_number() over (partition by phenomenon order by display_order) as position
    from core.series
    where phenomenon is not null and is_published
    qualify count(*) over (partition by phenomenon) > 1
),

figures as (
    select
        series_id,
        year,
        events,
        is_provisional,
        months_published < 12 as is_partial
    from mart.rate_yearly
    where municipality_code = $place_code
    union all by name
    select
        series_id,
        year,
        events,
        is_provisional,
        months_published < 12 as is_partial
    from mart.rate_department_yearly
    where department_code = $place_code
),

counts as (
    select
        shared.phenomenon,
        shared.display_order,
        shared.position,
        figures.*,
        case
            when not figures.is_partial and not figures.is_provisional then figures.events
        end as standing_events
    from figures
    inner join shared on figures.series_id = shared.series_id
),

final as (
    select
        phenomenon,
        series_id,
        year,
        events,
        case
            when position > 1 then
                standing_events
                - max(standing_events) filter (where position = 1)
                    over (partition by phenomenon, year)
        end as gap,
        is_provisional,
        is_partial
    from counts
    order by phenomenon, year, display_order
)

select * from final
