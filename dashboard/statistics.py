"""What was reckoned from the rates, as the map shows it: one span of time, every municipality."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple, cast

import pandas as pd

from dashboard import facts
from dashboard.cached import remembered
from dashboard.language import Words
from dashboard.phrases import (
    SYMBOLS,
    Phrase,
    change_phrases,
    cluster_phrases,
    refusal_phrases,
    reliability_phrases,
    trend_phrases,
    untold_phrase,
)
from dashboard.pieces import likely_range
from dashboard.state import MapMeasure, MapWindow, Offered, Period, Shown
from pipeline import Warehouse, claims, views
from pipeline.views import Statistic, StatisticWindow

NOT_TOLD: Final = "not determined"
"""Stands for every other word of a statistic that tells nothing of a place."""


class Said(NamedTuple):
    """What is said of one municipality: a word, figures (name, value, what is below), notes."""

    word: str
    rows: list[tuple[str, str, str]]
    notes: list[str]


class Smoothed(NamedTuple):
    """A rate steadied by those of all places, and how far the crude one can be trusted."""

    events: float
    rate_per_100k: float | None
    rate_lower_per_100k: float | None
    rate_upper_per_100k: float | None
    smoothed_per_100k: float | None
    smoothed_lower_per_100k: float | None
    smoothed_upper_per_100k: float | None
    reliability: str | None
    years_to_reliable: float | None
    is_provisional: bool


class Change(NamedTuple):
    """What may be said of two periods side by side."""

    earlier_events: float
    events: float
    ratio: float | None
    ratio_lower: float | None
    ratio_upper: float | None
    percent: float | None
    word: str | None
    refusal: str | None


class Trend(NamedTuple):
    """What may be said of the years that mean one thing."""

    first_year: int
    last_year: int
    events: float
    percent: float | None
    percent_lower: float | None
    percent_upper: float | None
    word: str


class Cluster(NamedTuple):
    """How a municipality and its neighbours go together."""

    cluster: str
    spot: int
    adjusted_p: float | None


class _Span(NamedTuple):
    measure: str
    time_window: str
    period: date
    since: date | None
    is_provisional: bool
    is_newest: bool


@remembered
def offered(warehouse: Warehouse, series_id: str) -> Offered:
    """The measures of a series in the order of lists, and the lengths of their periods."""
    series = facts.all_series(warehouse)[series_id]
    windows = cast("tuple[MapWindow, ...]", series.offer.windows)
    if not windows:
        return {}
    counted: dict[MapMeasure, tuple[MapWindow, ...]] = {"count": windows}
    if not series.has_rate:
        return counted
    found = {measure: tuple(spans) for measure, spans in _periods(warehouse, series_id).items()}
    order: tuple[MapMeasure, ...] = ("smoothed", "change", "trend", "cluster", "reliability")
    return {
        "rate": windows,
        **counted,
        **{measure: found[measure] for measure in order if measure in found},
    }


def periods(
    warehouse: Warehouse, series_id: str, measure: MapMeasure, window: MapWindow
) -> list[Period]:
    """Periods of a series and measure, oldest first; of a change and of a trend only one."""
    if measure in STATISTICS:
        return _periods(warehouse, series_id)[measure][window]
    return facts.periods(warehouse, series_id, cast("Any", window))


@remembered
def _periods(
    warehouse: Warehouse, series_id: str
) -> dict[MapMeasure, dict[MapWindow, list[Period]]]:
    found: dict[MapMeasure, dict[MapWindow, list[Period]]] = {}
    for row in facts.rows(views.statistic_periods(warehouse, series_id), _Span):
        period = Period(
            row.period,
            row.is_provisional,
            is_partial=False,
            since=row.since,
            is_newest=row.is_newest,
        )
        of_measure = found.setdefault(cast("MapMeasure", row.measure), {})
        of_measure.setdefault(cast("MapWindow", row.time_window), []).append(period)
    order = ("year", "pooled", "rolling")
    return {
        measure: {window: spans[window] for window in order if window in spans}
        for measure, spans in found.items()
    }


@remembered
def frame(warehouse: Warehouse, shown: Shown) -> pd.DataFrame:
    """A statistic of one period, as the views give it."""
    series_id, measure, start = shown.series_id, shown.measure, shown.period.start
    window = cast("StatisticWindow", shown.window)
    last = pd.Timestamp(start.replace(month=12) if window == "year" else start)
    if measure == "trend":
        return views.trends(warehouse, series_id)
    if measure == "change":
        changes = views.changes(warehouse, series_id, window)
        return changes[changes["period"] == last]
    if measure == "cluster":
        return views.clusters(warehouse, series_id, window, last.date())
    return views.smoothed_rates(warehouse, series_id, window, last.date())


@remembered
def rows(warehouse: Warehouse, shown: Shown) -> dict[str, Any]:
    """A statistic of one period by municipality code, one named tuple each."""
    kind: Any = _TOLD[cast("Statistic", shown.measure)][0]
    table = frame(warehouse, shown)
    return dict(zip(table["municipality_code"], facts.rows(table, kind), strict=True))


def said(warehouse: Warehouse, words: Words, shown: Shown) -> dict[str, Said]:
    """What is said of each municipality, by code; who is absent has nothing of it."""
    tell = _TOLD[cast("Statistic", shown.measure)][1]
    return {code: tell(words, one) for code, one in rows(warehouse, shown).items()}


def phrases(words: Words, measure: Statistic) -> Mapping[str, Phrase]:
    """Words of a statistic, those first that a map tells apart."""
    known: Mapping[str, Phrase] = {
        "change": change_phrases,
        "trend": trend_phrases,
        "cluster": cluster_phrases,
        "reliability": reliability_phrases,
    }[measure](words)
    return {NOT_TOLD: untold_phrase(words), **known}


def all_phrases(words: Words) -> dict[str, Phrase]:
    """Words of all statistics."""
    return {
        NOT_TOLD: untold_phrase(words),
        **change_phrases(words),
        **trend_phrases(words),
        **cluster_phrases(words),
        **reliability_phrases(words),
    }


def _crude(words: Words, one: Smoothed) -> list[tuple[str, str, str]]:
    _ = words.text
    crude = [(_("Count"), words.number(one.events), "")]
    if one.rate_per_100k is not None:
        likely = likely_range(words, one.rate_lower_per_100k, one.rate_upper_per_100k)
        crude.append((_("Rate as recorded"), words.rate(one.rate_per_100k), likely))
    return crude


def _smoothed(words: Words, one: Smoothed) -> Said:
    _ = words.text
    rows = _crude(words, one)
    if one.smoothed_per_100k is not None:
        likely = likely_range(words, one.smoothed_lower_per_100k, one.smoothed_upper_per_100k)
        rows.insert(0, (_("Smoothed rate"), words.rate(one.smoothed_per_100k), likely))
    return Said("", rows, _open(words, one))


def _reliability(words: Words, one: Smoothed) -> Said:
    _ = words.text
    phrase = phrases(words, "reliability")[one.reliability or NOT_TOLD]
    notes = [phrase.meaning]
    if one.reliability == "unstable" and one.years_to_reliable is not None:
        years = words.plural(
            "At this pace {count} year together would make it reliable.",
            "At this pace {count} years together would make it reliable.",
            round(one.years_to_reliable),
        )
        notes.append(years)
    return Said(phrase.name, _crude(words, one), [*notes, *_open(words, one)])


def _open(words: Words, one: Smoothed) -> list[str]:
    _ = words.text
    return [_("Provisional: the figure may still grow.")] if one.is_provisional else []


def _change(words: Words, one: Change) -> Said:
    _ = words.text
    word = one.word or NOT_TOLD
    phrase = phrases(words, "change")[word]
    counts = _("{earlier}, then {later}").format(
        earlier=words.number(one.earlier_events), later=words.number(one.events)
    )
    rows = [(_("Count"), counts, "")]
    percent = claims.told_percent(word, one.percent)
    if percent is not None:
        rows.append((_("Change of the rate"), words.percent(percent), ""))
    if one.ratio is not None and one.ratio_lower is not None and one.ratio_upper is not None:
        times = _("{lower} to {upper} times the earlier rate").format(
            lower=words.ratio(one.ratio_lower), upper=words.ratio(one.ratio_upper)
        )
        rows.append((_("Likely"), times, ""))
    notes = [phrase.meaning]
    if claims.is_one_of_many(word, one.ratio_lower, one.ratio_upper):
        notes.append(
            _("Among so many municipalities, some differences this large arise by chance.")
        )
    refusal = claims.told_reason(word, one.refusal)
    if refusal is not None:
        notes = [_("No change is named: {reason}.").format(reason=refusal_phrases(words)[refusal])]
    return Said(f"{SYMBOLS.get(word, '')} {phrase.name}".strip(), rows, notes)


def _trend(words: Words, one: Trend) -> Said:
    _ = words.text
    phrase = trend_phrases(words)[one.word]
    rows = [
        (_("Years"), f"{one.first_year}–{one.last_year}", ""),
        (_("Count in these years"), words.number(one.events), ""),
    ]
    percent = claims.told_percent(one.word, one.percent)
    if percent is not None:
        likely = ""
        if one.percent_lower is not None and one.percent_upper is not None:
            likely = _("likely between {lower} and {upper}").format(
                lower=words.percent(one.percent_lower), upper=words.percent(one.percent_upper)
            )
        rows.append((_("Change a year"), words.percent(percent), likely))
    return Said(f"{SYMBOLS[one.word]} {phrase.name}", rows, [phrase.meaning])


def _cluster(words: Words, one: Cluster) -> Said:
    _ = words.text
    phrase = cluster_phrases(words)[one.cluster]
    spots = {
        1: _("A hot spot: high rates all around it."),
        -1: _("A cold spot: low rates all around it."),
    }
    notes = [phrase.meaning, *([spots[one.spot]] if one.spot in spots else [])]
    return Said(phrase.name, [], notes)


_TOLD: Final[dict[Statistic, tuple[type, Callable[[Words, Any], Said]]]] = {
    "smoothed": (Smoothed, _smoothed),
    "reliability": (Smoothed, _reliability),
    "change": (Change, _change),
    "trend": (Trend, _trend),
    "cluster": (Cluster, _cluster),
}

STATISTICS: Final = tuple(_TOLD)
