-- each programme with a list of its own rests on the newest list that was used, and on one only
-- es: cada programa con lista propia se basa en la última lista usada, y en una sola
with said as (
    select
        programme_id,
        sha256,
        count(*) as municipalities
    from core.coverage_history
    group by
        programme_id,
        sha256
),

lists as (
    select
        coverage_list.*,
        said.municipalities as named,
        max(coverage_list.position) over (partition by coverage_list.programme_id) as newest
    from core.coverage_list
    left join said
        on
            coverage_list.programme_id = said.programme_id
            and coverage_list.sha256 = said.sha256
),

unlike as (
    select
        lists.programme_id,
        lists.sha256
    from lists
    where
        lists.is_current <> (lists.position = lists.newest)
        or lists.municipalities is distinct from lists.named
),

current_rows as (
    select
        lists.programme_id,
        lists.sha256,
        coverage_history.municipality_code
    from lists
    inner join core.coverage_history
        on
            lists.programme_id = coverage_history.programme_id
            and lists.sha256 = coverage_history.sha256
    where lists.is_current
),

lost as (
    select
        current_rows.programme_id,
        current_rows.sha256
    from current_rows
    left join core.coverage
        on
            current_rows.programme_id = coverage.programme_id
            and current_rows.municipality_code = coverage.municipality_code
            and coverage.state in ('documented', 'covered')
    where coverage.state is null
),

unlisted as (
    select
        coverage.programme_id,
        coverage.municipality_code as sha256
    from core.coverage
    inner join core.programme on coverage.programme_id = programme.programme_id
    left join current_rows
        on
            coverage.programme_id = current_rows.programme_id
            and coverage.municipality_code = current_rows.municipality_code
    where
        programme.extent = 'list'
        and coverage.state in ('documented', 'covered')
        and current_rows.municipality_code is null
),

final as (
    select * from unlike
    union all
    select * from lost
    union all
    select * from unlisted
)

select * from final
