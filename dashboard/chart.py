"""The history of one municipality, drawn: gaps stay gaps, open figures look open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import altair as alt
import pandas as pd

from dashboard.language import Window, Words
from dashboard.state import Measure

INK: Final = "#22262b"
SOFT: Final = "#626a73"
LINE: Final = "#8f2a3c"
BAND: Final = "#d85d4c"
GAP: Final = "#efede8"
MIXED: Final = "#b7b1a6"

HEIGHT_PX: Final = 230
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


def history_chart(
    history: pd.DataFrame, marks: Sequence[Marked], measure: Measure, window: Window, words: Words
) -> alt.LayerChart:
    """Draw what a series says of one municipality over time.

    Parameters
    ----------
    history
        One row per published period: ``period``, ``events``, ``rate_per_100k`` and its limits,
        ``is_provisional``; ascending.
    marks
        Dates to mark.
    measure
        Whether counts or rates are drawn, rates with their 95 % interval.
    window
        Length of a period.
    words
        Language of labels and numbers.

    Returns
    -------
    chart
        Layers on one time axis. A period that is not published is shaded and breaks the line.
    """
    points = _points(history, measure, window, words)
    x = alt.X("at:T", title=None, axis=alt.Axis(format="%Y", tickCount=6, grid=False))
    layers = [*_gaps(points), *_marks(marks)]
    layers += _bars(points) if _is_bars(measure, window) else _lines(points, x, measure)
    layers.append(_hover(points, x, measure, words))
    chart: alt.LayerChart = (
        alt.layer(*layers)
        .properties(height=HEIGHT_PX, padding={"left": 0, "right": 6, "top": 2, "bottom": 0})
        .configure(locale=_locale(words), font='"Source Sans", sans-serif')
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=SOFT,
            labelFontSize=12,
            domainColor="#cfcac0",
            tickColor="#cfcac0",
            gridColor="#eeebe5",
        )
    )
    return chart


def _is_bars(measure: Measure, window: Window) -> bool:
    # Twelve months of one window are in the next one too: only separate periods make bars.
    return measure == "count" and window != "rolling"


def _points(history: pd.DataFrame, measure: Measure, window: Window, words: Words) -> pd.DataFrame:
    """One row per period from first to last, published or not."""
    columns = _MEASURED[measure]
    known = history.rename(columns=columns).set_index("period")
    starts = pd.date_range(known.index[0], known.index[-1], freq=_STARTS[window], unit="s")
    after = pd.date_range(starts[0], periods=len(starts) + 1, freq=_STARTS[window], unit="s")[1:]
    points = known[[*columns.values(), "is_provisional", "crosses_edition"]].reindex(starts)
    is_known = points["value"].notna()
    is_open = points["is_provisional"].eq(True)
    is_mixed = points["crosses_edition"].eq(True) & (measure == "rate")
    points["is_known"] = is_known
    points["is_alone"] = is_known & ~_before(is_known) & ~_after(is_known)
    points["is_provisional"] = is_open
    points["standing"] = points["value"].where(~is_open & ~is_mixed)
    # Stretches of another kind hang on the standing figures beside them.
    points["open"] = points["value"].where(is_open | _after(is_open))
    points["mixed"] = points["value"].where(is_mixed | _after(is_mixed) | _before(is_mixed))
    points["when"] = [words.period(start.date(), window) for start in starts]
    written = words.number if measure == "count" else words.rate
    for column in columns.values():
        points[f"{column}_text"] = ["" if pd.isna(n) else written(n) for n in points[column]]
    points["at"] = _middle(starts) if window == "year" else starts
    return points.assign(end=after).rename_axis("period").reset_index()


def _middle(years: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return pd.date_range(years[0].replace(month=7), periods=len(years), freq="YS-JUL", unit="s")


def _before(flags: pd.Series) -> pd.Series:
    return flags.shift(1, fill_value=False)


def _after(flags: pd.Series) -> pd.Series:
    return flags.shift(-1, fill_value=False)


def _gaps(points: pd.DataFrame) -> list[alt.Chart]:
    unknown = points.loc[~points["is_known"], ["period", "end"]]
    if unknown.empty:
        return []
    return [alt.Chart(unknown).mark_rect(color=GAP).encode(x="period:T", x2="end:T")]


def _lines(points: pd.DataFrame, x: alt.X, measure: Measure) -> list[alt.Chart]:
    y = _value_axis("standing:Q")
    base = alt.Chart(points)
    layers = [base.mark_line(color=LINE, strokeWidth=2).encode(x=x, y=y)]
    if points["open"].notna().any():
        dashed = base.mark_line(color=LINE, strokeWidth=2, strokeDash=[3, 3])
        layers.append(dashed.encode(x=x, y="open:Q"))
    if points["mixed"].notna().any():
        layers.append(base.mark_line(color=MIXED, strokeWidth=2).encode(x=x, y="mixed:Q"))
    # A figure between two gaps has no line to be part of.
    alone = points.loc[points["is_alone"]]
    if not alone.empty:
        dots = alt.Chart(alone).mark_circle(color=LINE, size=18, opacity=1)
        layers.append(dots.encode(x=x, y="value:Q"))
    if measure == "rate":
        band = base.mark_area(color=BAND, opacity=0.2, line=False).encode(
            x=x, y="lower:Q", y2="upper:Q"
        )
        layers.insert(0, band)
    return layers


def _bars(points: pd.DataFrame) -> list[alt.Chart]:
    spans = alt.Chart(points.loc[points["is_known"]])
    y = _value_axis("value:Q")
    opacity = alt.condition("datum.is_provisional", alt.value(0.4), alt.value(0.95))
    return [
        spans.mark_rect(color=LINE, stroke="#ffffff", strokeWidth=0.4).encode(
            x="period:T", x2="end:T", y=y, y2=alt.datum(0), opacity=opacity
        )
    ]


def _value_axis(field: str) -> alt.Y:
    return alt.Y(
        field,
        title=None,
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(tickCount=4, domain=False, ticks=False, format=",~r"),
    )


def _marks(marks: Sequence[Marked]) -> list[alt.Chart]:
    dates = pd.DataFrame(
        {
            "day": [pd.Timestamp(mark.day) for mark in marks],
            "number": [str(mark.number) for mark in marks],
            "kind": [mark.kind for mark in marks],
            "colour": [STYLES[mark.kind].colour for mark in marks],
            "row": [mark.number % _MARK_ROWS for mark in marks],
        }
    )
    rules = [
        alt.Chart(dates.loc[dates["kind"] == kind])
        .mark_rule(color=style.colour, strokeDash=style.dashes, strokeWidth=1.3)
        .encode(x="day:T")
        for kind, style in STYLES.items()
        if dates["kind"].eq(kind).any()
    ]
    # Neighbouring numbers stand in different rows, so that close dates stay legible.
    numbers = [
        alt.Chart(dates.loc[dates["row"] == row])
        .mark_text(fontSize=11, fontWeight=600, align="left", dx=3)
        .encode(
            x="day:T",
            text="number:N",
            color=alt.Color("colour:N", scale=None),
            y=alt.value(5 + row * _MARK_ROW_PX),
        )
        for row in range(_MARK_ROWS)
        if dates["row"].eq(row).any()
    ]
    return [*rules, *numbers]


def _hover(points: pd.DataFrame, x: alt.X, measure: Measure, words: Words) -> alt.Chart:
    _ = words.text
    tooltip = [
        alt.Tooltip("when:N", title=_("Period")),
        alt.Tooltip("value_text:N", title=_("Rate") if measure == "rate" else _("Count")),
    ]
    if measure == "rate":
        tooltip += [
            alt.Tooltip("lower_text:N", title=_("likely from")),
            alt.Tooltip("upper_text:N", title=_("likely to")),
        ]
    known = alt.Chart(points.loc[points["is_known"]])
    chart: alt.Chart = known.mark_rule(opacity=0.001, strokeWidth=9).encode(x=x, tooltip=tooltip)
    return chart


def _locale(words: Words) -> dict[str, Any]:
    numbers = words.locale.number_symbols["latn"]
    return {
        "number": {
            "decimal": numbers["decimal"],
            "thousands": numbers["group"],
            "grouping": [3],
            "currency": ["", ""],
        }
    }
