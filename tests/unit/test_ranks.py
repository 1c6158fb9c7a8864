"""Ranks with their uncertainty."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import norm

from pipeline.analysis.ranks import rank_table
from pipeline.errors import ContractError


def labels(count: int) -> pd.Index:
    return pd.Index([f"{90_001 + place}" for place in range(count)], name="municipality_code")


def test_by_hand() -> None:
    # Ranks by draw: 1 2 3 / 1 3 2 / 1 2.5 2.5 / 2 1 3.
    draws = [[9, 5, 1], [9, 4, 6], [9, 3, 3], [7, 8, 2]]
    table = rank_table(draws, labels(3))
    assert table["rank_mean"].tolist() == [5 / 4, 8.5 / 4, 10.5 / 4]
    assert table["rank_median"].tolist() == [1.0, 2.25, 2.75]
    # The outermost of so few draws: a limit is a rank that somebody had.
    assert table["rank_lower"].tolist() == [1, 1, 2]
    assert table["rank_upper"].tolist() == [2, 3, 3]
    # The first exceeds the second in 3 of 4 draws, but the third in all. The second and the third:
    # 2 of 4 and half of one.
    assert table["alike"].tolist() == [1, 2, 1]
    assert table["ranked"].tolist() == [3, 3, 3]
    # Of 7, 9, 9, 9: three intervals, 2.5 % is 0.075 of the way from 7 to 9. The second from 3 to 4,
    # the third from 1 to 2.
    np.testing.assert_allclose(table["rate_lower"], [7.15, 3.075, 1.075])
    assert table["position"].tolist() == [1, 2, 3]


def test_normal_rates_against_their_exact_probabilities() -> None:
    # Means 0, 1, 4 and deviation 1: the difference of two has deviation sqrt 2.
    means = np.array([0.0, 1.0, 4.0])
    draws = np.random.default_rng(2).normal(means, 1, (200_000, 3))
    table = rank_table(draws, labels(3))
    exceeds = norm.cdf((means - means[:, None]) / np.sqrt(2))  # of the column over the row
    np.testing.assert_allclose(
        table["rank_mean"], 1 + exceeds.sum(axis=1) - 0.5, atol=4 / np.sqrt(200_000)
    )
    # 0 and 1: 24 %; 1 and 4: 1.7 %; 0 and 4: 0.2 %.
    assert table["alike"].tolist() == [1, 1, 0]


def test_a_high_rate_of_few_events_stands_low_in_the_list() -> None:
    random = np.random.default_rng(4)
    steady, scarce = random.gamma(400, 50 / 400, 5_000), random.gamma(1, 60, 5_000)
    table = rank_table(np.column_stack([scarce, steady]), labels(2))
    assert scarce.mean() > steady.mean()
    assert table["position"].tolist() == [2, 1]
    assert table["alike"].tolist() == [1, 1]


def test_a_place_without_a_rate_is_not_ranked() -> None:
    draws = np.array([[3.0, np.nan, 1.0], [2.0, np.nan, 1.0]])
    table = rank_table(draws, labels(3))
    assert table.iloc[1].drop("ranked").isna().all()
    pd.testing.assert_frame_equal(
        table.drop(index="90002"), rank_table(draws[:, [0, 2]], labels(3).delete(1))
    )
    nowhere = rank_table(np.full((2, 3), np.nan), labels(3))
    assert nowhere["ranked"].tolist() == [0, 0, 0]
    assert nowhere.drop(columns="ranked").isna().all(axis=None)


@given(
    hnp.arrays(np.float64, (7, 6), elements=st.integers(0, 4).map(float)), st.permutations(range(6))
)
def test_order_of_places_is_irrelevant_and_ranks_sum(
    draws: npt.NDArray[np.float64], order: list[int]
) -> None:
    places = labels(6)
    table = rank_table(draws, places)
    pd.testing.assert_frame_equal(rank_table(draws[:, order], places[order]).loc[places], table)
    assert table["rank_mean"].sum() == pytest.approx(21)
    assert sorted(table["position"]) == [1, 2, 3, 4, 5, 6]
    by_position = table.sort_values("position")["rate_lower"]
    assert all(one >= other for one, other in pairwise(by_position))
    for row in table.itertuples():
        assert 1 <= row.rank_lower <= row.rank_median <= row.rank_upper <= 6
        assert 0 <= row.alike <= 5


@pytest.mark.parametrize(
    ("draws", "places", "reason"),
    [
        (np.ones((2, 3)), labels(2), "for 2 places"),
        (np.ones((0, 2)), labels(2), "at least one row"),
        (np.ones((2, 2)), labels(1).repeat(2), "occur twice, for example '90001'"),
        ([[1, 2], [np.nan, 2]], labels(2), "1 of 4 values"),
        ([[1, np.inf]], labels(2), "1 of 2 values"),
    ],
)
def test_refuses(draws: npt.ArrayLike, places: pd.Index, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        rank_table(draws, places)
