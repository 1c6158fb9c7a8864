"""Trailing months that are too low to be whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.availability import short_tail
from pipeline.errors import ContractError

# Median 102, median absolute deviation 4 (6 as a deviation), Poisson deviation 10.1: a month is
# short below 102 - 3 x 10.1 = 71.7.
STEADY = [100, 104, 96, 108] * 6
# Median 1,000, median absolute deviation 100: short below 1,000 - 3 x 148.26 = 555.2.
VARIED = [800, 900, 1000, 1000, 1100, 1200] * 4
# Median 30, median absolute deviation 5, Poisson deviation 5.5: three deviations reach down to 7.8,
# but 30 - 3 x 5.5 = 13.6 is below the lowest month and below half the median.
GROUPED = [20, 30, 30, 60] * 6


@pytest.mark.parametrize(
    ("before", "tail", "short"),
    [
        (STEADY, [], 0),
        (STEADY, [101], 0),
        (STEADY, [72], 0),
        (STEADY, [71], 1),
        (STEADY, [71, 72], 0),
        (STEADY, [72, 71], 1),
        (STEADY, [5, 40], 2),
        (VARIED, [556], 0),
        (VARIED, [555], 1),
        (VARIED, [900, 60, 480], 2),
        (GROUPED, [14], 0),
        (GROUPED, [13], 1),
    ],
)
def test_worked_by_hand(before: list[int], tail: list[int], short: int) -> None:
    assert short_tail(before + tail) == short


def test_short_months_do_not_serve_as_reference_for_one_another() -> None:
    # Beside the 24 months just before it, five of them short, the last month would pass as usual.
    assert short_tail([*VARIED, 300, 250, 420, 380, 150, 540]) == 6


def test_no_more_than_half_a_year_is_called_short() -> None:
    assert short_tail(STEADY + [10] * 9) == 6


def test_a_lower_level_becomes_usual() -> None:
    assert short_tail(STEADY + [40, 44, 36, 48] * 5) == 0


@pytest.mark.parametrize("before", [[0] * 24, [0, 0, 0, 5] * 6, [9] * 24, [4, 9, 8, 11, 9, 14] * 4])
def test_rare_events_are_never_short(before: list[int]) -> None:
    assert short_tail([*before, 0, 0]) == 0


def test_ten_a_month_is_no_longer_rare() -> None:
    # 10 - 3 x 3.16 = 0.51.
    assert short_tail([10] * 24 + [0]) == 1
    assert short_tail([10] * 24 + [1]) == 0


@pytest.mark.parametrize("months", [0, 1, 23, 24])
def test_too_little_history_to_judge(months: int) -> None:
    assert short_tail([500] * months) == 0
    assert short_tail([500] * (months - 1) + [0] * min(months, 1)) == 0


def test_the_tail_may_not_eat_its_own_reference() -> None:
    assert short_tail([*STEADY[1:], 5, 40]) == 1


@given(st.lists(st.integers(0, 2_000), max_size=60), st.integers(1, 400))
def test_only_the_newest_thirty_months_matter(newest: list[int], older: int) -> None:
    history = [older] * 30 + newest
    assert 0 <= short_tail(history) <= 6
    assert short_tail(history) == short_tail(history[-30:])


@pytest.mark.parametrize("average", [3, 12, 40, 1_000])
def test_whole_months_of_independent_events_are_seldom_short(average: int) -> None:
    random = np.random.default_rng(24)
    false_alarms = [short_tail(random.poisson(average, 30)) > 0 for _ in range(1_000)]
    assert np.mean(false_alarms) < 0.01


@pytest.mark.parametrize("wrong", [[1, -1], [1, np.nan], [[1, 2]]])
def test_refuses_what_is_no_series_of_totals(wrong: list[float]) -> None:
    with pytest.raises(ContractError, match="consecutive published months"):
        short_tail(wrong)
