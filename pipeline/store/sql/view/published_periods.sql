-- one row per series, grain and period that is published for any place
with months as (
    select
        availability.series_id,
        case series.grain when 'municipality and month' then 'month' else 'year' end as grain,
        availability.month
    from core.availability
    inner join core.series on availability.series_id = series.series_id
),

final as (
    select distinct
        series_id,
        grain,
        cast(date_trunc(grain, month) as date) as period
    from months
    union
    select
        series_id,
        'department year' as grain,
        make_date(year, 1, 1) as period
    from core.crime_department_yearly
)

select * from final
