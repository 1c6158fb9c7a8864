"""Everything about one place, part by part, as pieces of page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import pandas as pd
from markupsafe import Markup

from dashboard import facts
from dashboard.chart import Drawn
from dashboard.facts import Newest, Peer, Place, Series, Statistics, Year
from dashboard.language import Words
from dashboard.links import link
from dashboard.multiples import Axis, Frame, rate_and_range, small_multiple, year_words
from dashboard.phrases import SYMBOLS, change_phrases, coverage_phrases, trend_phrases
from dashboard.pieces import (
    NOTHING,
    bullets,
    each,
    likely_range,
    note,
    period_badge,
    section,
    table,
    tile,
    tiles,
)
from dashboard.sentences import (
    capital,
    context_not_measure,
    counted,
    data_until,
    key_figures,
    nothing_stands_out,
    rank_tile,
    revision_sentence,
    signed,
    standing_out,
    told,
)
from dashboard.state import Measure, Period
from dashboard.timeline import marked_dates
from pipeline import PDET, SOMOS_COMUNIDAD, Warehouse, claims

_AXIS_YEARS: Final = 23
"""The charts show at most so many years up to the newest."""

_DEPARTMENT_DIGITS: Final = 2
_LEADING: Final = 4
"""How many series are told in words before everything else."""

_NEWEST_YEARS: Final = 8
"""How many years of several publishers are shown without being asked for."""


@dataclass(frozen=True)
class Profile:
    """One municipality or department, and all that is known of it.

    Attributes
    ----------
    warehouse
        Where figures come from.
    words
        Language.
    code
        Five digits of a municipality, or two of a department.
    """

    warehouse: Warehouse
    words: Words
    code: str

    @property
    def is_department(self) -> bool:
        """Whether it is a department, of which less is told."""
        return len(self.code) == _DEPARTMENT_DIGITS

    @property
    def place(self) -> Place | None:
        """The municipality; ``None`` for a department."""
        return facts.places(self.warehouse).get(self.code)

    @property
    def name(self) -> str:
        """What it is called."""
        if self.place:
            return self.place.municipality_name
        return facts.departments(self.warehouse)[self.code]

    @property
    def series(self) -> dict[str, Series]:
        """Every declared series by id."""
        return facts.all_series(self.warehouse)

    @cached_property
    def years(self) -> dict[str, list[Year]]:
        """Calendar years of each series by its id; series without any are left out."""
        return facts.years(self.warehouse, self.code)

    @cached_property
    def statistics(self) -> dict[str, Statistics]:
        """What is told of each published series by its id."""
        return facts.statistics(self.warehouse, self.code)

    @property
    def leading(self) -> list[str]:
        """Series told in words before everything else: of violence, with a figure that stands."""
        known = [
            name
            for name, statistics in self.statistics.items()
            if statistics.newest
            and self.series[name].kind == "violence"
            and self.series[name].part_of is None
        ]
        return known[:_LEADING]

    @property
    def municipalities(self) -> dict[str, str]:
        """Names of a department's municipalities by code."""
        return {
            code: place.municipality_name
            for code, place in facts.places(self.warehouse).items()
            if code.startswith(self.code)
        }

    @property
    def axis(self) -> Axis:
        """The years that its charts share."""
        known = [one.year for years in self.years.values() for one in years]
        last = max(known, default=1)
        return Axis(max(min(known, default=1), last - _AXIS_YEARS + 1), last)


def lead(profile: Profile, chosen: Series) -> Markup:
    """The key figures in words: of the chosen series, of the first ones, and what stands out."""
    words, _ = profile.words, profile.words.text
    shown = dict.fromkeys([chosen.series_id, *profile.leading])
    sentences = [
        key_figures(words, profile.series[name], profile.statistics[name])
        for name in shown
        if name in profile.statistics
    ]
    lines = standing_out(words, profile.series, profile.statistics.values())
    return Markup("<div class='in-words'>{}<h3>{}</h3>{}</div>").format(
        each("<p>{}</p>", _ones(sentences)),
        _("What stands out from chance"),
        bullets(lines, "caveats")
        if lines
        else Markup("<p class='quiet'>{}</p>").format(nothing_stands_out(words)),
    )


