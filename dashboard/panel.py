"""What the page says beside the map: of a municipality, or of the series if none is chosen."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd
import streamlit as st
from markupsafe import Markup

from dashboard import facts, routes, statistics
from dashboard.chart import (
    CONTEXT,
    VIOLENCE,
    Drawn,
    history_points,
    history_spec,
)
from dashboard.downloads import measure_names
from dashboard.facts import Figure, Place
from dashboard.freshness import series_staleness
from dashboard.language import Words
from dashboard.links import link
from dashboard.palette import shown_palette
from dashboard.phrases import coverage_lines, coverage_phrases, programme_data_lines
from dashboard.pieces import (
    NOTHING,
    bullets,
    each,
    figure_notes,
    likely_range,
    period_badge,
    tile,
    tiles,
)
from dashboard.state import Period
from dashboard.statistics import STATISTICS
from dashboard.timeline import mark_key, marked_dates
from dashboard.view import View
from pipeline import SOMOS_COMUNIDAD, Warehouse, claims


class Panel(NamedTuple):
    """What stands beside the map.

    Attributes
    ----------
    top
        A place with its figures, or the series; the history of a place is drawn below it.
    below
        What to keep in mind of the figures.
    known
        What is known of the programme, always apart from figures.
    """

    top: Markup
    below: Markup
    known: Markup


def panel(view: View) -> Panel:
    """Everything that is said beside the map: of the chosen municipality, or of the series.

    Parameters
    ----------
    view
        What the map shows.
    """
    code = view.selection.place
    if code is None:
        return Panel(_overview(view), NOTHING, known(view))
    place = facts.places(view.warehouse)[code]
    caveats = bullets([*_caveats(view), *_unlocated(view)], "caveats")
    return Panel(_heading(view.words, place) + _told(view, place), caveats, known(view))


def known(view: View) -> Markup:
    """What is known of the programme in the chosen municipality.

    Without one it is the list of those that a public source names, where the map does not draw
    them.

    Parameters
    ----------
    view
        What the map shows.
    """
    code = view.selection.place
    if code is not None:
        return coverage_section(view.warehouse, view.words, code)
    return NOTHING if view.may_show_coverage else documented_section(view.warehouse, view.words)


def draw_history(view: View) -> None:
    """Draw the figures of the chosen municipality over time, where there are any.

    Parameters
    ----------
    view
        What the map shows.
    """
    history = place_history(view)
    if view.period is not None and not history.empty:
        _draw_history(view, history)


def place_history(view: View) -> pd.DataFrame:
    """The shown series in the chosen municipality over time; nothing without either."""
    if not view.periods or view.selection.place is None:
        return pd.DataFrame()
    return facts.history(
        view.warehouse, view.series.series_id, view.selection.place, view.history_window
    )


def unlocated_beside(view: View) -> dict[str, float]:
    """Events of unknown municipality in the department of the chosen one, by its code, if any."""
    if view.period is None or view.selection.place is None:
        return {}
    events = facts.unlocated_events(
        view.warehouse,
        view.series.series_id,
        view.history_window,
        view.history_start or view.period.start,
    )
    code = view.selection.place[:2]
    return {code: events[code]} if events.get(code) else {}


def _heading(words: Words, place: Place) -> Markup:
    _ = words.text
    where = [place.department_name]
    if place.pdet_subregion:
        where.append(_("PDET subregion {subregion}").format(subregion=place.pdet_subregion))
    everything = link(
        "municipality",
        {"place": place.municipality_code},
        words,
        _("Everything about {place}").format(place=place.municipality_name),
    )
    return Markup("<div class='place'><h2>{}</h2><p>{}</p><p>{}</p></div>").format(
        place.municipality_name, " · ".join(where), everything
    )


def _told(view: View, place: Place) -> Markup:
    """A municipality's figures of the period, and what the map's statistic says of it."""
    _ = view.words.text
    name = Markup("<h3 class='series'>{}</h3>").format(view.series.label(view.language))
    history = place_history(view)
    if view.period is None or view.history_start is None or history.empty:
        return name + bullets([_("Not published here: unknown, not zero.")], "notes")
    now = history.loc[history["period"] == pd.Timestamp(view.history_start)]
    figures = _figures(view, view.period, next(facts.rows(now, Figure), None))
    return name + figures + _statistic(view, place)


def coverage_section(warehouse: Warehouse, words: Words, code: str) -> Markup:
    """What is known of the programmes in a municipality, apart from any figure.

    Parameters
    ----------
    warehouse
        Where coverage stands.
    words
        Language.
    code
        DIVIPOLA code of the municipality.
    """
    _ = words.text
    coverage = facts.coverage(warehouse, SOMOS_COMUNIDAD.id)[code]
    lines = [
        *coverage_lines(warehouse, words, code),
        *programme_data_lines(warehouse, words, SOMOS_COMUNIDAD, code),
    ]
    return Markup(
        "<section class='coverage'><h3>{title}</h3>"
        "<p class='state {state}'><i></i>{programme}: {name}</p>{lines}</section>"
    ).format(
        title=_("Programme coverage"),
        state=coverage.state,
        programme=SOMOS_COMUNIDAD.label[words.code],
        name=coverage_phrases(words)[coverage.state].name,
        lines=each("<p>{}</p>", ((line,) for line in lines)),
    )


def documented_section(warehouse: Warehouse, words: Words) -> Markup:
    """The documented municipalities by name, each leading to its own page.

    Parameters
    ----------
    warehouse
        Where coverage stands.
    words
        Language.
    """
    _ = words.text
    coverage = facts.coverage(warehouse, SOMOS_COMUNIDAD.id)
    names = [
        Markup("{} ({})").format(
            link("municipality", {"place": code}, words, place.municipality_name),
            place.department_name,
        )
        for code, place in facts.places(warehouse).items()
        if claims.is_in_programme(coverage[code].state)
    ]
    said = (
        _("Municipalities on the programme's own list: {documented} of {total}.")
        if facts.is_complete(warehouse, SOMOS_COMUNIDAD.id)
        else _("Municipalities that a public source names: {documented} of {total}.")
    )
    count = said.format(
        documented=words.number(len(names)),
        total=words.number(SOMOS_COMUNIDAD.municipality_count),
    )
    return Markup("<section class='coverage'><h3>{}</h3><p>{}</p><p>{}.</p></section>").format(
        _("Programme coverage"), count, Markup(", ").join(names)
    )


def _overview(view: View) -> Markup:
    """What to know of the series and of the map before a municipality is chosen."""
    _ = view.words.text
    invitation = _(
        "Tap a municipality, or find it by name, to see its figures over time and what is known of "
        "the programme there."
    )
    caveats = _caveats(view)
    reading = [
        _("A colour means the same number in every period of a series."),
        _("Grey hatching: no published figure. Unknown, not zero."),
        _("Hatching over a colour: too few events for a steady rate, which swings by chance."),
        _("Hatched end of the time line: provisional or incomplete figures."),
    ]
    heading = Markup("<h3>{}</h3>")
    return Markup("<section class='overview'><h2>{}</h2><p>{}</p>{}{}{}{}</section>").format(
        view.series.label(view.language),
        invitation,
        heading.format(_("Keep in mind")) if caveats else "",
        bullets(caveats, "caveats"),
        heading.format(_("How to read the map")),
        bullets(reading, "caveats"),
    )


def _figures(view: View, period: Period, figure: Figure | None) -> Markup:
    """Count and rate of the period in large type, and what to know of them."""
    words, _ = view.words, view.words.text
    when = words.period(view.history_start or period.start, view.history_window)
    if figure is None:
        absent = _("Not published for {period}: unknown, not zero.").format(period=when)
        return bullets([absent], "notes")
    count = words.number(figure.events)
    shown = [tile(view.series.unit(view.language), count, when, period_badge(words, period))]
    if figure.rate_per_100k is not None:
        rate = words.rate(figure.rate_per_100k)
        shown.append(
            tile(
                _("Per 100,000 residents a year"),
                rate,
                likely_range(words, figure.rate_lower_per_100k, figure.rate_upper_per_100k),
            )
        )
    notes = list(figure_notes(words, figure, has_rate=view.series.has_rate))
    return tiles(shown) + bullets(notes, "notes")


def _statistic(view: View, place: Place) -> Markup:
    """What the map's statistic says of the place, where it shows one."""
    if view.measure not in STATISTICS or view.shown is None:
        return NOTHING
    _ = view.words.text
    told = statistics.said(view.warehouse, view.words, view.shown).get(place.municipality_code)
    if told is None:
        return bullets([_("Nothing is told of this place: unknown, not zero.")], "notes")
    name = measure_names(view.words)[view.measure]
    when = routes.named(view.shown.period, view.window, view.words, view.measure)["label"]
    return Markup("<div class='said'><p><b>{}</b> {}</p><p class='word'>{}</p>{}{}</div>").format(
        name,
        when,
        told.word,
        Markup("<dl>{}</dl>").format(each("<dt>{}</dt><dd>{} <span>{}</span></dd>", told.rows))
        if told.rows
        else "",
        bullets(told.notes, "caveats"),
    )


