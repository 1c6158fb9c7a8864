"""Peers by a stated rule."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analysis.peers import PeerRule, Scale, balance_table, nearest_peers
from pipeline.errors import ContractError

ONE = PeerRule((("population", Scale.LOG),), peers=2)


def country(population: list[float], group: int) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Invented places, the first `group` of them in the group, all of them eligible."""
    codes = pd.Index([f"{90_001 + place}" for place in range(len(population))])
    return (
        pd.DataFrame({"population": population}, codes),
        pd.Series(np.arange(len(codes)) < group, codes),
        pd.Series(data=True, index=codes),
    )


def test_by_hand_on_one_covariate() -> None:
    # Powers of e: 2 | 0, 3, 5, 1, 2. Nearest to 2 are 2 itself and, equally far, 3 and 1.
    places, group, eligible = country(list(np.exp([2.0, 0, 3, 5, 1, 2])), 1)
    pairs = nearest_peers(places, group, eligible, ONE)
    assert pairs["peer_code"].tolist() == ["90006", "90003"]
    assert pairs["order"].tolist() == [1, 2]
    # The variance of 2, 0, 3, 5, 1, 2 about their mean 13 / 6 is 89 / 30.
    np.testing.assert_allclose(pairs["distance"], [0, 1 / np.sqrt(89 / 30)], atol=1e-12)


def test_never_from_the_group_nor_from_what_is_not_eligible_or_unknown() -> None:
    places, group, eligible = country([100.0, 100, 100, 100, 900, 900, np.nan], 2)
    eligible["90003"] = False
    pairs = nearest_peers(places, group, eligible, ONE)
    assert set(pairs["municipality_code"]) == {"90001", "90002"}
    assert pairs["peer_code"].tolist() == ["90004", "90005"] * 2


def test_covariates_that_say_the_same_count_once() -> None:
    # Two copies of one covariate and one of another: the copies together weigh as one.
    random = np.random.default_rng(1)
    places, group, eligible = country(list(random.lognormal(9, 1, 40)), 5)
    places["rate"] = random.gamma(2, 20, 40)
    places["again"] = places["population"] * 3
    two = (("population", Scale.LOG), ("rate", Scale.ROOT))
    once = nearest_peers(places, group, eligible, PeerRule(two))
    twice = nearest_peers(places, group, eligible, PeerRule((*two, ("again", Scale.LOG))))
    pd.testing.assert_frame_equal(once, twice)


def test_balance_by_hand() -> None:
    # Group 4, 6: mean 5, variance 2. Pool 0, 5, 5, 10: mean 5, variance 50 / 3. Peers of 4: 5, 5;
    # of 6: 5, 5. The other covariate: 1, 3 beside 7, 7, 3, 3.
    rule = PeerRule((("population", Scale.LOG), ("rate", Scale.ROOT)), peers=2)
    places, group, eligible = country(list(np.exp([4.0, 6, 0, 5, 5, 10])), 2)
    places["rate"] = np.square([1.0, 3, 7, 7, 3, 3])
    close = PeerRule((("population", Scale.LOG),), peers=2)
    assert balance_table(places, group, eligible, close).loc["population"].tolist() == [0, 0, True]

    table = balance_table(places, group, eligible, rule)
    deviation = np.sqrt((2 + 16 / 3) / 2)
    assert table.loc["rate", "difference_before"] == pytest.approx((2 - 5) / deviation)
    peers = nearest_peers(places, group, eligible, rule)["peer_code"]
    picked = np.sqrt(places.loc[peers, "rate"]).mean()
    assert table.loc["rate", "difference_after"] == pytest.approx((2 - picked) / deviation)


def test_matching_brings_a_chosen_group_closer() -> None:
    # A hundred violent small places of a thousand, as programmes choose them.
    random = np.random.default_rng(12)
    places = pd.DataFrame(
        {
            "rate_before_per_100k": random.gamma(2, 15, 1_000),
            "population": random.lognormal(9.5, 1, 1_000),
            "density_per_km2": random.lognormal(3, 1.2, 1_000),
        },
        [f"{90_001 + place}" for place in range(1_000)],
    )
    need = places["rate_before_per_100k"].rank() - places["population"].rank() / 3
    group = need.rank() + random.normal(0, 150, 1_000) > 950
    table = balance_table(places, group, ~group)
    assert table.loc["rate_before_per_100k", "difference_before"] > 0.8
    assert (table["difference_after"].abs() < table["difference_before"].abs()).sum() >= 2
    assert table["is_balanced"].all()


@settings(max_examples=30)
@given(st.permutations(range(12)))
def test_order_of_rows_is_irrelevant(order: list[int]) -> None:
    places, group, eligible = country([float(2 ** (place % 7)) for place in range(12)], 3)
    expected = nearest_peers(places, group, eligible, ONE)
    shuffled = nearest_peers(places.iloc[order], group, eligible, ONE)
    pd.testing.assert_frame_equal(shuffled, expected)


def test_the_rule_says_itself() -> None:
    assert ONE.sentence.en == (
        "The nearest 2 municipalities outside the group, by Mahalanobis distance over the "
        "residents of 2017–2019 (logarithm)."
    )
    assert PeerRule().sentence.es == (
        "Los 5 municipios más cercanos fuera del grupo, por distancia de Mahalanobis sobre la tasa "
        "de homicidio de 2017–2019 (raíz cuadrada), los habitantes de 2017–2019 (logaritmo) y los "
        "habitantes por km² (logaritmo)."
    )


def test_balance_of_a_part_of_the_group_rests_on_the_peers_of_the_whole() -> None:
    # Group 4, 6 of which only 6; pool 0, 5, 5, 10. Peers given: 5 and 10 of 6, 0 of 4.
    places, group, eligible = country(list(np.exp([4.0, 6, 0, 5, 5, 10])), 2)
    pairs = pd.DataFrame(
        {
            "municipality_code": ["90001", "90002", "90002"],
            "peer_code": ["90003", "90004", "90006"],
        }
    )
    again = pd.concat([places, places.loc[["90002"]].set_axis(["90007"])])
    part, able = (flags.reindex(again.index, fill_value=False) for flags in (group, eligible))
    part["90001"], part["90007"], able["90001"] = False, True, False
    table = balance_table(again, part, able, ONE, pairs)
    # 6 and 6 beside 5 and 10; the pool's variance is 50 / 3, that of the part 0
    assert table.loc["population", "difference_after"] == pytest.approx(-1.5 / np.sqrt(50 / 6))
    assert table.loc["population", "difference_before"] == pytest.approx(1 / np.sqrt(50 / 6))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"population": 0.0}, "1 of 4 values of population have no logarithm"),
        ({"population": -1.0}, "for example -1.0 of 90001"),
    ],
)
def test_refuses_values_without_a_scale(change: dict[str, float], reason: str) -> None:
    places, group, eligible = country([1.0, 2, 3, 4], 1)
    places.loc["90001", list(change)] = list(change.values())
    with pytest.raises(ContractError, match=reason):
        nearest_peers(places, group, eligible, ONE)


def test_refuses_too_few_absent_and_other_places() -> None:
    places, group, eligible = country([1.0, 2, 3, 4], 3)
    with pytest.raises(ContractError, match="1 places are eligible and 2 peers are wanted"):
        nearest_peers(places, group, eligible, ONE)
    with pytest.raises(ContractError, match="for example rate_before_per_100k"):
        nearest_peers(places, group, eligible)
    with pytest.raises(ContractError, match="1 places are in one table only"):
        nearest_peers(places, group.iloc[:3], eligible, ONE)
