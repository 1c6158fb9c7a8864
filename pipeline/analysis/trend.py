"""Trends: does a series of periods rise or fall, by how much, and how sure is that."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from pipeline.analysis.aligned import Floats


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
    told = periods >= 3  # noqa: PLR2004 - two points always lie on a line
    drawn_in = score - np.sign(score)
    z = np.divide(drawn_in, np.sqrt(variance), out=np.zeros_like(score), where=variance > 0)
    undefined = np.where(told, 0.0, np.nan)
    return MannKendall(
        score + undefined,
        variance + undefined,
        z + undefined,
        2 * norm.sf(np.abs(z)) + undefined,
    )
