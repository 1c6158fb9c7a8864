"""Rows of the views as typed values: what a page needs to know, without frames.

Field names are the views' column names; dates are dates, and what is empty is ``None``.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar, cast

import numpy as np
import pandas as pd

from dashboard.cached import remembered
from dashboard.language import LanguageCode, Span, Window
from dashboard.state import Measure, Offer, Period
from pipeline import Warehouse, views

Row = TypeVar("Row", bound=tuple[Any, ...])


class Series(NamedTuple):
    """A declared series."""

    series_id: str
    label_es: str
    label_en: str
    unit_es: str
    unit_en: str
    kind: str
    has_rate: bool
    is_apart_from_coverage: bool
    part_of: str | None
    phenomenon: str | None
    caveats_es: str
    caveats_en: str
    source_id: str
    is_published: bool
    windows: str
    first_month: date | None
    last_complete_month: date | None
    publisher: str
    citation: str
    cut_date: date | None
    retrieved_date: date | None
    is_bundled: bool
    expected_results: str

    def label(self, language: LanguageCode) -> str:
        """Name of the series."""
        return self.label_es if language == "es" else self.label_en

    def unit(self, language: LanguageCode) -> str:
        """What is counted."""
        return self.unit_es if language == "es" else self.unit_en

    def caveats(self, language: LanguageCode) -> list[str]:
        """What a reader must know of the series."""
        return (self.caveats_es if language == "es" else self.caveats_en).splitlines()

    @property
    def results(self) -> tuple[int, ...]:
        """Numbers of the programme's expected results it speaks to, as context."""
        return tuple(map(int, filter(None, self.expected_results.split(","))))

    @property
    def offer(self) -> Offer:
        """What can be chosen of it."""
        windows = cast("tuple[Window, ...]", tuple(filter(None, self.windows.split(","))))
        return Offer(windows, self.has_rate)


class Place(NamedTuple):
    """A municipality of the seven departments."""

    municipality_code: str
    municipality_name: str
    department_name: str
    pdet_subregion: str | None


class Figure(NamedTuple):
    """What was recorded in one place and period, and its rate where that is defined."""

    events: float
    rate_per_100k: float | None
    rate_lower_per_100k: float | None
    rate_upper_per_100k: float | None
    is_provisional: bool
    is_population_carried: bool
    crosses_edition: bool


class ColourClass(NamedTuple):
    """Values from `lower`, which is included unless it is 0, up to `upper`."""

    lower: float
    upper: float | None


class Year(NamedTuple):
    """One series in one place and calendar year."""

    year: int
    events: float
    rate_per_100k: float | None
    rate_lower_per_100k: float | None
    rate_upper_per_100k: float | None
    is_provisional: bool
    is_partial: bool
    is_population_carried: bool
    crosses_edition: bool

    @property
    def is_open(self) -> bool:
        """Whether the figure may still grow."""
        return self.is_provisional or self.is_partial


class Newest(NamedTuple):
    """The newest figure that stands, and what is told of it.

    Attributes
    ----------
    window
        Length of its period.
    start
        First day of the period's last month.
    """

    window: Literal["year", "rolling"]
    start: date
    events: float
    rate_per_100k: float | None
    rate_lower_per_100k: float | None
    rate_upper_per_100k: float | None
    is_population_carried: bool
    crosses_edition: bool
    reliability: str | None
    earlier_events: float | None
    change: str | None
    change_percent: float | None
    refusal: str | None


