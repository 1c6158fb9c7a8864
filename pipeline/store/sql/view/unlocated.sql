-- one row per department of the programme with events of unknown municipality in $period
with final as (
    select
        department.department_code,
        department.department_name,
        rate.events
    from mart.rate
    inner join core.department on rate.municipality_code = department.department_code || '000'
    where
        rate.series_id = $series_id
        and rate.time_window = $time_window
        and rate.period = $period
        and department.is_programme_department
    order by department.department_code
)

select * from final
