-- one row per series and calendar year from which on a definition is another than before
-- A change that takes time cuts twice: where it begins, and from the first whole year after it.
with final as (
    select
        series_id,
        year(start_month) as year
    from core.series_break
    where kind = 'definition'
    union
    select
        series_id,
        year(end_month + interval 11 month) as year
    from core.series_break
    where kind = 'definition'
)

select * from final
