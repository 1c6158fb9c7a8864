-- one row per release of $series_id that holds a part of the period, with what it says of the place
-- A release holds what lies between its first and its last event; where its file states no days,
-- the years it is named by, else the months that are published. Within that, no event is zero,
-- unless the series is measured, or published by each municipality on its own.
with apart as (
    select count(*) > 0 as has_own_months
    from core.availability
    where
        series_id = $series_id
        and municipality_code <> 'all'
),

published as (
    select
        min(month) as first_month,
        max(month) as last_month
    from core.availability
    where
        series_id = $series_id
        and municipality_code in ('all', $municipality_code)
),

held as (
    select
        path,
        min(period_start) as first_month,
        max(period_start) as last_month
    from core.revision
    where series_id = $series_id
    group by path
),

releases as (
    select
        file.path,
        file.cut_date,
        file.retrieved_date,
        file.origin,
        file.is_bundled,
        file.role = 'current' as is_shown,
        feed.grain = 'municipality and year' as is_yearly,
        coalesce(
            file.first_date,
            make_date(try_cast(file.part[:4] as int), 1, 1),
            held.first_month,
            published.first_month
        ) as first_date,
        coalesce(
            file.last_date,
            make_date(try_cast(file.part[-4:] as int), 12, 1),
            held.last_month,
            published.last_month
        ) as last_date
    from core.feed
    inner join core.source_file as file
        on
            feed.source_id = file.source_id
            and feed.dataset = file.dataset
    cross join published
    left join held on file.path = held.path
    where
        feed.series_id = $series_id
        and feed.role in ('current', 'revision')
        and feed.grain in ('municipality and month', 'municipality and year')
        and file.role in ('current', 'revision', 'history')
),

reaching as (
    select
        *,
        greatest($first_month, date_trunc('month', first_date)) as first_month,
        least(
            $last_month,
            case
                when is_yearly then make_date(year(last_date), 12, 1)
                else date_trunc('month', last_date)
            end
        ) as last_month
    from releases
    where not is_yearly or $first_month < $last_month
),

said as (
    select
        path,
        sum(events) as events
    from core.revision
    where
        series_id = $series_id
        and municipality_code = $municipality_code
        and period_start between $first_month and $last_month
        and (period = 'month' or $first_month < $last_month)
    group by path
),

shown as (
    select events
    from core.crime_monthly
    where
        series_id = $series_id
        and municipality_code = $municipality_code
        and month between $first_month and $last_month
    union all
    select events
    from core.crime_yearly
    where
        series_id = $series_id
        and municipality_code = $municipality_code
        and make_date(year, 1, 1) between $first_month and $last_month
    union all
    select value as events
    from core.context_yearly
    where
        series_id = $series_id
        and municipality_code = $municipality_code
        and make_date(year, 1, 1) between $first_month and $last_month
),

shown_sum as (
    select sum(events) as events
    from shown
),

revised as (
    select count(*) > 0 as has_revisions
    from held
),

final as (
    select
        reaching.cut_date,
        reaching.retrieved_date,
        reaching.first_month,
        reaching.last_month,
        coalesce(
            case when revised.has_revisions then said.events else shown_sum.events end,
            case when series.kind = 'violence' and not apart.has_own_months then 0 end
        ) as events,
        reaching.is_shown,
        reaching.is_bundled,
        reaching.path,
        reaching.origin
    from reaching
    inner join core.series on series.series_id = $series_id
    cross join apart
    cross join revised
    cross join shown_sum
    left join said on reaching.path = said.path
    where reaching.first_month <= reaching.last_month
    order by reaching.cut_date, reaching.retrieved_date, reaching.path
)

select * from final
