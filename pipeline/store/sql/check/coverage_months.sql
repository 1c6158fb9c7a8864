-- coverage by month agrees with what is known of each place, and no start is firmer than its source
-- es: la cobertura mensual concuerda con lo que se sabe; ningún comienzo es más firme que su fuente
with programme_months as (
    select
        programme_id,
        datediff('month', start_date, end_date) + 1 as expected
    from core.programme
),

months as (
    select
        programme_id,
        municipality_code,
        count(*) as found
    from mart.coverage_monthly
    group by
        programme_id,
        municipality_code
),

short as (
    select
        coverage.programme_id,
        coverage.municipality_code,
        'months are missing' as fault
    from core.coverage
    inner join programme_months on coverage.programme_id = programme_months.programme_id
    left join months
        on
            coverage.programme_id = months.programme_id
            and coverage.municipality_code = months.municipality_code
    where coalesce(months.found, 0) <> programme_months.expected
),

wrong as (
    select
        monthly.programme_id,
        monthly.municipality_code,
        'a month says something else' as fault
    from mart.coverage_monthly as monthly
    left join core.coverage
        on
            monthly.programme_id = coverage.programme_id
            and monthly.municipality_code = coverage.municipality_code
    where
        coverage.state is distinct from monthly.state
        or (coverage.state in ('outside', 'not_covered')) <> (monthly.presence = 'no')
        or (coverage.state in ('candidate', 'no_evidence')) <> (monthly.presence = 'unknown')
        or (
            monthly.presence in ('yes', 'planned')
            and (coverage.start_latest is null or last_day(monthly.month) < coverage.start_latest)
        )
        or (monthly.presence = 'over' and coverage.end_basis <> 'actual')
),

starts as (
    select
        programme_id,
        municipality_code,
        'the first day lies after the last one' as fault
    from core.coverage
    where
        start_earliest > start_latest
        or (state in ('documented', 'covered')) <> (start_earliest is not null)
),

final as (
    select * from short
    union all
    select * from wrong
    union all
    select * from starts
)

select * from final
