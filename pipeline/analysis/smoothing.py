r"""Empirical-Bayes rates: crude rates of small places drawn towards those of all places.

Events of place *i* are Poisson with mean :math:`e_i \lambda_i` for :math:`e_i` person-years, and
the rates :math:`\lambda_i` of one map are gamma with mean :math:`\mu` and shape :math:`\zeta`, so
that :math:`1/\sqrt\zeta` is their coefficient of variation. A map is one series in one period, or
one department of it. Grouped victims enter as :math:`x/D` events in :math:`e/D` person-years, which
have the mean and the variance of a Poisson count.
"""

from typing import Any, Generic, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammainc, gammaincc, gammaincinv, gammaln

from pipeline.analysis.aligned import (
    Aligned,
    Floats,
    non_negative,
    refuse,
    refuse_other_index,
    shaped_like,
)
from pipeline.catalog import methods

_STRETCHED = np.linspace(-4, 4, 9)
"""Trapezoid rule over the log shape: 4 of these steps are 7 standard deviations."""
_STRETCH = 0.5
_HERMITE, _HERMITE_WEIGHT = np.polynomial.hermite.hermgauss(5)
_MODE_ROUNDS = 6
_MODE_STEP = 0.25
_LEAST_BEND = 0.5
"""Curvature of the prior of the log shape at its mode: data only add to it."""
_FARTHEST = 30.0
"""Log mean beside the pooled one at which nodes stop; nothing of weight lies there."""
_LIMIT_ROUNDS = 3
_TINY = 1e-290


class CredibleRates(NamedTuple, Generic[Aligned]):
    """Posterior means and central 95 % credible limits, per 100,000 person-years."""

    rate: Aligned
    lower: Aligned
    upper: Aligned


class _Cells(NamedTuple):
    """Places with known residents, flat, those of one map side by side.

    `place` is their position in the raveled input, `start` the first cell of each map, `pooled` the
    map's rate and `variance` that between its places, which is negative where chance alone
    scatters the rates more than they are.
    """

    place: npt.NDArray[np.intp]
    events: Floats
    at_risk: Floats
    start: npt.NDArray[np.intp]
    pooled: Floats
    variance: Floats

    @property
    def map(self) -> npt.NDArray[np.intp]:
        """Which map each cell belongs to."""
        return np.repeat(np.arange(len(self.start)), self.places)

    @property
    def places(self) -> npt.NDArray[np.intp]:
        """Places of each map."""
        return np.diff(np.append(self.start, len(self.place)))


class _Posterior(NamedTuple):
    """Weighted nodes of shape and mean of some maps: shape ``(nodes, maps)``, weights sum to 1."""

    weight: Floats
    shape: Floats
    mean: Floats


def empirical_bayes_rate_per_100k(
    events: Aligned,
    person_years: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    dispersion: npt.ArrayLike = 1.0,
) -> Aligned:
    r"""Shrink each place's crude rate towards the pooled rate, by the method of moments.

    With pooled rate :math:`m` and mean person-years :math:`\bar e`,

    .. math:: A = \max\Bigl(0, \frac{\sum e_i (r_i - m)^2}{\sum e_i} - \frac{m}{\bar e}\Bigr),
        \qquad \hat\lambda_i = m + \frac{A}{A + m / e_i} (r_i - m)

    Parameters
    ----------
    events
        Recorded events, non-negative; NaN where unknown. Shape ``(n,)`` or ``(maps, n)``.
    person_years
        Of the same period; zero or NaN where nobody is known to live. Broadcasts with `events`.
    groups
        Label of each place's group, to shrink within groups. Shape ``(n,)``.
    dispersion
        Variance-to-mean ratio of the counts, at least 1. A number or shape ``(maps, 1)``.

    Returns
    -------
    rate
        Per 100,000 person-years, between the crude and the pooled rate; NaN, and no part of the
        pool, where the crude rate is undefined.

    Raises
    ------
    ContractError
        If a value is negative or infinite, a dispersion is below 1, or two indexes differ.

    References
    ----------
    Marshall (1991), *Applied Statistics* 40(2), 283-294.

    Examples
    --------
    >>> empirical_bayes_rate_per_100k(np.array([0, 9]), np.array([1e4, 2e4])).round(2)
    array([16.36, 39.38])
    """
    cells = _cells(events, person_years, groups, dispersion)
    pooled, between = cells.pooled[cells.map], np.maximum(cells.variance, 0)[cells.map]
    chance = pooled / cells.at_risk
    own = np.divide(between, between + chance, out=np.zeros_like(between), where=between > 0)
    rate = pooled + own * (cells.events / cells.at_risk - pooled)
    return _spread(events, cells, rate)