class Statistics(NamedTuple):
    """All that is told of one series in one place: a row of `views.place_statistics`."""

    series_id: str
    year_period: date | None = None
    year_events: float | None = None
    year_rate_per_100k: float | None = None
    year_rate_lower_per_100k: float | None = None
    year_rate_upper_per_100k: float | None = None
    year_is_population_carried: bool | None = None
    year_reliability: str | None = None
    year_earlier_events: float | None = None
    year_change: str | None = None
    year_change_percent: float | None = None
    year_refusal: str | None = None
    rolling_period: date | None = None
    rolling_events: float | None = None
    rolling_rate_per_100k: float | None = None
    rolling_rate_lower_per_100k: float | None = None
    rolling_rate_upper_per_100k: float | None = None
    rolling_is_population_carried: bool | None = None
    rolling_crosses_edition: bool | None = None
    rolling_reliability: str | None = None
    rolling_earlier_events: float | None = None
    rolling_change: str | None = None
    rolling_change_percent: float | None = None
    rolling_refusal: str | None = None
    trend: str | None = None
    trend_first_year: int | None = None
    trend_last_year: int | None = None
    trend_percent: float | None = None
    trend_percent_lower: float | None = None
    trend_percent_upper: float | None = None
    rank_period: date | None = None
    rank_lower: float | None = None
    rank_upper: float | None = None
    ranked: int | None = None
    alike: int | None = None
    cluster_window: str | None = None
    cluster_period: date | None = None
    cluster: str | None = None
    pattern: str | None = None
    pattern_first_year: int | None = None
    pattern_last_year: int | None = None
    anomaly_month: date | None = None
    anomaly_events: float | None = None
    anomaly_expected_lower: float | None = None
    anomaly_expected_upper: float | None = None
    anomaly: str | None = None
    anomaly_is_provisional: bool | None = None

    @property
    def newest(self) -> Newest | None:
        """The newest twelve months; the calendar year where these mix two editions of residents.

        A series by the year alone has only the latter.
        """
        if self.rolling_period and not (self.rolling_crosses_edition and self.year_period):
            return Newest(
                "rolling",
                self.rolling_period,
                self.rolling_events or 0,
                self.rolling_rate_per_100k,
                self.rolling_rate_lower_per_100k,
                self.rolling_rate_upper_per_100k,
                bool(self.rolling_is_population_carried),
                bool(self.rolling_crosses_edition),
                self.rolling_reliability,
                self.rolling_earlier_events,
                self.rolling_change,
                self.rolling_change_percent,
                self.rolling_refusal,
            )
        if not self.year_period:
            return None
        return Newest(
            "year",
            self.year_period,
            self.year_events or 0,
            self.year_rate_per_100k,
            self.year_rate_lower_per_100k,
            self.year_rate_upper_per_100k,
            bool(self.year_is_population_carried),
            crosses_edition=False,
            reliability=self.year_reliability,
            earlier_events=self.year_earlier_events,
            change=self.year_change,
            change_percent=self.year_change_percent,
            refusal=self.year_refusal,
        )


class PeerBalance(NamedTuple):
    """Whether a group and its peers are alike in one of the things they were picked by."""

    compared_group: str
    covariate: str
    difference_after: float
    is_balanced: bool


class PublisherCount(NamedTuple):
    """What one publisher counts in one place and year, and how far that is from the first one."""

    series_id: str
    year: int
    events: float
    gap: float | None
    is_provisional: bool
    is_partial: bool


class Revised(NamedTuple):
    """What one release said of one place and year."""

    series_id: str
    year: int
    cut_date: date
    events: float | None
    is_shown: bool


class Coverage(NamedTuple):
    """What is known of the programme in one municipality."""

    municipality_code: str
    state: str
    evidence: str | None
    start_earliest: date | None
    start_latest: date | None
    source_title: str | None
    source_date: str | None
    source_url: str | None
    is_named_region: bool
    component: str | None = None
    end_date: date | None = None
    municipality_name: str = ""
    department_name: str = ""
    end_basis: str | None = None


class CoverageSpan(NamedTuple):
    """The months in which a programme may have been in a municipality."""

    municipality_code: str
    state: str
    first_month: date
    certain_month: date | None
    last_month: date


class CoverageList(NamedTuple):
    """A list of a programme's places that was used here, and what it changed."""

    cut_date: date
    municipalities: int
    added: int
    dropped: int
    is_official: bool
    is_compiled: bool
    is_current: bool


class ProgrammeDatum(NamedTuple):
    """What a holder of programme data gave of one municipality and quarter."""

    municipality_code: str
    municipality_name: str
    indicator_id: str
    quarter: date
    value: float
    base: int | None
    source_title: str
    source_date: str | None
    is_newest: bool


class Break(NamedTuple):
    """A date from which a series means something else, or is said to."""

    start_month: date
    kind: str
    note_es: str
    note_en: str

    def note(self, language: LanguageCode) -> str:
        """What changed."""
        return self.note_es if language == "es" else self.note_en


class Trend(NamedTuple):
    """What may be said of the trend over the newest years that mean one thing."""

    first_year: int
    last_year: int
    percent: float | None
    percent_lower: float | None
    percent_upper: float | None
    word: str


class Estimate(NamedTuple):
    """What one estimator says of one outcome of the programme; of groups, never of a place."""

    series_id: str
    label_es: str
    label_en: str
    evaluated: str
    estimator: str
    places: int
    compared: int
    before_first: date
    before_last: date
    after_first: date
    after_last: date
    percent: float | None
    percent_lower: float | None
    percent_upper: float | None
    is_useless: bool
    difference_lower: float | None
    difference_upper: float | None
    detectable_fall: float | None
    refusal: str | None
    verdict: str | None
    limits: str | None = None

    def label(self, code: str) -> str:
        """Name of the outcome in one language."""
        return self.label_es if code == "es" else self.label_en


