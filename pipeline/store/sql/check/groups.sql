-- a group has the events of its members, and a rate only with all of them; none is kept apart
-- es: un grupo tiene los hechos de sus miembros, y tasa solo con todos; ninguno va apartado
with members as (
    select
        rates.series_id,
        groups_of.group_id,
        rates.time_window,
        rates.period,
        sum(rates.events) as events,
        count(*) as members_published
    from mart.rate_window as rates
    inner join mart.group_member as groups_of
        on rates.municipality_code = groups_of.municipality_code
    where rates.time_window in ('year', 'fiscal')
    group by all
),

final as (
    select
        told.series_id,
        told.group_id,
        told.time_window,
        told.period
    from mart.group_rate as told
    inner join core.series on told.series_id = series.series_id
    left join members
        on
            told.series_id = members.series_id
            and told.group_id = members.group_id
            and told.time_window = members.time_window
            and told.period = members.period
    where
        series.is_apart_from_coverage
        or (members.events = told.events) is not true
        or members.members_published <> told.members_published
        or (told.rate_per_100k is not null and told.members_published < told.members)
)

select * from final
