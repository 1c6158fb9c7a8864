"""Whole windows of months: the counts and rates that every statistic is computed from."""

from typing import Final

import numpy as np
import pandas as pd

from pipeline.analysis.rates import rate_table
from pipeline.analysis.windows import Window, window_months
from pipeline.marts.rows import store_rows
from pipeline.store.warehouse import Draft

WINDOWS: Final = {
    "year": Window.YEAR,
    "fiscal": Window.FISCAL_YEAR,
    "pooled": Window.POOLED,
    "rolling": Window.ROLLING,
}
"""Ways to put months together, by the name they have in the warehouse."""


def store(draft: Draft, spread: "pd.Series[float]") -> None:
    """Fill the marts of windows, over all months that some series publishes.

    Parameters
    ----------
    draft
        Warehouse being built, with the marts of population and crude rates.
    spread
        Variance over mean of every series, as from `pipeline.marts.rates.store`.
    """
    store_rows(draft, "mart.window_month", window_table(draft.frame("mart/published_month")))
    exposures = draft.frame("mart/rate_window")
    store_rows(draft, "mart.rate_window", with_dispersion(rate_table(exposures, spread), spread))


def window_table(published: pd.DataFrame) -> pd.DataFrame:
    """Every window that lies whole within the published months.

    Parameters
    ----------
    published
        One row per `month` that some series publishes.

    Returns
    -------
    windows
        Rows of ``mart.window_month``.
    """
    months = published["month"].to_numpy()
    return pd.concat(
        [
            window_months(months, window).assign(time_window=name)
            for name, window in WINDOWS.items()
        ],
        ignore_index=True,
    ).astype({"time_window": "str"})


def with_dispersion(rates: pd.DataFrame, spread: "pd.Series[float]") -> pd.DataFrame:
    """Add the variance-to-mean ratio that each count is judged by.

    It is that of the series, or of the place's own groups where these say more.

    Parameters
    ----------
    rates
        One row per series, place and window: `series_id`, `events`, `group_squares`.
    spread
        Variance over mean of every series, by series.

    Returns
    -------
    rates
        The same rows, with `dispersion`; NaN where it cannot be told.
    """
    ratio = rates["series_id"].map(spread).to_numpy(dtype=float)
    events, squares = rates["events"].to_numpy(), rates["group_squares"].to_numpy()
    own = np.divide(squares, events, out=np.zeros(len(rates)), where=events > 0)
    return rates.assign(dispersion=np.where(own > ratio, own, ratio))
