"""Rates, their intervals and the dispersion of grouped victims."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from pipeline.analysis import rates
from pipeline.errors import ContractError

PLACES = pd.Index(["90001", "90002", "90003"], name="municipality_code")
GROUP_SIZES = np.arange(3, 16)
GROUP_DISPERSION = float((GROUP_SIZES**2).sum() / GROUP_SIZES.sum())

SIZES = np.array([1, 2, 5, 75])
SIZE_SHARES = np.array([0.94, 0.05, 0.0095, 0.0005])

counts = hnp.arrays(np.int64, st.integers(1, 30), elements=st.integers(0, 5_000))


def grouped_victims(
    expected_groups: float, size: int | tuple[int, ...], seed: int
) -> npt.NDArray[np.int64]:
    """Victims of incidents that come at random, each with 3 to 15 victims, all equally likely."""
    random = np.random.default_rng(seed)
    groups = random.poisson(expected_groups, size)
    cell = np.repeat(np.arange(groups.size), groups.ravel())
    victims = random.choice(GROUP_SIZES, cell.size)
    return np.bincount(cell, victims, groups.size).astype(np.int64).reshape(groups.shape)


class TestPersonYears:
    def test_a_julian_year_of_days_is_one_year_per_resident(self) -> None:
        assert rates.person_years(np.array([1_000]), 365.25) == [1_000]

    def test_months_weigh_by_their_days(self) -> None:
        days = np.array([[31], [28]])
        at_risk = rates.person_years(np.array([[1_461.0, 2_922.0]]), days)
        np.testing.assert_allclose(at_risk, [[124, 248], [112, 224]])

    def test_the_same_daily_risk_gives_the_same_rate_in_february(self) -> None:
        days = np.array([31, 28])
        rate = rates.crude_rate_per_100k(days * 2, rates.person_years(np.full(2, 50_000), days))
        np.testing.assert_allclose(rate, 2 * 365.25 * 2)

    def test_unknown_population_stays_unknown(self) -> None:
        assert np.isnan(rates.person_years(np.array([np.nan]), 31)).all()

    def test_negative_population_is_refused(self) -> None:
        with pytest.raises(ContractError, match="population: 1 of 2 values are negative"):
            rates.person_years(np.array([10, -1]), 31)


class TestCrudeRate:
    def test_worked_by_hand(self) -> None:
        rate = rates.crude_rate_per_100k(np.array([3, 0]), np.array([12_000.0, 12_000.0]))
        np.testing.assert_allclose(rate, [25, 0])

    @pytest.mark.parametrize("at_risk", [0.0, np.nan])
    @pytest.mark.parametrize("events", [0.0, 7.0])
    def test_undefined_without_known_residents(self, events: float, at_risk: float) -> None:
        assert np.isnan(rates.crude_rate_per_100k(np.array([events]), at_risk)).all()

    def test_series_keeps_its_index(self) -> None:
        rate = rates.crude_rate_per_100k(pd.Series([1, 2, 0], PLACES), pd.Series([1e5] * 3, PLACES))
        pd.testing.assert_series_equal(rate, pd.Series([1.0, 2.0, 0.0], PLACES))

    def test_other_index_is_refused(self) -> None:
        with pytest.raises(ContractError, match="2 labels are in one only"):
            rates.crude_rate_per_100k(
                pd.Series([1, 2, 0], PLACES), pd.Series([1e5] * 3, ["90001", "90002", "90009"])
            )

    def test_other_order_is_refused(self) -> None:
        with pytest.raises(ContractError, match="in another order"):
            rates.crude_rate_per_100k(
                pd.Series([1, 2, 0], PLACES), pd.Series([1e5] * 3, PLACES[::-1])
            )

    @given(events=counts, factor=st.floats(0.01, 100))
    def test_more_person_years_lower_the_rate_in_proportion(
        self, events: npt.NDArray[np.int64], factor: float
    ) -> None:
        rate = rates.crude_rate_per_100k(events, 5_000.0)
        np.testing.assert_allclose(
            rates.crude_rate_per_100k(events, 5_000.0 * factor), rate / factor
        )


class TestExactPoissonLimits:
    @pytest.mark.parametrize(
        ("events", "lower", "upper"),
        [
            (0, 0.0, 3.689),
            (1, 0.0253, 5.572),
            (2, 0.242, 7.225),
            (3, 0.619, 8.767),
            (4, 1.090, 10.242),
            (5, 1.623, 11.668),
            (10, 4.795, 18.390),
            (20, 12.217, 30.888),
            (50, 37.111, 65.919),
            (100, 81.364, 121.627),
        ],
    )
    def test_published_table(self, events: int, lower: float, upper: float) -> None:
        """Garwood (1936), *Biometrika* 28, 437-442, as reprinted to three decimals since."""
        low, high = rates.exact_poisson_limits(np.array([events]))
        assert low[0] == pytest.approx(lower, abs=6e-4)
        assert high[0] == pytest.approx(upper, abs=6e-4)

    @given(counts)
    def test_tails_hold_two_and_a_half_percent(self, events: npt.NDArray[np.int64]) -> None:
        lower, upper = rates.exact_poisson_limits(events)
        some = events > 0
        np.testing.assert_allclose(stats.poisson.sf(events[some] - 1, lower[some]), 0.025)
        np.testing.assert_allclose(stats.poisson.cdf(events, upper), 0.025)
        assert (lower[~some] == 0).all()

    @given(counts)
    def test_contain_the_count_and_rise_with_it(self, events: npt.NDArray[np.int64]) -> None:
        events = np.unique(events)
        lower, upper = rates.exact_poisson_limits(events)
        assert ((lower <= events) & (events < upper)).all()
        assert (np.diff(lower) > 0).all()
        assert (np.diff(upper) > 0).all()

    @given(hnp.arrays(np.int64, (4, 3), elements=st.integers(0, 4)))
    def test_a_matrix_is_its_cells(self, events: npt.NDArray[np.int64]) -> None:
        lower, upper = rates.exact_poisson_limits(events)
        for cell in np.ndindex(events.shape):
            low, high = rates.exact_poisson_limits(events[cell][None])
            assert (lower[cell], upper[cell]) == (low[0], high[0])

    def test_series_keeps_its_index(self) -> None:
        lower, upper = rates.exact_poisson_limits(pd.Series([0, 1, 10], PLACES))
        pd.testing.assert_index_equal(lower.index, PLACES)
        pd.testing.assert_index_equal(upper.index, PLACES)

    def test_no_events_to_judge(self) -> None:
        lower, upper = rates.exact_poisson_limits(np.array([], dtype=np.int64))
        assert lower.shape == upper.shape == (0,)

    @pytest.mark.parametrize("wrong", [-1, 0.5, np.nan, np.inf])
    def test_refuses_what_is_no_count(self, wrong: float) -> None:
        with pytest.raises(ContractError, match="events: 1 of 3 values are"):
            rates.exact_poisson_limits(np.array([2, wrong, 0]))


class TestOverdispersedLimits:
    def test_ratio_of_one_is_the_exact_interval(self) -> None:
        events = np.arange(300)
        np.testing.assert_array_equal(
            rates.overdispersed_limits(events, 1.0), rates.exact_poisson_limits(events)
        )

    def test_nothing_seen_allows_so_many_times_more(self) -> None:
        lower, upper = rates.overdispersed_limits(np.array([0]), 4.0)
        assert lower[0] == 0
        assert upper[0] == pytest.approx(4 * 3.689, abs=4 * 6e-4)

    @given(events=counts, size=st.integers(1, 20))
    def test_groups_of_one_size_are_scaled_incidents(
        self, events: npt.NDArray[np.int64], size: int
    ) -> None:
        victims = rates.overdispersed_limits(events * size, size)
        incidents = rates.exact_poisson_limits(events)
        np.testing.assert_allclose(victims, np.multiply(incidents, size))

    @given(events=counts, ratio=st.floats(1, 30))
    def test_contain_the_count_and_rise_with_it(
        self, events: npt.NDArray[np.int64], ratio: float
    ) -> None:
        events = np.unique(events)
        lower, upper = rates.overdispersed_limits(events, ratio)
        assert ((lower <= events) & (events < upper)).all()
        assert (np.diff(lower) >= 0).all()
        assert (np.diff(upper) > 0).all()

    def test_each_place_takes_its_own_ratio(self) -> None:
        ratio = np.array([1.0, 2.5, np.nan])
        lower, upper = rates.overdispersed_limits(np.array([[5, 5, 5], [2, 2, 2]]), ratio)
        for row, events in enumerate((5, 2)):
            for column in (0, 1):
                alone = rates.overdispersed_limits(np.array([events]), ratio[column])
                assert (lower[row, column], upper[row, column]) == (alone[0][0], alone[1][0])
        assert np.isnan(lower[:, 2]).all()
        assert np.isnan(upper[:, 2]).all()

    @pytest.mark.parametrize("wrong", [0.99, 0.0, -1.0, np.inf])
    def test_refuses_an_impossible_ratio(self, wrong: float) -> None:
        with pytest.raises(ContractError, match="dispersion: 1 of 1 values are below 1"):
            rates.overdispersed_limits(np.array([1]), wrong)

    @pytest.mark.parametrize("expected_groups", [0.5, 1.0, 2.0, 5.0, 10.0, 20.0])
    def test_cover_grouped_victims_where_the_exact_interval_does_not(
        self, expected_groups: float
    ) -> None:
        victims = grouped_victims(expected_groups, 20_000, seed=1936)
        truth = expected_groups * GROUP_SIZES.mean()

        def coverage(limits: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]) -> float:
            return float(((limits[0] <= truth) & (truth <= limits[1])).mean())

        assert coverage(rates.overdispersed_limits(victims, GROUP_DISPERSION)) >= 0.93
        assert coverage(rates.exact_poisson_limits(victims)) < 0.60


class TestCompoundLimits:
    @given(events=counts, ratio=st.floats(1, 30))
    def test_unknown_group_sizes_leave_the_ratio_of_the_series(
        self, events: npt.NDArray[np.int64], ratio: float
    ) -> None:
        np.testing.assert_array_equal(
            rates.compound_limits(events, np.nan, ratio), rates.overdispersed_limits(events, ratio)
        )

    @given(counts)
    def test_groups_of_one_are_exact(self, events: npt.NDArray[np.int64]) -> None:
        np.testing.assert_array_equal(
            rates.compound_limits(events, events, 1.0), rates.exact_poisson_limits(events)
        )

    def test_worked_by_hand(self) -> None:
        """One group of four beside two of one: V = 18, and a group of one not seen yet."""
        lower, upper = rates.compound_limits(np.array([6]), np.array([18]), 1.0)
        assert lower == pytest.approx(18 / 6 * stats.gamma.ppf(0.025, 2))
        assert upper == pytest.approx(19 / 7 * stats.gamma.ppf(0.975, 49 / 19))

    def test_no_limits_without_the_ratio_of_the_series(self) -> None:
        for limits in rates.compound_limits(np.array([4, 4, 0]), [16, np.nan, 0], np.nan):
            assert np.isnan(limits).all()

    def test_one_mass_event_widens_its_own_place_only(self) -> None:
        events, squares = np.array([80, 80]), np.array([80, 75**2 + 5])
        lower, upper = rates.compound_limits(events, squares, 2.1)
        by_ratio = rates.overdispersed_limits(events, 2.1)
        assert (lower[0], upper[0]) == (by_ratio[0][0], by_ratio[1][0])
        assert lower[1] < 5
        assert by_ratio[0][1] > 50
        assert upper[1] > 2 * by_ratio[1][1]

    @pytest.mark.parametrize("groups", [0.5, 3.0, 30.0, 300.0])
    def test_cover_rare_mass_events(self, groups: float) -> None:
        """At least 95 % whatever the number of groups, of which one in 2,000 is of 75."""
        random = np.random.default_rng(75)
        size = random.choice(SIZES, 20_000 + 20_000 * round(groups), p=SIZE_SHARES)
        number = random.poisson(groups, 20_000)
        cell = np.repeat(np.arange(20_000), number)
        size = np.resize(size, cell.size)
        victims = np.bincount(cell, size, 20_000).astype(np.int64)
        squares = np.bincount(cell, size**2, 20_000)
        mean, ratio = SIZES @ SIZE_SHARES, (SIZES**2 @ SIZE_SHARES) / (SIZES @ SIZE_SHARES)
        lower, upper = rates.compound_limits(victims, squares, ratio)
        assert ((lower <= groups * mean) & (groups * mean <= upper)).mean() >= 0.95

    @pytest.mark.parametrize("wrong", [3.0, 17.0])
    def test_refuses_impossible_squares(self, wrong: float) -> None:
        with pytest.raises(ContractError, match="group squares: 1 of 1 values are impossible"):
            rates.compound_limits(np.array([4]), np.array([wrong]), 1.0)

    def test_series_keeps_its_index(self) -> None:
        lower, _ = rates.compound_limits(pd.Series([0, 1, 10], PLACES), np.nan, 1.0)
        pd.testing.assert_index_equal(lower.index, PLACES)


class TestDispersion:
    def test_worked_by_hand(self) -> None:
        # Total 4, expected 3 and 1: (0-3)²/0.75 + (4-1)²/0.25 = 48, over 4 events x 1 degree.
        assert rates.dispersion(
            np.array([0, 4]), expected_shares=np.array([3, 1]), groups="a"
        ) == pytest.approx(12)

    def test_groups_weigh_by_their_events(self) -> None:
        # Group a: 6 events in one of three months, ratio 6, weight 6 x 2.
        # Group b: one event in each, ratio 0, weight 3 x 2: (72 + 0) / (12 + 6) = 4.
        counts_by_month = np.array([[6, 1], [0, 1], [0, 1]])
        assert rates.dispersion(
            counts_by_month, expected_shares=30, groups=np.array(["a", "b"])
        ) == pytest.approx(4)

    def test_groups_without_events_say_nothing(self) -> None:
        counts_by_month = np.array([[0, 4, 0], [4, 0, 0]])
        alone = rates.dispersion(counts_by_month[:, :2], expected_shares=1, groups=[1, 2])
        assert rates.dispersion(counts_by_month, expected_shares=1, groups=[1, 2, 3]) == alone == 4

    def test_evenness_is_floored_at_one(self) -> None:
        days = np.array([31, 28, 31])
        assert rates.dispersion(days, expected_shares=days, groups="a") == 1

    @pytest.mark.parametrize("events", [[0, 0], [5], []])
    def test_unknown_when_nothing_informs(self, events: list[int]) -> None:
        ratio = rates.dispersion(np.array(events, dtype=int), expected_shares=1, groups="a")
        assert np.isnan(ratio)

    def test_order_of_the_cells_is_irrelevant(self) -> None:
        victims = grouped_victims(0.3, 240, seed=5)
        days = np.tile([31, 28, 31, 30], 60)
        years = np.repeat(np.arange(20), 12)
        shuffled = np.random.default_rng(5).permutation(240)
        assert rates.dispersion(
            victims[shuffled], expected_shares=days[shuffled], groups=years[shuffled]
        ) == pytest.approx(rates.dispersion(victims, expected_shares=days, groups=years))

    @pytest.mark.parametrize("yearly_mean", [0.6, 6.0, 120.0])
    def test_independent_events_give_one(self, yearly_mean: float) -> None:
        events = np.random.default_rng(7).poisson(yearly_mean / 12, (12, 8_000))
        ratio = rates.dispersion(events, expected_shares=1, groups=np.arange(8_000))
        assert ratio == pytest.approx(1, abs=0.03)

    @pytest.mark.parametrize("groups_per_year", [0.3, 1.0, 12.0])
    def test_grouped_victims_give_the_ratio_of_their_sizes(self, groups_per_year: float) -> None:
        """Also where most years have one incident, whose unweighted ratio is only E[s] = 9."""
        victims = grouped_victims(groups_per_year / 12, (12, 8_000), seed=11)
        ratio = rates.dispersion(victims, expected_shares=1, groups=np.arange(8_000))
        assert ratio == pytest.approx(GROUP_DISPERSION, rel=0.04)

    def test_refuses_a_month_without_days(self) -> None:
        with pytest.raises(ContractError, match="expected shares: 1 of 2 values are not positive"):
            rates.dispersion([1, 2], expected_shares=[30, 0], groups="a")
