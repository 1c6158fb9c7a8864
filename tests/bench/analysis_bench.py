"""What the statistics cost: beside esda, with more maps, and where nothing changed.

Processor time is compared, not time that passed: a busy machine slows both sides alike. The figures
are those of the bundled snapshot, which are the published ones.
"""

import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import process_time
from typing import Final
from unittest.mock import patch

import esda
import geopandas as gpd
import numpy as np
import pandas as pd
from libpysal.graph import Graph

from pipeline import build
from pipeline.analysis.clusters import (
    LocalAssociation,
    local_association,
    queen_neighbours,
    standardised_rates,
)
from pipeline.catalog.methods import PERMUTATIONS
from pipeline.marts import reuse
from pipeline.marts.clusters import cluster_tables
from pipeline.marts.smoothing import smoothed_table
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests.validation.country import Country, invented_country

SAMPLED_MAPS: Final = 6
"""Maps that esda is timed on; each takes seconds."""
SIDE: Final = 20
"""Places along a side of the invented country."""
BASE: Final = (3, 8)
"""Series and yearly windows of the smallest invented world."""
_NATIONAL: Final = 0.9
"""Share of the municipalities that a sampled map knows: esda stops at maps of scattered places."""
_SHIFT: Final = 10.0
"""Added for esda's Gi*, which refuses negative values; its score does not change."""
_DEVIATIONS: Final = 5
"""Standard errors of two permutation p-values within which both are the same."""
_FEWEST: Final = 5e-4
"""Difference of p-values that their steps allow: esda's least is 0.0002, two-sided."""


def esda_figures(data_dir: Path) -> dict[str, float]:
    """Local Moran and Gi* of every map in the warehouse, by this project and by esda in a loop.

    Parameters
    ----------
    data_dir
        Folder with a published warehouse.

    Returns
    -------
    dict
        Number of `maps`; processor seconds per map of both; the largest difference of the
        statistics; the largest difference of p-values over what chance allows.
    """
    warehouse = Warehouse.open(published_path(data_dir))
    neighbours = _neighbours(warehouse)
    series = warehouse.table("mart.moran")["series_id"].unique()
    maps = [
        _standardised(warehouse.query("mart/cluster_input", series_id=one), neighbours)
        for one in series
    ]
    warehouse.close()
    started = process_time()
    found = [local_association(one, neighbours) for one in maps]
    own_seconds = process_time() - started
    every = [(one, column) for one in range(len(maps)) for column in range(maps[one].shape[1])]
    national = [(one, at) for one, at in every if maps[one].iloc[:, at].notna().mean() > _NATIONAL]
    esda_seconds, apart, beyond = 0.0, 0.0, 0.0
    for one, column in national[:: len(national) // SAMPLED_MAPS][:SAMPLED_MAPS]:
        values = maps[one].iloc[:, column].dropna()
        beside = neighbours.subgraph(values.index)
        started = process_time()
        local, star = _by_esda(values, beside)
        esda_seconds += process_time() - started
        mine = LocalAssociation(*(frame.iloc[:, column][values.index] for frame in found[one]))
        known = mine.p.notna().to_numpy()
        for statistic, other in ((mine.moran, local.Is), (mine.star, star.Zs)):
            apart = max(apart, np.abs(statistic.to_numpy() - other)[known].max())
        for one_sided in (local.p_sim[known], star.p_sim[known]):
            error = 2 * np.sqrt(2 * one_sided * (1 - one_sided) / PERMUTATIONS)
            allowed = _DEVIATIONS * error + _FEWEST
            difference = np.abs(mine.p[known] - np.minimum(1, 2 * one_sided))
            beyond = max(beyond, (difference / allowed).max())
    return {
        "maps": len(every),
        "own_seconds": own_seconds / len(every),
        "esda_seconds": esda_seconds / SAMPLED_MAPS,
        "statistic_difference": apart,
        "p_difference": beyond,
    }


def growth_figures() -> dict[int, float]:
    """Processor seconds of clusters and smoothing in invented worlds, by how large they are.

    Returns
    -------
    dict
        Seconds at once, four and sixteen times the series and windows of the smallest.
    """
    country = invented_country(SIDE)
    _statistics(country, *BASE)  # what is drawn once for all maps
    found = {}
    for factor in (1, 2, 4):
        started = process_time()
        _statistics(country, *(factor * count for count in BASE))
        found[factor**2] = process_time() - started
    return found


def computed_again(data_dir: Path) -> int:
    """How many steps and series a build of unchanged figures computes.

    Parameters
    ----------
    data_dir
        Folder with a published warehouse; it gets a second one.

    Returns
    -------
    int
        Series computed, summed over the steps.
    """
    with patch.object(reuse, "computed", wraps=reuse.computed) as computed:
        build.build(data_dir)
    return computed.call_count


def _neighbours(warehouse: Warehouse) -> Graph:
    outlines = warehouse.query("mart/outline")
    shapes = gpd.GeoSeries.from_wkb(outlines.pop("web_geometry"), crs="OGC:CRS84")
    return queen_neighbours(gpd.GeoDataFrame(outlines, geometry=shapes))


def _standardised(rates: pd.DataFrame, neighbours: Graph) -> pd.DataFrame:
    by_map = rates.set_index(["municipality_code", "time_window", "period"])
    wide = by_map[["events", "person_years"]].unstack(["time_window", "period"])  # noqa: PD010 - no sums
    every = wide.reindex(pd.Index(neighbours.unique_ids))
    return standardised_rates(every["events"], every["person_years"])


def _by_esda(
    values: "pd.Series[float]", neighbours: Graph
) -> tuple[esda.Moran_Local, esda.G_Local]:
    """Both statistics of one map, on one core as the project's own."""
    permuted = partial(dict, permutations=PERMUTATIONS, n_jobs=1, keep_simulations=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # islands and a missing accelerator
        return (
            esda.Moran_Local(values.to_numpy(), neighbours, seed=5, **permuted()),
            esda.G_Local(
                values.to_numpy() + _SHIFT,
                neighbours,
                transform="B",
                star=True,
                seed=6,
                **permuted(),
            ),
        )


def _statistics(country: Country, series: int, windows: int) -> None:
    for rates in _invented_rates(country, series, windows):
        cluster_tables(rates, country.neighbours)
        smoothed_table(rates, 1.0)


def _invented_rates(country: Country, series: int, windows: int) -> Iterator[pd.DataFrame]:
    """Equal risk everywhere: thirty events per 100,000 residents and year."""
    random = np.random.default_rng(20)
    years = pd.date_range("2001-12-01", periods=windows, freq="YS-DEC", unit="s")
    for number in range(series):
        yield pd.DataFrame(
            {
                "series_id": f"series_{number}",
                "municipality_code": np.tile(country.residents.index, windows),
                "time_window": "year",
                "period": np.repeat(years, len(country.size)),
                "events": random.poisson(np.tile(country.size, windows) * 3e-4).astype(float),
                "person_years": np.tile(country.size, windows),
                "dispersion": 1.0,
                "is_provisional": False,
            }
        )
