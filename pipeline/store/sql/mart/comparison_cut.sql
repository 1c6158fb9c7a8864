-- one row per series, date across which its figures are not set side by side, and kind of cut
with editions as (
    select
        year,
        edition,
        lag(edition) over (partition by municipality_code order by year) as edition_before
    from mart.population_yearly
),

edition_years as (
    select distinct make_date(year, 1, 1) as month
    from editions
    where edition <> edition_before
),

final as (
    select
        series.series_id,
        edition_years.month as start_month,
        edition_years.month as end_month,
        'edition' as kind
    from core.series
    cross join edition_years
    union all
    select
        series_id,
        start_month,
        end_month,
        kind
    from core.series_break
    where kind = 'definition'
    order by series_id, start_month, kind
)

select * from final
