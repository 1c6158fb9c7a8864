"""What the programme does and where, as far as public sources tell, and what nobody tells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import streamlit as st
from markupsafe import Markup

from dashboard import cached, facts
from dashboard.address import Address, from_query, to_query
from dashboard.drawn import drawn
from dashboard.evaluation import told_estimates
from dashboard.facts import Coverage, Estimate, Place, Series
from dashboard.fan import next_section
from dashboard.language import Words
from dashboard.links import follow_links, link
from dashboard.official_list import list_check
from dashboard.phrases import (
    cited,
    coverage_phrases,
    datum_value,
    evidence_levels,
    indicator_of,
    start_span,
)
from dashboard.pieces import bullets, contents, each, part, provenance, table, tile, tiles
from dashboard.programme_files import data_lead, how_far, programme_parts
from dashboard.shell import heading, language
from dashboard.state import ProgrammeId
from dashboard.twin import Twin, twin_links
from dashboard.view import programme_of
from pipeline import (
    EVALUATION_ESTIMATORS,
    EVALUATION_LIMITS,
    EVALUATION_REFUSALS,
    EVALUATION_VERDICTS,
    PROGRAMMES,
    Indicator,
    Programme,
    Reference,
    Warehouse,
    claims,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """What the page tells of; its field is the URL's parameter."""

    programme: ProgrammeId = "somos_comunidad"


_ADDRESS: Final = Address("programme", Selection)


def show() -> None:
    """Tell of a programme from its dates to what is not known of it."""
    warehouse = cached.warehouse()
    words = language()
    _ = words.text
    selection, _misread = _ADDRESS.read()
    _ADDRESS.write(selection, words)
    programme = programme_of(selection.programme)
    heading(words, _("Programme"), programme.label[words.code])
    names = {one.id: one.label[words.code] for one in PROGRAMMES}
    st.segmented_control(
        _("Programme"),
        list(names),
        format_func=names.__getitem__,
        required=True,
        label_visibility="collapsed",
        **_ADDRESS.bound("programme", selection),
    )
    st.html(Markup("<p class='lead'>{}</p>").format(programme.summary[words.code]))
    parts = {
        "dates": (_("From start to planned end"), _timeline(words, programme)),
        "components": (_("What it does"), _components(words, programme)),
        "results": (_("What it set out to change"), _results(warehouse, words, programme)),
        "places": (_("Where it works"), _places(warehouse, words, programme)),
        "next": (
            _("What happened next in places like these"),
            next_section(warehouse, words) if programme.id == "somos_comunidad" else Markup(""),
        ),
        "concerns": (_("What communities named"), _concerns(warehouse, words, programme)),
        "evaluation": (
            _("What an evaluation can and cannot say"),
            _evaluation(warehouse, words, programme),
        ),
        "reported": (
            _("Results of the whole programme, as reported"),
            _reported(words, programme),
        ),
        "data": (_("Data of the programme by municipality"), _data(warehouse, words, programme)),
        "unknown": (_("What is not known"), _unknown(words, programme)),
    }
    told = {anchor: one for anchor, one in parts.items() if one[1]}
    titles = {anchor: title for anchor, (title, _body) in told.items()}
    if programme.extent == "list":
        titles["list"] = _("Check an official list")
    st.html(contents(_("On this page"), titles))
    for anchor, (title, body) in told.items():
        if anchor == "next":
            # Streamlit takes drawings out of its own pieces of page.
            drawn(part(anchor, title, body), key="next")
        else:
            st.html(part(anchor, title, body))
    if programme.extent == "list":
        list_check(warehouse, words)
    follow_links("programme")
    st.html(provenance(words, warehouse.build_id, []))
    tables = programme_parts(warehouse, words, programme)
    titles = {name: one.title for name, one in tables.items()}
    twin_links(words, _ADDRESS.page, to_query(selection), titles)


def twin(warehouse: Warehouse, words: Words, query: Mapping[str, str]) -> Twin:
    """What the page tells, as tables: where a programme works in one that tells nothing else.

    Parameters
    ----------
    warehouse
        Where the programme is told of.
    words
        Language.
    query
        Parameters of the page.
    """
    selection, _misread = from_query(Selection, query)
    programme = programme_of(selection.programme)
    parts = programme_parts(warehouse, words, programme)
    return Twin(_ADDRESS.page, to_query(selection), parts)


