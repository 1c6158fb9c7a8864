"""What the programme does and where, as far as public sources tell, and what nobody tells."""

from collections.abc import Iterable, Sequence
from datetime import date

import streamlit as st
from markupsafe import Markup

from dashboard import cached, facts
from dashboard.facts import Coverage, Place, Series
from dashboard.language import Words
from dashboard.links import follow_links, link
from dashboard.official_list import list_check
from dashboard.phrases import coverage_phrases, evidence_levels
from dashboard.pieces import bullets, contents, each, part, provenance, table, tile, tiles
from dashboard.shell import heading, language, remember_language
from pipeline import SOMOS_COMUNIDAD, Reference, Warehouse

_KNOWN = ("documented", "covered")


def show() -> None:
    """Tell of the programme from its dates to what is not known of it."""
    warehouse = cached.warehouse()
    words = language()
    remember_language(words)
    _ = words.text
    heading(words, _("Programme"), SOMOS_COMUNIDAD.label[words.code])
    st.html(Markup("<p class='lead'>{}</p>").format(SOMOS_COMUNIDAD.summary[words.code]))
    parts = {
        "dates": (_("From start to planned end"), _timeline(words)),
        "components": (_("What it does"), _components(words)),
        "results": (_("What it set out to change"), _results(warehouse, words)),
        "places": (_("Where it works"), _places(warehouse, words)),
        "concerns": (_("What communities named"), _concerns(warehouse, words)),
        "reported": (_("Results of the whole programme, as reported"), _reported(words)),
        "unknown": (_("What is not known"), _unknown(words)),
    }
    names = {anchor: title for anchor, (title, _body) in parts.items()}
    st.html(contents(_("On this page"), {**names, "list": _("Check an official list")}))
    for anchor, (title, body) in parts.items():
        st.html(part(anchor, title, body))
    list_check(warehouse, words)
    follow_links("programme")
    st.html(provenance(words, warehouse.build_id, []))


def _timeline(words: Words) -> Markup:
    """The programme's life as a bar, and the dates on it in words."""
    _ = words.text
    code = words.code
    points = [one for one in SOMOS_COMUNIDAD.milestones if one.end is None]
    spells = [one for one in SOMOS_COMUNIDAD.milestones if one.end is not None]
    years = range(SOMOS_COMUNIDAD.start.year, SOMOS_COMUNIDAD.end.year + 2)
    drawn = [
        *(_mark("year", date(year, 1, 1), str(year)) for year in years[:-1]),
        _bar("seen", SOMOS_COMUNIDAD.start, SOMOS_COMUNIDAD.last_seen, ""),
        _bar("planned", SOMOS_COMUNIDAD.last_seen, SOMOS_COMUNIDAD.end, ""),
        *(_bar("spell", one.start, one.end, one.when[code]) for one in spells if one.end),
        *(_mark("point", one.start, str(n)) for n, one in enumerate(points, start=1)),
    ]
    rows = [
        *((str(n), one) for n, one in enumerate(points, start=1)),
        *(("", one) for one in spells),
    ]
    items = each(
        "<li><b>{}</b><span><strong>{}</strong> {} <em>{}</em></span></li>",
        (
            (number, one.when[code], one.label[code], _said_by(words, one.source))
            for number, one in sorted(rows, key=lambda row: row[1].start)
        ),
    )
    key = [
        _("Solid: a public source tells of activity."),
        _("Hatched: planned; whether anything still happened is not known."),
    ]
    return Markup(
        "<div class='lifeline' aria-hidden='true'>{}</div><p class='key-note'>{}</p>"
        "<ol class='milestones'>{}</ol>"
    ).format(Markup("").join(drawn), " ".join(key), items)


def _mark(kind: str, day: date, text: str) -> Markup:
    return Markup("<span class='{}' style='left: {:.2f}%'>{}</span>").format(
        kind, _share(day), text
    )


def _bar(kind: str, start: date, end: date, text: str) -> Markup:
    return Markup("<span class='{}' style='left: {:.2f}%; width: {:.2f}%'>{}</span>").format(
        kind, _share(start), _share(end) - _share(start), text
    )


