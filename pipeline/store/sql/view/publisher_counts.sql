-- one row per year and series of $municipality_code that counts what another publisher counts too
with shared as (
    select
        series_id,
        phenomenon,
        display_order
    from core.series
    where phenomenon is not null and is_published
    qualify count(*) over (partition by phenomenon) > 1
),

final as (
    select
        shared.phenomenon,
        rates.series_id,
        rates.year,
        rates.events,
        rates.is_provisional,
        rates.months_published < 12 as is_partial
    from mart.rate_yearly as rates
    inner join shared on rates.series_id = shared.series_id
    where rates.municipality_code = $municipality_code
    order by shared.phenomenon, rates.year, shared.display_order
)

select * from final
