"""The comparison as files, with what must be known of each figure. Coverage is in none of them."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from dashboard.comparison import Compared, Pooling, shown_period
from dashboard.comparison_table import span
from dashboard.exports import Cell, Column
from dashboard.facts import Series
from dashboard.file_notes import file_buttons, series_notes
from dashboard.language import Words
from dashboard.pieces import rate_labels
from pipeline import Warehouse


class Shown(NamedTuple):
    """What of the comparison is in the file."""

    window: Pooling
    filters: str


def downloads(
    warehouse: Warehouse, words: Words, series: Series, shown: Shown, rows: Sequence[Compared]
) -> None:
    """Offer the rows that are shown, in their order, as files; written when asked for."""
    _ = words.text
    notes = file_notes(warehouse, words, series, shown, rows)
    columns = file_columns(words, series, rows)
    period = shown_period(rows)
    name = f"{series.series_id}-{span(period, shown.window) if period else ''}".replace("–", "-")
    file_buttons(words, name, _("Municipalities"), (columns, rows), notes)


def file_columns(words: Words, series: Series, rows: Sequence[Compared]) -> list[Column[Compared]]:
    """Columns of the files: those of the table, intervals and histories in columns of their own."""
    _ = words.text
    labels = {
        "municipality_code": _("Code"),
        "municipality_name": _("Municipality"),
        "department_name": _("Department"),
        "pdet_subregion": _("PDET subregion"),
        "period": _("Last month of the period"),
        "events": series.unit(words.code).capitalize(),
        "is_provisional": _("Provisional"),
    }
    if series.has_rate:
        labels |= {
            "population": _("Residents"),
            **rate_labels(words),
            "smoothed_per_100k": _("Smoothed rate"),
            "smoothed_lower_per_100k": _("Smoothed rate, likely from"),
            "smoothed_upper_per_100k": _("Smoothed rate, likely to"),
            "reliability": _("Reliability"),
            "rank_lower": _("Rank, likely from"),
            "rank_upper": _("Rank, likely to"),
            "ranked": _("Municipalities ranked"),
            "alike": _("Others it cannot be told apart from"),
            "trend": _("Trend"),
            "trend_first_year": _("Trend, first year"),
            "trend_last_year": _("Trend, last year"),
            "change": _("Change"),
            "change_refusal": _("Why no change is named"),
            "change_from": _("Change, last month of the earlier period"),
            "change_to": _("Change, last month of the later period"),
            "change_percent": _("Change in percent"),
        }
    columns = [Column(name, label, attrgetter(name)) for name, label in labels.items()]
    measured = "rate" if series.has_rate else "count"
    first = rows[0].history_first_year
    if first is not None:
        columns += [
            Column(f"{measured}_{first + at}", str(first + at), _year(at))
            for at in range(len(rows[0].history or ()))
        ]
    return columns


def file_notes(
    warehouse: Warehouse, words: Words, series: Series, shown: Shown, rows: Sequence[Compared]
) -> list[tuple[str, str]]:
    """What must be known of the figures, each under a name."""
    _ = words.text
    period = shown_period(rows)
    shown_figures = [
        (_("Period"), span(period, shown.window) if period else ""),
        (_("Municipalities"), shown.filters),
    ]
    notes = series_notes(warehouse, words, series, shown_figures)
    if series.has_rate:
        no_list = _("A rank means nothing without its limits; this is no list of dangerous places.")
        notes.append((_("Order"), no_list))
    return notes


def _year(at: int) -> Callable[[Compared], Cell]:
    def value(row: Compared) -> Any:  # noqa: ANN401 - as the history holds it
        return row.history[at] if row.history else None

    return value
