"""Trend tests and slopes against worked examples, scipy and statsmodels."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from pipeline.analysis import trend

BY_HAND = [12.9, 14.8, 13.2, 15.7, 13.8, 15.6, 12.9, 11.0, 17.3, 15.9, 19.0, 18.3, 20.1, 21.7]
"""J. B. Little, "A Mann-Kendall Example (By Hand)", College of the Holy Cross, Montserrat."""

levels = hnp.arrays(np.int64, st.integers(4, 25), elements=st.integers(0, 6))


class TestMannKendall:
    def test_worked_example_with_a_tie(self) -> None:
        """72 pairs rise, 18 fall, one is a tie; Z = 2.9058 as printed."""
        found = trend.mann_kendall(BY_HAND)
        assert found.score == [54]
        assert found.variance == pytest.approx(14 * 13 * 33 / 18 - 2 * 1 * 9 / 18)
        assert found.z == pytest.approx(2.9058, abs=5e-5)
        assert found.p / 2 == pytest.approx(0.0018, abs=5e-5)

    @given(levels)
    def test_agrees_with_kendalls_tau(self, values: npt.NDArray[np.int64]) -> None:
        """Scipy's asymptotic p has no continuity correction: ours without it is the same."""
        found = trend.mann_kendall(values)
        if np.unique(values).size == 1:
            assert (found.score, found.z, found.p) == (0, 0, 1)
            return
        tau = stats.kendalltau(np.arange(values.size), values, method="asymptotic")
        uncorrected = 2 * stats.norm.sf(np.abs(found.score) / np.sqrt(found.variance))
        assert uncorrected == pytest.approx(tau.pvalue)
        assert np.sign(found.score) == np.sign(round(tau.statistic, 12))
        assert found.p >= uncorrected

    def test_places_are_judged_apart_and_unknown_periods_left_out(self) -> None:
        gaps = np.array([*BY_HAND, np.nan, np.nan])
        gaps = np.insert(gaps[:-1], 4, np.nan)
        both = trend.mann_kendall(np.column_stack([[*BY_HAND, np.nan, np.nan], gaps]))
        alone = trend.mann_kendall(BY_HAND)
        for ours, expected in zip(both, alone, strict=True):
            np.testing.assert_allclose(ours, np.repeat(expected, 2))

    def test_two_periods_tell_nothing(self) -> None:
        found = trend.mann_kendall([1.0, np.nan, 2.0])
        assert np.isnan(found.z).all()
        assert np.isnan(found.p).all()

    @given(levels)
    def test_turned_around_it_changes_its_sign(self, values: npt.NDArray[np.int64]) -> None:
        forward, back = trend.mann_kendall(values), trend.mann_kendall(values[::-1])
        assert forward.score == -back.score
        assert forward.p == back.p
