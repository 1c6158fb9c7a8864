"""What the statistics of a place say, in whole sentences: the page and the brief say the same.

Every function takes typed rows and the words of a language; none asks for figures or compares them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from dashboard.facts import Newest, Revised, Series, Statistics
from dashboard.language import Words
from dashboard.phrases import (
    anomaly_phrases,
    change_phrases,
    cluster_phrases,
    pattern_phrases,
    refusal_phrases,
    reliability_phrases,
    trend_phrases,
)
from dashboard.pieces import likely_range
from pipeline import claims

_POOLED_YEARS: Final = 3


def counted(words: Words, series: Series, count: float) -> str:
    """A count with what is counted: ``1 victim``, ``18 victims``.

    Parameters
    ----------
    words
        Language.
    series
        The series, whose unit is taken.
    count
        How many; what is measured may have decimals.
    """
    if count != int(count):
        return f"{words.number(count)} {series.unit(words.code)}"
    whole = int(count)
    known = {
        "victims": words.plural("{count} victim", "{count} victims", whole),
        "reports": words.plural("{count} report", "{count} reports", whole),
        "cases": words.plural("{count} case", "{count} cases", whole),
        "events": words.plural("{count} event", "{count} events", whole),
        "people": words.plural("{count} person", "{count} people", whole),
        "mines": words.plural("{count} mine", "{count} mines", whole),
        "vehicles": words.plural("{count} vehicle", "{count} vehicles", whole),
        "hectares": words.plural("{count} hectare", "{count} hectares", whole),
    }
    return known.get(series.unit_en, f"{words.number(count)} {series.unit(words.code)}")


def key_figures(words: Words, series: Series, statistics: Statistics) -> str:
    """The newest figures of a series that stand: count, rate with its range, change.

    Parameters
    ----------
    words
        Language.
    series
        The series.
    statistics
        What is known of it in the place.

    Returns
    -------
    sentence
        ``Homicide, 2024: 18 victims; rate 41 per 100,000 residents a year, likely between 26 and
        62; no clear change (14 in the year before).`` in either language.
    """
    _ = words.text
    newest = statistics.newest
    if newest is None:
        return _("{series}: no whole year of figures yet.").format(series=series.label(words.code))
    parts = [counted(words, series, newest.events)]
    if newest.rate_per_100k is not None:
        rate = _("rate {rate} per 100,000 residents a year").format(
            rate=words.rate(newest.rate_per_100k)
        )
        span = likely_range(words, newest.rate_lower_per_100k, newest.rate_upper_per_100k)
        parts.append(", ".join(filter(None, [rate, span])))
    change = change_clause(words, newest)
    return _("{series}, {period}: {figures}.").format(
        series=series.label(words.code),
        period=words.period(newest.start, newest.window),
        figures="; ".join([*parts, change] if change else parts),
    )


def change_clause(words: Words, newest: Newest) -> str:
    """The change against the period before, as the end of a sentence; empty if none is told."""
    _ = words.text
    if newest.change is None:
        return ""
    name = change_phrases(words)[newest.change].name
    refusal = claims.told_reason(newest.change, newest.refusal)
    if refusal is not None:
        template = {
            "year": _("not comparable with the year before: {reason}"),
            "rolling": _("not comparable with the 12 months before: {reason}"),
        }[newest.window]
        if claims.is_comparable(newest.change):
            template = f"{name}: {{reason}}"
        return template.format(reason=refusal_phrases(words)[refusal])
    if newest.earlier_events is None:
        return name
    template = {
        "year": _("{change} ({count} in the year before)"),
        "rolling": _("{change} ({count} in the 12 months before)"),
    }[newest.window]
    return template.format(change=name, count=words.number(newest.earlier_events))


def change_sentence(words: Words, newest: Newest) -> str:
    """The change against the period before, with its size where one is told, and what it means."""
    _ = words.text
    if newest.change is None:
        return ""
    clause = change_clause(words, newest)
    if claims.told_reason(newest.change, newest.refusal) is not None:
        return f"{capital(clause)}."
    meaning = change_phrases(words)[newest.change].meaning
    percent = claims.told_percent(newest.change, newest.change_percent)
    if percent is not None:
        clause = f"{clause}, {words.percent(percent)}"
    return f"{capital(clause)}. {meaning}"


def trend_sentence(words: Words, statistics: Statistics) -> str:
    """The trend in a word, over which years, and how much a year; empty if none is told."""
    _ = words.text
    if statistics.trend is None:
        return ""
    phrase = trend_phrases(words)[statistics.trend]
    years = _years(statistics.trend_first_year, statistics.trend_last_year)
    parts = [phrase.name]
    percent = claims.told_percent(statistics.trend, statistics.trend_percent)
    if percent is not None:
        parts.append(
            _("{percent} a year, likely between {lower} and {upper}").format(
                percent=words.percent(percent),
                lower=words.percent(statistics.trend_percent_lower or 0),
                upper=words.percent(statistics.trend_percent_upper or 0),
            )
        )
    return f"{years}: {', '.join(parts)}. {phrase.meaning}"


def rank_sentence(words: Words, statistics: Statistics) -> str:
    """Between which places the rate ranks, never on which one; empty if it is not ranked."""
    _ = words.text
    if statistics.rank_period is None:
        return ""
    lower, upper = _rank_limits(words, statistics)
    place = _(
        "In {year} its rate ranks between {lower} and {upper} of {ranked} municipalities, where 1 "
        "is the highest."
    ).format(
        year=statistics.rank_period.year,
        lower=lower,
        upper=upper,
        ranked=words.number(statistics.ranked or 0),
    )
    alike = words.plural(
        "It cannot be told apart from {count} other.",
        "It cannot be told apart from {count} others.",
        int(statistics.alike or 0),
    )
    return f"{place} {alike}" if statistics.alike else place


def reliability_sentence(words: Words, newest: Newest) -> str:
    """How steady the newest rate is; empty if there is none."""
    if newest.reliability is None:
        return ""
    phrase = reliability_phrases(words)[newest.reliability]
    return f"{capital(phrase.name)}. {phrase.meaning}"


def cluster_sentence(words: Words, statistics: Statistics) -> str:
    """What the newest map says of the place among its neighbours; empty if it says nothing."""
    if statistics.cluster is None or statistics.cluster_period is None:
        return ""
    phrase = cluster_phrases(words)[statistics.cluster]
    when = _whole_window(words, statistics.cluster_period, statistics.cluster_window or "year")
    return f"{capital(when)}: {phrase.name}. {phrase.meaning}"


def pattern_sentence(words: Words, statistics: Statistics) -> str:
    """What hot and cold spots of many years add up to; empty if they were not looked at."""
    if statistics.pattern is None:
        return ""
    phrase = pattern_phrases(words)[statistics.pattern]
    years = _years(statistics.pattern_first_year, statistics.pattern_last_year)
    return f"{years}: {phrase.name}. {phrase.meaning}"


def anomaly_sentence(words: Words, series: Series, statistics: Statistics) -> str:
    """The newest unusual month, or the newest month if none is; empty if it was not judged."""
    _ = words.text
    month, events = statistics.anomaly_month, statistics.anomaly_events
    if statistics.anomaly is None or month is None or events is None:
        return ""
    phrase = anomaly_phrases(words)[statistics.anomaly]
    count = counted(words, series, events)
    if statistics.anomaly_expected_upper is None:
        said = f"{words.month(month)}: {count}; {phrase.name}."
    else:
        said = _("{month}: {count}, where {lower} to {upper} were to be expected; {word}.").format(
            month=words.month(month),
            count=count,
            lower=words.number(statistics.anomaly_expected_lower or 0),
            upper=words.number(statistics.anomaly_expected_upper),
            word=phrase.name,
        )
    provisional = _("Provisional: the figure may still grow.")
    return " ".join(
        [
            capital(said),
            phrase.meaning,
            *([provisional] if statistics.anomaly_is_provisional else []),
        ]
    )


def told(words: Words, series: Series, statistics: Statistics) -> list[tuple[str, str]]:
    """All that is told of one series in a place, each under the question it answers.

    Parameters
    ----------
    words
        Language.
    series
        The series.
    statistics
        What is known of it in the place.

    Returns
    -------
    told
        Questions and sentences; what has no answer is left out.
    """
    _ = words.text
    newest = statistics.newest
    pairs = [
        (_("Change"), change_sentence(words, newest) if newest else ""),
        (_("Trend"), trend_sentence(words, statistics)),
        (_("Rank"), rank_sentence(words, statistics)),
        (_("Reliability"), reliability_sentence(words, newest) if newest else ""),
        (_("Beside its neighbours"), cluster_sentence(words, statistics)),
        (_("Hot and cold spots over the years"), pattern_sentence(words, statistics)),
        (_("Newest months"), anomaly_sentence(words, series, statistics)),
    ]
    return [(question, sentence) for question, sentence in pairs if sentence]


def standing_out(
    words: Words, series: Mapping[str, Series], statistics: Iterable[Statistics]
) -> list[str]:
    """What of a place's series is more than chance explains, a sentence each.

    Parameters
    ----------
    words
        Language.
    series
        All series by id.
    statistics
        What is known of each in the place.

    Returns
    -------
    sentences
        In the order of the statistics; none does not mean that all is calm, as `nothing_stands_out`
        says.
    """
    lines = []
    for one in statistics:
        known = series[one.series_id]
        change = one.newest.change if one.newest else None
        found = [
            (one.trend, trend_sentence(words, one)),
            (change, change_sentence(words, one.newest) if one.newest else ""),
            (one.cluster, cluster_sentence(words, one)),
            (one.pattern, pattern_sentence(words, one)),
            (one.anomaly, anomaly_sentence(words, known, one)),
        ]
        said = [sentence for word, sentence in found if claims.stands_out(word)]
        lines += [f"{known.label(words.code)}. {sentence}" for sentence in said if sentence]
    return lines


def nothing_stands_out(words: Words) -> str:
    """What to say where `standing_out` finds nothing."""
    _ = words.text
    return _(
        "Against the period before, no series shows a change clear enough to be named among so "
        "many places; nor does any show a trend, a cluster or an unusual month. That is no proof "
        "of calm: earlier years are not judged here, and in a small place only large changes can "
        "be seen."
    )


def data_until(words: Words, series: Series) -> str:
    """Up to when a series is published."""
    _ = words.text
    if series.last_complete_month is None:
        return _("Not published here.")
    return _("Data until {month}.").format(month=words.month(series.last_complete_month))


def context_not_measure(words: Words) -> str:
    """What a series means beside an expected result of the programme."""
    _ = words.text
    return _("Context, not a measure of this result.")


def revision_sentence(words: Words, series: Series, said: Sequence[Revised]) -> str:
    """What each release said of one year, and which of them is shown here.

    Parameters
    ----------
    words
        Language.
    series
        The series.
    said
        Releases of one year, earliest first.

    Returns
    -------
    sentence
        ``Extortion, 2024: 14 in the release of May 2025, 17 in the release of January 2026 (shown
        here).`` in either language.
    """
    _ = words.text
    shown = _("{count} in the release of {month} (shown here)")
    other = _("{count} in the release of {month}")
    releases = [
        (shown if one.is_shown else other).format(
            count=_("nothing") if one.events is None else words.number(one.events),
            month=words.month(one.cut_date),
        )
        for one in said
    ]
    return _("{series}, {period}: {releases}.").format(
        series=series.label(words.code), period=said[0].year, releases=", ".join(releases)
    )


def rank_tile(words: Words, statistics: Statistics) -> tuple[str, str, str]:
    """Label, value and remark of the rank as a tile: an interval, and from how many it is told."""
    _ = words.text
    lower, upper = _rank_limits(words, statistics)
    label = _("Rank by rate among {ranked}").format(ranked=words.number(statistics.ranked or 0))
    alike = words.plural(
        "cannot be told apart from {count} other",
        "cannot be told apart from {count} others",
        int(statistics.alike or 0),
    )
    return label, f"{lower}–{upper}", alike if statistics.alike else ""


def signed(words: Words, difference: float) -> str:
    """A difference of counts with its sign; none where there is no difference."""
    if difference == 0:
        return "0"
    sign = "+" if difference > 0 else "−"
    return f"{sign}{words.number(abs(difference))}"


def _rank_limits(words: Words, statistics: Statistics) -> tuple[str, str]:
    # Limits are quantiles between whole places.
    lower, upper = statistics.rank_lower or 0, statistics.rank_upper or 0
    return words.number(round(lower)), words.number(round(upper))


def _whole_window(words: Words, period: date, window: str) -> str:
    """Name of a window by the first day of its last month."""
    _ = words.text
    if window == "pooled":
        return f"{period.year - _POOLED_YEARS + 1}–{period.year}"
    return words.period(period, "rolling" if window == "rolling" else "year")


def _years(first: float | None, last: float | None) -> str:
    ends = dict.fromkeys(f"{year or 0:.0f}" for year in (first, last))
    return "–".join(ends)


def capital(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
