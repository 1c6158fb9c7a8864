-- a programme covers no more municipalities than it says, and candidates exist only below that
-- es: un programa no cubre más municipios de los que dice, y solo por debajo de eso hay candidatos
with states as (
    select
        programme_id,
        count(*) filter (where state in ('documented', 'covered')) as known,
        count(*) filter (where state = 'candidate') as candidates,
        count(*) filter (where state in ('covered', 'not_covered')) as settled,
        count(*) filter (where state in ('documented', 'candidate', 'no_evidence')) as unsettled
    from core.coverage
    group by programme_id
),

final as (
    select
        programme.programme_id,
        programme.municipality_count,
        states.known,
        states.candidates
    from core.programme
    inner join states on programme.programme_id = states.programme_id
    where
        states.known > programme.municipality_count
        or (states.known = programme.municipality_count and states.candidates > 0)
        or (states.settled > 0 and states.unsettled > 0)
)

select * from final
