-- one row per municipality of the seven departments in the map of $series_id, $time_window and $period
with final as (
    select
        cluster.municipality_code,
        municipality.municipality_name,
        department.department_name,
        cluster.time_window,
        cluster.period,
        cluster.cluster,
        cluster.spot,
        cluster.local_moran,
        cluster.gi_star,
        cluster.p,
        cluster.adjusted_p
    from mart.cluster
    inner join core.municipality on cluster.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where
        cluster.series_id = $series_id
        and cluster.time_window = $time_window
        and cluster.period = $period
        and department.is_programme_department
    order by cluster.municipality_code
)

select * from final
