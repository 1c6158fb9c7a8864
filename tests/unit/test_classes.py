"""Colour classes that mean the same in every period."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pipeline.analysis.classes import MISSING_CLASS, ZERO_CLASS, class_breaks, class_of
from pipeline.errors import ContractError

amounts = hnp.arrays(
    np.float64,
    st.integers(0, 60),
    elements=st.one_of(st.just(0.0), st.just(np.nan), st.floats(1e-3, 1e6)),
)
whole_amounts = hnp.arrays(np.int64, st.integers(0, 60), elements=st.integers(0, 10_000))


class TestClassBreaks:
    def test_worked_by_hand(self) -> None:
        # 1..100. 30 % lie below 31 -> 30. Of 30..100 the next 25/70 end at 55 -> 50. Of 50..100
        # the next 20/45 end at 72 -> 75. Of 75..100 the next 15/25 end at 90, nearer to 100 than to
        # 75 by ratio -> 100. Nothing lies above 100 to start one more class.
        np.testing.assert_array_equal(class_breaks(np.arange(1, 101)), [30, 50, 75, 100])

    def test_a_heap_of_ones_costs_one_class(self) -> None:
        events = np.repeat([0, 1, 2, 3, 4, 5, 8, 12, 40], [9000, 600, 150, 80, 50, 40, 40, 30, 10])
        breaks = class_breaks(events)
        assert breaks[0] == 2
        assert breaks.size == 5

    def test_zeros_and_missing_do_not_move_the_breaks(self) -> None:
        rate = np.array([1.2, 3.4, 8.0, 15.5, 44.0, 120.0])
        padded = np.concatenate([np.zeros(500), rate, np.full(90, np.nan)])
        np.testing.assert_array_equal(class_breaks(padded), class_breaks(rate))

    @pytest.mark.parametrize("values", [[], [0.0, 0.0], [np.nan], [1, 1, 1], [10.1, 10.2]])
    def test_no_break_where_there_is_nothing_to_divide(self, values: list[float]) -> None:
        assert class_breaks(values).size == 0

    @given(amounts)
    def test_no_class_is_empty(self, values: npt.NDArray[np.float64]) -> None:
        breaks = class_breaks(values)
        used = set(class_of(values, breaks).tolist()) - {ZERO_CLASS, MISSING_CLASS}
        expected = set(range(1, breaks.size + 2)) if (values > 0).any() else set()
        assert used == expected

    @given(amounts)
    def test_breaks_are_round_and_increase(self, values: npt.NDArray[np.float64]) -> None:
        breaks = class_breaks(values)
        assert (np.diff(breaks) > 0).all()
        assert {f"{edge:e}".split("e")[0].rstrip("0").rstrip(".") for edge in breaks} <= {
            "1",
            "1.5",
            "2",
            "3",
            "5",
            "7.5",
        }

    @given(whole_amounts)
    def test_counts_get_whole_breaks(self, events: npt.NDArray[np.int64]) -> None:
        assert (class_breaks(events) % 1 == 0).all()

    @given(amounts, st.randoms(use_true_random=False))
    def test_order_and_shape_are_irrelevant(
        self, values: npt.NDArray[np.float64], random: "np.random.Generator"
    ) -> None:
        shuffled = values.tolist()
        random.shuffle(shuffled)
        np.testing.assert_array_equal(class_breaks([shuffled]), class_breaks(values))

    def test_top_class_of_a_skewed_measure_is_small(self) -> None:
        rate = np.random.default_rng(3).lognormal(3, 1, 20_000)
        share = np.bincount(class_of(rate, class_breaks(rate)))[1:] / rate.size
        np.testing.assert_allclose(share, [0.30, 0.25, 0.20, 0.15, 0.07, 0.03], atol=0.08)

    @pytest.mark.parametrize("wrong", [-1.0, np.inf])
    def test_refuses_what_is_no_amount(self, wrong: float) -> None:
        with pytest.raises(ContractError, match="1 of 3 values to classify"):
            class_breaks([0, wrong, 2])


class TestClassOf:
    def test_worked_by_hand(self) -> None:
        values = np.array([[0, 0.01, 1.99, 2], [4.99, 5, 1e9, np.nan]])
        classes = class_of(values, [2, 5])
        np.testing.assert_array_equal(classes, [[0, 1, 1, 2], [2, 3, 3, 255]])
        assert classes.dtype == np.uint8

    def test_series_keeps_its_index(self) -> None:
        places = pd.Index(["90001", "90002"], name="municipality_code")
        pd.testing.assert_series_equal(
            class_of(pd.Series([0.0, 3.0], places), [2]), pd.Series([0, 2], places, dtype="uint8")
        )

    def test_without_breaks_there_is_zero_and_more(self) -> None:
        np.testing.assert_array_equal(class_of([0, 7, np.nan], []), [0, 1, 255])

    @given(amounts, amounts)
    def test_a_larger_amount_never_has_a_lower_class(
        self, period: npt.NDArray[np.float64], other_period: npt.NDArray[np.float64]
    ) -> None:
        known = np.sort(other_period[~np.isnan(other_period)])
        classes = class_of(known, class_breaks(period)).astype(int)
        assert (np.diff(classes) >= 0).all()

    def test_refuses_negative_values(self) -> None:
        with pytest.raises(ContractError, match="for example -3"):
            class_of([1, -3], [2])
