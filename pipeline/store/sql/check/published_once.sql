-- a month is published for all municipalities or for single ones, not for both
-- es: un mes se publica para todos los municipios o para algunos, no para ambos
with final as (
    select
        series_id,
        month,
        count(*) as municipalities
    from core.availability
    group by all
    having
        bool_or(municipality_code = 'all')
        and count(*) > 1
)

select * from final
