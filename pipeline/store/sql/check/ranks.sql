-- positions of a map run from 1 to the number of ranked places, and ranks lie within their limits
-- es: las posiciones van de 1 al número de lugares, y los puestos quedan entre sus límites
with maps as (
    select
        *,
        count(*) over of_map as places,
        row_number() over (
            partition by series_id, time_window, period
            order by position
        ) as place
    from mart.rank
    window of_map as (partition by series_id, time_window, period)
),

final as (
    select
        series_id,
        municipality_code,
        time_window,
        position,
        ranked
    from maps
    where
        ranked <> places
        or position <> place
        or alike >= ranked
        or rank_median not between rank_lower and rank_upper
        or rank_lower < 1
        or rank_upper > ranked
)

select * from final
