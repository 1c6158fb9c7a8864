"""The report on placebo programmes in small: its bounds hold, and a careless method misses them.

The full report is ``python -m tests.validation.programmes``, on real counts.
"""

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.evaluation.design import Groups
from tests.validation import programmes
from tests.validation.figures import Study
from tests.validation.programmes import History

_PLACES = 120
_DRAWS = 150


def invented_history(seed: int = 5) -> History:
    """Rates that wander in places of a dozen regions, in 2018 to 2024 and two spans before."""
    random = np.random.default_rng(seed)
    codes = np.array([f"{10_000 + place}" for place in range(_PLACES)])
    residents = random.lognormal(10.5, 0.8, _PLACES).round()
    months = pd.date_range("2010-01-01", "2024-12-01", freq="MS")
    level = random.normal(np.log(4e-4 / 12), 0.6, _PLACES)
    yearly = np.zeros(_PLACES)
    rows = []
    for month in months:
        if month.month == 1:
            yearly = 0.7 * yearly + random.normal(0, 0.3, _PLACES)
        events = random.poisson(residents * np.exp(level + yearly))
        rows.append(pd.DataFrame({"municipality_code": codes, "month": month, "events": events}))
    population = pd.DataFrame(
        [
            (code, year, number, "one")
            for year in range(2010, 2025)
            for code, number in zip(codes, residents, strict=True)
        ],
        columns=["municipality_code", "year", "population", "edition"],
    )
    beside = pd.DataFrame({"municipality_code": codes[:-1], "neighbour_code": codes[1:]})
    regions = pd.Series([f"region {place % 12}" for place in range(_PLACES)], index=codes)
    first = tuple(codes[:10].tolist())
    groups = Groups(first, first, tuple(codes[10:60].tolist()), (), tuple(codes[60:].tolist()), ())
    events = pd.concat(rows, ignore_index=True)
    return History("invented", events, population, frozenset(months), beside, regions, groups)


@pytest.fixture(scope="module")
def history() -> History:
    return invented_history()


@pytest.fixture(scope="module", autouse=True)
def _two_windows() -> None:
    patch = pytest.MonkeyPatch()
    patch.setattr(programmes, "FIRST_MOVE", -8)
    patch.setattr(programmes, "LAST_MOVE", -7)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def false(history: History) -> pd.DataFrame:
    return programmes.false_claims(history, _DRAWS)


@pytest.fixture(scope="module")
def power(history: History) -> pd.DataFrame:
    return programmes.planted(history, 30)


def study_of(history: History, false: pd.DataFrame, power: pd.DataFrame) -> Study:
    return programmes.placebo_study(history, false, power, _DRAWS)


def test_false_claims_keep_within_the_bounds(
    history: History, false: pd.DataFrame, power: pd.DataFrame
) -> None:
    study = study_of(history, false, power)
    assert [one.row() for one in study.findings if not one.is_kept] == []
    assert [one.bound for one in study.findings] == ["3% to 7%"] * 3


def test_careless_rules_would_have_claimed_far_more(false: pd.DataFrame) -> None:
    shares = false.groupby("draw").mean(numeric_only=True)
    assert (shares["before and after"] > 0.2).all()
    assert (shares["raw difference in differences"] > 0.2).all()
    matched = shares.loc["matched"]
    assert matched["pooled, cluster-robust"] > matched["recommended"]


def test_a_careless_estimator_misses_the_bounds(
    history: History, false: pd.DataFrame, power: pd.DataFrame
) -> None:
    careless = false.assign(recommended=false["raw difference in differences"])
    assert not study_of(history, careless, power).is_kept


def test_a_test_that_never_claims_misses_them_too(
    history: History, false: pd.DataFrame, power: pd.DataFrame
) -> None:
    assert not study_of(history, false.assign(recommended=0.0), power).is_kept


def test_planted_effects_are_found_without_bias(power: pd.DataFrame) -> None:
    by_fall = power.groupby("fall").mean(numeric_only=True)
    assert by_fall["moved"].tolist() == pytest.approx([-0.2, -0.3], abs=0.03)
    assert by_fall["power"].is_monotonic_increasing


def test_the_smallest_detectable_fall_by_hand() -> None:
    # Four fifths lie halfway between the power at -30 % (0.7) and at -40 % (0.9).
    assert programmes.smallest(np.array([0.2, 0.7, 0.9, 1, 1])) == pytest.approx(0.35)
    assert np.isnan(programmes.smallest(np.array([0.1, 0.2, 0.3, 0.4, 0.79])))


def test_the_report_says_what_was_missed(
    history: History, false: pd.DataFrame, power: pd.DataFrame
) -> None:
    least = pd.DataFrame(
        [{"places": 10, "detectable": np.nan, **dict.fromkeys(programmes._GRID, 0.1)}]
    )
    random = programmes.randomised(history, 2)
    design = programmes.regional(history, 20)
    parts = programmes.sections({history: false}, power, least, random, design)
    text = programmes.report(study_of(history, false.assign(recommended=0.5), power), parts)
    assert "**0 of 3 bounds held.**" in text
    assert "| 10 | " in text
    assert "beyond -60 %" in text
    assert text.count("## ") == 6