def figure_tiles(profile: Profile, series: Series) -> Markup:
    """The newest figures of a series in large type."""
    words, _ = profile.words, profile.words.text
    statistics = profile.statistics.get(series.series_id)
    newest = statistics.newest if statistics else None
    if statistics is None or newest is None:
        return bullets([_("Not published here: unknown, not zero.")], "notes")
    when = words.period(newest.start, newest.window)
    shown = [tile(series.unit(words.code), words.number(newest.events), when)]
    if newest.rate_per_100k is not None:
        span = likely_range(words, newest.rate_lower_per_100k, newest.rate_upper_per_100k)
        shown.append(
            tile(_("Per 100,000 residents a year"), words.rate(newest.rate_per_100k), span)
        )
    shown += [*_change_tile(words, newest), *_trend_tile(words, statistics)]
    if statistics.rank_period is not None:
        shown.append(tile(*rank_tile(words, statistics)))
    return tiles(shown)


def _change_tile(words: Words, newest: Newest) -> Iterable[Markup]:
    _ = words.text
    if newest.change is None:
        return
    names = {"year": _("Against the year before"), "rolling": _("Against the 12 months before")}
    below = ""
    if newest.earlier_events is not None:
        below = _("{count} then").format(count=words.number(newest.earlier_events))
    name = change_phrases(words)[newest.change].name
    yield word_tile(names[newest.window], SYMBOLS[newest.change], name, below)


def _trend_tile(words: Words, statistics: Statistics) -> Iterable[Markup]:
    _ = words.text
    if statistics.trend is None:
        return
    years = f"{statistics.trend_first_year:.0f}–{statistics.trend_last_year:.0f}"
    name = trend_phrases(words)[statistics.trend].name
    yield word_tile(_("Trend"), SYMBOLS[statistics.trend], name, years)


def word_tile(label: str, symbol: str, word: str, below: str) -> Markup:
    """A word with its sign in the place of a figure."""
    return Markup(
        "<div class='tile'><span class='label'>{}</span><span class='told-word'>"
        "<i aria-hidden='true'>{}</i> {}</span><span class='below'>{}</span></div>"
    ).format(label, symbol, word, below)


def answers(profile: Profile, series: Series) -> Markup:
    """All that is told of one series, each under its question."""
    statistics = profile.statistics.get(series.series_id)
    if statistics is None:
        return NOTHING
    pairs = told(profile.words, series, statistics)
    return Markup("<dl class='told'>{}</dl>").format(each("<dt>{}</dt><dd>{}</dd>", pairs))


def multiples(profile: Profile, measure: Measure) -> Markup:
    """Every published series as a small chart, in the order of the programme's expected results."""
    _ = profile.words.text
    groups = [
        _result_group(profile, one.number, measure) for one in SOMOS_COMUNIDAD.expected_results
    ]
    rest = [one for one in profile.series.values() if not one.results]
    others = [one for one in rest if one.kind == "violence"]
    context = [one for one in rest if one.kind == "context"]
    groups.append(_group(profile, _("Other violence"), "", others, measure))
    groups.append(_group(profile, _("Context"), "", context, measure))
    key = _(
        "One time axis. Band: 95 % interval, cut where it reaches far above the rate. Shaded: not "
        "published. Dashed or pale: provisional or incomplete. Upright lines: events are solid, "
        "changes in the figures dotted or dashed. The number is the end of the axis."
    )
    return Markup("<div class='multiples'>{}<p class='key-note'>{}</p></div>").format(
        Markup("").join(groups), key
    )


def _result_group(profile: Profile, number: int, measure: Measure) -> Markup:
    """The series that speak to one expected result; one that speaks to two is drawn once."""
    words, _ = profile.words, profile.words.text
    speaking = [one for one in profile.series.values() if number in one.results]
    own = [one for one in speaking if one.results[0] == number]
    label = SOMOS_COMUNIDAD.expected_results[number - 1].label[words.code]
    title = _("Expected result {number}: {label}").format(number=number, label=label)
    remarks = [context_not_measure(words)]
    remarks += [
        _("{series} speaks to it too, and stands above.").format(series=one.label(words.code))
        for one in speaking
        if one not in own
    ]
    return _group(profile, title, " ".join(remarks), own, measure)


