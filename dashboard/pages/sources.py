"""Where every figure comes from, up to when it counts, and what to keep in mind."""

from collections.abc import Iterable
from datetime import date

import streamlit as st
from markupsafe import Markup

from dashboard import cached, facts
from dashboard.facts import Build, Series, Source
from dashboard.language import Words
from dashboard.panel import NOTHING, bullets
from dashboard.shell import heading, language, remember_language
from pipeline import SOMOS_COMUNIDAD, Warehouse


def show() -> None:
    """List the series by source, then what else is on the map."""
    warehouse = cached.warehouse()
    words = language()
    remember_language(words)
    _ = words.text
    heading(
        words, _("Data and sources"), _("What is shown, who publishes it, and what to keep in mind")
    )
    st.html(Markup("<p class='lead'>{}</p>").format(_build_words(words, facts.build(warehouse))))
    series = facts.all_series(warehouse).values()
    for source in facts.sources(warehouse):
        fed = [one for one in series if one.is_published and one.source_id == source.source_id]
        if fed:
            st.html(_source(words, source, fed))
    st.html(_unpublished(words, [one for one in series if not one.is_published]))
    st.html(_coverage(warehouse, words))
    shapes = _(
        "Municipalities and departments: DANE, Marco Geoestadístico Nacional 2025 (CC BY 4.0), "
        "simplified. Neighbouring countries: Natural Earth, public domain."
    )
    st.html(_section(_("Shapes"), Markup("<p>{}</p>").format(shapes)))


def _build_words(words: Words, build: Build) -> str:
    _ = words.text
    text = _("Build {build}; newest cut {day}.").format(
        build=build.build_id, day=words.day(build.newest_cut)
    )
    if not build.is_snapshot_only:
        return text
    snapshot = _(
        "Everything comes from the bundled snapshot; run “make refresh” with published files for "
        "newer figures."
    )
    return f"{text} {snapshot}"


def _source(words: Words, source: Source, series: list[Series]) -> Markup:
    """One source and the series taken from it."""
    _ = words.text
    newest = max(series, key=lambda one: one.cut_date or date.min)
    facts = [
        (_("Citation"), source.citation),
        (_("Licence"), source.licence(words.code)),
        (_("Cut"), _day(words, newest.cut_date)),
        (_("Retrieved"), _day(words, newest.retrieved_date)),
    ]
    if newest.is_bundled:
        facts.append((_("Served from"), _("the bundled snapshot")))
    heads = (_("Series"), _("From"), _("Last complete month"), _("Keep in mind"))
    return _section(
        source.publisher,
        Markup("<p>{title}</p><dl>{facts}</dl><div class='wide'>{table}</div>").format(
            title=source.title,
            facts=_each("<dt>{}</dt><dd>{}</dd>", facts),
            table=Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
                _each("<th scope='col'>{}</th>", ((head,) for head in heads)),
                _each(
                    "<tr><th scope='row'>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
                    (_facts(words, one) for one in series),
                ),
            ),
        ),
    )


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
    return _section(
        _("Not published here"),
        Markup("<p>{}</p><p>{}.</p>").format(
            _("Known, but without figures in this build: unknown, not zero."), names
        ),
    )


def _coverage(warehouse: Warehouse, words: Words) -> Markup:
    """What the coverage of the programme rests on."""
    _ = words.text
    coverage = facts.coverage(warehouse, SOMOS_COMUNIDAD.id).values()
    documented = [one for one in coverage if one.state == "documented"]
    text = _(
        "Public sources name {documented} of the programme's {total} municipalities. The others "
        "are not known: no municipality is shown as not covered."
    ).format(
        documented=words.number(len(documented)),
        total=words.number(SOMOS_COMUNIDAD.municipality_count),
    )
    sources = sorted({one.source_title for one in documented if one.source_title})
    return _section(
        _("Programme coverage"),
        Markup("<p>{}</p>{}").format(text, bullets(sources, "caveats")),
    )


def _section(title: str, body: Markup) -> Markup:
    return Markup("<section class='source'><h2>{}</h2>{}</section>").format(title, body)


def _each(template: str, values: Iterable[tuple[str, ...]]) -> Markup:
    return Markup("").join(Markup(template).format(*value) for value in values)  # noqa: S704 - own words


def _day(words: Words, day: date | None) -> str:
    _ = words.text
    return words.day(day) if day else _("unknown")


def _month(words: Words, month: date | None) -> str:
    return words.month(month) if month else "–"


show()
