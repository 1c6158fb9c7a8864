-- one row per ranked municipality of $series_id and $time_window, the highest lower limit first
with final as (
    select
        ranks.municipality_code,
        municipality.municipality_name,
        department.department_name,
        ranks.period,
        ranks.rank_mean,
        ranks.rank_median,
        ranks.rank_lower,
        ranks.rank_upper,
        ranks.ranked,
        ranks.alike,
        ranks.rate_lower_per_100k,
        ranks.position,
        ranks.seed
    from mart.rank as ranks
    inner join core.municipality on ranks.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where
        ranks.series_id = $series_id
        and ranks.time_window = $time_window
    order by ranks.position
)

select * from final
