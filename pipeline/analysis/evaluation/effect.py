"""Poisson difference in differences of before and after, for many assignments at once.

With one count before and one after in every place, Poisson fixed effects of place and time are a
binomial regression of the events after among all events: the place's own level drops out.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit
from scipy.stats import norm, t

from pipeline.analysis.aligned import Floats
from pipeline.analysis.evaluation.design import Counts, EvaluationRefusedError, Flags, Refusal

_ROUNDS = 50
_TOLERANCE = 1e-10
_SETTLED = 1e-6
_LARGEST_STEP = 2.0
_FEWEST = 2
"""Places with events that either side needs before anything can be said of it."""


class Effect(NamedTuple):
    """Logarithm of a rate ratio and how sure it is; every field of shape ``(assignments,)``.

    Attributes
    ----------
    log_ratio
        Change of the evaluated places over that of the places beside them.
    error_independent
        Standard error if every event were independent.
    error_cluster
        Cluster-robust standard error by place, with the usual factor G / (G - 1).
    error_jackknife
        Bias-reduced: every place left out in turn (CR3, in its one-step form).
    places
        Evaluated places that had an event.
    """

    log_ratio: Floats
    error_independent: Floats
    error_cluster: Floats
    error_jackknife: Floats
    places: Floats

    @property
    def t(self) -> Floats:
        """Estimate over its jackknife standard error."""
        return self.log_ratio / self.error_jackknife

    @property
    def p(self) -> Floats:
        """Two-sided p-value by Student's t with one degree less than evaluated places."""
        return np.asarray(2 * t.sf(np.abs(self.t), self.places - 1))

    @property
    def p_cluster(self) -> Floats:
        """Two-sided p-value of the usual cluster-robust error and the normal distribution."""
        return np.asarray(2 * norm.sf(np.abs(self.log_ratio / self.error_cluster)))

    @property
    def p_independent(self) -> Floats:
        """Two-sided p-value as if every event were independent."""
        return np.asarray(2 * norm.sf(np.abs(self.log_ratio / self.error_independent)))

    def limits(self, critical: float | None = None) -> tuple[Floats, Floats]:
        """Central 95 % limits of the log ratio; `critical` replaces the quantile of Student's t."""
        reach = t.ppf(0.975, self.places - 1) if critical is None else critical
        return (
            self.log_ratio - reach * self.error_jackknife,
            self.log_ratio + reach * self.error_jackknife,
        )


class Scatter(NamedTuple):
    """How changes of places scatter: variance of a score is `own` * v + `shared` * v squared.

    Attributes
    ----------
    own
        Variance over mean within places, at least 1.
    shared
        Variance of the logarithm of the places' changes, at least 0.
    """

    own: float
    shared: float


def change_scatter(counts: Counts, reference: Flags) -> Scatter:
    """How much the changes of places differ beyond chance, by moments.

    Parameters
    ----------
    counts
        Before and after.
    reference
        Places to learn it from.

    Returns
    -------
    Scatter
        By iteratively weighted least squares of squared scores on their information.
    """
    score, information = _common_scores(counts, reference)
    known = reference & (information > 0)
    x, y = information[known], score[known] ** 2 / information[known]
    own, shared = 1.0, 0.1
    design = np.column_stack([np.ones_like(x), x])
    for _ in range(_ROUNDS):
        weight = 1 / (own + shared * x)
        found = np.linalg.lstsq(design * weight[:, None], y * weight, rcond=None)[0]
        before = (own, shared)
        own, shared = max(1.0, float(found[0])), max(0.0, float(found[1]))
        if np.allclose(before, (own, shared), atol=1e-9):
            break
    return Scatter(own, shared)


def information_weights(counts: Counts, reference: Flags) -> Floats:
    """Weight of every place: one large city must not outweigh nine towns.

    Events within a place move together, so that its information grows with its events only up to
    a limit: 1 / (own + shared * v), where v is what independent events would tell.

    Parameters
    ----------
    counts
        Before and after.
    reference
        Places that say how changes scatter and what the common change is.

    Returns
    -------
    weights
        From 0 (exclusive) to 1.
    """
    scatter = change_scatter(counts, reference)
    _, information = _common_scores(counts, reference)
    return 1 / (scatter.own + scatter.shared * information)


def weighted_effect(
    counts: Counts,
    evaluated: Flags,
    compared: Flags,
    weights: Floats | None = None,
    covariates: Floats | None = None,
) -> Effect:
    """Rate ratio of the evaluated places' change over that of the compared ones.

    Solves the weighted score equations of Poisson regression with effects of place and time, and
    with `covariates` times after. Weights of 1 and no covariates give Poisson fixed effects.

    Parameters
    ----------
    counts
        Before and after, of n places.
    evaluated, compared
        Who is which, of shape ``(n,)`` or ``(assignments, n)``; other places do not enter.
    weights
        Of shape ``(n,)``; 1 if not told.
    covariates
        What the change may depend on, of shape ``(n, k)``; standardised before use, and left out
        where it does not vary.

    Returns
    -------
    Effect
        One entry per assignment; NaN where fewer than two evaluated or compared places have events
        or either group has none before or after.

    Raises
    ------
    EvaluationRefusedError
        If that is so of every assignment.
    """
    first, second = np.atleast_2d(evaluated), np.atleast_2d(compared)
    told = _told(counts, first) & _told(counts, second)
    if not told.any():
        message = (
            f"{len(told):,} of {len(told):,} assignments have fewer than {_FEWEST} evaluated or "
            f"compared places with events, or no event before or after: a comparison would rest on "
            "one place. Pool more years or choose another series"
        )
        raise EvaluationRefusedError(Refusal.EVENTS, message, len(told))
    everything = np.full((5, len(told)), np.nan)
    everything[:, told] = _estimates(counts, first[told], second[told], weights, covariates)
    return Effect(*everything)


