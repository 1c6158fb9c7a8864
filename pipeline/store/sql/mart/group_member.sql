-- one row per group that is told of together, and municipality in it
-- Peers are those of the documented places, each once.
with named as (
    select
        municipality_code,
        evidence = 'confirmed' or start_latest <= $wave_end as is_first_wave
    from core.coverage
    where
        programme_id = $programme_id
        and state in ('documented', 'covered')
),

chosen as (
    select
        'documented' as group_id,
        municipality_code
    from named
    union all
    select
        'first_wave' as group_id,
        municipality_code
    from named
    where is_first_wave
),

elsewhere as (
    select municipality.municipality_code
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    where
        municipality.pdet_subregion is not null
        and not department.is_programme_department
),

final as (
    select
        group_id,
        municipality_code
    from chosen
    union all
    select
        'pdet_elsewhere' as group_id,
        municipality_code
    from elsewhere
    where (select count(*) from named) > 0
    union all
    select distinct
        chosen.group_id || '_peers' as group_id,
        peer.peer_code as municipality_code
    from chosen
    inner join mart.peer on chosen.municipality_code = peer.municipality_code
    order by group_id, municipality_code
)

select * from final
