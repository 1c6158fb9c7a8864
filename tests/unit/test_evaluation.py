"""Who is evaluated beside whom, the estimator, and programmes that never were.

Expected values are worked out by hand, by another library, or by leaving places out one by one.
"""

import warnings
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyfixest
import pytest
import statsmodels.api as sm

from pipeline.analysis.evaluation.design import (
    Counts,
    EvaluationRefusedError,
    Span,
    border_matrix,
    evaluated_groups,
    quarterly_panel,
    span_counts,
)
from pipeline.analysis.evaluation.effect import (
    Effect,
    change_scatter,
    information_weights,
    score_bootstrap_p,
    weighted_effect,
)
from pipeline.analysis.evaluation.placebo import (
    Pool,
    assigned,
    clustered_draws,
    critical_value,
    highest_draws,
    matched_draws,
    placebo_effects,
    random_draws,
    randomisation_p,
    recommended_effect,
    thinned,
)

SPAN = Span(date(2019, 1, 1), date(2019, 3, 1), date(2020, 1, 1), date(2020, 2, 1))


def counts_of(
    before: npt.ArrayLike, after: npt.ArrayLike, years: tuple[npt.ArrayLike, npt.ArrayLike]
) -> Counts:
    first, second = (np.broadcast_to(one, np.shape(before)).astype(float) for one in years)
    codes = tuple(f"{10_001 + place}" for place in range(np.size(before)))
    return Counts(codes, np.asarray(before, float), np.asarray(after, float), first, second)


def scattered(places: int = 40, seed: int = 1) -> Counts:
    random = np.random.default_rng(seed)
    years = random.lognormal(11, 1, places), random.lognormal(11, 1, places)
    rate = random.gamma(2, 2e-4, places)
    change = random.lognormal(0, 0.4, places)
    return counts_of(
        random.poisson(rate * years[0]), random.poisson(rate * change * years[1]), years
    )


def places_frame() -> pd.DataFrame:
    rows = [
        ("05001", "documented", "confirmed", False, True, True),
        ("05002", "documented", "reported", False, True, True),
        ("05003", "candidate", None, True, True, True),
        ("05004", "no_evidence", None, False, False, True),
        ("18001", "outside", None, False, True, False),
        ("18002", "outside", None, False, True, False),
        ("18003", "outside", None, False, False, False),
    ]
    columns = ["code", "state", "evidence", "is_named_region", "is_pdet", "is_programme_department"]
    return pd.DataFrame(rows, columns=columns).set_index("code")


def test_only_places_that_cannot_be_covered_are_compared() -> None:
    # 18002 borders the candidate 05003, 18003 is not of the plan, 05004 may still be covered.
    borders = pd.DataFrame({"municipality_code": ["05003"], "neighbour_code": ["18002"]})
    found = evaluated_groups(places_frame(), borders)
    assert found.first_wave == ("05001",)
    assert found.documented == ("05001", "05002")
    assert found.candidates == found.likelier == ("05003",)
    assert found.compared == ("18001",)
    assert found.bordering == ("18002",)


def test_a_candidate_outside_the_departments_is_not_compared_either() -> None:
    places = places_frame()
    places.loc["18001", "state"] = "candidate"
    none = pd.DataFrame({"municipality_code": [], "neighbour_code": []})
    assert evaluated_groups(places, none).compared == ("18002",)


def month_rows(*rows: tuple[str, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["municipality_code", "month", "events"])
    return frame.assign(month=pd.to_datetime(frame["month"]))


def residents(**editions: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (code, year, number, editions.get(f"y{year}", "one"))
            for code, number in (("05001", 3_652_500), ("05002", 0))
            for year in (2019, 2020)
        ],
        columns=["municipality_code", "year", "population", "edition"],
    )


PUBLISHED = frozenset(pd.date_range("2019-01-01", "2020-03-01", freq="MS"))


def test_months_before_and_after_are_summed_and_those_between_left_out() -> None:
    events = month_rows(
        ("05001", "2019-01-01", 2), ("05001", "2019-03-01", 1), ("05001", "2019-06-01", 50),
        ("05001", "2020-02-01", 7), ("05001", "2020-03-01", 9), ("05002", "2019-01-01", 4),
    )  # fmt: skip
    found = span_counts(events, residents(), ["05001", "05002"], SPAN, PUBLISHED)
    assert found.codes == ("05001",)  # nobody is known to live in the other
    assert (found.before.tolist(), found.after.tolist()) == ([3], [7])
    # 3,652,500 residents over 365.25 days: 10,000 person-years a day; 90 days, then 31 + 29.
    assert found.years_before.tolist() == pytest.approx([900_000])
    assert found.years_after.tolist() == pytest.approx([600_000])


