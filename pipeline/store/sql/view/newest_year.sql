-- one row per series and municipality of the country: figures of the series' newest whole year
-- A year is whole once all of its months are published and none may grow. What is not published of
-- a place has no row.
with standing as (
    select *
    from mart.rate_yearly
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
        municipality.municipality_code,
        municipality.municipality_name,
        municipality.department_code,
        department.department_name,
        department.is_programme_department,
        standing.year,
        standing.events,
        standing.population,
        standing.rate_per_100k,
        standing.rate_lower_per_100k,
        standing.rate_upper_per_100k,
        standing.is_population_carried,
        smoothed.smoothed_per_100k,
        smoothed.smoothed_lower_per_100k,
        smoothed.smoothed_upper_per_100k,
        smoothed.reliability,
        if(series.has_rate, standing.rate_class, standing.count_class) as colour_class
    from standing
    inner join newest on standing.series_id = newest.series_id and standing.year = newest.year
    inner join core.series on standing.series_id = series.series_id
    inner join core.municipality on standing.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    left join mart.rate_smoothed as smoothed
        on
            standing.series_id = smoothed.series_id
            and standing.municipality_code = smoothed.municipality_code
            and smoothed.time_window = 'year'
            and smoothed.period = make_date(standing.year, 12, 1)
    order by series.display_order, municipality.municipality_code
)

select * from final
