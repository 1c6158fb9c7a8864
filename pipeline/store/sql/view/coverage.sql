-- one row per municipality of the country: what is known of $programme_id there
with final as (
    select
        coverage.municipality_code,
        municipality.municipality_name,
        municipality.department_code,
        department.department_name,
        coverage.state,
        coverage.evidence,
        coverage.component,
        coverage.start_earliest,
        coverage.start_latest,
        coverage.end_date,
        coverage.end_basis,
        coverage.is_named_region,
        coverage.source_title,
        coverage.source_url,
        coverage.source_date
    from core.coverage
    inner join core.municipality on coverage.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    where coverage.programme_id = $programme_id
    order by coverage.municipality_code
)

select * from final
