"""The course of a rate ratio over time, and how far it may mislead: libraries behind plain values.

The libraries take seconds to import and are needed where an evaluation is computed, never by a
page; they are imported where they are used.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from pipeline.analysis.aligned import Floats
from pipeline.analysis.evaluation.design import EvaluationRefusedError, Refusal

_TOLERANCE = 1e-12
"""Tighter than the library's own, since threads sum in another order on every machine."""
_ROUNDS = 100
_LEAST_BEFORE = 2
"""Periods before, beside the reference, that differences of differences need."""


class Course(NamedTuple):
    """Log rate ratios by period beside a reference period, which itself has none.

    Attributes
    ----------
    before
        Log ratios of the periods before the reference, earliest first.
    after
        Those of the periods after it.
    covariance
        Of both in this order, clustered by place.
    periods
        First days of these periods.
    """

    before: Floats
    after: Floats
    covariance: Floats
    periods: tuple[pd.Timestamp, ...]


class Ratio(NamedTuple):
    """A log rate ratio and its cluster-robust standard error."""

    log_ratio: float
    error: float


class Range(NamedTuple):
    """95 % limits, and what they would be without chance."""

    lower: float
    upper: float
    identified_lower: float
    identified_upper: float


def poisson_ratio(panel: pd.DataFrame) -> Ratio:
    """Poisson regression with effects of place and quarter.

    Parameters
    ----------
    panel
        `municipality_code`, `quarter`, `events`, `person_years`, `is_evaluated` and `is_after`;
        quarters that count for neither are left out beforehand.

    Returns
    -------
    Ratio
        Of evaluated places after.
    """
    frame = panel.assign(
        treated=(panel["is_evaluated"] & panel["is_after"]).astype(float),
        log_years=np.log(panel["person_years"]),
    )
    fitted = _poisson("events ~ treated | municipality_code + quarter", frame)
    return Ratio(float(fitted.coef()["treated"]), float(fitted.se()["treated"]))


def poisson_course(panel: pd.DataFrame, reference: pd.Timestamp) -> Course:
    """Poisson event study: one log ratio per period beside the reference.

    Parameters
    ----------
    panel
        `municipality_code`, `quarter` (first day of a period of any length), `events`,
        `person_years` and `is_evaluated`.
    reference
        First day of the last period before.

    Returns
    -------
    Course
        Periods in which no evaluated place had an event would have no ratio: they are refused.

    Raises
    ------
    EvaluationRefusedError
        If a period has no event in the evaluated places, or the reference is not in the panel.
    """
    own = panel[panel["is_evaluated"]].groupby("quarter")["events"].sum()
    empty = own.index[own == 0]
    if len(empty) or reference not in own.index:
        message = (
            f"{len(empty)} of {len(own)} periods have no event in the evaluated places, or the "
            f"reference {reference:%Y-%m} is none of them: a ratio needs events. Use longer periods"
        )
        raise EvaluationRefusedError(Refusal.EVENTS, message, len(empty))
    others = [one for one in own.index if one != reference]
    names = [f"own_{place}" for place in range(len(others))]
    columns = {
        name: (panel["is_evaluated"] & (panel["quarter"] == one)).astype(float)
        for name, one in zip(names, others, strict=True)
    }
    frame = panel.assign(log_years=np.log(panel["person_years"]), **columns)
    fitted = _poisson(f"events ~ {' + '.join(names)} | municipality_code + quarter", frame)
    found = fitted.coef()
    order = [list(found.index).index(name) for name in names]
    ratios = found.to_numpy()[order]
    covariance = np.asarray(fitted._vcov)[np.ix_(order, order)]  # noqa: SLF001 - no public name
    early = sum(one < reference for one in others)
    return Course(ratios[:early], ratios[early:], covariance, tuple(others))


