"""The warehouse against the one before: what was gained, lost and revised."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from pipeline.errors import ContractError
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse

_FIGURE: Final = ["series_id", "grain"]
_PERIOD: Final = [*_FIGURE, "period"]
_CELL: Final = [*_PERIOD, "place_code"]
_LINES_PER_SERIES: Final = 6
_TO: Final = " → "
_NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one build to the next.

    Attributes
    ----------
    before
        Build compared with; ``None`` if there is none that can be read.
    after
        The newer build.
    series
        One row per series and grain: `cells`, `events` and `last_period`, each with a column
        `..._before`, which is empty where the older build has nothing.
    revised
        One row per series, grain and period that both builds publish and of which some place's
        figure differs: `events_before`, `events` (whole country) and `places` that differ.
    revised_years
        The same by calendar year, for the years in which a whole-country sum over the periods that
        both builds publish differs.
    """

    before: str | None
    after: str
    series: pd.DataFrame
    revised: pd.DataFrame
    revised_years: pd.DataFrame


def last_difference(data_dir: Path) -> Difference:
    """What the published warehouse changed against the build before it.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.

    Raises
    ------
    ContractError
        If no warehouse is published.
    """
    new = Warehouse.open(published_path(data_dir))
    older = sorted(file for file in new.path.parent.glob("warehouse-*.duckdb") if file < new.path)
    old = None
    with suppress(ContractError):  # a build of another layout is as good as none
        old = Warehouse.open(older[-1]) if older else None
    try:
        return difference(old, new)
    finally:
        for warehouse in filter(None, (old, new)):
            warehouse.close()


def difference(old: Warehouse | None, new: Warehouse) -> Difference:
    """Compare two builds, figure by figure.

    Parameters
    ----------
    old
        The build before, if any.
    new
        The build after.
    """
    cells, periods = new.query("view/cells"), new.query("view/published_periods")
    # Without an older build everything is new: the same columns, no rows.
    cells_before = cells.iloc[:0] if old is None else old.query("view/cells")
    periods_before = periods.iloc[:0] if old is None else old.query("view/published_periods")
    both = cells_before.merge(cells, how="outer", on=_CELL, suffixes=("_before", "")).fillna(
        {"events_before": 0.0, "events": 0.0}
    )
    shared = both.merge(periods.merge(periods_before))
    return Difference(
        before=None if old is None else old.build_id,
        after=new.build_id,
        series=pd.concat(
            [_extent(cells_before, periods_before).add_suffix("_before"), _extent(cells, periods)],
            axis=1,
        ).reset_index(),
        revised=_revised(shared, "period"),
        revised_years=_revised(shared.assign(year=shared["period"].dt.year), "year").query(
            "events_before != events"
        ),
    )


def render(report: Difference) -> str:
    """Write a difference as text for a terminal.

    Parameters
    ----------
    report
        As from `difference`.

    Returns
    -------
    text
        What changed in each series, then its revised past periods, those with the largest change
        first.
    """
    series = pd.DataFrame(
        {
            "series": report.series["series_id"],
            "by": report.series["grain"],
            "figures": _change(report.series, "cells", _number),
            "events": _change(report.series, "events", _number),
            "last period": _change(report.series, "last_period", _month),
        }
    )
    has_changed = series.apply(lambda column: column.str.contains(_TO)).any(axis=1)
    lines = [
        f"Build {report.after}, no earlier one of this layout to compare with:"
        if report.before is None
        else f"Build {report.after} against {report.before}:"
    ]
    lines += _aligned(series[has_changed])
    lines.append(f"{(~has_changed).sum()} others as before.")
    if len(report.revised):
        lines += ["", "Revised past periods, largest change first:"]
        lines += _aligned(_revised_lines(report.revised))
    if len(report.revised_years):
        lines += ["", "Revised yearly sums:"]
        lines += _aligned(
            pd.DataFrame(
                {
                    "series": report.revised_years["series_id"],
                    "year": report.revised_years["year"].astype("str"),
                    "events": _change(report.revised_years, "events", _number),
                }
            )
        )
    return "\n".join(lines)


def _extent(cells: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    by_figure = cells.groupby(_FIGURE)["events"]
    return pd.DataFrame(
        {
            "cells": by_figure.size().astype("float64"),
            "events": by_figure.sum(),
            "last_period": periods.groupby(_FIGURE)["period"].max(),
        }
    )


def _revised(cells: pd.DataFrame, period: str) -> pd.DataFrame:
    differs = cells["events_before"].ne(cells["events"])
    by_period = cells.assign(places=differs).groupby([*_FIGURE, period])
    sums = by_period[["events_before", "events", "places"]].sum().reset_index()
    return sums[sums["places"].gt(0)].reset_index(drop=True)


def _revised_lines(revised: pd.DataFrame) -> pd.DataFrame:
    net = (revised["events"] - revised["events_before"]).abs()
    largest = revised.assign(size=np.maximum(net, revised["places"])).sort_values(
        ["series_id", "size"], ascending=[True, False], kind="stable"
    )
    by_series = largest.groupby("series_id")
    shown = largest[by_series.cumcount() < _LINES_PER_SERIES]
    lines = pd.DataFrame(
        {
            "series": shown["series_id"],
            "period": shown["period"].map(_month),
            "events": _change(shown, "events", _number),
            "places": shown["places"].map(_number),
        }
    )
    hidden = by_series.size().sub(_LINES_PER_SERIES)
    hidden = hidden[hidden > 0]
    more = pd.DataFrame({"series": hidden.index, "period": [f"and {n} more" for n in hidden]})
    return pd.concat([lines, more]).fillna("").sort_values("series", kind="stable")


def _change(rows: pd.DataFrame, column: str, text: Callable[[Any], str]) -> "pd.Series[str]":
    before, after = rows[f"{column}_before"].map(text), rows[column].map(text)
    return after.where(before.eq(after), before + _TO + after)


def _aligned(rows: pd.DataFrame) -> list[str]:
    if rows.empty:
        return []
    columns = [[str(name), *rows[name]] for name in rows]
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in zip(*columns, strict=True)
    ]


def _number(value: float) -> str:
    return _NOTHING if pd.isna(value) else f"{value:,.10g}"


def _month(day: pd.Timestamp) -> str:
    return _NOTHING if pd.isna(day) else f"{day:%Y-%m}"
