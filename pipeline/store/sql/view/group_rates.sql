-- one row per group and year of $time_window of $series_id, earliest first
with final as (
    select
        group_id,
        period,
        event_year,
        may_have_begun,
        members,
        members_published,
        members_with_residents,
        events,
        population,
        person_years,
        rate_per_100k,
        rate_lower_per_100k,
        rate_upper_per_100k,
        is_provisional,
        is_population_carried,
        crosses_edition,
        compares_with_before
    from mart.group_rate
    where
        series_id = $series_id
        and time_window = $time_window
    order by group_id, period
)

select * from final
