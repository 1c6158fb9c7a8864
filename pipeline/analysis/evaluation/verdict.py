"""What may be said of an estimate, graded, and never "significant"."""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t

_TAKEN_SERIOUSLY = 0.05
_POWER = 0.8


class Verdict(StrEnum):
    """What may be said, from least to most."""

    CANNOT_TELL = "cannot tell"
    """No difference is seen, and one as large as any that is plausible would not have been."""
    NO_DIFFERENCE_SEEN = "no difference seen"
    """No difference is seen, and a plausible one would have been."""
    TESTS_DISAGREE = "tests disagree"
    """One test sees a difference and another does not: nothing may be built on it."""
    LEANS = "leans"
    """All tests see a difference; mild doubts of parallel trends take it back."""
    STANDS = "stands"
    """All tests see it, and it outlives mild doubts of parallel trends: no proof of a cause yet."""


class Evidence(NamedTuple):
    """What a verdict rests on.

    Attributes
    ----------
    p
        Of the recommended model-based test, adjusted for the number of outcomes.
    randomisation_p
        The largest of the randomisation tests, adjusted likewise.
    survives_trends
        Whether the limits exclude none when trends may part as much as they did before.
    detectable_fall
        Smallest fall that would be found four times out of five; from 0 to 1.
    """

    p: float
    randomisation_p: float
    survives_trends: bool
    detectable_fall: float


def verdict(evidence: Evidence, plausible_fall: float) -> Verdict:
    """Grade what may be said.

    Parameters
    ----------
    evidence
        What it rests on.
    plausible_fall
        The largest fall that a programme of this kind may be expected to bring; from 0 to 1.

    Returns
    -------
    Verdict
        The sign of the estimate gives the direction.

    Examples
    --------
    >>> verdict(Evidence(0.4, 0.3, False, 0.45), 0.3)
    <Verdict.CANNOT_TELL: 'cannot tell'>
    """
    seen = [one < _TAKEN_SERIOUSLY for one in (evidence.p, evidence.randomisation_p)]
    if all(seen):
        return Verdict.STANDS if evidence.survives_trends else Verdict.LEANS
    if any(seen):
        return Verdict.TESTS_DISAGREE
    if evidence.detectable_fall > plausible_fall:
        return Verdict.CANNOT_TELL
    return Verdict.NO_DIFFERENCE_SEEN


def detectable_fall(error: float, degrees: float) -> float:
    """Smallest fall that is found with a probability of 80 % at a level of 5 %.

    Parameters
    ----------
    error
        Standard error of the log rate ratio.
    degrees
        Of freedom of its test.

    Returns
    -------
    fall
        From 0 to 1.

    References
    ----------
    Bloom (1995), *Evaluation Review* 19(5), 547-556.

    Examples
    --------
    >>> round(detectable_fall(0.1, 9), 3)
    0.27
    """
    reach = t.ppf(1 - _TAKEN_SERIOUSLY / 2, degrees) + t.ppf(_POWER, degrees)
    return float(1 - np.exp(-reach * error))


def holm_adjusted(p: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """P-values that keep the chance of any false claim among all outcomes at 5 %.

    Parameters
    ----------
    p
        One per outcome; NaN where none was tested, which does not count as a test.

    Returns
    -------
    adjusted_p
        Same shape, never below `p`.

    References
    ----------
    Holm (1979), *Scandinavian Journal of Statistics* 6(2), 65-70.

    Examples
    --------
    >>> holm_adjusted([0.01, np.nan, 0.04, 0.03])
    array([0.03,  nan, 0.06, 0.06])
    """
    values = np.asarray(p, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    stepped = values[order] * np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted


def stepdown_p(
    observed: npt.NDArray[np.float64], placebo: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """P-values over several outcomes that use how the outcomes of one assignment go together.

    Parameters
    ----------
    observed
        Statistics of the evaluated places, one per outcome.
    placebo
        Those of the same drawn assignments for every outcome, of shape ``(draws, outcomes)``;
        draws with an unknown one (NaN) do not count.

    Returns
    -------
    adjusted_p
        One per outcome.

    References
    ----------
    Romano and Wolf (2005), *Journal of the American Statistical Association* 100(469), 94-108.
    """
    told = np.abs(placebo[~np.isnan(placebo).any(axis=1)])
    order = np.argsort(-np.abs(observed), kind="stable")
    adjusted = np.empty(observed.size)
    least = 0.0
    for place, one in enumerate(order):
        largest = told[:, order[place:]].max(axis=1)
        reached = np.count_nonzero(largest >= np.abs(observed[one]))
        least = max(least, (1 + reached) / (1 + len(told)))
        adjusted[one] = least
    return adjusted


def two_sided_p(log_ratio: float, error: float) -> float:
    """P-value of the normal distribution."""
    return float(2 * norm.sf(abs(log_ratio / error)))
