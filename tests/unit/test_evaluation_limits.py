"""Bounds over unknown coverage, sensitivity to trends, staggered starts, and what may be said.

Expected values are published, worked out by hand, or found by trying every set.
"""

from datetime import date
from itertools import combinations
from math import exp, log

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from pipeline.analysis.evaluation.bounds import coverage_bounds
from pipeline.analysis.evaluation.courses import (
    Course,
    honest_range,
    linear_difference,
    poisson_course,
    poisson_ratio,
)
from pipeline.analysis.evaluation.design import Counts, EvaluationRefusedError, Refusal, Span
from pipeline.analysis.evaluation.effect import weighted_effect
from pipeline.analysis.evaluation.staggered import (
    dated_starts,
    dose_starts,
    staggered_effect,
    yearly_panel,
)
from pipeline.analysis.evaluation.verdict import (
    Evidence,
    Verdict,
    detectable_fall,
    stepdown_p,
    two_sided_p,
    verdict,
)

# Event study on profits of Benzarti and Carloni (2019), as Rambachan and Roth (2023, section 6.1)
# use it: 2004 to 2012 beside 2008. Their R package carries it as BCdata_EventStudy; typed here as
# the Stata package of the method (mcaceresb/stata-honestdid) prints it.
PROFITS = [
    0.006696352, 0.029345034, -0.006472972, 0.073014989, 0.195961118, 0.312063903, 0.239541546,
    0.126042500,
]  # fmt: skip
UPPER = [
    [8.428358e-04, 4.768687e-04, 2.618051e-04, 2.354220e-04, 1.676371e-04, 1.128708e-04,
     1.992816e-05, -1.368265e-04],
    [6.425420e-04, 3.987425e-04, 2.435515e-04, 2.201960e-04, 1.804591e-04, 3.843765e-05,
     -2.960422e-05],
    [5.229950e-04, 2.117686e-04, 1.840722e-04, 1.458528e-04, 7.005197e-05, 5.952995e-05],
    [3.089595e-04, 1.197866e-04, 1.334081e-04, 1.016335e-04, 1.079052e-04],
    [3.599704e-04, 2.478819e-04, 1.749579e-04, 1.654257e-04],
    [4.263950e-04, 2.171438e-04, 2.892748e-04],
    [4.886698e-04, 3.805322e-04],
    [7.617394e-04],
]  # fmt: skip


def profits() -> Course:
    covariance = np.zeros((8, 8))
    for row, values in enumerate(UPPER):
        covariance[row, row:] = covariance[row:, row] = values
    years = (2004, 2005, 2006, 2007, 2009, 2010, 2011, 2012)
    periods = tuple(pd.Timestamp(year, 1, 1) for year in years)
    return Course(np.array(PROFITS[:4]), np.array(PROFITS[4:]), covariance, periods)


@pytest.mark.parametrize(
    ("limit", "lower", "upper"),
    # Printed by HonestDiD::createSensitivityResults(method = "FLCI", l_vec = the first year).
    [(0.0, 0.131, 0.216), (0.1, 0.119, 0.419), (0.2, 0.0194, 0.519), (0.3, -0.0806, 0.619)],
)
def test_smoothness_limits_are_those_of_the_papers_example(
    limit: float, lower: float, upper: float
) -> None:
    found = honest_range(profits(), [1, 0, 0, 0], limit, "smoothness")
    assert (found.lower, found.upper) == (
        pytest.approx(lower, abs=6e-4),
        pytest.approx(upper, abs=6e-4),
    )


@pytest.mark.parametrize(
    ("limit", "lower", "upper"),
    # The same for the mean of the four years.
    [(0.0, 0.133, 0.230), (0.1, -0.186, 0.988), (0.2, -0.686, 1.49), (0.3, -1.19, 1.99)],
)
def test_smoothness_limits_of_the_mean_are_those_of_the_papers_example(
    limit: float, lower: float, upper: float
) -> None:
    found = honest_range(profits(), [0.25] * 4, limit, "smoothness")
    digits = 6e-4 if limit < 0.15 else 6e-3
    assert (found.lower, found.upper) == (
        pytest.approx(lower, abs=digits),
        pytest.approx(upper, abs=digits),
    )


