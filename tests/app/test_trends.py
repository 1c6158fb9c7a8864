"""The page of trends: which lines it draws, what it refuses, and what it says of them."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import facts
from dashboard.chart import LINES, Line, history_points, lines_points
from dashboard.language import words
from dashboard.trends import (
    DOCUMENTED,
    TOGETHER,
    Selection,
    drawn,
    drawn_periods,
    figures,
    nearest,
    newest_whole,
    paces,
    told_lines,
)
from pipeline import Warehouse, views
from pipeline.store.published import published_path
from tests.app.country import MARKUP, frames
from tests.world import published

PAGE = Path(__file__).parents[2] / "dashboard/pages/trends.py"
ENGLISH = words("en")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The country, with crowds kept apart from coverage."""
    folder = tmp_path_factory.mktemp("data")
    tables = frames()
    series = tables["core.series"]
    series.loc[series["series_id"] == "crowds", "is_apart_from_coverage"] = True
    published(folder, tables).close()
    return folder


@pytest.fixture(scope="module")
def warehouse(data_dir: Path) -> Iterator[Warehouse]:
    opened = Warehouse.open(published_path(data_dir))
    yield opened
    opened.close()


def opened(data_dir: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    page = AppTest.from_file(str(PAGE), default_timeout=30)
    page.session_state["language"] = "en"
    for name, value in {"lang": "en", **query}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def text(page: AppTest) -> str:
    return "\n".join(one.proto.body for one in page.get("html"))


def charts(page: AppTest) -> int:
    return len(page.get("vega_lite_chart"))


def told(warehouse: Warehouse, **wanted: object):
    selection, _ = nearest(warehouse, ENGLISH, Selection(**wanted))
    series = facts.all_series(warehouse)[selection.series]
    return told_lines(warehouse, ENGLISH, series, selection)


def test_the_first_visit_shows_the_departments(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(data_dir, monkeypatch)
    assert charts(page) == 1
    assert "<b>Tierra Nuestra</b>" in text(page)
    assert dict(page.query_params) == {"series": "sightings", "groups": "05", "lang": "en"}


def test_a_place_of_another_page_is_drawn_with_its_department(warehouse: Warehouse) -> None:
    lines = told(warehouse, place="05901")
    assert [(line.label, line.code) for line in lines] == [
        ("Villa Prueba", "05901"),
        ("Tierra Nuestra", "05"),
    ]


def test_few_lines_share_a_chart_until_they_are_set_apart(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(data_dir, monkeypatch, places="05901,05902", groups="documented")
    assert charts(page) == 1
    assert "1 documented municipality (of 35)" in text(page)
    assert "a description, not an effect of the programme" in text(page)
    apart = opened(data_dir, monkeypatch, places="05901,05902", groups="documented", layout="apart")
    assert charts(apart) == 3


def test_more_lines_than_a_chart_holds_are_drawn_side_by_side(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(data_dir, monkeypatch, places="05901,05902,05903", groups="05")
    assert charts(page) == 4


def test_the_documented_are_no_group_of_a_series_kept_apart(
    data_dir: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(data_dir, monkeypatch, series="crowds", groups="documented", places="05901")
    said = re.findall("<p class='note'>(.*?)</p>", text(page))
    (refusal,) = said
    assert refusal.endswith("the documented municipalities are not drawn as a group.")
    assert "groups" not in page.query_params
    assert "documented municipality (of" not in text(page)
    lines = told(warehouse, series="crowds", groups=(DOCUMENTED, TOGETHER, "05"))
    assert [line.label for line in lines] == ["The seven departments together", "Tierra Nuestra"]


def test_a_stale_link_shows_the_nearest_view_and_says_so(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(
        data_dir,
        monkeypatch,
        series="meteors",
        pace="quarter",
        reckoning="fiscal",
        layout="sideways",
        places="99999",
    )
    said = re.findall("<p class='note'>(.*?)</p>", text(page))
    assert said == [
        "The link asks for something that is not offered here.",
        "This series is not published for periods of that length.",
        "The link names a place that is not on this map.",
    ]
    assert dict(page.query_params) == {"series": "meteors", "groups": "05", "lang": "en"}


def test_names_are_text_and_not_markup(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(data_dir, monkeypatch, places="05902", groups="05")
    assert "Peñón &lt;i&gt;Raro&lt;/i&gt;" in text(page)
    assert MARKUP not in text(page)


def test_what_is_not_published_says_so(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(data_dir, monkeypatch, series="ghosts")
    assert charts(page) == 0
    assert "Not published here: unknown, not zero." in text(page)


def test_the_table_holds_what_the_lines_show(
    data_dir: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(data_dir, monkeypatch, places="05901", pace="month", has_table="1")
    (table,) = page.dataframe
    history = views.place_history(warehouse, "sightings", "05901", "month")
    assert table.value["events"].tolist() == history["events"].tolist()
    assert table.value["is_provisional"].tolist() == history["is_provisional"].tolist()
    assert table.value["when"].iloc[0] == "January 2021"


def test_a_choice_changes_the_link(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(data_dir, monkeypatch)
    page.multiselect[0].set_value(["05901"]).run()
    assert page.query_params["places"] == "05901"
    assert page.query_params["groups"] == "05"
    assert page.query_params["place"] == "05901"
    page.selectbox[0].set_value("rainfall").run()
    assert not page.exception
    # what is measured is not summed over groups, and has no rate
    assert page.query_params["measure"] == "count"


def test_every_view_of_every_series_can_be_drawn(warehouse: Warehouse) -> None:
    for series in facts.all_series(warehouse).values():
        for pace, reckoning in product(paces(series), ("calendar", "fiscal")):
            wanted = Selection(
                series=series.series_id,
                groups=("05", TOGETHER, DOCUMENTED),
                places=("05901", "05902"),
                has_peers=True,
                pace=pace,
                reckoning=reckoning,
            )
            selection, _ = nearest(warehouse, ENGLISH, wanted)
            lines = told_lines(warehouse, ENGLISH, series, selection)
            span = drawn_periods(lines)
            for line in lines:
                if len(line.history):
                    points = history_points(line.history, drawn(selection, series), ENGLISH, span)
                    assert points["start"].min() == pd.Timestamp(span[0])
                    assert points["is_known"].any()


def test_a_quarter_bears_the_name_of_its_year(warehouse: Warehouse) -> None:
    (line,) = told(warehouse, places=("05901",), pace="quarter", reckoning="fiscal")
    first = figures(line)[0]
    assert first.period == date(2021, 1, 1)
    assert ENGLISH.period(first.period, "fiscal_quarter") == "Q2 US fiscal year 2021"


def test_the_newest_figure_told_is_one_that_stands(warehouse: Warehouse) -> None:
    (line,) = told(warehouse, places=("05901",))
    newest = newest_whole(line)
    assert newest is not None
    assert newest.period == date(2021, 1, 1)
    assert figures(line)[-1].is_partial


def test_a_group_has_no_figure_where_a_member_publishes_nothing(warehouse: Warehouse) -> None:
    # Only Villa Prueba publishes migrations.
    (together,) = told(warehouse, series="migrations", groups=(TOGETHER,), pace="month")
    assert together.history.empty
    assert together.has_holes


def test_few_lines_tell_of_the_same_periods(warehouse: Warehouse) -> None:
    lines = told(warehouse, places=("05901", "05902"), pace="month")
    span = drawn_periods(lines)
    selection = Selection(series="sightings", pace="month")
    what = drawn(selection, facts.all_series(warehouse)["sightings"])
    points = lines_points(
        [
            Line(line.label, history_points(line.history, what, ENGLISH, span), colour)
            for line, colour in zip(lines, LINES, strict=False)
        ]
    )
    first, other = (points.loc[points["line"] == number, "at"].tolist() for number in (0, 1))
    assert first == other
