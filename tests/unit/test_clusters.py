"""Spatial association against published values, esda, and every subset written out."""

import warnings
from itertools import combinations

import esda
import geopandas as gpd
import libpysal
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from libpysal.graph import Graph, read_gal

from pipeline.analysis.clusters import (
    Cluster,
    global_moran,
    local_association,
    queen_neighbours,
    sparse_maps,
    standardised_rates,
)
from pipeline.errors import ContractError

SMALL = {"permutations": 199, "permutations_at_floor": 999}


def lattice(rows: int, columns: int, *, islands: int = 0) -> gpd.GeoDataFrame:
    """Unit squares side by side, then islands far off; codes from 90001 on."""
    corners = [(x, y) for y in range(rows) for x in range(columns)]
    corners += [(x * 10, -20) for x in range(islands)]
    return gpd.GeoDataFrame(
        {"municipality_code": [f"{90_001 + place}" for place in range(len(corners))]},
        geometry=[shapely.box(x, y, x + 1, y + 1) for x, y in corners],
        crs="EPSG:4326",
    )


def one_map(values: npt.ArrayLike, neighbours: Graph) -> pd.DataFrame:
    return pd.DataFrame({"map": np.asarray(values, dtype=float)}, index=neighbours.unique_ids)


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    """Births and sudden infant deaths in North Carolina (Cressie 1993, pp. 386-389)."""
    table = gpd.read_file(libpysal.examples.get_path("sids2.dbf")).set_index("FIPSNO")
    return table[["SID74", "BIR74", "SID79", "BIR79"]].astype(float)


@pytest.fixture(scope="module")
def published_neighbours() -> Graph:
    """The counties' neighbours that come with the table."""
    return read_gal(libpysal.examples.get_path("sids2.gal"))


@pytest.fixture(scope="module")
def infant_deaths(counties: pd.DataFrame, published_neighbours: Graph) -> pd.DataFrame:
    maps = ["1974-78", "1979-84"]
    in_order = counties.loc[published_neighbours.unique_ids]
    return standardised_rates(
        in_order[["SID74", "SID79"]].set_axis(maps, axis=1),
        in_order[["BIR74", "BIR79"]].set_axis(maps, axis=1),
    )


class TestQueenNeighbours:
    def test_a_corner_is_enough_and_islands_stay(self) -> None:
        neighbours = queen_neighbours(lattice(2, 3, islands=1))
        # 90001 90002 90003
        # 90004 90005 90006          90007, far off
        assert neighbours["90001"].to_dict() == {"90002": 1, "90004": 1, "90005": 1}
        assert neighbours.cardinalities.to_dict() == {
            "90001": 3,
            "90002": 5,
            "90003": 3,
            "90004": 3,
            "90005": 5,
            "90006": 3,
            "90007": 0,
        }

    def test_a_place_without_a_boundary_is_refused(self) -> None:
        places = lattice(2, 2)
        places.loc[2, "geometry"] = None
        with pytest.raises(ContractError, match=r"1 of 4 .* for example 90003"):
            queen_neighbours(places)


