-- one row: how counts of $series_id scatter, up to $largest, and whether it is kept from coverage
with final as (
    select
        series.is_apart_from_coverage,
        case
            when series.interval = 'exact' then 1.0
            when dispersion.dispersion <= $largest then dispersion.dispersion
        end as dispersion
    from core.series
    left join mart.dispersion on series.series_id = dispersion.series_id
    where series.series_id = $series_id
)

select * from final
