-- one row per series by month, place that publishes it (or all), and published month
-- A view: what a month needs to become a rate.
with final as (
    select
        availability.series_id,
        availability.municipality_code,
        availability.month,
        series.has_rate,
        year(availability.month) as year,
        day(last_day(availability.month)) as days,
        availability.status = 'provisional' as is_provisional
    from core.availability
    inner join core.series on availability.series_id = series.series_id
    where series.grain = 'municipality and month'
)

select * from final