class TestStandardisedRates:
    def test_by_hand(self) -> None:
        # Two places of 100 and one of 200; 1, 5 and 6 events: rates 0.01, 0.05, 0.03, pooled 0.03.
        # s2 = (100 x 0.0004 + 100 x 0.0004) / 400 = 0.0002, a = 0.0002 - 0.03 / (400 / 3) < 0:
        # -0.000025; v = 0.000275 (100 residents) and 0.000125 (200).
        events = pd.DataFrame({"map": [1.0, 5.0, 6.0]})
        population = pd.DataFrame({"map": [100.0, 100.0, 200.0]})
        expected = np.array([-0.02, 0.02, 0.0]) / np.sqrt([0.000275, 0.000275, 0.000125])
        np.testing.assert_allclose(standardised_rates(events, population)["map"], expected)

    def test_variance_falls_back_to_chance_where_it_would_be_negative(self) -> None:
        # All rates near 0.5: no spread, so a = -0.5 / mean residents, larger than 0.5 / 10,000.
        events = pd.DataFrame({"map": [5.0, 6.0, 5_000.0]})
        population = pd.DataFrame({"map": [10.0, 10.0, 10_000.0]})
        found = standardised_rates(events, population)["map"]
        pooled = 5_011 / 10_020
        np.testing.assert_allclose(found[2], (0.5 - pooled) / np.sqrt(pooled / 10_000))

    def test_esda_agrees(self, counties: pd.DataFrame, infant_deaths: pd.DataFrame) -> None:
        for name, years in (("1974-78", "74"), ("1979-84", "79")):
            oracle = esda.smoothing.assuncao_rate(counties["SID" + years], counties["BIR" + years])
            np.testing.assert_allclose(infant_deaths[name], oracle[infant_deaths.index], rtol=1e-12)

    def test_a_place_without_residents_is_left_out(self) -> None:
        events = pd.DataFrame({"map": [1.0, 5.0, 6.0, 0.0, np.nan, 3.0]})
        population = pd.DataFrame({"map": [100.0, 100.0, 200.0, 0.0, 50.0, np.nan]})
        found = standardised_rates(events, population)["map"]
        assert found.isna().tolist() == [False, False, False, True, True, True]
        np.testing.assert_allclose(
            found[:3], standardised_rates(events[:3], population[:3])["map"], rtol=1e-12
        )

    def test_a_map_without_events_is_flat_and_one_without_places_unknown(self) -> None:
        events = pd.DataFrame({"none": [0.0, 0.0], "unknown": [1.0, 2.0]})
        population = pd.DataFrame({"none": [10.0, 20.0], "unknown": [np.nan, 0.0]})
        found = standardised_rates(events, population)
        assert found["none"].tolist() == [0.0, 0.0]
        assert found["unknown"].isna().all()

    def test_refuses_other_places_and_negative_counts(self) -> None:
        counts = pd.DataFrame({"map": [1.0, -2.0]}, index=["90001", "90002"])
        with pytest.raises(ContractError, match=r"1 of 2 cells .* at '90002'"):
            standardised_rates(counts, counts.abs())
        with pytest.raises(ContractError, match="differ in index or columns"):
            standardised_rates(counts.abs(), counts.abs().iloc[::-1])


class TestSparseMaps:
    def test_by_hand(self) -> None:
        # The median of 100, 200 and 900 residents is 200. Pooled rates: 3 and 6 in 1,200, so 0.5
        # and 1 events; without the unknown place 6 in 1,100 at a median of 500.
        events = pd.DataFrame(
            {"few": [0.0, 0, 3], "enough": [0.0, 0, 6], "gap": [np.nan, 0, 6], "none": 0.0}
        )
        population = events * 0 + np.array([[100.0], [200], [900]])
        assert sparse_maps(events, population).to_dict() == {
            "few": True,
            "enough": False,
            "gap": False,
            "none": True,
        }


class TestGlobalMoran:
    def test_published_value_of_infant_deaths(
        self, infant_deaths: pd.DataFrame, published_neighbours: Graph
    ) -> None:
        # The PySAL reference prints 0.1662 for Moran_Rate of 1979-84 with these neighbours.
        found = global_moran(infant_deaths, published_neighbours, permutations=99)
        assert found.loc["1979-84", "statistic"] == pytest.approx(0.1662, abs=5e-5)

    def test_esda_agrees(self, infant_deaths: pd.DataFrame, published_neighbours: Graph) -> None:
        found = global_moran(infant_deaths, published_neighbours)
        np.random.seed(20)  # noqa: NPY002 - esda draws from the global state
        for name, values in infant_deaths.items():
            oracle = esda.Moran(values.to_numpy(), published_neighbours, permutations=9_999)
            assert found.loc[name, "statistic"] == pytest.approx(oracle.I, rel=1e-12)
            assert found.loc[name, "expected"] == pytest.approx(oracle.EI)
            assert found.loc[name, "p"] == pytest.approx(2 * oracle.p_sim, abs=0.005)

    def test_by_hand_with_an_island(self) -> None:
        # Three squares in a row hold 2, 0, 1 and an island 5: mean 2, deviations 0, -2, -1, 3,
        # squares 14. Lags -2, -0.5, -2, so sum z lag = 0 + 1 + 2 = 3 over three rows of weights.
        neighbours = queen_neighbours(lattice(1, 3, islands=1))
        found = global_moran(one_map([2, 0, 1, 5], neighbours), neighbours)
        assert found.loc["map", "statistic"] == pytest.approx(4 / 3 * 3 / 14)
        assert found.loc["map", "places"] == 4

    def test_flat_maps_and_empty_maps(self) -> None:
        neighbours = queen_neighbours(lattice(2, 2, islands=1))
        maps = pd.DataFrame(
            {"flat": 0.1, "unknown": np.nan, "alone": [1.0, np.nan, np.nan, np.nan, 2.0]},
            index=neighbours.unique_ids,
        )
        found = global_moran(maps, neighbours, permutations=99)
        assert found.loc["flat", ["statistic", "p", "places"]].tolist() == [0, 1, 5]
        assert found.loc[["unknown", "alone"], ["statistic", "p"]].isna().all(axis=None)
        assert found["places"].tolist() == [5, 0, 2]


