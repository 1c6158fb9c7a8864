-- the parts of a series add up to the whole in every place and month
-- es: las partes de una serie suman el todo en cada lugar y mes
with both_sides as (
    select
        series_id,
        municipality_code,
        month,
        events,
        0 as events_of_parts
    from core.crime_monthly
    where series_id in (select part_of from core.series)
    union all
    select
        series.part_of as series_id,
        crime.municipality_code,
        crime.month,
        0 as events,
        crime.events as events_of_parts
    from core.crime_monthly as crime
    inner join core.series on crime.series_id = series.series_id
    where series.part_of is not null
),

final as (
    select
        series_id,
        municipality_code,
        month,
        sum(events) as events,
        sum(events_of_parts) as events_of_parts
    from both_sides
    group by all
    having sum(events) <> sum(events_of_parts)
)

select * from final
