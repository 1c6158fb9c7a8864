-- every month of a series of known groups has them, and so many events can fall into such groups
-- es: cada mes de una serie de grupos conocidos los tiene, y tantos hechos caben en esos grupos
with known as (
    select distinct series_id from core.crime_group_monthly
),

counted as (
    select crime.*
    from core.crime_monthly as crime
    semi join known on crime.series_id = known.series_id
),

final as (
    select
        coalesce(counted.series_id, sizes.series_id) as series_id,
        coalesce(counted.municipality_code, sizes.municipality_code) as municipality_code,
        coalesce(counted.month, sizes.month) as month,
        counted.events,
        sizes.group_squares
    from counted
    full join core.crime_group_monthly as sizes
        on
            counted.series_id = sizes.series_id
            and counted.municipality_code = sizes.municipality_code
            and counted.month = sizes.month
    where
        (sizes.group_squares between counted.events and counted.events * counted.events)
        is not true
)

select
    series_id,
    municipality_code,
    month,
    events,
    group_squares
from final
