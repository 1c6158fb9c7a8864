"""Empirical-Bayes rates: worked by hand, beside esda, by brute force, and covering their truth."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from libpysal import examples
from scipy import integrate, special, stats

from pipeline.analysis import smoothing
from pipeline.errors import ContractError

COUNTS = np.array([0, 9, 2, 4, 31, 0, 1])
AT_RISK = np.array([2e4, 2e4, 5e4, 1e3, 9e4, 500.0, 7e3])

maps = st.integers(2, 20).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.int64, n, elements=st.integers(0, 60)),
        hnp.arrays(np.float64, n, elements=st.floats(50, 1e6)),
    )
)


@pytest.fixture(scope="module")
def sids() -> pd.DataFrame:
    """Sudden infant deaths and births of North Carolina's 100 counties, shipped with libpysal."""
    return gpd.read_file(examples.get_path("sids2.dbf"), ignore_geometry=True)


class TestMoments:
    def test_worked_by_hand(self) -> None:
        # m = 3e-4, s² = 4.5e-8, m / 15,000 = 2e-8, so A = 2.5e-8:
        # weights 2.5 / (2.5 + 3) and 2.5 / (2.5 + 1.5).
        rate = smoothing.empirical_bayes_rate_per_100k(np.array([0, 9]), np.array([1e4, 2e4]))
        np.testing.assert_allclose(rate, [30 * (1 - 5 / 11), 30 + 15 * 5 / 8])

    def test_north_carolina_as_published_by_esda(self, sids: pd.DataFrame) -> None:
        """The first five counties as esda's own tests state them since PySAL 1.0."""
        rate = smoothing.empirical_bayes_rate_per_100k(sids["SID74"], sids["BIR74"])
        published = [0.0016973, 0.0017054, 0.0017731, 0.0020129, 0.0035349]
        np.testing.assert_allclose(rate[:5] / 1e5, published, atol=5e-8)

    @pytest.mark.parametrize("years", ["74", "79"])
    def test_north_carolina_beside_esda(self, sids: pd.DataFrame, years: str) -> None:
        events, births = sids[f"SID{years}"], sids[f"BIR{years}"]
        rate = smoothing.empirical_bayes_rate_per_100k(events, births)
        oracle = Empirical_Bayes(events.to_numpy(), births.to_numpy()).r.ravel()
        np.testing.assert_allclose(rate / 1e5, oracle, rtol=1e-12)

    def test_less_scatter_than_chance_gives_the_pooled_rate(self) -> None:
        """Where esda's variance is negative and its rates lie outside the crude ones."""
        rate = smoothing.empirical_bayes_rate_per_100k(np.array([5, 5, 6]), np.full(3, 1e4))
        np.testing.assert_allclose(rate, 16 / 3e4 * 1e5)

    @given(maps)
    def test_between_crude_and_pooled(
        self, one: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]
    ) -> None:
        events, at_risk = one
        rate = smoothing.empirical_bayes_rate_per_100k(events, at_risk)
        crude, pooled = events / at_risk * 1e5, events.sum() / at_risk.sum() * 1e5
        slack = 1e-9 * (crude + pooled)
        assert (np.minimum(crude, pooled) - slack <= rate).all()
        assert (rate <= np.maximum(crude, pooled) + slack).all()

    @given(maps, st.floats(0.01, 100))
    def test_more_person_years_lower_the_rate_in_proportion(
        self, one: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]], factor: float
    ) -> None:
        rate = smoothing.empirical_bayes_rate_per_100k(*one)
        scaled = smoothing.empirical_bayes_rate_per_100k(one[0], one[1] * factor)
        np.testing.assert_allclose(scaled * factor, rate, rtol=1e-6)

    def test_doubled_counts_of_pairs_are_pairs(self) -> None:
        victims = smoothing.empirical_bayes_rate_per_100k(COUNTS * 2, AT_RISK, dispersion=2.0)
        np.testing.assert_allclose(
            victims, 2 * smoothing.empirical_bayes_rate_per_100k(COUNTS, AT_RISK)
        )


def _every_rate(events: Any, at_risk: Any, **more: Any) -> list[Any]:
    plain = smoothing.empirical_bayes_rate_per_100k(events, at_risk, **more)
    return [plain, *smoothing.credible_rates_per_100k(events, at_risk, **more)]


