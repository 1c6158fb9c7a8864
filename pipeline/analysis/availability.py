"""Which published months are whole: the newest are often still filling up."""

import numpy as np
import numpy.typing as npt

from pipeline.catalog import methods
from pipeline.errors import ContractError


def short_tail(monthly_totals: npt.ArrayLike) -> int:
    """Trailing months too low to be whole, judged by the two years before them.

    A tail is short if each of its months is implausibly low beside the 24 months *before the tail*:
    short months never serve as reference for one another. The longest such tail of up to six months
    counts.

    A month is implausibly low if it lies either more than three robust standard deviations below
    the median (1.4826 times the median absolute deviation, and never less than Poisson chance), or
    below every reference month, below half their median and more than three Poisson deviations
    under it. The second rule sees gaps in series of grouped victims, whose spread is wide.
    Where the median is 9 or less, three Poisson deviations reach below zero: a month without events
    is then ordinary and nothing is ever flagged.

    The rules err towards caution: some six in a hundred whole months of a strongly varying series
    look short, and so do the newest months of a steep real fall until it has become the usual
    level. A month that lost only its last week does not.

    Parameters
    ----------
    monthly_totals
        National events by month, consecutive, the newest last. Shape ``(n,)``, non-negative, no
        NaN.

    Returns
    -------
    months
        Trailing months to mark as provisional, from 0 to 6; 0 if fewer than 24 months precede.

    Raises
    ------
    ContractError
        If the totals are not one-dimensional, or one is negative or missing.

    References
    ----------
    Leys et al. (2013), *Journal of Experimental Social Psychology* 49(4), 764-766.

    Examples
    --------
    >>> short_tail([100, 104, 96, 108] * 6 + [99, 8, 41])
    2
    """
    totals = np.asarray(monthly_totals, dtype=float)
    if totals.ndim != 1 or not (totals >= 0).all():
        message = (
            f"national monthly totals of shape {totals.shape} hold "
            f"{np.count_nonzero(~(totals >= 0)):,} negative or missing values; "
            "give one series of consecutive published months"
        )
        raise ContractError(message)
    longest = min(
        methods.SHORT_TAIL_LIMIT_MONTHS, totals.size - methods.SHORT_TAIL_REFERENCE_MONTHS
    )
    return next(
        (
            months
            for months in range(longest, 0, -1)
            if totals[-months:].max() < _lowest_plausible(totals[:-months])
        ),
        0,
    )


def _lowest_plausible(before: npt.NDArray[np.float64]) -> float:
    reference = before[-methods.SHORT_TAIL_REFERENCE_MONTHS :]
    median = float(np.median(reference))
    spread = methods.MAD_TO_DEVIATION * float(np.median(np.abs(reference - median)))
    chance = float(np.sqrt(median))
    usual = median - methods.SHORT_TAIL_DEVIATIONS * max(spread, chance)
    record = min(
        float(reference.min()),
        methods.SHORT_TAIL_RECORD_SHARE * median,
        median - methods.SHORT_TAIL_DEVIATIONS * chance,
    )
    return max(usual, record)
