"""Where violence is recorded, how often, and how sure one can be of it."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, Final, cast
from uuid import uuid4

import streamlit as st
from markupsafe import Markup
from starlette.datastructures import QueryParams

from dashboard import cached, facts, routes, statistics
from dashboard.address import Address, from_query, to_query
from dashboard.choices import choices
from dashboard.downloads import Wanted, file_columns, measure_names, rows
from dashboard.drawn import drawn
from dashboard.file_notes import series_notes
from dashboard.freshness import series_staleness
from dashboard.language import Window, Words
from dashboard.legend import legend
from dashboard.links import follow_links
from dashboard.paint import Scene, change, empty_map
from dashboard.panel import draw_history, panel, place_history, unlocated_beside
from dashboard.pieces import provenance, rate_labels
from dashboard.scenes import scene
from dashboard.shell import heading, language
from dashboard.state import Bend, Selection, Shown
from dashboard.statistics import STATISTICS
from dashboard.trends import Figure as PlaceFigure
from dashboard.twin import PART, TABLE, Part, Twin, twin_links
from dashboard.twin_tables import history_part, unlocated_part
from dashboard.view import View, resolved
from pipeline import PROGRAMMES, Warehouse

_ADDRESS: Final = Address("map", Selection)
_CHANNEL: Final = "map.channel"
_FIRST: Final = "map"
_SECOND: Final = "map2"


def show() -> None:
    """Select, ask, paint."""
    words = language()
    _ = words.text
    if st.query_params.get("view") != "map":
        heading(
            words,
            _("Resilient Communities Atlas"),
            _("Recorded violence and programme coverage in seven departments of Colombia"),
        )
    _explore()
    follow_links("map")


@st.fragment
def _explore() -> None:
    """Everything below the heading; a choice made here is answered here, without the rest."""
    view, bends = _view(language())
    second = _second(view) if view.selection.two else None
    is_bare = view.selection.view == "map"
    # Written last, though they stand first: the map need not wait for them.
    controls = st.container(horizontal=True, key="controls") if not is_bare else None
    # Always there: a note that came or went in the page itself would make it rebuild the map.
    with st.container(key="notes"):
        for bend in bends:
            st.html(Markup("<p class='note'>{}</p>").format(_bend_words(view.words)[bend]))
        _stale_note(view)
    # The maps keep their places in the page, whatever stands beside them: the style lays them out.
    with st.container(key="stage"):
        with st.container(key="first"):
            map_view(view.warehouse, scene(view, _heard(_FIRST)), _FIRST)
        with st.container(key="second"):
            if second is not None:
                beside = scene(second, _heard(_SECOND), is_first=False)
                map_view(second.warehouse, beside, _SECOND)
        with st.container(key="origin"):
            shown = dict.fromkeys(one.series for one in (view, second) if one is not None)
            st.html(provenance(view.words, view.warehouse.build_id, shown))
        with st.container(key="side"):
            if not is_bare:
                _side(view)
    if controls is not None:
        with controls:
            _controls(view)
        _table(view)
        _twin_links(view, second)


def _twin_links(view: View, second: View | None) -> None:
    _ = view.words.text
    names = {"map": _("first map"), "map2": _("second map")}
    maps = {"map": view} if second is None else {"map": view, "map2": second}
    told = [name for name, one in maps.items() if one.shown is not None]
    titles = {name: names[name] if second is not None else _("map") for name in told}
    titles |= {name: part.title for name, part in _place_parts(view).items()}
    if titles:
        twin_links(view.words, "", to_query(view.selection), titles)


def twin(warehouse: Warehouse, words: Words, query: Mapping[str, str]) -> Twin:
    """What the page shows, as a table for each map; no file holds the programme's coverage.

    Parameters
    ----------
    warehouse
        Where the figures come from.
    words
        Language.
    query
        Parameters of the page.
    """
    view, _bends = resolved(warehouse, words, from_query(Selection, query)[0])
    maps = {"map": view, **({"map2": _second(view)} if view.selection.two else {})}
    parts = {name: _part(one, one.shown) for name, one in maps.items() if one.shown is not None}
    return Twin("", to_query(view.selection), {**parts, **_place_parts(view)})


def _part(view: View, shown: Shown) -> Part:
    """The figures of one map."""
    _ = view.words.text
    wanted = Wanted(view.warehouse, view.words, shown)
    period = routes.named(shown.period, view.window, view.words, view.measure)["label"]
    told = [
        (_("Show"), measure_names(view.words)[view.measure]),
        (_("Period"), str(period)),
        (_("Colours"), " · ".join(one.label for one in legend(view))),
        *((_("Keep in mind"), one) for one in [series_staleness(view)] if one),
        *_coverage_note(view, "programme", {"programme": view.programme.id}),
    ]
    return Part(
        view.series.label(view.language),
        file_columns(wanted),
        list(rows(wanted)),
        [view.series],
        series_notes(view.warehouse, view.words, view.series, told),
        ["municipality_code"],
        view.measure,
    )


def _place_parts(view: View) -> dict[str, Part]:
    """What the panel draws and tells of the chosen municipality; nothing without one."""
    _ = view.words.text
    code = view.selection.place
    history = place_history(view)
    if code is None or view.period is None or history.empty:
        return {}
    told = history_part(
        view.words,
        view.series,
        list(facts.rows(history, PlaceFigure)),
        is_rolling=view.history_window == "rolling",
    )
    name = facts.places(view.warehouse)[code].municipality_name
    place = (_("Place"), name)
    notes = [place, *_coverage_note(view, "municipality", {"place": code, PART: "coverage"})]
    parts = {"place": told._replace(title=name, notes=notes)}
    unlocated = unlocated_part(view.words, view.series, unlocated_beside(view))
    if unlocated.rows:
        when = view.words.period(view.history_start or view.period.start, view.history_window)
        parts["unlocated"] = unlocated._replace(notes=[(_("Period"), when)])
    return parts


def _coverage_note(view: View, page: str, query: Mapping[str, str]) -> list[tuple[str, str]]:
    """Where coverage stands, which is in a file apart; not said where it may not stand beside."""
    _ = view.words.text
    if not view.may_show_coverage:
        return []
    address = f"{page}/{TABLE}?{QueryParams({**query, 'lang': view.language})}"
    return [(_("Programme coverage"), _("In a file apart: {address}").format(address=address))]


def map_view(warehouse: Warehouse, scene: Scene, key: str) -> None:
    """Show a scene on a map; tests without a browser replace this."""
    # A component first imported outside a visit, as for a file of this page, is never served.
    from streamlit_folium import st_folium  # noqa: PLC0415 - see above

    shapes = routes.shapes(warehouse)
    channel = st.session_state.setdefault(_CHANNEL, uuid4().hex)
    st_folium(
        empty_map(routes.shapes_url(warehouse), shapes.bounds, channel),
        key=key,
        feature_group_to_add=change(scene),
        returned_objects=[],
        use_container_width=True,
        on_change=partial(_hear, key),
    )


def _hear(key: str) -> None:
    """Take over what was chosen on a map, before the page is written anew."""
    message = st.session_state.get(key) or {}
    if "n" not in message:
        return
    st.session_state[f"{key}.heard"] = message["n"]
    chosen = {"place": message["place"]}
    if not message["is_of_one_time"]:
        start = message["period"]
        field = "period" if key == _FIRST else "period2"
        chosen[field] = date.fromisoformat(start) if start else None
    _ADDRESS.choose(**chosen)


def _heard(key: str) -> int:
    """Number of the last message from a map."""
    return cast("int", st.session_state.get(f"{key}.heard", 0))


def _view(words: Words) -> tuple[View, list[Bend]]:
    """What to show, read from the URL as the page is opened, and what of it could not be met."""
    warehouse = cached.warehouse()
    wanted, misread = _ADDRESS.read()
    view, bends = resolved(warehouse, words, wanted)
    _ADDRESS.write(view.selection, words)
    known = {bend.value: bend for bend in Bend}
    return view, list(dict.fromkeys([*(known[one] for one in misread if one in known), *bends]))


def _second(view: View) -> View:
    """What the second map shows: another series or period, in the same way."""
    return resolved(view.warehouse, view.words, view.selection.second)[0]


def _stale_note(view: View) -> None:
    """Say that newer figures than these should be here, and where more is told of it."""
    staleness = series_staleness(view)
    if not staleness:
        return
    _ = view.words.text
    with st.container(horizontal=True, key="stale"):
        st.html(Markup("<p class='note'>{}</p>").format(staleness))
        st.page_link("pages/sources.py", label=_("Data and methods"))


def _controls(view: View) -> None:
    _ = view.words.text
    # The map listens to these three by their keys.
    offered = choices(view)
    names, measures, windows = offered["series"], offered["measure"], offered["window"]
    st.selectbox(
        _("Series"),
        list(names),
        format_func=names.__getitem__,
        **_ADDRESS.bound("series", view.selection),
    )
    st.selectbox(
        _("Show"),
        list(measures),
        format_func=measures.__getitem__,
        **_ADDRESS.bound("measure", view.selection),
    )
    st.segmented_control(
        _("Period"),
        list(windows),
        format_func=windows.__getitem__,
        required=True,
        disabled=len(windows) <= 1,
        **_ADDRESS.bound("window", view.selection),
    )
    with st.container(key="switches"):
        if view.may_show_coverage:
            st.toggle(_("Programme coverage"), **_ADDRESS.bound("coverage", view.selection))
        else:
            st.caption(
                _("To protect people, coverage is not drawn over this series; it is listed apart.")
            )
        st.toggle(_("Two maps"), **_ADDRESS.bound("two", view.selection))
    if view.selection.two:
        same = _("The same series")
        st.selectbox(
            _("Second map"),
            [None, *names],
            format_func=lambda series_id: names.get(series_id, same),
            placeholder=same,
            **_ADDRESS.bound("series2", view.selection),
        )
    if view.may_show_coverage and view.selection.coverage:
        with st.popover(_("More")):
            _programme_control(view)
            if view.programme.components:
                _component_control(view)


def _programme_control(view: View) -> None:
    """Of which programme coverage is drawn."""
    _ = view.words.text
    names = {one.id: one.label[view.language] for one in PROGRAMMES}
    st.selectbox(
        _("Programme"),
        list(names),
        format_func=names.__getitem__,
        **_ADDRESS.bound("programme", view.selection),
    )


def _component_control(view: View) -> None:
    """Of which of the programme's components coverage is drawn."""
    _ = view.words.text
    names = {
        f"{one.number}": f"{one.number} · {one.label[view.language]}"
        for one in view.programme.components
    }
    st.selectbox(
        _("Component"),
        ["all", *names],
        format_func={"all": _("Both components"), **names}.__getitem__,
        **_ADDRESS.bound("component", view.selection),
    )