class Peer(NamedTuple):
    """A municipality elsewhere that was alike before the programme, with what both had then."""

    municipality_name: str
    department_name: str
    peer_code: str
    rate_before_per_100k: float | None
    population: float | None
    density_per_km2: float | None
    own_rate_before_per_100k: float | None
    own_population: float | None
    own_density_per_km2: float | None


class PeerRule(NamedTuple):
    """How peers are picked."""

    first_year: int
    last_year: int
    rule_es: str
    rule_en: str

    def text(self, language: LanguageCode) -> str:
        """The rule in words."""
        return self.rule_es if language == "es" else self.rule_en


class FanStep(NamedTuple):
    """Placebo groups so many years after, and the documented group among them."""

    measure: str
    years_after: int
    last_month: date | None
    draws: int
    first_window: date | None
    last_window: date | None
    lower_95: float | None
    lower_80: float | None
    lower_50: float | None
    median: float | None
    upper_50: float | None
    upper_80: float | None
    upper_95: float | None
    level: float | None
    placebo_level: float | None
    own: float | None
    below: float | None
    heaviest_name: str | None
    below_without: float | None
    refusal: str | None


class Highest(NamedTuple):
    """How the municipalities with the highest rates of two years moved in the next two."""

    scope: str
    places: int
    windows: int
    windows_falling: int
    percent_mean: float


class GroupYear(NamedTuple):
    """The rate of a group in one calendar year."""

    group_id: str
    period: date
    members: int
    events: float
    rate_per_100k: float | None
    rate_lower_per_100k: float | None
    rate_upper_per_100k: float | None
    is_provisional: bool


class LeftOut(NamedTuple):
    """The rate of the documented municipalities in one year without one of them."""

    period: date
    municipality_name: str
    rate_per_100k: float | None
    group_rate_per_100k: float
    is_largest: bool


class Source(NamedTuple):
    """A published dataset."""

    source_id: str
    publisher: str
    title: str
    citation: str
    licence_es: str
    licence_en: str

    def licence(self, language: LanguageCode) -> str:
        """Terms of use."""
        return self.licence_es if language == "es" else self.licence_en


class Feed(NamedTuple):
    """A dataset from which the figures of a series are read."""

    series_id: str
    source_id: str
    dataset: str


class RevisedYear(NamedTuple):
    """What one release said of a year of which another one said something else."""

    series_id: str
    dataset: str
    year: int
    cut_date: date
    events: int


class DeclaredColumn(NamedTuple):
    """One column of a stored table."""

    table_name: str
    grain: str
    column_name: str
    type: str
    unit: str
    range: str
    meaning: str


class Build(NamedTuple):
    """What the warehouse was made from."""

    build_id: str
    newest_cut: date
    is_snapshot_only: bool


@remembered
def all_series(warehouse: Warehouse) -> dict[str, Series]:
    """Every declared series by id, in the order of lists."""
    return {one.series_id: one for one in rows(views.series(warehouse), Series)}


@remembered
def places(warehouse: Warehouse) -> dict[str, Place]:
    """The municipalities on the map by code."""
    frame = views.municipalities(warehouse)
    return {one.municipality_code: one for one in rows(frame, Place)}


@remembered
def periods(warehouse: Warehouse, series_id: str, window: Window) -> list[Period]:
    """Published periods, oldest first."""
    frame = views.periods(warehouse, series_id, window)
    named = frame.rename(columns={"period": "start"}).assign(since=None, is_newest=True)
    return list(rows(named, Period))


@remembered
def colour_classes(
    warehouse: Warehouse, series_id: str, window: Window, measure: Measure
) -> list[ColourClass]:
    """Classes above zero, lowest first."""
    frame = views.class_breaks(warehouse, series_id, window, measure)
    return list(rows(frame, ColourClass))


@remembered
def figures(
    warehouse: Warehouse, series_id: str, window: Window, period: date
) -> dict[str, Figure]:
    """Published figures of a period by municipality code; who is absent is unknown, not zero."""
    frame = map_table(warehouse, series_id, window, period)
    return dict(zip(frame["municipality_code"], rows(frame, Figure), strict=True))


