"""What may be said: the one place that decides whether a figure becomes a claim.

Marts hold estimates and the words that their limits allow. Every word and every percent that
reaches a page, a brief, an export or the Python interface passes here first, at the read door, and
is taken back where a rule forbids it, whatever the mart holds. `RULES` says each rule, why it
stands, and what is said instead.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.catalog.methods import CHANGE_LEAST_EXPECTED, TREND_EVENTS_MIN, TREND_STABLE_PERCENT
from pipeline.catalog.text import Locale, Text
from pipeline.errors import ContractError

Flags = npt.NDArray[np.bool_]


class Columns(Protocol):
    """Columns of equal length by name: a frame, or a mapping of arrays."""

    def __getitem__(self, name: str, /) -> Any:  # noqa: ANN401 - whatever NumPy takes for an array
        """One column."""
        ...

    def __contains__(self, name: object, /) -> bool:
        """Whether there is such a column."""
        ...


NO_CLEAR_CHANGE: Final = "no clear change"
NOT_COMPARABLE: Final = "not comparable"
"""The word where a step in the figures themselves would pass for a change."""
NOT_DETERMINED: Final = "not determined"
SOURCES_DISAGREE: Final = "sources disagree"
"""The word where another publisher of the same events saw the rate move the other way."""
TOO_FEW: Final = "too few events"

_NAMED: Final = frozenset({"rise", "fall", "rising", "falling"})
_SIZED: Final = _NAMED | {"stable"}
"""Words beside which a percent may stand."""

_PERCENT: Final = ("percent", "percent_lower", "percent_upper")
SEN_SLOPE: Final = ("sen_slope_per_100k", "sen_lower_per_100k", "sen_upper_per_100k")
"""The other size of a trend, by Sen's method: it says no more than the percent may."""

_QUIET: Final = frozenset(
    {
        NO_CLEAR_CHANGE,
        NOT_COMPARABLE,
        NOT_DETERMINED,
        SOURCES_DISAGREE,
        TOO_FEW,
        "stable",
        "not significant",
        "no neighbours",
        "undefined",
        "no pattern",
        "usual",
    }
)
"""Words of all statistics that name nothing beyond chance."""

_IN_PROGRAMME: Final = frozenset({"documented", "covered"})
_OPEN: Final = frozenset({"candidate", "no_evidence"})
"""States of coverage that neither say that the programme worked in a place nor that it did not."""


class Refusal(StrEnum):
    """Why a change is not named; the last one that holds is told."""

    TOO_FEW = "too few events"
    UNEVEN = "groups too uneven"
    NO_RATE = "residents unknown"
    SOURCES = "sources disagree"
    EDITION = "two editions of the population"
    DEFINITION = "the definition changed"


def refusals(holds: dict[Refusal, npt.ArrayLike], count: int) -> npt.NDArray[np.object_]:
    """The reason to tell for each of `count` changes.

    Parameters
    ----------
    holds
        Whether each reason holds, in any order. Shape ``(count,)`` each.
    count
        Number of changes.

    Returns
    -------
    reasons
        The last reason of `Refusal` that holds, or None.
    """
    reasons = np.full(count, None, dtype=object)
    for reason in Refusal:
        if reason in holds:
            reasons[np.asarray(holds[reason], bool)] = reason
    return reasons


def is_named(word: str | None) -> bool:
    """Whether a word names a change or a trend."""
    return word in _NAMED


def is_comparable(word: str | None) -> bool:
    """Whether two periods measure the same thing, as far as the word of their change says."""
    return word != NOT_COMPARABLE


def stands_out(word: str | None) -> bool:
    """Whether a word of any statistic names something beyond chance."""
    return word is not None and word not in _QUIET


def told_percent(word: str | None, percent: float | None) -> float | None:
    """The percent that may stand beside a word: none where no change is named."""
    return percent if word in _SIZED else None


def told_reason(word: str | None, refusal: str | None) -> str | None:
    """The reason that may stand beside a word: none where the word says it already."""
    return None if refusal == word else refusal


