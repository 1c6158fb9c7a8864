"""The published datasets: who publishes them, up to when they count, what to keep in mind."""

from collections.abc import Iterable, Sequence
from datetime import date

import streamlit as st
from markupsafe import Markup

from dashboard import cached, facts, freshness
from dashboard.facts import Series, Source
from dashboard.freshness import grouped, reason_words
from dashboard.language import Words
from dashboard.pieces import NOTHING, bullets, each, section, table
from pipeline import SOMOS_COMUNIDAD, Lapse, Standing, Warehouse, claims


def list_sources(warehouse: Warehouse, words: Words) -> None:
    """List the series by source, then what else is on the map."""
    _ = words.text
    series = facts.all_series(warehouse).values()
    standings = cached.standings(warehouse)
    for source in facts.sources(warehouse):
        fed = [one for one in series if one.is_published and one.source_id == source.source_id]
        standing = standings.get(source.source_id)
        if fed or (standing and standing.lapses):
            st.html(_source(words, source, fed, standing))
    st.html(_unpublished(words, [one for one in series if not one.is_published]))
    st.html(_coverage(warehouse, words))
    shapes = _(
        "Municipalities and departments: DANE, Marco Geoestadístico Nacional 2025 (CC BY 4.0), "
        "simplified. Neighbouring countries: Natural Earth, public domain."
    )
    st.html(section(_("Shapes"), Markup("<p>{}</p>").format(shapes)))


def _source(
    words: Words, source: Source, series: list[Series], standing: Standing | None
) -> Markup:
    """One source, how new it is, and the series taken from it."""
    _ = words.text
    facts = [(_("Citation"), source.citation), (_("Licence"), source.licence(words.code))]
    if not series and standing:
        facts.append((_("Cut"), _day_and_age(words, standing.newest_cut)))
    if series:
        newest = max(series, key=lambda one: one.cut_date or date.min)
        facts.append((_("Cut"), _day_and_age(words, newest.cut_date)))
        facts.append((_("Retrieved"), _day(words, newest.retrieved_date)))
        if newest.is_bundled:
            facts.append((_("Served from"), _("the bundled snapshot")))
    if standing and standing.next_expected:
        facts.append((_("Next expected"), words.day(standing.next_expected)))
    if standing and standing.asked_on:
        facts.append((_("Last asked"), words.day(standing.asked_on)))
    return section(
        source.publisher,
        Markup("<p>{title}</p>{staleness}<dl>{facts}</dl>{table}").format(
            title=source.title,
            staleness=_staleness(words, standing.lapses) if standing else "",
            facts=each("<dt>{}</dt><dd>{}</dd>", facts),
            table=_table(words, series) if series else "",
        ),
    )


def _staleness(words: Words, lapses: Sequence[Lapse]) -> Markup:
    """Since when and why a source is stale: a sentence each, the pipeline's own words behind it."""
    _ = words.text
    since = _("Stale since {day}: {reason}")
    return Markup("").join(
        Markup(
            "<div class='stale'><p>{since}{datasets}</p>"
            "<details><summary>{hint}</summary>{texts}</details></div>"
        ).format(
            since=since.format(day=words.day(day), reason=reason_words(words)[kind]),
            datasets=_datasets(words, alike),
            hint=_("Technical reason"),
            texts=each("<p lang='en'>{}</p>", ((lapse.reason.text,) for lapse in alike)),
        )
        for (day, kind), alike in grouped(lapses).items()
    )


def _datasets(words: Words, lapses: Iterable[Lapse]) -> str:
    """Which parts of the source it is, unless it is all of it."""
    _ = words.text
    names = list(dict.fromkeys(lapse.dataset for lapse in lapses))
    return "" if "" in names else " " + _("Datasets: {names}.").format(names=", ".join(names))


def _table(words: Words, series: list[Series]) -> Markup:
    """The series of a source and what to know of them."""
    _ = words.text
    heads = (_("Series"), _("From"), _("Last complete month"), _("Keep in mind"))
    return table(heads, (_facts(words, one) for one in series), stacks=True)


def _facts(words: Words, series: Series) -> tuple[str, ...]:
    return (
        series.label(words.code),
        _month(words, series.first_month),
        _month(words, series.last_complete_month),
        " ".join(series.caveats(words.code)),
    )


def _unpublished(words: Words, series: list[Series]) -> Markup:
    _ = words.text
    if not series:
        return NOTHING
    names = ", ".join(one.label(words.code) for one in series)
    return section(
        _("Not published here"),
        Markup("<p>{}</p><p>{}.</p>").format(
            _("Known, but without figures in this build: unknown, not zero."), names
        ),
    )


def _coverage(warehouse: Warehouse, words: Words) -> Markup:
    """What the coverage of the programme rests on."""
    _ = words.text
    coverage = facts.coverage(warehouse, SOMOS_COMUNIDAD.id).values()
    documented = [one for one in coverage if claims.is_in_programme(one.state)]
    said = (
        _("The programme's own list names {documented} of its {total} municipalities.")
        if facts.is_complete(warehouse, SOMOS_COMUNIDAD.id)
        else _(
            "Public sources name {documented} of the programme's {total} municipalities. The "
            "others are not known: no municipality is shown as not covered."
        )
    )
    text = said.format(
        documented=words.number(len(documented)),
        total=words.number(SOMOS_COMUNIDAD.municipality_count),
    )
    sources = sorted({one.source_title for one in documented if one.source_title})
    care = _(
        "What is shown of it and how finely, who decides, and how a municipality is taken down: "
        "docs/do-no-harm.md, which comes with the atlas."
    )
    return section(
        _("Programme coverage"),
        Markup("<p>{}</p>{}<p>{}</p>").format(text, bullets(sources, "caveats"), care),
    )


def _day(words: Words, day: date | None) -> str:
    _ = words.text
    return words.day(day) if day else _("unknown")


def _day_and_age(words: Words, day: date | None) -> str:
    return f"{_day(words, day)} ({words.age(day, freshness.today())})" if day else _day(words, day)


def _month(words: Words, month: date | None) -> str:
    return words.month(month) if month else "–"