class TestLocalAssociation:
    def test_statistics_by_hand(self) -> None:
        # Three squares in a row, values 1, 2, 6 and an island 3: mean 3, variance 3.5.
        neighbours = queen_neighbours(lattice(1, 3, islands=1))
        found = local_association(one_map([1, 2, 6, 3], neighbours), neighbours, **SMALL)
        z = np.array([-2, -1, 3, 0]) / np.sqrt(3.5)
        expected = 3 / 4 * z[:3] * [z[1], (z[0] + z[2]) / 2, z[1]]
        np.testing.assert_allclose(found.moran["map"][:3], expected)
        # Two of four, three of four, two of four: variances (k + 1)(n - k - 1) / (n - 1).
        sums = np.array([z[0] + z[1], z[0] + z[1] + z[2], z[1] + z[2]])
        np.testing.assert_allclose(found.star["map"][:3], sums / np.sqrt([4 / 3, 1, 4 / 3]))
        assert found.cluster["map"].tolist() == ["not significant"] * 3 + ["no neighbours"]
        island = found.p.index[3]
        assert [frame.loc[island].isna().all() for frame in found[:4]] == [True] * 4

    def test_every_subset_written_out(self) -> None:
        # A square with a corner cut off: 3 neighbours or more, so few subsets that all are listed.
        places = lattice(2, 4).iloc[:7]
        neighbours = queen_neighbours(places)
        values = np.array([2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 3.0])
        found = local_association(one_map(values, neighbours), neighbours)
        for place, code in enumerate(neighbours.unique_ids):
            near = neighbours.unique_ids.get_indexer(neighbours[code].index)
            others = np.delete(np.arange(7), place)
            sums = np.array([values[list(some)].sum() for some in combinations(others, len(near))])
            above = np.mean(sums >= values[near].sum())
            below = np.mean(sums <= values[near].sum())
            exact = min(1.0, 2 * min(above, below))
            tail = exact / 2
            error = 2 * np.sqrt(tail * (1 - tail) / 9_999)
            assert found.p.loc[code, "map"] == pytest.approx(exact, abs=4 * error + 1e-3), code

    def test_esda_agrees_on_infant_deaths(
        self, infant_deaths: pd.DataFrame, published_neighbours: Graph
    ) -> None:
        found = local_association(infant_deaths, published_neighbours)
        for name, values in infant_deaths.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                local = esda.Moran_Local(
                    values.to_numpy(), published_neighbours, permutations=9_999, seed=5
                )
                star = esda.G_Local(
                    values.to_numpy() + 10,  # its score is that of the shifted values
                    published_neighbours,
                    transform="B",
                    star=True,
                    permutations=9_999,
                    seed=6,
                    n_jobs=1,
                )
            np.testing.assert_allclose(found.moran[name], local.Is, rtol=1e-10)
            np.testing.assert_allclose(found.star[name], star.Zs, rtol=1e-8)
            for one_sided in (local.p_sim, star.p_sim):
                oracle = np.minimum(1, 2 * one_sided)
                # Both sides err: two tails, each from 9,999 draws.
                error = 2 * np.sqrt(2 * one_sided * (1 - one_sided) / 9_999)
                assert (np.abs(found.p[name] - oracle) <= 5 * error + 5e-4).all()

    def test_published_scores_of_gi_star(self) -> None:
        # The PySAL reference for G_Local: six points, neighbours within 15, binary weights.
        near = {0: [1, 3], 1: [0, 3, 4], 2: [4], 3: [0, 1, 4], 4: [1, 2, 3, 5], 5: [4]}
        links = [(one, other) for one, others in near.items() for other in others]
        neighbours = Graph.from_arrays(*np.array(links).T, np.ones(len(links)))
        found = local_association(one_map([2, 3, 3.2, 5, 8, 7], neighbours), neighbours, **SMALL)
        published = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
        np.testing.assert_allclose(found.star["map"], published, rtol=1e-7)

    def test_a_planted_cluster_and_its_outliers(self) -> None:
        neighbours = queen_neighbours(lattice(20, 20, islands=1))
        values = np.random.default_rng(7).normal(0, 0.1, (20, 20))
        values[3:8, 3:8] += 4
        values[12:17, 12:17] -= 4
        values[5, 5] -= 6
        values[14, 14] += 6
        found = local_association(one_map([*values.ravel(), 0], neighbours), neighbours)
        cluster = found.cluster["map"].to_numpy()[:400].reshape(20, 20)
        spot = found.spot["map"].to_numpy()[:400].reshape(20, 20)
        assert cluster[4, 4] == Cluster.HIGH_HIGH
        assert cluster[13, 13] == Cluster.LOW_LOW
        assert cluster[5, 5] == Cluster.LOW_HIGH
        assert cluster[14, 14] == Cluster.HIGH_LOW
        assert (spot[4, 4], spot[13, 13], spot[10, 10]) == (1, -1, 0)

    def test_p_falls_below_what_the_first_draws_allow(self) -> None:
        neighbours = queen_neighbours(lattice(20, 20))
        values = np.random.default_rng(7).normal(0, 0.1, (20, 20))
        values[3:8, 3:8] += 4
        found = local_association(one_map(values.ravel(), neighbours), neighbours)
        lowest = found.p["map"].min()
        assert 1 / 99_999 < lowest < 2.1 / 99_999

    def test_neighbour_of_all_others(self) -> None:
        # In a square of four, any three others are the only three.
        neighbours = queen_neighbours(lattice(2, 2))
        found = local_association(one_map([1, 2, 3, 10], neighbours), neighbours, **SMALL)
        assert found.p["map"].tolist() == [1.0] * 4
        assert found.star["map"].abs().max() < 1e-12

    def test_a_place_without_a_value_is_nobodys_neighbour(self) -> None:
        places = lattice(3, 3)
        neighbours = queen_neighbours(places)
        values = np.array([1.0, 2, 3, 4, np.nan, 6, 7, 8, 12])
        found = local_association(one_map(values, neighbours), neighbours, **SMALL)
        without = places.drop(index=4)
        smaller = queen_neighbours(without)
        expected = local_association(one_map(np.delete(values, 4), smaller), smaller, **SMALL)
        for frame, other in zip(found, expected, strict=True):
            pd.testing.assert_frame_equal(frame.drop(index="90005"), other)
        assert found.cluster.loc["90005", "map"] == Cluster.UNDEFINED
        assert found.spot.loc["90005", "map"] == 0

    def test_equal_values_tie_in_both_tails(self) -> None:
        neighbours = queen_neighbours(lattice(3, 3, islands=1))
        maps = pd.DataFrame({"flat": 0.1, "one": [1.0] + [0.0] * 9}, index=neighbours.unique_ids)
        found = local_association(maps, neighbours, **SMALL)
        assert found.p["flat"].dropna().tolist() == [1.0] * 9
        assert found.moran["flat"].dropna().tolist() == [0.0] * 9
        # No neighbour of 90009 has the one event, nor have most subsets: nothing is low there.
        assert found.p.loc["90009", "one"] == 1.0

    def test_other_maps_change_nothing(self) -> None:
        neighbours = queen_neighbours(lattice(4, 4))
        maps = pd.DataFrame(
            np.random.default_rng(3).normal(size=(16, 3)), index=neighbours.unique_ids
        )
        maps.loc["90001", 2] = np.nan
        together = local_association(maps, neighbours, **SMALL)
        for name in maps:
            alone = local_association(maps[[name]], neighbours, **SMALL)
            for frame, other in zip(together, alone, strict=True):
                pd.testing.assert_frame_equal(frame[[name]], other)

    @given(
        hnp.arrays(
            np.float64,
            (9, 2),
            elements=st.one_of(st.just(0.0), st.just(np.nan), st.floats(-1e3, 1e3)),
        ),
        st.permutations(range(9)),
    )
    @settings(max_examples=40)
    def test_index_kept_order_irrelevant_no_gap_but_the_known(
        self, values: npt.NDArray[np.float64], order: list[int]
    ) -> None:
        neighbours = queen_neighbours(lattice(2, 4, islands=1))
        maps = pd.DataFrame(values, index=neighbours.unique_ids)
        few = {"permutations": 19, "permutations_at_floor": 39}
        found = local_association(maps, neighbours, **few)
        shuffled = local_association(maps.iloc[order], neighbours, **few)
        for frame, other in zip(found, shuffled, strict=True):
            assert frame.columns.equals(maps.columns)
            pd.testing.assert_frame_equal(frame, other.loc[maps.index])
        gap = found.cluster.isin([Cluster.UNDEFINED, Cluster.NO_NEIGHBOURS])
        for frame in found[:4]:
            pd.testing.assert_frame_equal(frame.isna(), gap)
        pd.testing.assert_frame_equal(found.cluster == Cluster.UNDEFINED, maps.isna())

    def test_refuses_other_places(self) -> None:
        neighbours = queen_neighbours(lattice(2, 2))
        values = one_map([1, 2, 3, 4], neighbours)
        with pytest.raises(ContractError, match=r"1 places .* for example '90004'"):
            local_association(values.iloc[:3], neighbours)


