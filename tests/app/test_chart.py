"""What the history of a place draws, from a history written out by hand."""

from datetime import date

import pandas as pd
import pytest

from dashboard.chart import Drawn, Marked, history_points, history_spec
from dashboard.language import words

ENGLISH = words("en")


def history(*rows: tuple[str, float, bool, bool]) -> pd.DataFrame:
    """Rows of period, events (and ten times that as rate), provisional, crossing."""
    frame = pd.DataFrame(rows, columns=["period", "events", "is_provisional", "crosses_edition"])
    rate = frame["events"] * 10
    return frame.assign(
        period=frame["period"].astype("datetime64[s]"),
        is_partial=False,
        rate_per_100k=rate,
        rate_lower_per_100k=rate - 1,
        rate_upper_per_100k=rate + 1,
    )


GAP = history(
    ("2021-01-01", 3, False, False),
    ("2021-02-01", 0, False, False),
    ("2021-05-01", 4, False, False),
    ("2021-07-01", 6, False, False),
    ("2021-08-01", 5, True, False),
)


def known(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else value for value in values]


def test_an_unpublished_month_is_a_gap_and_an_empty_one_is_zero() -> None:
    points = history_points(GAP, Drawn("count", "month"), ENGLISH)
    assert known(points["value"]) == [3, 0, None, None, 4, None, 6, 5]
    assert list(points["is_known"]) == [True, True, False, False, True, False, True, True]
    assert list(points["is_alone"]) == [False, False, False, False, True, False, False, False]


def test_an_open_figure_hangs_on_the_last_standing_one() -> None:
    points = history_points(GAP, Drawn("count", "month"), ENGLISH)
    assert known(points["standing"])[-2:] == [6, None]
    assert known(points["open"]) == [None] * 6 + [6, 5]


def test_a_partial_year_is_open_even_if_none_of_its_months_may_grow() -> None:
    years = history(("2021-01-01", 3, False, False), ("2022-01-01", 5, False, False))
    years["is_partial"] = [False, True]
    points = history_points(years, Drawn("count", "year"), ENGLISH)
    assert points["is_open"].tolist() == [False, True]
    assert points["standing"].isna().tolist() == [False, True]


def test_a_rate_that_mixes_editions_is_drawn_apart() -> None:
    mixed = history(
        ("2021-01-01", 1, False, False),
        ("2021-02-01", 2, False, True),
        ("2021-03-01", 3, False, False),
    )
    rates = history_points(mixed, Drawn("rate", "rolling"), ENGLISH)
    assert known(rates["standing"]) == [10, None, 30]
    assert known(rates["mixed"]) == [10, 20, 30]
    counts = history_points(mixed, Drawn("count", "rolling"), ENGLISH)
    assert known(counts["standing"]) == [1, 2, 3]


def test_a_year_is_drawn_over_its_middle_and_spans_it() -> None:
    years = history(("2020-01-01", 1, False, False), ("2022-01-01", 2, False, False))
    points = history_points(years, Drawn("rate", "year"), ENGLISH)
    assert [f"{day:%Y-%m-%d}" for day in points["at"]] == ["2020-07-01", "2021-07-01", "2022-07-01"]
    assert f"{points['end'].iloc[-1]:%Y-%m-%d}" == "2023-01-01"
    assert list(points["value_text"]) == ["10", "", "20"]
    assert list(points["when"]) == ["2020", "2021", "2022"]


def types(spec: dict[str, object]) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


@pytest.mark.parametrize(
    ("measure", "window", "expected"),
    [
        ("count", "month", ["rect", "rect", "rule"]),  # gaps, bars, pointer
        ("rate", "month", ["rect", "area", "line", "line", "rule", "circle", "rule"]),
    ],
)
def test_counts_are_bars_and_rates_lines_with_a_band(measure, window, expected) -> None:
    points = history_points(GAP, Drawn(measure, window), ENGLISH)
    assert types(history_spec(points, [], Drawn(measure, window), ENGLISH)) == expected


def test_kinds_of_mark_look_different() -> None:
    marks = [
        Marked(number, date(2021, 3, number), kind, "what happened")
        for number, kind in enumerate(("programme", "population edition", "definition"), start=1)
    ]
    points = history_points(GAP, Drawn("rate", "month"), ENGLISH)
    spec = history_spec(points, marks, Drawn("rate", "month"), ENGLISH)
    rules = [
        layer["mark"]
        for layer in spec["layer"]
        if "strokeDash" in layer["mark"] and layer["mark"]["type"] == "rule"
    ]
    assert len({(rule["color"], tuple(rule["strokeDash"])) for rule in rules}) == 3


def test_axis_numbers_follow_the_language() -> None:
    points = history_points(GAP, Drawn("count", "month"), words("es"))
    number = history_spec(points, [], Drawn("count", "month"), words("es"))["config"]["locale"][
        "number"
    ]
    assert (number["decimal"], number["thousands"]) == (",", ".")