def _timeline(words: Words, programme: Programme) -> Markup:
    """The programme's life as a bar, and the dates on it in words."""
    _ = words.text
    code = words.code
    points = [one for one in programme.milestones if one.end is None]
    spells = [one for one in programme.milestones if one.end is not None]
    axis = _Axis(programme.start.year, programme.end.year + 1)
    seen = programme.last_seen or programme.end
    drawn = [
        *(
            axis.mark("year", date(year, 1, 1), str(year))
            for year in range(axis.first_year, axis.end_year)
        ),
        axis.bar("seen", programme.start, seen, ""),
        axis.bar("planned", seen, programme.end, ""),
        *(axis.bar("spell", one.start, one.end, one.when[code]) for one in spells if one.end),
        *(axis.mark("point", one.start, str(n)) for n, one in enumerate(points, start=1)),
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
    if programme.last_seen is None:
        key = [_("The years for which it was created.")]
    return Markup(
        "<div class='lifeline' aria-hidden='true'>{}</div><p class='key-note'>{}</p>"
        "<ol class='milestones'>{}</ol>"
    ).format(Markup("").join(drawn), " ".join(key), items)


class _Axis(NamedTuple):
    """Whole calendar years, the last one not included."""

    first_year: int
    end_year: int

    def mark(self, kind: str, day: date, text: str) -> Markup:
        """A sign at a day."""
        return Markup("<span class='{}' style='left: {:.2f}%'>{}</span>").format(
            kind, self._share(day), text
        )

    def bar(self, kind: str, start: date, end: date, text: str) -> Markup:
        """A bar from one day to another."""
        return Markup("<span class='{}' style='left: {:.2f}%; width: {:.2f}%'>{}</span>").format(
            kind, self._share(start), self._share(end) - self._share(start), text
        )

    def _share(self, day: date) -> float:
        """Where a day lies on the axis, in percent."""
        first, last = date(self.first_year, 1, 1), date(self.end_year, 1, 1)
        return 100 * (day - first).days / (last - first).days


def _said_by(words: Words, source: Reference | None) -> str:
    return f"{source.title}, {source.when[words.code]}" if source else ""


def _components(words: Words, programme: Programme) -> Markup:
    _ = words.text
    if not programme.components:
        return Markup("")
    cards = [
        Markup("<article><h3>{}</h3><h4>{}</h4>{}</article>").format(
            _("Component {number}").format(number=one.number),
            one.label[words.code],
            bullets([activity[words.code] for activity in one.activities], "caveats"),
        )
        for one in programme.components
    ]
    return Markup("<div class='cards'>{}</div><p>{}</p>").format(
        Markup("").join(cards), _("No source says which component reached which municipality.")
    )


def _results(warehouse: Warehouse, words: Words, programme: Programme) -> Markup:
    """Each expected result with the public series that speak to it."""
    _ = words.text
    if not programme.expected_results:
        return Markup("")
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
            _until(words, programme, [two for two in series if one.number in two.results]),
        )
        for one in programme.expected_results
    ]
    return Markup("<p>{}</p><div class='results'>{}</div>").format(lead, Markup("").join(cards))


def _until(words: Words, programme: Programme, series: Iterable[Series]) -> Markup:
    """Series with the month up to which they are published."""
    _ = words.text
    rows = [
        (
            link("trends", {"series": one.series_id}, words, one.label(words.code)),
            words.month(one.last_complete_month) if one.last_complete_month else "–",
            how_far(words, programme, one),
        )
        for one in series
    ]
    return table((_("Series"), _("Data until"), _("Keep in mind")), rows, stacks=True)


def _places(warehouse: Warehouse, words: Words, programme: Programme) -> Markup:
    """What is documented, with its sources, and what may be the rest."""
    _ = words.text
    places = facts.places(warehouse)
    coverage = facts.coverage(warehouse, programme.id)
    if programme.extent == "pdet":
        return _decreed(
            words, [one for one in coverage.values() if claims.is_in_programme(one.state)]
        )
    known = [
        (places[code], coverage[code])
        for code in places
        if claims.is_in_programme(coverage[code].state)
    ]
    candidates = [
        (places[code], coverage[code]) for code in places if coverage[code].state == "candidate"
    ]
    total = words.number(programme.municipality_count)
    count = words.number(len(known))
    is_official = facts.is_complete(warehouse, programme.id)
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
        _("Start"),
        _("Source"),
    )
    documented = table(heads, (_documented(words, place, one) for place, one in known), stacks=True)
    lead = Markup("<p>{}</p>{}{}").format(lead, _lists(warehouse, words, programme), documented)
    if is_official or not candidates:
        return lead
    missing = programme.municipality_count - len(known)
    return lead + _candidates(words, programme, candidates, missing)