def test_relative_magnitudes_by_hand() -> None:
    # The largest step before is 0.0794879, from 2006 to 2007; the first year after may part from
    # its estimate by as much, and normal limits widen that by 1.96 standard errors of 0.0189729.
    found = honest_range(profits(), [1, 0, 0, 0], 1.0, "relative_magnitude")
    assert found.identified_lower == pytest.approx(0.195961 - 0.079488, abs=1e-5)
    assert found.identified_upper == pytest.approx(0.195961 + 0.079488, abs=1e-5)
    assert found.lower == pytest.approx(0.116473 - 1.959964 * 0.0189729, abs=1e-4)
    # The paper's own limits, from the R package, lie within these: 0.0707 to 0.313.
    assert found.lower < 0.0807
    assert found.upper > 0.303


def test_one_period_before_says_nothing_of_trends() -> None:
    whole = profits()
    short = Course(whole.before[3:], whole.after, whole.covariance[3:, 3:], whole.periods[3:])
    with pytest.raises(EvaluationRefusedError, match="1 periods before") as refused:
        honest_range(short, [1, 0, 0, 0], 1.0, "relative_magnitude")
    assert refused.value.reason is Refusal.PERIODS


def panel_of(ratios: dict[str, float], places: int = 30, own: int = 10) -> pd.DataFrame:
    """Expected counts themselves, so that a fit must find the ratios exactly."""
    rows = [
        (
            f"{place:05}",
            pd.Timestamp(quarter),
            (50 + 10 * place) * (1 + number / 10) * (ratio if place < own else 1.0),
            (50.0 + 10 * place) * 100,
            place < own,
            pd.Timestamp(quarter) >= pd.Timestamp("2020-01-01"),
        )
        for place in range(places)
        for number, (quarter, ratio) in enumerate(ratios.items())
    ]
    columns = "municipality_code quarter events person_years is_evaluated is_after".split()
    return pd.DataFrame(rows, columns=columns)


def test_the_event_study_finds_what_the_counts_hold() -> None:
    truth = {"2019-04-01": 1.1, "2019-07-01": 1.3, "2019-10-01": 1.0, "2020-01-01": 0.5}
    panel = panel_of({**truth, "2020-04-01": 0.8})
    found = poisson_course(panel, pd.Timestamp("2019-10-01"))
    assert np.exp(found.before).tolist() == pytest.approx([1.1, 1.3], abs=1e-6)
    assert np.exp(found.after).tolist() == pytest.approx([0.5, 0.8], abs=1e-6)
    assert found.covariance.shape == (4, 4)
    assert [f"{one:%Y-%m}" for one in found.periods] == ["2019-04", "2019-07", "2020-01", "2020-04"]


def test_a_period_without_events_has_no_ratio() -> None:
    panel = panel_of({"2019-10-01": 1.0, "2020-01-01": 0.0})
    with pytest.raises(EvaluationRefusedError, match="1 of 2 periods have no event"):
        poisson_course(panel, pd.Timestamp("2019-10-01"))


def test_regression_with_effects_of_place_and_quarter_finds_the_ratio() -> None:
    found = poisson_ratio(panel_of({"2019-10-01": 1.0, "2020-01-01": 0.6, "2020-04-01": 0.6}))
    assert exp(found.log_ratio) == pytest.approx(0.6, abs=1e-6)


def test_the_linear_difference_is_that_of_mean_rates() -> None:
    # Rates per 100,000 are 1,000 before everywhere, and 1,100 after, halved to 550 in the own.
    found = linear_difference(panel_of({"2019-10-01": 1.0, "2020-01-01": 0.5}), draws=199, seed=1)
    assert found.difference == pytest.approx(-550)
    assert found.p < 0.05


def small_counts() -> Counts:
    random = np.random.default_rng(4)
    years = random.lognormal(11, 0.6, 40), random.lognormal(11, 0.6, 40)
    before = random.poisson(4e-4 * years[0]).astype(float) + 1
    after = random.poisson(4e-4 * years[1] * random.lognormal(0, 0.5, 40)).astype(float)
    return Counts(tuple(f"{place:05}" for place in range(40)), before, after, *years)


def masks() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    places = np.arange(40)
    return places < 3, (places >= 3) & (places < 11), places >= 11


