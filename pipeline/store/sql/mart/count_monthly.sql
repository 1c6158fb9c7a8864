-- one row per series, municipality or unlocated remainder, and month with at least one event
-- A view: the month's events and, where they are known, the squared sizes of its groups.
with final as (
    select
        crime.series_id,
        crime.municipality_code,
        crime.month,
        crime.events,
        sizes.group_squares
    from core.crime_monthly as crime
    left join core.crime_group_monthly as sizes
        on
            crime.series_id = sizes.series_id
            and crime.municipality_code = sizes.municipality_code
            and crime.month = sizes.month
)

select
    series_id,
    municipality_code,
    month,
    events,
    group_squares
from final
