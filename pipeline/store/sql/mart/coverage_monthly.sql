-- one row per programme, municipality of the country and month from the programme's start to its
-- end
with spans as (
    select
        programme_id,
        last_seen_date,
        end_date,
        unnest(
            generate_series(
                date_trunc('month', start_date), date_trunc('month', end_date), interval 1 month
            )
        ) as first_day
    from core.programme
),

months as (
    select
        programme_id,
        last_seen_date,
        end_date,
        cast(first_day as date) as month,
        last_day(cast(first_day as date)) as month_end
    from spans
),

-- A start within a month counts for the whole of it; so does an end.
final as (
    select
        coverage.programme_id,
        coverage.municipality_code,
        months.month,
        coverage.state,
        case
            when coverage.state in ('outside', 'not_covered') then 'no'
            when coverage.state in ('candidate', 'no_evidence') then 'unknown'
            when coverage.start_earliest > months.month_end then 'not yet'
            when coverage.end_date < months.month and coverage.end_basis = 'actual' then 'over'
            when
                coverage.start_latest is null
                or date_trunc('month', coverage.start_latest) > months.month
                then 'maybe'
            when coverage.end_basis = 'actual' then 'yes'
            when
                months.month > coalesce(months.last_seen_date, months.end_date)
                or months.month > coalesce(coverage.end_date, months.end_date)
                then 'planned'
            else 'yes'
        end as presence
    from core.coverage
    inner join months on coverage.programme_id = months.programme_id
    order by
        coverage.programme_id,
        coverage.municipality_code,
        months.month
)

select * from final