def test_extreme_coverage_is_the_worst_of_all_sets() -> None:
    counts = small_counts()
    known, candidates, compared = masks()
    found = coverage_bounds(counts, known, candidates, compared, missing=4, draws=2_000, seed=1)
    sets = list(combinations(np.flatnonzero(candidates), 4))
    assert len(sets) == 70
    # So many draws meet every set of seventy.
    assert len(set(np.round(found.sampled, 9))) == 70
    assert found.lowest == pytest.approx(found.sampled.min(), abs=1e-8)
    assert found.highest == pytest.approx(found.sampled.max(), abs=1e-8)
    assert found.lower < found.lowest
    assert found.upper > found.highest


def test_coverage_that_is_known_has_one_ratio() -> None:
    counts = small_counts()
    known, candidates, compared = masks()
    found = coverage_bounds(counts, known, candidates, compared, missing=8, draws=5, seed=1)
    assert np.ptp(found.sampled) < 1e-9
    assert found.lowest == pytest.approx(found.highest)
    # Close to the estimate that fits all places together: the adjustment is learnt elsewhere.
    together = weighted_effect(counts, known | candidates, compared, None, counts.profile)
    assert found.lowest == pytest.approx(float(together.log_ratio[0]), abs=0.2)
    with pytest.raises(EvaluationRefusedError, match="9 places are missing and only 8"):
        coverage_bounds(counts, known, candidates, compared, missing=9, draws=1, seed=1)


def coverage_list(**changes: object) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "municipality_code": ["05001", "05002", "05003"],
            "state": ["covered", "covered", "not_covered"],
            "evidence": ["official", "official", "official"],
            "start_earliest": pd.to_datetime(["2021-01-01", "2022-01-01", None]),
            "start_latest": pd.to_datetime(["2021-03-31", "2022-03-31", None]),
            "component": ["1", "both", None],
        }
    )
    return rows.assign(**changes)


def test_an_official_list_with_dates_lets_staggered_designs_run() -> None:
    starts = dated_starts(coverage_list())
    assert starts.to_dict() == {
        "05001": pd.Timestamp("2021-01-01"),
        "05002": pd.Timestamp("2022-01-01"),
    }
    assert dose_starts(coverage_list(), "1").index.tolist() == ["05001", "05002"]
    assert dose_starts(coverage_list(), "2").index.tolist() == ["05002"]


@pytest.mark.parametrize(
    ("changes", "message", "missing"),
    [
        (
            {"start_latest": pd.to_datetime(["2021-12-31", "2022-03-31", None])},
            "1 of 2 covered places have no start",
            1,
        ),
        ({"evidence": ["confirmed"] * 3}, "2 of 2 covered places have no start", 2),
        ({"state": ["documented", "covered", "candidate"]}, "and 1 more may be covered", 1),
        ({"state": ["candidate"] * 3}, "0 of 0 covered places .* and 3 more", 3),
    ],
)
def test_staggered_designs_refuse_what_is_not_dated(
    changes: dict[str, list[object]], message: str, missing: int
) -> None:
    with pytest.raises(EvaluationRefusedError, match=message) as refused:
        dated_starts(coverage_list(**changes))
    assert (refused.value.reason, refused.value.missing) == (Refusal.STARTS, missing)


def test_a_dose_refuses_an_unknown_component() -> None:
    with pytest.raises(EvaluationRefusedError, match=r"component of 1 of 2 .* 05002") as refused:
        dose_starts(coverage_list(component=["1", None, None]), "1")
    assert refused.value.reason is Refusal.COMPONENT


def planted_panel(noise: float = 0.0) -> pd.DataFrame:
    """Effects of 1 for each period of exposure in two cohorts, on places' and times' own levels."""
    random = np.random.default_rng(2)
    rows = []
    for unit in range(60):
        first = {0: 0, 1: 3, 2: 5}[unit % 3]
        for time in range(1, 8):
            effect = max(0, time - first + 1) if first else 0
            rows.append((unit, time, unit + time**2 + effect + noise * random.normal(), first))
    return pd.DataFrame(rows, columns=["unit", "time", "outcome", "first_time"])


