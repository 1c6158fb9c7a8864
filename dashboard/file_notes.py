"""What every file of figures says of them, and the button that offers it."""

from collections.abc import Callable, Iterable
from datetime import date

import streamlit as st

from dashboard import facts
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


def file_button(label: str, name: str, kind: str, file: Callable[[], bytes]) -> None:
    """Offer a file that is written when it is asked for.

    Parameters
    ----------
    label
        What the button says.
    name
        Name of the file.
    kind
        Its media type.
    file
        Writes it.
    """
    st.download_button(
        label, file, file_name=name, mime=kind, on_click="ignore", icon=":material/download:"
    )


def _day(words: Words, day: date | None) -> str:
    _ = words.text
    return words.day(day) if day else _("unknown")
