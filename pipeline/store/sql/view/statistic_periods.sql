-- one row per statistic of $series_id that a map can show, window and period, earliest first
-- A year is named by its first day, as where rates are shown. Of a change only one pair of windows:
-- the newest that compares in any place, else the newest.
with provisional as (
    select
        time_window,
        period,
        bool_and(is_provisional) as is_provisional
    from mart.rate_window
    where series_id = $series_id
    group by all
),

maps as (
    select distinct
        unnest(['smoothed', 'reliability']) as measure,
        time_window,
        period
    from mart.rate_smoothed
    where
        series_id = $series_id
        and reliability is not null
    union all
    select distinct
        'cluster' as measure,
        time_window,
        period
    from mart.cluster
    where series_id = $series_id
),

pairs as (
    select
        time_window,
        period,
        earlier_period,
        is_newest,
        bool_or(word is distinct from 'not comparable') as is_comparable
    from mart.change
    where series_id = $series_id
    group by all
),

pair as (
    select *
    from pairs
    qualify
        row_number() over (partition by time_window order by is_comparable desc, period desc) = 1
),

shown as (
    select
        maps.measure,
        maps.time_window,
        maps.period,
        cast(null as date) as since,
        provisional.is_provisional,
        true as is_newest
    from maps
    inner join provisional
        on
            maps.time_window = provisional.time_window
            and maps.period = provisional.period
    union all
    select
        'change' as measure,
        time_window,
        period,
        earlier_period as since,
        false as is_provisional,
        is_newest
    from pair
    union all
    select
        'trend' as measure,
        'year' as time_window,
        make_date(max(last_year), 12, 1) as period,
        make_date(min(first_year), 12, 1) as since,
        false as is_provisional,
        true as is_newest
    from mart.trend
    where series_id = $series_id
    having count(*) > 0
),

final as (
    select
        measure,
        time_window,
        is_provisional,
        is_newest,
        if(time_window = 'year', date_trunc('year', period), period) as period,
        if(time_window = 'year', date_trunc('year', since), since) as since
    from shown
    where time_window in ('year', 'pooled', 'rolling')
    order by measure, time_window, period
)

select * from final
