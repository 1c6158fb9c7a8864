-- one row per series and department: figures of the series' newest whole year, unlocated included
with standing as (
    select *
    from mart.rate_department_yearly
    where
        not is_provisional
        and coalesce(months_published = 12, true)
),

newest as (
    select
        series_id,
        max(year) as year
    from standing
    group by series_id
),

final as (
    select
        standing.series_id,
        standing.department_code,
        standing.year,
        standing.events,
        standing.unlocated_events,
        standing.population,
        standing.rate_per_100k,
        standing.rate_lower_per_100k,
        standing.rate_upper_per_100k
    from standing
    inner join newest on standing.series_id = newest.series_id and standing.year = newest.year
    inner join core.series on standing.series_id = series.series_id
    inner join core.department on standing.department_code = department.department_code
    order by series.display_order, standing.department_code
)

select * from final
