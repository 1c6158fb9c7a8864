-- one row per list that was ever used for $programme_id and municipality it names: what it says
with final as (
    select
        coverage_list.position,
        coverage_history.municipality_code,
        municipality.municipality_name,
        coverage_history.state,
        coverage_history.evidence,
        coverage_history.component,
        coverage_history.start_earliest,
        coverage_history.start_latest,
        coverage_history.end_date,
        coverage_history.end_basis,
        coverage_history.source_title,
        coverage_history.source_url,
        coverage_history.source_date
    from core.coverage_history
    inner join core.coverage_list
        on
            coverage_history.programme_id = coverage_list.programme_id
            and coverage_history.sha256 = coverage_list.sha256
    inner join core.municipality
        on coverage_history.municipality_code = municipality.municipality_code
    where coverage_history.programme_id = $programme_id
    order by
        coverage_list.position,
        coverage_history.municipality_code
)

select * from final
