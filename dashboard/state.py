"""What the reader has chosen: one value, written in the URL, bent to what is published."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, Literal, NamedTuple, cast

from dashboard.language import Window

Measure = Literal["rate", "count"]

MEASURES: Final[tuple[Measure, ...]] = ("rate", "count")
WINDOWS: Final[tuple[Window, ...]] = ("year", "rolling", "month")


class Period(NamedTuple):
    """A period that a series publishes."""

    start: date
    is_provisional: bool
    is_partial: bool
    crosses_edition: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the figures stand: all months are there and none may still grow."""
        return not (self.is_provisional or self.is_partial)


class Offer(NamedTuple):
    """What can be chosen of one series; no windows if nothing of it is published."""

    windows: tuple[Window, ...]
    has_rate: bool


class Bend(StrEnum):
    """What of a wish could not be met."""

    SERIES = "series"
    MEASURE = "measure"
    WINDOW = "window"
    PERIOD = "period"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Selection:
    """What the page shows.

    Attributes
    ----------
    series
        Series id; ``None`` for the first one offered.
    measure
        What is coloured and drawn.
    window
        Length of a period.
    period
        First day of the period; ``None`` for the newest whose figures stand.
    place
        DIVIPOLA code of the municipality in the panel, if one is open.
    has_coverage
        Whether the programme's coverage is drawn.
    has_table
        Whether the table beside the map is open.
    """

    series: str | None = None
    measure: Measure = "rate"
    window: Window = "year"
    period: date | None = None
    place: str | None = None
    has_coverage: bool = True
    has_table: bool = False


def from_query(query: Mapping[str, str]) -> tuple[Selection, list[Bend]]:
    """Read a selection from a URL's parameters.

    Parameters
    ----------
    query
        Parameters by name; others than those `to_query` writes are not looked at.

    Returns
    -------
    selection
        What the URL asks for.
    bends
        Parameters that are not understood; the selection has the default there.
    """
    bends = []
    measure, window = query.get("measure", "rate"), query.get("window", "year")
    if measure not in MEASURES:
        bends.append(Bend.MEASURE)
        measure = "rate"
    if window not in WINDOWS:
        bends.append(Bend.WINDOW)
        window = "year"
    period = None
    if "period" in query:
        period = _first_day(query["period"])
        if period is None:
            bends.append(Bend.PERIOD)
    selection = Selection(
        series=query.get("series"),
        measure=cast("Measure", measure),
        window=cast("Window", window),
        period=period,
        place=query.get("place"),
        has_coverage=query.get("coverage") != "0",
        has_table=query.get("table") == "1",
    )
    return selection, bends


def to_query(selection: Selection) -> dict[str, str]:
    """Write a selection as a URL's parameters: the view, and nothing that is as by default."""
    query = {
        "series": selection.series,
        "measure": selection.measure,
        "window": selection.window,
        "period": selection.period and _short(selection.period, selection.window),
        "place": selection.place,
        "coverage": None if selection.has_coverage else "0",
        "table": "1" if selection.has_table else None,
    }
    return {name: value for name, value in query.items() if value}


def nearest(
    wanted: Selection,
    offers: Mapping[str, Offer],
    periods: Callable[[str, Window], Sequence[Period]],
    places: Collection[str],
) -> tuple[Selection, list[Bend]]:
    """The nearest view that exists.

    Parameters
    ----------
    wanted
        What was asked for.
    offers
        What each series offers, in display order.
    periods
        Published periods of a series and window, oldest first.
    places
        Codes of the municipalities on the map.

    Returns
    -------
    selection
        A view that exists; of a series without data only the series is kept.
    bends
        What had to change.
    """
    bends = []
    selection = wanted
    if selection.series not in offers:
        if selection.series is not None:
            bends.append(Bend.SERIES)
        published = (series for series, offer in offers.items() if offer.windows)
        selection = replace(selection, series=next(published, next(iter(offers))))
    series = cast("str", selection.series)
    offer = offers[series]
    if selection.measure == "rate" and not offer.has_rate:
        bends.append(Bend.MEASURE)
        selection = replace(selection, measure="count")
    if offer.windows and selection.window not in offer.windows:
        bends.append(Bend.WINDOW)
        selection = replace(selection, window=offer.windows[0])
    if selection.place is not None and selection.place not in places:
        bends.append(Bend.PLACE)
        selection = replace(selection, place=None)
    if not offer.windows:
        return replace(selection, period=None), bends
    period = _nearest_period(selection.period, periods(series, selection.window), selection.window)
    if wanted.period is not None and period != _aligned(wanted.period, selection.window):
        bends.append(Bend.PERIOD)
    return replace(selection, period=period), bends


def _nearest_period(wanted: date | None, periods: Sequence[Period], window: Window) -> date:
    if wanted is None:
        standing = [period.start for period in periods if period.is_complete]
        return standing[-1] if standing else periods[-1].start
    aligned = _aligned(wanted, window)
    return min((period.start for period in periods), key=lambda start: abs(start - aligned))


def _aligned(day: date, window: Window) -> date:
    return day.replace(month=1, day=1) if window == "year" else day.replace(day=1)


def _short(day: date, window: Window) -> str:
    return day.isoformat()[: 4 if window == "year" else 7]


def _first_day(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return None
