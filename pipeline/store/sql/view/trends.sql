-- one row per municipality of the seven departments with a trend of $series_id, in order
with final as (
    select
        trend.municipality_code,
        municipality.municipality_name,
        department.department_name,
        trend.first_year,
        trend.last_year,
        trend.years,
        trend.events,
        trend.percent,
        trend.percent_lower,
        trend.percent_upper,
        trend.p,
        trend.adjusted_p,
        trend.dispersion,
        trend.word,
        trend.mann_kendall_p,
        trend.sen_slope_per_100k,
        trend.sen_lower_per_100k,
        trend.sen_upper_per_100k,
        make_date(trend.first_year, 1, 1) as first_month,
        make_date(trend.last_year, 12, 1) as last_month,
        exists(
            select 1
            from mart.disagreement
            where
                disagreement.claim = 'trend'
                and disagreement.series_id = trend.series_id
                and disagreement.place_code = trend.municipality_code
        ) as is_contradicted
    from mart.trend as trend
    inner join core.municipality on trend.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where trend.series_id = $series_id
    order by trend.municipality_code
)

select * from final