def _group(
    profile: Profile, title: str, remark: str, series: Sequence[Series], measure: Measure
) -> Markup:
    words, _ = profile.words, profile.words.text
    cards = [_card(profile, one, measure) for one in series if one.is_published]
    absent = [one.label(words.code) for one in series if not one.is_published]
    lines = [remark] if remark else []
    if absent:
        names = ", ".join(absent)
        lines.append(_("Not published here, so unknown: {names}.").format(names=names))
    return Markup("<h3>{}</h3><p class='remark'>{}</p><div class='cards'>{}</div>").format(
        title, " ".join(lines), Markup("").join(cards)
    )


def _card(profile: Profile, series: Series, measure: Measure) -> Markup:
    """One series: its name, newest figures, chart, trend, and up to when it is published."""
    words, _ = profile.words, profile.words.text
    years = profile.years.get(series.series_id, [])
    statistics = profile.statistics.get(series.series_id, Statistics(series.series_id))
    if not years:
        body = note(_("Not published here: unknown, not zero."))
    else:
        drawn: Measure = measure if series.has_rate else "count"
        axis = profile.axis
        periods = pd.Series(pd.to_datetime([f"{axis.first}-01-01", f"{axis.last}-01-01"]))
        marks = marked_dates(
            profile.warehouse, words, series.series_id, Drawn(drawn, "year"), periods
        )
        body = small_multiple(
            Frame(words, axis, drawn), years, marks, key_figures(words, series, statistics)
        )
    return Markup(
        "<figure class='card {kind}'><figcaption>{name}"
        "<span>{newest}</span></figcaption>{body}<p>{below}</p></figure>"
    ).format(
        kind=series.kind,
        name=link("municipality", address(profile, series), words, series.label(words.code)),
        newest=_newest_line(words, series, statistics.newest),
        body=body,
        below=" ".join(_below(words, series, statistics)),
    )


def address(profile: Profile, series: Series) -> dict[str, str]:
    """What this page's address says of a place and one of its series."""
    place = "department" if profile.is_department else "place"
    return {place: profile.code, "series": series.series_id}


def _newest_line(words: Words, series: Series, newest: Newest | None) -> str:
    """Count and rate: ``18 victims · 41 (26–62)``."""
    if newest is None:
        return ""
    parts = [counted(words, series, newest.events)]
    if newest.rate_per_100k is not None:
        parts.append(rate_and_range(words, newest))
    return " · ".join(parts)


def _below(words: Words, series: Series, statistics: Statistics) -> Iterable[str]:
    """Period, change and trend of the newest figures, and until when there are data."""
    newest = statistics.newest
    if newest is not None:
        period = capital(words.period(newest.start, newest.window))
        yield f"{period}{_change_word(words, newest)}."
    if statistics.trend is not None:
        yield _trend_word(words, statistics)
    yield data_until(words, series)


def _change_word(words: Words, newest: Newest) -> str:
    if newest.change is None:
        return ""
    return f": {SYMBOLS[newest.change]} {change_phrases(words)[newest.change].name}"


def _trend_word(words: Words, statistics: Statistics) -> str:
    _ = words.text
    trend = str(statistics.trend)
    return _("Trend {years}: {word}.").format(
        years=f"{statistics.trend_first_year:.0f}–{statistics.trend_last_year:.0f}",
        word=f"{SYMBOLS[trend]} {trend_phrases(words)[trend].name}",
    )


