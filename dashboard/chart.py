"""The history of one municipality, drawn: gaps stay gaps, open figures look open.

Written in Vega-Lite directly: building the same layers through altair takes longer than all the
rest of a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import pandas as pd

from dashboard.language import Window, Words
from dashboard.state import Measure

Spec = dict[str, Any]

VIOLENCE: Final = "#8f2a3c"
CONTEXT: Final = "#674a98"
MIXED: Final = "#b7b1a6"
GAP: Final = "#efede8"
_LABELS: Final = "#626a73"

_HEIGHT_PX: Final = 230
_MARK_ROWS: Final = 3
_MARK_ROW_PX: Final = 13
_STARTS: Final[dict[Window, str]] = {"year": "YS", "rolling": "MS", "month": "MS"}
_MEASURED: Final[dict[Measure, dict[str, str]]] = {
    "count": {"events": "value"},
    "rate": {
        "rate_per_100k": "value",
        "rate_lower_per_100k": "lower",
        "rate_upper_per_100k": "upper",
    },
}


class Style(NamedTuple):
    """How a kind of mark is drawn: in the chart by its dashes, in the key by its line."""

    colour: str
    line: str
    dashes: list[float]


STYLES: Final = {
    "programme": Style("#0a4b78", "solid", [1, 0]),
    "context": Style("#7d858d", "solid", [1, 0]),
    "population edition": Style("#7d858d", "dotted", [1.5, 2.5]),
    "definition": Style("#8a5a00", "dashed", [5, 3]),
    "contested": Style("#8a5a00", "dotted", [1.5, 3]),
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
    """What is drawn: counts or rates, by periods of some length, in a colour."""

    measure: Measure
    window: Window
    colour: str = VIOLENCE


def history_points(history: pd.DataFrame, drawn: Drawn, words: Words) -> pd.DataFrame:
    """What there is to draw of one series in one municipality.

    Parameters
    ----------
    history
        One row per published period: ``period``, ``events``, ``rate_per_100k`` and its limits,
        ``is_provisional``, ``is_partial``, ``crosses_edition``; ascending.
    drawn
        What is drawn.
    words
        Language of what is written.

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
    known = history.rename(columns=columns).set_index("period")
    starts = pd.date_range(known.index[0], known.index[-1], freq=_STARTS[window], unit="s")
    flags = ["is_provisional", "is_partial", "crosses_edition"]
    points = known[[*columns.values(), *flags]].reindex(starts)
    is_known = points["value"].notna()
    is_open = points["is_provisional"].eq(True) | points["is_partial"].eq(True)
    is_mixed = points["crosses_edition"].eq(True) & (measure == "rate")
    facts: dict[str, Any] = {
        "start": starts,
        "end": pd.date_range(starts[0], periods=len(starts) + 1, freq=_STARTS[window])[1:],
        "at": _middle(starts) if window == "year" else starts,
        "when": [words.period(start.date(), window) for start in starts],
        "is_known": is_known,
        "is_open": is_open,
        "is_alone": is_known & ~_before(is_known) & ~_after(is_known),
        "standing": points["value"].where(~is_open & ~is_mixed),
        "open": points["value"].where(is_open | _after(is_open)),
        "mixed": points["value"].where(is_mixed | _after(is_mixed) | _before(is_mixed)),
    }
    written = words.number if measure == "count" else words.rate
    texts = {
        f"{column}_text": ["" if pd.isna(value) else written(value) for value in points[column]]
        for column in columns.values()
    }
    return points[list(columns.values())].assign(**facts, **texts).reset_index(drop=True)


def history_spec(points: pd.DataFrame, marks: Sequence[Marked], drawn: Drawn, words: Words) -> Spec:
    """How to draw the points: a Vega-Lite specification without their data.

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

    Returns
    -------
    spec
        Layers on one time axis. A period that is not published is shaded and breaks the line.
    """
    # Twelve months of one window are in the next one too: only separate periods make bars.
    has_bars = drawn.measure == "count" and drawn.window != "rolling"
    layers = [*_gaps(points), *_marks(marks)]
    layers += [_bars(drawn.colour)] if has_bars else _lines(points, drawn)
    layers.append(_hover(drawn.measure, words))
    return {
        "height": _HEIGHT_PX,
        "padding": {"left": 0, "right": 6, "top": 2, "bottom": 0},
        "layer": layers,
        "config": {
            "font": '"Source Sans", sans-serif',
            "locale": _locale(words),
            "view": {"stroke": None},
            "axis": {
                "labelColor": _LABELS,
                "labelFontSize": 12,
                "domainColor": "#cfcac0",
                "tickColor": "#cfcac0",
                "gridColor": "#eeebe5",
            },
        },
    }


