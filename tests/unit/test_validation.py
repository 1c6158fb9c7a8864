"""The simulation report in small: every bound holds, and a blind or a careless method misses one.

The full report is ``make validate``. Seeds are fixed, so a study that passes once passes always.
"""

import numpy as np
import numpy.typing as npt
import pytest

from pipeline.analysis import change, rates
from tests.validation import courses, intervals, record
from tests.validation.__main__ import report
from tests.validation.country import Country, invented_country
from tests.validation.figures import Finding, Study, of_maps
from tests.validation.studies import studies

EFFORT = 0.03


@pytest.fixture(scope="module")
def country() -> Country:
    return invented_country(16)


@pytest.mark.parametrize("number", range(9))
def test_every_bound_holds(country: Country, number: int) -> None:
    study = studies(country, EFFORT)[number]()
    assert [one.row() for one in study.findings if not one.is_kept] == []
    assert any(one.bound != "reported" for one in study.findings)


def test_a_bound_allows_for_two_standard_errors() -> None:
    # One of four: share 0.25, standard deviation 0.5, error 0.25.
    found = of_maps("invented", [1, 0, 0, 0], most=0.05)
    assert (found.share, found.error, found.is_kept) == (0.25, 0.25, True)
    assert Finding("invented", 0.95, 0.01, least=0.97).is_kept
    assert not Finding("invented", 0.94, 0.01, least=0.97).is_kept
    assert not Finding("invented", 0.06, most=0.05).is_kept
    assert Finding("invented", 0.06).is_kept


def test_a_missed_bound_shows_in_the_report(country: Country) -> None:
    study = Study(
        "Invented", "Asked.", [Finding("kept", 1, least=0.5), Finding("lost", 0.1, 0.01, 0.5)]
    )
    text = report(country, [study], ["## Last\n"])
    assert "**1 of 2 bounds held.**" in text
    assert "| lost | 10.0 % | 1.00 | at least 50 % | **MISSED** |  |" in text
    assert "| kept | 100.0 % | exact | at least 50 % | held |  |" in text
    assert not study.is_kept


def test_a_method_that_names_nothing_misses_its_power(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(found: change.RateRatio) -> npt.NDArray[np.object_]:
        return np.full(found.p.shape, change.Direction.NO_CLEAR_CHANGE, dtype=object)

    monkeypatch.setattr(courses, "direction", silent)
    missed = [one for one in courses.change_study(country, 8).findings if not one.is_kept]
    assert [one.least for one in missed] == [courses.LEAST_POWER] * len(courses.RATIOS)


def test_limits_at_the_normal_quantile_miss_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    def normal(events: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float64], ...]:
        return np.maximum(events - 1.96 * np.sqrt(events), 0), events + 1.96 * np.sqrt(events)

    monkeypatch.setattr(rates, "exact_poisson_limits", normal)
    assert not intervals.exact_study().is_kept


def test_the_least_coverage_is_that_of_a_fine_grid() -> None:
    counts = np.arange(60)
    lower, upper = rates.exact_poisson_limits(counts)
    mean = np.linspace(1, 10, 20_001)
    held = np.exp(-mean[:, None]) * np.cumprod(
        np.column_stack([np.ones_like(mean), mean[:, None] / counts[1:]]), axis=1
    )
    held *= (lower <= mean[:, None]) & (mean[:, None] <= upper)
    least = intervals.least_coverage(lower, upper, 1, 10)
    assert least <= held.sum(axis=1).min() <= least + 2e-4


def test_rules_of_thumb_by_hand() -> None:
    # 10,000 person-years each. Only the second place changes beyond chance: 100 to 200 events.
    before, after = np.array([0.0, 100, 10, 50]), np.array([0.0, 200, 11, 50])
    years = np.full(4, 1e4)
    found = list(record.called(before, after, years, years).values())
    # Differ: 100 and 200, 10 and 11. A fifth or more: the first. Nobody moves ten ranks.
    assert found[:4] == [2, 1, 0, 1]


def test_what_follows_the_highest_by_hand() -> None:
    # The highest has 30 of 1,000, then 15: half. The others 30 of 2,000, then 33: a tenth up.
    before, after = np.array([10.0, 30, 20]), np.array([11.0, 15, 22])
    years = np.full(3, 1e3)
    top, rest = record.falls_of_highest(before, after, years, years, highest=1)
    assert (top, rest) == (pytest.approx(-0.5), pytest.approx(0.1))
