"""Ratios of rates against published figures and scipy, and what may be called a change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.analysis import change
from pipeline.analysis.change import Direction
from pipeline.errors import ContractError

events = st.integers(0, 3_000)
years = st.floats(10, 1e7)


class TestRateRatio:
    def test_published_example(self) -> None:
        """R's documentation of poisson.test, after Armitage, Berry and Matthews, section 5.6."""
        found = change.rate_ratio(6 + 8 + 7, 1_083 + 1_050 + 878, 11, 800)
        assert found.ratio == pytest.approx(1.971488, abs=5e-7)
        assert found.lower == pytest.approx(0.8584264, abs=5e-7)
        assert found.upper == pytest.approx(4.2772659, abs=5e-7)

    @given(events, events, years, years)
    def test_agrees_with_clopper_and_pearson(
        self, before: int, after: int, e1: float, e2: float
    ) -> None:
        found = change.rate_ratio(before, e1, after, e2)
        if before + after == 0:
            assert np.isnan(found.ratio)
            assert (found.lower, found.upper, found.p) == (0, np.inf, 1)
            return
        share = e2 / (e1 + e2)
        low, high = stats.binomtest(after, before + after, share).proportion_ci(0.95)
        assert found.lower == pytest.approx(low / (1 - low) * e1 / e2, rel=1e-6)
        assert found.upper == pytest.approx(
            high / (1 - high) * e1 / e2 if high < 1 else np.inf, rel=1e-6
        )
        tails = [
            stats.binomtest(after, before + after, share, side).pvalue
            for side in ("less", "greater")
        ]
        assert found.p == pytest.approx(min(1, 2 * min(tails)), rel=1e-6, abs=1e-300)

    @given(events, events, years, years)
    def test_p_and_limits_agree(self, before: int, after: int, e1: float, e2: float) -> None:
        found = change.rate_ratio(before, e1, after, e2)
        if abs(found.p - 0.05) > 1e-6:
            assert (found.p < 0.05) == (not found.lower <= 1 <= found.upper)

    @given(events, events, years, years)
    def test_turned_around_it_is_the_inverse(
        self, before: int, after: int, e1: float, e2: float
    ) -> None:
        there, back = (
            change.rate_ratio(before, e1, after, e2),
            change.rate_ratio(after, e2, before, e1),
        )
        with np.errstate(divide="ignore"):
            assert there.upper == pytest.approx(1 / back.lower, rel=1e-6)
        assert there.p == pytest.approx(back.p, rel=1e-6)
        assert there.least_expected == pytest.approx(back.least_expected)

    def test_groups_of_five_are_a_fifth_of_the_events(self) -> None:
        victims = change.rate_ratio(50, 1e4, 100, 1e4, dispersion=5.0)
        groups = change.rate_ratio(10, 1e4, 20, 1e4)
        np.testing.assert_allclose(victims, groups)

    def test_undefined_without_residents_or_dispersion(self) -> None:
        found = change.rate_ratio(
            5, np.array([0, np.nan, 1e4, 1e4]), 6, 1e4, dispersion=[1, 1, np.nan, 1]
        )
        assert np.isnan(np.array(found)).all(axis=0).tolist() == [True, True, True, False]

    def test_limits_cover_with_few_events(self) -> None:
        random = np.random.default_rng(9)
        before, after = random.poisson(4, 20_000), random.poisson(12, 20_000)
        found = change.rate_ratio(before, 1e4, after, 2e4)
        assert ((found.lower <= 1.5) & (found.upper >= 1.5)).mean() >= 0.95

    def test_dispersion_below_one_is_refused(self) -> None:
        with pytest.raises(ContractError, match="dispersion: 1 of 1 values are below 1"):
            change.rate_ratio(5, 1e4, 6, 1e4, dispersion=0.9)


class TestWords:
    def test_every_word(self) -> None:
        found = change.rate_ratio(
            np.array([20, 60, 20, 4, 0, 5]),
            np.array([1e4, 1e4, 1e4, 1e4, 1e4, 0]),
            np.array([60, 20, 24, 15, 0, 5]),
            1e4,
        )
        assert change.direction(found).tolist() == [
            Direction.RISE,
            Direction.FALL,
            Direction.NO_CLEAR_CHANGE,
            Direction.TOO_FEW,  # 9.5 expected in each
            Direction.TOO_FEW,
            None,
        ]
        np.testing.assert_allclose(
            change.percent_change(found), [200, -200 / 3, 20, np.nan, np.nan, np.nan]
        )

    def test_the_floor_is_that_of_the_shorter_period(self) -> None:
        found = change.rate_ratio(np.array([100]), 3e4, np.array([5]), 1e3)
        assert found.least_expected == pytest.approx(105 / 31)
        assert change.direction(found).tolist() == [Direction.TOO_FEW]

    def test_one_clear_change_beside_many_unchanged_is_no_longer_clear(self) -> None:
        """30 against 14 excludes 1 alone (p = 0.02), not as one of a hundred places."""
        alone = change.rate_ratio(np.array([30]), 1e4, np.array([14]), 1e4)
        assert change.direction(alone).tolist() == [Direction.FALL]
        beside = change.rate_ratio(np.array([30] + [20] * 99), 1e4, np.array([14] + [20] * 99), 1e4)
        assert set(change.direction(beside)) == {Direction.NO_CLEAR_CHANGE}

    def test_unchanged_countries_name_few_changes(self) -> None:
        """At most 5 % of countries without any change show one; a halving of 80 is seen."""
        random = np.random.default_rng(14)
        mean = random.lognormal(2.5, 1.2, 300)
        flagged = [
            np.isin(
                change.direction(
                    change.rate_ratio(random.poisson(mean), 1e4, random.poisson(mean), 1e4)
                ),
                [Direction.RISE, Direction.FALL],
            ).any()
            for _ in range(300)
        ]
        assert np.mean(flagged) <= 0.05
        halved = mean / np.where(np.arange(300) < 30, 2, 1)
        large = np.flatnonzero((np.arange(300) < 30) & (mean > 80))
        found = change.rate_ratio(random.poisson(mean), 1e4, random.poisson(halved), 1e4)
        assert large.size
        assert (change.direction(found)[large] == Direction.FALL).all()
