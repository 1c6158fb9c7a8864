"""A history as small as a word: its shape alone, without axes, gaps left open."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from markupsafe import Markup

from dashboard.pieces import each

_WIDTH_PX: Final = 116
_HEIGHT_PX: Final = 28
_EDGE_PX: Final = 3
_HALF_YEAR: Final = 0.5


def sparkline(
    values: Sequence[float | None], breaks: Iterable[tuple[float, str]], label: str
) -> Markup:
    """Values as a line from zero to their own highest, the last one marked.

    Parameters
    ----------
    values
        One per year, non-negative; ``None`` where unknown, which interrupts the line.
    breaks
        Where an upright mark stands, in years since the first one's beginning, and its kind: a
        class of the style sheet. A value stands in the middle of its year; a mark, between two.
    label
        What the line shows, for those who do not see it.

    Returns
    -------
    drawing
        SVG of fixed size; its colours are the style sheet's.
    """
    known = [value for value in values if value is not None]
    highest = max(known, default=0) or 1
    step = (_WIDTH_PX - 2 * _EDGE_PX) / max(len(values) - 1, 1)
    points = [
        None
        if value is None
        else f"{_EDGE_PX + at * step:.0f},{_HEIGHT_PX - _EDGE_PX - value / highest * _rise():.1f}"
        for at, value in enumerate(values)
    ]
    marks = (
        (kind, f"{_EDGE_PX + (at - _HALF_YEAR) * step:.0f}", _HEIGHT_PX) for at, kind in breaks
    )
    return Markup(
        "<svg class='spark' width='{}' height='{}' role='img' aria-label='{}'>{}{}{}</svg>"
    ).format(
        _WIDTH_PX,
        _HEIGHT_PX,
        label,
        each("<path class='{}' d='M{} 0V{}'/>", marks),
        each("<polyline points='{}'/>", ((" ".join(run),) for run in _runs(points))),
        _end(points),
    )


def _rise() -> int:
    return _HEIGHT_PX - 2 * _EDGE_PX


def _runs(points: Sequence[str | None]) -> Iterable[list[str]]:
    """Points without a gap between them; a lone one twice, so that it is drawn."""
    for is_known, run in groupby(points, key=lambda point: point is not None):
        if is_known:
            places = [point for point in run if point is not None]
            yield places if len(places) > 1 else places * 2


def _end(points: Sequence[str | None]) -> Markup:
    """A dot on the last value, if the last year has one."""
    if not points or points[-1] is None:
        return Markup("")
    across, _, down = points[-1].partition(",")
    return Markup("<circle cx='{}' cy='{}' r='2.2'/>").format(across, down)