def test_a_month_that_is_not_published_refuses_the_span() -> None:
    with pytest.raises(EvaluationRefusedError, match=r"1 of 5 months .* 2020-02") as refused:
        span_counts(
            month_rows(), residents(), ["05001"], SPAN, PUBLISHED - {pd.Timestamp(2020, 2, 1)}
        )
    assert refused.value.missing == 1


def test_two_editions_of_the_population_refuse_the_span() -> None:
    with pytest.raises(EvaluationRefusedError, match="2 editions of the population"):
        span_counts(month_rows(), residents(y2020="two"), ["05001"], SPAN, PUBLISHED)


def test_the_panel_has_every_quarter_with_its_own_person_years() -> None:
    events = month_rows(("05001", "2019-01-01", 2), ("05001", "2019-03-01", 1))
    counts = span_counts(events, residents(), ["05001"], SPAN, PUBLISHED)
    panel = quarterly_panel(events, residents(), counts, SPAN)
    assert panel["quarter"].dt.strftime("%Y-%m").tolist() == [
        "2019-01", "2019-04", "2019-07", "2019-10", "2020-01",
    ]  # fmt: skip
    assert panel["events"].tolist() == [3, 0, 0, 0, 0]
    days = [90, 91, 92, 92, 60]
    assert panel["person_years"].tolist() == pytest.approx([10_000 * one for one in days])


def test_spans_move_by_years_and_starts_by_quarters() -> None:
    assert SPAN.moved(-2).after_last == date(2018, 2, 1)
    starts = list(SPAN.quarter_starts(date(2019, 7, 1)))
    assert starts == [date(2019, 7, 1), date(2019, 10, 1), date(2020, 1, 1)]
    assert SPAN.with_start(starts[0]).after[0] == pd.Timestamp(2019, 7, 1)


def test_the_ratio_of_two_ratios_by_hand() -> None:
    # Evaluated 20 to 10, compared 30 to 45, equal residents: (10 / 20) / (45 / 30) = 1 / 3.
    counts = counts_of([10, 10, 10, 20], [4, 6, 20, 25], (1e5, 1e5))
    own = np.array([True, True, False, False])
    found = weighted_effect(counts, own, ~own)
    assert np.exp(found.log_ratio).tolist() == pytest.approx([1 / 3])
    # Independent events: 1/20 + 1/10 + 1/30 + 1/45, the textbook variance of a log odds ratio.
    assert found.error_independent.tolist() == pytest.approx(
        [np.sqrt(1 / 20 + 0.1 + 1 / 30 + 1 / 45)]
    )
    # Scores 4 - 14/3 and 6 - 16/3 of the first, whose information is 30 * 1/3 * 2/3 = 20/3;
    # 20 - 18 and 25 - 27 of the second, with 75 * 0.6 * 0.4 = 18; four places: times 4/3.
    variance = (2 * (2 / 3) ** 2 / (20 / 3) ** 2 + 2 * 2**2 / 18**2) * 4 / 3
    assert found.error_cluster.tolist() == pytest.approx([np.sqrt(variance)])


def test_two_periods_equal_poisson_fixed_effects() -> None:
    counts = scattered()
    own = np.arange(40) < 8
    long = pd.DataFrame(
        {
            "place": np.tile(counts.codes, 2),
            "late": np.repeat([0, 1], 40),
            "own": np.tile(own.astype(int), 2),
            "events": np.concatenate([counts.before, counts.after]),
            "log_years": np.log(np.concatenate([counts.years_before, counts.years_after])),
        }
    ).assign(treated=lambda frame: frame["own"] * frame["late"])
    with warnings.catch_warnings():  # of its own use of pandas
        warnings.simplefilter("ignore")
        fitted = pyfixest.fepois(
            "events ~ treated | place + late", long, vcov={"CRV1": "place"}, offset="log_years"
        )
    found = weighted_effect(counts, own, ~own)
    assert found.log_ratio[0] == pytest.approx(fitted.coef()["treated"], abs=1e-7)
    assert found.error_cluster[0] == pytest.approx(fitted.se()["treated"], rel=0.02)


def test_weights_and_covariates_equal_a_weighted_binomial_regression() -> None:
    counts = scattered()
    own = np.arange(40) < 8
    weights = np.linspace(0.2, 1, 40)
    known = counts.events > 0
    design = np.column_stack([np.ones(40), own, counts.profile])[known]
    fitted = sm.GLM(
        np.column_stack([counts.after, counts.before])[known],
        design,
        family=sm.families.Binomial(),
        offset=counts.offset[known],
        freq_weights=weights[known],
    ).fit()
    found = weighted_effect(counts, own, ~own, weights, counts.profile)
    assert found.log_ratio[0] == pytest.approx(fitted.params[1], abs=1e-7)


