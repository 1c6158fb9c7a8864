"""What the two sheets say of one place: where it is, figures in words, coverage, sources.

Figures and sentences are those of the municipality's page, from the same views.
"""

from collections.abc import Sequence
from datetime import date
from itertools import compress
from typing import Final, NamedTuple

import pandas as pd
from markupsafe import Markup

from dashboard import facts
from dashboard.brief.maps import place_map
from dashboard.brief.paper import NoTypesetterError, drawn_on_paper, page, pdf
from dashboard.chart import Drawn
from dashboard.facts import Coverage, Newest, Series, Statistics, Year
from dashboard.language import Words
from dashboard.multiples import Frame, small_multiple
from dashboard.phrases import (
    SYMBOLS,
    change_phrases,
    coverage_lines,
    coverage_phrases,
    programme_data_lines,
    trend_phrases,
)
from dashboard.pieces import bullets, each, provenance, table
from dashboard.profile import Profile, department_coverage
from dashboard.sentences import key_figures, nothing_stands_out, standing_out
from dashboard.state import Measure
from dashboard.timeline import marked_dates
from pipeline import MARKS, SOMOS_COMUNIDAD, MarkKind, Warehouse

_MOST_CHARTS: Final = 20
_PUBLISHED_YEARS: Final = 6


class Detail(NamedTuple):
    """How much a brief says where a place has more than the sheets hold.

    Attributes
    ----------
    name
        Class of the sheets.
    has_context
        Whether publishers and similar places are told.
    rows
        Series in the table; further ones are named below it with their counts.
    standing_out
        Sentences on what stands out.
    caveats
        Series whose caveats are told.
    programme_data
        Figures of the programme that are told; further ones are counted.
    """

    name: str
    has_context: bool
    rows: int
    standing_out: int
    caveats: int
    programme_data: int


DETAILS: Final = (
    Detail("full", has_context=True, rows=40, standing_out=3, caveats=6, programme_data=8),
    Detail("less", has_context=False, rows=24, standing_out=3, caveats=3, programme_data=4),
    Detail("least", has_context=False, rows=16, standing_out=1, caveats=0, programme_data=0),
)
"""From the fullest on."""


class Printed(NamedTuple):
    """A brief as a file."""

    content: bytes
    name: str
    media_type: str


class Told(NamedTuple):
    """One series in the place and its newest figures that stand."""

    series: Series
    statistics: Statistics
    newest: Newest


def brief(warehouse: Warehouse, code: str, words: Words) -> Printed:
    """One municipality or department on two sheets: a PDF if this machine can set one.

    Parameters
    ----------
    warehouse
        An open warehouse.
    code
        DIVIPOLA code of five or two digits, of the seven departments.
    words
        Language.
    """
    profile = Profile(warehouse, words, code)
    name = f"brief-{code}-{words.code}"
    try:
        content = pdf(document(profile, detail) for detail in DETAILS)
    except NoTypesetterError:
        return Printed(document(profile, DETAILS[0]).encode(), f"{name}.html", "text/html")
    return Printed(content, f"{name}.pdf", "application/pdf")


def document(profile: Profile, detail: Detail) -> str:
    """What stands on the two sheets.

    Parameters
    ----------
    profile
        The place, in a language.
    detail
        How much is said.

    Returns
    -------
    document
        A page that needs no other file, to be printed or made a PDF.
    """
    words, _ = profile.words, profile.words.text
    build = facts.build(profile.warehouse)
    told = _told(profile)
    recorded = [one for one in told if one.newest.events]
    first = Markup("{}<div class='beside'><div>{}</div><div>{}</div></div>{}{}").format(
        _head(profile, build.newest_cut),
        _in_words(profile, detail),
        place_map(profile.warehouse, profile.code, words),
        _figures(words, told, detail),
        _beside(profile) if detail.has_context else "",
    )
    second = Markup("{}<div class='beside even'><div>{}</div><div>{}</div></div>{}{}").format(
        _charts(profile),
        _coverage(profile, detail),
        _reading(profile),
        _caveats(words, recorded[: detail.caveats]),
        provenance(words, build.build_id, [profile.series[name] for name in profile.statistics]),
    )
    running = Markup("<p class='running'>{}</p>").format(
        " · ".join(
            [
                _("Resilient Communities Atlas"),
                profile.name,
                _("build {build}").format(build=build.build_id),
            ]
        )
    )
    sheets = each(f"<section class='sheet {detail.name}'>{{}}</section>", [(first,), (second,)])
    title = _("{place}: violence and coverage in brief").format(place=profile.name)
    return page(title, words.code, running + sheets)


