"""Trends: does a series of periods rise or fall, by how much, and how sure is that."""

from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, theilslopes
from scipy.stats import t as student

from pipeline.analysis.aligned import Floats, non_negative, refuse
from pipeline.analysis.multiplicity import false_discovery_adjusted
from pipeline.catalog import methods

_FEWEST: Final = 3
"""Two points always lie on a line."""
_FIT_ROUNDS: Final = 30
_FIT_TOLERANCE: Final = 1e-8
_STEEPEST: Final = 50.0
"""Log rate beside the mean rate that no fitted period exceeds."""


class MannKendall(NamedTuple):
    """Mann-Kendall statistics, each of shape ``(places,)``.

    Attributes
    ----------
    score
        Pairs of periods that rise less those that fall.
    variance
        Of the score where there is no trend, corrected for ties.
    z
        The score, drawn in by one, over its standard deviation; 0 where nothing varies.
    p
        Two-sided, from the normal distribution.
    """

    score: Floats
    variance: Floats
    z: Floats
    p: Floats


def mann_kendall(values: npt.ArrayLike) -> MannKendall:
    r"""Rank test for a trend that need not be a straight line.

    .. math:: S = \sum_{i<j} \operatorname{sign}(x_j - x_i), \qquad
        V = \tfrac{1}{18}\Bigl(n(n-1)(2n+5) - \sum_g t_g (t_g-1)(2t_g+5)\Bigr), \qquad
        z = \frac{S - \operatorname{sign} S}{\sqrt V}

    with :math:`t_g` the sizes of groups of equal values. The normal approximation is close from ten
    periods on; for rare events, most of whose periods are ties, it says little.

    Parameters
    ----------
    values
        Periods by places, the newest last. Shape ``(periods,)`` or ``(periods, places)``; NaN
        periods are left out.

    Returns
    -------
    MannKendall
        Statistics by place; NaN where fewer than three periods are known.

    References
    ----------
    Gilbert (1987), *Statistical Methods for Environmental Pollution Monitoring*, section 16.4.

    Examples
    --------
    >>> found = mann_kendall([3.0, 5.0, 4.0, 6.0, 8.0, 9.0])
    >>> found.score, found.p.round(3)
    (array([13.]), array([0.024]))
    """
    series = np.asarray(values, dtype=float).reshape(len(np.asarray(values)), -1)
    known = np.isfinite(series)
    periods = known.sum(axis=0)
    score = np.zeros(series.shape[1])
    # A group of t equal values is met t times, each time with t - 1 others.
    ties = np.zeros(series.shape[1])
    for at, row in enumerate(series):
        score += np.nansum(np.sign(series[at + 1 :] - row), axis=0)
        others = (series == row).sum(axis=0) - known[at]
        ties += others * (2 * (others + 1) + 5)
    variance = (periods * (periods - 1) * (2 * periods + 5) - ties) / 18
    told = periods >= _FEWEST
    drawn_in = score - np.sign(score)
    z = np.divide(drawn_in, np.sqrt(variance), out=np.zeros_like(score), where=variance > 0)
    undefined = np.where(told, 0.0, np.nan)
    return MannKendall(
        score + undefined,
        variance + undefined,
        z + undefined,
        2 * norm.sf(np.abs(z)) + undefined,
    )


