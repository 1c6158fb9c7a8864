"""The lines of the page of trends as files, with what must be known of each figure."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

from dashboard.exports import Cell, Column
from dashboard.facts import Series
from dashboard.file_notes import file_buttons, series_notes
from dashboard.language import Words
from dashboard.pieces import rate_labels
from dashboard.trends import Figure, Selection, Told, figures
from pipeline import Warehouse


class Row(NamedTuple):
    """One period of one line."""

    told: Told
    figure: Figure


class Shown(NamedTuple):
    """What the page shows of a series."""

    selection: Selection
    lines: Sequence[Told]
    caveats: Sequence[str]


def downloads(warehouse: Warehouse, words: Words, series: Series, shown: Shown) -> None:
    """Offer all figures of the lines as files; written when asked for."""
    _ = words.text
    table = file_columns(words, series, shown.selection), file_rows(shown.lines)
    notes = file_notes(warehouse, words, series, shown)
    name = f"{series.series_id}-{shown.selection.span}".replace("_", "-")
    file_buttons(words, name, _("Lines"), table, notes)


def file_rows(lines: Sequence[Told]) -> list[Row]:
    """Every period of every line."""
    return [Row(told, one) for told in lines for one in figures(told)]


def file_notes(
    warehouse: Warehouse, words: Words, series: Series, shown: Shown
) -> list[tuple[str, str]]:
    """What must be known of the figures, each under a name."""
    _ = words.text
    said = [
        (_("Lines"), "; ".join(told.label for told in shown.lines)),
        *((_("Keep in mind"), caveat) for caveat in shown.caveats),
    ]
    return series_notes(warehouse, words, series, said)


def file_columns(words: Words, series: Series, selection: Selection) -> list[Column[Row]]:
    """Columns of the files: those of the table, with codes, days and residents."""
    _ = words.text
    labels = {
        "period": (
            _("First day of the last month of the period")
            if selection.span == "rolling"
            else _("First day of the period")
        ),
        "events": series.unit(words.code).capitalize(),
    }
    if series.has_rate:
        labels |= {
            "population": _("Residents"),
            **rate_labels(words),
        }
    labels |= {
        "is_provisional": _("Provisional"),
        "is_partial": _("Incomplete"),
        "crosses_edition": _("Mixes population editions"),
    }
    return [
        Column("line", _("Line"), lambda row: row.told.label),
        Column("code", _("Code"), lambda row: row.told.code or None),
        Column("when", _("Period"), lambda row: words.period(row.figure.period, selection.span)),
        *(Column(name, label, _field(name)) for name, label in labels.items()),
    ]


def trend_columns(words: Words) -> list[Column[Told]]:
    """Columns of what is told of the lines over all their years: words, and percent a year."""
    _ = words.text
    labels = {
        "trend": (_("Trend"), "word"),
        "trend_first_year": (_("Trend, first year"), "first_year"),
        "trend_last_year": (_("Trend, last year"), "last_year"),
        "trend_percent": (_("Trend: change a year"), "percent"),
        "trend_percent_lower": (_("Trend: likely from"), "percent_lower"),
        "trend_percent_upper": (_("Trend: likely to"), "percent_upper"),
    }
    return [
        Column("line", _("Line"), lambda told: told.label),
        Column("code", _("Code"), lambda told: told.code or None),
        *(
            Column(name, label, attrgetter(f"trend.{field}"))
            for name, (label, field) in labels.items()
        ),
    ]


def _field(name: str) -> Callable[[Row], Cell]:
    def value(row: Row) -> Cell:
        cell: Cell = getattr(row.figure, name)
        return cell

    return value