def credible_rates_per_100k(
    events: Aligned,
    person_years: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    dispersion: npt.ArrayLike = 1.0,
    asked: npt.ArrayLike = True,
) -> CredibleRates[Aligned]:
    r"""Shrink each place's rate, with limits that know how little the map says of its own spread.

    The mean and the shape of the gamma are integrated over their posterior instead of plugged in:
    their likelihood is negative binomial, the prior flat in :math:`\log \mu` and, for the shape,

    .. math:: p(\zeta) = \frac{z}{(z + \zeta)^2}

    so that every amount of shrinkage of a place expecting :math:`z` events is equally likely
    beforehand (`methods.SHRINKAGE_PRIOR_EVENTS`). The log shape is summed over 9 nodes around its
    mode, the log mean over 5 Gauss-Hermite nodes at each; limits are those of the mixture of the 9
    gammas that have the mean and the variance of their 5.

    A map whose between-place variance is zero by `empirical_bayes_rate_per_100k`, or that has no
    events, keeps its pooled rate and has no limits: it says nothing of how places differ.

    One map of 1,122 places takes some 11 ms of processor time, and a call some 1 kB of memory per
    place and map; both are linear, and most of the time goes into limits.

    Parameters
    ----------
    events, person_years, groups, dispersion
        As for `empirical_bayes_rate_per_100k`.
    asked
        Whether a place's own rate is asked for; the others only tell how places differ. Shape
        ``(n,)``, or one for all.

    Returns
    -------
    CredibleRates
        Per 100,000 person-years; limits NaN where there are none, all NaN where the crude rate is
        undefined.

    Raises
    ------
    ContractError
        If a value is negative or infinite, a dispersion is below 1, or two indexes differ.

    References
    ----------
    Christiansen and Morris (1997), *Journal of the American Statistical Association* 92(438),
    618-632, for the model, the prior and matched gammas; Clayton and Kaldor (1987),
    *Biometrics* 43(3), 671-681, for plugging in.

    Examples
    --------
    >>> found = credible_rates_per_100k(np.array([0, 9, 2]), np.array([2e4, 2e4, 2e4]))
    >>> (found.lower < found.rate) & (found.rate < found.upper)
    array([ True,  True,  True])
    """
    cells = _cells(events, person_years, groups, dispersion)
    rate = cells.pooled[cells.map]
    lower, upper = np.full(rate.shape, np.nan), np.full(rate.shape, np.nan)
    is_told = cells.variance > 0
    is_asked = np.broadcast_to(np.asarray(asked), np.shape(events)).ravel()[cells.place]
    rate[~is_asked] = np.nan
    at = is_told[cells.map] & is_asked
    if at.any():
        told = _of_maps(cells, is_told)
        wanted = _of_places(told, is_asked[is_told[cells.map]])
        rate[at], lower[at], upper[at] = _limits(wanted, _posterior(told))
    return CredibleRates(*(_spread(events, cells, values) for values in (rate, lower, upper)))


def posterior_draws_per_100k(  # noqa: PLR0913 - one argument per fact of the model
    events: "npt.NDArray[Any] | pd.Series[Any]",
    person_years: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    dispersion: float = 1.0,
    draws: int,
    seed: int,
) -> Floats:
    """Rates of all places drawn together from their posterior, for ranks and comparisons.

    The places of one draw share one mean and one shape, so differences between places carry the
    hyperparameters' uncertainty too.

    Parameters
    ----------
    events, person_years, groups, dispersion
        As for `credible_rates_per_100k`, for one map: shape ``(n,)``.
    draws
        How many; the error of a probability is at most ``0.5 / sqrt(draws)``.
    seed
        Of the random numbers: the same seed and places give the same draws.

    Returns
    -------
    draws
        Per 100,000 person-years. Shape ``(draws, n)``; a place without limits is NaN in all.
    """
    cells = _cells(events, person_years, groups, dispersion)
    drawn = np.full((draws, np.size(events)), np.nan)
    is_told = cells.variance > 0
    if not is_told.any():
        return drawn
    told = _of_maps(cells, is_told)
    posterior = _posterior(told)
    random = np.random.default_rng(seed)
    below = posterior.weight.cumsum(axis=0)
    for one, (start, places) in enumerate(zip(told.start, told.places, strict=True)):
        at = slice(start, start + places)
        node = np.searchsorted(below[:-1, one], random.random(draws))
        shape = posterior.shape[node, one, np.newaxis]
        rate = told.at_risk[at] + shape / posterior.mean[node, one, np.newaxis]
        drawn[:, told.place[at]] = random.gamma(shape + told.events[at]) / rate
    return drawn * methods.RATE_BASE_PERSONS


