-- a rate exists where person-years do, and lies between its limits
-- es: hay tasa donde hay personas-año, y queda entre sus límites
with figures as (
    select
        series_id,
        municipality_code as place_code,
        person_years,
        rate_per_100k,
        rate_lower_per_100k,
        rate_upper_per_100k
    from mart.rate
    union all
    select
        series_id,
        department_code as place_code,
        person_years,
        rate_per_100k,
        rate_lower_per_100k,
        rate_upper_per_100k
    from mart.rate_department_yearly
),

final as (
    select *
    from figures
    where
        (person_years is null) <> (rate_per_100k is null)
        or (rate_lower_per_100k is null) <> (rate_upper_per_100k is null)
        or (rate_per_100k is null and rate_upper_per_100k is not null)
        or rate_lower_per_100k > rate_per_100k
        or rate_upper_per_100k < rate_per_100k
)

select
    series_id,
    place_code,
    person_years,
    rate_per_100k
from final
