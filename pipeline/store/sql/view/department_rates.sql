-- one row per department and published year of $series_id: its municipalities and the unlocated
-- All years where $last_month is null; all departments, or the seven, where $codes is null.
with final as (
    select
        rates.department_code,
        department.department_name,
        make_date(rates.year, 1, 1) as first_month,
        make_date(rates.year, 12, 1) as last_month,
        rates.events,
        rates.unlocated_events,
        rates.population,
        rates.person_years,
        rates.rate_per_100k,
        rates.rate_lower_per_100k,
        rates.rate_upper_per_100k,
        rates.is_provisional,
        coalesce(rates.months_published < 12, false) as is_partial,
        rates.is_population_carried,
        rates.crosses_edition
    from mart.rate_department_yearly as rates
    inner join core.department on rates.department_code = department.department_code
    where
        rates.series_id = $series_id
        and (cast($last_month as date) is null or make_date(rates.year, 12, 1) = $last_month)
        and (
            cast($codes as varchar[]) is null
            or list_contains($codes, rates.department_code)
        )
        and (not $is_programme_only or department.is_programme_department)
    order by rates.department_code, rates.year
)

select * from final
