"""Dates on the time axis: which ones to mark, and what their numbers stand for."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from markupsafe import Markup

from dashboard import facts
from dashboard.chart import STYLES, Drawn, Marked
from dashboard.language import Words
from pipeline import MARKS, MarkKind, Warehouse


def marked_dates(
    warehouse: Warehouse,
    words: Words,
    series_id: str,
    drawn: Drawn,
    periods: "pd.Series[pd.Timestamp]",
) -> list[Marked]:
    """Dates to mark within the periods, in order, numbered from one.

    Parameters
    ----------
    warehouse
        Where the breaks of the series stand.
    words
        Language.
    series_id
        The series.
    drawn
        What is drawn: counts do not change with the edition of the population.
    periods
        First days of the periods drawn, ascending.
    """
    known = [
        (mark.day, mark.kind.value, mark.label[words.code])
        for mark in MARKS
        if drawn.measure == "rate" or mark.kind is not MarkKind.POPULATION
    ]
    known += [
        (one.start_month, one.kind, one.note(words.code))
        for one in facts.breaks(warehouse, series_id)
    ]
    first, last = periods.iloc[0].date(), periods.iloc[-1].date()
    end = date(last.year, 12, 31) if drawn.window == "year" else last
    inside = sorted(mark for mark in known if first <= mark[0] <= end)
    return [Marked(number, *mark) for number, mark in enumerate(inside, start=1)]


def mark_key(words: Words, marks: Sequence[Marked], history: pd.DataFrame) -> Markup:
    """What the numbers and lines of the chart stand for."""
    _ = words.text
    lines = [
        Markup(
            "<li><i style='border-left: 2px {line} var(--{colour})'></i><b>{number}</b>"
            "<span>{label} <em>{month}</em></span></li>"
        ).format(
            line=STYLES[mark.kind].line,
            colour=STYLES[mark.kind].colour,
            number=mark.number,
            label=mark.label,
            month=words.month(mark.day, short=True),
        )
        for mark in marks
    ]
    notes = [_("Shaded: not published.")]
    if marks:
        notes.append(_("Upright lines: events are solid, changes in the figures dotted or dashed."))
    if history["is_provisional"].any():
        notes.append(_("Dashed or pale: provisional."))
    if history["crosses_edition"].any():
        notes.append(_("Grey: the rate mixes two editions of the population figures."))
    return Markup("<ul class='key'>{}</ul><p class='key-note'>{}</p>").format(
        Markup("").join(lines), " ".join(notes)
    )
