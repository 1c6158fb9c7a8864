-- one row per source and series it feeds, or source of reference, with its newest release
with releases as (
    select
        source_id,
        dataset,
        role,
        max(cut_date) as cut_date,
        max(retrieved_date) as retrieved_date,
        bool_and(is_bundled) as is_bundled
    from core.source_file
    where role <> 'history'
    group by all
),

final as (
    select
        feed.series_id,
        source.source_id,
        source.publisher,
        source.title,
        source.url_main,
        source.licence_es,
        source.licence_en,
        source.citation,
        source.cadence,
        releases.role,
        max(releases.cut_date) as cut_date,
        max(releases.retrieved_date) as retrieved_date,
        bool_and(releases.is_bundled) as is_bundled
    from releases
    inner join core.source on releases.source_id = source.source_id
    left join core.feed
        on
            releases.source_id = feed.source_id
            and releases.dataset = feed.dataset
            and releases.role = feed.role
    group by all
    order by source.source_id, feed.series_id, releases.role
)

select * from final
