-- each programme says something of every municipality, in words that agree with each other
-- es: cada programa dice algo de cada municipio, con palabras que concuerdan entre sí
-- Either the four states of what is documented or, from an official list, covered and not covered.
with states as (
    select
        programme.programme_id,
        programme.extent,
        municipality.municipality_code,
        coverage.state,
        coverage.evidence,
        coverage.source_title,
        coverage.is_named_region,
        municipality.pdet_subregion is not null as is_pdet,
        (
            programme.departments = ''
            or list_contains(string_split(programme.departments, ','), department.department_code)
        ) as is_inside
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
        programme_id,
        municipality_code,
        state,
        evidence
    from states
    where
        state is null
        or (state = 'outside') <> (not is_inside)
        or (state = 'candidate' and not is_pdet)
        or (state = 'no_evidence' and is_pdet)
        or (extent = 'pdet' and (state = 'covered') <> is_pdet)
        or (extent = 'pdet' and state in ('documented', 'candidate'))
        or (state in ('documented', 'covered')) <> (evidence is not null)
        or (state in ('documented', 'covered') and source_title is null)
        or (is_named_region and state <> 'candidate')
)

select * from final