def _draw_history(view: View, history: pd.DataFrame) -> None:
    _ = view.words.text
    title = (
        _("Rate per 100,000 residents a year, with its 95 % interval")
        if view.drawn_measure == "rate"
        else _("Count per period")
    )
    st.html(Markup("<p class='chart-title'>{}</p>").format(title))
    colour = CONTEXT if view.series.kind == "context" else VIOLENCE
    drawn = Drawn(view.drawn_measure, view.history_window, colour)
    marks = marked_dates(
        view.warehouse, view.words, view.series.series_id, drawn, history["period"]
    )
    points = history_points(history, drawn, view.words)
    st.vega_lite_chart(
        points,
        history_spec(points, marks, drawn, view.words, colours=shown_palette()),
        width="stretch",
        theme=None,
        key="history",
        alt=f"{view.series.label(view.language)}. {title}",
    )
    st.html(mark_key(view.words, marks, history))


def _caveats(view: View) -> list[str]:
    """What to keep in mind of the series: first that it is stale, if it is."""
    return [*filter(None, [series_staleness(view)]), *view.series.caveats(view.language)]


def _unlocated(view: View) -> Iterable[str]:
    """Events of the department that nobody can place on the map."""
    _ = view.words.text
    for events in unlocated_beside(view).values():
        yield _(
            "Without a known municipality in this department, and so not on the map: {events}."
        ).format(events=view.words.number(events))
