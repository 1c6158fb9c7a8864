-- a map names the places it says it names, each by a p-value below the level and known to the map
-- es: un mapa nombra los lugares que dice, cada uno con un valor p bajo el nivel
with counted as (
    select
        series_id,
        time_window,
        period,
        count(*) filter (where adjusted_p <= 0.05) as named
    from mart.cluster
    group by all
),

miscounted as (
    select
        moran.series_id,
        moran.time_window,
        moran.period,
        'all' as municipality_code
    from mart.moran
    left join counted
        on
            moran.series_id = counted.series_id
            and moran.time_window = counted.time_window
            and moran.period = counted.period
    where moran.places_named <> coalesce(counted.named, 0)
),

misnamed as (
    select
        cluster.series_id,
        cluster.time_window,
        cluster.period,
        cluster.municipality_code
    from mart.cluster
    left join core.municipality on cluster.municipality_code = municipality.municipality_code
    left join mart.moran
        on
            cluster.series_id = moran.series_id
            and cluster.time_window = moran.time_window
            and cluster.period = moran.period
    where
        municipality.municipality_code is null
        or moran.series_id is null
        or (cluster.p is null) <> (cluster.cluster in ('undefined', 'no neighbours'))
        or (cluster.spot <> 0 and coalesce(cluster.adjusted_p > 0.05, true))
        or (
            cluster.cluster in ('high-high', 'low-low', 'high-low', 'low-high')
            and coalesce(cluster.adjusted_p > 0.05, true)
        )
        or cluster.adjusted_p < cluster.p
),

final as (
    select * from miscounted
    union all
    select * from misnamed
)

select
    series_id,
    time_window,
    period,
    municipality_code
from final
