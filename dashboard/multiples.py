"""Small multiples: every series of a place as a chart of its own, on one time axis.

Written as SVG rather than handed to a chart library: two dozen of its charts take longer than all
the rest of the page, and one chart of two dozen parts cannot flow with the width of the window.
Colours are the style sheet's, so that the charts follow the theme and print.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from markupsafe import Markup

from dashboard.chart import STYLES, Marked, rounded_top
from dashboard.facts import Newest, Year
from dashboard.language import Words
from dashboard.state import Measure

_WIDTH: Final = 300
_TOP: Final = 8
_BOTTOM: Final = 88
_HEIGHT: Final = 104
_LEFT: Final = 2
_DAYS_PER_YEAR: Final = 365.25


class Axis(NamedTuple):
    """The years that all charts of a page show."""

    first: int
    last: int

    def x(self, year: float) -> float:
        """Where a moment lies, in user units; a whole number is the start of a year."""
        return _LEFT + (year - self.first) * (_WIDTH - _LEFT) / (self.last + 1 - self.first)


class Point(NamedTuple):
    """What is drawn of one year."""

    year: int
    value: float
    lower: float | None
    upper: float | None
    is_open: bool


class Frame(NamedTuple):
    """What the charts of a page share.

    Attributes
    ----------
    words
        Language of the numbers.
    axis
        Years to show; others are left out.
    measure
        Rates are a line with their 95 % interval; counts are bars.
    """

    words: Words
    axis: Axis
    measure: Measure


def small_multiple(
    frame: Frame, years: Sequence[Year], marks: Iterable[Marked], label: str
) -> Markup:
    """One series of one place.

    Parameters
    ----------
    frame
        Language, years and measure.
    years
        Published years, ascending.
    marks
        Dates to mark.
    label
        What a reader who does not see the chart is told.

    Returns
    -------
    chart
        A year that is not published is shaded and breaks the line; one that may still grow is
        dashed or pale. Pointing at a year tells its figures.
    """
    words, axis, measure = frame
    shown = [one for one in years if axis.first <= one.year <= axis.last]
    points = [point for one in shown if (point := _point(one, measure)) is not None]
    top = rounded_top(
        [one.value for one in points], [one.upper for one in points if one.upper is not None]
    )
    parts = [
        _gaps(points, axis),
        Markup("<path class='base' d='M0 {0}H{1}M0 {2}H{1}'/>").format(_BOTTOM, _WIDTH, _TOP),
        *(_mark(mark, axis) for mark in marks),
        *(_bars(points, axis, top) if measure == "count" else _lines(points, axis, top)),
        _texts(words, axis, top),
        *(_told(words, one, axis) for one in shown),
    ]
    return Markup(
        "<svg class='multiple' viewBox='0 0 {} {}' role='img' aria-label='{}'>{}</svg>"
    ).format(_WIDTH, _HEIGHT, label, Markup("").join(parts))


def _point(one: Year, measure: Measure) -> Point | None:
    if measure == "count":
        return Point(one.year, one.events, None, None, one.is_open)
    if one.rate_per_100k is None:
        return None
    limits = (one.rate_lower_per_100k, one.rate_upper_per_100k)
    return Point(one.year, one.rate_per_100k, *limits, one.is_open)


def _y(value: float, top: float) -> float:
    return _BOTTOM - min(value / top, 1) * (_BOTTOM - _TOP)


def _gaps(points: Sequence[Point], axis: Axis) -> Markup:
    """Years without a figure, shaded."""
    edges = [axis.first - 1, *(one.year for one in points), axis.last + 1]
    return Markup("").join(
        Markup("<rect class='gap' x='{:.1f}' y='{}' width='{:.1f}' height='{}'/>").format(
            axis.x(before + 1), _TOP, axis.x(after) - axis.x(before + 1), _BOTTOM - _TOP
        )
        for before, after in pairwise(edges)
        if after > before + 1
    )


def _mark(mark: Marked, axis: Axis) -> Markup:
    day, style = mark.day, STYLES[mark.kind]
    x = axis.x(day.year + (day - date(day.year, 1, 1)).days / _DAYS_PER_YEAR)
    dashes = " ".join(map(str, style.dashes))
    return Markup(
        "<path class='mark' style='stroke:var(--{});stroke-dasharray:{}' d='M{:.1f} {}V{}'/>"
    ).format(style.colour, dashes, x, _TOP, _BOTTOM)


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Points of years that follow one another."""
    runs: list[list[Point]] = []
    for one in points:
        if runs and runs[-1][-1].year == one.year - 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _lines(points: Sequence[Point], axis: Axis, top: float) -> Iterable[Markup]:
    for run in _runs(points):
        banded = [one for one in run if one.lower is not None and one.upper is not None]
        upper = [(_middle(one, axis), _y(one.upper or 0, top)) for one in banded]
        lower = [(_middle(one, axis), _y(one.lower or 0, top)) for one in reversed(banded)]
        if banded:
            kind = "band" if len(run) > 1 else "whisker"
            yield Markup("<path class='{}' d='M{}'/>").format(kind, _path([*upper, *lower]))
        if len(run) > 1:
            yield from _strokes(run, axis, top)
        else:
            yield _dot(run[0], axis, top)
    if points:
        yield _dot(points[-1], axis, top)


