"""Colour classes of a map, fixed over time.

Breaks are computed once from every period of a series and measure. A colour then means the same
number in 2008 and in 2024: a place that changes colour has changed, which is not so when each
period gets breaks of its own. Rounded breaks also survive most refreshes unchanged.
"""

from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.catalog import methods
from pipeline.errors import ContractError

ZERO_CLASS: Final = 0
MISSING_CLASS: Final = 255


def class_breaks(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Round breaks between the classes of positive values.

    Zero is a class of its own, since most places have none in most periods and would otherwise
    fill the quantiles. The positive values are split from below: each break is the round number
    nearest to the wanted share (`methods.CLASS_QUANTILES`) *of the values not yet in a class*, so
    that a heap of ones, typical of monthly counts, costs one class and not several.

    Parameters
    ----------
    values
        All periods and places of one series and measure, any shape; NaN where missing.

    Returns
    -------
    breaks
        Strictly increasing, at most five, so at most six classes above zero: below the first break,
        from each break up to the next, and from the last upwards without end. None of these is
        empty over all `values`, unless all are zero or missing. Whole numbers if all values are
        whole. Fewer breaks, down to none, where values differ too little for round numbers between
        them.

    Raises
    ------
    ContractError
        If a value is negative or infinite.

    References
    ----------
    Jiang (2013), *The Professional Geographer* 65(3), 482-494, for splitting what is left of a
    skewed distribution; Brewer and Pickle (2002), *Annals of the Association of American
    Geographers* 92(4), 662-681, for quantile classes shared by maps that are compared.

    Examples
    --------
    >>> class_breaks([0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4, 7, 12, 30])
    array([ 2.,  3.,  5., 10., 30.])
    """
    numbers = _non_negative(values)
    left = np.sort(numbers[numbers > 0])
    ladder = _round_numbers(left)
    breaks: list[float] = []
    below = 0.0
    for quantile in methods.CLASS_QUANTILES:
        # A value below and a value at or above every break: no class is empty.
        ladder = ladder[(ladder > left[0]) & (ladder <= left[-1])] if left.size else ladder
        if not ladder.size:
            break
        wanted = left[int((quantile - below) / (1 - below) * left.size)]
        breaks.append(float(ladder[np.abs(np.log(ladder / wanted)).argmin()]))
        left = left[np.searchsorted(left, breaks[-1]) :]
        below = quantile
    return np.array(breaks)


@overload
def class_of(values: "pd.Series[Any]", breaks: npt.ArrayLike) -> "pd.Series[int]": ...
@overload
def class_of(values: npt.ArrayLike, breaks: npt.ArrayLike) -> npt.NDArray[np.uint8]: ...
def class_of(
    values: "npt.ArrayLike | pd.Series[Any]", breaks: npt.ArrayLike
) -> "npt.NDArray[np.uint8] | pd.Series[int]":
    """Class of each value: 0 for exactly zero, then 1 and up, 255 for missing.

    Parameters
    ----------
    values
        Any shape; NaN where missing.
    breaks
        From `class_breaks`: class *k* starts at ``breaks[k - 2]``, which it includes, and class 1
        just above zero. Shape ``(k,)``.

    Returns
    -------
    classes
        Unsigned bytes, same shape (and index) as `values`.

    Raises
    ------
    ContractError
        If a value is negative or infinite.

    Examples
    --------
    >>> class_of([0.0, 0.3, 2.0, 4.9, 5.0, 900.0, np.nan], [2.0, 5.0])
    array([  0,   1,   2,   2,   3,   3, 255], dtype=uint8)
    """
    numbers = _non_negative(values)
    classes = (1 + np.searchsorted(np.asarray(breaks), numbers, side="right")).astype(np.uint8)
    classes[numbers == 0] = ZERO_CLASS
    classes[np.isnan(numbers)] = MISSING_CLASS
    return pd.Series(classes, index=values.index) if isinstance(values, pd.Series) else classes


def _round_numbers(positive: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round numbers across sorted positive values; whole if the values are."""
    if not positive.size:
        return positive
    first, last = np.floor(np.log10(positive[[0, -1]])).astype(int)
    # Read from decimal text: 1.5 * 10**-1 is not the number 0.15.
    ladder = np.array(
        [float(f"{m}e{e}") for e in range(first, last + 1) for m in methods.CLASS_MANTISSAS]
    )
    return ladder[ladder % 1 == 0] if (positive % 1 == 0).all() else ladder


def _non_negative(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    numbers = np.atleast_1d(np.asarray(values, dtype=float))
    wrong = (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        message = (
            f"{np.count_nonzero(wrong):,} of {wrong.size:,} values to classify are negative or "
            f"infinite, for example {numbers[wrong][0]}; counts and rates are neither"
        )
        raise ContractError(message)
    return numbers
