"""Many tests at once: how small a p-value must be where a thousand places are looked at."""

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control

from pipeline.errors import ContractError


def false_discovery_adjusted(p: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Benjamini-Hochberg p-values: below 0.05 with at most 5 % false among those named.

    Each column is a family of its own: one map, one year, one series.

    Parameters
    ----------
    p
        P-values of shape ``(n,)`` or ``(n, families)``; NaN where nothing was tested, which does
        not count as a test.

    Returns
    -------
    adjusted_p
        Same shape, never below `p`; NaN where `p` is.

    Raises
    ------
    ContractError
        If a value lies outside 0..1.

    References
    ----------
    Benjamini and Hochberg (1995), *Journal of the Royal Statistical Society B* 57(1), 289-300.

    Examples
    --------
    >>> false_discovery_adjusted([0.01, 0.04, np.nan, 0.02])
    array([0.03, 0.04,  nan, 0.03])
    """
    values = np.asarray(p, dtype=float)
    wrong = (values < 0) | (values > 1)
    if wrong.any():
        message = (
            f"{np.count_nonzero(wrong):,} of {wrong.size:,} p-values lie outside 0..1, for example "
            f"{values[wrong][0]}; give NaN where nothing was tested"
        )
        raise ContractError(message)
    adjusted = np.full(values.shape, np.nan)
    families = zip(np.atleast_2d(values.T), np.atleast_2d(adjusted.T), strict=True)
    for family, column in families:
        tested = ~np.isnan(family)
        if tested.any():
            column[tested] = false_discovery_control(family[tested])
    return adjusted