def test_the_jackknife_error_is_near_that_of_leaving_places_out() -> None:
    counts = scattered(60)
    own = np.arange(60) < 12
    found = weighted_effect(counts, own, ~own)
    left_out = [
        weighted_effect(counts, own & (np.arange(60) != one), ~own & (np.arange(60) != one))
        for one in range(60)
    ]
    gaps = np.array([one.log_ratio[0] for one in left_out]) - found.log_ratio[0]
    assert found.error_jackknife[0] == pytest.approx(np.sqrt((gaps**2).sum()), rel=0.1)
    assert found.error_jackknife[0] > found.error_cluster[0]


def test_limits_hold_the_estimate_and_exclude_none_where_p_is_small() -> None:
    effect = Effect(*(np.array([one]) for one in (-0.5, 0.1, 0.15, 0.2, 10)))
    lower, upper = effect.limits()
    # Student's t with nine degrees: 2.262 at 97.5 %.
    assert (lower[0], upper[0]) == (
        pytest.approx(-0.9524, abs=1e-4),
        pytest.approx(-0.0476, abs=1e-4),
    )
    assert effect.p[0] < 0.05
    assert effect.limits(3.0)[1][0] == pytest.approx(0.1)


def test_an_assignment_without_events_is_not_told() -> None:
    counts = counts_of([5, 5, 0, 0, 7, 6], [5, 6, 0, 0, 8, 5], (1e5, 1e5))
    both = np.array([[True, True, *[False] * 4], [False, False, True, True, False, False]])
    found = weighted_effect(counts, both, ~both)
    assert np.isfinite(found.log_ratio).tolist() == [True, False]
    with pytest.raises(EvaluationRefusedError, match="fewer than 2 evaluated or compared"):
        weighted_effect(counts, both[1], ~both[1])


def test_places_that_differ_by_chance_alone_weigh_the_same() -> None:
    counts = counts_of([100] * 6, [98, 102, 100, 99, 101, 100], (1e5, 1e5))
    everything = np.ones(6, dtype=bool)
    assert change_scatter(counts, everything) == (1.0, 0.0)
    assert information_weights(counts, everything).tolist() == [1.0] * 6


def test_one_large_place_does_not_outweigh_the_others() -> None:
    counts = scattered(80)
    large = np.where(np.arange(80) == 0, 100.0, 1.0)
    grown = counts_of(
        counts.before * large, counts.after * large,
        (counts.years_before * large, counts.years_after * large),
    )  # fmt: skip
    everything = np.ones(80, dtype=bool)
    weights = information_weights(grown, everything)
    share = grown.after / grown.events
    told = grown.events * share * (1 - share)
    assert told[0] > 50 * np.median(told)
    # However many events a place has, it tells no more than one over the scatter of changes.
    assert weights[0] * told[0] < 1.2 / change_scatter(grown, everything).shared
    assert weights[0] * told[0] < 6 * np.median(weights * told)


def test_the_scatter_of_changes_is_the_one_that_was_drawn() -> None:
    # Logarithms of changes with variance 0.4 squared; independent events within places.
    found = change_scatter(scattered(3_000), np.ones(3_000, dtype=bool))
    assert found.shared == pytest.approx(0.16, rel=0.15)
    assert found.own == pytest.approx(1.0, abs=0.2)


