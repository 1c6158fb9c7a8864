"""Figures over time, drawn: gaps stay gaps, open figures look open.

One series in one place (`history_spec`), in a small multiple of the same (`COMPACT`), as a line
without axes (`sparkline_spec`), or several places in one chart (`lines_spec`). Every chart is a
Vega-Lite specification without its data, which are the points: a browser draws it, and so does any
other renderer of Vega-Lite. Written directly: building the same layers through altair takes longer
than all the rest of a page.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, log10
from textwrap import wrap
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.language import Span, Words
from dashboard.palette import Palette, palette
from dashboard.state import Measure

Spec = dict[str, Any]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

VIOLENCE: Final = "violence"
CONTEXT: Final = "context"
LINES: Final = ("line-1", "line-2", "line-3")
"""Colours of lines in one chart, told apart by their lightness too."""

_MARK_ROWS: Final = 3
_MARK_ROW_PX: Final = 13
_WIDEST_BAND: Final = 2.0
"""How far above the highest value, as a multiple of it, the axis follows an interval."""
_STEPS: Final = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
"""Ends of an axis, times a power of ten."""
_LABEL_PX: Final = 132
_LABEL_LINE_PX: Final = 13
_LABEL_CHARACTERS: Final = 21
_NARROW_PX: Final = 480
"""A chart less wide than this has no room for labels: the page's key names the lines."""

_STARTS: Final[dict[Span, str]] = {
    "year": "YS",
    "fiscal_year": "YS-OCT",
    "quarter": "QS",
    "fiscal_quarter": "QS",
    "rolling": "MS",
    "month": "MS",
}
_MIDDLE_MONTHS: Final[dict[Span, int]] = {
    "year": 6,
    "fiscal_year": 6,
    "quarter": 1,
    "fiscal_quarter": 1,
}
"""Months from the start of a period to where it is drawn; none for months."""
_MEASURED: Final[dict[Measure, dict[str, str]]] = {
    "count": {"events": "value"},
    "rate": {
        "rate_per_100k": "value",
        "rate_lower_per_100k": "lower",
        "rate_upper_per_100k": "upper",
    },
}


class Style(NamedTuple):
    """How a kind of mark is drawn: in the chart by its dashes, in the key by its line.

    The colour is the name of a token of the style sheet.
    """

    colour: str
    line: str
    dashes: list[float]


STYLES: Final = {
    "programme": Style("accent", "solid", [1, 0]),
    "context": Style("soft", "solid", [1, 0]),
    "population edition": Style("soft", "dotted", [1.5, 2.5]),
    "definition": Style("warn", "dashed", [5, 3]),
    "contested": Style("warn", "dotted", [1.5, 3]),
}
"""Each kind of mark: events are solid, changes in the figures themselves are not."""


@dataclass(frozen=True)
class Marked:
    """A date on the time axis, numbered as in the key below the chart."""

    number: int
    day: date
    kind: str
    label: str


class Drawn(NamedTuple):
    """What is drawn: counts or rates, by periods of some length, in a colour of the palette."""

    measure: Measure
    window: Span
    colour: str = VIOLENCE


class Size(NamedTuple):
    """How large a chart is, and how much it says by itself.

    Attributes
    ----------
    height_px
        Height of what is inside the axes, in pixels.
    font_px
        Size of the axes' labels, in pixels.
    ticks
        About how many years and how many values the axes name.
    has_numbers
        Whether marks bear the numbers of the key below; else a pointer finds what they stand for.
    """

    height_px: int
    font_px: int
    ticks: tuple[int, int]
    has_numbers: bool


FULL: Final = Size(230, 12, (6, 4), has_numbers=True)
WIDE: Final = Size(360, 12, (10, 5), has_numbers=True)
COMPACT: Final = Size(138, 11, (3, 3), has_numbers=False)
"""A small multiple."""


class Line(NamedTuple):
    """One of several lines in one chart.

    Attributes
    ----------
    label
        What it stands for, written beside it.
    points
        From `history_points`.
    colour
        Token of the palette.
    """

    label: str
    points: pd.DataFrame
    colour: str


