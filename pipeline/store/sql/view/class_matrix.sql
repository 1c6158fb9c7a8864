-- one row per published period and municipality of the programme's departments, for $series_id
with final as (
    select
        rate.municipality_code,
        rate.period,
        case $measure when 'count' then rate.count_class else rate.rate_class end as class
    from mart.rate
    inner join core.municipality on rate.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where
        rate.series_id = $series_id
        and rate.time_window = $time_window
        and department.is_programme_department
)

select * from final
