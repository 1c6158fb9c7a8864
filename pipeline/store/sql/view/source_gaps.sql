-- one row per pair of publishers, department or the seven together, and year
with final as (
    select
        series.phenomenon,
        gaps.series_id,
        gaps.other_series_id,
        gaps.place_code,
        department.department_name,
        gaps.year,
        gaps.events,
        gaps.other_events,
        gaps.months_published,
        gaps.other_months_published,
        gaps.is_provisional,
        gaps.gap,
        gaps.gap_share,
        gaps.direction,
        gaps.other_direction,
        gaps.agreement,
        gaps.refusal
    from mart.source_gap as gaps
    inner join core.series on gaps.series_id = series.series_id
    inner join core.series as other on gaps.other_series_id = other.series_id
    left join core.department on gaps.place_code = department.department_code
    order by series.display_order, other.display_order, gaps.place_code, gaps.year
)

select * from final
