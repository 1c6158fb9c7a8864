"""What the history of a place draws, from a history written out by hand."""

from datetime import date

import altair as alt
import pandas as pd
import pytest

from dashboard.chart import (
    COMPACT,
    LINES,
    Drawn,
    Line,
    Marked,
    axis_top,
    history_points,
    history_spec,
    is_cut,
    lines_points,
    lines_spec,
    sparkline_spec,
)
from dashboard.language import words
from dashboard.palette import palette

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


@pytest.mark.parametrize(
    ("window", "first", "at", "end"),
    [
        ("fiscal_year", "2020-10-01", "2021-04-01", "2021-10-01"),
        ("quarter", "2020-10-01", "2020-11-01", "2021-01-01"),
        ("rolling", "2020-10-01", "2020-10-01", "2020-11-01"),
    ],
)
def test_a_period_is_drawn_over_its_middle(window, first, at, end) -> None:
    points = history_points(history((first, 1, False, False)), Drawn("rate", window), ENGLISH)
    assert [f"{points[name].iloc[0]:%Y-%m-%d}" for name in ("at", "end")] == [at, end]


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


def line(label: str, *counts: float, colour: str = LINES[0]) -> Line:
    """Yearly rates of a place from 2020, ten times the counts and one more or less."""
    years = history(*((f"{2020 + at}-01-01", n, False, False) for at, n in enumerate(counts)))
    span = date(2020, 1, 1), date(2022, 1, 1)
    return Line(label, history_points(years, Drawn("rate", "year"), ENGLISH, span), colour)


def test_lines_share_their_span_and_one_tells_the_figures_of_all() -> None:
    points = lines_points([line("One", 1, 2), line("Two", 3, 4, 5)])
    assert points["line"].tolist() == [0, 0, 0, 1, 1, 1]
    assert points["told_0"].tolist()[:3] == ["10 (9.0–11)", "20 (19–21)", "–"]
    assert points["told_1"].tolist()[:3] == ["30 (29–31)", "40 (39–41)", "50 (49–51)"]
    assert points["told_1"].isna().tolist()[3:] == [True, True, True]


def test_names_of_lines_that_end_together_do_not_touch() -> None:
    lines = [line("First", 1, 1, 1), line("Second", 1, 1, 1), line("High", 1, 1, 9)]
    spec = lines_spec(lines, [], Drawn("rate", "year"), ENGLISH)
    (labels,) = (layer for layer in spec["layer"] if layer.get("mark", {}).get("type") == "text")
    places = {" ".join(one["text"]): one["y"] for one in labels["data"]["values"]}
    # values on an axis up to 100
    assert places["High"] == pytest.approx(90)
    assert places["High"] > places["First"] > places["Second"] >= 0
    assert (places["First"] - places["Second"]) / 100 * spec["height"] >= 13


@pytest.mark.parametrize(
    ("measure", "counts", "top"),
    [
        ("rate", [1, 2, 3], 40),  # 30, and 31 at the end of its interval
        ("count", [1, 2, 3], 3),
        ("count", [0, 0, 0], 1),
        ("count", [11, 120, 7], 150),
    ],
)
def test_an_axis_ends_at_a_round_number_above_all(measure, counts, top) -> None:
    years = history(*((f"{2020 + at}-01-01", n, False, False) for at, n in enumerate(counts)))
    points = history_points(years, Drawn(measure, "year"), ENGLISH)
    assert axis_top([points], measure) == top
    assert not is_cut([points], top)


def test_an_interval_that_would_flatten_the_lines_is_cut() -> None:
    years = history(("2020-01-01", 1, False, False))
    years["rate_upper_per_100k"] = 500.0
    points = history_points(years, Drawn("rate", "year"), ENGLISH)
    assert axis_top([points], "rate") == 20
    assert is_cut([points], 20)


def test_small_multiples_share_their_axis() -> None:
    one, other = line("One", 1, 2).points, line("Two", 3, 40).points
    top = axis_top([one, other], "rate")
    specs = [
        history_spec(points, [], Drawn("rate", "year"), ENGLISH, size=COMPACT, top=top)
        for points in (one, other)
    ]
    scales = [spec["layer"][-2]["encoding"]["y"]["scale"]["domain"] for spec in specs]
    assert scales[0] == scales[1] == [0, 500]


def test_marks_of_a_small_multiple_bear_no_numbers() -> None:
    marks = [Marked(1, date(2021, 3, 1), "programme", "what happened")]
    points = line("One", 1, 2, 3).points
    drawn = Drawn("rate", "year")
    full = types(history_spec(points, marks, drawn, ENGLISH))
    small = types(history_spec(points, marks, drawn, ENGLISH, size=COMPACT))
    assert full.count("text") == 1
    assert small.count("text") == 0
    assert full.count("rule") == small.count("rule") == 2


def test_a_chart_takes_the_colours_of_its_theme() -> None:
    points = line("One", 1, 2, 3).points
    drawn = Drawn("rate", "year")
    on_paper = history_spec(points, [], drawn, ENGLISH)
    in_the_dark = history_spec(points, [], drawn, ENGLISH, colours=palette("dark"))
    colours = [spec["layer"][-2]["mark"]["color"] for spec in (on_paper, in_the_dark)]
    assert colours == [palette("light")["violence"], palette("dark")["violence"]]
    assert colours[0] != colours[1]


def test_specifications_keep_to_the_schema_of_vega_lite() -> None:
    marks = [Marked(1, date(2021, 3, 1), "definition", "what happened")]
    several = [line("One", 1, 2), line("Two", 3, 4, 5, colour=LINES[1])]
    drawn = Drawn("rate", "year")
    for spec in (
        history_spec(several[0].points, marks, drawn, ENGLISH),
        history_spec(several[1].points, [], Drawn("count", "year"), ENGLISH, size=COMPACT),
        lines_spec(several, marks, drawn, ENGLISH),
        sparkline_spec(several[0].points, drawn),
    ):
        alt.LayerChart.from_dict({**spec, "data": {"values": []}})
