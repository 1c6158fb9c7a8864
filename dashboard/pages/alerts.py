"""What stands out: unusual months, clusters and hot spots, each with how often it is chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st
from markupsafe import Markup

from dashboard import cached, facts
from dashboard.address import Address, from_query, to_query
from dashboard.alerts import (
    CLUSTERS_SEEN,
    FALSE_MAPS,
    FALSE_MONTHS,
    MONTHS_SEEN,
    Anomaly,
    Check,
    Clustered,
    History,
    MapTest,
    MapWindow,
    checks,
    clustered,
    fitting,
    histories,
    map_tests,
    newest_anomalies,
)
from dashboard.cluster_map import SIGNS, cluster_map, shown_kinds
from dashboard.drawn import drawn
from dashboard.facts import Series
from dashboard.language import Words
from dashboard.links import follow_links, link
from dashboard.phrases import Phrase, anomaly_phrases, cluster_phrases, pattern_phrases
from dashboard.pieces import bullets, each, note, provenance, section, table, tile, tiles
from dashboard.shell import heading, language
from dashboard.twin import Twin, twin_links
from dashboard.twin_tables import (
    anomaly_part,
    check_part,
    cluster_part,
    likeness_part,
    pattern_part,
)
from pipeline import Warehouse

_ALL: Final = "all"
_PLACE_PAGE: Final = "municipality"
_UNREMARKABLE: Final = {"no pattern", "not determined"}


@dataclass(frozen=True)
class Selection:
    """What the page shows.

    Attributes
    ----------
    series
        Series of the maps; ``None`` for the first one published.
    window
        Over how long the map of clusters counts.
    listed
        Series whose unusual months are listed, or all of them.
    department
        Code of a department of that list, or all of them.
    kind
        Word of ``mart.anomaly`` of that list, or all of them.
    """

    series: str | None = None
    window: MapWindow = "pooled"
    listed: str = _ALL
    department: str = _ALL
    kind: str = _ALL


ADDRESS: Final = Address("alerts", Selection)


def show() -> None:
    """Select, ask, paint."""
    words = language()
    _ = words.text
    heading(
        words,
        _("Clusters and alerts"),
        _("What stands out, what it means, and how often it would be chance"),
    )
    warehouse = cached.warehouse()
    wanted, misread = ADDRESS.read()
    selection, bends = _nearest(warehouse, words, wanted)
    ADDRESS.write(selection, words)
    for line in [*([_("Part of the link is not understood.")] if misread else []), *bends]:
        st.html(note(line))
    series = facts.all_series(warehouse)
    _months(warehouse, words, selection)
    shown = series[str(selection.series)]
    with st.container(horizontal=True, key="controls"):
        _choice(_("Series of the maps"), _published(warehouse, words), "series", selection)
        offered = list(map_tests(warehouse, shown.series_id)) or [selection.window]
        st.segmented_control(
            _("Period"),
            offered,
            format_func=_window_names(words).__getitem__,
            required=True,
            **ADDRESS.bound("window", selection),
        )
    _clusters(warehouse, words, shown, selection.window)
    _patterns(warehouse, words, shown)
    judged = {one.series_id for one in checks(warehouse)}
    st.html(
        provenance(
            words,
            warehouse.build_id,
            [shown, *(one for key, one in series.items() if key in judged)],
        )
    )
    titles = {
        "months": _("unusual months"),
        "checks": _("what was looked at"),
        "clusters": _("clusters"),
        "likeness": _("likeness of neighbours"),
        "patterns": _("hot and cold spots"),
    }
    twin_links(words, ADDRESS.page, to_query(selection), titles)
    follow_links(ADDRESS.page)


def twin(warehouse: Warehouse, words: Words, query: Mapping[str, str]) -> Twin:
    """What the page shows, as tables.

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
    selection, _bends = _nearest(warehouse, words, from_query(Selection, query)[0])
    series = facts.all_series(warehouse)
    shown = series[str(selection.series)]
    rows = fitting(
        newest_anomalies(warehouse),
        series=selection.listed,
        department=selection.department,
        word=selection.kind,
        everything=_ALL,
    )
    test = map_tests(warehouse, shown.series_id).get(selection.window)
    on_map = clustered(warehouse, shown.series_id, selection.window, test.period) if test else ()
    period = [(_("Period"), _period(words, test))] if test else []
    keep = _("Keep in mind")
    limits = [(keep, line) for line in _cluster_limits(words, test)] if test else []
    likeness = likeness_part(words, shown, [test] if test else [], limits)
    parts = {
        "months": anomaly_part(words, rows, series)._replace(
            notes=[(keep, line) for line in _month_limits(words)]
        ),
        "checks": check_part(words, checks(warehouse), series),
        "clusters": cluster_part(words, shown, on_map, period),
        "likeness": likeness,
        "patterns": pattern_part(words, shown, histories(warehouse, shown.series_id)),
    }
    return Twin(ADDRESS.page, to_query(selection), parts)


