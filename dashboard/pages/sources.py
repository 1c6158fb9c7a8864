"""Where every figure comes from, how it is made and checked, and what to keep in mind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

import streamlit as st
from markupsafe import Markup

from dashboard import cached, facts, freshness
from dashboard.address import Address, from_query, to_query
from dashboard.facts import Build, DeclaredColumn, Series
from dashboard.freshness import stale_reason
from dashboard.language import Words
from dashboard.pieces import bullets, each, note, provenance, section, table
from dashboard.shell import heading, language
from dashboard.sources import list_sources
from dashboard.twin import PART, Twin, twin_links
from dashboard.twin_tables import (
    Fed,
    RevisedYear,
    dictionary_part,
    law_part,
    revision_part,
    source_part,
)
from pipeline import ESTIMATORS, LIMITS, Warehouse, normalised, views

Part = Literal["sources", "revisions", "checks", "methods", "dictionary", "cite"]


@dataclass(frozen=True)
class Selection:
    """What the page shows.

    Attributes
    ----------
    part
        Part of the page.
    search
        Words that are looked for in the dictionary.
    """

    part: Part = "sources"
    search: str = ""


_ADDRESS: Final = Address("sources", Selection)
_PARTS: Final[tuple[Part, ...]] = get_args(Part)


def show() -> None:
    """Show one part of what there is to know behind the figures."""
    warehouse = cached.warehouse()
    words = language()
    _ = words.text
    selection, misread = _ADDRESS.read()
    _ADDRESS.write(selection, words)
    heading(
        words,
        _("Data and methods"),
        _("Where every figure comes from, how it is made, and what to keep in mind"),
    )
    st.html(Markup("<p class='lead'>{}</p>").format(_build_words(words, facts.build(warehouse))))
    st.pills(
        _("Part of the page"),
        _PARTS,
        format_func=_part_names(words).__getitem__,
        label_visibility="collapsed",
        required=True,
        **_ADDRESS.bound("part", selection),
    )
    if misread:
        st.html(note(_("The link asks for something that is not offered here.")))
    if selection.part == "sources":
        list_sources(warehouse, words)
    elif selection.part == "revisions":
        st.html(_revisions(warehouse, words))
    elif selection.part == "checks":
        st.html(_checks(words))
    elif selection.part == "methods":
        st.html(_methods(words))
    elif selection.part == "dictionary":
        _dictionary(words, selection)
    else:
        _cite(warehouse, words)
    st.html(provenance(words, warehouse.build_id, []))
    names = _part_names(words)
    titles = {name: names[name] for name in ("sources", "revisions", "checks", "dictionary")}
    twin_links(words, _ADDRESS.page, _without_part(selection), titles)


def twin(warehouse: Warehouse, words: Words, query: Mapping[str, str]) -> Twin:
    """What the page lists, as tables: sources, revisions, checks and dictionary.

    Parameters
    ----------
    warehouse
        Where the sources stand.
    words
        Language.
    query
        Parameters of the page.
    """
    selection, _misread = from_query(Selection, query)
    series = facts.all_series(warehouse)
    standings = cached.standings(warehouse)
    fed: list[Fed] = []
    for source in facts.sources(warehouse):
        standing = standings.get(source.source_id)
        reason = stale_reason(words, standing.lapses) if standing else ""
        own: list[Series | None] = [
            one for one in series.values() if one.source_id == source.source_id
        ]
        fed += [Fed(source, one, standing, reason) for one in (own or [None])]
    revised = [
        RevisedYear(series[series_id], dataset, year, cut, events)
        for series_id, years in facts.revised_years(warehouse).items()
        for (year, dataset), told in years.items()
        for cut, events in told
    ]
    parts = {
        "sources": source_part(words, fed),
        "revisions": revision_part(words, revised),
        "checks": law_part(words, views.laws()),
        "dictionary": dictionary_part(words, _found(selection.search)),
    }
    return Twin(_ADDRESS.page, _without_part(selection), parts)


def _without_part(selection: Selection) -> dict[str, str]:
    """Parameters of the page but the part, which a file's address names itself."""
    return {name: value for name, value in to_query(selection).items() if name != PART}


def _found(search: str) -> list[DeclaredColumn]:
    """Columns of the dictionary in which the words are found."""
    wanted = normalised(search)
    return [one for one in facts.dictionary() if wanted in normalised(" ".join(map(str, one)))]


def _part_names(words: Words) -> Mapping[Part, str]:
    _ = words.text
    return {
        "sources": _("Sources"),
        "revisions": _("Revisions"),
        "checks": _("Checks passed"),
        "methods": _("Methods in plain words"),
        "dictionary": _("Dictionary"),
        "cite": _("How to cite, and limits"),
    }


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


def _revisions(warehouse: Warehouse, words: Words) -> Markup:
    """National yearly figures that publishers changed from one release to the next."""
    _ = words.text
    lead = _(
        "Publishers count anew: figures of a year that is long over still change from one release "
        "to the next. Here are the national figures of whole years that did. The atlas shows the "
        "newest release, and keeps the others."
    )
    revised = facts.revised_years(warehouse)
    if not revised:
        none = _("No release that is kept here changed a figure of a whole year.")
        return section(_("Revisions"), Markup("<p>{}</p><p>{}</p>").format(lead, none))
    series = facts.all_series(warehouse)
    heads = (_("Year"), _("First release"), _("Newest release"), _("Said in words"))
    parts = [
        Markup("<details open><summary>{} <span>{}</span></summary>{}</details>").format(
            series[series_id].label(words.code),
            words.plural("{count} year revised", "{count} years revised", len(years)),
            table(
                heads, (_revised(words, year, told) for year, told in years.items()), stacks=True
            ),
        )
        for series_id, years in revised.items()
    ]
    return section(_("Revisions"), Markup("<p>{}</p>{}").format(lead, Markup("").join(parts)))