def _share(day: date) -> float:
    """Where a day lies on the axis, which holds the programme's calendar years, in percent."""
    first = date(SOMOS_COMUNIDAD.start.year, 1, 1)
    last = date(SOMOS_COMUNIDAD.end.year + 1, 1, 1)
    return 100 * (day - first).days / (last - first).days


def _said_by(words: Words, source: Reference | None) -> str:
    return f"{source.title}, {source.when[words.code]}" if source else ""


def _components(words: Words) -> Markup:
    _ = words.text
    cards = [
        Markup("<article><h3>{}</h3><h4>{}</h4>{}</article>").format(
            _("Component {number}").format(number=one.number),
            one.label[words.code],
            bullets([activity[words.code] for activity in one.activities], "caveats"),
        )
        for one in SOMOS_COMUNIDAD.components
    ]
    return Markup("<div class='cards'>{}</div><p>{}</p>").format(
        Markup("").join(cards), _("No source says which component reached which municipality.")
    )


def _results(warehouse: Warehouse, words: Words) -> Markup:
    """Each expected result with the public series that speak to it."""
    _ = words.text
    series = facts.all_series(warehouse).values()
    lead = _(
        "Public figures of violence surround these results; they do not measure them. A figure "
        "that falls is no proof that the programme worked, and one that rises is no proof that it "
        "failed."
    )
    cards = [
        Markup("<article><h3>{}</h3><h4>{}</h4><p class='note'>{}</p>{}</article>").format(
            _("Result {number}").format(number=one.number),
            one.label[words.code],
            _("Context, not a measure of this result."),
            _until(words, [two for two in series if one.number in two.results]),
        )
        for one in SOMOS_COMUNIDAD.expected_results
    ]
    return Markup("<p>{}</p><div class='results'>{}</div>").format(lead, Markup("").join(cards))


def _until(words: Words, series: Iterable[Series]) -> Markup:
    """Series with the month up to which they are published."""
    _ = words.text
    rows = [
        (
            link("trends", {"series": one.series_id}, words, one.label(words.code)),
            words.month(one.last_complete_month) if one.last_complete_month else "–",
            _how_far(words, one),
        )
        for one in series
    ]
    return table((_("Series"), _("Data until"), _("Keep in mind")), rows)


def _how_far(words: Words, series: Series) -> str:
    """Whether a series reaches into the programme's years."""
    _ = words.text
    last = series.last_complete_month
    if last is None:
        return _("not published here: unknown, not zero")
    if last < SOMOS_COMUNIDAD.start:
        return _("ends before the programme starts: says nothing of its years")
    if last < date(SOMOS_COMUNIDAD.end.year, SOMOS_COMUNIDAD.end.month, 1):
        return _("ends before the planned end of the programme")
    return ""


def _places(warehouse: Warehouse, words: Words) -> Markup:
    """What is documented, with its sources, and what may be the rest."""
    _ = words.text
    places = facts.places(warehouse)
    coverage = facts.coverage(warehouse, SOMOS_COMUNIDAD.id)
    known = [(places[code], coverage[code]) for code in places if coverage[code].state in _KNOWN]
    candidates = [
        (places[code], coverage[code]) for code in places if coverage[code].state == "candidate"
    ]
    total = words.number(SOMOS_COMUNIDAD.municipality_count)
    count = words.number(len(known))
    is_official = any(one.state == "covered" for _place, one in known)
    if is_official:
        lead = _("The programme's own list names {count} municipalities.").format(count=count)
    else:
        lead = _(
            "Public sources name {documented} of the programme's {total} municipalities. The "
            "others are not known: no municipality is shown as not covered."
        ).format(documented=count, total=total)
    heads = (
        _("Municipality"),
        _("Department"),
        _("Evidence"),
        _("Since"),
        _("Source"),
    )
    documented = table(heads, (_documented(words, place, one) for place, one in known))
    if is_official or not candidates:
        return Markup("<p>{}</p>{}").format(lead, documented)
    missing = SOMOS_COMUNIDAD.municipality_count - len(known)
    return Markup("<p>{}</p>{}{}").format(lead, documented, _candidates(words, candidates, missing))


