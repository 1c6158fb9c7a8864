"""Where violence is recorded, how often, and how sure one can be of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import streamlit as st
from markupsafe import Markup
from streamlit_folium import st_folium

from dashboard import cached, facts, routes
from dashboard.facts import Place, Series
from dashboard.freshness import series_staleness
from dashboard.language import Words
from dashboard.paint import Scene, change, empty_map
from dashboard.panel import coverage_panel, documented_panel, place_panel, series_panel
from dashboard.pieces import provenance
from dashboard.scenes import scene
from dashboard.shell import heading, language
from dashboard.state import Bend, Selection, from_query, nearest, to_query
from dashboard.view import View
from pipeline import SOMOS_COMUNIDAD, Warehouse

_SELECTION: Final = "selection"
_HEARD: Final = "heard"
_MAP: Final = "map"


def show() -> None:
    """Select, ask, paint."""
    words = language()
    _ = words.text
    heading(
        words,
        _("Resilient Communities Atlas"),
        _("Recorded violence and programme coverage in seven departments of Colombia"),
    )
    _explore()


@st.fragment
def _explore() -> None:
    """Everything below the heading; a choice made here is answered here, without the rest."""
    words = language()
    view, bends = _view(words)
    _write_url(view)
    _controls(view)
    # Always there: a note that came or went in the page itself would make it rebuild the map.
    with st.container(key="notes"):
        for bend in bends:
            st.html(Markup("<p class='note'>{}</p>").format(_bend_words(words)[bend]))
        _stale_note(view)
    left, right = st.columns([1.72, 1], gap="medium")
    with left:
        map_view(view.warehouse, scene(view, st.session_state.get(_HEARD, 0)))
        st.html(provenance(view.words, view.warehouse.build_id, [view.series]))
    with right:
        _side(view)
    _table(view)


def map_view(warehouse: Warehouse, scene: Scene) -> None:
    """Show a scene on the map; tests without a browser replace this."""
    drawn = routes.shapes(warehouse)
    st_folium(
        empty_map(routes.shapes_url(warehouse), drawn.bounds),
        key=_MAP,
        feature_group_to_add=change(scene),
        returned_objects=[],
        use_container_width=True,
        on_change=_hear,
    )


def _hear() -> None:
    """Take over what was chosen on the map, before the page is written anew."""
    message = st.session_state.get(_MAP) or {}
    if "n" not in message:
        return
    st.session_state[_HEARD] = message["n"]
    start = message["period"]
    _choose(place=message["place"], period=date.fromisoformat(start) if start else None)


def _choose(**fields: Any) -> None:  # noqa: ANN401 - as the fields of a selection
    st.session_state[_SELECTION] = replace(st.session_state[_SELECTION], **fields)


def _view(words: Words) -> tuple[View, list[Bend]]:
    """What to show, read from the URL as the page is opened, and what of it could not be met."""
    warehouse = cached.warehouse()
    misread: list[Bend] = []
    if _SELECTION not in st.session_state:
        st.session_state[_SELECTION], misread = from_query(st.query_params)
    series = facts.all_series(warehouse)
    selection, bends = nearest(
        st.session_state[_SELECTION],
        {series_id: one.offer for series_id, one in series.items()},
        lambda series_id, window: facts.periods(warehouse, series_id, window),
        facts.places(warehouse),
    )
    st.session_state[_SELECTION] = selection
    shown = series[str(selection.series)]
    periods = (
        facts.periods(warehouse, shown.series_id, selection.window) if shown.offer.windows else []
    )
    return View(warehouse, words, selection, shown, periods), [*misread, *bends]


def _write_url(view: View) -> None:
    query = {**to_query(view.selection), "lang": view.language}
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def _stale_note(view: View) -> None:
    """Say that newer figures than these should be here, and where more is told of it."""
    staleness = series_staleness(view)
    if not staleness:
        return
    _ = view.words.text
    with st.container(horizontal=True, key="stale"):
        st.html(Markup("<p class='note'>{}</p>").format(staleness))
        st.page_link("pages/sources.py", label=_("Data and sources"))


def _controls(view: View) -> None:
    _ = view.words.text
    series = facts.all_series(view.warehouse)
    windows = view.series.offer.windows
    with st.container(horizontal=True, key="controls"):
        st.selectbox(
            _("Series"),
            sorted(series, key=lambda series_id: _place_in_list(series[series_id])),
            format_func=_series_names(view.words, series).__getitem__,
            **_bound("series", view.selection),
        )
        st.segmented_control(
            _("Show"),
            ["rate", "count"] if view.series.has_rate else ["count"],
            format_func={"rate": _("Rate"), "count": _("Count")}.__getitem__,
            required=True,
            **_bound("measure", view.selection),
        )
        st.segmented_control(
            _("Period"),
            windows or [view.window],
            format_func={
                "year": _("Year"),
                "rolling": _("12 months"),
                "month": _("Month"),
            }.__getitem__,
            required=True,
            disabled=not windows,
            **_bound("window", view.selection),
        )
        if view.may_show_coverage:
            st.toggle(_("Programme coverage"), **_bound("has_coverage", view.selection))
        else:
            st.caption(
                _("To protect people, coverage is not drawn over this series; it is listed apart.")
            )


def _bound(field: str, selection: Selection) -> dict[str, Any]:
    """Bind a widget to a field of the selection, both ways."""
    st.session_state[field] = getattr(selection, field)
    return {"key": field, "on_change": _take, "args": (field,)}


def _take(field: str) -> None:
    _choose(**{field: st.session_state[field]})


def _place_in_list(series: Series) -> tuple[bool, bool]:
    return (series.kind == "context", not series.is_published)


def _series_names(words: Words, series: Mapping[str, Series]) -> dict[str, str]:
    """Names of the series with their group; the ones without data say so."""
    _ = words.text
    groups = {"violence": _("Violence"), "context": _("Context")}
    names = {}
    for series_id, one in series.items():
        name = f"{groups[one.kind]} · {one.label(words.code)}"
        absent = _("{series} (not published here)").format(series=name)
        names[series_id] = name if one.is_published else absent
    return names


def _side(view: View) -> None:
    code = view.selection.place
    if code is None:
        series_panel(view)
        if not view.may_show_coverage:
            documented_panel(view)
        return
    place = facts.places(view.warehouse)[code]
    _place_heading(view.words, place)
    place_panel(view, place)
    coverage_panel(view.words, facts.coverage(view.warehouse, SOMOS_COMUNIDAD.id)[code])


def _place_heading(words: Words, place: Place) -> None:
    _ = words.text
    where = [place.department_name]
    if place.pdet_subregion:
        where.append(_("PDET subregion {subregion}").format(subregion=place.pdet_subregion))
    with st.container(horizontal=True, wrap=False, key="place"):
        st.html(
            Markup("<div class='place'><h2>{}</h2><p>{}</p></div>").format(
                place.municipality_name, " · ".join(where)
            )
        )
        st.button(
            _("Close"),
            icon=":material/close:",
            type="tertiary",
            key="close",
            on_click=_choose,
            kwargs={"place": None},
        )


def _table(view: View) -> None:
    """The map's figures as a table, for those who cannot see it and those who want to sort."""
    _ = view.words.text
    st.toggle(_("Show the map as a table"), **_bound("has_table", view.selection))
    if not view.selection.has_table:
        return
    if view.period is None:
        st.caption(_("Not published here: unknown, not zero."))
        return
    caption = _("{period}. Municipalities that are not listed have no published figure.").format(
        period=view.when(view.period.start)
    )
    columns = _columns(view)
    written: dict[str, Any] = {
        "events": view.words.number,
        **{name: view.words.rate for name in columns if name.startswith("rate_")},
    }
    figures = facts.map_table(view.warehouse, view.series.series_id, view.window, view.period.start)
    st.dataframe(
        # Formatted figures still sort as numbers.
        figures.style.format(written, na_rep="–"),
        column_order=list(columns),
        column_config=columns,
        hide_index=True,
        alt=f"{view.series.label(view.language)}. {caption}",
    )
    st.caption(caption)


def _columns(view: View) -> dict[str, Any]:
    _ = view.words.text
    columns: dict[str, Any] = {
        "municipality_name": _("Municipality"),
        "department_name": _("Department"),
        "events": view.series.unit(view.language).capitalize(),
    }
    if view.series.has_rate:
        columns |= {
            "rate_per_100k": _("Per 100,000 residents a year"),
            "rate_lower_per_100k": _("Likely from"),
            "rate_upper_per_100k": _("Likely to"),
        }
    return {**columns, "is_provisional": st.column_config.CheckboxColumn(_("Provisional"))}


def _bend_words(words: Words) -> dict[Bend, str]:
    _ = words.text
    return {
        Bend.SERIES: _("The link names a series that is not known here; this is the first one."),
        Bend.MEASURE: _("This series has no such measure; this is the nearest one."),
        Bend.WINDOW: _("This series is not published for periods of that length."),
        Bend.PERIOD: _("Nothing is published for the period asked for; this is the nearest one."),
        Bend.PLACE: _("The link names a municipality that is not on this map."),
    }


show()
