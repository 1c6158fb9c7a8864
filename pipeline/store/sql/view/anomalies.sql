-- one row per municipality of the seven departments and newest month of $series_id
with final as (
    select
        anomaly.municipality_code,
        municipality.municipality_name,
        department.department_name,
        anomaly.month,
        anomaly.events,
        anomaly.expected,
        anomaly.expected_lower,
        anomaly.expected_upper,
        anomaly.p,
        anomaly.adjusted_p,
        anomaly.anomaly,
        anomaly.is_provisional
    from mart.anomaly
    inner join core.municipality on anomaly.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where anomaly.series_id = $series_id
    order by anomaly.month, anomaly.municipality_code
)

select * from final
