-- every place is a municipality, the unlocated remainder of a department (dd000) or 00000
-- es: cada lugar es un municipio, el resto sin ubicar de un departamento (dd000) o 00000
with places as (
    select municipality_code from core.municipality
    union all
    select department_code || '000' as municipality_code from core.department
    union all
    select '00000' as municipality_code
),

used as (
    select distinct
        'core.crime_monthly' as table_name,
        municipality_code
    from core.crime_monthly
    union all
    select distinct
        'core.crime_yearly' as table_name,
        municipality_code
    from core.crime_yearly
    union all
    select distinct
        'core.revision' as table_name,
        municipality_code
    from core.revision
    union all
    select distinct
        'core.point_disagreement' as table_name,
        municipality_code
    from core.point_disagreement
),

final as (
    select used.*
    from used
    anti join places on used.municipality_code = places.municipality_code
)

select
    table_name,
    municipality_code
from final
