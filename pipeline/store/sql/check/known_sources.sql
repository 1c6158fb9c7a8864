-- every feed and file belongs to a declared source
-- es: cada dato y archivo pertenece a una fuente declarada
with used as (
    select
        'core.feed' as table_name,
        source_id
    from core.feed
    union
    select
        'core.series' as table_name,
        source_id
    from core.series
    union
    select
        'core.source_file' as table_name,
        source_id
    from core.source_file
),

final as (
    select used.*
    from used
    anti join core.source on used.source_id = source.source_id
)

select
    table_name,
    source_id
from final
