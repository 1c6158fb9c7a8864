-- one row per outcome, evaluated group and estimator, with what may be said of the outcome
with final as (
    select
        estimate.series_id,
        series.label_es,
        series.label_en,
        estimate.evaluated,
        estimate.estimator,
        estimate.limits,
        estimate.position,
        estimate.places,
        estimate.compared,
        estimate.before_first,
        estimate.before_last,
        estimate.after_first,
        estimate.after_last,
        estimate.ratio,
        estimate.ratio_lower,
        estimate.ratio_upper,
        100 * (estimate.ratio - 1) as percent,
        100 * (estimate.ratio_lower - 1) as percent_lower,
        100 * (estimate.ratio_upper - 1) as percent_upper,
        coalesce(estimate.ratio_lower < 0.1 or estimate.ratio_upper > 10, false) as is_useless,
        estimate.difference,
        estimate.difference_lower,
        estimate.difference_upper,
        estimate.p,
        estimate.detectable_fall,
        estimate.refusal,
        estimate.missing,
        estimate.draws,
        estimate.seed,
        estimate.versions,
        said.adjusted_p,
        said.adjusted_randomisation_p,
        said.verdict
    from mart.evaluation as estimate
    inner join core.series on estimate.series_id = series.series_id
    left join mart.evaluation_verdict as said on estimate.series_id = said.series_id
    order by series.display_order, estimate.evaluated != 'first_wave', estimate.position
)

select * from final