def _told(profile: Profile) -> list[Told]:
    """Series with a figure that stands; parts of others are left out."""
    return [
        Told(profile.series[name], statistics, statistics.newest)
        for name, statistics in profile.statistics.items()
        if statistics.newest and profile.series[name].part_of is None
    ]


def _head(profile: Profile, cut: date) -> Markup:
    words, _ = profile.words, profile.words.text
    if profile.place is None:
        kind = _("Department brief")
        places = profile.municipalities
        within = [
            _("code {code}").format(code=profile.code),
            words.plural("{count} municipality", "{count} municipalities", len(places)),
        ]
    else:
        kind = _("Municipal brief")
        within = [profile.place.department_name, _("code {code}").format(code=profile.code)]
        if profile.place.pdet_subregion:
            pdet = _("PDET subregion {subregion}")
            within.append(pdet.format(subregion=profile.place.pdet_subregion))
    return Markup(
        "<header><div><p class='kicker'>{}</p><h1>{}</h1><p class='within'>{}</p></div>"
        "<p class='cut'>{}<br><b>{}</b></p></header>"
    ).format(kind, profile.name, " · ".join(within), _("Newest cut of a source"), words.day(cut))


def _in_words(profile: Profile, detail: Detail) -> Markup:
    """The newest figures as sentences, and what of them is more than chance."""
    words, _ = profile.words, profile.words.text
    lead = [
        key_figures(words, profile.series[name], profile.statistics[name])
        for name in profile.leading
    ]
    said = _part(_("The newest figures in words"), bullets(lead, "lead"))
    found = standing_out(words, profile.series, profile.statistics.values())
    body = (
        bullets(found[: detail.standing_out], "lead") if found else _line(nothing_stands_out(words))
    )
    more = len(found[detail.standing_out :])
    if more:
        body += _line(
            words.plural("{count} more in the atlas.", "{count} more in the atlas.", more)
        )
    return said + _part(_("What stands out from chance"), body)


def _figures(words: Words, told: Sequence[Told], detail: Detail) -> Markup:
    """Each series with an event in a row: newest count, rate, change, trend, rank."""
    _ = words.text
    heads = [
        _("Series"),
        _("Period"),
        _("Count"),
        _("Rate per 100,000 (likely range)"),
        _("Change"),
        _("Trend"),
        _("Rank, from–to"),
    ]
    recorded = [one for one in told if one.newest.events]
    rows = [_row(words, one) for one in recorded[: detail.rows]]
    # A department has no rank: no column without an entry.
    filled = [any(row[at] for row in rows) for at in range(len(heads))]
    body = Markup("<div class='figures'>{}</div>").format(
        table(list(compress(heads, filled)), [list(compress(row, filled)) for row in rows])
    )
    further = [
        f"{_named(words, one)}: {words.number(one.newest.events)}"
        for one in recorded[detail.rows :]
    ]
    if further:
        body += _line(_("Also recorded: {series}.").format(series="; ".join(further)), "small")
    none = [_named(words, one) for one in told if not one.newest.events]
    if none:
        body += _line(_("None recorded: {series}.").format(series=", ".join(none)), "small")
    return _part(_("Every series: the newest period whose figures stand"), body)


def _named(words: Words, told: Told) -> str:
    return f"{told.series.label(words.code)} ({_period(words, told.newest)})"


def _row(words: Words, told: Told) -> list[str]:
    _series, statistics, newest = told
    trend = ""
    if statistics.trend:
        years = f"{statistics.trend_first_year:.0f}–{statistics.trend_last_year:.0f}"
        trend = f"{_signed(statistics.trend, trend_phrases(words)[statistics.trend].name)} {years}"
    rank = ""
    if statistics.rank_lower is not None and statistics.rank_upper is not None:
        limits = (statistics.rank_lower, statistics.rank_upper)
        rank = "–".join(words.number(round(limit)) for limit in limits)
    return [
        told.series.label(words.code),
        _period(words, newest),
        words.number(newest.events),
        _rate(words, newest),
        _signed(newest.change, change_phrases(words)[newest.change].name) if newest.change else "",
        trend,
        rank,
    ]