def _lists(warehouse: Warehouse, words: Words, programme: Programme) -> Markup:
    """What the lists before said, where one was replaced."""
    _ = words.text
    lists = facts.coverage_lists(warehouse, programme.id)
    if len(lists) <= 1:
        return Markup("")
    lines = []
    for one in lists:
        kinds = {
            (True, False): _("compiled from public reports"),
            (False, True): _("the programme's own list"),
        }
        kind = kinds.get((one.is_compiled, one.is_official), _("a list of what is documented"))
        lines.append(
            _(
                "{day}: {kind}, {count} municipalities; {added} added and {dropped} dropped "
                "against the one before."
            ).format(
                day=words.day(one.cut_date),
                kind=kind,
                count=words.number(one.municipalities),
                added=words.number(one.added),
                dropped=words.number(one.dropped),
            )
            if one is not lists[0]
            else _("{day}: {kind}, {count} municipalities.").format(
                day=words.day(one.cut_date), kind=kind, count=words.number(one.municipalities)
            )
        )
    told = _("Lists used so far, the newest last; what each one said is kept.")
    return Markup("<p>{}</p>{}").format(told, bullets(lines, "caveats"))


def _decreed(words: Words, known: Sequence[Coverage]) -> Markup:
    """The municipalities that a decree names, by department."""
    _ = words.text
    lead = _(
        "A decree names its {count} municipalities; no other one is part of it. It says where the "
        "plan applies, not what was done there."
    ).format(count=words.number(len(known)))
    departments = dict.fromkeys(sorted(one.department_name for one in known))
    lists = each(
        "<details><summary>{} <span>{}</span></summary><ul class='places'>{}</ul></details>",
        (
            (
                department,
                words.plural("{count} municipality", "{count} municipalities", len(own)),
                each("<li>{}</li>", ((name,) for name in own)),
            )
            for department in departments
            for own in [
                [one.municipality_name for one in known if one.department_name == department]
            ]
        ),
    )
    return Markup("<p>{}</p><div class='departments'>{}</div>").format(lead, lists)


def _documented(words: Words, place: Place, coverage: Coverage) -> tuple[object, ...]:
    return (
        link("municipality", {"place": place.municipality_code}, words, place.municipality_name),
        place.department_name,
        evidence_levels(words).get(coverage.evidence or "", ""),
        start_span(words, coverage),
        _source(words, coverage),
    )


def _source(words: Words, coverage: Coverage) -> Markup:
    """Who names the place, with its date and, if it has one, its address."""
    text = cited(words, coverage)
    url = coverage.source_url or ""
    if not url.startswith(("https://", "http://")):
        return Markup("{}").format(text)
    return Markup("<a href='{}' target='_blank' rel='noopener noreferrer'>{}</a>").format(url, text)


def _candidates(
    words: Words,
    programme: Programme,
    candidates: Sequence[tuple[Place, Coverage]],
    missing: int,
) -> Markup:
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
    steps = each("<li>{}</li>", ((one[words.code],) for one in programme.inference))
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


def _concerns(warehouse: Warehouse, words: Words, programme: Programme) -> Markup:
    """What the people of some municipalities named, without any figure beside it."""
    _ = words.text
    if not programme.concerns:
        return Markup("")
    places = facts.places(warehouse)
    rows = [
        (
            places[one.municipality_code].municipality_name,
            ", ".join(text[words.code] for text in one.named),
        )
        for one in programme.concerns
        if one.municipality_code in places
    ]
    lead = _("What people of these municipalities named as their problems, as reports tell it.")
    heads = (_("Municipality"), _("What they named"))
    return Markup("<p>{}</p>{}").format(lead, table(heads, rows) if rows else "")


def _evaluation(warehouse: Warehouse, words: Words, programme: Programme) -> Markup:
    """Verdicts by outcome, the same question asked in other ways, and the limits."""
    _ = words.text
    told = told_estimates(facts.evaluation(warehouse)) if programme.extent == "list" else None
    if told is None:
        return Markup("")
    if not told.main:
        return Markup("<p>{}</p>{}").format(
            _(
                "The list in use confirms no first wave, so no group of places that began together "
                "is evaluated."
            ),
            _staggered(words, told.staggered),
        )
    first = told.main[0]
    lead = _(
        "The {places} places that two sources confirm from the start, as one group, beside "
        "{compared} municipalities of the same rural-development plan (PDET) in departments where "
        "the programme did not work: {after_first} to {after_last} against {before_first} to "
        "{before_last}. No row speaks of a single municipality, and none proves a cause."
    ).format(
        places=words.number(first.places),
        compared=words.number(first.compared),
        before_first=words.month(first.before_first),
        before_last=words.month(first.before_last),
        after_first=words.month(first.after_first),
        after_last=words.month(first.after_last),
    )
    verdicts = table(
        (
            _("Outcome"),
            _("What may be said"),
            _("Beside the others, likely between"),
            _("Fall that would have been seen"),
        ),
        (
            (
                one.label(words.code),
                _verdict(words, one),
                _between(words, one),
                "–" if one.detectable_fall is None else words.share(one.detectable_fall),
            )
            for one in told.main
        ),
        stacks=True,
    )
    asked = table(
        (_("Asked in other ways"), _("Between")),
        (
            (EVALUATION_ESTIMATORS[one.estimator][words.code], _between(words, one))
            for one in told.others
        ),
    )
    return Markup("<p>{}</p>{}<details><summary>{}</summary>{}</details>{}<h3>{}</h3>{}").format(
        lead,
        verdicts,
        _("{outcome}: the same question asked in other ways").format(
            outcome=first.label(words.code)
        ),
        asked,
        _staggered(words, told.staggered),
        _("Limits"),
        bullets([one[words.code] for one in EVALUATION_LIMITS], "caveats"),
    )


