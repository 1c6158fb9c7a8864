"""Dates on the time axis: which ones to mark, and what their numbers stand for."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from markupsafe import Markup

from dashboard import facts
from dashboard.chart import STYLES, Drawn, Marked
from dashboard.language import Span, Words
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
    first, end = periods.iloc[0].date(), last_day(periods.iloc[-1], drawn.window)
    inside = sorted(mark for mark in known if first <= mark[0] <= end)
    return [Marked(number, *mark) for number, mark in enumerate(inside, start=1)]


def last_day(start: pd.Timestamp, span: Span) -> date:
    """The last day on which a mark can stand above a period.

    Parameters
    ----------
    start
        First day of the period.
    span
        Its length; months are drawn over their first day.
    """
    months = {"year": 12, "fiscal_year": 12, "quarter": 3, "fiscal_quarter": 3}.get(span)
    if months is None:
        return start.date()
    return (start + pd.DateOffset(months=months, days=-1)).date()


def mark_key(
    words: Words,
    marks: Sequence[Marked],
    history: pd.DataFrame,
    *,
    is_shaded: bool = True,
    has_numbers: bool = True,
) -> Markup:
    """What the numbers and lines of the chart stand for.

    Parameters
    ----------
    words
        Language.
    marks
        As they are drawn.
    history
        Flags of all that is drawn.
    is_shaded
        Whether periods that are not published are shaded; else they only break the line.
    has_numbers
        Whether the marks bear their numbers.
    """
    _ = words.text
    lines = [
        Markup(
            "<li><i style='border-left: 2px {line} var(--{colour})'></i><b>{number}</b>"
            "<span>{label} <em>{month}</em></span></li>"
        ).format(
            line=STYLES[mark.kind].line,
            colour=STYLES[mark.kind].colour,
            number=mark.number if has_numbers else "",
            label=mark.label,
            month=words.month(mark.day, short=True),
        )
        for mark in marks
    ]
    notes = [
        _("Shaded: not published.")
        if is_shaded
        else _("A line breaks where nothing is published: unknown, not zero.")
    ]
    if marks:
        notes.append(_("Upright lines: events are solid, changes in the figures dotted or dashed."))
    if history["is_provisional"].any():
        notes.append(_("Dashed or pale: provisional."))
    if history["crosses_edition"].any():
        notes.append(_("Grey: the rate mixes two editions of the population figures."))
    return Markup("<ul class='key'>{}</ul><p class='key-note'>{}</p>").format(
        Markup("").join(lines), " ".join(notes)
    )
