-- one row per municipality or unlocated remainder, and period of $time_window, of $series_id
-- All periods where $last_month is null; all places, or those of the seven departments, where
-- $codes is null: codes of municipalities, or of departments, which stand for all of theirs.
with published as (
    select
        municipality_code,
        time_window,
        period,
        events,
        population,
        person_years,
        rate_per_100k,
        rate_lower_per_100k,
        rate_upper_per_100k,
        is_provisional,
        coalesce(months_published < 12, false) as is_partial,
        is_population_carried,
        crosses_edition
    from mart.rate
    where series_id = $series_id and time_window = $time_window
    union all by name
    select
        municipality_code,
        time_window,
        period,
        events,
        population,
        person_years,
        rate_per_100k,
        rate_lower_per_100k,
        rate_upper_per_100k,
        is_provisional,
        false as is_partial,
        is_population_carried,
        crosses_edition
    from mart.rate_window
    where
        series_id = $series_id
        and time_window = $time_window
        and time_window in ('fiscal', 'pooled')
),

dated as (
    select
        *,
        cast(case time_window
            when 'rolling' then period - interval 11 month
            when 'fiscal' then period - interval 11 month
            when 'pooled' then period - interval 35 month
            else period
        end as date) as first_month,
        cast(if(time_window = 'year', period + interval 11 month, period) as date) as last_month
    from published
),

smoothed as (
    select *
    from mart.rate_smoothed
    where series_id = $series_id and time_window = $time_window
),

final as (
    select
        dated.municipality_code,
        municipality.municipality_name,
        department.department_code,
        department.department_name,
        dated.first_month,
        dated.last_month,
        dated.events,
        dated.population,
        dated.person_years,
        dated.rate_per_100k,
        dated.rate_lower_per_100k,
        dated.rate_upper_per_100k,
        smoothed.smoothed_per_100k,
        smoothed.smoothed_lower_per_100k,
        smoothed.smoothed_upper_per_100k,
        smoothed.reliability,
        dated.is_provisional,
        dated.is_partial,
        dated.is_population_carried,
        dated.crosses_edition,
        municipality.municipality_code is null as is_unlocated
    from dated
    left join core.municipality on dated.municipality_code = municipality.municipality_code
    left join core.department on left(dated.municipality_code, 2) = department.department_code
    left join smoothed
        on
            dated.municipality_code = smoothed.municipality_code
            and dated.last_month = smoothed.period
    where
        (cast($last_month as date) is null or dated.last_month = $last_month)
        and (
            cast($codes as varchar[]) is null
            or list_contains($codes, dated.municipality_code)
            or list_contains($codes, left(dated.municipality_code, 2))
        )
        and (not $is_programme_only or coalesce(department.is_programme_department, false))
    order by dated.municipality_code, dated.last_month
)

select * from final
