"""What every file of figures says of them, and the buttons that offer it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboard import facts
from dashboard.exports import Column, csv_file, excel_file
from dashboard.facts import Series
from dashboard.language import Words
from pipeline import Warehouse


def series_notes(
    warehouse: Warehouse, words: Words, series: Series, shown: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """What must be known of figures of a series, each under a name.

    Parameters
    ----------
    warehouse
        Where they come from.
    words
        Language.
    series
        The series.
    shown
        Which of its figures are in the file.
    """
    _ = words.text
    source = next(
        (one for one in facts.sources(warehouse) if one.source_id == series.source_id), None
    )
    notes = [
        (_("Series"), series.label(words.code)),
        (_("Unit"), series.unit(words.code)),
        *shown,
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
        notes.append((_("Intervals"), _("Likely from and to are 95 % limits.")))
    return notes


def file_buttons(
    words: Words,
    name: str,
    sheet: str,
    table: tuple[Sequence[Column[Any]], Sequence[object]],
    notes: Sequence[tuple[str, str]],
) -> None:
    """Offer a table as files, which are written when they are asked for.

    Parameters
    ----------
    words
        Language.
    name
        Name of the files, without what they end in.
    sheet
        Name of the table in the workbook.
    table
        Its columns and rows.
    notes
        As from `series_notes`.
    """
    _ = words.text
    with st.container(horizontal=True, key="downloads"):
        _button(_("CSV"), f"{name}.csv", "text/csv", lambda: csv_file(*table, notes))
        _button(
            _("Excel"),
            f"{name}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            lambda: excel_file((sheet, _("Notes")), *table, notes),
        )


def _button(label: str, name: str, kind: str, file: Callable[[], bytes]) -> None:
    st.download_button(
        label, file, file_name=name, mime=kind, on_click="ignore", icon=":material/download:"
    )


def _day(words: Words, day: date | None) -> str:
    _ = words.text
    return words.day(day) if day else _("unknown")
