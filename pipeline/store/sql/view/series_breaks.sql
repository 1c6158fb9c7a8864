-- one row per declared break of $series_id, earliest first
with final as (
    select
        start_month,
        end_month,
        kind,
        note_es,
        note_en
    from core.series_break
    where series_id = $series_id
    order by start_month
)

select * from final
