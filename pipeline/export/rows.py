"""Rows of each table as they leave: claims as the read door lets them pass, all else as stored."""

from collections.abc import Callable, Iterator
from typing import Final, get_args

import pandas as pd
import pyarrow as arrow

from pipeline import views
from pipeline.export.package import Build
from pipeline.export.resources import Exported
from pipeline.store.warehouse import Warehouse

_CHANGES: Final[dict[str, Callable[[Warehouse, str, views.WholeWindow], pd.DataFrame]]] = {
    "mart.change": views.changes,
    "mart.change_department": views.department_changes,
}
_TRENDS: Final[dict[str, Callable[[Warehouse, str], pd.DataFrame]]] = {
    "mart.trend": views.trends,
    "mart.trend_department": views.department_trends,
}


def rows(build: Build, one: Exported) -> arrow.Table:
    """Rows of a table in the order of its key.

    Parameters
    ----------
    build
        What is exported.
    one
        The table.
    """
    if one.is_claim:
        return _claims(build, one)
    return build.warehouse.arrow(one.name, one.columns, build.series).cast(one.schema)


def _claims(build: Build, one: Exported) -> arrow.Table:
    """What pages say of changes or trends, too: taken back where it may not be said."""
    asked = [frame for frame in _asked(build, one.name) if len(frame)]
    if not asked:
        return one.schema.empty_table()
    told = pd.concat(asked, ignore_index=True).sort_values(list(one.table.key))
    return arrow.Table.from_pandas(told[list(one.columns)], one.schema, preserve_index=False)


def _asked(build: Build, name: str) -> Iterator[pd.DataFrame]:
    known = build.warehouse.query("view/series")["series_id"].tolist()
    for series_id in build.series or known:
        if name in _TRENDS:
            yield _TRENDS[name](build.warehouse, series_id).assign(series_id=series_id)
            continue
        for window in get_args(views.WholeWindow):
            found = _CHANGES[name](build.warehouse, series_id, window)
            yield found.assign(series_id=series_id, time_window=window)