def _cells(
    events: npt.ArrayLike,
    person_years: npt.ArrayLike,
    groups: npt.ArrayLike | None,
    dispersion: npt.ArrayLike,
) -> _Cells:
    refuse_other_index(events, person_years)
    refuse_other_index(events, groups)
    counts = non_negative(events, "events")
    at_risk = np.broadcast_to(non_negative(person_years, "person-years"), counts.shape)
    spread = np.asarray(dispersion, dtype=float)
    refuse(~((spread >= 1) & np.isfinite(spread)), spread, "dispersion", "below 1 or unknown")
    labels = np.zeros(counts.shape[-1:]) if groups is None else np.asarray(groups)
    group, _ = pd.factorize(labels)
    maps = np.arange(counts.size).reshape(counts.shape) // max(counts.shape[-1], 1)
    key = (maps * (group.max(initial=0) + 1) + group).ravel()
    place = np.flatnonzero((at_risk > 0).ravel() & np.isfinite(counts).ravel())
    place = place[np.argsort(key[place], kind="stable")]
    start = np.flatnonzero(np.diff(key[place], prepend=-1))
    x = (counts / spread).ravel()[place]
    e = (at_risk / spread).ravel()[place]
    if not place.size:
        return _Cells(place, x, e, start, x, x)
    pooled = np.add.reduceat(x, start) / np.add.reduceat(e, start)
    places = np.diff(np.append(start, place.size))
    scatter = np.add.reduceat(e * (x / e - np.repeat(pooled, places)) ** 2, start)
    variance = (scatter - pooled * places) / np.add.reduceat(e, start)
    return _Cells(place, x, e, start, pooled, variance)


def _of_maps(cells: _Cells, chosen: npt.NDArray[np.bool_]) -> _Cells:
    at, places = chosen[cells.map], cells.places[chosen]
    return _Cells(
        cells.place[at],
        cells.events[at],
        cells.at_risk[at],
        np.cumsum(places) - places,
        cells.pooled[chosen],
        cells.variance[chosen],
    )


def _of_places(cells: _Cells, chosen: npt.NDArray[np.bool_]) -> _Cells:
    places = np.bincount(cells.map[chosen], minlength=len(cells.start))
    return _Cells(
        cells.place[chosen],
        cells.events[chosen],
        cells.at_risk[chosen],
        np.cumsum(places) - places,
        cells.pooled,
        cells.variance,
    )


def _spread(like: Aligned, cells: _Cells, rate: Floats) -> Aligned:
    values = np.full(np.shape(like), np.nan)
    values.flat[cells.place] = rate * methods.RATE_BASE_PERSONS
    return shaped_like(like, values)


class _Likelihood:
    """Marginal likelihood of log shape *t* and log mean *m* of every map, and the prior of *t*.

    The log mean is relative to the pooled rate.
    """

    def __init__(self, cells: _Cells) -> None:
        self._map, self._start, self._places = cells.map, cells.start, cells.places
        self._events = cells.events
        self._expected = cells.at_risk * cells.pooled[self._map]
        self._total = self._sum(cells.events)

    def at(self, t: Floats, m: Floats, rising: Floats) -> Floats:
        """Log posterior density; `rising` is `of_shape` at *t*."""
        each = np.exp(t)[self._map]
        odds = self._expected * np.exp(m - t)[self._map]
        return rising + self._total * m - self._sum((self._events + each) * np.log1p(odds))

    def of_shape(self, t: Floats) -> Floats:
        """The part of the log posterior density that does not depend on the mean."""
        shape = np.exp(t)
        rising: Floats = self._sum(gammaln(self._events + shape[self._map]))
        prior = t - 2 * np.log(methods.SHRINKAGE_PRIOR_EVENTS + shape)
        density: Floats = rising - self._places * gammaln(shape) - self._total * t + prior
        return density

    def best_mean(self, t: Floats, m: Floats, rounds: int) -> tuple[Floats, Floats]:
        """The likeliest *m* at each *t*, by Newton's method from `m`, and the curvature there."""
        each = np.exp(t)[self._map]
        for _ in range(rounds):
            odds = self._expected * np.exp(m - t)[self._map]
            own = odds / (1 + odds)
            pull = (self._events + each) * own
            bend = self._sum(pull * (1 - own))
            m = m + np.clip((self._total - self._sum(pull)) / bend, -1, 1)
        return m, bend

    def _sum(self, values: Floats) -> Floats:
        sums: Floats = np.add.reduceat(values, self._start)
        return sums


