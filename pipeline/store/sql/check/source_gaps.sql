-- a gap is what its department's own figures say, and only years that compare have a direction
-- es: una diferencia es lo que dicen las cifras de su departamento; compara solo años comparables
with departments as (
    select
        department_code as place_code,
        series_id,
        year,
        events
    from mart.rate_department_yearly
    where
        department_code in (
            select department_code
            from core.department
            where is_programme_department
        )
),

figures as (
    select * from departments
    union all
    select
        'programme' as place_code,
        series_id,
        year,
        sum(events) as events
    from departments
    group by series_id, year
),

final as (
    select
        gaps.place_code,
        gaps.series_id,
        gaps.other_series_id,
        gaps.year
    from mart.source_gap as gaps
    left join figures as one
        on
            gaps.place_code = one.place_code
            and gaps.series_id = one.series_id
            and gaps.year = one.year
    left join figures as other
        on
            gaps.place_code = other.place_code
            and gaps.other_series_id = other.series_id
            and gaps.year = other.year
    where
        gaps.events is distinct from one.events
        or gaps.other_events is distinct from other.events
        or gaps.gap <> gaps.events - gaps.other_events
        or (gaps.gap is null) <> (gaps.months_published <> gaps.other_months_published)
        or (
            gaps.refusal is not null
            and (gaps.direction is not null or gaps.other_direction is not null)
        )
        or (gaps.agreement = 'same' and gaps.direction is distinct from gaps.other_direction)
        or (
            gaps.agreement = 'opposite'
            and (gaps.direction = 'rise' and gaps.other_direction = 'fall') is not true
            and (gaps.direction = 'fall' and gaps.other_direction = 'rise') is not true
        )
)

select * from final
