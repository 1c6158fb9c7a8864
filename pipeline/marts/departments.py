"""Change and trend of whole departments: the same words and refusals, tested among themselves."""

import numpy as np
import pandas as pd

from pipeline.analysis.rates import person_years
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.marts.change import change_table
from pipeline.marts.rows import no_rows, store_rows
from pipeline.marts.trend import definition_years, trend_table
from pipeline.store.warehouse import Draft

_CODE: dict[str, str] = {"municipality_code": "department_code"}


def store(draft: Draft, spread: "pd.Series[float]") -> None:
    """Fill the marts of departments' windows, changes and trends.

    Parameters
    ----------
    draft
        Warehouse being built, with the mart of whole windows.
    spread
        Variance over mean of every series, as from `pipeline.marts.rates.store`.
    """
    departments = list(PROGRAMME_DEPARTMENTS)
    windows = draft.frame("mart/rate_department_window", departments=departments)
    at_risk = person_years(windows["population"], windows["days"])
    rates = with_joint_dispersion(windows.assign(person_years=at_risk), spread)
    store_rows(draft, "mart.rate_department_window", rates)
    pairs = draft.frame("mart/change", departments=departments, digits=2)
    store_rows(draft, "mart.change_department", change_table(pairs).rename(columns=_CODE))
    years = draft.frame("mart/trend", departments=departments, digits=2)
    cuts = definition_years(draft)
    tables = (
        trend_table(rows, cuts.get(str(series_id), []))
        for series_id, rows in years.groupby("series_id")
    )
    found = [one.rename(columns=_CODE) for one in tables if len(one)]
    trends = pd.concat([no_rows("mart.trend_department"), *found], ignore_index=True)
    store_rows(draft, "mart.trend_department", trends)


def with_joint_dispersion(windows: pd.DataFrame, spread: "pd.Series[float]") -> pd.DataFrame:
    """Add the variance-to-mean ratio that the count of each department is judged by.

    It is that of its municipalities, weighted by their events; that of the series for events of
    unknown municipality, and for whole departments that file on their own.

    Parameters
    ----------
    windows
        One row per series, department and window: `series_id`, `events`, `unlocated_events` and
        `variance`, the sum of events times dispersion over municipalities, NaN where unknown.
    spread
        Variance over mean of every series, by series.

    Returns
    -------
    windows
        The same rows, with `dispersion`; NaN where it cannot be told.
    """
    ratio = windows["series_id"].map(spread).to_numpy(dtype=float)
    events = windows["events"].to_numpy()
    variance = windows["variance"].to_numpy() + windows["unlocated_events"].to_numpy() * ratio
    joint = np.divide(variance, events, out=ratio.copy(), where=events > 0)
    return windows.assign(dispersion=np.where(np.isnan(joint), ratio, joint))