def honest_range(
    course: Course,
    weights: Sequence[float],
    limit: float,
    restriction: Literal["relative_magnitude", "smoothness"],
) -> Range:
    """Limits of a mean of the log ratios after, if trends were not parallel but not wild either.

    Parameters
    ----------
    course
        At least two periods before beside the reference.
    weights
        Of the periods after.
    limit
        How far trends may part: from one period to the next at most so many times as they did
        before (relative magnitudes), or a change of slope of at most so much (smoothness).
    restriction
        Which of the two.

    Returns
    -------
    Range
        The limits of smoothness are the paper's fixed-length ones; those of relative magnitudes
        widen the identified set by normal limits, as the library does.

    Raises
    ------
    EvaluationRefusedError
        If there are too few periods before.

    References
    ----------
    Rambachan and Roth (2023), *Review of Economic Studies* 90(5), 2555-2591.
    """
    from diff_diff import HonestDiD  # noqa: PLC0415 - two seconds that pages do not pay
    from diff_diff.results import MultiPeriodDiDResults, PeriodEffect  # noqa: PLC0415

    early, late = len(course.before), len(course.after)
    if early < _LEAST_BEFORE:
        message = (
            f"{early} periods before beside the reference, and {_LEAST_BEFORE} are needed to see "
            "how trends part; use shorter periods"
        )
        raise EvaluationRefusedError(Refusal.PERIODS, message, _LEAST_BEFORE - early)
    numbers = [*range(-early, 0), *range(1, late + 1)]
    ratios = np.concatenate([course.before, course.after])
    errors = np.sqrt(np.diag(course.covariance))
    effects = {
        number: PeriodEffect(number, float(one), float(error), 0.0, 1.0, (0.0, 0.0))
        for number, one, error in zip(numbers, ratios, errors, strict=True)
    }
    results = MultiPeriodDiDResults(
        period_effects=effects,
        avg_att=float(course.after.mean()),
        avg_se=1.0,
        avg_t_stat=0.0,
        avg_p_value=1.0,
        avg_conf_int=(0.0, 0.0),
        n_obs=0,
        n_treated=0,
        n_control=0,
        pre_periods=numbers[:early],
        post_periods=numbers[early:],
        vcov=course.covariance,
        reference_period=0,
        interaction_indices={number: place for place, number in enumerate(numbers)},
    )
    with _quiet():
        found = HonestDiD(method=restriction, M=limit, l_vec=np.asarray(weights)).fit(results)
    return Range(*(float(one) for one in (found.ci_lb, found.ci_ub, found.lb, found.ub)))


class LinearDifference(NamedTuple):
    """Difference in differences of rates, per 100,000 person-years, with bootstrap limits."""

    difference: float
    lower: float
    upper: float
    p: float


def linear_difference(panel: pd.DataFrame, *, draws: int, seed: int) -> LinearDifference:
    """Difference in differences of rates, every place alike, by wild cluster bootstrap.

    Parameters
    ----------
    panel
        As for `poisson_ratio`; counts are pooled to one rate before and one after.
    draws
        Bootstrap draws, with Webb's weights.
    seed
        Of the random numbers.

    Returns
    -------
    LinearDifference
        Of the mean rates of places.
    """
    from diff_diff import DifferenceInDifferences  # noqa: PLC0415 - two seconds

    keys = ["municipality_code", "is_evaluated", "is_after"]
    pooled = panel.groupby(keys, as_index=False)[["events", "person_years"]].sum()
    frame = pooled.assign(
        rate=1e5 * pooled["events"] / pooled["person_years"],
        treated=pooled["is_evaluated"].astype(int),
        late=pooled["is_after"].astype(int),
    )
    estimator = DifferenceInDifferences(
        cluster="municipality_code",
        inference="wild_bootstrap",
        bootstrap_weights="webb",
        n_bootstrap=draws,
        seed=seed,
    )
    with _quiet():
        found = estimator.fit(frame, outcome="rate", treatment="treated", post="late")
    lower, upper = found.conf_int
    return LinearDifference(float(found.att), float(lower), float(upper), float(found.p_value))


@contextmanager
def _quiet() -> Iterator[None]:
    """What libraries warn of their own use of others, or of nothing that is used here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _poisson(formula: str, frame: pd.DataFrame):  # type: ignore[no-untyped-def] # noqa: ANN202
    """The library's fit; places without any event carry no information and are left out by it."""
    import pyfixest  # noqa: PLC0415 - numba and its kind, which pages do not need

    told = frame.groupby("municipality_code")["events"].transform("sum") > 0
    with _quiet():
        return pyfixest.fepois(
            formula,
            frame[told],
            vcov={"CRV1": "municipality_code"},
            offset="log_years",
            iwls_tol=_TOLERANCE,
            iwls_maxiter=_ROUNDS,
            fixef_tol=_TOLERANCE,
        )