def _side(view: View) -> None:
    _ = view.words.text
    said = panel(view)
    place = st.container(key="place")
    with st.container(key="history"):
        draw_history(view)
    drawn(said.below, "said_below")
    drawn(said.known, "known")
    # Last: the history of another place is never seen under its name.
    with place:
        drawn(said.top, "said")
        if view.selection.place:
            st.button(
                _("Close"),
                icon=":material/close:",
                type="tertiary",
                key="close",
                on_click=_ADDRESS.choose,
                kwargs={"place": None},
            )


def _table(view: View) -> None:
    """The map's figures as a table, for those who cannot see it and those who want to sort."""
    _ = view.words.text
    st.toggle(_("Show the map as a table"), **_ADDRESS.bound("table", view.selection))
    if not view.selection.table:
        return
    if view.shown is None:
        st.caption(_("Not published here: unknown, not zero."))
        return
    caption = _("{period}. Municipalities that are not listed have no published figure.").format(
        period=routes.named(view.shown.period, view.window, view.words, view.measure)["label"]
    )
    columns = _columns(view)
    written: dict[str, Any] = {
        name: write for name, write in _writers(view.words).items() if name in columns
    }
    st.dataframe(
        # Formatted figures still sort as numbers.
        _frame(view, view.shown).style.format(written, na_rep="–"),
        column_order=list(columns),
        column_config=columns,
        hide_index=True,
        alt=f"{view.series.label(view.language)}. {caption}",
    )
    st.caption(caption)


