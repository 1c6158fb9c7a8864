"""Placebo groups in an invented country of a few places, worked out by hand."""

import numpy as np
import pytest

from pipeline.analysis.placebo import (
    Choice,
    History,
    is_alike,
    next_of_highest,
    placebo_fans,
    placebo_groups,
)
from pipeline.catalog import methods
from pipeline.errors import ContractError

DAYS = np.full(6, 365.0)


def country(events: list[list[float]], residents: float = 1_000.0) -> History:
    counts = np.array(events, float)
    return History(counts, np.full(counts.shape, residents), DAYS[: counts.shape[1]])


TINY = country(
    [
        [10, 10, 10, 10, 5, 5],  # the group
        [10, 10, 20, 20, 20, 20],
        [10, 10, 5, 5, 5, 5],
        [1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1, 1],
    ]
)


def test_outcomes_are_events_a_day_over_those_before() -> None:
    found = TINY.outcomes(2, np.array([[0, 1], [2, 3]]), 3)
    # (10 + 20) a year after 20, then (30 + 30) / 2, then (30 + 30 + 25) / 3
    assert found[0] == pytest.approx([30 / 20, 30 / 20, 85 / 3 / 20])
    assert found[1] == pytest.approx([6 / 11, 6 / 11, 6 / 11])


def test_a_leap_year_is_no_rise() -> None:
    history = History(
        np.array([[365.0, 365.0, 366.0]]), np.ones((1, 3)), np.array([365.0, 365.0, 366.0])
    )
    assert history.outcomes(2, np.array([[0]]), 1)[0] == pytest.approx([1.0])


def test_all_others_stand_for_what_moved_everywhere() -> None:
    # without the group: 22 + 2 a year before, then 27, 27 in the third
    assert TINY.others(2, 2, np.array([0])) == pytest.approx([27 / 22, 27 / 22])


def test_what_is_unknown_has_no_outcome_and_a_zero_before_has_none() -> None:
    gaps = country([[np.nan, 1, 1, 1], [0, 0, 3, 3], [1, 1, 1, np.nan]])
    found = gaps.outcomes(2, np.array([[0], [1], [2]]), 2)
    assert np.isnan(found).tolist() == [[True, True], [True, True], [False, True]]
    assert gaps.others(2, 1, np.array([1])) == pytest.approx([1.0])  # the first is left out


def test_the_nearest_by_rate_and_residents_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "PLACEBO_NEAREST", 2)
    choice = Choice(np.array([0]), 4, [2], np.ones(5, bool), 2)
    groups = placebo_groups(TINY, choice, 2, 200, seed=1)
    # as violent as the first two years' ten a year were: places 1 and 2, never the group itself
    assert set(groups.ravel().tolist()) == {1, 2}
    assert 60 < (groups == 1).sum() < 140
    # the fan holds both courses, and the group's own halves in the last two years
    plain, relative = placebo_fans(TINY, choice, draws=200, seed=1)
    assert plain.quantiles[0] == pytest.approx([0.5, 0.5])
    assert plain.quantiles[-1] == pytest.approx([2.0, 2.0])
    assert plain.own == pytest.approx([0.5, 0.5])
    # ties count half
    assert plain.below.tolist() == [(groups == 2).sum() / 2] * 2
    # others of 2020 on: 27 of 27 a year
    assert relative.own == pytest.approx([0.5, 0.5])
    assert relative.quantiles[-1] == pytest.approx(2.0 / (27 / 22))


def test_no_place_is_in_a_group_twice() -> None:
    rng = np.random.default_rng(3)
    history = country(rng.poisson(20, (30, 6)).tolist())
    choice = Choice(np.array([0, 1, 2, 3, 4]), 4, [2], np.ones(30, bool), 2)
    groups = placebo_groups(history, choice, 2, 100, seed=1)
    assert all(len(set(one)) == 5 for one in groups.tolist())
    assert not set(range(5)) & set(groups.ravel().tolist())


