-- one row per programme, in the order of lists: what it is, and how many municipalities are known
with known as (
    select
        programme_id,
        count(*) filter (where state in ('documented', 'covered')) as known,
        coalesce(bool_or(state in ('covered', 'not_covered')), false) as is_complete
    from core.coverage
    group by programme_id
),

final as (
    select
        programme.programme_id,
        programme.label_es,
        programme.label_en,
        programme.extent,
        programme.departments,
        programme.start_date,
        programme.last_seen_date,
        programme.end_date,
        programme.end_basis,
        programme.municipality_count,
        known.known,
        known.is_complete
    from core.programme
    left join known on programme.programme_id = known.programme_id
    order by programme.position
)

select * from final
