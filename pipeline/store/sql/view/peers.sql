-- one row per peer of $municipality_code, the nearest first, with what both were compared by
with final as (
    select
        peer.position,
        peer.peer_code,
        municipality.municipality_name,
        department.department_name,
        peer.distance,
        theirs.rate_before_per_100k,
        theirs.population,
        theirs.density_per_km2,
        own.rate_before_per_100k as own_rate_before_per_100k,
        own.population as own_population,
        own.density_per_km2 as own_density_per_km2
    from mart.peer
    inner join core.municipality on peer.peer_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    inner join mart.peer_covariate as theirs on peer.peer_code = theirs.municipality_code
    inner join mart.peer_covariate as own on peer.municipality_code = own.municipality_code
    where peer.municipality_code = $municipality_code
    order by peer.position
)

select * from final
