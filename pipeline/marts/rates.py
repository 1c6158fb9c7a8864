"""Counts become crude rates with their limits and colour classes, by month, year and window."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from pipeline.analysis.classes import class_breaks, class_of
from pipeline.analysis.rates import dispersion, rate_table
from pipeline.catalog.methods import DISPERSION_LARGEST
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.catalog.series import Interval, Series
from pipeline.catalog.tables import TABLES
from pipeline.marts.rows import store_rows
from pipeline.store.warehouse import Draft

_MARTS: Final = {
    "month": "mart.rate_monthly",
    "rolling": "mart.rate_rolling",
    "year": "mart.rate_yearly",
}
_MEASURES: Final = {"count": "events", "rate": "rate_per_100k"}
_NO_BREAKS: Final = np.array([])
_INDEPENDENT: Final = 1.0
"""Variance over mean of events that happen one by one."""


def store(draft: Draft, series: Sequence[Series]) -> "pd.Series[float]":
    """Fill the marts of population and crude rates.

    Parameters
    ----------
    draft
        Warehouse being built; its core tables are complete.
    series
        Declared series.

    Returns
    -------
    spread
        Variance over mean of every series, by series: 1 for independent events, NaN where unknown.
    """
    store_rows(draft, "mart.population_yearly", draft.frame("mart/population_yearly"))
    monthly = draft.frame("mart/rate_monthly")
    dispersions = dispersion_table(
        monthly, [one.id for one in series if one.interval is Interval.OVERDISPERSED]
    )
    store_rows(draft, "mart.dispersion", dispersions)
    spread = dispersions.set_index("series_id")["dispersion"].reindex([one.id for one in series])
    spread[spread > DISPERSION_LARGEST] = np.nan
    spread[[one.id for one in series if one.interval is Interval.EXACT]] = _INDEPENDENT
    breaks = [_store_rates(draft, "month", monthly, spread)]
    del monthly  # one window at a time: each holds more than a million rows
    for window in ("rolling", "year"):
        exposures = draft.frame(_MARTS[window].replace(".", "/"))
        breaks.append(_store_rates(draft, window, exposures, spread))
        del exposures
    store_rows(draft, "mart.class_break", pd.concat(breaks, ignore_index=True))
    by_department = draft.frame("mart/rate_department_yearly")
    store_rows(draft, "mart.rate_department_yearly", rate_table(by_department, spread))
    return spread


def _store_rates(
    draft: Draft, window: str, exposures: pd.DataFrame, spread: "pd.Series[float]"
) -> pd.DataFrame:
    """Fill the mart of one window and hand back its class breaks."""
    rates = rate_table(exposures, spread)
    breaks = class_break_table(rates, window, PROGRAMME_DEPARTMENTS)
    store_rows(draft, _MARTS[window], with_classes(rates, breaks))
    return breaks


def dispersion_table(monthly: pd.DataFrame, series_ids: Sequence[str]) -> pd.DataFrame:
    """Variance over mean of the monthly counts of series whose events come in groups.

    A municipality's complete months within one year are compared with one another, so that neither
    a level nor a trend counts as dispersion.

    Parameters
    ----------
    monthly
        One row per series, municipality and published month: `series_id`, `municipality_code`,
        `month`, `days`, `events`, `is_provisional`.
    series_ids
        Series with grouped events.

    Returns
    -------
    dispersions
        Rows of ``mart.dispersion``; a series without two months to compare has none.
    """
    place, codes = pd.factorize(monthly["municipality_code"], sort=True)
    whole = ~codes.str.endswith("000")[place] & ~monthly["is_provisional"].to_numpy()
    month = monthly["month"].to_numpy()
    group = place * 10_000 + monthly["month"].dt.year.to_numpy()
    events, days = monthly["events"].to_numpy(), monthly["days"].to_numpy()
    rows = []
    for one, every in monthly.groupby("series_id").indices.items():
        if one in series_ids:
            at = every[whole[every]]
            # Rows come in any order, and the last digit of a sum depends on it.
            at = at[np.lexsort((month[at], place[at]))]
            found = dispersion(events[at], expected_shares=days[at], groups=group[at])
            rows.append((one, found))
    table = pd.DataFrame(rows, columns=["series_id", "dispersion"]).dropna(ignore_index=True)
    return table.astype({"series_id": "str", "dispersion": "float64"})


def class_break_table(rates: pd.DataFrame, window: str, departments: Sequence[str]) -> pd.DataFrame:
    """Colour classes of every series and measure, fixed over all periods.

    Only municipalities of the mapped departments count: a scale that reached up to the capital
    would leave their map in two colours.

    Parameters
    ----------
    rates
        As from `rate_table`, for one window.
    window
        Name of the window: ``year``, ``rolling`` or ``month``.
    departments
        Codes of the departments on the map.

    Returns
    -------
    breaks
        Rows of ``mart.class_break``: at least class 1 for every series and measure with a value.
    """
    place, codes = pd.factorize(rates["municipality_code"])
    mapped = (codes.str[:2].isin(departments) & ~codes.str.endswith("000"))[place]
    rows = []
    for series_id, at in rates.groupby("series_id").indices.items():
        for measure, column in _MEASURES.items():
            values = rates[column].to_numpy()[at[mapped[at]]]
            if np.isnan(values).all():
                continue
            edges = [0.0, *class_breaks(values), np.nan]
            rows += [
                (series_id, window, measure, number, lower, upper)
                for number, (lower, upper) in enumerate(pairwise(edges), 1)
            ]
    columns = list(TABLES["mart.class_break"].schema.columns)
    text = dict.fromkeys(("series_id", "time_window", "measure"), "str")
    return pd.DataFrame(rows, columns=columns).astype(
        text | {"class": "uint8", "lower": "float64", "upper": "float64"}
    )


def with_classes(rates: pd.DataFrame, breaks: pd.DataFrame) -> pd.DataFrame:
    """Add the colour class of each count and rate.

    Parameters
    ----------
    rates
        As from `rate_table`, for one window.
    breaks
        Rows of ``mart.class_break`` of the same window.

    Returns
    -------
    classed
        The same rows, with `count_class` and `rate_class`.
    """
    inner = breaks[breaks["class"] > 1].groupby(["series_id", "measure"])["lower"]
    edges = {key: lower.to_numpy() for key, lower in inner}
    classed = {f"{measure}_class": np.empty(len(rates), np.uint8) for measure in _MEASURES}
    for series_id, at in rates.groupby("series_id").indices.items():
        for measure, column in _MEASURES.items():
            values = rates[column].to_numpy()[at]
            classed[f"{measure}_class"][at] = class_of(
                values, edges.get((series_id, measure), _NO_BREAKS)
            )
    return rates.assign(**classed)