def _staggered(words: Words, estimates: list[Estimate]) -> Markup:
    """Differences of rates, where an official list dates the starts."""
    _ = words.text
    rows = [
        (
            one.label(words.code),
            EVALUATION_ESTIMATORS[one.estimator][words.code],
            _("{lower} and {upper}").format(
                lower=words.number(one.difference_lower or 0),
                upper=words.number(one.difference_upper or 0),
            ),
        )
        for one in estimates
    ]
    if not rows:
        return Markup("")
    title = _("Places that started at different times")
    note = _(
        "Beside municipalities of the same plan where the programme did not work, as a mean over "
        "places and years from the start on. It proves no cause, and no verdict rests on it."
    )
    heads = (_("Outcome"), _("How"), _("Change per 100,000 residents a year, between"))
    return Markup("<h3>{}</h3><p>{}</p>{}").format(title, note, table(heads, rows))


def _verdict(words: Words, estimate: Estimate) -> str:
    if estimate.refusal is not None:
        return EVALUATION_REFUSALS[estimate.refusal][words.code]
    return EVALUATION_VERDICTS[estimate.verdict or ""][words.code]


def _between(words: Words, estimate: Estimate) -> str:
    """Both limits, which say more than the figure between them."""
    _ = words.text
    if estimate.is_useless:
        return _("too wide to be of use")
    if estimate.percent_lower is None or estimate.percent_upper is None:
        return "–"
    return _("{lower} and {upper}").format(
        lower=words.percent(estimate.percent_lower), upper=words.percent(estimate.percent_upper)
    )


def _reported(words: Words, programme: Programme) -> Markup:
    _ = words.text
    if not programme.reported:
        return Markup("")
    percent = _("{number} %")
    shown = [
        tile(
            one.label[words.code],
            percent.format(number=one.value) if one.is_percent else words.number(one.value),
            f"{_said_by(words, one.source)}. {one.caveat[words.code]}",
        )
        for one in programme.reported
    ]
    lead = _("Figures that others published of the programme. The atlas has not checked them.")
    return Markup("<p>{}</p>{}").format(lead, tiles(shown))


def _data(warehouse: Warehouse, words: Words, programme: Programme) -> Markup:
    """What a holder gave by municipality and quarter, or that nobody gave any."""
    _ = words.text
    if programme.extent != "list":
        return Markup("")
    data = facts.programme_data(warehouse, programme.id)
    if not data:
        none = _("No data of the programme by municipality has been given; templates: {command}.")
        return Markup("<p>{}</p>").format(none.format(command="make templates"))
    meanings = [
        _indicator(words, one) for one in dict.fromkeys(indicator_of(datum) for datum in data)
    ]
    shown = table(
        (_("Municipality"), _("Indicator"), _("Quarter"), _("Value"), _("Source")),
        (
            (
                link(
                    "municipality",
                    {"place": one.municipality_code},
                    words,
                    one.municipality_name,
                ),
                indicator_of(one).label[words.code],
                words.period(one.quarter, "quarter"),
                datum_value(words, one),
                cited(words, one),
            )
            for one in data
        ),
    )
    return Markup("<p>{}</p>{}{}").format(data_lead(words), shown, bullets(meanings, "caveats"))


def _indicator(words: Words, one: Indicator) -> str:
    """What an indicator counts, where it belongs, and what to know of it."""
    _ = words.text
    code = words.code
    said = [f"{one.label[code]}: {one.counts[code]} ({one.belongs[code]})."]
    if one.standard:
        said.append(_("Standard name: {name}.").format(name=one.standard))
    if one.caveat:
        said.append(one.caveat[code])
    return " ".join(said)


def _unknown(words: Words, programme: Programme) -> Markup:
    return bullets([one[words.code] for one in programme.unknowns], "caveats")


if __name__ == "__main__":  # imported, it is asked for its files alone
    show()