def _documented(words: Words, place: Place, coverage: Coverage) -> tuple[object, ...]:
    return (
        link("municipality", {"place": place.municipality_code}, words, place.municipality_name),
        place.department_name,
        evidence_levels(words).get(coverage.evidence or "", ""),
        _since(words, coverage),
        _source(coverage),
    )


def _since(words: Words, coverage: Coverage) -> str:
    """The start, no more precise than it is known."""
    _ = words.text
    start = coverage.start_date
    if start is None:
        return _("start unknown")
    written = {"day": words.day(start), "month": words.month(start), "year": str(start.year)}
    return written.get(coverage.start_precision or "", _("start unknown"))


def _source(coverage: Coverage) -> Markup:
    """Who names the place, with its date and, if it has one, its address."""
    text = ", ".join(filter(None, (coverage.source_title, coverage.source_date)))
    url = coverage.source_url or ""
    if not url.startswith(("https://", "http://")):
        return Markup("{}").format(text)
    return Markup("<a href='{}' target='_blank' rel='noopener noreferrer'>{}</a>").format(url, text)


def _candidates(words: Words, candidates: Sequence[tuple[Place, Coverage]], missing: int) -> Markup:
    """The candidates by department, and how they were inferred."""
    _ = words.text
    name, _meaning = coverage_phrases(words)["candidate"]
    likelier = [place for place, one in candidates if one.is_named_region]
    badge = _("likelier, inferred")
    lead = _(
        "{candidates} other municipalities may be among the {missing} that no public source names; "
        "{likelier} of them are marked “{badge}”."
    ).format(
        candidates=words.number(len(candidates)),
        missing=words.number(missing),
        likelier=words.number(len(likelier)),
        badge=badge,
    )
    steps = each("<li>{}</li>", ((one[words.code],) for one in SOMOS_COMUNIDAD.inference))
    departments = dict.fromkeys(place.department_name for place, _one in candidates)
    lists = each(
        "<details><summary>{} <span>{}</span></summary><ul class='places'>{}</ul></details>",
        (
            (
                department,
                words.plural("{count} candidate", "{count} candidates", len(own)),
                each(
                    "<li>{}{}</li>",
                    (
                        (
                            place.municipality_name,
                            Markup(" <em class='badge'>{}</em>").format(badge)
                            if one.is_named_region
                            else "",
                        )
                        for place, one in own
                    ),
                ),
            )
            for department in departments
            for own in [[two for two in candidates if two[0].department_name == department]]
        ),
    )
    return Markup(
        "<h3>{}</h3><p>{}</p><div class='departments'>{}</div><h3>{}</h3><ol class='steps'>{}</ol>"
    ).format(name, lead, lists, _("How the candidates were inferred"), steps)


def _concerns(warehouse: Warehouse, words: Words) -> Markup:
    """What the people of some municipalities named, without any figure beside it."""
    _ = words.text
    places = facts.places(warehouse)
    rows = [
        (
            places[one.municipality_code].municipality_name,
            ", ".join(text[words.code] for text in one.named),
        )
        for one in SOMOS_COMUNIDAD.concerns
        if one.municipality_code in places
    ]
    lead = _("What people of these municipalities named as their problems, as reports tell it.")
    heads = (_("Municipality"), _("What they named"))
    return Markup("<p>{}</p>{}").format(lead, table(heads, rows) if rows else "")


def _reported(words: Words) -> Markup:
    _ = words.text
    percent = _("{number} %")
    shown = [
        tile(
            one.label[words.code],
            percent.format(number=one.value) if one.is_percent else words.number(one.value),
            f"{_said_by(words, one.source)}. {one.caveat[words.code]}",
        )
        for one in SOMOS_COMUNIDAD.reported
    ]
    lead = _("Figures that others published of the programme. The atlas has not checked them.")
    return Markup("<p>{}</p>{}").format(lead, tiles(shown))


def _unknown(words: Words) -> Markup:
    return bullets([one[words.code] for one in SOMOS_COMUNIDAD.unknowns], "caveats")


show()
