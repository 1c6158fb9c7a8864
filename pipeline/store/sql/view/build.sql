-- one row: the build
with final as (
    select
        build_id,
        built_at,
        fingerprint,
        newest_cut,
        is_snapshot_only
    from core.build
)

select * from final
