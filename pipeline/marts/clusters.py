"""Where high and low rates lie together: neighbours, Moran's I, clusters and their history."""

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from libpysal.graph import Graph

from pipeline.analysis.clusters import (
    global_moran,
    local_association,
    queen_neighbours,
    sparse_maps,
    standardised_rates,
)
from pipeline.analysis.emerging import emerging_hot_spots
from pipeline.catalog import methods
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.catalog.tables import TABLES
from pipeline.marts.reuse import store_by_series
from pipeline.marts.rows import store_rows
from pipeline.store.warehouse import Draft

_MAP: Final = ["series_id", "time_window", "period"]


class Maps(NamedTuple):
    """Rows of ``mart.moran``, of ``mart.cluster`` and of ``mart.emerging_hot_spot``."""

    moran: pd.DataFrame
    cluster: pd.DataFrame
    emerging: pd.DataFrame


def store(draft: Draft) -> pd.DataFrame:
    """Fill the marts of neighbours, Moran's I, clusters and emerging hot spots.

    Parameters
    ----------
    draft
        Warehouse being built, with the rates of whole windows.

    Returns
    -------
    computations
        Rows of ``mart.computation``.
    """
    outlines = draft.frame("mart/outline")
    shapes = gpd.GeoSeries.from_wkb(outlines.pop("web_geometry"), crs="OGC:CRS84")
    neighbours = queen_neighbours(gpd.GeoDataFrame(outlines, geometry=shapes))
    store_rows(draft, "mart.neighbour", neighbour_table(neighbours))
    series = draft.frame("mart/comparable_from").query("has_windows")
    starts = (None if pd.isna(month) else month for month in series["month"])
    inputs = (
        (one, (draft.frame("mart/cluster_input", series_id=one), neighbours, start))
        for one, start in zip(series["series_id"], starts, strict=True)
    )
    marts = ["mart.moran", "mart.cluster", "mart.emerging_hot_spot"]
    # Permuting leaves Python's lock, so the second core helps.
    return store_by_series(draft, marts, cluster_tables, inputs, threads=2)


def neighbour_table(neighbours: Graph) -> pd.DataFrame:
    """Every pair of neighbours, in both directions.

    Parameters
    ----------
    neighbours
        As from `queen_neighbours`.

    Returns
    -------
    pairs
        Rows of ``mart.neighbour``; a place without neighbours has none.
    """
    links = neighbours.adjacency[neighbours.adjacency != 0].index
    codes = (links.get_level_values(level).astype("str") for level in ("focal", "neighbor"))
    return pd.DataFrame(dict(zip(("municipality_code", "neighbour_code"), codes, strict=True)))


def cluster_tables(
    rates: pd.DataFrame, neighbours: Graph, comparable_from: pd.Timestamp | None = None
) -> Maps:
    """Global and local association of every window of one series.

    All municipalities of the country enter each map. What is handed back of a map are those of the
    programme's departments, whatever they are, and of all others the ones that are named: as a
    cluster, or as a hot or cold spot.

    Parameters
    ----------
    rates
        One row per municipality and window of one series: `series_id`, `municipality_code`,
        `time_window`, `period`, `events`, `person_years` (NaN where residents are unknown) and
        `is_provisional`.
    neighbours
        Of all municipalities of the country.
    comparable_from
        First month whose definition is that of the newest; None if all months share it.

    Returns
    -------
    maps
        Rows of ``mart.moran``, ``mart.cluster`` and ``mart.emerging_hot_spot``.
    """
    maps = rates[[*_MAP, "is_provisional"]].groupby(_MAP)["is_provisional"].any().reset_index()
    number = rates[_MAP].merge(maps.reset_index(), on=_MAP)["index"].to_numpy()
    shape = (pd.Index(neighbours.unique_ids), maps.index)
    keyed = rates.assign(map=number).set_index(["municipality_code", "map"])
    events, at_risk = (
        keyed[column].unstack().reindex(index=shape[0], columns=shape[1])  # noqa: PD010 - no sums
        for column in ("events", "person_years")
    )
    standardised = standardised_rates(events, at_risk)
    is_sparse = sparse_maps(events, at_risk)
    local = local_association(standardised, neighbours, is_sparse=is_sparse)
    named = (local.adjusted_p <= methods.FALSE_DISCOVERY_RATE).to_numpy()
    spread = global_moran(standardised, neighbours)
    moran = maps.assign(
        moran_i=spread["statistic"],
        expected_i=spread["expected"],
        p=spread["p"],
        places=spread["places"],
        places_named=named.sum(axis=0),
        is_sparse=is_sparse,
        permutations=methods.PERMUTATIONS,
        seed=methods.PERMUTATION_SEED,
    )
    ours = shape[0].str[:2].isin(PROGRAMME_DEPARTMENTS)
    place, column = np.nonzero(ours[:, np.newaxis] | named)
    cluster = (
        maps[_MAP]
        .iloc[column]
        .assign(
            municipality_code=shape[0].to_numpy()[place],
            **{
                name: frame.to_numpy()[place, column]
                for name, frame in {
                    "local_moran": local.moran,
                    "gi_star": local.star,
                    "p": local.p,
                    "adjusted_p": local.adjusted_p,
                    "cluster": local.cluster,
                    "spot": local.spot,
                }.items()
            },
        )
    )
    return Maps(
        moran,
        cluster.astype({"municipality_code": "str", "cluster": "str"}),
        _emerging(maps, local.star[ours], local.spot[ours], comparable_from),
    )


def _emerging(
    maps: pd.DataFrame, star: pd.DataFrame, spot: pd.DataFrame, comparable_from: pd.Timestamp | None
) -> pd.DataFrame:
    """Patterns over the whole years of one definition that are not provisional.

    A year that a change of definition runs through belongs to none. Editions of the population do
    not cut: a place is compared with the others of its own year.
    """
    chosen = maps["time_window"].eq("year") & ~maps["is_provisional"]
    if comparable_from is not None:
        chosen &= maps["period"] >= comparable_from + pd.DateOffset(months=11)
    years = maps.loc[chosen, "period"].dt.year
    if years.empty:
        columns = TABLES["mart.emerging_hot_spot"].schema.columns.items()
        return pd.DataFrame({name: pd.Series(dtype=one.dtype.type) for name, one in columns})
    pattern = emerging_hot_spots(
        star[years.index].set_axis(years, axis=1), spot[years.index].set_axis(years, axis=1)
    )
    return pd.DataFrame(
        {
            "series_id": maps["series_id"].iloc[0],
            "municipality_code": pattern.index.astype("str"),
            "first_year": years.iloc[0],
            "last_year": years.iloc[-1],
            "years_known": star[years.index].notna().sum(axis=1).to_numpy(),
            "hot_years": (spot[years.index] == 1).sum(axis=1).to_numpy(),
            "cold_years": (spot[years.index] == -1).sum(axis=1).to_numpy(),
            "pattern": pattern.to_numpy(),
        }
    )
