"""Trend tests and slopes against worked examples, scipy and statsmodels."""

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from pipeline.analysis import trend
from pipeline.analysis.trend import Course

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


class TestSenSlope:
    def test_worked_by_hand(self) -> None:
        """Slopes of 0, 2, 1, 9: 2, 0.5, 3, -1, 3.5, 8, whose median is 2.5."""
        slope, lower, upper = trend.sen_slope([0.0, 2.0, 1.0, 9.0])
        assert slope == [2.5]
        assert lower < 2.5 < upper

    def test_unknown_periods_keep_their_distance(self) -> None:
        line = np.array([[1.0, 2.0], [2.0, np.nan], [3.0, 6.0], [4.0, 8.0], [5.0, 10.0]])
        np.testing.assert_allclose(np.array(trend.sen_slope(line)), [[1, 2]] * 3)


def _statsmodels(
    events: npt.NDArray[np.float64], at_risk: npt.NDArray[np.float64]
) -> tuple[float, float, float, float, float]:
    known = ~np.isnan(events)
    model = sm.GLM(
        events[known],
        sm.add_constant(np.flatnonzero(known)),
        family=sm.families.Poisson(),
        offset=np.log(at_risk[known]),
    ).fit(scale="X2", tol=1e-12, maxiter=200, use_t=True)
    low, high = model.conf_int()[1]
    percents = (100 * np.expm1(value) for value in (model.params[1], low, high))
    return (*percents, model.pvalues[1], model.scale)


class TestLogLinearSlope:
    def test_agrees_with_statsmodels(self) -> None:
        random = np.random.default_rng(21)
        at_risk = random.lognormal(10, 1, 60) * np.linspace(1, 1.3, 9)[:, np.newaxis]
        mean = at_risk * 1e-3 * np.exp(random.normal(0, 0.1, 60) * np.arange(9)[:, np.newaxis])
        events = random.poisson(mean * random.gamma(8, 1 / 8, mean.shape)).astype(float)
        events[2, :10] = np.nan
        ours = np.array(trend.log_linear_slope(events, at_risk))
        assert not np.isnan(ours).any()
        oracle = np.array([_statsmodels(*pair) for pair in zip(events.T, at_risk.T, strict=True)]).T
        wide = oracle[4] > 1
        assert wide.sum() > 30
        np.testing.assert_allclose(ours[:, wide], oracle[:, wide], rtol=1e-6)
        np.testing.assert_allclose(ours[0], oracle[0], rtol=1e-6, atol=1e-8)
        assert (ours[4, ~wide] == 1).all()

    def test_an_exact_course_is_found(self) -> None:
        events = 100 * 1.1 ** np.arange(8)[:, np.newaxis]
        found = trend.log_linear_slope(events, np.full((8, 1), 1e5))
        assert found.percent == pytest.approx(10)
        assert found.dispersion == [1]

    def test_residents_who_grow_alike_leave_no_trend(self) -> None:
        growing = 1.07 ** np.arange(8)[:, np.newaxis]
        found = trend.log_linear_slope(100 * growing, 1e5 * growing)
        assert found.percent == pytest.approx(0, abs=1e-9)

    @pytest.mark.parametrize(
        "events",
        [[20, 30, 40, 50], [3, 4, 5, 3, 4], [0] * 8, [0, 0, 0, 0, 0, 60]],
        ids=["few periods", "few events", "none", "all at one end"],
    )
    def test_not_determined(self, events: list[int]) -> None:
        found = trend.log_linear_slope(np.array(events)[:, np.newaxis], 1e5)
        assert np.isnan(np.array(found)).all()
        assert trend.course(found).tolist() == [Course.NOT_DETERMINED]

    def test_nobody_known_in_a_year_leaves_it_out(self) -> None:
        events = np.array([[50], [9_000], [55], [61], [67], [73]])
        at_risk = np.array([[1e5], [0], [1e5], [1e5], [1e5], [1e5]])
        gap = trend.log_linear_slope(np.where(at_risk > 0, events, np.nan), 1e5)
        np.testing.assert_allclose(trend.log_linear_slope(events, at_risk), gap)

    def test_grouped_victims_need_more(self) -> None:
        events = np.array([[80], [95], [120], [150], [180], [230]])
        single, grouped = (
            trend.log_linear_slope(events, 1e5, least_dispersion=ratio) for ratio in (1.0, 20.0)
        )
        assert single.percent == grouped.percent
        assert grouped.lower < 0 < single.lower


class TestCourse:
    def test_every_word(self) -> None:
        steps = np.arange(10)[:, np.newaxis]
        growth = np.array([1.15, 0.85, 1.0, 1.0])
        level = np.array([300, 300, 3_000, 8])
        found = trend.log_linear_slope(np.rint(level * growth**steps), 1e5)
        assert trend.course(found).tolist() == [
            Course.RISING,
            Course.FALLING,
            Course.STABLE,
            Course.NOT_DETERMINED,
        ]

    def test_unchanging_countries_name_few_trends(self) -> None:
        """At most 5 % of countries without a trend show one; 15 % a year of 100 events is seen."""
        random = np.random.default_rng(33)
        level = random.lognormal(2.5, 1.2, 300)
        flagged = [
            np.isin(
                trend.course(trend.log_linear_slope(random.poisson(level, (10, 300)), 1e5)),
                [Course.RISING, Course.FALLING],
            ).any()
            for _ in range(200)
        ]
        assert np.mean(flagged) <= 0.07  # 5 % and two Monte-Carlo deviations
        growing = level * np.where(level > 60, 1.15, 1.0) ** np.arange(10)[:, np.newaxis]
        found = trend.course(trend.log_linear_slope(random.poisson(growing), 1e5))
        assert (found[level > 60] == Course.RISING).mean() > 0.9


class TestNewestSpan:
    YEARS = np.arange(2012, 2026)

    def test_editions_and_definitions_cut(self) -> None:
        editions = np.repeat(["a", "b", "c"], [6, 7, 1])
        chosen = trend.newest_span(self.YEARS, starts=[2023], editions=editions)
        assert self.YEARS[chosen].tolist() == [2018, 2019, 2020, 2021, 2022]

    def test_nothing_cuts(self) -> None:
        assert trend.newest_span(self.YEARS).all()

    def test_no_span_is_long_enough(self) -> None:
        assert not trend.newest_span(self.YEARS, starts=[2014, 2018, 2022]).any()

    def test_months(self) -> None:
        months = np.arange("2020-01", "2021-01", dtype="datetime64[M]")
        chosen = trend.newest_span(months, starts=np.array(["2020-04-01"], dtype="datetime64[D]"))
        assert months[chosen].tolist() == months[3:].tolist()
