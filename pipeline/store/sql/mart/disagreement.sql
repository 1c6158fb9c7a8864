-- one row per claim on a change or trend, and claim of another publisher of the same events on the
-- same place over the same months
with changes as (
    select * from mart.change
    union all by name
    select
        *,
        department_code as municipality_code
    from mart.change_department
),

trends as (
    select * from mart.trend
    union all by name
    select
        *,
        department_code as municipality_code
    from mart.trend_department
),

claims as (
    select
        series_id,
        municipality_code as place_code,
        'change' as claim,
        time_window,
        if(time_window = 'pooled', 36, 12) as months,
        earlier_period as since,
        period,
        word,
        coalesce(
            ratio - 1,
            case when word <> 'not comparable' and events > earlier_events then 1 end
        ) as move
    from changes
    union all
    select
        series_id,
        municipality_code as place_code,
        'trend' as claim,
        'year' as time_window,
        null as months,
        make_date(first_year, 1, 1) as since,
        make_date(last_year, 12, 1) as period,
        word,
        percent as move
    from trends
),

final as (
    select distinct
        one.series_id,
        one.place_code,
        one.claim,
        one.time_window,
        one.period,
        one.word,
        one.move,
        other.series_id as other_series_id,
        other.move as other_move
    from claims as one
    inner join core.series on one.series_id = series.series_id
    inner join core.series as others
        on
            series.phenomenon = others.phenomenon
            and series.series_id <> others.series_id
    inner join claims as other
        on
            others.series_id = other.series_id
            and one.place_code = other.place_code
            and one.claim = other.claim
            and one.months is not distinct from other.months
            and one.since = other.since
            and one.period = other.period
    order by one.series_id, one.place_code, one.claim, one.time_window, one.period
)

select * from final
