-- no event lies in a month that its series does not publish there
-- es: ningún hecho cae en un mes que su serie no publica allí
with places as (
    select
        series_id,
        municipality_code,
        month
    from core.crime_monthly
    union all
    select
        series_id,
        municipality_code,
        make_date(year, 1, 1) as month
    from core.crime_yearly
),

yearly as (
    select distinct
        availability.series_id,
        availability.municipality_code,
        cast(date_trunc('year', availability.month) as date) as month
    from core.availability
    where availability.series_id in (select series_id from core.crime_yearly)
),

published as (
    select
        series_id,
        municipality_code,
        month
    from core.availability
    union
    select * from yearly
),

final as (
    select places.*
    from places
    anti join published
        on
            places.series_id = published.series_id
            and places.month = published.month
            and published.municipality_code = 'all'
    anti join published as own
        on
            places.series_id = own.series_id
            and places.month = own.month
            and places.municipality_code = own.municipality_code
)

select
    series_id,
    municipality_code,
    month
from final
