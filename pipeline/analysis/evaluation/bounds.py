"""What the effect may be when it is not known which places were covered.

The change of the places beside is fitted once; then every set of places that may have been covered
has its own rate ratio, and the extreme ones are found exactly.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from pipeline.analysis.aligned import Floats
from pipeline.analysis.evaluation.design import Counts, EvaluationRefusedError, Flags, Refusal
from pipeline.analysis.evaluation.effect import information_weights, weighted_effect

_ROUNDS = 100
_TOLERANCE = 1e-9


class CoverageBounds(NamedTuple):
    """Log rate ratios over the sets of places that may be covered.

    Attributes
    ----------
    sampled
        One per drawn set.
    lowest, highest
        Over all sets of that size, each found exactly.
    lower, upper
        95 % limits of the drawn sets: the lower limit that 2.5 % of the sets stay below, and the
        upper one that 2.5 % exceed. Chance and unknown coverage together.
    """

    sampled: Floats
    lowest: float
    highest: float
    lower: float
    upper: float


class _Expected(NamedTuple):
    """Counts, weights and the log odds that the compared places lead to expect."""

    counts: Counts
    weights: Floats
    log_odds: Floats


def coverage_bounds(  # noqa: PLR0913 - three groups, their number, and the draws
    counts: Counts,
    known: Flags,
    candidates: Flags,
    compared: Flags,
    *,
    missing: int,
    draws: int,
    seed: int,
) -> CoverageBounds:
    """Rate ratio of the known places with any `missing` of the candidates.

    Parameters
    ----------
    counts
        Before and after, of n places.
    known, candidates, compared
        Who is which, of shape ``(n,)``.
    missing
        How many candidates were covered.
    draws
        Sets that are drawn, all equally likely.
    seed
        Of these draws.

    Returns
    -------
    CoverageBounds
        With the weights and adjustment of the recommended estimator, the adjustment learnt from
        the compared places alone, so that the sets differ by their own events only.

    Raises
    ------
    EvaluationRefusedError
        If there are fewer candidates than are missing.
    """
    pool = np.flatnonzero(candidates)
    if pool.size < missing:
        message = f"{missing} places are missing and only {pool.size} candidates are known"
        raise EvaluationRefusedError(Refusal.PLACES, message, missing - pool.size)
    weights = information_weights(counts, compared)
    expected = _Expected(counts, weights, _log_odds(counts, compared, weights))
    random = np.random.default_rng(seed)
    chosen = np.array([random.choice(pool, missing, replace=False) for _ in range(draws)])
    evaluated = np.repeat(known[None], draws, axis=0)
    evaluated[np.arange(draws)[:, None], chosen] = True
    sampled = np.array([_ratio(expected, one) for one in evaluated])
    found = weighted_effect(
        counts, evaluated, np.broadcast_to(compared, evaluated.shape), weights, counts.profile
    )
    lower, upper = found.limits()
    extremes = [_extreme(expected, known, pool, missing, sign=sign) for sign in (-1, 1)]
    return CoverageBounds(
        sampled,
        extremes[0],
        extremes[1],
        float(np.quantile(lower, 0.025)),
        float(np.quantile(upper, 0.975)),
    )


def _log_odds(counts: Counts, compared: Flags, weights: Floats) -> Floats:
    """Log odds of an event to come after, as rate and size before lead the compared to expect."""
    design = np.column_stack([np.ones(len(counts.codes)), counts.profile])
    own = design[compared]
    before, after = counts.before[compared], counts.after[compared]
    offset, weight = counts.offset[compared], weights[compared]
    parameters = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        share = expit(own @ parameters + offset)
        score = own.T @ (weight * (after - (before + after) * share))
        curvature = weight * (before + after) * share * (1 - share)
        step = np.linalg.solve((own.T * curvature) @ own, score)
        parameters = parameters + step
        if np.abs(step).max() < _TOLERANCE:
            break
    return np.asarray(design @ parameters + counts.offset)


def _ratio(expected: _Expected, places: Flags) -> float:
    """The log ratio at which the scores of the places sum to 0."""
    counts, weights, log_odds = expected
    events, after, weight = counts.events[places], counts.after[places], weights[places]
    found = 0.0
    for _ in range(_ROUNDS):
        share = expit(log_odds[places] + found)
        step = float(
            (weight * (after - events * share)).sum()
            / (weight * events * share * (1 - share)).sum()
        )
        found += float(np.clip(step, -1, 1))
        if abs(step) < _TOLERANCE:
            break
    return found


def _extreme(
    expected: _Expected, known: Flags, pool: npt.NDArray[np.intp], missing: int, *, sign: int
) -> float:
    """The lowest (sign -1) or highest (sign 1) ratio over all sets.

    A set has a ratio above r exactly where its scores at r sum above 0, and the set with the
    largest sum is that of the largest scores: so the best set for a ratio leads to a better ratio
    until it is the best for its own (Dinkelbach 1967, *Management Science* 13(7), 492-498).
    """
    counts, weights, log_odds = expected
    ratio, best = 0.0, known
    for number in range(_ROUNDS):
        scores = sign * weights * (counts.after - counts.events * expit(log_odds + ratio))
        chosen = known.copy()
        chosen[pool[np.argsort(-scores[pool], kind="stable")[:missing]]] = True
        if number and (chosen == best).all():
            break
        best = chosen
        ratio = _ratio(expected, best)
    return ratio
