"""Municipalities side by side in one series, with how far their figures can be told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from dashboard import cached, facts
from dashboard.address import Address, from_query, to_query
from dashboard.comparison import (
    ALL,
    ANY,
    Compared,
    Pooling,
    Selection,
    chosen,
    compared,
    ordered,
    poolings,
    shown_period,
)
from dashboard.comparison_files import Shown, downloads, file_columns, file_notes
from dashboard.comparison_table import comparison_table, drawing, guide, sort_names, summary
from dashboard.drawn import drawn
from dashboard.facts import Series
from dashboard.language import Words
from dashboard.links import follow_links
from dashboard.phrases import coverage_phrases
from dashboard.pieces import note, provenance
from dashboard.shell import heading, language
from dashboard.twin import Part, Twin, twin_links
from pipeline import SOMOS_COMUNIDAD, Warehouse

ADDRESS: Final = Address("compare", Selection)


def show() -> None:
    """Select, ask, paint."""
    words = language()
    _ = words.text
    heading(words, _("Compare"), _("Municipalities side by side, with how sure their figures are"))
    warehouse = cached.warehouse()
    wanted, misread = ADDRESS.read()
    selection, bends = _nearest(warehouse, words, wanted)
    ADDRESS.write(selection, words)
    series = facts.all_series(warehouse)[str(selection.series)]
    _controls(warehouse, words, selection, series)
    for line in [*_misread_words(words, misread), *bends]:
        st.html(note(line))
    everyone = compared(warehouse, series.series_id, selection.window)
    period = shown_period(everyone)
    if period is None:
        st.html(note(_("Not published here: unknown, not zero.")))
    else:
        _comparison(warehouse, words, selection, series, everyone)
    st.html(provenance(words, warehouse.build_id, [series]))
    twin_links(words, ADDRESS.page, to_query(selection), {"municipalities": ""})
    follow_links(ADDRESS.page)


def twin(warehouse: Warehouse, words: Words, query: Mapping[str, str]) -> Twin:
    """What the page shows, as a table.

    Parameters
    ----------
    warehouse
        Where the figures come from.
    words
        Language.
    query
        Parameters of the page.
    """
    selection, _bends = _nearest(warehouse, words, from_query(Selection, query)[0])
    series = facts.all_series(warehouse)[str(selection.series)]
    everyone = compared(warehouse, series.series_id, selection.window)
    rows = ordered(
        _filtered(warehouse, selection, everyone), selection.sort, is_reversed=selection.reverse
    )
    shown = Shown(selection.window, _filter_words(warehouse, words, selection))
    part = Part(
        series.label(words.code),
        file_columns(words, series, rows or everyone),
        rows,
        [series],
        file_notes(warehouse, words, series, shown, rows),
    )
    return Twin(ADDRESS.page, to_query(selection), {"municipalities": part})


def _comparison(
    warehouse: Warehouse,
    words: Words,
    selection: Selection,
    series: Series,
    everyone: Sequence[Compared],
) -> None:
    """The table, what it shows and in which order, and its files."""
    _ = words.text
    rows = ordered(
        _filtered(warehouse, selection, everyone), selection.sort, is_reversed=selection.reverse
    )
    with st.container(horizontal=True, key="summary"):
        st.html(summary(warehouse, words, series, selection, rows))
        if not rows:
            return
        shown = _filter_words(warehouse, words, selection)
        downloads(warehouse, words, series, Shown(selection.window, shown), rows)
    shared = drawing(warehouse, series, everyone)
    drawn(comparison_table(words, series, selection, rows, shared), "table")
    with st.expander(_("How to read this table")):
        st.html(guide(words, series))


def _nearest(warehouse: Warehouse, words: Words, wanted: Selection) -> tuple[Selection, list[str]]:
    """The nearest selection that exists, and a sentence for each thing that had to change."""
    _ = words.text
    bends = []
    selection = wanted
    published = [key for key, one in facts.all_series(warehouse).items() if one.is_published]
    if selection.series not in published:
        if selection.series is not None:
            bends.append(_("The series of the link is not published here; this is the first one."))
        selection = replace(selection, series=published[0])
    series = facts.all_series(warehouse)[str(selection.series)]
    offered = poolings(warehouse, series.series_id)
    if offered and selection.window not in offered:
        bends.append(_("This series is not published for periods of that length."))
        selection = replace(selection, window=offered[0])
    if selection.coverage != ALL and series.is_apart_from_coverage:
        bends.append(_("To protect people, this series is never set beside coverage."))
        selection = replace(selection, coverage=ALL)
    if not series.has_rate and selection.sort not in {"name", "count"}:
        selection = replace(selection, sort="name", reverse=False)
    offers: dict[str, Mapping[str, str]] = {
        "department": _departments(warehouse, words),
        "subregion": _subregions(warehouse, words),
        "coverage": _coverage_states(warehouse, words),
    }
    for field, offer in offers.items():
        if getattr(selection, field) not in offer:
            bends.append(_("The link asks for a group that is not known here: all are shown."))
            everyone: dict[str, Any] = {field: ALL}
            selection = replace(selection, **everyone)
    return selection, bends


def _controls(warehouse: Warehouse, words: Words, selection: Selection, series: Series) -> None:
    _ = words.text
    published = {
        key: one.label(words.code)
        for key, one in facts.all_series(warehouse).items()
        if one.is_published
    }
    lengths: dict[Pooling, str] = {"year": _("One year"), "pooled": _("Three years")}
    with st.container(horizontal=True, key="controls"):
        _choice(_("Series"), published, "series", selection)
        st.segmented_control(
            _("Period"),
            poolings(warehouse, series.series_id) or [selection.window],
            format_func=lengths.__getitem__,
            required=True,
            **ADDRESS.bound("window", selection),
        )
    with st.container(horizontal=True, key="filters"):
        st.text_input(
            _("Name"), placeholder=_("Part of a name"), **ADDRESS.bound("name", selection)
        )
        _choice(_("Department"), _departments(warehouse, words), "department", selection)
        _choice(_("PDET subregion"), _subregions(warehouse, words), "subregion", selection)
        if not series.is_apart_from_coverage:
            states = _coverage_states(warehouse, words)
            _choice(_("Programme coverage"), states, "coverage", selection)
        _choice(_("Order"), sort_names(words, series), "sort", selection)
        st.toggle(_("Reversed"), **ADDRESS.bound("reverse", selection))
    if series.is_apart_from_coverage:
        st.caption(
            _("To protect people, these figures are never set beside the programme's coverage.")
        )


def _choice(label: str, offer: Mapping[Any, str], field: str, selection: Selection) -> None:
    st.selectbox(
        label, list(offer), format_func=offer.__getitem__, **ADDRESS.bound(field, selection)
    )


def _departments(warehouse: Warehouse, words: Words) -> Mapping[str, str]:
    _ = words.text
    places = facts.places(warehouse).values()
    return {
        ALL: _("all seven"),
        **{one.municipality_code[:2]: one.department_name for one in places},
    }


def _subregions(warehouse: Warehouse, words: Words) -> Mapping[str, str]:
    _ = words.text
    named = {one.pdet_subregion for one in facts.places(warehouse).values()} - {None}
    return {
        ALL: _("inside and outside PDET"),
        ANY: _("all of PDET"),
        **{str(name): str(name) for name in sorted(map(str, named))},
    }


def _coverage_states(warehouse: Warehouse, words: Words) -> Mapping[str, str]:
    """States of coverage that a municipality on the map has."""
    _ = words.text
    coverage = facts.coverage(warehouse, SOMOS_COMUNIDAD.id)
    present = {coverage[code].state for code in facts.places(warehouse) if code in coverage}
    names = {state: one.name for state, one in coverage_phrases(words).items()}
    return {ALL: _("all states"), **{key: name for key, name in names.items() if key in present}}


def _filtered(
    warehouse: Warehouse, selection: Selection, everyone: Sequence[Compared]
) -> list[Compared]:
    codes = None
    if selection.coverage != ALL:
        coverage = facts.coverage(warehouse, SOMOS_COMUNIDAD.id)
        codes = {code for code, one in coverage.items() if one.state == selection.coverage}
    return chosen(
        everyone,
        department=selection.department,
        subregion=selection.subregion,
        codes=codes,
        name=selection.name,
    )


def _filter_words(warehouse: Warehouse, words: Words, selection: Selection) -> str:
    """Which municipalities are shown, for the files."""
    _ = words.text
    parts = [
        offer[value]
        for value, offer in (
            (selection.department, _departments(warehouse, words)),
            (selection.subregion, _subregions(warehouse, words)),
            (selection.coverage, _coverage_states(warehouse, words)),
        )
        if value != ALL
    ]
    return ", ".join([*parts, *filter(None, [selection.name])]) or _("all municipalities")


def _misread_words(words: Words, misread: Sequence[str]) -> list[str]:
    _ = words.text
    return [_("Part of the link is not understood.")] if misread else []


if __name__ == "__main__":  # imported, it is asked for its files alone
    show()
