"""The comparison as files, with what must be known of each figure. Coverage is in none of them."""

from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

import streamlit as st

from dashboard import facts
from dashboard.comparison import Compared, Pooling, shown_period
from dashboard.comparison_table import span
from dashboard.exports import Cell, Column, csv_file, excel_file
from dashboard.facts import Series
from dashboard.language import Words
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
    with st.container(horizontal=True, key="downloads"):
        _button(_("CSV"), f"{name}.csv", "text/csv", lambda: csv_file(columns, rows, notes))
        _button(
            _("Excel"),
            f"{name}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            lambda: excel_file((_("Municipalities"), _("Notes")), columns, rows, notes),
        )


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
            "rate_per_100k": _("Per 100,000 residents a year"),
            "rate_lower_per_100k": _("Likely from"),
            "rate_upper_per_100k": _("Likely to"),
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
    source = next(
        (one for one in facts.sources(warehouse) if one.source_id == series.source_id), None
    )
    notes = [
        (_("Series"), series.label(words.code)),
        (_("Unit"), series.unit(words.code)),
        (_("Period"), span(period, shown.window) if period else ""),
        (_("Municipalities"), shown.filters),
        (_("Source"), series.citation),
        (_("Licence"), source.licence(words.code) if source else ""),
        (_("Cut"), _day(words, series.cut_date)),
        (_("Retrieved"), _day(words, series.retrieved_date)),
        (_("Build"), warehouse.build_id),
    ]
    notes += [(_("Keep in mind"), line) for line in series.caveats(words.code)]
    notes += [
        (_("Breaks"), f"{words.month(one.start_month)}: {one.note(words.code)}")
        for one in facts.breaks(warehouse, series.series_id)
    ]
    notes.append((_("Empty cells"), _("Not published or not determined: unknown, never zero.")))
    if series.has_rate:
        notes += [
            (_("Intervals"), _("Likely from and to are 95 % limits.")),
            (
                _("Order"),
                _("A rank means nothing without its limits; this is no list of dangerous places."),
            ),
        ]
    return notes


def _button(label: str, name: str, kind: str, file: Callable[[], bytes]) -> None:
    st.download_button(
        label, file, file_name=name, mime=kind, on_click="ignore", icon=":material/download:"
    )


def _year(at: int) -> Callable[[Compared], Cell]:
    def value(row: Compared) -> Any:  # noqa: ANN401 - as the history holds it
        return row.history[at] if row.history else None

    return value


def _day(words: Words, day: date | None) -> str:
    _ = words.text
    return words.day(day) if day else _("unknown")