def peer_section(profile: Profile) -> Markup:
    """Municipalities elsewhere that were most alike before the programme, and by which rule."""
    words, _ = profile.words, profile.words.text
    peers = facts.peers(profile.warehouse, profile.code)
    rule = facts.peer_rule(profile.warehouse)
    if not peers or rule is None:
        return NOTHING
    own = peers[0]
    heads = (
        _("Municipality"),
        _("Department"),
        _("Homicide rate {first}–{last}").format(first=rule.first_year, last=rule.last_year),
        _("Residents"),
        _("Residents per km²"),
    )
    this = (
        Markup("<strong>{}</strong>").format(profile.name),
        profile.place.department_name if profile.place else "",
        _maybe(words.rate, own.own_rate_before_per_100k),
        _residents(words, own.own_population),
        _maybe(words.rate, own.own_density_per_km2),
    )
    rows = [this, *(_peer_row(words, one) for one in peers)]
    return section(
        _("Similar municipalities elsewhere"),
        Markup("<p>{}</p>{}<p>{}</p><details><summary>{}</summary><p>{}</p></details>").format(
            _(
                "Municipalities outside the seven departments that were most like it before the "
                "programme, in homicide rate, residents and density."
            ),
            table(heads, rows),
            peer_caveat(profile),
            _("The rule by which they were picked"),
            rule.text(words.code),
        ),
    )


def peer_caveat(profile: Profile) -> str:
    """How alike all municipalities of the departments and their peers are."""
    _ = profile.words.text
    alike = [one.is_balanced for one in facts.peer_balance(profile.warehouse)]
    if all(alike):
        return _(
            "Over all municipalities, peers differ little from them in what they were picked by."
        )
    return _(
        "Over all municipalities, peers still differ from them in some of what they were "
        "picked by: compare with care."
    )


def _peer_row(words: Words, peer: Peer) -> tuple[object, ...]:
    return (
        peer.municipality_name,
        peer.department_name,
        _maybe(words.rate, peer.rate_before_per_100k),
        _residents(words, peer.population),
        _maybe(words.rate, peer.density_per_km2),
    )


def publisher_section(profile: Profile) -> Markup:
    """What the publishers of the same events count, side by side, with the signed difference."""
    words, _ = profile.words, profile.words.text
    counts = facts.publisher_counts(profile.warehouse, profile.code)
    if not counts:
        return NOTHING
    counted_by = {one.series_id for one in counts}
    names = [name for name in profile.series if name in counted_by]
    by_year = {(one.year, one.series_id): one for one in counts}
    first, *others = names
    heads = [_("Year")]
    heads += [profile.series[name].label(words.code) for name in names]
    heads += [
        _("{other} minus {first}").format(
            other=profile.series[name].label(words.code),
            first=profile.series[first].label(words.code),
        )
        for name in others
    ]
    rows = []
    for year in sorted({one.year for one in counts}, reverse=True):
        cells = [by_year.get((year, name)) for name in names]
        rows.append(
            [
                year,
                *(_publisher_cell(words, one) for one in cells),
                *(
                    "–" if one is None or one.gap is None else signed(words, one.gap)
                    for one in cells[1:]
                ),
            ]
        )
    absent = [
        one.label(words.code)
        for one in profile.series.values()
        if not one.is_published
        and one.phenomenon in {profile.series[name].phenomenon for name in names}
    ]
    text = _(
        "Several institutions count the same events by rules of their own. Small differences are "
        "usual; where they move apart, say whose figure it is."
    )
    missing = (
        _("Not published here, so unknown: {names}.").format(names=", ".join(absent))
        if absent
        else ""
    )
    return section(
        _("Sources side by side"),
        Markup("<p>{} {}</p>{}{}").format(
            text,
            missing,
            table(heads, rows[:_NEWEST_YEARS]),
            Markup("<details><summary>{}</summary>{}</details>").format(
                _("Earlier years"), table(heads, rows[_NEWEST_YEARS:])
            )
            if rows[_NEWEST_YEARS:]
            else "",
        ),
    )


def _publisher_cell(words: Words, one: facts.PublisherCount | None) -> str:
    _ = words.text
    if one is None:
        return _("not published")
    badge = period_badge(words, Period(date(one.year, 1, 1), one.is_provisional, one.is_partial))
    return f"{words.number(one.events)} ({badge})" if badge else words.number(one.events)


