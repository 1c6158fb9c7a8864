-- one row per municipality of the country: what is known of $programme_id there, and where it lies
with coverage as (
    select
        municipality_code,
        state,
        evidence,
        is_named_region,
        component,
        start_earliest,
        start_latest
    from core.coverage
    where programme_id = $programme_id
),

final as (
    select
        municipality.municipality_code,
        coverage.state,
        coverage.evidence,
        coverage.component,
        coverage.start_earliest,
        coverage.start_latest,
        coalesce(coverage.is_named_region, false) as is_named_region,
        municipality.pdet_subregion is not null as is_pdet,
        coalesce(municipality.pdet_subregion, '') as region,
        department.is_programme_department
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    left join coverage on municipality.municipality_code = coverage.municipality_code
    order by municipality.municipality_code
)

select * from final