class TestPlaces:
    """What holds for both estimators alike."""

    def test_nobody_known_has_no_rate_and_no_part_in_the_pool(self) -> None:
        events = np.append(COUNTS, [700, 3, np.nan])
        at_risk = np.append(AT_RISK, [0, np.nan, 1e9])
        for ours, alone in zip(
            _every_rate(events, at_risk), _every_rate(COUNTS, AT_RISK), strict=True
        ):
            np.testing.assert_allclose(ours[:-3], alone)
            assert np.isnan(ours[-3:]).all()

    def test_order_of_the_places_is_irrelevant(self) -> None:
        order = np.random.default_rng(2).permutation(len(COUNTS))
        for ours, turned in zip(
            _every_rate(COUNTS, AT_RISK), _every_rate(COUNTS[order], AT_RISK[order]), strict=True
        ):
            np.testing.assert_allclose(turned, ours[order])

    def test_maps_and_groups_are_judged_apart(self) -> None:
        events = np.array([COUNTS, COUNTS[::-1]])
        groups = np.array(list("aababba"))
        together = _every_rate(events, AT_RISK, groups=groups)
        for row in range(2):
            for label in "ab":
                at = groups == label
                alone = _every_rate(events[row, at], AT_RISK[at])
                for ours, expected in zip(together, alone, strict=True):
                    np.testing.assert_allclose(ours[row, at], expected, rtol=1e-9)

    def test_series_keep_their_index(self) -> None:
        index = pd.Index([f"9000{n}" for n in range(7)], name="municipality_code")
        for rate in _every_rate(pd.Series(COUNTS, index), pd.Series(AT_RISK, index)):
            pd.testing.assert_index_equal(rate.index, index)

    def test_no_events_no_limits(self) -> None:
        found = smoothing.credible_rates_per_100k(np.zeros(4), np.array([1e3, 1e4, 1e5, 0]))
        np.testing.assert_array_equal(found.rate, [0, 0, 0, np.nan])
        assert np.isnan(found.lower).all()
        assert np.isnan(found.upper).all()

    def test_clamped_variance_no_limits(self) -> None:
        found = smoothing.credible_rates_per_100k(np.array([5, 5, 6]), np.full(3, 1e4))
        np.testing.assert_allclose(found.rate, 16 / 3e4 * 1e5)
        assert np.isnan(found.lower).all()

    def test_nobody_anywhere(self) -> None:
        for rate in _every_rate(np.ones(3), np.zeros(3)):
            assert np.isnan(rate).all()

    @pytest.mark.parametrize("wrong", [0.5, np.nan, np.inf])
    def test_impossible_dispersion_is_refused(self, wrong: float) -> None:
        with pytest.raises(ContractError, match="dispersion: 1 of 1 values are below 1"):
            smoothing.credible_rates_per_100k(COUNTS, AT_RISK, dispersion=wrong)


def _brute_force(place: int) -> tuple[float, float, float]:
    """Mean and limits of one place's rate by adaptive quadrature over both hyperparameters."""

    def log_density(t: float, m: float) -> float:
        shape, mean = np.exp(t), np.exp(m)
        odds = AT_RISK * mean / shape
        each = (
            special.gammaln(COUNTS + shape)
            - special.gammaln(shape)
            + COUNTS * np.log(odds)
            - (COUNTS + shape) * np.log1p(odds)
        )
        return float(each.sum() + t - 2 * np.log1p(shape))

    top = log_density(-0.5, np.log(4e-4))

    def mean_of(value: Any) -> float:
        def over(m: float, t: float) -> float:
            return np.exp(log_density(t, m) - top) * value(np.exp(t), np.exp(m))

        return float(integrate.dblquad(over, -6, 4, -14, -2, epsabs=1e-5, epsrel=1e-5)[0])

    whole = mean_of(lambda _shape, _mean: 1)

    def at_risk(shape: float, mean: float) -> float:
        return AT_RISK[place] + shape / mean

    rate = mean_of(lambda z, mu: (COUNTS[place] + z) / at_risk(z, mu)) / whole
    found = smoothing.credible_rates_per_100k(COUNTS, AT_RISK)
    below = [
        mean_of(
            lambda z, mu, limit=limit: stats.gamma.cdf(
                limit / 1e5 * at_risk(z, mu), COUNTS[place] + z
            )
        )
        / whole
        for limit in (found.lower[place], found.upper[place])
    ]
    return rate * 1e5, below[0], below[1]


