-- one row per municipality of the programme's departments and period of $measure of $series_id and
-- $time_window: its value or its word
-- Changes and trends are claims: `views.changes` and `views.trends` tell them.
with cells as (
    select
        municipality_code,
        period,
        if($measure = 'smoothed', smoothed_per_100k, null) as value,
        if($measure = 'reliability', coalesce(reliability, 'not determined'), null) as word
    from mart.rate_smoothed
    where
        $measure in ('smoothed', 'reliability')
        and ($measure = 'reliability' or smoothed_per_100k is not null)
        and series_id = $series_id
        and time_window = $time_window
    union all
    select
        municipality_code,
        period,
        null as value,
        cluster as word
    from mart.cluster
    where
        $measure = 'cluster'
        and series_id = $series_id
        and time_window = $time_window
),

final as (
    select
        cells.municipality_code,
        cells.value,
        cells.word,
        if($time_window = 'year', date_trunc('year', cells.period), cells.period) as period
    from cells
    inner join core.municipality on cells.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where department.is_programme_department
    order by cells.municipality_code, cells.period
)

select * from final