def _nearest(warehouse: Warehouse, words: Words, wanted: Selection) -> tuple[Selection, list[str]]:
    """The nearest selection that exists, and a sentence for each thing that had to change."""
    _ = words.text
    bends = []
    selection = wanted
    published = list(_published(warehouse, words))
    if selection.series not in published:
        if selection.series is not None:
            bends.append(_("The series of the link is not published here; this is the first one."))
        selection = replace(selection, series=published[0])
    offered = list(map_tests(warehouse, str(selection.series)))
    if offered and selection.window not in offered:
        if selection.window != Selection().window:
            bends.append(_("This series is not published for periods of that length."))
        selection = replace(selection, window=offered[0])
    unknown = _("The link asks for a group that is not known here: all are shown.")
    if selection.listed not in _listed(warehouse, words):
        bends.append(unknown)
        selection = replace(selection, listed=_ALL)
    if selection.department not in _departments(warehouse, words):
        bends.append(unknown)
        selection = replace(selection, department=_ALL)
    if selection.kind not in _kinds(words):
        bends.append(unknown)
        selection = replace(selection, kind=_ALL)
    return selection, bends


def _choice(label: str, offer: Mapping[str, str], field: str, selection: Selection) -> None:
    st.selectbox(
        label, list(offer), format_func=offer.__getitem__, **ADDRESS.bound(field, selection)
    )


def _months(warehouse: Warehouse, words: Words, selection: Selection) -> None:
    """The newest months of every series beside what was to be expected."""
    _ = words.text
    looked = checks(warehouse)
    found = newest_anomalies(warehouse)
    st.html(
        section(
            _("Newest months of all series"),
            Markup("<p>{}</p>{}{}").format(
                _(
                    "The newest three months of every municipality beside its own five years "
                    "before, by season and trend."
                ),
                _month_tiles(words, looked),
                bullets(_month_limits(words), "caveats"),
            ),
        )
    )
    if found:
        with st.container(horizontal=True, key="filters"):
            _choice(_("Series"), _listed(warehouse, words), "listed", selection)
            _choice(_("Department"), _departments(warehouse, words), "department", selection)
            _choice(_("What"), _kinds(words), "kind", selection)
        rows = fitting(
            found,
            series=selection.listed,
            department=selection.department,
            word=selection.kind,
            everything=_ALL,
        )
        st.html(_anomaly_table(warehouse, words, rows))
    with st.expander(_("What was looked at")):
        st.html(_check_table(warehouse, words, looked))


def _month_tiles(words: Words, looked: Sequence[Check]) -> Markup:
    _ = words.text
    judged = sum(one.judged for one in looked)
    unjudged = sum(one.not_determined for one in looked)
    high, low = sum(one.high for one in looked), sum(one.low for one in looked)
    series = len({one.series_id for one in looked if one.judged})
    return tiles(
        [
            tile(
                _("unusually high"),
                words.number(high),
                _("of {judged} months of a municipality, in {series} series").format(
                    judged=words.number(judged), series=words.number(series)
                ),
            ),
            tile(
                _("incomplete or low"),
                words.number(low),
                _("figures still to come, or a quiet month"),
            ),
            tile(
                _("not judged"),
                words.number(unjudged),
                _("too little past of the same kind to compare with"),
            ),
        ]
    )


