-- one row per place with a trend of $series_id, in order
-- Places are municipalities if codes have $digits 5, departments if 2.
with trends as (
    select * from mart.trend
    union all by name
    select
        *,
        department_code as municipality_code
    from mart.trend_department
),

final as (
    select
        trend.municipality_code as place_code,
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
        trend.sen_upper_per_100k
    from trends as trend
    left join core.municipality on trend.municipality_code = municipality.municipality_code
    inner join core.department on left(trend.municipality_code, 2) = department.department_code
    where
        trend.series_id = $series_id
        and length(trend.municipality_code) = $digits
    order by trend.municipality_code
)

select * from final
