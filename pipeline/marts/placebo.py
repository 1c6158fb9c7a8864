"""What happened next in places like those of the programme, series by series."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.claims import crosses
from pipeline.analysis.placebo import (
    Choice,
    Fan,
    Flags,
    History,
    is_alike,
    next_of_highest,
    placebo_fans,
)
from pipeline.catalog import methods
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.catalog.programmes import SOMOS_COMUNIDAD
from pipeline.marts.reuse import store_by_series
from pipeline.marts.rows import no_rows
from pipeline.store.warehouse import Draft

_FOLLOWED: Final = ("documented", "first_wave")
_BANDS: Final = (
    *("lower_95", "lower_80", "lower_50", "median"),
    *("upper_50", "upper_80", "upper_95"),
)


class Refusal(StrEnum):
    """Why a group is not set among placebo groups."""

    MEMBER = "a member publishes nothing"
    TOO_FEW = "too few events"
    NO_WINDOW = "no window in the past"
    BREAK = "the definition changed"
    NO_EQUAL = "no groups as violent"


def store(draft: Draft, start: date = SOMOS_COMUNIDAD.start) -> pd.DataFrame:
    """Fill the marts of placebo fans and of what followed on the highest rates.

    Parameters
    ----------
    draft
        Warehouse being built, with whole windows, cuts and groups.
    start
        First day of the programme.

    Returns
    -------
    computations
        Rows of ``mart.computation``.
    """
    members = draft.frame("view/group_members")
    cuts = draft.frame("mart/comparison_cut")
    figures = draft.frame("mart/placebo_input")
    inputs = (
        (
            series_id,
            (rows, cuts[cuts["series_id"].eq(series_id)], members, start),
        )
        for series_id, rows in figures.groupby("series_id")
    )
    names = ["mart.placebo_fan", "mart.next_of_highest"]
    return store_by_series(draft, names, placebo_tables, inputs)


def placebo_tables(
    figures: pd.DataFrame,
    cuts: pd.DataFrame,
    members: pd.DataFrame,
    start: date,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fans of one series, and what followed on its highest rates.

    Parameters
    ----------
    figures
        One row per `municipality_code` and `period` (the last month of a year): `series_id`,
        `time_window`, `events` and `population`.
    cuts
        Rows of ``mart.comparison_cut`` of the series.
    members
        Rows of ``mart.group_member``.
    start
        First day of the programme.

    Returns
    -------
    fans
        Rows of ``mart.placebo_fan``.
    highest
        Rows of ``mart.next_of_highest``.
    """
    told = _Told(figures, cuts, start)
    fans = [table for group_id in _FOLLOWED for table in _fans(told, group_id, members)]
    fan_table = pd.concat(fans or [no_rows("mart.placebo_fan")], ignore_index=True)
    return fan_table, _highest(told)


class _Told:
    """One series as places by consecutive years, and where it is cut."""

    def __init__(self, figures: pd.DataFrame, cuts: pd.DataFrame, start: date) -> None:
        self.series_id = str(figures["series_id"].iloc[0])
        self.time_window = str(figures["time_window"].iloc[0])
        self.cuts = cuts
        last = figures["period"].dt.year
        self.years = np.arange(last.min(), last.max() + 1)
        place, codes = pd.factorize(figures["municipality_code"], sort=True)
        self.codes = pd.Index(codes)
        cell = (place, (last - self.years[0]).to_numpy())
        events, residents = np.full((2, len(codes), len(self.years)), np.nan)
        events[cell], residents[cell] = figures["events"], figures["population"]
        ends = np.array([self.last_month(at) for at in range(len(self.years))], "datetime64[M]")
        days = ((ends + 1).astype("datetime64[D]") - (ends - 11).astype("datetime64[D]")).astype(
            float
        )
        self.history = History(events, residents, days)
        # A year that begins in October begins with the programme; of calendar years the one after.
        own = start.year + 1
        self.start = int(own - self.years[0])

    def last_month(self, at: int) -> np.datetime64:
        """Last month of a year."""
        month = 9 if self.time_window == "fiscal" else 12
        return np.datetime64(f"{self.years[0] + at}-{month:02}", "M")

    def is_cut(self, first: int, last: int, *kinds: str) -> bool:
        """Whether a cut of some kind lies within years `first` to `last`, both included."""
        span = pd.DataFrame(
            {
                "series_id": [self.series_id],
                "first_month": [pd.Timestamp(self.last_month(first) - 11)],
                "last_month": [pd.Timestamp(self.last_month(last))],
            }
        )
        return bool(crosses(span, self.cuts, *kinds)[0])

    def followed(self, group: npt.NDArray[np.intp]) -> "int | Refusal":
        """How many years a group can be followed, or why it cannot."""
        before = methods.PLACEBO_YEARS_BEFORE
        if not before <= self.start < len(self.years):
            return Refusal.NO_WINDOW
        if (group < 0).any():
            return Refusal.MEMBER
        events = self.history.events[group, self.start - before :]
        known: Flags = np.logical_not(np.isnan(events).any(axis=0))
        years = int(np.cumprod(known[before:])[: methods.PLACEBO_YEARS_AFTER].sum())
        if not known[:before].all() or not years:
            return Refusal.MEMBER
        if self.is_cut(self.start - before, self.start - 1, "edition", "definition"):
            return Refusal.BREAK
        is_few = events[:, :before].sum() < methods.CHANGE_LEAST_EXPECTED
        return Refusal.TOO_FEW if is_few else years

    def windows(self, years: int, end: int) -> list[int]:
        """First years after, of windows that no cut spoils and that are over before `end`."""
        before = methods.PLACEBO_YEARS_BEFORE
        return [
            first
            for first in range(before, min(end, len(self.years)) - years + 1)
            if not self.is_cut(first - before, first - 1, "edition")
            and not self.is_cut(first - before, first + years - 1, "definition")
            and self.is_published(first - before, first + years - 1)
        ]

    def is_known(self, window: int, count: int) -> bool:
        """Whether enough places have a rate and residents before a window."""
        known = ~np.isnan(self.history.profile(window)[:, 0])
        return int(known.sum()) >= count + methods.PLACEBO_NEAREST

    def is_published(self, first: int, last: int) -> bool:
        """Whether some place publishes every year from `first` to `last`."""
        known = ~np.isnan(self.history.events[:, first : last + 1])
        return bool(known.any(axis=0).all())


