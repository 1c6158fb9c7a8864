-- one row per municipality and year with known residents
-- The year after the newest figures borrows them and says so; no other gap is filled. The zero of a
-- municipality that did not exist yet is not a number of residents.
with known as (
    select
        municipality_code,
        year,
        population,
        edition,
        false as is_population_carried
    from core.population_yearly
    where population > 0
),

newest as (
    select max(year) as year
    from core.population_yearly
),

carried as (
    select
        known.municipality_code,
        known.year + 1 as year,
        known.population,
        known.edition,
        true as is_population_carried
    from known
    inner join newest on known.year = newest.year
),

final as (
    select * from known
    union all
    select * from carried
)

select * from final