def is_one_of_many(word: str | None, lower: float | None, upper: float | None) -> bool:
    """Whether a ratio's limits exclude 1 and yet no change is named, for there are many places."""
    excludes = lower is not None and upper is not None and not lower <= 1 <= upper
    return word == NO_CLEAR_CHANGE and excludes


def contradicted(
    words: Iterable[str | None], moves: npt.ArrayLike, other_moves: npt.ArrayLike
) -> Flags:
    """Whether a named change is contradicted by another publisher of the same events.

    The other one needs no change of its own that can be named: an official count that moved the
    other way is enough for the claim to fall.

    Parameters
    ----------
    words
        Of the claims. Shape ``(n,)``.
    moves, other_moves
        By how much the rate moved over the same time in the same place, as either publisher counts;
        above 0 for a rise, NaN where it cannot be told. Shape ``(n,)``.

    Returns
    -------
    contradicted
        Shape ``(n,)``.
    """
    named = np.array([is_named(word) for word in words], bool)
    one, other = np.asarray(moves, float), np.asarray(other_moves, float)
    opposite: Flags = named & (np.sign(one) * np.sign(other) < 0)
    return opposite


def crosses(spans: Columns, cuts: Columns, *kinds: str) -> Flags:
    """Whether a span of months holds a date across which figures are not set side by side.

    Parameters
    ----------
    spans
        One row per claim: `series_id`, `first_month` and `last_month`, missing where there is none.
    cuts
        `series_id`, `start_month`, `end_month` and `kind`: figures from `end_month` on mean
        something else than those before `start_month`, and those between mean neither.
    *kinds
        ``edition``, ``definition`` or both.

    Returns
    -------
    crosses
        Shape ``(n,)``.
    """
    series, cut_series = (np.asarray(one["series_id"], object) for one in (spans, cuts))
    relevant = np.isin(cut_series, list(set(series))) & np.isin(
        np.asarray(cuts["kind"], object), kinds
    )
    first, last = (_months(spans[name])[:, np.newaxis] for name in ("first_month", "last_month"))
    start, end = (_months(cuts[name])[relevant] for name in ("start_month", "end_month"))
    is_own = series[:, np.newaxis] == cut_series[relevant]
    found: Flags = (is_own & (first < end) & (last >= start)).any(axis=1)
    return found


def guarded_changes(changes: Columns, cuts: Columns) -> dict[str, npt.NDArray[Any]]:
    """Take back every word and percent of a change that may not be said.

    Parameters
    ----------
    changes
        One row per change: `series_id`, `first_month` and `last_month` of both periods together,
        `earlier_events`, `events`, `word`, `refusal`, `percent`, `ratio_lower`, `ratio_upper`
        (missing where not told) and `is_contradicted`, besides others.
    cuts
        As for `crosses`.

    Returns
    -------
    told
        `word`, `refusal`, `percent`, `ratio_lower`, `ratio_upper`, and `ratio` if it came in. A
        missing word is None, a missing figure NaN. A row with counts has a word; `percent` is
        missing unless a change is named; across a cut the ratio and its limits are missing, too.
    """
    word, refusal = _words(changes["word"]), _words(changes["refusal"])
    earlier, events, lower, upper = (
        np.asarray(changes[name], float)
        for name in ("earlier_events", "events", "ratio_lower", "ratio_upper")
    )
    has_none = pd.isna(word)
    is_row = ~(has_none & pd.isna(refusal) & np.isnan(earlier))
    word[has_none] = NOT_DETERMINED
    word[((word == "rise") & ~(lower > 1)) | ((word == "fall") & ~(upper < 1))] = NO_CLEAR_CHANGE
    # Of two periods the one with fewer residents expects at most half of all events.
    is_few = _is_any(word, _NAMED | {NO_CLEAR_CHANGE})
    is_few &= (earlier + events) / 2 < CHANGE_LEAST_EXPECTED
    word[is_few] = TOO_FEW
    disputed = np.asarray(changes["is_contradicted"], bool) & _is_any(word, _NAMED)
    word[disputed] = SOURCES_DISAGREE
    is_told = is_row & ~_is_any(word, {NOT_DETERMINED, NOT_COMPARABLE})
    edition, definition = (
        is_told & crosses(changes, cuts, kind) for kind in ("edition", "definition")
    )
    barred = edition | definition
    word[barred] = NOT_COMPARABLE
    word[~is_row] = None
    holds: dict[Refusal, npt.ArrayLike] = {
        Refusal.TOO_FEW: is_few,
        Refusal.SOURCES: disputed,
        Refusal.EDITION: edition,
        Refusal.DEFINITION: definition,
    }
    added = refusals(holds, len(word))
    ratios = [name for name in ("ratio", "ratio_lower", "ratio_upper") if name in changes]
    return {
        "word": word,
        "refusal": np.where(pd.isna(added), refusal, added),
        "percent": _where(_is_any(word, _NAMED), changes["percent"]),
        **{name: _where(~barred, changes[name]) for name in ratios},
    }