@remembered
def coverage(warehouse: Warehouse, programme_id: str) -> dict[str, Coverage]:
    """Coverage of every municipality of the country by code."""
    frame = views.coverage(warehouse, programme_id)
    return {one.municipality_code: one for one in rows(frame, Coverage)}


@remembered
def is_complete(warehouse: Warehouse, programme_id: str) -> bool:
    """Whether the places of a programme are all known, so that the others are not its."""
    frame = views.programmes(warehouse).set_index("programme_id")
    return bool(frame["is_complete"].get(programme_id, default=False))


@remembered
def coverage_spans(warehouse: Warehouse, programme_id: str) -> list[CoverageSpan]:
    """The months in which a programme may have been in each municipality."""
    return list(rows(views.coverage_spans(warehouse, programme_id), CoverageSpan))


@remembered
def coverage_lists(warehouse: Warehouse, programme_id: str) -> list[CoverageList]:
    """Lists of a programme's places that were ever used here, oldest first."""
    return list(rows(views.coverage_lists(warehouse, programme_id), CoverageList))


@remembered
def programme_data(warehouse: Warehouse, programme_id: str) -> list[ProgrammeDatum]:
    """Data of a programme by municipality for everybody to see; none until a holder gives any."""
    return list(rows(views.programme_data(warehouse, programme_id), ProgrammeDatum))


@remembered
def breaks(warehouse: Warehouse, series_id: str) -> list[Break]:
    """Declared breaks of a series, earliest first."""
    return list(rows(views.series_breaks(warehouse, series_id), Break))


@remembered
def history(warehouse: Warehouse, series_id: str, code: str, window: Window) -> pd.DataFrame:
    """One series in one municipality over time, as `views.place_history` gives it."""
    return views.place_history(warehouse, series_id, code, window)


@remembered
def group_history(
    warehouse: Warehouse, series_id: str, codes: tuple[str, ...], span: Span
) -> pd.DataFrame:
    """One series in several places together over time, as `views.group_history` gives it."""
    window = "quarter" if span == "fiscal_quarter" else span
    return views.group_history(warehouse, series_id, codes, window)


@remembered
def department_history(warehouse: Warehouse, series_id: str, code: str) -> pd.DataFrame:
    """One series in one department by year, as `history` gives a municipality's."""
    years = views.department_history(warehouse, series_id, code)
    starts = pd.to_datetime(years["year"].astype("str"), format="%Y")
    # A year is of one edition.
    return years.assign(period=starts.astype("datetime64[s]"), crosses_edition=False)


@remembered
def years(warehouse: Warehouse, place_code: str) -> dict[str, list[Year]]:
    """Calendar years of each series in a municipality or department by series id."""
    frame = views.place_years(warehouse, place_code)
    found: dict[str, list[Year]] = {}
    for series_id, year in zip(frame["series_id"], rows(frame, Year), strict=True):
        found.setdefault(series_id, []).append(year)
    return found


@remembered
def statistics(warehouse: Warehouse, place_code: str) -> dict[str, Statistics]:
    """What is told of each published series in a municipality or department, by series id."""
    frame = views.place_statistics(warehouse, place_code)
    return {one.series_id: one for one in rows(frame, Statistics)}


@remembered
def departments(warehouse: Warehouse) -> dict[str, str]:
    """Names of the departments on the map by their two digits."""
    return {code[:2]: one.department_name for code, one in places(warehouse).items()}


@remembered
def trends(warehouse: Warehouse, series_id: str) -> dict[str, Trend]:
    """Trends of the municipalities and departments on the map by code."""
    asked = {
        "municipality_code": views.trends(warehouse, series_id),
        "department_code": views.department_trends(warehouse, series_id),
    }
    return {
        code: trend
        for key, frame in asked.items()
        for code, trend in zip(frame[key], rows(frame, Trend), strict=True)
    }


@remembered
def evaluation(warehouse: Warehouse) -> list[Estimate]:
    """What an evaluation can say, outcome by outcome, best evidence first."""
    return list(rows(views.evaluation(warehouse), Estimate))


@remembered
def peers(warehouse: Warehouse, municipality_code: str) -> list[Peer]:
    """Peers of a municipality, the nearest first."""
    return list(rows(views.peers(warehouse, municipality_code), Peer))


@remembered
def peer_rule(warehouse: Warehouse) -> PeerRule | None:
    """The rule that peers are picked by; ``None`` where there are no peers."""
    return next(rows(views.peer_rule(warehouse), PeerRule), None)


