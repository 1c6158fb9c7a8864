-- one row per municipality of the seven departments and published month of $series_id
-- A month is judged by its count: person-years would step where the population's edition changes.
with final as (
    select
        series_id,
        municipality_code,
        month,
        events,
        day(last_day(month)) as days,
        is_provisional
    from mart.rate_monthly
    where series_id = $series_id and municipality_code not like '%000'
    order by month, municipality_code
)

select * from final