def history_points(
    history: pd.DataFrame,
    drawn: Drawn,
    words: Words,
    span: tuple[date, date] | None = None,
) -> pd.DataFrame:
    """What there is to draw of one series in one place.

    Parameters
    ----------
    history
        One row per published period: ``period``, ``events``, ``rate_per_100k`` and its limits,
        ``is_provisional``, ``is_partial``, ``crosses_edition``; ascending.
    drawn
        What is drawn.
    words
        Language of what is written.
    span
        First and last period to draw, where charts share their time axis; else the history's own.

    Returns
    -------
    points
        One row per period from the first to the last, published or not: its `start` and `end`,
        where it is drawn (`at`), its `value` and, of a rate, `lower` and `upper`, all empty where
        nothing is published; the same in words (`..._text`, `when`). `standing`, `open` and `mixed`
        are the values of the lines for figures that stand, that may still grow and that mix two
        editions of the population; the latter two reach over to the figures beside them. `is_alone`
        if no line goes through the point.
    """
    measure, window, _colour = drawn
    columns = _MEASURED[measure]
    periods = pd.DatetimeIndex(history["period"])
    first, last = span or (periods[0], periods[-1])
    starts = pd.date_range(first, last, freq=_STARTS[window], unit="s")
    at = starts.get_indexer(periods)
    values = {name: _placed(history[column], at, len(starts)) for column, name in columns.items()}
    value = values["value"]
    is_known = ~np.isnan(value)
    flags = ("is_provisional", "is_partial", "crosses_edition")
    provisional, partial, mixed = (_placed(history[flag], at, len(starts)) == 1 for flag in flags)
    is_open = provisional | partial
    is_mixed = mixed & (measure == "rate")
    written = words.number if measure == "count" else words.rate
    texts = {
        f"{name}_text": ["" if np.isnan(one) else written(one) for one in numbers.tolist()]
        for name, numbers in values.items()
    }
    # One frame at once: columns added one by one take longer than all the rest.
    return pd.DataFrame(
        {
            **values,
            "start": starts,
            "end": pd.date_range(starts[0], periods=len(starts) + 1, freq=_STARTS[window])[1:],
            "at": _middles(starts, window),
            "when": [words.period(start.date(), window) for start in starts],
            "is_known": is_known,
            "is_open": is_open,
            "is_alone": is_known & ~_before(is_known) & ~_after(is_known),
            "standing": np.where(is_open | is_mixed, np.nan, value),
            "open": np.where(is_open | _after(is_open), value, np.nan),
            "mixed": np.where(is_mixed | _after(is_mixed) | _before(is_mixed), value, np.nan),
            **texts,
        }
    )


def _placed(column: "pd.Series[Any]", at: npt.NDArray[np.intp], count: int) -> Floats:
    """Values of a column at their places among all periods; NaN elsewhere."""
    values = np.full(count, np.nan)
    values[at] = column.to_numpy(float, na_value=np.nan)
    return values


def history_spec(  # noqa: PLR0913 - what, where, when, how: each has its default
    points: pd.DataFrame,
    marks: Sequence[Marked],
    drawn: Drawn,
    words: Words,
    *,
    colours: Palette | None = None,
    size: Size = FULL,
    top: float | None = None,
) -> Spec:
    """How to draw the points of one series in one place.

    Parameters
    ----------
    points
        From `history_points`.
    marks
        Dates to mark.
    drawn
        What is drawn; rates with their 95 % interval.
    words
        Language of labels and numbers.
    colours
        The theme's palette; that of paper if none is given.
    size
        How large.
    top
        End of the value axis, where charts share it, as from `axis_top`; else by the points.

    Returns
    -------
    spec
        Layers on one time axis. A period that is not published is shaded and breaks the line.
    """
    colours = colours or palette()
    y = _Values(size, axis_top([points], drawn.measure) if top is None else top)
    # Twelve months of one window are in the next one too: only separate periods make bars.
    has_bars = drawn.measure == "count" and drawn.window != "rolling"
    layers = [*_gaps(points, y, colours), *_marks(marks, colours, size)]
    layers += [_bars(drawn, y, colours)] if has_bars else _lines(points, drawn, y, colours)
    layers.append(_hover(_told(drawn.measure, words), len(points), y, colours))
    return _chart(layers, words, colours, size)


