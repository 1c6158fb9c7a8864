-- one row per series, municipality and newest month that is not as usual
with final as (
    select
        anomaly.series_id,
        anomaly.municipality_code,
        municipality.municipality_name,
        municipality.department_code,
        department.department_name,
        anomaly.month,
        anomaly.events,
        anomaly.expected,
        anomaly.expected_lower,
        anomaly.expected_upper,
        anomaly.adjusted_p,
        anomaly.anomaly,
        anomaly.is_provisional
    from mart.anomaly
    inner join core.series on anomaly.series_id = series.series_id
    inner join core.municipality on anomaly.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where anomaly.anomaly in ('unusually high', 'incomplete or low')
    order by
        anomaly.month desc,
        series.display_order asc,
        anomaly.municipality_code asc
)

select * from final