def _revised(words: Words, year: tuple[int, str], told: list[tuple[date, int]]) -> tuple[str, ...]:
    """One year in which releases differ: what the first and the newest say."""
    _ = words.text
    (first_cut, first), (last_cut, last) = told[0], told[-1]
    said = _("{first} in the release of {first_cut}, {last} now").format(
        first=words.number(first),
        first_cut=words.month(first_cut),
        last=words.number(last),
    )
    return (
        str(year[0]),
        f"{words.number(first)} ({words.day(first_cut)})",
        f"{words.number(last)} ({words.day(last_cut)})",
        said,
    )


def _checks(words: Words) -> Markup:
    """The laws that the figures on the screen have passed."""
    _ = words.text
    laws = views.laws().values()
    lead = words.plural(
        "{count} law was checked over all tables before this build was published. Had one row "
        "broken it, the build before would still be shown.",
        "{count} laws were checked over all tables before this build was published. Had one row "
        "broken one of them, the build before would still be shown.",
        len(laws),
    )
    items = each("<li>{}</li>", ((_capital(law[words.code]),) for law in laws))
    more = _(
        "Besides these, every column is held against its declared type, range and key, and every "
        "file that is read accounts for each of its rows: stored, or left out with a reason."
    )
    return section(
        _("Checks passed"),
        Markup("<p>{}</p><ol class='steps'>{}</ol><p>{}</p>").format(lead, items, more),
    )


def _capital(sentence: str) -> str:
    return f"{sentence[0].upper()}{sentence[1:]}."


def _methods(words: Words) -> Markup:
    """What is computed, what it answers, and what it must not be used for."""
    _ = words.text
    code = words.code
    lead = _("Formulas, papers and tests of each stand in the documentation (docs/methods.md).")
    cards = each(
        "<article><h3>{}</h3><h4>{}</h4><p>{}</p><p class='not-for'><b>{}</b> {}</p></article>",
        (
            (
                one.term[code],
                one.label[code],
                one.answers[code],
                _("Not for:"),
                one.not_for[code],
            )
            for one in ESTIMATORS
        ),
    )
    return section(
        _("Methods in plain words"),
        Markup("<p>{}</p><div class='cards'>{}</div>").format(lead, cards),
    )


def _dictionary(words: Words, selection: Selection) -> None:
    """Every stored column with its unit, range and meaning, by table."""
    _ = words.text
    lead = _("Every column of every stored table: its unit, the values it may take, what it means.")
    body = Markup("<p>{}</p>").format(lead)
    if words.code != "en":
        body += note(_("The dictionary is made from the declarations in the code, in English."))
    st.html(section(_("Dictionary"), body))
    st.text_input(
        _("Find a table, a column or a word"),
        placeholder="population",
        **_ADDRESS.bound("search", selection),
    )
    wanted = normalised(selection.search)
    columns = _found(selection.search)
    tables: dict[tuple[str, str], list[tuple[object, ...]]] = {}
    for one in columns:
        cells = (one.column_name, one.type, one.unit, one.range, one.meaning)
        tables.setdefault((one.table_name, one.grain), []).append(cells)
    heads = (_("Column"), _("Type"), _("Unit"), _("Values"), _("Meaning"))
    count = words.plural("{count} column found", "{count} columns found", len(columns))
    parts = each(
        "<details{}><summary><code>{}</code> <span>{}</span></summary>{}</details>",
        (
            (Markup(" open") if wanted else "", name, grain, table(heads, rows))
            for (name, grain), rows in tables.items()
        ),
    )
    st.html(
        Markup(
            "<section class='part dictionary'><p role='status'>{}</p><div lang='en'>{}</div>"
            "</section>"
        ).format(count, parts)
    )


def _cite(warehouse: Warehouse, words: Words) -> None:
    """Words to cite the atlas by, and what every figure of it shares."""
    _ = words.text
    build = facts.build(warehouse)
    text = _("{atlas}. Build {build}, figures cut to {cut}. Consulted {today}. From: {sources}")
    published = {one.source_id for one in facts.all_series(warehouse).values() if one.is_published}
    citations = dict.fromkeys(
        one.citation for one in facts.sources(warehouse) if one.source_id in published
    )
    lead = _("Name the build: the same build gives the same figures.")
    st.html(section(_("How to cite"), Markup("<p>{}</p>").format(lead)))
    st.code(
        text.format(
            atlas=_("Resilient Communities Atlas"),
            build=build.build_id,
            cut=words.day(build.newest_cut),
            today=words.day(freshness.today()),
            sources=" ".join(citations),
        ),
        language=None,
        wrap_lines=True,
    )
    limits = [one[words.code] for one in LIMITS]
    st.html(section(_("Limits"), bullets(limits, "caveats")))


if __name__ == "__main__":  # imported, it is asked for its files alone
    show()