@pytest.mark.parametrize("method", ["group-time", "interaction-weighted"])
@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
def test_planted_effects_that_grow_are_found(method: str, control: str) -> None:
    found = staggered_effect(planted_panel(0.01), method, control=control)
    effects = dict(zip(found.event_time, found.effect, strict=True))
    for exposure in range(3):
        assert effects[exposure] == pytest.approx(exposure + 1, abs=0.02)
    assert effects[-2] == pytest.approx(0, abs=0.02)
    # Cohort 3 is exposed 1 to 5, cohort 5 is exposed 1 to 3: (15 + 6) / 8.
    assert found.overall == pytest.approx(21 / 8, abs=0.02)


def test_yearly_rates_and_first_years_by_hand() -> None:
    quarters = pd.DataFrame(
        {
            "municipality_code": ["05001"] * 4 + ["05002"] * 4,
            "quarter": pd.to_datetime(["2020-01-01", "2020-10-01", "2021-01-01", "2021-07-01"] * 2),
            "events": [1.0, 2.0, 4.0, 0.0, 0.0, 0.0, 5.0, 5.0],
            "person_years": [10_000.0] * 8,
        }
    )
    span = Span(date(2020, 1, 1), date(2020, 12, 1), date(2021, 1, 1), date(2021, 12, 1))
    starts = pd.Series({"05001": pd.Timestamp("2021-10-01")})
    panel = yearly_panel(quarters, starts, span)
    # 3 events of 20,000 person-years are 15 per 100,000.
    assert panel["outcome"].tolist() == pytest.approx([15, 20, 0, 50])
    assert panel["first_time"].tolist() == [2021, 2021, 0, 0]
    late = pd.Series({"05001": pd.Timestamp("2022-01-01"), "05002": pd.Timestamp("2021-01-01")})
    with pytest.raises(EvaluationRefusedError, match="1 of 2 covered places do not start") as told:
        yearly_panel(quarters, late, span)
    assert (told.value.reason, told.value.missing) == (Refusal.PERIODS, 1)


def test_a_cohort_of_one_place_and_nobody_to_compare_are_refused() -> None:
    panel = planted_panel()
    lonely = panel[(panel["first_time"] != 5) | (panel["unit"] == 2)]
    with pytest.raises(EvaluationRefusedError, match="1 of 2 cohorts have a single place"):
        staggered_effect(lonely, "group-time")
    with pytest.raises(EvaluationRefusedError, match="0 places were never covered"):
        staggered_effect(panel[panel["first_time"] > 0], "group-time")


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence(0.3, 0.4, survives_trends=False, detectable_fall=0.5), Verdict.CANNOT_TELL),
        (
            Evidence(0.3, 0.4, survives_trends=False, detectable_fall=0.2),
            Verdict.NO_DIFFERENCE_SEEN,
        ),
        (Evidence(0.01, 0.4, survives_trends=True, detectable_fall=0.2), Verdict.TESTS_DISAGREE),
        (Evidence(0.3, 0.01, survives_trends=True, detectable_fall=0.5), Verdict.TESTS_DISAGREE),
        (Evidence(0.01, 0.01, survives_trends=False, detectable_fall=0.2), Verdict.LEANS),
        (Evidence(0.01, 0.01, survives_trends=True, detectable_fall=0.5), Verdict.STANDS),
    ],
)
def test_a_verdict_needs_every_test_to_stand(evidence: Evidence, expected: Verdict) -> None:
    assert verdict(evidence, 0.3) is expected


def test_the_detectable_fall_of_a_large_design() -> None:
    # With normal quantiles 1.95996 + 0.84162 = 2.80158 standard errors: Bloom's multiplier of 2.8.
    assert -log(1 - detectable_fall(0.1, 1e9)) == pytest.approx(0.280158, abs=1e-5)


def test_a_step_down_over_outcomes_by_hand() -> None:
    # Largest statistics of the draws: 3, 1, 2, 1. Observed 2.5 is reached once: (1 + 1) / 5.
    # Of the second outcome alone: 3, 0.5, 2, 1; 0.8 is reached three times: 4 / 5.
    placebo = np.array([[1, 3], [-1, 0.5], [0.2, -2], [1, 1], [np.nan, 9]])
    found = stepdown_p(np.array([-2.5, 0.8]), placebo)
    assert found.tolist() == [pytest.approx(0.4), pytest.approx(0.8)]


def test_a_normal_p_value() -> None:
    assert two_sided_p(-1.959964, 1.0) == pytest.approx(0.05, abs=1e-6)