def test_the_same_seed_gives_the_same_fan_and_it_opens_in_order() -> None:
    rng = np.random.default_rng(3)
    history = country(rng.poisson(20, (60, 6)).tolist())
    choice = Choice(np.array([0, 1, 2]), 4, [2, 3], np.ones(60, bool), 2)
    one, other = (placebo_fans(history, choice, draws=50, seed=5)[0] for _ in range(2))
    for field, same in zip(one, other, strict=True):
        np.testing.assert_array_equal(field, same)
    assert (np.diff(one.quantiles, axis=0) >= 0).all()
    assert one.draws.tolist() == [50, 50]
    different = placebo_fans(history, choice, draws=50, seed=6)[0]
    assert (different.quantiles != one.quantiles).any()


def test_the_member_that_carries_a_group_is_named() -> None:
    history = country([[100, 100, 10, 10], [10, 10, 10, 10], *[[9, 9, 9, 9]] * 14])
    choice = Choice(np.array([0, 1]), 2, [2], np.ones(16, bool), 2)
    plain, _ = placebo_fans(history, choice, draws=10, seed=1)
    assert plain.own == pytest.approx([20 / 110] * 2)
    # ten times as violent as the other fourteen and one, while placebo groups are as they are
    assert plain.level == pytest.approx(110 / 2 / 9)
    assert plain.placebo_level == pytest.approx(1.0)
    assert not is_alike(plain)
    # without the large one nothing changed
    assert plain.heaviest.tolist() == [0, 0]
    assert plain.own_without == pytest.approx([1.0, 1.0])
    assert plain.below_without.tolist() == [5, 5]
    assert plain.below.tolist() == [0, 0]


def test_the_highest_fall_and_the_rest_rises() -> None:
    # places 0 and 1 are the highest by chance in the first two years
    history = country([[9, 9, 6, 6], [8, 8, 6, 6], [4, 4, 6, 6], [3, 3, 6, 6]])
    highest, rest = next_of_highest(history, [2], np.ones(4, bool), count=2)
    assert highest == pytest.approx([100 * (12 / 17 - 1)])
    assert rest == pytest.approx([100 * (12 / 7 - 1)])
    few, _ = next_of_highest(history, [2], np.array([True, True, False, False]), count=2)
    assert np.isnan(few).all()


def test_too_few_places_are_refused() -> None:
    choice = Choice(np.array([0, 1, 2]), 4, [2], np.ones(5, bool), 2)
    with pytest.raises(ContractError, match="2 places can be drawn for 3"):
        placebo_groups(TINY, choice, 2, 5, seed=1)
    with pytest.raises(ContractError, match="no window"):
        placebo_fans(TINY, Choice(np.array([0]), 4, [], np.ones(5, bool), 2), draws=5)
    with pytest.raises(ContractError, match="same places and years"):
        History(np.ones((2, 3)), np.ones((2, 2)), np.ones(3))


def test_without_an_effect_every_place_in_the_fan_is_as_likely() -> None:
    """Violent places of 300 countries without any effect: their share below is uniform.

    Each place has a risk of its own and every year is chance. Four of the twenty highest of two
    years are chosen, so they fall; placebo groups of an earlier window fall as they do.
    """
    rng = np.random.default_rng(20_260_731)
    shares, falls = [], []
    for _ in range(300):
        risk = rng.gamma(2, 10, 100)
        history = country(rng.poisson(risk[:, None], (100, 6)).tolist())
        highest = np.argsort(-history.profile(4)[:, 0])[:20]
        group = rng.choice(highest, 4, replace=False)
        choice = Choice(group, 4, [2], np.ones(100, bool), 2)
        plain, _ = placebo_fans(history, choice, draws=49, seed=int(rng.integers(1_000)))
        shares.append(plain.below[-1] / 49)
        falls.append(plain.own[-1])
    found = np.array(shares)
    assert np.mean(falls) < 0.97  # without any effect they fall
    # the mean of 300 uniform shares lies within 3.3 standard errors of a half
    assert abs(found.mean() - 0.5) < 3.3 * np.sqrt(1 / 12 / 300)
    # and those beyond either 10 % are a fifth of them, within 3.3 standard errors
    assert abs(((found < 0.1) | (found > 0.9)).mean() - 0.2) < 3.3 * np.sqrt(0.2 * 0.8 / 300)
