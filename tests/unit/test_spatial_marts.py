"""Clusters, neighbours and anomalies as stored: what enters, what is kept, and figures by hand."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph

from pipeline import views
from pipeline.analysis.anomalies import Anomaly
from pipeline.analysis.clusters import Cluster, queen_neighbours
from pipeline.analysis.emerging import Pattern
from pipeline.catalog.tables import TABLES
from pipeline.marts.anomalies import series_anomalies
from pipeline.marts.clusters import Maps, cluster_tables, neighbour_table
from pipeline.store.warehouse import Warehouse
from tests import world

SIDE = 12
OURS = [f"05{number:03}" for number in range(1, SIDE * SIDE // 2 + 1)]
"""The southern half of a chessboard lies in a department of the programme."""
OTHERS = [f"98{number:03}" for number in range(1, SIDE * SIDE // 2 + 1)]
ISLAND = "88001"
CORNERS = {"05001": ["05002", "05013", "05014"], "98061": ["98049", "98050", "98062"]}
"""Two corners of the board, in either half, and their neighbours."""
VIOLENT = [*CORNERS, *(code for beside in CORNERS.values() for code in beside)]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = world.published(tmp_path_factory.mktemp("data"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def neighbours() -> Graph:
    squares = [shapely.box(x, y, x + 1, y + 1) for y in range(SIDE) for x in range(SIDE)]
    return queen_neighbours(
        gpd.GeoDataFrame(
            {"municipality_code": [*OURS, *OTHERS, ISLAND]},
            geometry=[*squares, shapely.box(50, 50, 51, 51)],
        )
    )


@pytest.fixture(scope="module")
def maps(neighbours: Graph) -> Maps:
    """One year with a violent corner in either half, and one that a single place publishes."""
    places = [*OURS, *OTHERS, ISLAND]
    first = pd.DataFrame(
        {
            "municipality_code": places,
            "period": pd.Timestamp("2022-12-01"),
            "events": np.where(np.isin(places, VIOLENT), 300.0, 30.0),
        }
    )
    second = first.iloc[[0]].assign(period=pd.Timestamp("2023-12-01"))
    return cluster_tables(
        pd.concat([first, second], ignore_index=True).assign(
            series_id="sightings",
            time_window="year",
            person_years=100_000.0,
            is_provisional=lambda rows: rows["period"].dt.year == 2023,
        ),
        neighbours,
    )


def test_neighbours_stand_in_both_directions(neighbours: Graph) -> None:
    pairs = neighbour_table(neighbours)
    corner = pairs.loc[pairs["municipality_code"] == "05001", "neighbour_code"]
    assert sorted(corner) == CORNERS["05001"]
    # 2 * 12 * 11 pairs share a side and 2 * 11 * 11 a corner; each stands there twice
    assert len(pairs) == 2 * (2 * SIDE * (SIDE - 1) + 2 * (SIDE - 1) ** 2)
    assert ISLAND not in set(pairs["municipality_code"])


def test_a_map_counts_the_places_with_a_rate(maps: Maps) -> None:
    year, lone = maps.moran.to_dict("records")
    assert (year["places"], lone["places"]) == (145, 1)
    assert year["expected_i"] == pytest.approx(-1 / 144)
    assert year["p"] == pytest.approx(2 / 10_000)
    assert np.isnan(lone["moran_i"])
    assert not year["is_sparse"]
    assert (year["is_provisional"], lone["is_provisional"]) == (False, True)


def test_a_map_keeps_the_programmes_departments_and_whatever_is_named(maps: Maps) -> None:
    year = maps.cluster[maps.cluster["period"].dt.year == 2022]
    at = year.set_index("municipality_code")["cluster"]
    # All three neighbours high by chance: 2 * 7 * 6 * 5 / (144 * 143 * 142), beside 145 places.
    assert at[list(CORNERS)].tolist() == [Cluster.HIGH_HIGH] * 2
    assert set(OURS) <= set(at.index)
    elsewhere = year[~year["municipality_code"].isin(OURS)]
    assert (elsewhere["adjusted_p"] <= 0.05).all()
    assert ISLAND not in at
    named = year["adjusted_p"] <= 0.05
    assert named.sum() == maps.moran["places_named"].iloc[0]
    hot = year.loc[year["spot"] == 1, "municipality_code"]
    assert set(CORNERS) <= set(hot)


def test_a_place_that_publishes_nothing_is_undefined_and_a_lone_one_has_no_neighbours(
    maps: Maps,
) -> None:
    lone = maps.cluster[maps.cluster["period"].dt.year == 2023].set_index("municipality_code")
    assert lone["cluster"].to_dict() == {
        OURS[0]: Cluster.NO_NEIGHBOURS,
        **dict.fromkeys(OURS[1:], Cluster.UNDEFINED),
    }
    assert lone["p"].isna().all()


def test_where_all_are_neighbours_of_all_nothing_is_clustered(warehouse: Warehouse) -> None:
    """The invented country's outlines are one and the same square: Moran's I is -1 / (n - 1)."""
    assert len(warehouse.table("mart.neighbour")) == 4 * 3
    moran = warehouse.table("mart.moran").set_index(["series_id", "time_window", "period"])
    year = moran.loc[("sightings", "year", pd.Timestamp("2021-12-01"))]
    assert year["places"] == 3  # nobody lives in the fourth yet
    assert year["moran_i"] == pytest.approx(-1 / 2)
    assert year["p"] == 1
    assert year["places_named"] == 0
    cluster = warehouse.table("mart.cluster")
    of_year = cluster[cluster["series_id"].eq("sightings") & cluster["time_window"].eq("year")]
    assert of_year[["municipality_code", "cluster"]].to_numpy().tolist() == [
        ["05901", "not significant"],
        ["05902", "not significant"],
        ["05903", "undefined"],
    ]


def test_the_newest_complete_twelve_months_alone_are_mapped(warehouse: Warehouse) -> None:
    moran = warehouse.table("mart.moran")
    rolling = moran[moran["time_window"].eq("rolling") & moran["series_id"].eq("sightings")]
    assert rolling["period"].dt.strftime("%Y-%m").tolist() == ["2023-04"]  # May may still grow
    assert "rainfall" not in set(moran["series_id"])  # no rate
    assert set(moran["time_window"]) == {"year", "rolling"}


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("mart.cluster", "cluster", Cluster),
        ("mart.anomaly", "anomaly", Anomaly),
        ("mart.emerging_hot_spot", "pattern", Pattern),
    ],
)
def test_declared_words_are_those_of_the_analysis(
    table: str, column: str, words: type[StrEnum]
) -> None:
    (declared,) = TABLES[table].schema.columns[column].checks
    assert set(declared.statistics["allowed_values"]) == set(words)


def test_a_jump_above_a_flat_past_is_unusually_high_and_gaps_have_no_row() -> None:
    """Two events a month for six years, then thirty; the month before the newest is missing."""
    months = pd.date_range("2018-01-01", "2024-03-01", freq="MS", unit="s")
    places = pd.DataFrame({"municipality_code": ["05901", "05902", "05903"]})
    monthly = pd.DataFrame({"month": months}).merge(places, how="cross")
    monthly = monthly[monthly["month"] != pd.Timestamp("2024-02-01")].assign(
        series_id="sightings",
        days=30.0,
        events=2.0,
        is_provisional=lambda rows: rows["month"] == months[-1],
    )
    jump = monthly["municipality_code"].eq("05901") & monthly["is_provisional"]
    found = series_anomalies(monthly.assign(events=monthly["events"].mask(jump, 30.0)), pd.NaT)
    assert found["month"].dt.strftime("%Y-%m").tolist() == ["2024-01"] * 3 + ["2024-03"] * 3
    assert found["expected"].tolist() == pytest.approx([2.0] * 6)
    assert found["anomaly"].tolist() == [*["usual"] * 3, "unusually high", "usual", "usual"]
    assert found["is_provisional"].tolist() == [False] * 3 + [True] * 3
    cut = series_anomalies(monthly, pd.Timestamp("2019-06-01"))
    assert set(cut["anomaly"]) == {"not determined"}


def test_months_compare_since_a_change_of_definition_is_over(tmp_path: Path) -> None:
    frames = world.core_frames()
    frames["core.series_break"]["series_id"] = "sightings"
    with world.stored(tmp_path, frames) as draft:
        found = draft.frame("mart/comparable_from").set_index("series_id")["month"]
    assert found["sightings"] == pd.Timestamp("2021-02-01")  # the end of the break
    assert found.drop("sightings").isna().all()


def test_series_without_months_have_no_newest_ones(tmp_path: Path) -> None:
    frames = world.core_frames()
    by_month = ("core.crime_monthly", "core.crime_group_monthly")
    frames |= {name: frames[name].iloc[:0] for name in by_month}
    available = frames["core.availability"]
    frames["core.availability"] = available[available["series_id"].isin(["meteors", "rainfall"])]
    with world.stored(tmp_path, frames) as draft:
        (meteors,) = draft.frame("mart/comparable_from").to_dict("records")
    assert (meteors["series_id"], meteors["month"]) == ("meteors", pd.Timestamp("2021-02-01"))
    assert (meteors["has_months"], meteors["has_windows"]) == (False, True)


def test_three_months_of_history_are_none(warehouse: Warehouse) -> None:
    table = views.anomalies(warehouse, "sightings")
    assert table[["municipality_code", "events", "anomaly"]].to_numpy().tolist()[-3:] == [
        ["05901", 6, "not determined"],
        ["05902", 0, "not determined"],
        ["05903", 0, "not determined"],
    ]
    assert table["month"].dt.month.unique().tolist() == [3, 4, 5]
    assert table["is_provisional"].tolist() == [False] * 6 + [True] * 3


def test_one_map_and_its_moran_are_asked_for_by_name(warehouse: Warehouse) -> None:
    found = views.clusters(warehouse, "sightings", "year", date(2021, 12, 1))
    assert found["municipality_name"].tolist() == ["Villa Prueba", "Puerto Ensayo", "Nueva Muestra"]
    assert found["cluster"].tolist() == ["not significant", "not significant", "undefined"]
    asked = views.moran(warehouse, "sightings").set_index(["time_window", "period"])
    assert asked.loc[("year", pd.Timestamp("2021-12-01")), "places"] == 3


def test_patterns_rest_on_whole_years_of_one_definition(neighbours: Graph) -> None:
    """The southern corner burns in every year from 2010, of which the last may still grow."""
    places = [*OURS, *OTHERS, ISLAND]
    burning = [*CORNERS["05001"], "05001"]
    rates = pd.concat(
        [
            pd.DataFrame(
                {
                    "series_id": "sightings",
                    "time_window": "year",
                    "period": pd.Timestamp(f"{year}-12-01"),
                    "municipality_code": places,
                    "events": np.where(np.isin(places, burning), 300.0, 30.0),
                    "person_years": 100_000.0,
                    "is_provisional": year == 2021,
                }
            )
            for year in range(2010, 2022)
        ],
        ignore_index=True,
    )
    every = cluster_tables(rates, neighbours).emerging.set_index("municipality_code")
    assert every.index.tolist() == OURS
    corner = every.loc["05001"]
    assert (corner["first_year"], corner["last_year"]) == (2010, 2020)
    assert (corner["years_known"], corner["hot_years"], corner["cold_years"]) == (11, 11, 0)
    assert corner["pattern"] == Pattern.PERSISTENT_HOT
    young = rates.assign(is_provisional=True)
    assert cluster_tables(young, neighbours).emerging.empty
    # A change that is over in March 2011 leaves nine whole years.
    later = cluster_tables(rates, neighbours, pd.Timestamp("2011-03-01")).emerging
    assert set(later["first_year"]) == {2012}
    assert set(later["pattern"]) == {Pattern.NOT_DETERMINED}


def test_one_year_makes_no_pattern(warehouse: Warehouse) -> None:
    found = views.emerging_hot_spots(warehouse, "sightings")
    assert found["pattern"].tolist() == ["not determined"] * 3
    assert found["first_year"].tolist() == found["last_year"].tolist() == [2021] * 3
