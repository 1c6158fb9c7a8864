"""Reliability classes, pooled years and the windows that pool them."""

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.reliability import (
    Reliability,
    relative_standard_error,
    reliability,
    years_to_reliable,
)
from pipeline.analysis.windows import Window, window_months
from pipeline.errors import ContractError

PLACES = pd.Index(["90001", "90002"], name="municipality_code")


class TestReliability:
    @pytest.mark.parametrize(
        ("events", "dispersion", "expected"),
        [
            (19, 1, Reliability.RELIABLE),  # 1 / 0.23² = 18.9
            (18, 1, Reliability.WITH_CARE),
            (7, 1, Reliability.WITH_CARE),  # 1 / 0.40² = 6.25
            (6, 1, Reliability.UNSTABLE),
            (0, 1, Reliability.UNSTABLE),
            (38, 2, Reliability.RELIABLE),
            (37, 2, Reliability.WITH_CARE),
            (75, 75, Reliability.UNSTABLE),  # one group
            (np.nan, 1, None),
            (30, np.nan, None),
        ],
    )
    def test_classes(self, events: float, dispersion: float, expected: object) -> None:
        assert reliability(np.array([events]), dispersion).tolist() == [expected]

    def test_error_is_that_of_repeated_counts(self) -> None:
        counts = np.random.default_rng(4).poisson(25, 400_000)
        ours = relative_standard_error(np.array([25.0]))
        assert ours == pytest.approx(counts.std() / 25, rel=0.01)

    @pytest.mark.parametrize(
        ("events", "years", "dispersion", "expected"),
        [(18, 1, 1, 2), (19, 1, 1, 1), (5, 5, 1, 19), (1, 1, 2, 38), (500, 3, 1, 1)],
    )
    def test_years_reach_the_class_and_one_fewer_does_not(
        self, events: int, years: int, dispersion: int, expected: int
    ) -> None:
        needed = years_to_reliable(np.array([events]), years, dispersion)
        assert needed == [expected]
        pace = events / years
        assert reliability(needed * pace, dispersion).tolist() == [Reliability.RELIABLE]
        if expected > 1:
            fewer = reliability((needed - 1) * pace, dispersion)
            assert fewer.tolist() != [Reliability.RELIABLE]

    def test_pace_of_nothing_is_unknown(self) -> None:
        assert np.isnan(years_to_reliable(np.array([0, np.nan]), 3)).all()

    def test_series_keep_their_index(self) -> None:
        events = pd.Series([3, 30], PLACES)
        pd.testing.assert_index_equal(reliability(events).index, PLACES)
        pd.testing.assert_index_equal(years_to_reliable(events, 1).index, PLACES)

    def test_no_years_are_refused(self) -> None:
        with pytest.raises(ContractError, match="years: 1 of 1 values are not positive"):
            years_to_reliable(np.array([3]), 0)


def _spans(window: Window, first: str, last: str) -> dict[str, tuple[str, str, int]]:
    months = np.arange(first, last, dtype="datetime64[M]")
    found = window_months(months, window)
    grouped = found.groupby("period")["month"].agg(["min", "max", "count"])
    return {
        f"{row.Index:%Y-%m}": (f"{row.min:%Y-%m}", f"{row.max:%Y-%m}", row.count)
        for row in grouped.rename_axis("end").itertuples()
    }


class TestWindows:
    def test_fiscal_years_run_from_october_to_september(self) -> None:
        assert _spans(Window.FISCAL_YEAR, "2022-09", "2024-12") == {
            "2023-09": ("2022-10", "2023-09", 12),
            "2024-09": ("2023-10", "2024-09", 12),
        }

    def test_calendar_years(self) -> None:
        assert _spans(Window.YEAR, "2022-02", "2024-12") == {"2023-12": ("2023-01", "2023-12", 12)}

    def test_rolling_windows_end_in_every_month(self) -> None:
        assert _spans(Window.ROLLING, "2022-02", "2023-03") == {
            "2023-01": ("2022-02", "2023-01", 12),
            "2023-02": ("2022-03", "2023-02", 12),
        }

    def test_pooled_years_overlap(self) -> None:
        assert _spans(Window.POOLED, "2020-01", "2024-01") == {
            "2022-12": ("2020-01", "2022-12", 36),
            "2023-12": ("2021-01", "2023-12", 36),
        }

    @pytest.mark.parametrize("window", Window)
    def test_a_month_not_published_hides_every_window_it_is_in(self, window: Window) -> None:
        months = np.arange("2015-01", "2025-01", dtype="datetime64[M]")
        whole = window_months(months, window)
        gap = np.datetime64("2019-05")
        found = window_months(months[months != gap], window)
        hidden = whole.loc[whole["month"].eq(pd.Timestamp("2019-05-01")), "period"]
        expected = whole[~whole["period"].isin(hidden)].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, expected)
        assert len(hidden) > 0

    @pytest.mark.parametrize("window", Window)
    def test_too_few_months(self, window: Window) -> None:
        found = window_months(["2024-01", "2024-02"], window)
        assert found.empty
        assert found["period"].dtype == "datetime64[s]"