def lines_points(lines: Sequence[Line]) -> pd.DataFrame:
    """The data of `lines_spec`.

    Parameters
    ----------
    lines
        Drawn over the same span.

    Returns
    -------
    points
        The points of all, with `line`, their number from 0; those of the first one also hold what
        every line says of the period, as `told_0`, `told_1` and so on.
    """
    told = {
        f"told_{number}": [_value_and_range(point) for point in line.points.to_dict("records")]
        for number, line in enumerate(lines)
    }
    return pd.concat(
        [
            line.points.assign(line=number, **(told if number == 0 else {}))
            for number, line in enumerate(lines)
        ],
        ignore_index=True,
    )


def lines_spec(
    lines: Sequence[Line],
    marks: Sequence[Marked],
    drawn: Drawn,
    words: Words,
    *,
    colours: Palette | None = None,
) -> Spec:
    """How to draw several lines in one chart, each named at its end.

    Parameters
    ----------
    lines
        At most as many as there are `LINES`, drawn over the same span.
    marks
        Dates to mark.
    drawn
        What is drawn; its colour is not looked at.
    words
        Language of labels and numbers.
    colours
        The theme's palette; that of paper if none is given.

    Returns
    -------
    spec
        Layers over the data of `lines_points`. On a phone the lines have no names: the page lists
        them in their colours. Unlike in a chart of one line, a period that is not
        published only breaks the line: another line may have it.
    """
    colours = colours or palette()
    top = axis_top([line.points for line in lines], drawn.measure)
    y = _Values(WIDE, top, reserve_px=_LABEL_PX)
    layers = _marks(marks, colours, WIDE)
    for number, line in enumerate(lines):
        own: Spec = {"transform": [{"filter": f"datum.line === {number}"}]}
        parts = _lines(line.points, drawn._replace(colour=line.colour), y, colours)
        layers.append({**own, "layer": parts})
    layers.append(_labels(lines, y, colours))
    told = {"when": words.text("Period")}
    told |= {f"told_{number}": line.label for number, line in enumerate(lines)}
    pointer = _hover(told, len(lines[0].points), y, colours)
    pointer["transform"] = [{"filter": "datum.line === 0"}]
    layers.append(pointer)
    return _chart(layers, words, colours, WIDE)


def sparkline_spec(
    points: pd.DataFrame, drawn: Drawn, *, colours: Palette | None = None, height_px: int = 26
) -> Spec:
    """How to draw a line so small that it has no axes: its shape, its gaps, and where it ends.

    Parameters
    ----------
    points
        From `history_points`.
    drawn
        What is drawn.
    colours
        The theme's palette; that of paper if none is given.
    height_px
        Height in pixels.

    Returns
    -------
    spec
        From zero upwards, like any chart of this module.
    """
    colours = colours or palette()
    colour = colours[drawn.colour]
    x: Spec = {"field": "at", "type": "temporal", "axis": None}
    known = points["value"].dropna()
    end = max([*known, 0.0]) or 1.0
    y: Spec = {"type": "quantitative", "axis": None, "scale": {"domain": [0, end], "nice": False}}
    strokes = [("standing", [1, 0]), ("mixed", [1, 0]), ("open", [2, 2])]
    layers: list[Spec] = [
        {
            "mark": {"type": "line", "strokeWidth": 1.5, "color": colour, "strokeDash": dashes},
            "encoding": {"x": x, "y": {"field": field, **y}},
        }
        for field, dashes in strokes
        if points[field].notna().any()
    ]
    dots = {"type": "circle", "color": colour, "size": 14, "opacity": 1}
    if len(known):
        rows = {"window": [{"op": "row_number", "as": "row"}]}
        newest = {"filter": f"datum.row === {known.index[-1] + 1} || datum.is_alone"}
        layers.append(
            {
                "transform": [rows, newest],
                "mark": dots,
                "encoding": {"x": x, "y": {"field": "value", **y}},
            }
        )
    return {
        "height": height_px,
        "padding": {"left": 2, "right": 4, "top": 3, "bottom": 3},
        "layer": layers,
        "background": "transparent",
        "config": {"view": {"stroke": None}},
    }


