-- one row per series and newest month: in how many municipalities it could be judged, and how
with final as (
    select
        anomaly.series_id,
        anomaly.month,
        bool_or(anomaly.is_provisional) as is_provisional,
        count(*) filter (where anomaly.anomaly != 'not determined') as judged,
        count(*) filter (where anomaly.anomaly = 'not determined') as not_determined,
        count(*) filter (where anomaly.anomaly = 'unusually high') as high,
        count(*) filter (where anomaly.anomaly = 'incomplete or low') as low
    from mart.anomaly
    inner join core.series on anomaly.series_id = series.series_id
    group by
        anomaly.series_id,
        anomaly.month,
        series.display_order
    order by
        series.display_order,
        anomaly.month
)

select * from final
