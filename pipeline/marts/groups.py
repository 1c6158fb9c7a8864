"""The documented places as a group, beside groups of places where the programme did not work."""

from datetime import date
from typing import Final

import pandas as pd

from pipeline.analysis.claims import crosses
from pipeline.analysis.rates import rate_table
from pipeline.catalog.programmes import FIRST_WAVE, SOMOS_COMUNIDAD
from pipeline.marts.reuse import store_by_series
from pipeline.marts.rows import no_rows, store_rows
from pipeline.store.warehouse import Draft

LEFT_OUT: Final = ("documented", "first_wave")
"""Groups of which each member is left out once."""

_KEY: Final = ["series_id", "group_id", "time_window", "period"]


def store(
    draft: Draft,
    spread: "pd.Series[float]",
    programme_id: str = SOMOS_COMUNIDAD.id,
    wave: tuple[date, date] = FIRST_WAVE,
) -> pd.DataFrame:
    """Fill the marts of groups; they stay empty where no place is documented.

    Parameters
    ----------
    draft
        Warehouse being built, with whole windows, cuts and peers.
    spread
        Variance over mean of every series, as from `pipeline.marts.rates.store`.
    programme_id
        The programme.
    wave
        First day of the first and of the last month in which the places of the first wave may have
        begun.

    Returns
    -------
    computations
        Rows of ``mart.computation``.
    """
    members = draft.frame("mart/group_member", programme_id=programme_id, wave_end=wave[1])
    store_rows(draft, "mart.group_member", members)
    figures = draft.frame("mart/group_rate")
    sizes = members.groupby("group_id").size()
    cuts = draft.frame("mart/comparison_cut")
    inputs = (
        (
            series_id,
            (rows, sizes.to_frame("members").reset_index(), cuts[cuts["series_id"].eq(series_id)],
             float(spread[series_id]), wave),
        )
        for series_id, rows in figures.groupby("series_id")
    )  # fmt: skip
    names = ["mart.group_rate", "mart.group_leave_one_out"]
    return store_by_series(draft, names, group_tables, inputs)


def group_tables(
    figures: pd.DataFrame,
    sizes: pd.DataFrame,
    cuts: pd.DataFrame,
    ratio: float,
    wave: tuple[date, date],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rates of the groups of one series, and what they are without each member.

    A group that lacks a member's figures has no rate: it would be another group.

    Parameters
    ----------
    figures
        One row per `group_id`, `time_window`, `period` and `municipality_code`: `series_id`,
        `days`, `events`, `group_squares` (the variance of the count), `population` and flags.
    sizes
        `members` of each `group_id`.
    cuts
        Rows of ``mart.comparison_cut`` of the series.
    ratio
        Variance over mean of the series; NaN where unknown, which leaves rates without limits.
    wave
        First and last month in which the first wave may have begun.

    Returns
    -------
    rates
        Rows of ``mart.group_rate``.
    left_out
        Rows of ``mart.group_leave_one_out``: of calendar years in which a group has a rate.
    """
    together = figures.groupby(_KEY, as_index=False).agg(
        days=("days", "first"),
        members_published=("municipality_code", "size"),
        members_with_residents=("population", "count"),
        events=("events", "sum"),
        group_squares=("group_squares", lambda one: one.sum(skipna=False)),
        population=("population", "sum"),
        is_provisional=("is_provisional", "any"),
        is_population_carried=("is_population_carried", "any"),
        crosses_edition=("crosses_edition", "any"),
    )
    together = together.merge(sizes, on="group_id")
    counts = together[["members_published", "members_with_residents"]]
    is_whole = counts.eq(together["members"], axis="index").all(axis="columns")
    together["population"] = together["population"].where(is_whole)
    spread = pd.Series(ratio, together["series_id"].unique())
    rates = rate_table(together, spread)
    rates = _timed(rates.sort_values(_KEY, ignore_index=True), cuts, wave)
    return rates, _left_out(figures, rates, spread)


def _timed(rates: pd.DataFrame, cuts: pd.DataFrame, wave: tuple[date, date]) -> pd.DataFrame:
    """Where each year lies from the start, and whether it compares with the year before."""
    period = rates["period"]
    first = period - pd.DateOffset(months=11)
    event_year = period.dt.year - wave[0].year - 1
    spans = rates[["series_id"]].assign(
        first_month=period - pd.DateOffset(months=23), last_month=period
    )
    is_cut = crosses(spans, cuts, "edition", "definition")
    before = rates.groupby(["group_id", "time_window"])["period"].shift()
    has_before = before.eq(period - pd.DateOffset(months=12))
    return rates.assign(
        event_year=event_year.where(rates["time_window"].eq("fiscal")).astype("Int64"),
        may_have_begun=first.le(pd.Timestamp(wave[1])) & period.ge(pd.Timestamp(wave[0])),
        compares_with_before=has_before & ~is_cut,
    )


def _left_out(
    figures: pd.DataFrame, rates: pd.DataFrame, spread: "pd.Series[float]"
) -> pd.DataFrame:
    own = figures[figures["group_id"].isin(LEFT_OUT) & figures["time_window"].eq("year")]
    kept = rates[rates["rate_per_100k"].notna() & rates["members"].gt(1)]
    wanted = [*_KEY, "events", "group_squares", "population", "rate_per_100k"]
    pairs = own.merge(kept[wanted], on=_KEY, suffixes=("_own", ""))
    if pairs.empty:
        return no_rows("mart.group_leave_one_out")
    for name in ("events", "group_squares", "population"):
        pairs[name] -= pairs.pop(f"{name}_own")
    squares = pairs["group_squares"].clip(lower=pairs["events"], upper=pairs["events"] ** 2)
    whole = pairs.pop("rate_per_100k")
    found = rate_table(pairs.assign(group_squares=squares), spread)
    shift = found["rate_per_100k"] - whole
    key = [found[name] for name in _KEY]
    largest = shift.abs().groupby(key).transform("max")
    first = (shift.abs().eq(largest) & largest.gt(0)).groupby(key).cumsum().eq(1)
    return found.assign(
        group_rate_per_100k=whole,
        shift_per_100k=shift,
        is_largest=first & shift.abs().eq(largest) & largest.gt(0),
    )
