-- every outline lies in Colombia, longitude before latitude
-- es: cada contorno queda en Colombia, la longitud antes que la latitud
with outlines as (
    select
        municipality_code as code,
        web_geometry
    from core.municipality
    union all
    select
        department_code as code,
        web_geometry
    from core.department
),

colombia as (
    select st_setcrs('POLYGON ((-82 -5, -66 -5, -66 17, -82 17, -82 -5))', 'OGC:CRS84') as extent
),

final as (
    select outlines.code
    from outlines
    cross join colombia
    where not st_intersects_extent(outlines.web_geometry, colombia.extent)
)

select * from final