def _signed(word: str, name: str) -> str:
    return f"{SYMBOLS[word]} {name}"


def _rate(words: Words, newest: Newest) -> str:
    if newest.rate_per_100k is None:
        return ""
    rate = words.rate(newest.rate_per_100k)
    if newest.rate_lower_per_100k is None or newest.rate_upper_per_100k is None:
        return rate
    limits = (newest.rate_lower_per_100k, newest.rate_upper_per_100k)
    return f"{rate} ({'–'.join(map(words.rate, limits))})"


def _period(words: Words, newest: Newest) -> str:
    _ = words.text
    if newest.window == "year":
        return str(newest.start.year)
    return _("12 months to {month}").format(month=words.month(newest.start, short=True))


def _beside(profile: Profile) -> Markup:
    """What publishers of the same events count, and which places elsewhere are alike."""
    return Markup("<div class='beside even'><div>{}</div><div>{}</div></div>").format(
        _publishers(profile), _peers(profile)
    )


def _publishers(profile: Profile) -> Markup:
    words, _ = profile.words, profile.words.text
    counts = facts.publisher_counts(profile.warehouse, profile.code)
    if not counts:
        return Markup()
    known = {(one.series_id, one.year): one for one in counts}
    years = sorted({one.year for one in counts})[-_PUBLISHED_YEARS:]
    rows = []
    for name in dict.fromkeys(one.series_id for one in counts):
        cells = [known.get((name, year)) for year in years]
        written = [
            "–" if one is None else f"{words.number(one.events)}{'*' if _is_open(one) else ''}"
            for one in cells
        ]
        rows.append([profile.series[name].label(words.code), *written])
    note = _("A dash: not published. *: may still grow.")
    body = Markup("<div class='counts'>{}</div>").format(
        table([_("Publisher"), *map(str, years)], rows)
    )
    return _part(_("Sources side by side"), body + _line(note, "small"))


def _is_open(count: facts.PublisherCount) -> bool:
    return count.is_provisional or count.is_partial


def _peers(profile: Profile) -> Markup:
    words, _ = profile.words, profile.words.text
    peers = facts.peers(profile.warehouse, profile.code)
    rule = facts.peer_rule(profile.warehouse)
    if not peers or rule is None:
        return Markup()
    names = [f"{one.municipality_name} ({one.department_name})" for one in peers]
    body = _line(f"{', '.join(names)}.") + _line(rule.text(words.code), "small")
    return _part(_("Similar municipalities elsewhere"), body)


def _charts(profile: Profile) -> Markup:
    """Small multiples on one time axis; which series need none, and which find no room."""
    words, _ = profile.words, profile.words.text
    known = {
        name: years for name, years in profile.years.items() if profile.series[name].part_of is None
    }
    drawn = [name for name, years in known.items() if any(one.events for one in years)]
    quiet = [name for name in known if name not in drawn]
    figures = [_chart(profile, profile.series[name], known[name]) for name in drawn[:_MOST_CHARTS]]
    lines = [
        _(
            "Line: rate; band: its 95 % interval, cut where it reaches far above the rate. Bars: "
            "counts. Hatched: not published. Dashed or pale: may still grow. The number is the end "
            "of the axis."
        ),
        _mark_words(words),
    ]
    rest = [
        (_("Not one recorded in any published year: {series}."), quiet),
        (_("Without room here, in the atlas: {series}."), drawn[_MOST_CHARTS:]),
    ]
    lines.append(
        " ".join(text.format(series=_names(profile, names)) for text, names in rest if names)
    )
    title = _("Year by year since {year}: rate per 100,000 residents, or counts as bars").format(
        year=profile.axis.first
    )
    return _part(
        title,
        Markup("<div class='multiples'>{}</div>{}").format(
            Markup("").join(figures),
            Markup("").join(_line(line, "small") for line in lines if line),
        ),
    )