def guarded_trends(trends: Columns, cuts: Columns) -> dict[str, npt.NDArray[Any]]:
    """Take back every word and percent of a trend that may not be said.

    Parameters
    ----------
    trends
        One row per trend: `series_id`, `first_month` and `last_month` of its years, `word`,
        `events`, `percent`, `percent_lower`, `percent_upper` and `is_contradicted`; with Sen's
        slope and its limits (`sen_slope_per_100k` and so on) or without, and besides others.
    cuts
        As for `crosses`.

    Returns
    -------
    told
        `word`, the percent, the slope if it came in, and the limits of both, missing as in
        `guarded_changes`: sizes are missing where the trend is not determined, or sources disagree.
    """
    word = _words(trends["word"])
    events, lower, upper = (
        np.asarray(trends[name], float) for name in ("events", "percent_lower", "percent_upper")
    )
    is_within = (lower > -TREND_STABLE_PERCENT) & (upper < TREND_STABLE_PERCENT)
    unproven = (
        ((word == "rising") & ~(lower > 0))
        | ((word == "falling") & ~(upper < 0))
        | ((word == "stable") & ~is_within)
    )
    crossing = crosses(trends, cuts, "edition", "definition")
    taken_back = unproven | (events < TREND_EVENTS_MIN) | crossing
    word[taken_back & ~pd.isna(word)] = NOT_DETERMINED
    word[np.asarray(trends["is_contradicted"], bool) & _is_any(word, _NAMED)] = SOURCES_DISAGREE
    is_sized = _is_any(word, _SIZED)
    sizes = [name for name in (*_PERCENT, *SEN_SLOPE) if name in trends]
    return {"word": word, **{name: _where(is_sized, trends[name]) for name in sizes}}


