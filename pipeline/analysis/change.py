"""Change between two periods: the ratio of two rates, its limits, and when it may be named."""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv

from pipeline.analysis.aligned import Floats, non_negative, refuse
from pipeline.analysis.multiplicity import false_discovery_adjusted
from pipeline.catalog import methods


class Direction(StrEnum):
    """What may be said of a change."""

    RISE = "rise"
    FALL = "fall"
    NO_CLEAR_CHANGE = "no clear change"
    TOO_FEW = "too few events"


class RateRatio(NamedTuple):
    """The later rate over the earlier one; every field has one shape.

    Attributes
    ----------
    ratio
        Infinite where only the later period has events; NaN where neither has, or a rate is
        undefined.
    lower, upper
        Central 95 % limits; 0 and infinite where neither period has events.
    p
        Two-sided, of the ratio 1: at most 0.05 where the limits exclude it.
    least_expected
        Effective events (over the dispersion) that the period with fewer would have had without a
        change.
    """

    ratio: Floats
    lower: Floats
    upper: Floats
    p: Floats
    least_expected: Floats


def rate_ratio(
    earlier_events: npt.ArrayLike,
    earlier_person_years: npt.ArrayLike,
    later_events: npt.ArrayLike,
    later_person_years: npt.ArrayLike,
    *,
    dispersion: npt.ArrayLike = 1.0,
) -> RateRatio:
    r"""Ratio of two Poisson rates with exact conditional limits.

    Given the events of both periods together, :math:`n = x_1 + x_2`, the later ones are binomial
    with probability :math:`\pi = \rho e_2 / (e_1 + \rho e_2)`. Clopper-Pearson limits of
    :math:`\pi` become those of the ratio by :math:`\rho = \pi e_1 / ((1 - \pi) e_2)`. Grouped
    victims enter as :math:`x / D`; the beta quantiles need no whole numbers.

    Parameters
    ----------
    earlier_events, earlier_person_years, later_events, later_person_years
        Of either period, non-negative, NaN where unknown; shapes broadcast. Zero person-years are
        as good as unknown.
    dispersion
        Variance-to-mean ratio of the counts, at least 1; NaN where it cannot be told. For known
        group sizes the sum of their squares over the sum of their sizes in both periods.

    Returns
    -------
    RateRatio
        NaN where a rate is undefined or the dispersion unknown.

    Raises
    ------
    ContractError
        If a value is negative or infinite, or a dispersion is below 1.

    References
    ----------
    Przyborowski and Wilenski (1940), *Biometrika* 31(3/4), 313-323, for the conditional test;
    Clopper and Pearson (1934), *Biometrika* 26(4), 404-413, for the limits.

    Examples
    --------
    >>> found = rate_ratio(21, 3_011, 11, 800)
    >>> found.ratio.round(3), found.lower.round(3), found.upper.round(3)
    (np.float64(1.971), np.float64(0.858), np.float64(4.277))
    """
    spread = np.asarray(dispersion, dtype=float)
    refuse((spread < 1) | np.isinf(spread), spread, "dispersion", "below 1 or infinite")
    before, after, e1, e2 = np.broadcast_arrays(
        non_negative(earlier_events, "earlier events") / spread,
        non_negative(later_events, "later events") / spread,
        _at_risk(earlier_person_years),
        _at_risk(later_person_years),
    )
    tail = (1 - methods.CONFIDENCE_LEVEL) / 2
    defined = np.where(np.isfinite(before + after + e1 + e2), 1.0, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(after > 0, betaincinv(after, before + 1, tail), 0.0)
        high = np.where(before > 0, betaincinv(after + 1, before, 1 - tail), 1.0)
        lower, upper = (share / (1 - share) * e1 / e2 * defined for share in (low, high))
        ratio = (after / e2) / (before / e1) * defined
    unchanged = e2 / (e1 + e2)
    as_many = np.where(after > 0, betainc(after, before + 1, unchanged), 1.0)
    as_few = np.where(before > 0, betainc(before, after + 1, 1 - unchanged), 1.0)
    p = np.minimum(1.0, 2 * np.minimum(as_many, as_few)) * defined
    least = (before + after) * np.minimum(unchanged, 1 - unchanged) * defined
    return RateRatio(ratio, lower, upper, p, least)


def percent_change(found: RateRatio) -> Floats:
    """Percent change of the rate, refused where there are too few events for one.

    Parameters
    ----------
    found
        As from `rate_ratio`.

    Returns
    -------
    percent
        50 for half as much again; NaN below `methods.CHANGE_LEAST_EXPECTED` expected events in
        either period.
    """
    enough = found.least_expected >= methods.CHANGE_LEAST_EXPECTED
    return np.where(enough, 100 * (found.ratio - 1), np.nan)


def direction(found: RateRatio) -> npt.NDArray[np.object_]:
    """The word for each change, at most 5 % of the named ones false.

    A change is named where both periods would have had enough events without one, its limits
    exclude 1, and it stays so beside all other places (Benjamini-Hochberg). How many events there
    are in both periods says nothing of their split, so places with too few are left out of the
    family of tests without bias.

    Not for places chosen because one of the two periods was extreme: the next is nearer the usual
    by itself.

    Parameters
    ----------
    found
        As from `rate_ratio`, one place per entry: one family of tests. Shape ``(n,)``.

    Returns
    -------
    words
        A `Direction`, or None where a rate is undefined. Shape ``(n,)``.

    References
    ----------
    Bourgon, Gentleman and Huber (2010), *PNAS* 107(21), 9546-9551, for leaving tests out by what is
    independent of them.

    Examples
    --------
    >>> found = rate_ratio(np.array([90, 3, 50]), 1e5, np.array([40, 9, 55]), 1e5)
    >>> [one.value for one in direction(found)]
    ['fall', 'too few events', 'no clear change']
    """
    enough = found.least_expected >= methods.CHANGE_LEAST_EXPECTED
    adjusted = false_discovery_adjusted(np.where(enough, found.p, np.nan))
    words = np.full(np.shape(found.p), None, dtype=object)
    words[~np.isnan(found.p)] = Direction.TOO_FEW
    words[enough] = Direction.NO_CLEAR_CHANGE
    named = adjusted <= methods.FALSE_DISCOVERY_RATE
    words[named & (found.lower > 1)] = Direction.RISE
    words[named & (found.upper < 1)] = Direction.FALL
    return words


def _at_risk(person_years: npt.ArrayLike) -> Floats:
    years = non_negative(person_years, "person-years")
    return np.where(years > 0, years, np.nan)
