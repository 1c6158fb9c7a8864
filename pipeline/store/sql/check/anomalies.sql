-- an anomaly is a published month outside its limits, beyond chance, of the newest three
-- es: una anomalía es un mes publicado de los tres más nuevos, fuera de sus límites y del azar
with final as (
    select
        anomaly.series_id,
        anomaly.municipality_code,
        anomaly.month
    from mart.anomaly
    left join mart.rate_monthly as rate
        on
            anomaly.series_id = rate.series_id
            and anomaly.municipality_code = rate.municipality_code
            and anomaly.month = rate.month
    where
        rate.events is distinct from anomaly.events
        or (anomaly.expected is null) <> (anomaly.anomaly = 'not determined')
        or (anomaly.p is null) <> (anomaly.expected is null)
        or anomaly.adjusted_p < anomaly.p
        or (
            anomaly.anomaly = 'unusually high'
            and (anomaly.events <= anomaly.expected_upper or anomaly.adjusted_p > 0.05)
        )
        or (
            anomaly.anomaly = 'incomplete or low'
            and (anomaly.events >= anomaly.expected_lower or anomaly.adjusted_p > 0.05)
        )
)

select * from final
