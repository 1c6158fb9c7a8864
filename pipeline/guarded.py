"""Claims on their way out: what the views found, as the guard of claims lets it pass.

Whether an answer is a frame of pandas or a table of Arrow, only what the guard takes back is
touched, so that every other column keeps its type.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import pandas as pd
import pyarrow as arrow

from pipeline.analysis.claims import guarded_changes, guarded_trends
from pipeline.store.warehouse import pandas_frame

F = TypeVar("F")
Guard = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]

_ONLY_ASKED: Final = ("first_month", "last_month", "earlier_events", "events", "is_contradicted")
_CHANGE: Final = (*_ONLY_ASKED, "word", "refusal", "percent", "ratio_lower", "ratio_upper")
_TREND: Final = (
    *(field for field in _ONLY_ASKED if field != "earlier_events"),
    *("word", "percent", "percent_lower", "percent_upper"),
)

CHANGE: Final = {field: field for field in (*_CHANGE, "ratio")} | {"last_month": "period"}
"""Columns of ``view/changes``, by what the guard calls them."""

TREND: Final = {field: field for field in _TREND}
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
    found: F, cuts: F, names: Mapping[str, str] = CHANGE, series_id: str | None = None
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
    found: F, cuts: F, names: Mapping[str, str] = TREND, series_id: str | None = None
) -> F:
    """Trends as they may be told, as `told_changes` tells changes."""
    dropped = (names["first_month"], names["last_month"], names["is_contradicted"])
    told: F = _told(found, cuts, (guarded_trends, names, dropped), series_id)
    return told


def _told(
    found: Any,  # noqa: ANN401 - pandas or Arrow
    cuts: Any,  # noqa: ANN401 - the same
    rule: tuple[Guard, Mapping[str, str], tuple[str, ...]],
    series_id: str | None,
) -> Any:  # noqa: ANN401 - the same as came in
    guard, names, dropped = rule
    own = ["series_id"] if series_id is None else []
    fields = [*own, *names]
    asked = _pandas(found, [*own, *names.values()]).set_axis(fields, axis="columns")
    if series_id is not None:
        asked = asked.assign(series_id=series_id)
    told = guard(asked, _pandas(cuts))
    kept = {name: told[field] for field, name in names.items() if field not in _ONLY_ASKED}
    if isinstance(found, pd.DataFrame):
        return found.assign(**kept).drop(columns=list(dropped))
    for name, values in kept.items():
        field = found.schema.field(name)
        column = arrow.array(values, type=field.type, from_pandas=True)
        found = found.set_column(found.schema.get_field_index(name), field, column)
    return found.drop_columns(list(dropped))


def _pandas(found: Any, columns: list[str] | None = None) -> pd.DataFrame:  # noqa: ANN401
    if isinstance(found, pd.DataFrame):
        return found if columns is None else found[columns]
    return pandas_frame(found if columns is None else found.select(columns))