class TestCredible:
    def test_beside_quadrature_over_the_hyperparameters(self) -> None:
        """The mean within 0.5 %, the tails within half a percentage point, in a map of seven."""
        found = smoothing.credible_rates_per_100k(COUNTS, AT_RISK)
        rate, below_lower, below_upper = _brute_force(2)
        assert found.rate[2] == pytest.approx(rate, rel=5e-3)
        assert below_lower == pytest.approx(0.025, abs=5e-3)
        assert below_upper == pytest.approx(0.975, abs=5e-3)

    def test_plugging_in_is_the_limit_of_many_places(self) -> None:
        """With 20,000 places the hyperparameters are known and the posterior is one gamma."""
        random = np.random.default_rng(8)
        at_risk = np.full(20_000, 5_000.0)
        events = random.poisson(at_risk * random.gamma(2.0, 3e-4 / 2, 20_000))
        found = smoothing.credible_rates_per_100k(events, at_risk)
        posterior = stats.gamma(events + 2, scale=1e5 / (5_000 + 2 / 3e-4))
        np.testing.assert_allclose(found.rate, posterior.mean(), rtol=0.03)
        np.testing.assert_allclose(found.lower, posterior.ppf(0.025), rtol=0.06)
        np.testing.assert_allclose(found.upper, posterior.ppf(0.975), rtol=0.06)

    @pytest.mark.parametrize(("places", "mean"), [(40, 2e-4), (300, 2e-4), (300, 2e-5)])
    def test_cover_rates_drawn_from_the_model(self, places: int, mean: float) -> None:
        """93-97 % of places on average, plugging in less; few events make it cautious."""
        random = np.random.default_rng(41)
        at_risk = random.lognormal(9.4, 1.1, (20_000 // places, places))
        truth = random.gamma(1.0, mean, at_risk.shape)
        found = smoothing.credible_rates_per_100k(random.poisson(at_risk * truth), at_risk)
        told = ~np.isnan(found.lower)
        covered = (found.lower <= truth * 1e5) & (truth * 1e5 <= found.upper)
        assert told.mean() > 0.9
        assert 0.93 <= covered[told].mean() <= 0.97

    @given(maps)
    def test_limits_hold_the_rate_between_them(
        self, one: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]
    ) -> None:
        found = smoothing.credible_rates_per_100k(*one)
        assert not np.isnan(found.rate).any()
        told = ~np.isnan(found.lower)
        assert (np.isnan(found.upper) == ~told).all()
        assert (found.lower[told] >= 0).all()
        assert (found.lower[told] < found.rate[told]).all()
        assert (found.rate[told] < found.upper[told]).all()
        assert np.isfinite(found.upper[told]).all()

    def test_places_that_nobody_asks_for_only_tell_how_places_differ(self) -> None:
        events = np.array([[3, 0, 9, 1, 7], [0, 0, 2, 30, 1]])
        at_risk = np.array([1e4, 2e4, 3e4, 2e4, 0])
        asked = np.array([True, False, False, True, True])
        groups = np.array(["a", "b", "b", "a", "a"])  # of b nobody is asked for
        for labels in (None, groups):
            every = smoothing.credible_rates_per_100k(events, at_risk, groups=labels)
            some = smoothing.credible_rates_per_100k(events, at_risk, groups=labels, asked=asked)
            for whole, part in zip(every, some, strict=True):
                np.testing.assert_array_equal(part, np.where(asked, whole, np.nan))

    def test_grouped_victims_widen_the_limits(self) -> None:
        single = smoothing.credible_rates_per_100k(COUNTS, AT_RISK)
        grouped = smoothing.credible_rates_per_100k(COUNTS, AT_RISK, dispersion=2.0)
        big = 4
        assert grouped.lower[big] < single.lower[big]
        assert grouped.upper[big] > single.upper[big]


class TestDraws:
    def test_have_the_mean_and_the_limits_of_the_posterior(self) -> None:
        random = np.random.default_rng(12)
        at_risk = random.lognormal(9.4, 1.1, 60)
        events = random.poisson(at_risk * random.gamma(1.0, 2e-4, 60))
        found = smoothing.credible_rates_per_100k(events, at_risk)
        drawn = smoothing.posterior_draws_per_100k(events, at_risk, draws=40_000, seed=3)
        error = drawn.std(axis=0) / np.sqrt(len(drawn))
        assert (np.abs(drawn.mean(axis=0) - found.rate) < 4 * error).all()
        np.testing.assert_allclose((drawn < found.lower).mean(axis=0), 0.025, atol=0.005)
        np.testing.assert_allclose((drawn > found.upper).mean(axis=0), 0.025, atol=0.005)

    def test_same_seed_same_draws(self) -> None:
        first, again, other = (
            smoothing.posterior_draws_per_100k(COUNTS, AT_RISK, draws=5, seed=seed)
            for seed in (3, 3, 4)
        )
        np.testing.assert_array_equal(first, again)
        assert (first != other).all()

    def test_places_without_limits_are_not_drawn(self) -> None:
        events = np.concatenate([COUNTS, [5, 5, 6], [3]])
        at_risk = np.concatenate([AT_RISK, np.full(3, 1e4), [0]])
        groups = np.repeat([1, 2, 1], [7, 3, 1])
        drawn = smoothing.posterior_draws_per_100k(events, at_risk, draws=4, seed=1, groups=groups)
        assert (~np.isnan(drawn)).all(axis=0).tolist() == [True] * 7 + [False] * 4

    def test_nothing_to_draw(self) -> None:
        drawn = smoothing.posterior_draws_per_100k(np.zeros(2), np.ones(2), draws=3, seed=1)
        assert np.isnan(drawn).all()
        assert drawn.shape == (3, 2)
