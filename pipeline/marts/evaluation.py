"""What an evaluation can say of the programme as a whole, computed where its figures changed.

Groups only: no row is of a municipality. Outcomes that may not stand beside coverage are never
evaluated, and a refused outcome keeps its reason.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from importlib.metadata import version
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from pipeline.analysis.aligned import Floats
from pipeline.analysis.evaluation.bounds import coverage_bounds
from pipeline.analysis.evaluation.courses import (
    Course,
    honest_range,
    linear_difference,
    poisson_course,
    poisson_ratio,
)
from pipeline.analysis.evaluation.design import (
    Counts,
    EvaluationRefusedError,
    Flags,
    Groups,
    Refusal,
    Span,
    border_matrix,
    evaluated_groups,
    quarterly_panel,
    span_counts,
)
from pipeline.analysis.evaluation.effect import (
    Effect,
    information_weights,
    score_bootstrap_p,
)
from pipeline.analysis.evaluation.placebo import (
    Pool,
    Positions,
    assigned,
    clustered_draws,
    critical_value,
    matched_draws,
    placebo_effects,
    randomisation_p,
    recommended_effect,
)
from pipeline.analysis.evaluation.staggered import (
    Staggered,
    dated_starts,
    dose_starts,
    staggered_effect,
    yearly_panel,
)
from pipeline.analysis.evaluation.verdict import (
    Evidence,
    detectable_fall,
    holm_adjusted,
    two_sided_p,
    verdict,
)
from pipeline.catalog import methods
from pipeline.catalog.programmes import SOMOS_COMUNIDAD
from pipeline.catalog.tables import TABLES
from pipeline.errors import ContractError
from pipeline.marts.reuse import store_by_series
from pipeline.marts.rows import no_rows, store_rows
from pipeline.store.warehouse import Draft

_MART: Final = "mart.evaluation"
_LIBRARIES: Final = ("diff-diff", "numpy", "pyfixest", "scipy")
_ORDER: Final = tuple(
    next(iter(TABLES[_MART].schema.columns["estimator"].checks)).statistics["allowed_values"]
)
"""Estimators, best evidence first."""
_NORMAL: Final = 1.959964
_Estimator = Callable[[pd.DataFrame], Staggered]
_SIZES: Final = {"first_wave": 10, "documented": 14, "all_covered": 35}


class Figures(NamedTuple):
    """What one outcome is evaluated from."""

    places: pd.DataFrame
    neighbours: pd.DataFrame
    events: pd.DataFrame
    population: pd.DataFrame
    months: pd.DataFrame


def store(draft: Draft, series: Sequence[str] = methods.EVALUATION_SERIES) -> pd.DataFrame:
    """Fill the marts of the evaluation.

    Parameters
    ----------
    draft
        Warehouse being built, with neighbours and residents.
    series
        Outcomes; those that this build does not publish have no row.

    Returns
    -------
    computations
        Rows of ``mart.computation``.

    Raises
    ------
    ContractError
        If an outcome may not stand beside coverage.
    """
    declared = draft.frame("view/series").set_index("series_id")
    apart = [one for one in series if one in declared.index[declared["is_apart_from_coverage"]]]
    if apart:
        message = f"{len(apart)} outcomes are kept apart from coverage, for example {apart[0]}"
        raise ContractError(message)
    published = [one for one in series if one in declared.index[declared["is_published"]]]
    places = draft.frame("mart/evaluation_place", programme_id=SOMOS_COMUNIDAD.id)
    neighbours = draft.frame("mart/evaluation_neighbour")
    population = draft.frame("mart/evaluation_population")
    versions = "; ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    inputs = (
        (
            one,
            (
                one,
                places,
                neighbours,
                draft.frame("mart/evaluation_event", series_id=one),
                population,
                draft.frame("mart/evaluation_month", series_id=one),
                versions,
            ),
        )
        for one in published
    )
    computations = store_by_series(draft, [_MART], evaluation_rows, inputs)
    store_rows(draft, "mart.evaluation_verdict", verdict_rows(draft.frame("mart/evaluation_kept")))
    return computations


def evaluation_rows(  # noqa: PLR0913, PLR0917 - the frames that decide whether it is reused
    series_id: str,
    places: pd.DataFrame,
    neighbours: pd.DataFrame,
    events: pd.DataFrame,
    population: pd.DataFrame,
    months: pd.DataFrame,
    versions: str,
    draws: int = methods.EVALUATION_DRAWS,
) -> pd.DataFrame:
    """Everything that is computed for one outcome.

    Parameters
    ----------
    series_id
        The outcome.
    places
        One row per municipality: what is known of the programme there, and where it lies.
    neighbours
        Pairs that share a border.
    events
        Months with events.
    population
        Residents by year.
    months
        Months that are published whole.
    versions
        Libraries behind the figures.
    draws
        Random draws.

    Returns
    -------
    rows
        Of ``mart.evaluation``.
    """
    figures = Figures(places.set_index("municipality_code"), neighbours, events, population, months)
    outcome = _Outcome(series_id, figures, versions, draws)
    rows = [
        *_first_wave(outcome),
        *_all_covered(outcome),
        *_detectable(outcome),
        *_staggered(outcome),
    ]
    found = pd.DataFrame(rows, columns=list(TABLES[_MART].schema.columns))
    types = {name: column.dtype.type for name, column in TABLES[_MART].schema.columns.items()}
    typed = found.astype(types)
    told = [name for name, kind in types.items() if kind is np.float64]
    typed[told] = typed[told].map(_rounded)
    return typed


def verdict_rows(estimates: pd.DataFrame) -> pd.DataFrame:
    """What may be said of every outcome, its p-values adjusted over all of them.

    Parameters
    ----------
    estimates
        Rows of ``mart.evaluation`` of every outcome.

    Returns
    -------
    rows
        Of ``mart.evaluation_verdict``; refused outcomes have none.
    """
    first = estimates[(estimates["evaluated"] == "first_wave") & estimates["p"].notna()]
    by_outcome = first.pivot_table(index="series_id", columns="estimator", values="p")
    if by_outcome.empty:
        return no_rows("mart.evaluation_verdict")
    random = by_outcome[["randomisation", "randomisation_together"]].max(axis=1)
    own = estimates[estimates["estimator"] == "recommended"].set_index("series_id")
    trends = estimates[estimates["estimator"] == "trends_relative_0.5"].set_index("series_id")
    survives = (trends["ratio_lower"] > 1) | (trends["ratio_upper"] < 1)
    rows = pd.DataFrame(
        {
            "series_id": by_outcome.index.astype("str"),
            "adjusted_p": holm_adjusted(by_outcome["recommended"]),
            "adjusted_randomisation_p": holm_adjusted(random),
        },
        index=by_outcome.index,
    )
    detectable = own["detectable_fall"].reindex(rows.index).to_numpy(float)
    facts = zip(
        rows["adjusted_p"].to_numpy(float),
        rows["adjusted_randomisation_p"].to_numpy(float),
        survives.reindex(rows.index, fill_value=False),
        detectable,
        strict=True,
    )
    plausible = methods.EVALUATION_PLAUSIBLE_FALL
    rows["verdict"] = [verdict(Evidence(*one), plausible).value for one in facts]
    return rows.reset_index(drop=True).astype({"verdict": "str"})


def evaluated_span(first: tuple[int, int] = methods.EVALUATION_AFTER[0]) -> Span:
    """Months before and after, as declared; the time after may begin at another month."""
    (before_first, before_last), (_, after_last) = (
        methods.EVALUATION_BEFORE,
        methods.EVALUATION_AFTER,
    )
    return Span(*(date(*one, 1) for one in (before_first, before_last, first, after_last)))


def staggered_span() -> Span:
    """Whole years: those before any start, and those in which places start and go on."""
    first, last = (date(*one, 1) for one in methods.EVALUATION_STAGGERED_BEFORE)
    return Span(first, last, date(last.year + 1, 1, 1), date(*methods.EVALUATION_AFTER[1], 1))


class _Outcome(NamedTuple):
    """One outcome, and how a row of it begins."""

    series_id: str
    figures: Figures
    versions: str
    draws: int

    @property
    def groups(self) -> Groups:
        return evaluated_groups(self.figures.places, self.figures.neighbours)

    def counts(self, codes: Sequence[str], span: Span) -> Counts:
        months = self.figures.months["month"]
        return span_counts(self.figures.events, self.figures.population, codes, span, list(months))

    def pool(self, counts: Counts) -> Pool:
        regions = self.figures.places["region"].reindex(list(counts.codes)).to_numpy(str)
        return Pool(counts, border_matrix(counts.codes, self.figures.neighbours), regions)

    def row(self, evaluated: str, estimator: str, span: Span, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
        """A row whose figures are empty but for those told."""
        groups = self.groups
        members = {
            "first_wave": len(groups.first_wave),
            "documented": len(groups.documented),
            "all_covered": min(
                SOMOS_COMUNIDAD.municipality_count, len(groups.documented) + len(groups.candidates)
            ),
        }
        empty = dict.fromkeys(TABLES[_MART].schema.columns, None)
        return {
            **empty,
            "series_id": self.series_id,
            "evaluated": evaluated,
            "estimator": estimator,
            "position": _ORDER.index(estimator) + 1,
            "places": members[evaluated],
            "compared": len(groups.compared),
            "before_first": pd.Timestamp(span.before_first),
            "before_last": pd.Timestamp(span.before_last),
            "after_first": pd.Timestamp(span.after_first),
            "after_last": pd.Timestamp(span.after_last),
            "seed": methods.EVALUATION_SEED,
            "versions": self.versions,
            **facts,
        }

    def refused(
        self, evaluated: str, estimator: str, span: Span, why: EvaluationRefusedError
    ) -> dict[str, Any]:
        return self.row(
            evaluated, estimator, span, refusal=why.reason.value, missing=max(why.missing, 0)
        )


def _first_wave(outcome: _Outcome) -> Iterator[dict[str, Any]]:
    """The ten places that started at about one time."""
    span = evaluated_span()
    groups = outcome.groups
    try:
        counts = outcome.counts((*groups.first_wave, *groups.compared), span)
        own, beside = counts.of(groups.first_wave), counts.of(groups.compared)
        _refuse_rare(counts, own)
        found = recommended_effect(counts, own, beside)
        matched, together = (
            placebo_effects(outcome.pool(_only(counts, beside)), one)
            for one in _assignments(outcome, counts)
        )
    except EvaluationRefusedError as why:
        yield outcome.refused("first_wave", "recommended", span, why)
        return
    yield outcome.row(
        "first_wave",
        "recommended",
        span,
        **_chance(found),
        p=float(found.p[0]),
        detectable_fall=detectable_fall(
            float(found.error_jackknife[0]), float(found.places[0]) - 1
        ),
    )
    for name, placebo in (("randomisation", matched), ("randomisation_together", together)):
        yield outcome.row(
            "first_wave",
            name,
            span,
            **_chance(found, critical_value(placebo.t)),
            p=randomisation_p(float(found.t[0]), placebo.t),
            draws=outcome.draws,
        )
    yield from _other_tests(outcome, counts, span)
    yield from _choices(outcome, counts, span)
    yield from _trends(outcome, counts, span)


def _assignments(outcome: _Outcome, counts: Counts) -> tuple[Positions, Positions]:
    """Placebo programmes among the compared places: matched, and matched within regions."""
    own, beside = counts.of(outcome.groups.first_wave), counts.of(outcome.groups.compared)
    regions = outcome.figures.places["region"].reindex(list(counts.codes)).to_numpy(str)
    profile = counts.profile
    common = {"draws": outcome.draws, "seed": methods.EVALUATION_SEED}
    return (
        matched_draws(profile[own], profile[beside], nearest=methods.EVALUATION_NEAREST, **common),
        clustered_draws(
            profile[own],
            list(regions[own]),
            profile[beside],
            regions[beside],
            nearest=methods.EVALUATION_NEAREST_IN_REGION,
            **common,
        ),
    )


def _other_tests(outcome: _Outcome, counts: Counts, span: Span) -> Iterator[dict[str, Any]]:
    """What the wild bootstraps and the usual regression say of the same places."""
    groups = outcome.groups
    own, beside = counts.of(groups.first_wave), counts.of(groups.compared)
    weights = information_weights(counts, own | beside)
    yield outcome.row(
        "first_wave",
        "score_bootstrap",
        span,
        ratio=float(np.exp(recommended_effect(counts, own, beside).log_ratio[0])),
        p=float(
            score_bootstrap_p(
                counts,
                own,
                beside,
                weights,
                counts.profile,
                draws=outcome.draws,
                seed=methods.EVALUATION_SEED,
            )[0]
        ),
        draws=outcome.draws,
    )
    panel = _panel(outcome, counts, span)
    between = (panel["quarter"] > pd.Timestamp(span.before_last)) & ~panel["is_after"]
    usual = poisson_ratio(panel[~between])
    lower, upper = (usual.log_ratio + sign * _NORMAL * usual.error for sign in (-1, 1))
    yield outcome.row(
        "first_wave",
        "poisson_fixed_effects",
        span,
        limits="chance",
        ratio=np.exp(usual.log_ratio),
        ratio_lower=np.exp(lower),
        ratio_upper=np.exp(upper),
        p=two_sided_p(usual.log_ratio, usual.error),
    )
    linear = linear_difference(panel[~between], draws=outcome.draws, seed=methods.EVALUATION_SEED)
    yield outcome.row("first_wave", "linear_wild_bootstrap", span, p=linear.p, draws=outcome.draws)


def _choices(outcome: _Outcome, counts: Counts, span: Span) -> Iterator[dict[str, Any]]:
    """Estimates under other choices: the quarter of the start, and every place left out in turn."""
    groups = outcome.groups
    codes = (*groups.first_wave, *groups.compared)
    starts = []
    for first in span.quarter_starts(date(*methods.EVALUATION_EARLIEST_START, 1)):
        other = outcome.counts(codes, span.with_start(first))
        effect = recommended_effect(other, other.of(groups.first_wave), other.of(groups.compared))
        starts.append(float(effect.log_ratio[0]))
    yield outcome.row("first_wave", "start_dates", span, **_range_of(starts))
    own, beside = counts.of(groups.first_wave), counts.of(groups.compared)
    without = []
    for one in np.flatnonzero(own & (counts.events > 0)):
        fewer = own.copy()
        fewer[one] = False
        without.append(float(recommended_effect(counts, fewer, beside).log_ratio[0]))
    yield outcome.row("first_wave", "leave_one_out", span, **_range_of(without))


def _trends(outcome: _Outcome, counts: Counts, span: Span) -> Iterator[dict[str, Any]]:
    """Limits if the places had not moved alike without the programme, from half-years."""
    names = [f"trends_relative_{limit:g}" for limit in methods.EVALUATION_DEPARTURES]
    try:
        course = half_year_course(_panel(outcome, counts, span), span)
    except EvaluationRefusedError as why:
        for name in (*names, "trends_straight"):
            yield outcome.refused("first_wave", name, span, why)
        return
    weights = after_weights(course, span)
    for name, limit in zip(names, methods.EVALUATION_DEPARTURES, strict=True):
        found = honest_range(course, weights, limit, "relative_magnitude")
        yield outcome.row("first_wave", name, span, **_told_range(course, weights, found[:2]))
    straight = honest_range(course, weights, 0.0, "smoothness")
    yield outcome.row(
        "first_wave", "trends_straight", span, **_told_range(course, weights, straight[:2])
    )


def half_year_course(panel: pd.DataFrame, span: Span) -> Course:
    """Event study by half-years, beside the last whole one before.

    Parameters
    ----------
    panel
        Quarters, as from `pipeline.analysis.evaluation.design.quarterly_panel`, with
        `is_evaluated`.
    span
        Its months before end in the third quarter of a year, which begins the half-year in which
        the programme starts.

    Returns
    -------
    Course
        Unweighted Poisson with effects of place and half-year.
    """
    quarter = panel["quarter"]
    first = quarter.where(quarter.dt.month.isin([1, 7]), quarter - pd.DateOffset(months=3))
    keys = ["municipality_code", "quarter", "is_evaluated"]
    halves = panel.assign(quarter=first).groupby(keys, as_index=False)[["events", "person_years"]]
    return poisson_course(halves.sum(), pd.Timestamp(span.before_last.year, 1, 1))


def after_weights(course: Course, span: Span) -> list[float]:
    """Equal weights of the half-years after; none of those between."""
    late = course.periods[len(course.before) :]
    counted = np.array([one >= pd.Timestamp(span.after_first) for one in late], dtype=float)
    return list(counted / counted.sum())


def _all_covered(outcome: _Outcome) -> Iterator[dict[str, Any]]:
    """All 35 places: 14 that are documented, and every way to choose the others."""
    (before_first, before_last), (first, last) = (
        methods.EVALUATION_BEFORE,
        methods.EVALUATION_ALL_AFTER,
    )
    span = Span(*(date(*one, 1) for one in (before_first, before_last, first, last)))
    groups = outcome.groups
    missing = SOMOS_COMUNIDAD.municipality_count - len(groups.documented)
    names = ("coverage_sampled", "coverage_likelier", "coverage_extreme")
    try:
        counts = outcome.counts((*groups.documented, *groups.candidates, *groups.compared), span)
        known, beside = counts.of(groups.documented), counts.of(groups.compared)
        _refuse_rare(counts, known)
        found = [
            coverage_bounds(
                counts,
                known,
                counts.of(candidates),
                beside,
                missing=missing,
                draws=outcome.draws,
                seed=methods.EVALUATION_SEED,
            )
            for candidates in (groups.candidates, groups.likelier)
        ]
    except EvaluationRefusedError as why:
        for name in names:
            yield outcome.refused("all_covered", name, span, why)
        return
    for name, one in zip(names[:2], found, strict=True):
        yield outcome.row(
            "all_covered",
            name,
            span,
            limits="chance and choices",
            ratio=float(np.exp(np.median(one.sampled))),
            ratio_lower=np.exp(one.lower),
            ratio_upper=np.exp(one.upper),
            draws=outcome.draws,
        )
    extremes = [found[0].lowest, found[0].highest]
    yield outcome.row("all_covered", names[2], span, **_range_of(extremes))


def _detectable(outcome: _Outcome) -> Iterator[dict[str, Any]]:
    """What programmes of 10, 14 and 35 places would have shown, in the newest span before."""
    span = evaluated_span().moved(methods.EVALUATION_HISTORY_YEARS)
    places = outcome.figures.places
    plan = [str(code) for code in places.index[places["is_pdet"]]]
    for evaluated, size in _SIZES.items():
        try:
            counts = outcome.counts(plan, span)
            own = counts.profile[counts.of(outcome.groups.first_wave)]
            _refuse_without_model(own, size)
            like = own[np.resize(np.arange(len(own)), size)]
            drawn = matched_draws(
                like,
                counts.profile,
                nearest=max(methods.EVALUATION_NEAREST, size + 2),
                draws=outcome.draws,
                seed=methods.EVALUATION_SEED,
            )
            found = placebo_effects(outcome.pool(counts), drawn)
        except EvaluationRefusedError as why:
            yield outcome.refused(evaluated, "detectable", span, why)
            continue
        error = float(np.sqrt(np.nanmean(found.error_jackknife**2)))
        yield outcome.row(
            evaluated,
            "detectable",
            span,
            places=size,
            compared=int(np.median(assigned(drawn, outcome.pool(counts).borders)[1].sum(axis=1))),
            detectable_fall=detectable_fall(error, size - 1),
            draws=outcome.draws,
        )


def _staggered(outcome: _Outcome) -> Iterator[dict[str, Any]]:
    """Designs for places that start at different times: refused while starts are not dated."""
    span = staggered_span()
    listed = outcome.figures.places.reset_index()
    starts = partial(dated_starts, listed)
    beside_never = partial(staggered_effect, method="group-time")
    designs: dict[str, tuple[Callable[[], pd.Series[pd.Timestamp]], _Estimator]] = {
        "staggered": (starts, beside_never),
        "staggered_not_yet_treated": (starts, partial(beside_never, control="not_yet_treated")),
        "staggered_interaction_weighted": (
            starts,
            partial(staggered_effect, method="interaction-weighted"),
        ),
        "staggered_component_1": (partial(dose_starts, listed, "1"), beside_never),
        "staggered_component_2": (partial(dose_starts, listed, "2"), beside_never),
    }
    for name, (starts_of, estimator) in designs.items():
        try:
            facts = _staggered_facts(outcome, span, starts_of(), estimator)
        except EvaluationRefusedError as why:
            yield outcome.refused("all_covered", name, span, why)
            continue
        yield outcome.row("all_covered", name, span, limits="chance", **facts)


def _staggered_facts(
    outcome: _Outcome, span: Span, starts: "pd.Series[pd.Timestamp]", estimator: _Estimator
) -> dict[str, Any]:
    counts = outcome.counts((*starts.index, *outcome.groups.compared), span)
    own, beside = counts.of(list(starts.index)), counts.of(outcome.groups.compared)
    _refuse_rare(counts, own)
    quarters = quarterly_panel(outcome.figures.events, outcome.figures.population, counts, span)
    found = estimator(yearly_panel(quarters, starts, span))
    margin = _NORMAL * found.overall_error
    return {
        "places": int(own.sum()),
        "compared": int(beside.sum()),
        "difference": found.overall,
        "difference_lower": found.overall - margin,
        "difference_upper": found.overall + margin,
        "p": two_sided_p(found.overall, found.overall_error),
    }


def _rounded(value: float) -> float:
    """To five digits: what iterations leave after them differs from machine to machine."""
    return float(f"{value:.5g}")


def _refuse_rare(counts: Counts, own: Flags) -> None:
    """Refuse an outcome that most of the evaluated places never had."""
    seen, places = int((counts.events[own] > 0).sum()), int(own.sum())
    if not places:
        message = "no place is known to belong to the evaluated ones: add them to the list"
        raise EvaluationRefusedError(Refusal.PLACES, message, 1)
    least = int(np.ceil(methods.EVALUATION_SHARE_WITH_EVENTS * places))
    if seen < least:
        message = (
            f"{seen} of {places} evaluated places had any event, and {least} are needed: the "
            "effect would be that on a few of them. Pool more years or choose another series"
        )
        raise EvaluationRefusedError(Refusal.EVENTS, message, least - seen)


def _refuse_without_model(own: Floats, size: int) -> None:
    if not len(own):
        message = "no place of the first wave is documented: placebo places have no model"
        raise EvaluationRefusedError(Refusal.PLACES, message, size)


def _panel(outcome: _Outcome, counts: Counts, span: Span) -> pd.DataFrame:
    panel = quarterly_panel(outcome.figures.events, outcome.figures.population, counts, span)
    return panel.assign(
        is_evaluated=panel["municipality_code"].isin(outcome.groups.first_wave),
        is_after=panel["quarter"] >= pd.Timestamp(span.after_first),
    )


def _only(counts: Counts, chosen: Flags) -> Counts:
    codes = tuple(code for code, flag in zip(counts.codes, chosen, strict=True) if flag)
    fields = (counts.before, counts.after, counts.years_before, counts.years_after)
    return Counts(codes, *(one[chosen] for one in fields))


def _chance(found: Effect, critical: float | None = None) -> dict[str, Any]:
    lower, upper = found.limits(critical)
    names = ("ratio", "ratio_lower", "ratio_upper")
    logs = (found.log_ratio, lower, upper)
    return {
        "limits": "chance",
        **{name: np.exp(one[0]) for name, one in zip(names, logs, strict=True)},
    }


def _range_of(log_ratios: Sequence[float]) -> dict[str, Any]:
    return {
        "limits": "choices",
        "ratio_lower": np.exp(min(log_ratios)),
        "ratio_upper": np.exp(max(log_ratios)),
    }


def _told_range(
    course: Course, weights: Sequence[float], limits: Sequence[float]
) -> dict[str, Any]:
    return {
        "limits": "chance",
        "ratio": np.exp(course.after @ np.asarray(weights)),
        "ratio_lower": np.exp(limits[0]),
        "ratio_upper": np.exp(limits[1]),
    }
