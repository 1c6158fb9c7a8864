-- twelve months hold the events of their months
-- es: doce meses tienen los hechos de sus meses
-- Only of series published for all municipalities at once: elsewhere a window that is whole in one
-- place is not in another.
with everywhere as (
    select distinct series_id
    from core.availability
    where municipality_code = 'all'
),

months as (
    select
        series_id,
        month,
        sum(events) as events
    from mart.rate_monthly
    where series_id in (select series_id from everywhere)
    group by all
),

summed as (
    select
        series_id,
        month,
        sum(events) over (
            partition by series_id
            order by month
            range between interval 11 month preceding and current row
        ) as events_of_months
    from months
),

shown as (
    select
        series_id,
        month,
        sum(events) as events_of_window
    from mart.rate_rolling
    group by all
),

final as (
    select
        shown.series_id,
        shown.month,
        shown.events_of_window,
        summed.events_of_months
    from shown
    inner join summed
        on
            shown.series_id = summed.series_id
            and shown.month = summed.month
    where shown.events_of_window <> summed.events_of_months
)

select * from final
