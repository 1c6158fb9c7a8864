-- one row per indicator, municipality and quarter that a holder of $programme_id's data gave
with final as (
    select
        programme_indicator.municipality_code,
        municipality.municipality_name,
        programme_indicator.indicator_id,
        programme_indicator.quarter,
        programme_indicator.value,
        programme_indicator.base,
        programme_indicator.source_title,
        programme_indicator.source_date,
        programme_indicator.quarter = max(programme_indicator.quarter) over (
            partition by programme_indicator.municipality_code, programme_indicator.indicator_id
        ) as is_newest
    from core.programme_indicator
    inner join core.municipality
        on programme_indicator.municipality_code = municipality.municipality_code
    where programme_indicator.programme_id = $programme_id
    order by
        programme_indicator.municipality_code,
        programme_indicator.indicator_id,
        programme_indicator.quarter
)

select * from final
