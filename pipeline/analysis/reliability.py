"""How far a rate can be trusted, and how many years together would make it so."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from pipeline.analysis.aligned import (
    Aligned,
    non_negative,
    refuse,
    refuse_other_index,
    shaped_like,
)
from pipeline.catalog import methods


class Reliability(StrEnum):
    """How a rate may be used."""

    RELIABLE = "reliable"
    WITH_CARE = "with care"
    UNSTABLE = "unstable"


def relative_standard_error(events: Aligned, dispersion: npt.ArrayLike = 1.0) -> Aligned:
    r"""Standard error of a count or its rate over the value itself, :math:`\sqrt{D / x}`.

    Parameters
    ----------
    events
        Events behind the rate, non-negative; NaN where the rate is undefined. Any shape.
    dispersion
        Variance-to-mean ratio, at least 1; NaN where it cannot be told. Broadcasts with `events`.

    Returns
    -------
    error
        A share, 0.23 being 23 %; infinite without events, NaN where undefined.

    Raises
    ------
    ContractError
        If a count is negative or infinite, a dispersion is below 1, or two indexes differ.

    Examples
    --------
    >>> relative_standard_error(np.array([100, 0]))
    array([0.1, inf])
    """
    refuse_other_index(events, dispersion)
    counts = non_negative(events, "events")
    spread = np.asarray(dispersion, dtype=float)
    refuse((spread < 1) | np.isinf(spread), spread, "dispersion", "below 1 or infinite")
    with np.errstate(divide="ignore"):
        return shaped_like(events, np.sqrt(spread / counts))


def reliability(events: Aligned, dispersion: npt.ArrayLike = 1.0) -> Aligned:
    """Class of each rate by its relative standard error.

    Parameters
    ----------
    events, dispersion
        As for `relative_standard_error`.

    Returns
    -------
    classes
        A `Reliability`, or None where the rate is undefined. Same shape and index as `events`.

    References
    ----------
    Klein et al. (2002), *Healthy People 2010 Statistical Notes* 24, for 23 % (some 20 events).

    Examples
    --------
    >>> [one.value for one in reliability(np.array([19, 18, 6]))]
    ['reliable', 'with care', 'unstable']
    """
    error = np.asarray(relative_standard_error(events, dispersion))
    classes = np.full(error.shape, None, dtype=object)
    classes[error > methods.WITH_CARE_ERROR_SHARE] = Reliability.UNSTABLE
    classes[error <= methods.WITH_CARE_ERROR_SHARE] = Reliability.WITH_CARE
    classes[error <= methods.RELIABLE_ERROR_SHARE] = Reliability.RELIABLE
    return shaped_like(events, classes)


def years_to_reliable(
    events: Aligned, years: npt.ArrayLike, dispersion: npt.ArrayLike = 1.0
) -> Aligned:
    """Years that would have to be pooled before the rate is reliable, at the pace seen.

    Parameters
    ----------
    events
        Events of the years seen. Any shape.
    years
        How many years these are, positive. Broadcasts with `events`.
    dispersion
        As for `relative_standard_error`.

    Returns
    -------
    years
        A whole number from 1; NaN without events, whose pace nobody knows, or where undefined.

    Raises
    ------
    ContractError
        If a count is negative, a number of years is not positive, or a dispersion is below 1.

    Examples
    --------
    >>> years_to_reliable(np.array([5, 40, 0]), 1)
    array([ 4.,  1., nan])
    """
    seen = np.asarray(years, dtype=float)
    refuse(~(seen > 0), seen, "years", "not positive")
    error = np.asarray(relative_standard_error(events, dispersion))
    needed = np.ceil(seen * (error / methods.RELIABLE_ERROR_SHARE) ** 2)
    return shaped_like(events, np.where(np.isfinite(needed), needed, np.nan))