def _posterior(cells: _Cells) -> _Posterior:
    likelihood = _Likelihood(cells)
    mode, deviation, m = _mode(likelihood, np.log(cells.pooled**2 / cells.variance))
    logs, shapes, means = [], [], []
    for step in _STRETCHED:
        t = mode + deviation * np.sinh(_STRETCH * step) / _STRETCH
        m, bend = likelihood.best_mean(t, m, 2)
        rising = likelihood.of_shape(t)
        for node, weight in zip(_HERMITE, _HERMITE_WEIGHT, strict=True):
            at = np.clip(m + node * np.sqrt(2 / bend), -_FARTHEST, _FARTHEST)
            width = np.log(weight * np.cosh(_STRETCH * step)) + node**2 - np.log(bend) / 2
            logs.append(likelihood.at(t, at, rising) + width)
            shapes.append(np.exp(t))
            means.append(cells.pooled * np.exp(at))
    weight = np.exp(np.array(logs) - np.max(logs, axis=0))
    return _Posterior(weight / weight.sum(axis=0), np.array(shapes), np.array(means))


def _mode(likelihood: _Likelihood, t: Floats) -> tuple[Floats, Floats, Floats]:
    """Mode and standard deviation of the log shape, the log mean profiled out."""
    t = np.clip(t, -5, 8)
    m = likelihood.best_mean(t, np.zeros_like(t), 6)[0]
    for _ in range(_MODE_ROUNDS):
        height = []
        for offset in (-_MODE_STEP, 0, _MODE_STEP):
            m, bend = likelihood.best_mean(t + offset, m, 1)
            height.append(
                likelihood.at(t + offset, m, likelihood.of_shape(t + offset)) - np.log(bend) / 2
            )
        slope = (height[2] - height[0]) / (2 * _MODE_STEP)
        bend = (2 * height[1] - height[0] - height[2]) / _MODE_STEP**2
        # Where the density is not yet concave: a step uphill.
        move = np.where(bend > 0, slope / np.where(bend > 0, bend, 1), np.sign(slope))
        t = t + np.clip(move, -1, 1)
    return t, 1 / np.sqrt(np.maximum(bend, _LEAST_BEND)), m


def _limits(cells: _Cells, posterior: _Posterior) -> tuple[Floats, Floats, Floats]:
    """Mean and central limits of every place's mixture: one gamma per node of the log shape."""
    weights, shapes, ratios = [], [], []
    for at in range(0, len(posterior.weight), len(_HERMITE)):
        nodes = slice(at, at + len(_HERMITE))
        weight, mean, variance = _moments(cells, *(one[nodes] for one in posterior))
        weights.append(weight)
        shapes.append(mean**2 / variance)
        ratios.append(mean / variance)
    weight, shape, ratio = np.array(weights), np.array(shapes), np.array(ratios)
    means = shape / ratio
    mean = (weight * means).sum(axis=0)
    variance = (weight * (means**2 + means / ratio)).sum(axis=0) - mean**2
    tail = (1 - methods.CONFIDENCE_LEVEL) / 2
    log_constant = gammaln(shape)
    limits = []
    for cumulative, share, sign in ((gammainc, tail, 1), (gammaincc, 1 - tail, -1)):
        log_limit = np.log(np.maximum(gammaincinv(mean**2 / variance, share), _TINY))
        log_limit += np.log(variance / mean)
        for _ in range(_LIMIT_ROUNDS):  # Newton on the log of the tail, which is nearly straight
            scaled = ratio * np.exp(log_limit)
            probability = (weight * cumulative(shape, scaled)).sum(axis=0)
            density = (weight * np.exp(shape * np.log(scaled) - scaled - log_constant)).sum(axis=0)
            log_limit -= np.clip(
                sign * np.log(np.maximum(probability, _TINY) / tail) * probability / density, -1, 1
            )
        limits.append(np.exp(log_limit))
    return mean, limits[0], limits[1]


def _moments(
    cells: _Cells, weight: Floats, shape: Floats, centre: Floats
) -> tuple[Floats, Floats, Floats]:
    """Weight of some nodes together, and mean and variance of every place's rate given them."""
    mean, square = np.zeros_like(cells.events), np.zeros_like(cells.events)
    together = weight.sum(axis=0)
    for share, one, middle in zip(weight / together, shape, centre, strict=True):
        at_risk = cells.at_risk + (one / middle)[cells.map]
        rate = (cells.events + one[cells.map]) / at_risk
        weighted = share[cells.map] * rate
        mean += weighted
        square += weighted * (rate + 1 / at_risk)
    return together[cells.map], mean, square - mean**2