def score_bootstrap_p(  # noqa: PLR0913 - the fit's arguments, and those of the draws
    counts: Counts,
    evaluated: Flags,
    compared: Flags,
    weights: Floats | None = None,
    covariates: Floats | None = None,
    *,
    draws: int,
    seed: int,
) -> Floats:
    """P-value of no effect by a wild bootstrap of the scores, with the null imposed.

    Parameters
    ----------
    counts, evaluated, compared, weights, covariates
        As for `weighted_effect`.
    draws
        Random signs of the places.
    seed
        Of these signs.

    Returns
    -------
    p
        Two-sided, of shape ``(assignments,)``; NaN where `weighted_effect` is.

    References
    ----------
    Kline and Santos (2012), *Journal of Econometric Methods* 1(1), 23-41.
    """
    first, second = np.atleast_2d(evaluated), np.atleast_2d(compared)
    told = _told(counts, first) & _told(counts, second)
    p = np.full(len(told), np.nan)
    weight = np.where(first | second, 1.0 if weights is None else weights, 0.0)[told]
    design = _design(first[told], covariates)
    null = np.delete(design, 1, axis=2)
    fitted = _solved(counts, null, weight)
    crossed = np.einsum("rnk,rn,rn->rk", null, fitted.curvature, design[:, :, 1])
    projected = np.linalg.solve(fitted.information, crossed[..., None])[..., 0]
    scores = (design[:, :, 1] - np.einsum("rnk,rk->rn", null, projected)) * fitted.score
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (scores.shape[1], draws))
    reached = np.abs(scores @ signs) >= np.abs(scores.sum(axis=1))[:, None] * (1 - 1e-12)
    p[told] = (1 + reached.sum(axis=1)) / (1 + draws)
    return p


def _told(counts: Counts, places: Flags) -> Flags:
    """Which assignments have enough places with events, and events before and after."""
    informed = (places & (counts.events > 0)).sum(axis=1) >= _FEWEST
    return np.asarray(
        informed & (places @ counts.before > 0) & (places @ counts.after > 0), dtype=bool
    )


def _estimates(
    counts: Counts, first: Flags, second: Flags, weights: Floats | None, covariates: Floats | None
) -> Floats:
    """The fields of `Effect`, one row each."""
    used = first | second
    weight = np.where(used, 1.0 if weights is None else weights, 0.0)
    design = _design(first, covariates)
    fitted = _solved(counts, design, weight)
    hessian = np.linalg.inv(fitted.information)
    direction = np.einsum("rnk,rk->rn", design, hessian[:, :, 1])
    influence = direction * fitted.score
    leverage = np.einsum("rnk,rkl,rnl,rn->rn", design, hessian, design, fitted.curvature)
    slack = np.maximum(1 - leverage, 1e-9)
    has_events = counts.events > 0
    places = (used & has_events).sum(axis=1)
    found = [
        fitted.parameters[:, 1],
        np.sqrt((direction**2 * weight * fitted.curvature).sum(axis=1)),
        np.sqrt((influence**2).sum(axis=1) * places / (places - 1)),
        np.sqrt(((influence / slack) ** 2).sum(axis=1)),
        (first & has_events).sum(axis=1).astype(float),
    ]
    return np.where(fitted.is_settled, np.array(found), np.nan)


class _Fit(NamedTuple):
    parameters: Floats
    score: Floats
    curvature: Floats
    information: Floats
    is_settled: Flags


def _design(evaluated: Flags, covariates: Floats | None) -> Floats:
    """Constant, evaluated, covariates: shape ``(assignments, places, 2 + k)``."""
    draws, places = evaluated.shape
    parts = [np.ones((draws, places, 1)), evaluated[:, :, None].astype(float)]
    if covariates is not None:
        varying = covariates[:, covariates.std(axis=0) > _TOLERANCE]
        standard = (varying - varying.mean(axis=0)) / varying.std(axis=0)
        parts.append(np.broadcast_to(standard, (draws, *standard.shape)))
    return np.concatenate(parts, axis=2)


def _solved(counts: Counts, design: Floats, weight: Floats) -> _Fit:
    """Newton's method on the binomial scores of all assignments together."""
    draws, _, size = design.shape
    parameters = np.zeros((draws, size))
    expected = (weight * counts.before * np.exp(counts.offset)).sum(axis=1)
    parameters[:, 0] = np.log((weight * counts.after).sum(axis=1) / expected)
    for _ in range(_ROUNDS):
        linear = np.einsum("rnk,rk->rn", design, parameters) + counts.offset
        share = expit(linear)
        score = weight * (counts.after - counts.events * share)
        curvature = weight * counts.events * share * (1 - share)
        information = np.einsum("rnk,rn,rnl->rkl", design, curvature, design)
        step = np.linalg.solve(information, np.einsum("rnk,rn->rk", design, score)[..., None])
        parameters = parameters + np.clip(step[..., 0], -_LARGEST_STEP, _LARGEST_STEP)
        if np.abs(step).max() < _TOLERANCE:
            break
    settled = np.abs(step).max(axis=(1, 2)) < _SETTLED
    return _Fit(parameters, score, curvature, information, settled)


def _common_scores(counts: Counts, reference: Flags) -> tuple[Floats, Floats]:
    """Score and information of every place at the common change of the reference places."""
    weight = np.atleast_2d(reference).astype(float)
    fitted = _solved(counts, np.ones((1, len(counts.codes), 1)), weight)
    share = expit(fitted.parameters[0, 0] + counts.offset)
    return (
        counts.after - counts.events * share,
        counts.events * share * (1 - share),
    )
