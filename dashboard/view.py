"""A selection resolved: one view of one build in one language."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from dashboard import facts, statistics
from dashboard.facts import Series
from dashboard.language import LanguageCode, Window, Words
from dashboard.state import (
    OF_ONE_TIME,
    Bend,
    MapMeasure,
    MapWindow,
    Measure,
    Period,
    ProgrammeId,
    Selection,
    Shown,
    nearest,
)
from pipeline import PROGRAMMES, Programme, Warehouse


def programme_of(programme_id: ProgrammeId) -> Programme:
    """A programme by its id."""
    return next(one for one in PROGRAMMES if one.id == programme_id)


@dataclass(frozen=True)
class View:
    """What everything on the page is painted from.

    Attributes
    ----------
    warehouse
        Where figures come from.
    words
        Language.
    selection
        A view that exists.
    series
        The selected series.
    periods
        Periods of the series, measure and window, oldest first; none if nothing is published.
    """

    warehouse: Warehouse
    words: Words
    selection: Selection
    series: Series
    periods: list[Period]

    @property
    def period(self) -> Period | None:
        """The period shown; ``None`` if nothing of the series is published."""
        if self.is_of_one_time:
            return self.periods[-1]
        return next((one for one in self.periods if one.start == self.selection.period), None)

    @property
    def shown(self) -> Shown | None:
        """What the map shows; ``None`` if nothing of the series is published."""
        if self.period is None:
            return None
        return Shown(self.series.series_id, self.measure, self.window, self.period)

    @property
    def is_of_one_time(self) -> bool:
        """Whether the measure is told of one span of time only."""
        return bool(self.periods) and self.measure in OF_ONE_TIME

    @property
    def language(self) -> LanguageCode:
        """Language of the page."""
        return self.words.code

    @property
    def measure(self) -> MapMeasure:
        """What is coloured."""
        return self.selection.measure

    @property
    def drawn_measure(self) -> Measure:
        """Whether counts or rates are drawn over time."""
        return "count" if self.measure == "count" or not self.series.has_rate else "rate"

    @property
    def window(self) -> MapWindow:
        """Length of a period."""
        return self.selection.window

    @property
    def history_window(self) -> Window:
        """Length of a period in a history: years, where the map pools several."""
        return "year" if self.window == "pooled" else self.window

    @property
    def history_start(self) -> date | None:
        """First day of the period of a history that the map shows, or where it ends."""
        if self.period is None:
            return None
        start = self.period.start
        return start.replace(month=1) if self.window == "pooled" else start

    @property
    def programme(self) -> Programme:
        """The programme whose coverage is drawn."""
        return programme_of(self.selection.programme)

    @property
    def may_show_coverage(self) -> bool:
        """Whether coverage may be drawn over the series."""
        return not self.series.is_apart_from_coverage


def resolved(warehouse: Warehouse, words: Words, wanted: Selection) -> tuple[View, list[Bend]]:
    """The nearest view that exists, and what had to change for it.

    Parameters
    ----------
    warehouse
        Where figures come from.
    words
        Language.
    wanted
        What was asked for.
    """
    series = facts.all_series(warehouse)
    selection, bends = nearest(
        wanted,
        {series_id: bool(one.offer.windows) for series_id, one in series.items()},
        partial(statistics.offered, warehouse),
        partial(statistics.periods, warehouse),
        facts.places(warehouse),
    )
    shown = series[str(selection.series)]
    periods: list[Period] = []
    if shown.offer.windows:
        periods = statistics.periods(
            warehouse, shown.series_id, selection.measure, selection.window
        )
    return View(warehouse, words, selection, shown, periods), bends
