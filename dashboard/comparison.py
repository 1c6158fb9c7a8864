"""Municipalities side by side: which ones, in which order. What is unknown comes last."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from dashboard import facts
from dashboard.cached import remembered
from pipeline import Warehouse, normalised, views

Pooling = Literal["year", "pooled"]
"""One calendar year, or three together."""

Sort = Literal["name", "count", "rate", "smoothed", "trend", "change", "reliability", "rank"]

ALL: Final = "all"
"""What a filter is set to that keeps everyone."""

ANY: Final = "any"
"""Any PDET subregion."""

_WORDS: Final = (
    ("rising", "falling", "stable", "not determined", "sources disagree"),
    (
        *("rise", "fall", "no clear change", "too few events", "not comparable", "not determined"),
        "sources disagree",
    ),
    ("reliable", "with care", "unstable"),
)
_ORDER: Final = {word: place for words in _WORDS for place, word in enumerate(words)}


@dataclass(frozen=True)
class Selection:
    """What the page shows.

    Attributes
    ----------
    series
        Series id; ``None`` for the first one published.
    window
        What each figure is counted over.
    department
        Code of a department, or all of them.
    subregion
        Name of a PDET subregion, any of them, or all municipalities.
    coverage
        State of coverage, or all of them.
    name
        Part of a municipality's name.
    sort
        What the rows are ordered by.
    reverse
        Whether the order is the other way round.
    """

    series: str | None = None
    window: Pooling = "year"
    department: str = ALL
    subregion: str = ALL
    coverage: str = ALL
    name: str = ""
    sort: Sort = "name"
    reverse: bool = False


class Compared(NamedTuple):
    """A municipality in one series, as `views.comparison` gives it."""

    municipality_code: str
    municipality_name: str
    department_code: str
    department_name: str
    pdet_subregion: str | None
    period: date | None
    events: float | None
    population: float | None
    rate_per_100k: float | None
    rate_lower_per_100k: float | None
    rate_upper_per_100k: float | None
    is_provisional: bool | None
    smoothed_per_100k: float | None
    smoothed_lower_per_100k: float | None
    smoothed_upper_per_100k: float | None
    reliability: str | None
    rank_lower: float | None
    rank_upper: float | None
    ranked: int | None
    alike: int | None
    trend: str | None
    trend_first_year: int | None
    trend_last_year: int | None
    change: str | None
    change_refusal: str | None
    change_from: date | None
    change_to: date | None
    change_percent: float | None
    history_first_year: int | None
    history: tuple[float | None, ...] | None


@remembered
def compared(warehouse: Warehouse, series_id: str, pooling: Pooling) -> tuple[Compared, ...]:
    """Every municipality of the seven departments, by code."""
    return tuple(facts.rows(views.comparison(warehouse, series_id, pooling), Compared))


def poolings(warehouse: Warehouse, series_id: str) -> list[Pooling]:
    """What a series can be compared by; nothing if none of its years stands."""
    known: tuple[Pooling, ...] = ("year", "pooled")
    return [one for one in known if shown_period(compared(warehouse, series_id, one))]


def shown_period(rows: Iterable[Compared]) -> date | None:
    """First day of the last month of what is compared; ``None`` if nothing is published."""
    return next((row.period for row in rows if row.period), None)


def ordered(rows: Iterable[Compared], sort: Sort, *, is_reversed: bool) -> list[Compared]:
    """Rows in an order, equal ones by name, unknown ones last.

    Parameters
    ----------
    rows
        Municipalities.
    sort
        ``rate`` goes by the lower limit of the rate and ``rank`` by the upper limit of the rank:
        where few events make both uncertain, a place comes late. ``count``, ``rate`` and
        ``smoothed`` begin with the highest.
    is_reversed
        Whether what is known stands the other way round.
    """
    known: list[Compared] = []
    unknown: list[Compared] = []
    for row in sorted(rows, key=_name):
        (unknown if _KEYS[sort](row) is None else known).append(row)
    descends = sort in _DESCENDING
    return [*sorted(known, key=_KEYS[sort], reverse=descends != is_reversed), *unknown]


def chosen(
    rows: Iterable[Compared],
    *,
    department: str = ALL,
    subregion: str = ALL,
    codes: Collection[str] | None = None,
    name: str = "",
) -> list[Compared]:
    """Rows that fit all of the filters.

    Parameters
    ----------
    rows
        Municipalities.
    department
        Code of a department, or `ALL`.
    subregion
        Name of a PDET subregion, `ANY` of them, or `ALL` municipalities.
    codes
        Municipalities among which to stay.
    name
        Part of a name, however it is accented.
    """
    wanted = normalised(name)
    return [
        row
        for row in rows
        if department in {ALL, row.department_code}
        and (subregion in {ALL, row.pdet_subregion} or (subregion == ANY and row.pdet_subregion))
        and (codes is None or row.municipality_code in codes)
        and wanted in normalised(row.municipality_name)
    ]


def scale_end(rows: Sequence[Compared]) -> float:
    """Rate per 100,000 at which the scale of all intervals ends; 1 where there is none.

    Only those of unstable rates may run on beyond it.
    """
    uppers = [row.rate_upper_per_100k for row in rows if row.reliability != "unstable"]
    known = [upper for upper in uppers if upper]
    return max(known or [row.rate_upper_per_100k or 0 for row in rows], default=0) or 1


def _name(row: Compared) -> tuple[str, str]:
    return normalised(row.municipality_name), row.municipality_code


_KEYS: Final[dict[Sort, Callable[[Compared], Any]]] = {
    "name": _name,
    "count": lambda row: row.events,
    "rate": lambda row: row.rate_lower_per_100k,
    "smoothed": lambda row: row.smoothed_per_100k,
    "trend": lambda row: _ORDER.get(row.trend or ""),
    "change": lambda row: _ORDER.get(row.change or ""),
    "reliability": lambda row: _ORDER.get(row.reliability or ""),
    "rank": lambda row: row.rank_upper,
}
_DESCENDING: Final = frozenset({"count", "rate", "smoothed"})
