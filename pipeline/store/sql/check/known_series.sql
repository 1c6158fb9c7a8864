-- a series has figures if and only if it is said to be published
-- es: una serie tiene cifras si y solo si se dice que está publicada
with used as (
    select distinct series_id from core.crime_monthly
    union
    select distinct series_id from core.crime_yearly
    union
    select distinct series_id from core.crime_department_yearly
    union
    select distinct series_id from core.context_yearly
    union
    select distinct series_id from core.availability
),

final as (
    select
        series_id,
        'published without figures' as breach
    from core.series
    where
        is_published
        and series_id not in (select series_id from used)
    union all
    select
        series_id,
        'figures of a series that is not published' as breach
    from used
    anti join core.series
        on
            used.series_id = series.series_id
            and series.is_published
)

select * from final