def _fans(told: _Told, group_id: str, members: pd.DataFrame) -> list[pd.DataFrame]:
    own = members.loc[members["group_id"].eq(group_id), "municipality_code"]
    if own.empty:
        return []
    facts: dict[str, object] = {
        "series_id": told.series_id,
        "group_id": group_id,
        "time_window": told.time_window,
        "members": len(own),
        "seed": methods.PLACEBO_SEED,
    }
    group = told.codes.get_indexer(own)
    years = told.followed(group)
    if isinstance(years, Refusal):
        return [_row(facts | {"refusal": years, "measure": "relative"})]
    windows = [one for one in told.windows(years, told.start) if told.is_known(one, len(group))]
    if not windows or not told.is_known(told.start, len(group)):
        return [_row(facts | {"refusal": Refusal.NO_WINDOW, "measure": "relative"})]
    # PDET exists since 2017: in earlier windows the whole country is drawn from.
    choice = Choice(group, told.start, windows, np.ones(len(told.codes), bool), years)
    first = choice.start - methods.PLACEBO_YEARS_BEFORE
    is_cut = told.is_cut(first, choice.start + years - 1, "definition")
    facts |= {
        "windows": len(windows),
        "first_window": pd.Timestamp(told.last_month(windows[0]) - 11),
        "last_window": pd.Timestamp(told.last_month(windows[-1]) - 11),
        "crosses_definition": is_cut,
    }
    tables = []
    for measure, fan in zip(("ratio", "relative"), placebo_fans(told.history, choice), strict=True):
        refusal = None if is_alike(fan) else Refusal.NO_EQUAL
        if is_cut and measure == "ratio":
            # What moved alike everywhere cancels in the relative measure alone.
            refusal = Refusal.BREAK
        named = facts | {"measure": measure, "refusal": refusal}
        named |= {"level": fan.level, "placebo_level": fan.placebo_level}
        tables += _steps(told, fan, named, own)
    return tables


def _steps(
    told: _Told,
    fan: Fan,
    facts: Mapping[str, object],
    members: "pd.Series[str]",
) -> list[pd.DataFrame]:
    rows = []
    for step in range(len(fan.own)):
        own = {
            "own": fan.own[step],
            "below": fan.below[step],
            "heaviest_code": members.iloc[fan.heaviest[step]],
            "own_without": fan.own_without[step],
            "below_without": fan.below_without[step],
        }
        rows.append(
            _row(
                {
                    **facts,
                    "years_after": step + 1,
                    "last_month": pd.Timestamp(told.last_month(told.start + step)),
                    "draws": fan.draws[step],
                    **dict(zip(_BANDS, fan.quantiles[:, step], strict=True)),
                    **({} if facts["refusal"] else own),
                }
            )
        )
    return rows


def _row(facts: Mapping[str, object]) -> pd.DataFrame:
    empty = no_rows("mart.placebo_fan")
    filled: dict[str, object] = {
        "years_after": 0,
        "windows": 0,
        "draws": 0,
        "crosses_definition": False,
        **facts,
    }
    row = {str(name): [filled.get(str(name))] for name in empty}
    return pd.DataFrame(row).astype(empty.dtypes.to_dict())


def _highest(told: _Told) -> pd.DataFrame:
    """What followed on the highest rates of the country and of the seven departments."""
    years = methods.PLACEBO_YEARS_BEFORE
    windows = told.windows(years, len(told.years))
    scopes = {
        "country": np.ones(len(told.codes), bool),
        "departments": told.codes.str[:2].isin(list(PROGRAMME_DEPARTMENTS)),
    }
    rows = []
    for scope, among in scopes.items():
        highest, rest = next_of_highest(told.history, windows, among)
        known = ~np.isnan(highest)
        if known.any():
            rows.append(
                {
                    "series_id": told.series_id,
                    "scope": scope,
                    "places": methods.HIGHEST_PLACES,
                    "years": years,
                    "windows": int(known.sum()),
                    "windows_falling": int((highest[known] < 0).sum()),
                    "first_window": pd.Timestamp(told.last_month(windows[0]) - 11),
                    "last_window": pd.Timestamp(told.last_month(windows[-1]) - 11),
                    "percent_mean": highest[known].mean(),
                    "percent_least": highest[known].min(),
                    "percent_most": highest[known].max(),
                    "rest_percent_mean": rest[known].mean(),
                }
            )
    return pd.DataFrame(rows) if rows else no_rows("mart.next_of_highest")
