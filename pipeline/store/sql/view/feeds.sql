-- one row per series and dataset that its figures are read from
with final as (
    select distinct
        series_id,
        source_id,
        dataset
    from core.feed
    where role = 'current'
    order by series_id, source_id, dataset
)

select * from final
