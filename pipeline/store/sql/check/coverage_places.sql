-- each programme says something of every municipality, in words that agree with each other
-- es: cada programa dice algo de cada municipio, con palabras que concuerdan entre sí
-- Either the four states of what is documented or, from an official list, covered and not covered.
with states as (
    select
        coverage.programme_id,
        municipality.municipality_code,
        coverage.state,
        coverage.evidence,
        coverage.source_title,
        coverage.is_named_region,
        municipality.pdet_subregion is not null as is_pdet,
        department.is_programme_department
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    cross join core.programme
    left join core.coverage
        on
            programme.programme_id = coverage.programme_id
            and municipality.municipality_code = coverage.municipality_code
),

final as (
    select
        municipality_code,
        state,
        evidence
    from states
    where
        state is null
        or (state = 'outside') <> (not is_programme_department)
        or (state = 'candidate' and not is_pdet)
        or (state = 'no_evidence' and is_pdet)
        or (state in ('documented', 'covered')) <> (evidence is not null)
        or (state in ('documented', 'covered') and source_title is null)
        or (is_named_region and state <> 'candidate')
)

select * from final