def axis_top(points: Sequence[pd.DataFrame], measure: Measure) -> float:
    """End of a value axis that charts share.

    Parameters
    ----------
    points
        Of each chart, from `history_points`.
    measure
        What is drawn.

    Returns
    -------
    top
        A round number above every value. It follows an interval up to twice the highest value: an
        interval that reaches farther is cut, so that it does not flatten the lines.
    """
    values = [value for one in points for value in one["value"].dropna()]
    if measure == "count":
        return rounded_top(values)
    return rounded_top(values, [value for one in points for value in one["upper"].dropna()])


def rounded_top(values: Sequence[float], uppers: Sequence[float] = ()) -> float:
    """End of a value axis by what it has to hold, as `axis_top` says.

    Parameters
    ----------
    values
        All values.
    uppers
        Upper limits of their intervals, if they have any.

    Examples
    --------
    >>> rounded_top([18, 41], [30, 62])
    80.0
    """
    highest = max(values, default=0.0)
    reach = max([highest, *uppers])
    if highest:
        reach = min(reach, _WIDEST_BAND * highest)
    if reach <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(reach))
    return next(step * unit for step in _STEPS if step * unit >= reach)


def is_cut(points: Iterable[pd.DataFrame], top: float) -> bool:
    """Whether an interval reaches beyond the end of the axis, which the page then has to say."""
    return any("upper" in one and bool((one["upper"] > top).any()) for one in points)


