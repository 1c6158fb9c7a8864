-- one row per pair of municipalities that share a border, in both directions
with final as (
    select
        municipality_code,
        neighbour_code
    from mart.neighbour
    order by municipality_code, neighbour_code
)

select * from final
