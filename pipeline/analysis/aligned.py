"""Values aligned with their places: what comes back has the shape and the index of what came in."""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import ContractError

Floats = npt.NDArray[np.float64]
Aligned = TypeVar("Aligned", npt.NDArray[Any], "pd.Series[Any]")


def shaped_like(like: Aligned, values: npt.NDArray[Any]) -> Aligned:
    """Values with the index of a series; as they are beside an array."""
    if isinstance(like, pd.Series):
        return pd.Series(values, index=like.index)
    return values


def whole(values: npt.ArrayLike, what: str) -> npt.NDArray[np.int64]:
    """Counts as integers; refused if one is missing, fractional or negative."""
    numbers = np.asarray(values)
    if not np.issubdtype(numbers.dtype, np.integer):
        numbers = numbers.astype(float)
        wrong = ~np.isfinite(numbers) | (numbers != np.rint(numbers))
        refuse(wrong, numbers, what, "missing, infinite or fractional")
    refuse(numbers < 0, numbers, what, "negative")
    return numbers.astype(np.int64)


def non_negative(values: npt.ArrayLike, what: str) -> Floats:
    """Numbers, NaN where unknown; refused if one is negative or infinite."""
    numbers = np.asarray(values, dtype=float)
    refuse((numbers < 0) | np.isinf(numbers), numbers, what, "negative or infinite")
    return numbers


def refuse(wrong: npt.NDArray[np.bool_], values: npt.NDArray[Any], what: str, how: str) -> None:
    """Raise a ContractError that counts the wrong values and shows one, if there is any."""
    if wrong.any():
        message = (
            f"{what}: {np.count_nonzero(wrong):,} of {wrong.size:,} values are {how}, "
            f"for example {values[wrong][0]}; mend or leave out these cells first"
        )
        raise ContractError(message)


def refuse_other_index(one: object, other: object) -> None:
    """Raise a ContractError if both are series and their indexes differ.

    Numpy would pair two series by position and pandas by label: neither is meant silently.
    """
    if not (isinstance(one, pd.Series) and isinstance(other, pd.Series)):
        return
    if not one.index.equals(other.index):
        unmatched = one.index.symmetric_difference(other.index)
        example = f"for example {unmatched[0]!r}" if len(unmatched) else "in another order"
        message = (
            f"two series have different indexes: {len(unmatched):,} labels are in one only, "
            f"{example}; reindex one to the other first"
        )
        raise ContractError(message)