def _words(column: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Words of a column that may be written to; None where there is none."""
    words = np.array(column, object)
    words[pd.isna(words)] = None
    return words


def _months(column: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
    return np.asarray(column, "datetime64[s]")


def _is_any(words: npt.NDArray[np.object_], among: Collection[str]) -> Flags:
    found: Flags = np.isin(words, list(among))
    return found


def _where(kept: Flags, column: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.where(kept, np.asarray(column, float), np.nan)


def is_in_programme(state: str) -> bool:
    """Whether a public source, or the programme's own list, names a place of this state."""
    return state in _IN_PROGRAMME


def is_uncovered(state: str, states: Collection[str]) -> bool:
    """Whether a place may be called not covered.

    Parameters
    ----------
    state
        Of the place.
    states
        Of all places that the programme may have worked in.

    Returns
    -------
    is_uncovered
        Only where a complete list leaves the place out: never of a candidate, nor of a place
        without evidence, nor while any place is one of these.
    """
    return state == "not_covered" and _OPEN.isdisjoint(states)


def refuse_coverage_comparison(states: Collection[str]) -> None:
    """Refuse to set covered places beside those not covered while nobody knows which these are.

    Parameters
    ----------
    states
        Of all places that the programme may have worked in.

    Raises
    ------
    ContractError
        If any of them is a candidate or without evidence.
    """
    unknown = [state for state in states if state in _OPEN]
    if unknown:
        message = (
            f"coverage: {len(unknown)} municipalities may or may not be covered, for example one "
            f"that is {unknown[0]!r}; there is no group of places that are not covered. Compare "
            "with PDET municipalities of other departments, or with peers"
        )
        raise ContractError(message)


def refuse_joint_statement(
    series_id: str, singled: Sequence[str], *, is_apart_from_coverage: bool
) -> None:
    """Refuse to tell a series kept apart from coverage of several chosen places together.

    Parameters
    ----------
    series_id
        The series.
    singled
        Municipalities of the programme's departments that are asked for as a group.
    is_apart_from_coverage
        Whether the series is declared so.

    Raises
    ------
    ContractError
        If it is, and they are several: they could be where the programme works.
    """
    if is_apart_from_coverage and len(singled) > 1:
        message = (
            f"group: {series_id} is never told of {len(singled)} municipalities of the programme's "
            "departments together, since a group may be where people work; ask for one, or for "
            "departments"
        )
        raise ContractError(message)


def effect_phrases(text: str, locale: Locale) -> list[str]:
    """Words that would claim an effect, outside sentences that deny one.

    Parameters
    ----------
    text
        What is said.
    locale
        Its language.

    Returns
    -------
    phrases
        As they stand in the text; empty if nothing claims an effect.
    """
    found = []
    for sentence in re.split(r"(?<=[.;?!])\s+|\n", text):
        if not _DENIALS[locale].search(sentence):
            found += [match.group() for match in _EFFECTS[locale].finditer(sentence)]
    return found


_EFFECTS: Final[dict[Locale, re.Pattern[str]]] = {
    "en": re.compile(
        r"\b(effects?|impacts?|impacted|thanks to|(because of|caused by) the programme|"
        r"reduced by the programme|success(es|ful)?|achieve[ds]?|prevent(ed|s))\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(efectos?|impactos?|gracias al?|debido al programa|por el programa|"
        r"éxitos?|exitos[oa]s?|logr(ó|aron)|previn(o|ieron))\b",
        re.IGNORECASE,
    ),
}
_DENIALS: Final[dict[Locale, re.Pattern[str]]] = {
    "en": re.compile(
        r"\b(no|not|never|neither|nor|cannot|nothing|without|description)\b", re.IGNORECASE
    ),
    "es": re.compile(r"\b(no|ni|nunca|ning[uú]n[oa]?|nada|sin|jamás|descripción)\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule on what may be said.

    Attributes
    ----------
    id
        Names it.
    rule
        What may and may not be said.
    why
        Why it stands.
    instead
        What is said where it forbids something, in both languages.
    enforced
        Where it is enforced.
    test
        The test that fails if it is not: file and name.
    """

    id: str
    rule: str
    why: str
    instead: Text
    enforced: str
    test: str


RULES: Final = (
    Rule(
        "change-named",
        "A change is named only where the 95 % interval of the ratio excludes 1, the false "
        "discovery rate over all places is held, and a percent stands only beside a named change.",
        "In a small town the yearly count moves by half or more two years out of three with no "
        "change at all.",
        Text("sin cambio claro", NO_CLEAR_CHANGE),
        "`guarded_changes`",
        "tests/unit/test_claims.py::test_a_change_without_proof_is_not_named",
    ),
    Rule(
        "floor",
        "No change and no percent where either period expects fewer than ten events.",
        "From 1 to 3 is +200 % and means nothing.",
        Text("muy pocos hechos", TOO_FEW),
        "`guarded_changes`, `guarded_trends`",
        "tests/unit/test_claims.py::test_from_one_to_three_is_no_percent",
    ),
    Rule(
        "edition",
        "No change and no trend across two editions of the population figures (2017/18, 2024/25).",
        "The residents, and with them the rates, step by themselves.",
        Text("no comparable; no determinada", f"{NOT_COMPARABLE}; {NOT_DETERMINED}"),
        "`guarded_changes`, `guarded_trends`",
        "tests/unit/test_claims.py::test_nothing_is_told_across_an_edition",
    ),
    Rule(
        "definition",
        "No change and no trend across a change of definition (homicide counts 2021/22).",
        "Two definitions count two things.",
        Text("no comparable; no determinada", f"{NOT_COMPARABLE}; {NOT_DETERMINED}"),
        "`guarded_changes`, `guarded_trends`",
        "tests/unit/test_claims.py::test_nothing_is_told_across_a_definition",
    ),
    Rule(
        "uneven-groups",
        "No word where victims came in groups too uneven for an interval.",
        "One mass event would make chance look like change, or change like chance.",
        Text("no determinado", NOT_DETERMINED),
        "`guarded_changes`",
        "tests/unit/test_claims.py::test_what_has_no_word_is_not_determined",
    ),
    Rule(
        "sources",
        "A named change or trend falls where another publisher of the same events saw the rate of "
        "the same place move the other way over the same time.",
        "Whoever quotes one official figure is answered with the other.",
        Text("las fuentes no coinciden", SOURCES_DISAGREE),
        "`contradicted`, `mart.disagreement`, `guarded_changes`, `guarded_trends`",
        "tests/unit/test_claims.py::test_a_publisher_that_moves_the_other_way_undoes_a_claim",
    ),
    Rule(
        "uncovered",
        "Neither a candidate nor a place without evidence is called, drawn or counted as not "
        "covered; covered places are not compared with places not covered until a complete list "
        "is here.",
        "21 of 35 municipalities are not known: any of 80 candidates may be one of them.",
        Text(
            "candidato, por confirmar; sin evidencia en un sentido ni otro",
            "candidate, to be confirmed; no evidence either way",
        ),
        "`is_uncovered`, `refuse_coverage_comparison`",
        "tests/unit/test_claims.py::test_a_candidate_is_never_uncovered",
    ),
    Rule(
        "apart",
        "Threats and killings of leaders are told of no group of chosen municipalities, and never "
        "beside coverage.",
        "The two together could point at people.",
        Text(
            "para proteger a las personas, la cobertura no se pone junto a esta serie",
            "to protect people, coverage is not set beside this series",
        ),
        "`refuse_joint_statement`, `views.group_history`",
        "tests/unit/test_claims.py::test_threats_are_told_of_no_chosen_group",
    ),
    Rule(
        "no-effect",
        "No page, brief or file claims that the programme had an effect.",
        "Places were chosen because they were violent; what followed would have followed in part "
        "without it.",
        Text("una descripción, no un efecto", "a description, not an effect"),
        "`effect_phrases` over every string of the interface and the catalogue",
        "tests/laws/test_claims.py::test_no_string_claims_an_effect",
    ),
    Rule(
        "no-before-after",
        "No view hands out covered places before and after as a pair; what followed in them stands "
        "in the same row as what followed in placebo groups.",
        "Places chosen at their worst fall by themselves.",
        Text("qué siguió en lugares como estos", "what happened next in places like these"),
        "`views.placebo_fan`; no other view",
        "tests/laws/test_claims.py::test_no_view_pairs_before_and_after_of_covered_places",
    ),
    Rule(
        "one-city",
        "The rate of a group is told with its rate without each member.",
        "One large city can carry a group of ten.",
        Text("sin ese municipio la tasa sería otra", "without that municipality the rate differs"),
        "`mart.group_leave_one_out`",
        "tests/unit/test_group_marts.py::test_each_member_is_left_out_once",
    ),
    Rule(
        "equals",
        "A group's place among placebo groups is told only where these were as violent before, up "
        "to 20 %, and a member that carries it is named.",
        "A group half as violent falls less by itself, and the comparison would flatter.",
        Text("no hubo grupos tan violentos", "no groups were as violent"),
        "`placebo.is_alike`, `mart.placebo_fan`",
        "tests/unit/test_placebo.py::test_the_member_that_carries_a_group_is_named",
    ),
)
"""Every rule, in the order of the table in ``docs/claims.md``."""
