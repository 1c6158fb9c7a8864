-- one row per municipality of the country
-- The web outlines give the same neighbours as the full boundaries, and every build has them.
with final as (
    select
        municipality_code,
        st_aswkb(web_geometry) as web_geometry
    from core.municipality
    order by municipality_code
)

select * from final