def _month_limits(words: Words) -> list[str]:
    _ = words.text
    few, thrice, many = MONTHS_SEEN
    return [
        _(
            "How often it is chance: of the places named high in one series and month, at most 5 % "
            "are expected to be there by chance. In simulated countries in which nothing is "
            "unusual, at most {share} of months name any place."
        ).format(share=words.share(FALSE_MONTHS)),
        _(
            "What it misses: nearly everything where events are few. In simulations, a month with "
            "twice its usual {few} events is named {missed} of the time, with three times {some}; "
            "with twice its usual {many}, {seen}. The absence of an alert is no proof of calm."
        ).format(
            few=few.usual,
            missed=words.share(few.share),
            some=words.share(thrice.share),
            many=many.usual,
            seen=words.share(many.share),
        ),
        _(
            "It sees a jump of one month, not a slow rise: the trend words are for that. Months "
            "marked as provisional may still grow."
        ),
    ]


def _anomaly_table(warehouse: Warehouse, words: Words, rows: Sequence[Anomaly]) -> Markup:
    _ = words.text
    if not rows:
        return note(_("Nothing of that kind in the newest months."))
    phrases = anomaly_phrases(words)
    series = facts.all_series(warehouse)
    heads = (
        _("Municipality"),
        _("Series"),
        _("Month"),
        _("Recorded"),
        _("Expected"),
        _("What it means"),
    )
    body = (
        (
            _place(words, row, row.series_id),
            series[row.series_id].label(words.code),
            _badged(words, words.month(row.month), is_provisional=row.is_provisional),
            words.number(row.events),
            _("{expected}, likely {lower} to {upper}").format(
                expected=words.rate(row.expected),
                lower=words.number(round(row.expected_lower)),
                upper=words.number(round(row.expected_upper)),
            ),
            _meant(phrases[row.anomaly]),
        )
        for row in rows
    )
    return section(_("Months that are not as usual"), table(heads, body, stacks=True))


def _check_table(warehouse: Warehouse, words: Words, looked: Sequence[Check]) -> Markup:
    _ = words.text
    series = facts.all_series(warehouse)
    heads = (
        _("Series"),
        _("Month"),
        _("Municipalities judged"),
        _("Unusually high"),
        _("Incomplete or low"),
        _("Not judged"),
    )
    body = (
        (
            series[one.series_id].label(words.code),
            _badged(words, words.month(one.month), is_provisional=one.is_provisional),
            *map(words.number, (one.judged, one.high, one.low, one.not_determined)),
        )
        for one in looked
    )
    return Markup("<section class='part'>{}</section>").format(table(heads, body))


def _clusters(warehouse: Warehouse, words: Words, series: Series, window: MapWindow) -> None:
    """The newest map of clusters, its table, and whether the map has any pattern at all."""
    _ = words.text
    tests = map_tests(warehouse, series.series_id)
    title = _("Clusters: {series}").format(series=series.label(words.code))
    if window not in tests:
        st.html(section(title, Markup("<p>{}</p>").format(_no_map(words, series))))
        return
    test = tests[window]
    rows = clustered(warehouse, series.series_id, window, test.period)
    kinds = {row.municipality_code: row.cluster for row in rows}
    phrases = cluster_phrases(words)
    titles = {
        row.municipality_code: f"{row.municipality_name}: {phrases[row.cluster].name}"
        for row in rows
    }
    label = _("Map of clusters. {series}, {period}. The table beside it says the same.").format(
        series=series.label(words.code), period=_period(words, test)
    )
    body = Markup(
        "<p>{}</p><div class='beside'><figure>{}<figcaption>{}{}</figcaption></figure>"
        "<div>{}{}{}</div></div>"
    ).format(
        _period(words, test),
        cluster_map(warehouse, kinds, titles, label),
        _key(words, kinds),
        link(".", {"series": series.series_id, "measure": "cluster"}, words, _("On the big map")),
        _moran_words(words, test),
        _cluster_table(words, series, rows),
        bullets(_cluster_limits(words, test), "caveats"),
    )
    drawn(section(title, body), "clusters")


