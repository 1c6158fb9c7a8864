-- one row per municipality of the country where $programme_id is not known to be absent: the months
-- in which it may have been there
with final as (
    select
        municipality_code,
        any_value(state) as state,
        min(month) as first_month,
        min(month) filter (where presence in ('yes', 'planned')) as certain_month,
        max(month) as last_month
    from mart.coverage_monthly
    where
        programme_id = $programme_id
        and presence not in ('no', 'not yet', 'over')
    group by municipality_code
    order by municipality_code
)

select * from final