def _middle(years: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return pd.date_range(years[0].replace(month=7), periods=len(years), freq="YS-JUL", unit="s")


def _before(flags: "pd.Series[bool]") -> "pd.Series[bool]":
    return flags.shift(1, fill_value=False)


def _after(flags: "pd.Series[bool]") -> "pd.Series[bool]":
    return flags.shift(-1, fill_value=False)


def _time(field: str) -> Spec:
    january_only = "month(datum.value) ? '' : datum.label"  # short spans have ticks within a year
    axis = {"format": "%Y", "labelExpr": january_only, "tickCount": 6, "grid": False}
    return {"field": field, "type": "temporal", "title": None, "axis": axis}


def _value(field: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": None,
        "scale": {"zero": True, "nice": True},
        "axis": {"tickCount": 4, "domain": False, "ticks": False, "format": ",~r"},
    }


def _gaps(points: pd.DataFrame) -> list[Spec]:
    if points["is_known"].all():
        return []
    return [
        {
            "transform": [{"filter": "!datum.is_known"}],
            "mark": {"type": "rect", "color": GAP},
            "encoding": {"x": _time("start"), "x2": {"field": "end"}},
        }
    ]


def _lines(points: pd.DataFrame, drawn: Drawn) -> list[Spec]:
    layers: list[Spec] = []
    if drawn.measure == "rate":
        band = {"x": _time("at"), "y": _value("lower"), "y2": {"field": "upper"}}
        layers.append(
            {"mark": {"type": "area", "color": drawn.colour, "opacity": 0.15}, "encoding": band}
        )
    strokes: dict[str, Spec] = {
        "standing": {"color": drawn.colour},
        "open": {"color": drawn.colour, "strokeDash": [3, 3]},
        "mixed": {"color": MIXED},
    }
    layers += [
        {
            "mark": {"type": "line", "strokeWidth": 2, **stroke},
            "encoding": {"x": _time("at"), "y": _value(field)},
        }
        for field, stroke in strokes.items()
        if points[field].notna().any()
    ]
    if points["is_alone"].any():
        layers += _lone_points(drawn)
    return layers


def _lone_points(drawn: Drawn) -> list[Spec]:
    """Figures between gaps, which no line or band goes through."""
    alone = {"transform": [{"filter": "datum.is_alone"}]}
    dot = {"type": "circle", "color": drawn.colour, "size": 18, "opacity": 1}
    whisker = {"type": "rule", "color": drawn.colour, "opacity": 0.35, "strokeWidth": 4}
    dots = {**alone, "mark": dot, "encoding": {"x": _time("at"), "y": _value("value")}}
    if drawn.measure == "count":
        return [dots]
    span = {"x": _time("at"), "y": _value("lower"), "y2": {"field": "upper"}}
    return [{**alone, "mark": whisker, "encoding": span}, dots]


def _bars(colour: str) -> Spec:
    return {
        "transform": [{"filter": "datum.is_known"}],
        "mark": {"type": "rect", "color": colour, "stroke": "#ffffff", "strokeWidth": 0.4},
        "encoding": {
            "x": _time("start"),
            "x2": {"field": "end"},
            "y": _value("value"),
            "y2": {"datum": 0},
            "opacity": {"condition": {"test": "datum.is_open", "value": 0.4}, "value": 0.95},
        },
    }


def _marks(marks: Sequence[Marked]) -> list[Spec]:
    layers = []
    for mark in marks:
        style = STYLES[mark.kind]
        # Neighbouring numbers stand in different rows, so that close dates stay legible.
        row = mark.number % _MARK_ROWS
        text = {"type": "text", "fontSize": 11, "fontWeight": 600, "align": "left", "dx": 3}
        data = {"values": [{"day": mark.day.isoformat(), "number": str(mark.number)}]}
        x = {"field": "day", "type": "temporal"}
        rule = {"type": "rule", "color": style.colour, "strokeDash": style.dashes}
        layers += [
            {"data": data, "mark": {**rule, "strokeWidth": 1.3}, "encoding": {"x": x}},
            {
                "data": data,
                "mark": {**text, "color": style.colour},
                "encoding": {
                    "x": x,
                    "y": {"value": 5 + row * _MARK_ROW_PX},
                    "text": {"field": "number"},
                },
            },
        ]
    return layers


def _hover(measure: Measure, words: Words) -> Spec:
    """Wide invisible rules, so that a pointer anywhere above a period finds its figures."""
    _ = words.text
    tooltip = {
        "when": _("Period"),
        "value_text": _("Rate") if measure == "rate" else _("Count"),
    }
    if measure == "rate":
        tooltip |= {"lower_text": _("likely from"), "upper_text": _("likely to")}
    return {
        "transform": [{"filter": "datum.is_known"}],
        "mark": {"type": "rule", "opacity": 0.001, "strokeWidth": 9},
        "encoding": {
            "x": _time("at"),
            "tooltip": [{"field": field, "title": title} for field, title in tooltip.items()],
        },
    }


def _locale(words: Words) -> Spec:
    symbols = words.locale.number_symbols["latn"]
    number = {"decimal": symbols["decimal"], "thousands": symbols["group"], "grouping": [3]}
    return {"number": {**number, "currency": ["", ""]}}
