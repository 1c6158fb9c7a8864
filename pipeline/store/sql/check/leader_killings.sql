-- killings of leaders are counted by municipality and year, never by month
-- es: los asesinatos de líderes se cuentan por municipio y año, nunca por mes
with final as (
    select
        'core.crime_monthly' as table_name,
        municipality_code,
        month
    from core.crime_monthly
    where series_id = 'leader_killings'
    union all
    select
        'core.revision' as table_name,
        municipality_code,
        period_start as month
    from core.revision
    where
        series_id = 'leader_killings'
        and period = 'month'
    union all
    select
        'mart.rate_monthly' as table_name,
        municipality_code,
        month
    from mart.rate_monthly
    where series_id = 'leader_killings'
    union all
    select
        'mart.rate_rolling' as table_name,
        municipality_code,
        month
    from mart.rate_rolling
    where series_id = 'leader_killings'
)

select * from final
