-- one row per outcome, evaluated group and estimator: what the verdicts rest on
with final as (
    select
        series_id,
        evaluated,
        estimator,
        ratio_lower,
        ratio_upper,
        p,
        detectable_fall
    from mart.evaluation
    order by series_id, evaluated, position
)

select * from final
