"""Claims on their way out: what the views found, as the guard of claims lets it pass.

Whether an answer is a frame of pandas or a table of Arrow, only what the guard takes back is
touched, so that every other column keeps its type.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as arrow

from pipeline.analysis.claims import SEN_SLOPE, Columns, guarded_changes, guarded_trends

F = TypeVar("F")
Guard = Callable[[Columns, Columns], dict[str, npt.NDArray[Any]]]

_ONLY_ASKED: Final = ("first_month", "last_month", "earlier_events", "events", "is_contradicted")
_CHANGE: Final = (*_ONLY_ASKED, "word", "refusal", "percent", "ratio_lower", "ratio_upper")
_TREND: Final = (
    *(field for field in _ONLY_ASKED if field != "earlier_events"),
    *("word", "percent", "percent_lower", "percent_upper"),
)

CHANGE: Final = {field: field for field in (*_CHANGE, "ratio")} | {"last_month": "period"}
"""Columns of ``view/changes``, by what the guard calls them."""

TREND: Final = {field: field for field in (*_TREND, *SEN_SLOPE)}
"""Columns of ``view/trends``."""

COMPARED_CHANGE: Final = {field: f"change_{field}" for field in _CHANGE} | {
    "last_month": "change_to",
    "word": "change",
    "is_contradicted": "is_change_contradicted",
}
"""Columns of a change in ``view/comparison``."""

TREND_BESIDE: Final = {field: f"trend_{field}" for field in _TREND} | {
    "word": "trend",
    "is_contradicted": "is_trend_contradicted",
}
"""Columns of a trend where other statistics stand beside it."""


def change_beside(window: str) -> dict[str, str]:
    """Columns of the change of one window in ``view/place_statistics``."""
    return {field: f"{window}_{field}" for field in _CHANGE} | {
        "last_month": f"{window}_period",
        "word": f"{window}_change",
        "percent": f"{window}_change_percent",
        "is_contradicted": f"is_{window}_contradicted",
    }


def told_changes(
    found: F, cuts: Columns, names: Mapping[str, str] = CHANGE, series_id: str | None = None
) -> F:
    """Changes as they may be told.

    Parameters
    ----------
    found
        Rows with the columns that `names` says, of pandas or Arrow.
    cuts
        Rows of ``mart.comparison_cut``.
    names
        Where each field of `guarded_changes` stands.
    series_id
        Series of all rows; None where a column `series_id` says it.

    Returns
    -------
    told
        The same rows, without the columns that only the guard asked for.
    """
    dropped = (names["first_month"], names["is_contradicted"])
    told: F = _told(found, cuts, (guarded_changes, names, dropped), series_id)
    return told


def told_trends(
    found: F, cuts: Columns, names: Mapping[str, str] = TREND, series_id: str | None = None
) -> F:
    """Trends as they may be told, as `told_changes` tells changes."""
    dropped = (names["first_month"], names["last_month"], names["is_contradicted"])
    told: F = _told(found, cuts, (guarded_trends, names, dropped), series_id)
    return told


def _told(
    found: Any,  # noqa: ANN401 - pandas or Arrow
    cuts: Columns,
    rule: tuple[Guard, Mapping[str, str], tuple[str, ...]],
    series_id: str | None,
) -> Any:  # noqa: ANN401 - the same as came in
    guard, names, dropped = rule
    is_frame = isinstance(found, pd.DataFrame)
    asked = {field: _values(found[name]) for field, name in names.items()}
    own = _values(found["series_id"]) if series_id is None else [series_id] * len(found)
    told = guard(asked | {"series_id": np.asarray(own, object)}, cuts)
    kept = {names[field]: values for field, values in told.items()}
    if is_frame:
        columns = {
            name: pd.Series(values, found.index, found[name].dtype) for name, values in kept.items()
        }
        return found.assign(**columns).drop(columns=list(dropped))
    for name, values in kept.items():
        at = found.schema.get_field_index(name)
        field = found.schema.field(at)
        found = found.set_column(at, field, arrow.array(values, field.type, from_pandas=True))
    return found.drop_columns(list(dropped))


def _values(column: Any) -> npt.NDArray[Any]:  # noqa: ANN401 - of pandas or Arrow
    values: npt.NDArray[Any] = column.to_numpy()
    return values
