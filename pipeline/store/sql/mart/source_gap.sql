-- one row per series that counts what another publisher counts too, department of the seven or
-- these together, and year
with publishers as (
    select
        series_id,
        phenomenon,
        display_order
    from core.series
    where phenomenon is not null
),

programme as (
    select department_code
    from core.department
    where is_programme_department
),

editions as (
    select
        left(municipality_code, 2) as department_code,
        year,
        min(edition) as edition
    from mart.population_yearly
    group by all
),

by_department as (
    select
        rates.department_code as place_code,
        rates.series_id,
        rates.year,
        rates.events,
        rates.person_years,
        rates.months_published,
        rates.is_provisional,
        editions.edition
    from mart.rate_department_yearly as rates
    inner join programme on rates.department_code = programme.department_code
    left join editions
        on
            rates.department_code = editions.department_code
            and rates.year = editions.year
    where rates.series_id in (select series_id from publishers)
),

together as (
    select
        'programme' as place_code,
        series_id,
        year,
        sum(events) as events,
        case when count(*) = count(person_years) then sum(person_years) end as person_years,
        min(months_published) as months_published,
        bool_or(is_provisional) as is_provisional,
        min(edition) as edition
    from by_department
    group by all
    having count(*) = (select count(*) from programme)
),

figures as (
    select * from by_department
    union all by name
    select * from together
),

final as (
    select
        figures.*,
        publishers.phenomenon
    from figures
    inner join publishers on figures.series_id = publishers.series_id
    order by publishers.display_order, figures.place_code, figures.year
)

select * from final
