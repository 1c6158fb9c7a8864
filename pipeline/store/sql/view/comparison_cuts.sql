-- one row per series, date across which its figures are not set side by side, and kind of cut
with final as (
    select
        series_id,
        start_month,
        end_month,
        kind
    from mart.comparison_cut
    order by series_id, start_month, kind
)

select * from final
