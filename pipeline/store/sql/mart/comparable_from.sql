-- one row per series with statistics: the first month whose definition is that of the newest, or
-- null, and whether it has months to judge and whole windows to map
with breaks as (
    select
        series_id,
        max(end_month) as month
    from core.series_break
    where kind = 'definition'
    group by series_id
),

figures as (
    select
        series_id,
        true as has_months,
        false as has_windows
    from mart.rate_monthly
    where municipality_code not like '%000'
    union
    select
        series_id,
        false as has_months,
        true as has_windows
    from mart.rate_window
),

final as (
    select
        figures.series_id,
        any_value(breaks.month) as month,
        bool_or(figures.has_months) as has_months,
        bool_or(figures.has_windows) as has_windows
    from figures
    left join breaks on figures.series_id = breaks.series_id
    group by figures.series_id
    order by figures.series_id
)

select * from final