def sen_slope(values: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Median of the slopes between all pairs of periods, with 95 % limits: beside a fitted trend.

    Parameters
    ----------
    values
        Periods by places, evenly spaced. Shape ``(periods,)`` or ``(periods, places)``; NaN periods
        are left out.

    Returns
    -------
    slope, lower, upper
        Change a period, in the unit of `values`, each of shape ``(places,)``; NaN where fewer than
        three periods are known.

    References
    ----------
    Sen (1968), *Journal of the American Statistical Association* 63(324), 1379-1389.

    Examples
    --------
    >>> [found.round(2).tolist() for found in sen_slope([3.0, 5.0, 4.0, 6.0, 8.0, 9.0])]
    [[1.2], [0.5], [2.0]]
    """
    series = np.asarray(values, dtype=float).reshape(len(np.asarray(values)), -1)
    found = np.full((3, series.shape[1]), np.nan)
    for place, column in enumerate(series.T):
        period = np.flatnonzero(np.isfinite(column))
        if period.size >= _FEWEST:
            slopes = theilslopes(column[period], period, methods.CONFIDENCE_LEVEL)
            found[:, place] = slopes.slope, slopes.low_slope, slopes.high_slope
    return found[0], found[1], found[2]


class Course(StrEnum):
    """What may be said of a trend."""

    RISING = "rising"
    FALLING = "falling"
    STABLE = "stable"
    NOT_DETERMINED = "not determined"


class Slope(NamedTuple):
    """Fitted log-linear trends, each field of shape ``(places,)``.

    Attributes
    ----------
    percent
        Change of the rate a period, in percent.
    lower, upper
        Its 95 % limits.
    p
        Two-sided, of no change.
    dispersion
        Variance over mean around the trend, at least 1.
    """

    percent: Floats
    lower: Floats
    upper: Floats
    p: Floats
    dispersion: Floats


def log_linear_slope(
    events: npt.ArrayLike, person_years: npt.ArrayLike, *, least_dispersion: npt.ArrayLike = 1.0
) -> Slope:
    r"""Quasi-Poisson trend of the rate of every place.

    .. math:: E[x_t] = e_t \exp(a + b t), \qquad \operatorname{Var}[x_t] = \phi E[x_t]

    fitted by iteratively reweighted least squares, all places at once; :math:`\phi` is Pearson's
    chi-square over its degrees of freedom, never below `least_dispersion`, and the limits of
    :math:`b` are those of Student's t.

    Parameters
    ----------
    events
        Periods by places, evenly spaced, of one homogeneous span (`newest_span`). Shape
        ``(periods, places)``, non-negative; NaN periods are left out.
    person_years
        Broadcasts with `events`; zero or NaN where nobody is known to live.
    least_dispersion
        Least variance over mean, at least 1, for victims that come in groups: few periods may by
        chance scatter less. Shape ``()`` or ``(places,)``.

    Returns
    -------
    Slope
        NaN where fewer than `methods.TREND_PERIODS_MIN` periods are known or fewer than
        `methods.TREND_EVENTS_MIN` events, over their dispersion, were seen, or where no slope
        fits because all events lie at one end.

    Raises
    ------
    ContractError
        If a value is negative or infinite, or a dispersion is below 1.

    References
    ----------
    McCullagh and Nelder (1989), *Generalized Linear Models*, 2nd ed., sections 4.5.2 and 6.2.

    Examples
    --------
    >>> events = np.array([[80], [95], [120], [150], [180], [230]])
    >>> found = log_linear_slope(events, np.full((6, 1), 1e5))
    >>> found.percent.round(1), found.lower.round(1), found.upper.round(1)
    (array([23.8]), array([16.8]), array([31.2]))
    """
    floor = np.asarray(least_dispersion, dtype=float)
    refuse(~((floor >= 1) & np.isfinite(floor)), floor, "dispersion", "below 1 or unknown")
    counts, at_risk = np.broadcast_arrays(
        non_negative(events, "events"), non_negative(person_years, "person-years")
    )
    known = np.isfinite(counts) & (at_risk > 0)
    x, e = np.where(known, counts, 0.0), np.where(known, at_risk, 0.0)
    periods, total = known.sum(axis=0), x.sum(axis=0)
    told = (periods >= methods.TREND_PERIODS_MIN) & (total >= methods.TREND_EVENTS_MIN * floor)
    mean_rate = np.divide(total, e.sum(axis=0), out=np.ones_like(total), where=total > 0)
    # Fitted to shares of the total, so that a place's size does not matter to the arithmetic.
    time = np.arange(len(x))[:, np.newaxis] - (len(x) - 1) / 2
    slope, level = np.zeros_like(total), np.zeros_like(total)
    for _ in range(_FIT_ROUNDS):
        fitted = e * mean_rate * np.exp(np.clip(level + slope * time, -_STEEPEST, _STEEPEST))
        sums = [(fitted * time**power).sum(axis=0) for power in range(3)]
        short = total - sums[0], ((x - fitted) * time).sum(axis=0)
        area = sums[0] * sums[2] - sums[1] ** 2
        area = np.where(area > 0, area, np.inf)
        level_step = (sums[2] * short[0] - sums[1] * short[1]) / area
        slope_step = (sums[0] * short[1] - sums[1] * short[0]) / area
        level = level + np.clip(level_step, -1, 1)
        slope = slope + np.clip(slope_step, -1, 1)
    told &= (np.abs(slope_step) < _FIT_TOLERANCE) & (np.abs(level_step) < _FIT_TOLERANCE)
    freedom = np.maximum(periods - 2, 1)
    scatter = np.divide((x - fitted) ** 2, fitted, out=np.zeros_like(x), where=fitted > 0)
    spread = np.maximum(floor, scatter.sum(axis=0) / freedom)
    with np.errstate(divide="ignore"):
        error = np.sqrt(spread * sums[0] / area)
    width = error * student.ppf((1 + methods.CONFIDENCE_LEVEL) / 2, freedom)
    ratio = np.divide(slope, error, out=np.zeros_like(slope), where=error > 0)
    undefined = np.where(told, 0.0, np.nan)
    percent, lower, upper = (
        100 * np.expm1(np.where(told, one, np.nan)) for one in (slope, slope - width, slope + width)
    )
    p = 2 * student.sf(np.abs(ratio), freedom) + undefined
    return Slope(percent, lower, upper, p, spread + undefined)


def course(found: Slope) -> npt.NDArray[np.object_]:
    """The word for each trend, at most 5 % of those called rising or falling false.

    Rising and falling need limits that exclude no change, beside all other places
    (Benjamini-Hochberg); stable needs both limits within `methods.TREND_STABLE_PERCENT`. All else
    is not determined: no evidence of a trend is not evidence of none.

    Parameters
    ----------
    found
        As from `log_linear_slope`, one place per entry: one family of tests.

    Returns
    -------
    words
        A `Course`. Shape ``(places,)``.
    """
    named = false_discovery_adjusted(found.p) <= methods.FALSE_DISCOVERY_RATE
    margin = methods.TREND_STABLE_PERCENT
    words = np.full(found.p.shape, Course.NOT_DETERMINED, dtype=object)
    words[(found.lower > -margin) & (found.upper < margin)] = Course.STABLE
    words[named & (found.lower > 0)] = Course.RISING
    words[named & (found.upper < 0)] = Course.FALLING
    return words


def newest_span(
    periods: npt.ArrayLike,
    *,
    starts: npt.ArrayLike = (),
    editions: npt.ArrayLike | None = None,
    least: int = methods.TREND_PERIODS_MIN,
) -> npt.NDArray[np.bool_]:
    """The newest periods that may be compared with one another, if there are enough.

    Parameters
    ----------
    periods
        Consecutive or not, increasing: years or the first days of months. Shape ``(p,)``.
    starts
        Where a series begins to mean something else: periods from which a changed definition holds.
        A contested date without a step in the figures does not belong here.
    editions
        Edition of the population figures of each period. Shape ``(p,)``.
    least
        Periods that a span needs.

    Returns
    -------
    chosen
        True in the newest span of at least `least` periods that no boundary cuts; nowhere true if
        there is none. Shape ``(p,)``.

    Examples
    --------
    >>> newest_span([2017, 2018, 2019, 2020, 2021, 2022], starts=[2018]).tolist()
    [False, True, True, True, True, True]
    """
    times = np.asarray(periods)
    span = np.searchsorted(np.sort(np.asarray(starts, dtype=times.dtype)), times, side="right")
    if editions is not None:
        labels = np.asarray(editions)
        span = span + np.append(0, np.cumsum(labels[1:] != labels[:-1]))[: len(times)]
    long = [label for label in np.unique(span) if np.count_nonzero(span == label) >= least]
    return span == long[-1] if long else np.zeros(len(times), dtype=bool)
