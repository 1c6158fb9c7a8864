-- what describes a municipality describes one that exists, in a department that exists
-- es: lo que describe un municipio describe uno que existe, en un departamento que existe
with used as (
    select distinct
        'core.population_yearly' as table_name,
        municipality_code
    from core.population_yearly
    union all
    select distinct
        'core.context_yearly' as table_name,
        municipality_code
    from core.context_yearly
    union all
    select distinct
        'core.coverage' as table_name,
        municipality_code
    from core.coverage
    union all
    select distinct
        'core.programme_indicator' as table_name,
        municipality_code
    from core.programme_indicator
    union all
    select distinct
        'core.availability' as table_name,
        municipality_code
    from core.availability
    where municipality_code <> 'all'
),

orphans as (
    select
        'core.municipality' as table_name,
        municipality.municipality_code
    from core.municipality
    anti join core.department on municipality.department_code = department.department_code
    union all
    select
        'core.municipality' as table_name,
        municipality_code
    from core.municipality
    where left(municipality_code, 2) <> department_code
    union all
    select
        'core.crime_department_yearly' as table_name,
        crime.department_code || '000' as municipality_code
    from core.crime_department_yearly as crime
    anti join core.department on crime.department_code = department.department_code
),

strangers as (
    select used.*
    from used
    anti join core.municipality on used.municipality_code = municipality.municipality_code
),

final as (
    select * from strangers
    union all
    select * from orphans
)

select
    table_name,
    municipality_code
from final