def test_the_score_bootstrap_of_no_difference_is_one_and_of_a_large_one_small() -> None:
    counts = counts_of([50] * 20, [50] * 20, (1e5, 1e5))
    own = np.arange(20) < 10
    assert score_bootstrap_p(counts, own, ~own, draws=99, seed=1).tolist() == [1.0]
    halved = scattered(40)
    first = np.arange(40) < 20
    other = halved.with_after(np.where(first, halved.after // 5, halved.after))
    assert score_bootstrap_p(other, first, ~first, draws=999, seed=1)[0] < 0.01


def test_the_score_bootstrap_counts_every_pattern_of_signs() -> None:
    # Scores of the null: own places -4 each half... two own, two beside, common share 1/2:
    # scores -2, -2, 2, 2; projected on the constant: half of each. Sums of signed scores reach
    # the observed 4 in 2 of 16 patterns.
    counts = counts_of([6, 6, 2, 2], [2, 2, 6, 6], (1e5, 1e5))
    own = np.array([True, True, False, False])
    found = score_bootstrap_p(counts, own, ~own, draws=20_000, seed=3)[0]
    assert found == pytest.approx(2 / 16, abs=0.01)


def test_matched_places_are_the_nearest_and_never_twice() -> None:
    pool = np.array([[0.0, 0], [1, 0], [5, 0], [6, 0]])
    target = np.array([[0.9, 0], [5.1, 0]])
    assert matched_draws(target, pool, nearest=1, draws=3, seed=1).tolist() == [[1, 2]] * 3
    twice = matched_draws(target[[0, 0]], pool, nearest=1, draws=50, seed=1)
    assert {frozenset(row) for row in twice.tolist()} == {frozenset({0, 1})}
    with pytest.raises(EvaluationRefusedError, match="5 places are to be drawn and only 4"):
        matched_draws(np.zeros((5, 2)), pool, nearest=2, draws=1, seed=1)


def test_clustered_places_lie_together_as_the_targets_do() -> None:
    regions = np.array(["a"] * 4 + ["b"] * 3 + ["c"] * 2 + ["d"])
    pool = np.random.default_rng(1).normal(size=(10, 2))
    found = clustered_draws(
        np.zeros((5, 2)), ["x", "x", "x", "y", "y"], pool, regions, nearest=2, draws=40, seed=1
    )
    for row in found:
        assert len(set(row.tolist())) == 5
        assert sorted(np.unique(regions[row], return_counts=True)[1].tolist()) == [2, 3]
        assert len(set(regions[row[:3]])) == 1
    with pytest.raises(EvaluationRefusedError, match="only 0 of the 4 regions"):
        clustered_draws(np.zeros((5, 2)), ["x"] * 5, pool, regions, nearest=2, draws=1, seed=1)


def test_random_and_highest_draws() -> None:
    assert sorted(random_draws(5, 5, draws=1, seed=1)[0].tolist()) == [0, 1, 2, 3, 4]
    counts = counts_of([1, 9, 3, 8, 7, 2], [1] * 6, (1e5, 1e5))
    assert {one for row in highest_draws(counts, 2, draws=50, seed=1) for one in row} == {
        1,
        3,
        4,
        2,
    }


def test_neighbours_of_drawn_places_are_neither() -> None:
    neighbours = pd.DataFrame(
        {"municipality_code": ["a", "b", "z"], "neighbour_code": ["b", "a", "a"]}
    )
    borders = border_matrix(["a", "b", "c"], neighbours)
    assert borders.tolist() == [[False, True, False], [True, False, False], [False] * 3]
    evaluated, compared = assigned(np.array([[0]]), borders)
    assert evaluated.tolist() == [[True, False, False]]
    assert compared.tolist() == [[False, False, True]]


def test_a_planted_fall_takes_events_of_the_drawn_places_only() -> None:
    counts = counts_of([400] * 4, [1_000] * 4, (1e5, 1e5))
    own = np.array([True, True, False, False])
    found = thinned(counts, own, 0.3, np.random.default_rng(1))
    assert found.after[2:].tolist() == [1_000, 1_000]
    # 700 expected, standard deviation 14.5.
    assert np.abs(found.after[:2] - 700).max() < 60
    assert found.before is counts.before


def test_a_planted_fall_is_found_again() -> None:
    counts = counts_of([900] * 30, [1_000] * 30, (1e5, 1e5))
    pool = Pool(counts, np.zeros((30, 30), dtype=bool), np.array(["one"] * 30))
    positions = random_draws(30, 10, draws=4, seed=1)
    found = placebo_effects(pool, positions, 0.3, 1)
    assert np.exp(found.log_ratio).tolist() == pytest.approx([0.7] * 4, abs=0.03)
    assert (found.p < 0.01).all()


def test_the_recommended_effect_forgives_places_for_having_been_high() -> None:
    # Rates move about a level of their own; drawn among the highest, places fall by themselves.
    plain, found = [], []
    for seed in range(30):
        random = np.random.default_rng(seed)
        years = random.lognormal(11, 0.8, 200)
        rate = random.lognormal(np.log(4e-4), 0.6, 200)
        before, after = random.poisson(rate * years * random.lognormal(0, 0.3, (2, 200)))
        counts = counts_of(before, after, (years, years))
        highest = np.argsort(-counts.before / years)[:80]
        own = np.isin(np.arange(200), random.choice(highest, 30, replace=False))
        plain.append(weighted_effect(counts, own, ~own, information_weights(counts, own | ~own)))
        found.append(recommended_effect(counts, own, ~own))
    drift, left = (np.mean([one.log_ratio for one in each]) for each in (plain, found))
    assert drift < -0.1
    assert abs(left) < 0.5 * abs(drift)


def test_limits_by_placebo_programmes_by_hand() -> None:
    # Of 19 statistics and the observed one, 5 % is one of twenty: the largest of the 19.
    assert critical_value(np.arange(1.0, 20)) == 19
    assert critical_value(np.append(np.arange(1.0, 40), np.nan)) == 38
    assert randomisation_p(-3.0, np.array([1, np.nan, -4.0, 2])) == 0.5