@remembered
def peer_balance(warehouse: Warehouse) -> list[PeerBalance]:
    """How alike all municipalities of the departments and their peers are."""
    balance = rows(views.peer_balance(warehouse), PeerBalance)
    return [one for one in balance if one.compared_group == "departments"]


@remembered
def placebo_fan(warehouse: Warehouse, series_id: str) -> list[FanStep]:
    """The documented municipalities among placebo groups, relative to the rest of the country."""
    steps = rows(views.placebo_fan(warehouse, series_id, "documented"), FanStep)
    return [one for one in steps if one.measure == "relative"]


@remembered
def next_of_highest(warehouse: Warehouse, series_id: str) -> Highest | None:
    """What followed on the highest rates of the country; ``None`` where no window tells."""
    found = rows(views.next_of_highest(warehouse, series_id), Highest)
    return next((one for one in found if one.scope == "country"), None)


@remembered
def group_years(warehouse: Warehouse, series_id: str) -> list[GroupYear]:
    """Rates of the documented municipalities and of the groups beside them, by calendar year."""
    return list(rows(views.group_rates(warehouse, series_id, "year"), GroupYear))


@remembered
def group_members(warehouse: Warehouse) -> dict[str, tuple[str, ...]]:
    """Codes of the municipalities that are told of together, by group."""
    found = views.group_members(warehouse)
    return {
        group: tuple(found.loc[found["group_id"].eq(group), "municipality_code"])
        for group in found["group_id"].unique()
    }


@remembered
def left_out(warehouse: Warehouse, series_id: str) -> list[LeftOut]:
    """The rate of the documented municipalities without each of them, by calendar year."""
    return list(rows(views.group_leave_one_out(warehouse, series_id, "documented"), LeftOut))


@remembered
def publisher_counts(warehouse: Warehouse, place_code: str) -> list[PublisherCount]:
    """What several publishers of the same events count in a place."""
    return list(rows(views.publisher_counts(warehouse, place_code), PublisherCount))


@remembered
def revised(warehouse: Warehouse, municipality_code: str) -> list[Revised]:
    """What releases said of the newest year that several hold."""
    return list(rows(views.revised_figures(warehouse, municipality_code), Revised))


@remembered
def map_table(warehouse: Warehouse, series_id: str, window: Window, period: date) -> pd.DataFrame:
    """The map's figures of a period, as `views.map_values` gives them."""
    return views.map_values(warehouse, series_id, window, period)


@remembered
def unlocated_events(
    warehouse: Warehouse, series_id: str, window: Window, period: date
) -> dict[str, float]:
    """Events without a known municipality by department code, where there are any."""
    frame = views.unlocated(warehouse, series_id, window, period)
    return dict(zip(frame["department_code"], frame["events"], strict=True))


@remembered
def sources(warehouse: Warehouse) -> list[Source]:
    """Published datasets that feed a series or the map, each once."""
    return list(dict.fromkeys(rows(views.sources(warehouse), Source)))


@remembered
def feeds(warehouse: Warehouse) -> list[Feed]:
    """Which datasets each series is read from."""
    return list(rows(views.feeds(warehouse), Feed))


@remembered
def revised_years(
    warehouse: Warehouse,
) -> dict[str, dict[tuple[int, str], list[tuple[date, int]]]]:
    """Releases of the whole years of which they differ, by series, and by year and dataset."""
    revised: dict[str, dict[tuple[int, str], list[tuple[date, int]]]] = {}
    for one in rows(views.revised_years(warehouse), RevisedYear):
        years = revised.setdefault(one.series_id, {})
        years.setdefault((one.year, one.dataset), []).append((one.cut_date, one.events))
    return revised


@cache
def dictionary() -> tuple[DeclaredColumn, ...]:
    """Every public column as declared."""
    return tuple(rows(views.dictionary(), DeclaredColumn))


@remembered
def build(warehouse: Warehouse) -> Build:
    """The build that is shown."""
    return next(rows(views.build(warehouse), Build))


def rows(frame: pd.DataFrame, kind: type[Row]) -> Iterator[Row]:
    """Rows of a frame as named tuples of a kind, whose fields are some of its columns.

    Parameters
    ----------
    frame
        With a column for each field.
    kind
        A named tuple.

    Returns
    -------
    rows
        In the order of the frame.
    """
    fields = list(kind._fields)  # type: ignore[attr-defined]
    for values in frame[fields].itertuples(index=False, name=None):
        yield kind(*map(_plain, values))


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    if isinstance(value, np.ndarray):
        return tuple(map(_plain, value))
    if isinstance(value, pd.Timestamp):
        return value.date()
    return None if pd.isna(value) else value