def _no_map(words: Words, series: Series) -> str:
    _ = words.text
    if not series.has_rate:
        return _("This series has no rate, so neighbours are not compared.")
    return _("Too little is published to compare neighbours.")


def _moran_words(words: Words, test: MapTest) -> Markup:
    """Moran's I in plain words."""
    _ = words.text
    if test.moran_i is None or test.p is None:
        unknown = _("The map says nothing of whether neighbours are alike.")
        return Markup("<p>{}</p>").format(unknown)
    figures = _("(Moran's I {value}, p {p})").format(
        value=words.statistic(test.moran_i), p=words.statistic(test.p)
    )
    if not test.is_beyond_chance:
        text = _("Over the whole country, neighbours are no more alike than chance explains.")
    elif test.expected_i is not None and test.moran_i > test.expected_i:
        text = _("Over the whole country, neighbours are more alike than chance explains.")
    else:
        text = _("Over the whole country, neighbours differ more than chance explains.")
    return Markup("<p><b>{}</b> {}</p>").format(text, figures)


def _cluster_limits(words: Words, test: MapTest) -> list[str]:
    _ = words.text
    twice, thrice = CLUSTERS_SEEN
    lines = [
        _(
            "How it is tested: each rate and its neighbours' rates beside those of {places} "
            "municipalities, shuffled {permutations} times or more. Of the places named on one map "
            "at most 5 % are expected by chance; of maps without a pattern {share} name any."
        ).format(
            places=words.number(test.places),
            permutations=words.number(test.permutations),
            share=words.share(FALSE_MAPS),
        ),
        _(
            "What it misses: where the risk is twice the usual in a place and its neighbours, "
            "{twice} of simulated maps name it; at three times, {thrice}. With fewer events, less. "
            "No cluster is no proof of calm."
        ).format(twice=words.share(twice.share), thrice=words.share(thrice.share)),
        _("A cluster does not say why neighbours are alike, nor that one influences another."),
    ]
    if test.is_sparse:
        lines.append(_("Events are so rare here that no place is named low."))
    if test.is_provisional:
        lines.append(_("Provisional: the figures may still grow."))
    return lines


def _cluster_table(words: Words, series: Series, rows: Sequence[Clustered]) -> Markup:
    _ = words.text
    phrases = cluster_phrases(words)
    named = [row for kind in SIGNS for row in rows if row.cluster == kind]
    others = words.plural(
        "{count} municipality of the seven departments has no cluster or no rate.",
        "{count} municipalities of the seven departments have no cluster or no rate.",
        len(rows) - len(named),
    )
    if not named:
        return Markup("<p>{}</p>").format(others)
    body = (
        (
            _place(words, row, series.series_id),
            Markup("<i class='sign' data-kind='{}' aria-hidden='true'>{}</i> {}").format(
                row.cluster, SIGNS[row.cluster], phrases[row.cluster].name
            ),
        )
        for row in named
    )
    return Markup("<div class='list'>{}</div><p>{}</p>").format(
        table((_("Municipality"), _("Cluster")), body), others
    )


def _key(words: Words, kinds: Mapping[str, str]) -> Markup:
    phrases = cluster_phrases(words)
    present = shown_kinds(kinds.values())
    items = [(kind, SIGNS[kind], phrases[kind].name, phrases[kind].meaning) for kind in present]
    items += [
        (kind, "", phrases[kind].name, phrases[kind].meaning)
        for kind in ("not significant", "undefined")
        if kind in set(kinds.values())
    ]
    return Markup("<ul class='signs-key'>{}</ul>").format(
        each("<li><i data-kind='{}'>{}</i><span><b>{}</b> {}</span></li>", items)
    )


def _patterns(warehouse: Warehouse, words: Words, series: Series) -> None:
    """What the hot and cold spots of many years add up to."""
    _ = words.text
    rows = histories(warehouse, series.series_id)
    named = sorted(
        (row for row in rows if row.pattern not in _UNREMARKABLE), key=lambda row: row.pattern
    )
    title = _("Hot and cold spots over the years: {series}").format(series=series.label(words.code))
    st.html(section(title, _pattern_body(words, series, rows, named)))