class _Values(NamedTuple):
    """The axes that the layers of a chart share."""

    size: Size
    top: float
    reserve_px: int = 0

    def time(self, field: str) -> Spec:
        """Encoding of a day."""
        january_only = "month(datum.value) ? '' : datum.label"  # short spans have ticks in a year
        axis = {
            "format": "%Y",
            "labelExpr": january_only,
            "tickCount": self.size.ticks[0],
            "grid": False,
            "labelOverlap": True,
        }
        encoding = {"field": field, "type": "temporal", "title": None, "axis": axis}
        if self.reserve_px:
            end = f"width - (width < {_NARROW_PX} ? 0 : {self.reserve_px})"
            encoding["scale"] = {"range": [0, {"expr": end}]}
        return encoding

    def value(self, field: str) -> Spec:
        """Encoding of a value."""
        axis = {"tickCount": self.size.ticks[1], "domain": False, "ticks": False, "format": ",~r"}
        scale = {"domain": [0, self.top], "nice": False}
        return {"field": field, "type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _chart(layers: list[Spec], words: Words, colours: Palette, size: Size) -> Spec:
    axis = {
        "labelColor": colours["soft"],
        "labelFontSize": size.font_px,
        "domainColor": colours["line"],
        "tickColor": colours["line"],
        "gridColor": colours["faint"],
    }
    return {
        "height": size.height_px,
        "padding": {"left": 0, "right": 6, "top": 2, "bottom": 0},
        "background": "transparent",
        "layer": layers,
        "config": {
            "font": '"Source Sans", sans-serif',
            "locale": _locale(words),
            "view": {"stroke": None},
            "axis": axis,
        },
    }


def _middles(starts: pd.DatetimeIndex, window: Span) -> pd.DatetimeIndex:
    return starts + pd.DateOffset(months=_MIDDLE_MONTHS.get(window, 0))


def _before(flags: Flags) -> Flags:
    """Whether the period before each is flagged."""
    return np.concatenate([[False], flags[:-1]])


def _after(flags: Flags) -> Flags:
    """Whether the period after each is flagged."""
    return np.concatenate([flags[1:], [False]])


def _gaps(points: pd.DataFrame, y: _Values, colours: Palette) -> list[Spec]:
    if points["is_known"].all():
        return []
    return [
        {
            "transform": [{"filter": "!datum.is_known"}],
            "mark": {"type": "rect", "color": colours["faint"]},
            "encoding": {"x": y.time("start"), "x2": {"field": "end"}},
        }
    ]


def _lines(points: pd.DataFrame, drawn: Drawn, y: _Values, colours: Palette) -> list[Spec]:
    layers: list[Spec] = []
    colour = colours[drawn.colour]
    if drawn.measure == "rate":
        band = {"x": y.time("at"), "y": y.value("lower"), "y2": {"field": "upper"}}
        area = {"type": "area", "color": colour, "opacity": 0.15, "clip": True}
        layers.append({"mark": area, "encoding": band})
    strokes: dict[str, Spec] = {
        "standing": {"color": colour},
        "open": {"color": colour, "strokeDash": [3, 3]},
        "mixed": {"color": colours["mixed"]},
    }
    layers += [
        {
            "mark": {"type": "line", "strokeWidth": 2, **stroke},
            "encoding": {"x": y.time("at"), "y": y.value(field)},
        }
        for field, stroke in strokes.items()
        if points[field].notna().any()
    ]
    if points["is_alone"].any():
        layers += _lone_points(drawn.measure, colour, y)
    return layers


def _lone_points(measure: Measure, colour: str, y: _Values) -> list[Spec]:
    """Figures between gaps, which no line or band goes through."""
    alone = {"transform": [{"filter": "datum.is_alone"}]}
    dot = {"type": "circle", "color": colour, "size": 18, "opacity": 1}
    whisker = {"type": "rule", "color": colour, "opacity": 0.35, "strokeWidth": 4, "clip": True}
    dots = {**alone, "mark": dot, "encoding": {"x": y.time("at"), "y": y.value("value")}}
    if measure == "count":
        return [dots]
    span = {"x": y.time("at"), "y": y.value("lower"), "y2": {"field": "upper"}}
    return [{**alone, "mark": whisker, "encoding": span}, dots]


def _bars(drawn: Drawn, y: _Values, colours: Palette) -> Spec:
    edge = {"stroke": colours["paper"], "strokeWidth": 0.4}
    return {
        "transform": [{"filter": "datum.is_known"}],
        "mark": {"type": "rect", "color": colours[drawn.colour], **edge},
        "encoding": {
            "x": y.time("start"),
            "x2": {"field": "end"},
            "y": y.value("value"),
            "y2": {"datum": 0},
            "opacity": {"condition": {"test": "datum.is_open", "value": 0.4}, "value": 0.95},
        },
    }


def _marks(marks: Sequence[Marked], colours: Palette, size: Size) -> list[Spec]:
    layers: list[Spec] = []
    for mark in marks:
        style = STYLES[mark.kind]
        # A day without a time would be midnight in Greenwich, and the evening before in Colombia.
        day = f"{mark.day.isoformat()}T00:00:00"
        data = {"values": [{"day": day, "number": str(mark.number), "label": mark.label}]}
        x = {"field": "day", "type": "temporal"}
        colour = colours[style.colour]
        rule = {"type": "rule", "color": colour, "strokeDash": style.dashes, "strokeWidth": 1.3}
        if not size.has_numbers:
            rule |= {"strokeWidth": 1, "opacity": 0.75}
        layers.append({"data": data, "mark": rule, "encoding": {"x": x}})
        if not size.has_numbers:
            continue
        # Neighbouring numbers stand in different rows, so that close dates stay legible.
        row = mark.number % _MARK_ROWS
        text = {"type": "text", "fontSize": 11, "fontWeight": 600, "align": "left", "dx": 3}
        layers.append(
            {
                "data": data,
                "mark": {**text, "color": colour},
                "encoding": {
                    "x": x,
                    "y": {"value": 5 + row * _MARK_ROW_PX},
                    "text": {"field": "number"},
                },
            }
        )
    return layers


class _End(NamedTuple):
    """Where a line ends, in pixels from the top, and what its label says."""

    y: float
    text: list[str]
    colour: str


def _last(points: pd.DataFrame) -> float:
    known = points["value"].dropna()
    return float(known.iloc[-1]) if len(known) else 0.0


def _labels(lines: Sequence[Line], y: _Values, colours: Palette) -> Spec:
    """The lines' names where they end, moved apart where they would lie upon one another."""
    ends = sorted(
        (
            _End(
                WIDE.height_px * (1 - _last(line.points) / y.top),
                wrap(line.label, _LABEL_CHARACTERS),
                line.colour,
            )
            for line in lines
        ),
        key=lambda end: end.y,
    )
    middles = _apart([(end.y, len(end.text)) for end in ends], WIDE.height_px)
    values = [
        # A text of several lines hangs from its first one.
        {
            "y": y.top * (1 - (middle - (len(end.text) - 1) * _LABEL_LINE_PX / 2) / WIDE.height_px),
            "text": end.text,
            "colour": colours[end.colour],
        }
        for end, middle in zip(ends, middles, strict=True)
    ]
    return {
        "data": {"values": values},
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "middle",
            "opacity": {"expr": f"width < {_NARROW_PX} ? 0 : 1"},
            "x": {"expr": f"width - {_LABEL_PX} + 8"},
            "fontSize": 12,
            "fontWeight": 600,
            "lineHeight": _LABEL_LINE_PX,
        },
        "encoding": {
            "y": y.value("y"),
            "text": {"field": "text", "type": "nominal"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }


def _apart(wanted: Sequence[tuple[float, int]], height: float) -> list[float]:
    """Middles of labels, downwards in their order, so that none touches the one above it.

    Parameters
    ----------
    wanted
        Middle and number of lines of each label, ascending.
    height
        Room that there is, in pixels.
    """
    halves = [rows * _LABEL_LINE_PX / 2 + 1 for _, rows in wanted]
    middles: list[float] = []
    floor_ = 0.0
    for (middle, _), half in zip(wanted, halves, strict=True):
        middles.append(max(middle, floor_ + half))
        floor_ = middles[-1] + half
    ceiling = height
    for at in reversed(range(len(middles))):
        middles[at] = min(middles[at], ceiling - halves[at])
        ceiling = middles[at] - halves[at]
    return middles


def _value_and_range(point: Mapping[Hashable, Any]) -> str:
    """What a line says of one period: the value, and of a rate its interval."""
    if not point["value_text"]:
        return "–"
    if not point.get("lower_text"):
        return str(point["value_text"])
    return f"{point['value_text']} ({point['lower_text']}–{point['upper_text']})"


def _told(measure: Measure, words: Words) -> dict[str, str]:
    """What a pointer is told of a period: fields of the points and their titles."""
    _ = words.text
    told = {"when": _("Period"), "value_text": _("Rate") if measure == "rate" else _("Count")}
    if measure == "rate":
        told |= {"lower_text": _("likely from"), "upper_text": _("likely to")}
    return told


def _hover(told: dict[str, str], periods: int, y: _Values, colours: Palette) -> Spec:
    """Rules as wide as a period, seen when pointed at: a pointer finds figures anywhere."""
    breadth = {"expr": f"max(2, width / {periods})"}
    seen = {"param": "pointed", "empty": False, "value": 0.16}
    pointing = {"type": "point", "on": "pointerover", "clear": "pointerout"}
    return {
        "params": [{"name": "pointed", "select": pointing}],
        "transform": [{"filter": "datum.is_known"}],
        "mark": {"type": "rule", "strokeWidth": breadth, "color": colours["soft"], "clip": True},
        "encoding": {
            "x": y.time("at"),
            "opacity": {"condition": seen, "value": 0.001},
            "tooltip": [{"field": field, "title": title} for field, title in told.items()],
        },
    }


def _locale(words: Words) -> Spec:
    symbols = words.locale.number_symbols["latn"]
    number = {"decimal": symbols["decimal"], "thousands": symbols["group"], "grouping": [3]}
    return {"number": {**number, "currency": ["", ""]}}
