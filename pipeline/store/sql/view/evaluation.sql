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
