-- one row per list of places that was ever used for $programme_id, oldest first
with named as (
    select
        coverage_list.position,
        coverage_history.municipality_code
    from core.coverage_list
    inner join core.coverage_history
        on
            coverage_list.programme_id = coverage_history.programme_id
            and coverage_list.sha256 = coverage_history.sha256
    where coverage_list.programme_id = $programme_id
),

added as (
    select
        named.position,
        count(*) as municipalities
    from named
    left join named as earlier
        on
            named.position = earlier.position + 1
            and named.municipality_code = earlier.municipality_code
    where earlier.municipality_code is null
    group by named.position
),

final as (
    select
        coverage_list.sha256,
        coverage_list.position,
        coverage_list.cut_date,
        coverage_list.retrieved_date,
        coverage_list.municipalities,
        coalesce(added.municipalities, 0) as added,
        coalesce(
            lag(coverage_list.municipalities) over (order by coverage_list.position)
            - coverage_list.municipalities
            + coalesce(added.municipalities, 0),
            0
        ) as dropped,
        coverage_list.is_official,
        coverage_list.is_compiled,
        coverage_list.is_current
    from core.coverage_list
    left join added on coverage_list.position = added.position
    where coverage_list.programme_id = $programme_id
    order by coverage_list.position
)

select * from final