def _chart(profile: Profile, series: Series, years: Sequence[Year]) -> Markup:
    words, axis = profile.words, profile.axis
    has_rate = any(one.rate_per_100k is not None for one in years)
    measure: Measure = "rate" if has_rate else "count"
    ends = pd.Series(pd.to_datetime([f"{axis.first}-01-01", f"{axis.last}-01-01"]))
    drawn = Drawn(measure, "year")
    marks = marked_dates(profile.warehouse, words, series.series_id, drawn, ends)
    label = series.label(words.code)
    unit = "" if has_rate else series.unit(words.code)
    said = key_figures(words, series, profile.statistics[series.series_id])
    drawing = small_multiple(Frame(words, axis, measure), years, marks, said)
    return Markup("<figure><figcaption><b>{}</b> {}</figcaption>{}</figure>").format(
        label, unit, drawn_on_paper(drawing, series.kind)
    )


def _mark_words(words: Words) -> str:
    """What the upright lines of all charts stand for."""
    _ = words.text
    events = [
        f"{mark.label[words.code]} ({words.month(mark.day, short=True)})"
        for mark in MARKS
        if mark.kind is not MarkKind.POPULATION
    ]
    return _(
        "Solid upright lines, from the left: {events}. Dotted: another edition of the population "
        "figures, or a contested definition. Dashed: another definition; figures on both sides do "
        "not compare."
    ).format(events="; ".join(events))


def _names(profile: Profile, series: Sequence[str]) -> str:
    return ", ".join(profile.series[name].label(profile.words.code) for name in series)


def _coverage(profile: Profile, detail: Detail) -> Markup:
    """What is known of the programme in the place, apart from any figure."""
    words, _ = profile.words, profile.words.text
    known = facts.coverage(profile.warehouse, SOMOS_COMUNIDAD.id)
    body = (
        department_coverage(profile)
        if profile.is_department
        else _municipal_coverage(profile, known[profile.code], detail)
    )
    span = _("{programme}: {start} to {end} (planned end), in {count} municipalities.").format(
        programme=SOMOS_COMUNIDAD.label[words.code],
        start=words.month(SOMOS_COMUNIDAD.start),
        end=words.month(SOMOS_COMUNIDAD.end),
        count=words.number(SOMOS_COMUNIDAD.municipality_count),
    )
    if not facts.is_complete(profile.warehouse, SOMOS_COMUNIDAD.id):
        unlisted = _("No public list of them was found.")
        span = f"{span} {unlisted}"
    return _part(_("Programme coverage"), body + _line(span, "small"))


def _municipal_coverage(profile: Profile, coverage: Coverage, detail: Detail) -> Markup:
    warehouse, words, code = profile.warehouse, profile.words, profile.code
    phrase = coverage_phrases(words)[coverage.state]
    state = f"{SOMOS_COMUNIDAD.label[words.code]}: {phrase.name}"
    given = list(programme_data_lines(warehouse, words, SOMOS_COMUNIDAD, code))
    lines = [*coverage_lines(warehouse, words, code), *given[: detail.programme_data]]
    left = len(given[detail.programme_data :])
    if left:
        more = words.plural(
            "The page of the place tells {count} more figure of the programme.",
            "The page of the place tells {count} more figures of the programme.",
            left,
        )
        lines.append(more)
    return _line(state, "state") + Markup("").join(map(_line, lines))


def _reading(profile: Profile) -> Markup:
    """What a reader must know to repeat the figures rightly."""
    _ = profile.words.text
    lines = [
        _("A rate in a small place swings by chance: read it with its likely range (95 %)."),
        _("Not comparable: the two periods do not measure the same thing; no change is named."),
        _("No clear change, too few events, not determined: no proof of calm, and none of alarm."),
        _("Where nothing is published the figure is unknown, not zero."),
        _("The figures describe the place; they do not measure what the programme did."),
    ]
    if not profile.is_department:
        rank = _(
            "A rank is a range: 1 is the highest rate of the municipalities in seven departments."
        )
        lines.append(rank)
    return _part(_("How to read this"), bullets(lines, "reading"))


def _caveats(words: Words, recorded: Sequence[Told]) -> Markup:
    """What to keep in mind of the series that have a figure here."""
    _ = words.text
    lines = [
        f"{one.series.label(words.code)}: {' '.join(one.series.caveats(words.code))}"
        for one in recorded
        if one.series.caveats(words.code)
    ]
    if not lines:
        return Markup()
    return _part(_("Keep in mind"), bullets(lines, "columns small"))


def _part(title: str, body: Markup) -> Markup:
    return Markup("<h2>{}</h2>{}").format(title, body)


def _line(text: str, kind: str = "said") -> Markup:
    return Markup("<p class='{}'>{}</p>").format(kind, text)
