"""Core tables become what pages show: one module per family of marts.

SQL says who was at risk and what was recorded; `pipeline.analysis` says what that means.
"""

from collections.abc import Sequence

import pandas as pd

from pipeline.catalog.series import Series
from pipeline.marts import (
    anomalies,
    change,
    claims,
    clusters,
    coverage,
    departments,
    evaluation,
    gaps,
    groups,
    peers,
    placebo,
    ranks,
    rates,
    smoothing,
    trend,
    windows,
)
from pipeline.store.warehouse import Draft


def store(draft: Draft, series: Sequence[Series]) -> None:
    """Fill every mart from the core tables of a draft.

    Parameters
    ----------
    draft
        Warehouse being built; its core tables are complete.
    series
        Declared series.
    """
    coverage.store(draft)
    spread = rates.store(draft, series)
    store_statistics(draft, spread)


def store_statistics(draft: Draft, spread: "pd.Series[float]") -> None:
    """Fill the marts of statistics, from whole windows of the whole country.

    Parameters
    ----------
    draft
        Warehouse being built, with the marts of population and crude rates.
    spread
        Variance over mean of every series, as from `pipeline.marts.rates.store`.
    """
    windows.store(draft, spread)
    computations = [
        smoothing.store(draft, spread),
        change.store(draft),
        trend.store(draft),
        ranks.store(draft, spread),
        clusters.store(draft),
        anomalies.store(draft),
        evaluation.store(draft),
    ]
    departments.store(draft, spread)
    claims.store(draft)
    gaps.store(draft)
    peers.store(draft)
    computations += store_groups(draft, spread)
    draft.store("mart.computation", pd.concat(computations, ignore_index=True))


def store_groups(draft: Draft, spread: "pd.Series[float]") -> list[pd.DataFrame]:
    """Fill the marts of the documented places as a group, and of placebo groups.

    Parameters
    ----------
    draft
        Warehouse being built, with peers and cuts.
    spread
        Variance over mean of every series, as from `pipeline.marts.rates.store`.

    Returns
    -------
    computations
        Rows of ``mart.computation``, by step.
    """
    return [groups.store(draft, spread), placebo.store(draft)]
