"""Rates of small places drawn towards those of others, and how far each rate can be trusted."""

import math
from typing import Final

import numpy as np
import pandas as pd

from pipeline.analysis.reliability import (
    relative_standard_error,
    reliability,
    years_to_reliable,
)
from pipeline.analysis.smoothing import credible_rates_per_100k
from pipeline.catalog.methods import DISPERSION_LARGEST, POOLED_YEARS
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.marts.reuse import store_by_series
from pipeline.store.warehouse import Draft

_FIELDS: Final = ("smoothed", "smoothed_lower", "smoothed_upper")


def store(draft: Draft, spread: "pd.Series[float]") -> pd.DataFrame:
    """Fill the mart of smoothed rates.

    Parameters
    ----------
    draft
        Warehouse being built, with the mart of whole windows.
    spread
        Variance over mean of every series, as from `pipeline.marts.rates.store`.

    Returns
    -------
    computations
        Rows of ``mart.computation``.
    """
    inputs = (
        (series_id, (draft.frame("mart/rate_smoothed", series_id=series_id), float(ratio)))
        for series_id, ratio in spread.items()
    )
    # Special functions leave Python's lock, so the second core helps.
    return store_by_series(draft, ["mart.rate_smoothed"], smoothed_table, inputs, threads=2)


def smoothed_table(rates: pd.DataFrame, ratio: float) -> pd.DataFrame:
    """Shrink the rates of every map, over the country and within departments.

    All places are shrunk with the series' ratio, which is right on average. A place whose own
    groups lie beyond `DISPERSION_LARGEST` keeps its rate and has no limits: one mass event would
    make them far too narrow.

    Parameters
    ----------
    rates
        One row per municipality of the country, `time_window` and `period`: `events`,
        `person_years` and `dispersion` of one series.
    ratio
        Variance over mean of the series; NaN where unknown, which leaves all rates unsmoothed.

    Returns
    -------
    smoothed
        Rows of ``mart.rate_smoothed``: of the programme's departments.
    """
    place, codes = pd.factorize(rates["municipality_code"])
    of_map = rates.groupby(["time_window", "period"]).ngroup().to_numpy()
    shape = (of_map.max(initial=-1) + 1, len(codes))
    events, at_risk = np.full(shape, np.nan), np.full(shape, np.nan)
    events[of_map, place] = rates["events"]
    at_risk[of_map, place] = rates["person_years"]
    department = codes.str[:2]
    is_mapped = department.isin(list(PROGRAMME_DEPARTMENTS))
    kept = is_mapped[place]
    table = rates[kept].reset_index(drop=True)
    column = (np.cumsum(is_mapped) - 1)[place[kept]]
    scopes = {"": None, "department_": department[is_mapped]}
    for scope, groups in scopes.items():
        names = [f"{scope}{field}_per_100k" for field in _FIELDS]
        if math.isnan(ratio):
            table[names] = np.nan
            continue
        chosen = slice(None) if groups is None else is_mapped
        found = credible_rates_per_100k(
            events[:, chosen],
            at_risk[:, chosen],
            groups=groups,
            dispersion=ratio,
            asked=is_mapped[chosen],
        )
        at = (of_map[kept], place[kept] if groups is None else column)
        table[names] = np.column_stack([field[at] for field in found])
        is_mass_event = table["dispersion"] > DISPERSION_LARGEST
        table.loc[is_mass_event, names[1:]] = np.nan
    years = np.where(table["time_window"].eq("pooled"), POOLED_YEARS, 1)
    counts, own = table["events"], table["dispersion"]
    error = relative_standard_error(counts, own)
    return table.assign(
        relative_standard_error=error.where(np.isfinite(error)),
        reliability=reliability(counts, own).astype("str"),
        years_to_reliable=years_to_reliable(counts, years, own),
    )