def revision_section(profile: Profile) -> Markup:
    """What each release said of the newest year that several hold."""
    words, _ = profile.words, profile.words.text
    if profile.is_department:
        return Markup("<p class='key-note'>{}</p>").format(
            _("Ranks, clusters and what has been revised are told of municipalities only.")
        )
    said = facts.revised(profile.warehouse, profile.code)
    if not said:
        return NOTHING
    lines = []
    for name in dict.fromkeys(one.series_id for one in said):
        own = [one for one in said if one.series_id == name]
        lines.append(revision_sentence(words, profile.series[name], own))
    text = _(
        "Publishers correct earlier figures. For each series of which several releases are kept, "
        "the newest year that they can be compared by:"
    )
    return section(
        _("What has been revised"), Markup("<p>{}</p>{}").format(text, bullets(lines, "caveats"))
    )


def department_coverage(profile: Profile) -> Markup:
    """How many of a department's municipalities are in each state, and which a source names."""
    words, _ = profile.words, profile.words.text
    known = facts.coverage(profile.warehouse, SOMOS_COMUNIDAD.id)
    lines = []
    for state, phrase in coverage_phrases(words).items():
        names = [
            name for code, name in profile.municipalities.items() if known[code].state == state
        ]
        named = f" {', '.join(names)}." if claims.is_in_programme(state) else ""
        if names:
            lines.append((phrase.name, words.number(len(names)), named))
    meaning = (
        ""
        if facts.is_complete(profile.warehouse, SOMOS_COMUNIDAD.id)
        else _(
            "A candidate is a PDET municipality that may or may not be among those still unknown. "
            "Of those without evidence nothing was found, and nothing that excludes them."
        )
    )
    pdet = facts.coverage(profile.warehouse, PDET.id)
    named = _("{programme}: {count} of its municipalities.").format(
        programme=PDET.label[words.code],
        count=words.number(
            sum(claims.is_in_programme(pdet[code].state) for code in profile.municipalities)
        ),
    )
    told = [one for one in (meaning, named) if one]
    return each("<p><b>{}: {}.</b>{}</p>", lines) + each("<p>{}</p>", [(one,) for one in told])


def year_table(profile: Profile) -> Markup:
    """All that the small charts draw, as a table: a row per year, newest first."""
    words, _ = profile.words, profile.words.text
    names = list(profile.years)
    known = {(name, one.year): one for name, years in profile.years.items() for one in years}
    all_years = sorted({year for _name, year in known}, reverse=True)
    heads = [_("Year"), *(profile.series[name].label(words.code) for name in names)]
    rows = [
        [year, *(_year_cell(words, known.get((name, year))) for name in names)]
        for year in all_years
    ]
    caption = _(
        "Count; rate per 100,000 residents a year with its 95 % interval. A dash: not published."
    )
    return Markup("<section class='part years'><p>{}</p>{}</section>").format(
        caption, table(heads, rows)
    )


def _year_cell(words: Words, one: Year | None) -> str:
    return "–" if one is None else year_words(words, one).partition(": ")[2]


def statistics_table(profile: Profile) -> Markup:
    """All that is told of every series, as a table."""
    words, _ = profile.words, profile.words.text
    rows = []
    for name, statistics in profile.statistics.items():
        series = profile.series[name]
        lines = [
            f"{question}: {sentence}" for question, sentence in told(words, series, statistics)
        ]
        rows.append(
            (
                series.label(words.code),
                key_figures(words, series, statistics),
                bullets(lines, "caveats"),
                data_until(words, series),
            )
        )
    heads = (_("Series"), _("Newest figures"), _("What is told of them"), _("Published"))
    return Markup("<section class='part told-table'>{}</section>").format(table(heads, rows))


def _maybe(write: Callable[[float], str], value: float | None) -> str:
    return "–" if value is None else write(value)


def _residents(words: Words, mean: float | None) -> str:
    return "–" if mean is None else words.number(round(mean))


def _ones(lines: Iterable[str]) -> Iterable[tuple[str]]:
    return ((line,) for line in lines)
