-- what is read from a file is stored or dropped, and every drop has a reason
-- es: lo que se lee de un archivo se guarda o se deja fuera, y cada descarte tiene su razón
with reasons as (
    select
        path,
        sum(rows) as rows_with_reason,
        sum(events) as events_with_reason
    from core.source_drop
    group by path
),

final as (
    select
        file.path,
        file.rows_read,
        file.rows_stored,
        file.rows_dropped,
        coalesce(reasons.rows_with_reason, 0) as rows_with_reason,
        file.events_read,
        file.events_stored,
        file.events_dropped,
        coalesce(reasons.events_with_reason, 0) as events_with_reason
    from core.source_file as file
    left join reasons on file.path = reasons.path
    where
        file.rows_read <> file.rows_stored + file.rows_dropped
        or abs(file.events_read - file.events_stored - file.events_dropped) > 1e-6
        or file.rows_dropped <> coalesce(reasons.rows_with_reason, 0)
        or abs(file.events_dropped - coalesce(reasons.events_with_reason, 0)) > 1e-6
)

select * from final
