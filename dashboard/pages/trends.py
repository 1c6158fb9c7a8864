"""How recorded violence moved over time, place by place, and how sure one can be of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st
from markupsafe import Markup

from dashboard import cached, facts
from dashboard.address import Address, from_query, to_query
from dashboard.chart import (
    COMPACT,
    LINES,
    Line,
    Marked,
    axis_top,
    history_points,
    history_spec,
    is_cut,
    lines_points,
    lines_spec,
)
from dashboard.facts import Series, Trend
from dashboard.language import Words
from dashboard.links import follow_links, link
from dashboard.palette import shown_palette
from dashboard.phrases import SYMBOLS, trend_phrases
from dashboard.pieces import (
    NOTHING,
    bullets,
    likely_range,
    note,
    provenance,
    rate_labels,
    section,
    series_choices,
    table,
)
from dashboard.search import places_search
from dashboard.shell import heading, language
from dashboard.timeline import mark_key, marked_dates
from dashboard.trend_files import (
    Shown,
    downloads,
    file_columns,
    file_notes,
    file_rows,
    trend_columns,
)
from dashboard.trends import (
    DOCUMENTED,
    LARGEST_CHART,
    Selection,
    Told,
    apart_note,
    drawn,
    drawn_periods,
    figures,
    group_labels,
    may_be_fiscal,
    nearest,
    newest_whole,
    paces,
    told_lines,
)
from dashboard.twin import Part, Twin, twin_links
from pipeline import Warehouse, claims

_MOST_PLACES: Final = 12


def _moved(told: Mapping[str, str], since: Mapping[str, str]) -> Mapping[str, str]:
    """A place chosen on another page is a line more here; the lines that were chosen stay."""
    place = since.get("place")
    if place is None:
        return {**told, **since}
    places = [one for one in told.get("places", "").split(",") if one]
    if not places:
        return {**{name: value for name, value in told.items() if name != "groups"}, **since}
    if place not in places and len(places) < _MOST_PLACES:
        places.append(place)
    return {**told, **since, "places": ",".join(places)}


_ADDRESS: Final = Address("trends", Selection, _moved)
_MUNICIPALITY_DIGITS: Final = 5


def show() -> None:
    """Select, ask, paint."""
    words = language()
    _ = words.text
    heading(
        words,
        _("Trends"),
        _("How recorded violence moved over time, and how sure one can be of it"),
    )
    _explore()
    follow_links(_ADDRESS.page)


@st.fragment
def _explore() -> None:
    """Everything below the heading; a choice made here is answered here, without the rest."""
    words = language()
    _ = words.text
    warehouse = cached.warehouse()
    wanted, misread = _ADDRESS.read()
    selection, notes = nearest(warehouse, words, wanted)
    _ADDRESS.write(selection, words)
    series = facts.all_series(warehouse)[str(selection.series)]
    lines = told_lines(warehouse, words, series, selection)
    _controls(warehouse, words, series, selection, sum(len(told.history) > 0 for told in lines))
    with st.container(key="notes"):
        if misread:
            notes.insert(0, _("The link asks for something that is not offered here."))
        for text in notes:
            st.html(note(text))
        if series.is_apart_from_coverage and apart_note(words) not in notes:
            st.caption(apart_note(words))
    _draw(warehouse, words, series, selection, lines)
    st.html(_reading(words, series, selection, lines))
    _table(words, series, selection, lines)
    if drawn_periods(lines):
        caveats = list(_line_caveats(words, selection, lines))
        downloads(warehouse, words, series, Shown(selection, lines, caveats))
    st.html(provenance(words, warehouse.build_id, [series]))
    has_trends = any(told.trend for told in lines)
    titles = {"lines": _("Lines"), **({"trends": _trends_title(words)} if has_trends else {})}
    twin_links(words, _ADDRESS.page, to_query(selection), titles)


def twin(warehouse: Warehouse, words: Words, query: Mapping[str, str]) -> Twin:
    """What the page shows, as tables: the lines, and what is told of their trends.

    Parameters
    ----------
    warehouse
        Where the figures come from.
    words
        Language.
    query
        Parameters of the page.
    """
    selection, _notes = nearest(warehouse, words, from_query(Selection, query)[0])
    series = facts.all_series(warehouse)[str(selection.series)]
    lines = told_lines(warehouse, words, series, selection)
    shown = Shown(selection, lines, list(_line_caveats(words, selection, lines)))
    part = Part(
        _title(words, series, selection),
        file_columns(words, series, selection),
        file_rows(lines),
        [series],
        file_notes(warehouse, words, series, shown),
    )
    trends = Part(
        _trends_title(words),
        trend_columns(words),
        [told for told in lines if told.trend],
        [series],
    )
    parts = {"lines": part, **({"trends": trends} if trends.rows else {})}
    return Twin(_ADDRESS.page, to_query(selection), parts)


def _trends_title(words: Words) -> str:
    _ = words.text
    return _("Trend of the rate")


def _controls(
    warehouse: Warehouse, words: Words, series: Series, selection: Selection, count: int
) -> None:
    """What can be chosen, with `count` lines to draw."""
    _ = words.text
    names = series_choices(words, facts.all_series(warehouse))
    labels = group_labels(warehouse, words, series)
    places = facts.places(warehouse)
    with st.container(horizontal=True, key="controls"):
        st.selectbox(
            _("Series"),
            list(names),
            format_func=names.__getitem__,
            **_ADDRESS.bound("series", selection),
        )
        st.segmented_control(
            _("Show"),
            ["rate", "count"] if series.has_rate else ["count"],
            format_func={"rate": _("Rate"), "count": _("Count")}.__getitem__,
            required=True,
            **_ADDRESS.bound("measure", selection),
        )
        st.segmented_control(
            _("Period"),
            paces(series) or [selection.pace],
            format_func={
                "year": _("Year"),
                "quarter": _("Quarter"),
                "rolling": _("12 months"),
                "month": _("Month"),
            }.__getitem__,
            required=True,
            disabled=not paces(series),
            **_ADDRESS.bound("pace", selection),
        )
        if may_be_fiscal(series, selection):
            st.segmented_control(
                _("Years"),
                ["calendar", "fiscal"],
                format_func={"calendar": _("Calendar"), "fiscal": _("US fiscal")}.__getitem__,
                help=_("A fiscal year of the United States runs from October to September."),
                required=True,
                **_ADDRESS.bound("reckoning", selection),
            )
    with st.container(key="lines"):
        st.pills(
            _("Departments and groups"),
            list(labels),
            selection_mode="multi",
            format_func=labels.__getitem__,
            **_many("groups", selection),
        )
        with st.container(horizontal=True, vertical_alignment="bottom", key="drawing"):
            places_search(
                _("Municipalities"),
                {
                    code: f"{place.municipality_name}, {place.department_name}"
                    for code, place in places.items()
                },
                _("Find a municipality"),
                _many("places", selection),
                _MOST_PLACES,
            )
            if selection.places and series.kind == "violence":
                st.toggle(_("Their peers elsewhere"), **_ADDRESS.bound("has_peers", selection))
            if 1 < count <= LARGEST_CHART:
                st.segmented_control(
                    _("Lines"),
                    ["together", "apart"],
                    format_func={
                        "together": _("In one chart"),
                        "apart": _("Side by side"),
                    }.__getitem__,
                    required=True,
                    **_ADDRESS.bound("layout", selection),
                )
            if _is_apart(selection, count):
                st.toggle(_("A scale for each"), **_ADDRESS.bound("has_own_scale", selection))


def _many(field: str, selection: Selection) -> dict[str, Any]:
    """Bind a widget of many choices to a field of the selection, both ways."""
    bound = _ADDRESS.bound(field, selection)
    st.session_state[bound["key"]] = list(getattr(selection, field))
    return bound


def _draw(
    warehouse: Warehouse,
    words: Words,
    series: Series,
    selection: Selection,
    lines: Sequence[Told],
) -> None:
    """The chart or charts, and the key to their marks."""
    _ = words.text
    span = drawn_periods(lines)
    if span is None:
        st.html(bullets([_("Not published here: unknown, not zero.")], "notes"))
        return
    title = _title(words, series, selection)
    st.html(Markup("<p class='chart-title'>{}</p>").format(title))
    what = drawn(selection, series)
    known = [told for told in lines if len(told.history)]
    history = pd.concat([told.history for told in known], ignore_index=True)
    if selection.measure == "count":
        history = history.assign(crosses_edition=False)
    marks = marked_dates(
        warehouse, words, series.series_id, what, pd.Series(pd.to_datetime(list(span)))
    )
    points = [history_points(told.history, what, words, span) for told in known]
    colours = shown_palette()
    is_apart = _is_apart(selection, len(known))
    if is_apart or len(known) == 1:
        shared = None if selection.has_own_scale else axis_top(points, selection.measure)
        tops = [axis_top([one], selection.measure) if shared is None else shared for one in points]
        with st.container(key="multiples" if is_apart else "single"):
            for number, (told, one, top) in enumerate(zip(known, points, tops, strict=True)):
                with st.container(key=f"panel-{number}"):
                    st.html(_panel_title(words, told))
                    st.vega_lite_chart(
                        one,
                        history_spec(
                            one,
                            marks,
                            what,
                            words,
                            colours=colours,
                            top=top,
                            **({"size": COMPACT} if is_apart else {}),
                        ),
                        width="stretch",
                        theme=None,
                        key=f"trend-{number}",
                        alt=f"{told.label}. {title}",
                    )
        cut = any(is_cut([one], top) for one, top in zip(points, tops, strict=True))
    else:
        drawn_lines = [
            Line(told.label, one, colour)
            for told, one, colour in zip(known, points, LINES, strict=False)
        ]
        st.vega_lite_chart(
            lines_points(drawn_lines),
            lines_spec(drawn_lines, marks, what, words, colours=colours),
            width="stretch",
            theme=None,
            key="trends",
            alt=f"{', '.join(told.label for told in known)}. {title}",
        )
        cut = is_cut(points, axis_top(points, selection.measure))
    charts = len(known) if is_apart or len(known) == 1 else 0
    st.html(_key(words, marks, history, charts=charts, is_cut=cut))


def _is_apart(selection: Selection, count: int) -> bool:
    return count > LARGEST_CHART or (selection.layout == "apart" and count > 1)


def _title(words: Words, series: Series, selection: Selection) -> str:
    _ = words.text
    what = (
        _("Rate per 100,000 residents a year, with its 95 % interval")
        if selection.measure == "rate"
        else _("Count per period")
    )
    return f"{series.label(words.code)} ({series.unit(words.code)}). {what}"


def _panel_title(words: Words, told: Told) -> Markup:
    return Markup("<p class='panel-title'><b>{}</b><span>{}</span></p>").format(
        told.label, _trend_words(words, told.trend) if told.trend else ""
    )


def _key(
    words: Words,
    marks: Sequence[Marked],
    history: pd.DataFrame,
    *,
    charts: int,
    is_cut: bool,
) -> Markup:
    """What the marks stand for, below one chart of several lines (0) or so many of one."""
    _ = words.text
    key = mark_key(words, marks, history, is_shaded=charts > 0, has_numbers=charts <= 1)
    if not is_cut:
        return key
    more = _("Where an interval reaches beyond the chart it is cut; the table has all of it.")
    return key + Markup("<p class='key-note'>{}</p>").format(more)


def _reading(words: Words, series: Series, selection: Selection, lines: Sequence[Told]) -> Markup:
    """The lines in words: newest figures that stand, and the trend where one is told."""
    _ = words.text
    heads = [_("Line"), _("Newest"), series.unit(words.code).capitalize()]
    if series.has_rate:
        heads += [_("Per 100,000 residents a year"), _("Trend of the rate")]
    has_swatches = not _is_apart(selection, sum(len(told.history) > 0 for told in lines))
    rows = [
        _line_row(
            words, series, selection, told, LINES[number % len(LINES)] if has_swatches else ""
        )
        for number, told in enumerate(lines)
    ]
    return section(_("In words"), table(heads, rows, stacks=True)) + _caveats(
        words, series, selection, lines
    )


def _line_row(
    words: Words, series: Series, selection: Selection, told: Told, colour: str
) -> tuple[object, ...]:
    _ = words.text
    swatch = Markup("<i class='swatch' style='background: var(--{})'></i>").format(colour)
    name = Markup("{}{}").format(swatch if colour else "", _linked(words, selection, told))
    newest = newest_whole(told)
    if newest is None:
        absent = (name, _("Not published here: unknown, not zero."), "–")
        return (*absent, "–", "–") if series.has_rate else absent
    row = (name, words.period(newest.period, selection.span), words.number(newest.events))
    if not series.has_rate:
        return row
    rate = "–"
    if newest.rate_per_100k is not None:
        likely = likely_range(words, newest.rate_lower_per_100k, newest.rate_upper_per_100k)
        rate = ", ".join(filter(None, [words.rate(newest.rate_per_100k), likely]))
    return (*row, rate, _trend_sentence(words, told.trend) if told.trend else "–")


def _linked(words: Words, selection: Selection, told: Told) -> Markup | str:
    """The name of a line; of a place it leads to all that is known there."""
    if not told.code:
        return told.label
    kind = "place" if len(told.code) == _MUNICIPALITY_DIGITS else "department"
    return link("municipality", {kind: told.code, "series": selection.series}, words, told.label)


def _trend_words(words: Words, trend: Trend) -> str:
    name = trend_phrases(words)[trend.word].name
    return f"{SYMBOLS[trend.word]} {name}, {trend.first_year}–{trend.last_year}"


def _trend_sentence(words: Words, trend: Trend) -> str:
    _ = words.text
    said = _trend_words(words, trend)
    percent = claims.told_percent(trend.word, trend.percent)
    if percent is None or trend.percent_lower is None or trend.percent_upper is None:
        return said
    more = _("{percent} a year, likely between {lower} and {upper}").format(
        percent=words.percent(percent),
        lower=words.percent(trend.percent_lower),
        upper=words.percent(trend.percent_upper),
    )
    return f"{said}: {more}"


def _caveats(words: Words, series: Series, selection: Selection, lines: Sequence[Told]) -> Markup:
    """What to keep in mind of these lines."""
    _ = words.text
    said = list(_line_caveats(words, selection, lines))
    return bullets([*said, *series.caveats(words.code)], "caveats") if said else NOTHING


def _line_caveats(words: Words, selection: Selection, lines: Sequence[Told]) -> Iterable[str]:
    _ = words.text
    if DOCUMENTED in selection.groups:
        yield _(
            "The documented municipalities as a group: a description, not an effect of the "
            "programme. It works in municipalities affected by violence, and most of its "
            "municipalities are not known: no place is shown as not covered."
        )
    if selection.has_peers and selection.places:
        rule = facts.peer_rule(cached.warehouse())
        if rule:
            yield _("Peers: {rule}").format(rule=rule.text(words.code))
        yield _("Peers help to read a line; the difference from them is no effect.")
    if any(told.has_holes for told in lines):
        yield _("A group has no figure where one of its municipalities publishes nothing.")
    if any(0 < len(told.code) < _MUNICIPALITY_DIGITS for told in lines):
        yield _("A department also counts events whose municipality is not known.")
    if selection.measure == "rate":
        yield _(
            "The band is the 95 % interval. Where bands overlap widely, the lines may not differ."
        )


def _table(words: Words, series: Series, selection: Selection, lines: Sequence[Told]) -> None:
    """The figures of all lines as a table."""
    _ = words.text
    st.toggle(_("Show the figures as a table"), **_ADDRESS.bound("has_table", selection))
    if not selection.has_table:
        return
    rows = [
        {
            "line": told.label,
            "when": words.period(one.period, selection.span),
            **one._asdict(),
        }
        for told in lines
        for one in figures(told)
    ]
    columns = _columns(words, series)
    frame = pd.DataFrame(rows, columns=list(columns))
    written: dict[str, Any] = {
        "events": words.number,
        **{name: words.rate for name in columns if name.startswith("rate_")},
    }
    st.dataframe(
        frame.style.format(written, na_rep="–"),
        column_config=columns,
        hide_index=True,
        alt=_title(words, series, selection),
    )


def _columns(words: Words, series: Series) -> dict[str, Any]:
    _ = words.text
    columns: dict[str, Any] = {
        "line": _("Line"),
        "when": _("Period"),
        "events": series.unit(words.code).capitalize(),
    }
    if series.has_rate:
        columns |= rate_labels(words)
    box = st.column_config.CheckboxColumn
    return {
        **columns,
        "is_provisional": box(_("Provisional")),
        "is_partial": box(_("Incomplete")),
        "crosses_edition": box(_("Mixes population editions")),
    }


if __name__ == "__main__":  # imported, it is asked for its files alone
    show()
