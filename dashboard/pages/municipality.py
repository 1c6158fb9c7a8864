"""Everything about one place on one page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
import streamlit as st
from markupsafe import Markup

from dashboard import cached, facts
from dashboard.address import Address, from_query, to_query
from dashboard.brief_link import brief_link
from dashboard.chart import CONTEXT, VIOLENCE, Drawn, history_points, history_spec
from dashboard.drawn import drawn
from dashboard.facts import Series
from dashboard.language import Window, Words
from dashboard.links import follow_links, link
from dashboard.palette import shown_palette
from dashboard.panel import coverage_section, documented_section
from dashboard.pieces import bullets, note, provenance, section
from dashboard.profile import (
    Profile,
    answers,
    department_coverage,
    figure_tiles,
    lead,
    multiples,
    peer_section,
    publisher_section,
    revision_section,
    statistics_table,
    year_table,
)
from dashboard.profile_files import place_parts
from dashboard.routes import brief_url
from dashboard.search import place_search
from dashboard.shell import heading, language
from dashboard.state import Measure
from dashboard.timeline import mark_key, marked_dates
from dashboard.trends import Figure
from dashboard.twin import Part, Twin, twin_links
from dashboard.twin_tables import history_part, years_part
from pipeline import Warehouse


@dataclass(frozen=True)
class Selection:
    """What the page shows.

    Attributes
    ----------
    place
        Code of a municipality.
    department
        Code of a department; it comes before a municipality.
    series
        The series told of in detail; ``None`` for the first one.
    measure
        What is drawn.
    window
        Length of a period in the large chart.
    has_table
        Whether the tables are open.
    """

    place: str | None = None
    department: str | None = None
    series: str | None = None
    measure: Measure = "rate"
    window: Window = "year"
    has_table: bool = False

    @property
    def code(self) -> str | None:
        """The place, whichever it is."""
        return self.department or self.place


def _moved(told: Mapping[str, str], since: Mapping[str, str]) -> Mapping[str, str]:
    """A municipality chosen on another page stands in the place of a department here."""
    kept = {name: one for name, one in told.items() if name != "department" or "place" not in since}
    return {**kept, **since}


_ADDRESS: Final = Address("municipality", Selection, _moved)
_PLACE: Final = "municipality.code"


def show() -> None:
    """Select, ask, paint."""
    words = language()
    _ = words.text
    warehouse = cached.warehouse()
    heading(
        words,
        _("One municipality"),
        _("All that is published of one municipality or department, and how sure it is"),
    )
    selection, remarks = _selection(warehouse, words)
    _ADDRESS.write(selection, words)
    series = facts.all_series(warehouse)
    for remark in remarks:
        st.html(note(remark))
    _controls(warehouse, words, selection)
    if selection.code is None or selection.series is None:
        st.html(Markup("<p class='lead'>{}</p>").format(_invitation(words)))
        st.html(documented_section(warehouse, words))
        follow_links("municipality")
        return
    profile = Profile(warehouse, words, selection.code)
    chosen = series[selection.series]
    follow_links("municipality")
    _place_heading(profile)
    _ways_on(profile, chosen)
    _detail(profile, selection, chosen)
    drawn(_every_series(profile, selection), "every_series")
    st.html(peer_section(profile))
    st.html(publisher_section(profile))
    st.html(revision_section(profile))
    if profile.is_department:
        st.html(section(_("Programme coverage"), department_coverage(profile)))
    else:
        st.html(coverage_section(warehouse, words, profile.code))
    _tables(profile, selection)
    st.html(
        provenance(words, warehouse.build_id, [one for one in series.values() if one.is_published])
    )
    titles = {name: one.title for name, one in _parts(profile, selection, chosen).items()}
    twin_links(words, _ADDRESS.page, to_query(selection), titles)


def twin(warehouse: Warehouse, words: Words, query: Mapping[str, str]) -> Twin:
    """What the page shows, as tables; coverage stands in tables of its own, beside no figure.

    Parameters
    ----------
    warehouse
        Where the figures come from.
    words
        Language.
    query
        Parameters of the page.
    """
    _ = words.text
    selection, _remarks = _nearest(warehouse, words, from_query(Selection, query)[0])
    if selection.code is None or selection.series is None:
        return Twin(_ADDRESS.page, to_query(selection), {})
    profile = Profile(warehouse, words, selection.code)
    chosen = facts.all_series(warehouse)[selection.series]
    return Twin(_ADDRESS.page, to_query(selection), _parts(profile, selection, chosen))


def _parts(profile: Profile, selection: Selection, chosen: Series) -> dict[str, Part]:
    """The tables of a place by name, each with the place it tells of."""
    words, _ = profile.words, profile.words.text
    history = _history(profile, selection, chosen)
    figures = list(facts.rows(history, Figure)) if len(history) else []
    parts = {
        "years": years_part(profile.warehouse, words, profile.code),
        "chart": history_part(words, chosen, figures, is_rolling=selection.window == "rolling"),
        **place_parts(profile),
    }
    place = (_("Place"), profile.name)
    return {name: one._replace(notes=[place, *one.notes]) for name, one in parts.items()}


def _selection(warehouse: Warehouse, words: Words) -> tuple[Selection, list[str]]:
    """What is chosen, bent to what exists, and what of the wish could not be met."""
    _ = words.text
    wanted, misread = _ADDRESS.read()
    selection, remarks = _nearest(warehouse, words, wanted)
    if misread:
        remarks.insert(0, _("The link asks for something that this page does not know."))
    return selection, remarks


def _nearest(warehouse: Warehouse, words: Words, wanted: Selection) -> tuple[Selection, list[str]]:
    """The nearest selection that exists, and a sentence for each thing that had to change."""
    _ = words.text
    selection, remarks = wanted, []
    if selection.place and selection.place not in facts.places(warehouse):
        selection = replace(selection, place=None)
        remarks.append(_("The link names a municipality that is not on this map."))
    if selection.department and selection.department not in facts.departments(warehouse):
        selection = replace(selection, department=None)
        remarks.append(_("The link names a department that is not on this map."))
    published = [one for one in facts.all_series(warehouse).values() if one.is_published]
    if selection.series not in {one.series_id for one in published}:
        if selection.series is not None:
            remarks.append(
                _("The link names a series that is not published here; this is the first one.")
            )
        selection = replace(selection, series=published[0].series_id if published else None)
    shown = facts.all_series(warehouse).get(selection.series or "")
    windows = _windows(shown, selection)
    if selection.window not in windows:
        selection = replace(selection, window=windows[0])
    return selection, remarks


def _windows(series: Series | None, selection: Selection) -> tuple[Window, ...]:
    """Lengths of period that the large chart can show; of a department years alone are known."""
    if series is None or selection.department or not series.offer.windows:
        return ("year",)
    return series.offer.windows


def _invitation(words: Words) -> str:
    _ = words.text
    return _(
        "Find a municipality or a department above. The page then tells its key figures in words, "
        "draws every published series, and says how far each figure can be trusted."
    )


def _controls(warehouse: Warehouse, words: Words, selection: Selection) -> None:
    _ = words.text
    series = facts.all_series(warehouse)
    with st.container(horizontal=True, key="controls"):
        st.session_state[_PLACE] = selection.code
        place_search(
            _("Municipality or department"),
            _place_names(warehouse, words),
            _("Type a name"),
            {"key": _PLACE, "on_change": _take_place},
        )
        st.selectbox(
            _("Series told of in detail"),
            [name for name, one in series.items() if one.is_published],
            format_func=lambda name: series[name].label(words.code),
            **_ADDRESS.bound("series", selection),
        )
        st.segmented_control(
            _("Show"),
            ["rate", "count"],
            format_func={"rate": _("Rate"), "count": _("Count")}.__getitem__,
            required=True,
            **_ADDRESS.bound("measure", selection),
        )


def _take_place() -> None:
    """A department and a municipality are never chosen at once."""
    code = st.session_state[_PLACE] or ""
    is_department = code in facts.departments(cached.warehouse())
    _ADDRESS.choose(
        place=None if is_department else code or None, department=code if is_department else None
    )


def _place_names(warehouse: Warehouse, words: Words) -> dict[str, str]:
    _ = words.text
    names = {
        code: _("{department} (department)").format(department=name)
        for code, name in facts.departments(warehouse).items()
    }
    for code, one in facts.places(warehouse).items():
        names[code] = f"{one.municipality_name}, {one.department_name}"
    return names


def _place_heading(profile: Profile) -> None:
    words, _ = profile.words, profile.words.text
    where: list[Markup | str] = [_("Department")]
    if place := profile.place:
        department = {"department": place.municipality_code[:2]}
        where = [link("municipality", department, words, place.department_name)]
        if place.pdet_subregion:
            where.append(_("PDET subregion {subregion}").format(subregion=place.pdet_subregion))
        where.append(_("code {code}").format(code=profile.code))
    st.html(
        Markup("<div class='place'><h2>{}</h2><p>{}</p></div>").format(
            profile.name, Markup(" · ").join(where)
        )
    )
    address = brief_url(profile.warehouse, profile.code, profile.words.code)
    brief_link(profile.words, address)


def _ways_on(profile: Profile, chosen: Series) -> None:
    """The same place and series on other pages."""
    words, _ = profile.words, profile.words.text
    query = {"series": chosen.series_id, "lang": words.code}
    with st.container(horizontal=True, key="ways"):
        if profile.is_department:
            st.page_link(
                "pages/trends.py",
                label=_("Over time, beside other places"),
                query_params={**query, "groups": profile.code},
            )
            return
        st.page_link(
            "pages/trends.py",
            label=_("Over time, beside similar places"),
            query_params={**query, "places": profile.code, "has_peers": "1"},
        )
        st.page_link(
            "pages/map.py", label=_("On the map"), query_params={**query, "place": profile.code}
        )


def _detail(profile: Profile, selection: Selection, chosen: Series) -> None:
    """The key figures in words, and one series with all that is told of it."""
    words = profile.words
    st.html(lead(profile, chosen))
    st.html(
        Markup("<h2 class='detail'>{}</h2>{}").format(
            chosen.label(words.code), figure_tiles(profile, chosen)
        )
    )
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        _draw(profile, selection, chosen)
    with right:
        st.html(answers(profile, chosen))
        st.html(bullets(chosen.caveats(words.code), "caveats"))


def _draw(profile: Profile, selection: Selection, chosen: Series) -> None:
    """The large chart, with its dates and what their numbers stand for."""
    words, _ = profile.words, profile.words.text
    history = _history(profile, selection, chosen)
    if history.empty:
        st.html(note(_("Not published here: unknown, not zero.")))
        return
    measure: Measure = selection.measure if chosen.has_rate else "count"
    title = (
        _("Rate per 100,000 residents a year, with its 95 % interval")
        if measure == "rate"
        else _("Count per period")
    )
    windows = _windows(chosen, selection)
    with st.container(horizontal=True, vertical_alignment="bottom", key="window"):
        st.html(Markup("<p class='chart-title'>{}</p>").format(title))
        if len(windows) > 1:
            st.segmented_control(
                _("Period"),
                windows,
                format_func={
                    "year": _("Year"),
                    "rolling": _("12 months"),
                    "month": _("Month"),
                }.__getitem__,
                required=True,
                label_visibility="collapsed",
                **_ADDRESS.bound("window", selection),
            )
    colour = CONTEXT if chosen.kind == "context" else VIOLENCE
    what = Drawn(measure, selection.window, colour)
    marks = marked_dates(profile.warehouse, words, chosen.series_id, what, history["period"])
    points = history_points(history, what, words)
    st.vega_lite_chart(
        points,
        history_spec(points, marks, what, words, colours=shown_palette()),
        width="stretch",
        theme=None,
        key="history",
        alt=f"{chosen.label(words.code)}, {profile.name}. {title}",
    )
    st.html(mark_key(words, marks, history))


def _history(profile: Profile, selection: Selection, chosen: Series) -> pd.DataFrame:
    if not chosen.offer.windows:
        return pd.DataFrame()
    if not profile.is_department:
        return facts.history(profile.warehouse, chosen.series_id, profile.code, selection.window)
    return facts.department_history(profile.warehouse, chosen.series_id, profile.code)


def _every_series(profile: Profile, selection: Selection) -> Markup:
    _ = profile.words.text
    return Markup("<section class='part every'><h2>{}</h2>{}</section>").format(
        _("Every published series"), multiples(profile, selection.measure)
    )


def _tables(profile: Profile, selection: Selection) -> None:
    """The twin of all that is drawn, for those who cannot see it and those who want to copy it."""
    _ = profile.words.text
    st.toggle(_("Show everything as tables"), **_ADDRESS.bound("has_table", selection))
    if selection.has_table:
        st.html(statistics_table(profile))
        st.html(year_table(profile))


if __name__ == "__main__":  # imported, it is asked for its files alone
    show()