def _frame(view: View, shown: Shown) -> Any:  # noqa: ANN401 - a frame, which pages do not touch
    if shown.measure in STATISTICS:
        return statistics.frame(view.warehouse, shown)
    window = cast("Window", shown.window)
    return facts.map_table(view.warehouse, shown.series_id, window, shown.period.start)


def _writers(words: Words) -> dict[str, Any]:
    """How the figures of each column are written."""
    named = {name: phrase.name for name, phrase in statistics.all_phrases(words).items()}
    rates = ("rate_per_100k", "rate_lower_per_100k", "rate_upper_per_100k")
    smoothed = ("smoothed_per_100k", "smoothed_lower_per_100k", "smoothed_upper_per_100k")
    return {
        **dict.fromkeys(("events", "earlier_events"), words.number),
        **dict.fromkeys((*rates, *smoothed), words.rate),
        **dict.fromkeys(("ratio_lower", "ratio_upper"), words.ratio),
        **dict.fromkeys(("percent", "percent_lower", "percent_upper"), words.percent),
        **dict.fromkeys(("word", "reliability", "cluster"), lambda word: named.get(word, word)),
    }


def _columns(view: View) -> dict[str, Any]:
    _ = view.words.text
    unit = view.series.unit(view.language).capitalize()
    crude = rate_labels(view.words)
    provisional = {"is_provisional": st.column_config.CheckboxColumn(_("Provisional"))}
    of_measure: dict[str, dict[str, Any]] = {
        "rate": {"events": unit, **crude, **provisional},
        "count": {"events": unit, **(crude if view.series.has_rate else {}), **provisional},
        "smoothed": {
            "smoothed_per_100k": _("Smoothed rate"),
            "smoothed_lower_per_100k": crude["rate_lower_per_100k"],
            "smoothed_upper_per_100k": crude["rate_upper_per_100k"],
            "events": unit,
            "rate_per_100k": _("Rate as recorded"),
        },
        "reliability": {"reliability": _("Reliability"), "events": unit, **crude},
        "change": {
            "word": _("Change"),
            "earlier_events": _("{unit} in the earlier period").format(unit=unit),
            "events": unit,
            "percent": _("Change of the rate"),
            "ratio_lower": _("At least times"),
            "ratio_upper": _("At most times"),
        },
        "trend": {
            "word": _("Trend"),
            "first_year": st.column_config.NumberColumn(_("From"), format="%d"),
            "last_year": st.column_config.NumberColumn(_("To"), format="%d"),
            "events": unit,
            "percent": _("Change a year"),
            "percent_lower": crude["rate_lower_per_100k"],
            "percent_upper": crude["rate_upper_per_100k"],
        },
        "cluster": {"cluster": _("Clusters")},
    }
    return {
        "municipality_name": _("Municipality"),
        "department_name": _("Department"),
        **of_measure[view.measure],
    }


def _bend_words(words: Words) -> dict[Bend, str]:
    _ = words.text
    return {
        Bend.SERIES: _("The link names a series that is not known here; this is the first one."),
        Bend.MEASURE: _("This series has no such measure; this is the nearest one."),
        Bend.WINDOW: _("This series is not published for periods of that length."),
        Bend.PERIOD: _("Nothing is published for the period asked for; this is the nearest one."),
        Bend.PLACE: _("The link names a municipality that is not on this map."),
    }


if __name__ == "__main__":  # imported, it is asked for its files alone
    show()