def _strokes(run: Sequence[Point], axis: Axis, top: float) -> Iterable[Markup]:
    """The line; dashed towards a figure that may still grow."""
    for standing in _runs([one for one in run if not one.is_open]):
        at = [(_middle(one, axis), _y(one.value, top)) for one in standing]
        yield Markup("<path class='line' d='M{}'/>").format(_path(at))
    for one, another in pairwise(run):
        if one.is_open or another.is_open:
            at = [(_middle(end, axis), _y(end.value, top)) for end in (one, another)]
            yield Markup("<path class='line open' d='M{}'/>").format(_path(at))


def _dot(one: Point, axis: Axis, top: float) -> Markup:
    return Markup("<circle class='dot{}' cx='{:.1f}' cy='{:.1f}' r='2.6'/>").format(
        " open" if one.is_open else "", _middle(one, axis), _y(one.value, top)
    )


def _bars(points: Sequence[Point], axis: Axis, top: float) -> Iterable[Markup]:
    width = 0.84 * (axis.x(axis.first + 1) - axis.x(axis.first))
    for one in points:
        y = _y(one.value, top)
        yield Markup(
            "<rect class='bar{}' x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}'/>"
        ).format(
            " open" if one.is_open else "", _middle(one, axis) - width / 2, y, width, _BOTTOM - y
        )


def _texts(words: Words, axis: Axis, top: float) -> Markup:
    middle = (axis.first + axis.last + 1) // 2
    return Markup(
        "<text x='0' y='{}'>{}</text><text x='{}' y='{}' text-anchor='middle'>{}</text>"
        "<text x='{}' y='{}' text-anchor='end'>{}</text><text class='top' x='3' y='{}'>{}</text>"
    ).format(
        _HEIGHT - 4,
        axis.first,
        f"{axis.x(middle + 0.5):.1f}",
        _HEIGHT - 4,
        middle,
        _WIDTH,
        _HEIGHT - 4,
        axis.last,
        _TOP + 10,
        words.number(top),
    )


def _told(words: Words, one: Year, axis: Axis) -> Markup:
    """The figures of a year, for a pointer above it."""
    width = axis.x(axis.first + 1) - axis.x(axis.first)
    return Markup(
        "<rect class='hit' x='{:.1f}' y='0' width='{:.1f}' height='{}'><title>{}</title></rect>"
    ).format(axis.x(one.year), width, _BOTTOM, year_words(words, one))


def year_words(words: Words, one: Year) -> str:
    """A year's figures as a line of text: ``2024: 18; rate 41 (26–62); provisional``."""
    _ = words.text
    parts = [words.number(one.events)]
    if one.rate_per_100k is not None:
        parts.append(_("rate {rate}").format(rate=rate_and_range(words, one)))
    if one.is_partial:
        parts.append(_("incomplete"))
    elif one.is_provisional:
        parts.append(_("provisional"))
    return f"{one.year}: {'; '.join(parts)}"


def rate_and_range(words: Words, one: Year | Newest) -> str:
    """A rate with its 95 % interval: ``41 (26–62)``; a dash where it is undefined."""
    if one.rate_per_100k is None:
        return "–"
    rate = words.rate(one.rate_per_100k)
    if one.rate_lower_per_100k is None or one.rate_upper_per_100k is None:
        return rate
    limits = (one.rate_lower_per_100k, one.rate_upper_per_100k)
    return f"{rate} ({'–'.join(map(words.rate, limits))})"


def _middle(one: Point, axis: Axis) -> float:
    return axis.x(one.year + 0.5)


def _path(at: Iterable[tuple[float, float]]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
