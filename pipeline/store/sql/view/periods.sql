-- one row per period that $time_window publishes of $series_id, earliest first
-- Of a series that each municipality publishes on its own, a period is what its best-served places
-- have: partial if none has all months, provisional if none has a complete figure.
with final as (
    select
        period,
        bool_and(is_provisional) as is_provisional,
        coalesce(max(months_published) < 12, false) as is_partial,
        bool_or(crosses_edition) as crosses_edition
    from mart.rate
    where
        series_id = $series_id
        and time_window = $time_window
    group by period
    order by period
)

select * from final
