"""The newest years that mean one thing: does the rate of a place rise or fall, and how surely."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.analysis.aligned import Floats
from pipeline.analysis.multiplicity import false_discovery_adjusted
from pipeline.analysis.rates import crude_rate_per_100k
from pipeline.analysis.trend import (
    Slope,
    course,
    log_linear_slope,
    mann_kendall,
    newest_span,
    sen_slope,
)
from pipeline.catalog.methods import EMERGING_PERIODS_MIN
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.marts.reuse import store_by_series
from pipeline.store.warehouse import Draft


def store(draft: Draft) -> pd.DataFrame:
    """Fill the mart of trends.

    Parameters
    ----------
    draft
        Warehouse being built, with the mart of whole windows.

    Returns
    -------
    computations
        Rows of ``mart.computation``.
    """
    years = draft.frame("mart/trend", departments=list(PROGRAMME_DEPARTMENTS), digits=5)
    cuts = definition_years(draft)
    inputs = (
        (series_id, (rows, cuts.get(str(series_id), [])))
        for series_id, rows in years.groupby("series_id")
    )
    return store_by_series(draft, ["mart.trend"], trend_table, inputs)


def definition_years(draft: Draft) -> dict[str, list[int]]:
    """Years from which each series means something else.

    Parameters
    ----------
    draft
        Warehouse being built.

    Returns
    -------
    cuts
        Ascending, by series; one without such a year is absent.
    """
    years = draft.frame("mart/definition_year").groupby("series_id")["year"].agg(sorted)
    return {str(series_id): found for series_id, found in years.items()}


def trend_table(years: pd.DataFrame, cuts: Sequence[int]) -> pd.DataFrame:
    """Fit the trend of every place of one series over its newest homogeneous span.

    The places are one family of tests.

    Parameters
    ----------
    years
        One row per `municipality_code` and `year`: `series_id`, `events`, `person_years`,
        `dispersion` (NaN where unknown) and `edition` of the population.
    cuts
        Years from which the series means something else.

    Returns
    -------
    trends
        Rows of ``mart.trend``: places with a span.
    """
    ordered = years.sort_values(["municipality_code", "year"], ignore_index=True)
    chosen = np.zeros(len(ordered), dtype=bool)
    for at in ordered.groupby("municipality_code").indices.values():
        one = ordered.iloc[at]
        chosen[at] = newest_span(one["year"], starts=cuts, editions=one["edition"])
    span = ordered[chosen].assign(variance=lambda rows: rows["events"] * rows["dispersion"])
    table = (
        span.groupby("municipality_code")
        .agg(
            series_id=("series_id", "first"),
            first_year=("year", "min"),
            last_year=("year", "max"),
            years=("year", "size"),
            events=("events", "sum"),
            variance=("variance", "sum"),
            dispersion=("dispersion", "max"),
        )
        .reset_index()
    )
    if table.empty:
        return table
    total, largest = table["events"].to_numpy(), table["dispersion"].to_numpy()
    spread = np.divide(table.pop("variance"), total, out=largest.copy(), where=total > 0)
    spread = np.where(np.isnan(largest), np.nan, spread)
    place, _ = pd.factorize(span["municipality_code"])
    first, last = table["first_year"].min(), table["last_year"].max()
    events, at_risk = np.full((2, last - first + 1, len(table)), np.nan)
    cell = (span["year"].to_numpy() - first, place)
    events[cell], at_risk[cell] = span["events"], span["person_years"]
    is_known = ~np.isnan(spread)
    slope = log_linear_slope(
        np.where(is_known, events, np.nan),
        at_risk,
        least_dispersion=np.where(is_known, spread, 1.0),
    )
    rate = crude_rate_per_100k(events, at_risk)
    is_long = (table["years"] >= EMERGING_PERIODS_MIN).to_numpy()
    is_told = ~np.isnan(slope.p)
    kendall = mann_kendall(rate).p
    sen, sen_lower, sen_upper = sen_slope(np.where(is_told, rate, np.nan))
    return table.assign(
        **_slope_columns(slope),
        word=pd.array(course(slope), dtype="str"),
        mann_kendall_p=np.where(is_long & is_told, kendall, np.nan),
        sen_slope_per_100k=sen,
        sen_lower_per_100k=sen_lower,
        sen_upper_per_100k=sen_upper,
    )


def _slope_columns(slope: Slope) -> dict[str, Floats]:
    return {
        "percent": slope.percent,
        "percent_lower": slope.lower,
        "percent_upper": slope.upper,
        "p": slope.p,
        "adjusted_p": false_discovery_adjusted(slope.p),
        "dispersion": slope.dispersion,
    }