def _pattern_body(
    words: Words, series: Series, rows: Sequence[History], named: Sequence[History]
) -> Markup:
    _ = words.text
    if not rows:
        return Markup("<p>{}</p>").format(_no_map(words, series))
    span = f"{min(row.first_year for row in rows)}–{max(row.last_year for row in rows)}"
    undetermined = all(row.pattern == "not determined" for row in rows)
    phrases = pattern_phrases(words)
    parts = [Markup("<p>{}</p>").format(_("Map by map, {span}.").format(span=span))]
    if undetermined:
        parts.append(
            note(
                _(
                    "Not determined: a pattern needs ten years of one definition, and the newest "
                    "years of this series are fewer."
                )
            )
        )
    elif not named:
        parts.append(
            Markup("<p>{}</p>").format(
                _("No municipality was hot or cold often enough for a pattern to be named.")
            )
        )
    else:
        heads = (_("Municipality"), _("Hot years"), _("Cold years"), _("What it means"))
        body = (
            (
                _place(words, row, series.series_id),
                _of(words, row.hot_years, row.years_known),
                _of(words, row.cold_years, row.years_known),
                _meant(phrases[row.pattern]),
            )
            for row in named
        )
        parts.append(table(heads, body))
    limits = [
        _(
            "Hot: a high rate among neighbours with high rates, beyond chance, on the map of that "
            "year; cold: the contrary. Each year's map has its own control of chance (at most 5 % "
            "of its places); a pattern over many years has none of its own."
        ),
        _("Where events are few, most years name no place: no pattern is no proof of calm."),
    ]
    return Markup("").join([*parts, bullets(limits, "caveats")])


def _of(words: Words, count: int, known: int) -> str:
    _ = words.text
    return _("{count} of {known}").format(count=words.number(count), known=words.number(known))


def _place(words: Words, row: Anomaly | Clustered | History, series_id: str) -> Markup:
    query = {"series": series_id, "place": row.municipality_code}
    return Markup("{}<small>{}</small>").format(
        link(_PLACE_PAGE, query, words, row.municipality_name), row.department_name
    )


def _meant(phrase: Phrase) -> Markup:
    return Markup("<b>{}</b> {}").format(phrase.name, phrase.meaning)


def _badged(words: Words, text: str, *, is_provisional: bool) -> Markup:
    _ = words.text
    badge = Markup(" <em class='badge'>{}</em>").format(_("provisional")) if is_provisional else ""
    return Markup("{}{}").format(text, badge)


def _period(words: Words, test: MapTest) -> str:
    _ = words.text
    if test.time_window == "pooled":
        return f"{test.period.year - 2}–{test.period.year}"
    if test.time_window == "year":
        return str(test.period.year)
    return words.period(test.period, "rolling")


def _window_names(words: Words) -> dict[MapWindow, str]:
    _ = words.text
    return {"pooled": _("Three years"), "year": _("One year"), "rolling": _("12 months")}


def _published(warehouse: Warehouse, words: Words) -> dict[str, str]:
    return {
        key: one.label(words.code)
        for key, one in facts.all_series(warehouse).items()
        if one.is_published
    }


def _listed(warehouse: Warehouse, words: Words) -> dict[str, str]:
    _ = words.text
    found = {one.series_id for one in newest_anomalies(warehouse)}
    return {
        _ALL: _("all series"),
        **{key: name for key, name in _published(warehouse, words).items() if key in found},
    }


def _departments(warehouse: Warehouse, words: Words) -> dict[str, str]:
    _ = words.text
    places = facts.places(warehouse).values()
    return {
        _ALL: _("all seven"),
        **{one.municipality_code[:2]: one.department_name for one in places},
    }


def _kinds(words: Words) -> dict[str, str]:
    _ = words.text
    phrases = anomaly_phrases(words)
    told = ("unusually high", "incomplete or low")
    return {_ALL: _("high and low"), **{word: phrases[word].name for word in told}}


if __name__ == "__main__":  # imported, it is asked for its files alone
    show()
