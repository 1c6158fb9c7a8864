-- every peer lies outside the programme's departments and is known by all covariates, nearest first
-- es: cada par queda fuera de los departamentos del programa y se conoce por todo lo comparado
with ordered as (
    select
        *,
        row_number() over of_place as place,
        lag(distance, 1, 0) over of_place as nearer
    from mart.peer
    window of_place as (
        partition by municipality_code
        order by position
    )
),

-- where the programme that peers are picked for may have worked
within as (
    select coverage.municipality_code
    from core.coverage
    inner join core.programme on coverage.programme_id = programme.programme_id
    where
        programme.position = 1
        and coverage.state <> 'outside'
),

final as (
    select
        ordered.municipality_code,
        ordered.position,
        ordered.peer_code
    from ordered
    left join within
        on ordered.peer_code = within.municipality_code
    left join mart.peer_covariate as own on ordered.municipality_code = own.municipality_code
    left join mart.peer_covariate as theirs on ordered.peer_code = theirs.municipality_code
    left join mart.peer_rule as rule on rule.peers > 0
    where
        within.municipality_code is not null
        or own.is_in_group is not true
        or theirs.is_in_group is not false
        or own.rate_before_per_100k is null
        or theirs.rate_before_per_100k is null
        or own.density_per_km2 is null
        or theirs.density_per_km2 is null
        or ordered.position <> ordered.place
        or ordered.position > rule.peers
        or ordered.distance < ordered.nearer
)

select * from final
