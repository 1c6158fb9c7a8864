-- neighbours are two known municipalities, each the other's neighbour
-- es: los vecinos son dos municipios conocidos, cada uno vecino del otro
with strangers as (
    select
        municipality_code,
        neighbour_code
    from mart.neighbour
    where
        municipality_code not in (select municipality_code from core.municipality)
        or municipality_code = neighbour_code
),

one_sided as (
    select
        municipality_code,
        neighbour_code
    from mart.neighbour
    except
    select
        neighbour_code as municipality_code,
        municipality_code as neighbour_code
    from mart.neighbour
),

final as (
    select * from strangers
    union all
    select * from one_sided
)

select
    municipality_code,
    neighbour_code
from final
