"""What the reader of the map has chosen: one value, bent to what is published."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, Literal, NamedTuple, cast, get_args

from dashboard.language import Window

Measure = Literal["rate", "count"]
MapMeasure = Literal[Measure, "smoothed", "change", "trend", "cluster", "reliability"]
MapWindow = Literal[Window, "pooled"]
ProgrammeId = Literal["somos_comunidad", "pdet"]
Component = Literal["all", "1", "2"]

MEASURES: Final[tuple[Measure, ...]] = ("rate", "count")
MAP_MEASURES: Final[tuple[MapMeasure, ...]] = (
    "rate",
    "count",
    "smoothed",
    "change",
    "trend",
    "cluster",
    "reliability",
)
WINDOWS: Final[tuple[Window, ...]] = ("year", "rolling", "month")
MAP_WINDOWS: Final[tuple[MapWindow, ...]] = ("year", "pooled", "rolling", "month")
COMPONENTS: Final[tuple[Component, ...]] = get_args(Component)
OF_ONE_TIME: Final[tuple[MapMeasure, ...]] = ("change", "trend")
"""Measures that are told of one span of time only: there is nothing to play through."""

Offered = Mapping[MapMeasure, tuple[MapWindow, ...]]
"""The measures of a series, in the order of lists, with the lengths of their periods."""


class Period(NamedTuple):
    """A period that a series publishes.

    Of a change `since` is the start of the period it is compared with, of a trend its first year.
    """

    start: date
    is_provisional: bool
    is_partial: bool
    crosses_edition: bool = False
    since: date | None = None
    is_newest: bool = True

    @property
    def is_complete(self) -> bool:
        """Whether the figures stand: all months are there and none may still grow."""
        return not (self.is_provisional or self.is_partial)


class Shown(NamedTuple):
    """What one map shows: a measure of a series in one period."""

    series_id: str
    measure: MapMeasure
    window: MapWindow
    period: Period


class Offer(NamedTuple):
    """What is published of one series; no windows if nothing of it is."""

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
    """What the page shows; its fields are the URL's parameters.

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
    coverage
        Whether the programme's coverage is drawn.
    programme
        Of which programme.
    component
        Of which of the programme's components.
    table
        Whether the table below the map is open.
    two
        Whether a second map stands beside the first.
    series2, period2
        What the second map shows; ``None`` for the same as the first.
    view
        The whole page, or nothing but the map for the frame of another site.
    """

    series: str | None = None
    measure: MapMeasure = "rate"
    window: MapWindow = "year"
    period: date | None = None
    place: str | None = None
    coverage: bool = True
    programme: ProgrammeId = "somos_comunidad"
    component: Component = "all"
    table: bool = False
    two: bool = False
    series2: str | None = None
    period2: date | None = None
    view: Literal["page", "map"] = "page"

    @property
    def second(self) -> "Selection":
        """What the second map is asked to show."""
        return replace(self, series=self.series2 or self.series, period=self.period2 or self.period)


def nearest(
    wanted: Selection,
    series: Mapping[str, bool],
    offered: Callable[[str], Offered],
    periods: Callable[[str, MapMeasure, MapWindow], Sequence[Period]],
    places: Collection[str],
) -> tuple[Selection, list[Bend]]:
    """The nearest view that exists.

    Parameters
    ----------
    wanted
        What was asked for.
    series
        Whether each series is published, in display order.
    offered
        What a series offers; nothing if it is not published.
    periods
        Periods of a series, measure and window, oldest first.
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
    if selection.series not in series:
        if selection.series is not None:
            bends.append(Bend.SERIES)
        published = (one for one, is_published in series.items() if is_published)
        selection = replace(selection, series=next(published, next(iter(series))))
    series_id = cast("str", selection.series)
    if selection.place is not None and selection.place not in places:
        bends.append(Bend.PLACE)
        selection = replace(selection, place=None)
    measures = offered(series_id)
    if not measures:
        return replace(selection, period=None), bends
    if selection.measure not in measures:
        bends.append(Bend.MEASURE)
        selection = replace(selection, measure=next(iter(measures)))
    windows = measures[selection.measure]
    if selection.window not in windows:
        bends.append(Bend.WINDOW)
        selection = replace(selection, window=windows[0])
    if selection.measure in OF_ONE_TIME:
        # The wish stays: it is met again when another measure is chosen.
        return selection, bends
    known = periods(series_id, selection.measure, selection.window)
    period = _nearest_period(selection.period, known, selection.window)
    if wanted.period is not None and period != _aligned(wanted.period, selection.window):
        bends.append(Bend.PERIOD)
    return replace(selection, period=period), bends


def _nearest_period(wanted: date | None, periods: Sequence[Period], window: MapWindow) -> date:
    if wanted is None:
        standing = [period.start for period in periods if period.is_complete]
        return standing[-1] if standing else periods[-1].start
    aligned = _aligned(wanted, window)
    return min((period.start for period in periods), key=lambda start: abs(start - aligned))


def _aligned(day: date, window: MapWindow) -> date:
    if window == "pooled":
        return day.replace(month=12, day=1)
    return day.replace(month=1, day=1) if window == "year" else day.replace(day=1)