class TestErrorRates:
    """Maps of equal risk and maps with a planted cluster; the seed makes the shares exact."""

    PLACES = 12
    MAPS = 200

    def counts(self, risk: npt.NDArray[np.float64]) -> tuple[pd.DataFrame, Graph]:
        places = lattice(self.PLACES, self.PLACES)
        neighbours = queen_neighbours(places)
        random = np.random.default_rng(11)
        population = random.lognormal(9.5, 1, (self.PLACES**2, 1)) * np.ones((1, self.MAPS))
        events = random.poisson(population * risk.reshape(-1, 1))
        index = pd.Index(places["municipality_code"])
        return standardised_rates(
            pd.DataFrame(events, index).astype(float), pd.DataFrame(population, index)
        ), neighbours

    def test_few_maps_of_equal_risk_show_anything(self) -> None:
        rates, neighbours = self.counts(np.full((self.PLACES, self.PLACES), 25e-5))
        found = local_association(rates, neighbours, permutations_at_floor=9_999)
        share = (found.adjusted_p <= 0.05).any().mean()
        # 5 % and two standard errors of 200 maps.
        assert share <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / self.MAPS)

    def test_no_place_is_named_low_where_hardly_any_expects_an_event(self) -> None:
        # One corner is populous, the country around it expects one event in fifty places.
        places = lattice(self.PLACES, self.PLACES, islands=1)
        index, neighbours = pd.Index(places["municipality_code"]), queen_neighbours(places)
        residents = np.full((self.PLACES, self.PLACES), 1_000.0)
        residents[:5, :5] = 100_000
        residents = np.append(residents, 1_000.0)
        population = pd.DataFrame(np.tile(residents.reshape(-1, 1), self.MAPS), index)
        events = pd.DataFrame(np.random.default_rng(13).poisson(population * 2e-5), index)
        sparse = sparse_maps(events, population)
        assert sparse.all()
        rates = standardised_rates(events.astype(float), population)
        few = {"permutations": 1_999, "permutations_at_floor": 9_999}
        careless = local_association(rates, neighbours, **few)
        assert (careless.spot == -1).any().mean() > 0.1
        careful = local_association(rates, neighbours, is_sparse=sparse, **few)
        assert not (careful.spot == -1).any(axis=None)
        pd.testing.assert_frame_equal(careful.p.isna(), careless.p.isna())

    def test_a_cluster_of_threefold_risk_is_seen(self) -> None:
        risk = np.full((self.PLACES, self.PLACES), 25e-5)
        risk[4:7, 4:7] *= 3
        rates, neighbours = self.counts(risk)
        found = local_association(rates, neighbours, permutations_at_floor=9_999)
        centre = found.spot.loc["90066"]
        assert (centre == 1).mean() > 0.8
