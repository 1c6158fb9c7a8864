"""Clusters, patterns over the years and unusual months, as typed and remembered rows."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, NamedTuple

from dashboard import facts
from dashboard.cached import remembered
from pipeline import Warehouse, views

MapWindow = Literal["pooled", "year", "rolling"]
"""Over how long the map of clusters counts."""


class Anomaly(NamedTuple):
    """A newest month that is not as usual, beside what was to be expected."""

    series_id: str
    municipality_code: str
    municipality_name: str
    department_code: str
    department_name: str
    month: date
    events: float
    expected: float
    expected_lower: float
    expected_upper: float
    anomaly: str
    is_provisional: bool


class Check(NamedTuple):
    """In how many municipalities a newest month of a series was judged, and what was found."""

    series_id: str
    month: date
    is_provisional: bool
    judged: int
    not_determined: int
    high: int
    low: int


class MapTest(NamedTuple):
    """Whether neighbours are alike anywhere on a map."""

    time_window: str
    period: date
    moran_i: float | None
    expected_i: float | None
    p: float | None
    places: int
    places_named: int
    is_sparse: bool
    permutations: int
    is_provisional: bool
    is_beyond_chance: bool


class Clustered(NamedTuple):
    """A municipality beside its neighbours."""

    municipality_code: str
    municipality_name: str
    department_name: str
    cluster: str


class History(NamedTuple):
    """What the hot and cold spots of many years add up to in a municipality."""

    municipality_code: str
    municipality_name: str
    department_name: str
    first_year: int
    last_year: int
    years_known: int
    hot_years: int
    cold_years: int
    pattern: str


class Seen(NamedTuple):
    """How often simulations name a place where something was planted.

    Attributes
    ----------
    times
        How many times its usual it has.
    usual
        Events that are usual in a month; ``None`` of a map.
    share
        Share of simulations that name it.
    """

    times: int
    usual: int | None
    share: float


MONTHS_SEEN: Final = (Seen(2, 10, 0.011), Seen(3, 10, 0.301), Seen(2, 72, 0.881))
"""From ``docs/validation.md``, as are the next three."""

CLUSTERS_SEEN: Final = (Seen(2, None, 0.599), Seen(3, None, 0.944))
FALSE_MONTHS: Final = 0.037
"""Largest share of months without anything unusual in which any place was named high."""

FALSE_MAPS: Final = 0.056
"""Largest share of maps without a pattern on which any place was named."""


@remembered
def newest_anomalies(warehouse: Warehouse) -> tuple[Anomaly, ...]:
    """All that is not as usual in the newest months of any series, the newest first."""
    return tuple(facts.rows(views.newest_anomalies(warehouse), Anomaly))


@remembered
def checks(warehouse: Warehouse) -> tuple[Check, ...]:
    """What was looked at: a row per series and newest month."""
    return tuple(facts.rows(views.anomaly_checks(warehouse), Check))


@remembered
def map_tests(warehouse: Warehouse, series_id: str) -> dict[MapWindow, MapTest]:
    """The newest map of a series in each window that has one."""
    newest = {
        one.time_window: one for one in facts.rows(views.moran(warehouse, series_id), MapTest)
    }
    windows: tuple[MapWindow, ...] = ("pooled", "year", "rolling")
    return {window: newest[window] for window in windows if window in newest}


@remembered
def clustered(
    warehouse: Warehouse, series_id: str, window: MapWindow, period: date
) -> tuple[Clustered, ...]:
    """Every municipality on the map, by code."""
    return tuple(facts.rows(views.clusters(warehouse, series_id, window, period), Clustered))


@remembered
def histories(warehouse: Warehouse, series_id: str) -> tuple[History, ...]:
    """Every municipality of the seven departments, by code; none if no year is known."""
    return tuple(facts.rows(views.emerging_hot_spots(warehouse, series_id), History))


def fitting(
    rows: Iterable[Anomaly], *, series: str, department: str, word: str, everything: str
) -> list[Anomaly]:
    """Rows that fit all of the filters.

    Parameters
    ----------
    rows
        Unusual months.
    series, department, word
        Series id, code of a department, and word of the mart.
    everything
        What a filter says that keeps all.
    """
    return [
        row
        for row in rows
        if series in {everything, row.series_id}
        and department in {everything, row.department_code}
        and word in {everything, row.anomaly}
    ]
