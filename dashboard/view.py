"""A selection resolved: one view of one build in one language."""

from dataclasses import dataclass
from datetime import date

from dashboard.facts import Series
from dashboard.language import LanguageCode, Window, Words
from dashboard.state import Measure, Period, Selection
from pipeline import Warehouse


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
        Periods of the series and window, oldest first; none if nothing is published.
    """

    warehouse: Warehouse
    words: Words
    selection: Selection
    series: Series
    periods: list[Period]

    @property
    def period(self) -> Period | None:
        """The period shown; ``None`` if nothing of the series is published."""
        return next((one for one in self.periods if one.start == self.selection.period), None)

    @property
    def language(self) -> LanguageCode:
        """Language of the page."""
        return self.words.code

    @property
    def measure(self) -> Measure:
        """Whether counts or rates are shown."""
        return self.selection.measure

    @property
    def window(self) -> Window:
        """Length of a period."""
        return self.selection.window

    @property
    def may_show_coverage(self) -> bool:
        """Whether coverage may be drawn over the series."""
        return not self.series.is_apart_from_coverage

    def when(self, start: date) -> str:
        """Name of a period."""
        return self.words.period(start, self.window)
