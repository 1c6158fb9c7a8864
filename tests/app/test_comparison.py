"""The comparison: who is in it, in which order, what its table says and what its files hold."""

import csv
import json
import re
from datetime import date
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import facts
from dashboard.comparison import (
    ANY,
    Compared,
    Selection,
    Sort,
    chosen,
    ordered,
    poolings,
    scale_end,
)
from dashboard.comparison_files import Shown, file_columns, file_notes
from dashboard.comparison_table import Drawing, comparison_table, drawing
from dashboard.exports import csv_file, excel_file
from dashboard.facts import Break, Series
from dashboard.language import words
from dashboard.sparkline import sparkline
from pipeline import Warehouse
from tests.app.country import MARKUP
from tests.app.reading import everything, opened_at

APP = Path(__file__).parents[2] / "dashboard/app.py"
NOTHING = Compared(**dict.fromkeys(Compared._fields))
ALONE = NOTHING._replace(
    municipality_code="05001",
    municipality_name="Átomo",
    department_code="05",
    department_name="Norte",
    period=date(2024, 12, 1),
    events=2.0,
    rate_per_100k=200.0,
    rate_lower_per_100k=24.2,
    rate_upper_per_100k=722.6,
    is_provisional=False,
    smoothed_per_100k=60.0,
    smoothed_lower_per_100k=20.0,
    smoothed_upper_per_100k=120.0,
    reliability="unstable",
    rank_lower=1.0,
    rank_upper=2.6,
    ranked=3,
    alike=2,
    trend="not determined",
    trend_first_year=2018,
    trend_last_year=2024,
    change="too few events",
    history_first_year=2022,
    history=(None, 100.0, 200.0),
)
SURE = ALONE._replace(
    municipality_code="08002",
    municipality_name="Zócalo",
    department_code="08",
    pdet_subregion="Llano",
    events=400.0,
    rate_per_100k=80.0,
    rate_lower_per_100k=72.4,
    rate_upper_per_100k=88.2,
    smoothed_per_100k=79.0,
    reliability="reliable",
    rank_upper=1.4,
    trend="rising",
    change="rise",
    change_from=date(2023, 12, 1),
    change_to=date(2024, 12, 1),
    change_percent=31.0,
    history=(50.0, 61.0, 80.0),
)
SILENT = NOTHING._replace(
    municipality_code="08003",
    municipality_name="=Mina",
    department_code="08",
    department_name="Sur",
    period=date(2024, 12, 1),
    history_first_year=2022,
    history=(None, None, None),
)
ROWS = (SILENT, ALONE, SURE)


@pytest.fixture(scope="module")
def series(warehouse: Warehouse) -> Series:
    return facts.all_series(warehouse)["sightings"]


def said(page: AppTest) -> str:
    """All that the page says, as readers see it."""
    return unescape(everything(page))


def names(rows: list[Compared]) -> list[str]:
    return [row.municipality_name for row in rows]


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("count", "Zócalo"),
        ("rate", "Zócalo"),
        ("smoothed", "Zócalo"),
        ("trend", "Zócalo"),
        ("change", "Zócalo"),
        ("reliability", "Zócalo"),
        ("rank", "Zócalo"),
    ],
)
def test_what_few_events_leave_open_does_not_come_first(sort: Sort, first: str) -> None:
    there = ordered(ROWS, sort, is_reversed=False)
    assert names(there) == [first, "Átomo", "=Mina"]
    back = ordered(ROWS, sort, is_reversed=True)
    # What is unknown is neither high nor low.
    assert names(back) == ["Átomo", first, "=Mina"]


def test_names_are_ordered_without_their_accents() -> None:
    rows = [
        NOTHING._replace(municipality_name=name) for name in ("Zulia", "Útica", "Ábrego", "Uré")
    ]
    assert names(ordered(rows, "name", is_reversed=False)) == ["Ábrego", "Uré", "Útica", "Zulia"]


def test_filters_meet() -> None:
    assert names(chosen(ROWS, department="08")) == ["=Mina", "Zócalo"]
    assert names(chosen(ROWS, subregion=ANY)) == ["Zócalo"]
    assert names(chosen(ROWS, subregion="Llano", department="05")) == []
    assert names(chosen(ROWS, codes={"05001"})) == ["Átomo"]
    assert names(chosen(ROWS, name="ATO")) == ["Átomo"]


def test_an_unstable_rate_does_not_set_the_scale() -> None:
    assert scale_end(ROWS) == 88.2
    assert scale_end([ALONE]) == 722.6
    assert scale_end([SILENT]) == 1


def test_a_row_never_shows_a_figure_without_its_interval(series: Series) -> None:
    table = comparison_table(
        words("en"),
        series,
        Selection(series="sightings", sort="rate"),
        [ALONE, SURE],
        Drawing(88.2, ()),
    )
    assert "<b>200</b> <small>24 to 723</small>" in table
    assert "1 to 3 of 3 <small>like 2 others</small>" in table
    assert "<small>2018–2024</small>" in table
    assert "class='bar open'" in table
    assert "+31%" in table
    assert table.count("aria-sort=") == 1
    assert "aria-sort='descending'><a data-within" in table


def test_a_sparkline_breaks_where_nothing_is_known_and_marks_what_changed() -> None:
    line = sparkline([10.0, None, 5.0, 20.0], [(2, "definition")], "four years")
    assert "points='3,14.0 3,14.0'" in line
    assert "points='76,19.5 113,3.0'" in line
    assert "<circle cx='113' cy='3.0'" in line
    assert line.count("<path") == 1
    assert "<path class='definition' d='M58 0V28'/>" in line
    # From November of the first of two years on: a third of the way between their middles.
    assert "M40 0V28" in sparkline([1.0, 2.0], [(10 / 12, "definition")], "two years")
    assert "<circle" not in sparkline([3.0, None], [], "")
    assert "<polyline" not in sparkline([None, None], [], "")


def test_files_hold_what_is_shown_and_no_formula(warehouse: Warehouse, series: Series) -> None:
    rows = [SURE, SILENT]
    spoken = words("en")
    columns = file_columns(spoken, series, rows)
    notes = file_notes(warehouse, spoken, series, Shown("year", "Sur"), rows)
    text = csv_file(columns, rows, notes).decode("utf-8-sig").splitlines()
    head = [line for line in text if line.startswith("# ")]
    assert "# Period: 2024" in head
    assert f"# Build: {warehouse.build_id}" in head
    first, second = csv.DictReader(StringIO("\n".join(text[len(head) :])))
    assert (first["municipality_code"], first["rate_lower_per_100k"]) == ("08002", "72.4")
    assert (first["rate_2022"], first["trend_first_year"]) == ("50.0", "2018")
    assert (second["municipality_name"], second["events"]) == ("'=Mina", "")

    book = openpyxl.load_workbook(BytesIO(excel_file(("Data", "Notes"), columns, rows, notes)))
    data, about = book.worksheets
    cells = [[cell.value for cell in row] for row in data.iter_rows()]
    assert cells[0][:2] == ["Code", "Municipality"]
    assert cells[1][:2] == ["08002", "Zócalo"]
    assert cells[2][1] == "=Mina"
    assert data["B3"].data_type == "s"
    assert data["E2"].value.date() == date(2024, 12, 1)
    assert ["Build", warehouse.build_id] in [
        [one.value for one in row] for row in about.iter_rows()
    ]


def test_no_file_names_the_state_of_coverage(series: Series) -> None:
    names = {column.name for column in file_columns(words("en"), series, ROWS)}
    assert not names & {"state", "coverage", "evidence"}


def test_only_what_stands_can_be_compared(warehouse: Warehouse) -> None:
    assert poolings(warehouse, "sightings") == ["year"]
    assert poolings(warehouse, "ghosts") == []


def test_the_first_visit(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened_at("compare", country, monkeypatch)
    text = said(page)
    assert "Series sightings, 2021 · 3 municipalities" in text
    assert "<b>14</b> <small>4.4 to 32</small>" in text
    assert dict(page.query_params) == {"series": "sightings", "lang": "en"}
    # By name: nobody's figures decide who is seen first.
    rows = re.findall(r"<th scope='row'><a [^>]*>(.*?)</a>", text)
    assert rows == ["Nueva Muestra", MARKUP, "Villa Prueba"]


def test_names_are_text_and_not_markup(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened_at("compare", country, monkeypatch)
    (table,) = (json.loads(one.proto.json) for one in page.get("bidi_component") if one.proto.json)
    assert "Peñón &lt;i&gt;Raro&lt;/i&gt;" in table
    assert "<i>Raro" not in table


def test_a_link_restores_filters_and_order(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened_at(
        "compare",
        country,
        monkeypatch,
        series="rainfall",
        coverage="documented",
        sort="count",
        reverse="1",
    )
    assert "Series rainfall, 2021 · 1 municipality" in said(page)
    assert page.toggle[0].value
    page.text_input[0].set_value("nowhere").run()
    assert page.query_params["name"] == "nowhere"
    assert "0 municipalities" in said(page)
    assert not page.get("download_button")


def test_coverage_is_no_filter_of_a_series_apart(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = facts.all_series

    def guarded(warehouse: Warehouse) -> dict[str, Series]:
        known = question(warehouse)
        apart = known["sightings"]._replace(is_apart_from_coverage=True)
        return {**known, "sightings": apart}

    monkeypatch.setattr(facts, "all_series", guarded)
    page = opened_at("compare", country, monkeypatch, series="sightings", coverage="documented")
    text = said(page)
    assert "this series is never set beside coverage" in text
    assert "3 municipalities" in text
    assert "coverage" not in page.query_params
    assert [one.label for one in page.selectbox] == [
        "Series", "Department", "PDET subregion", "Order",
    ]  # fmt: skip


def test_a_stale_link_shows_the_nearest_comparison_and_says_so(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened_at(
        "compare",
        country,
        monkeypatch,
        series="ghosts",
        window="pooled",
        department="77",
        sort="speed",
    )
    text = said(page)
    assert "The series of the link is not published here; this is the first one." in text
    assert "This series is not published for periods of that length." in text
    assert "The link asks for a group that is not known here: all are shown." in text
    assert "Part of the link is not understood." in text
    assert dict(page.query_params) == {"series": "sightings", "lang": "en"}


def test_the_whole_page_is_spanish(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(opened_at("compare", country, monkeypatch, lang="es"))
    assert "Serie sightings, 2021 · 3 municipios" in text
    assert "Tasa suavizada" in text


def test_a_history_is_marked_where_its_years_stop_meaning_the_same(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        Break(date(2021, 1, 1), "definition", "", ""),
        Break(date(2023, 11, 1), "contested", "", ""),
        Break(date(2024, 11, 1), "contested", "", ""),
    ]
    monkeypatch.setattr(facts, "breaks", lambda *_asked: found)
    series = facts.all_series(warehouse)["rainfall"]
    years_from_2022 = drawing(warehouse, series, [SURE])
    # Of November 2023 on, within three years from 2022; the last break lies after all of them.
    assert years_from_2022.marks == ((pytest.approx(1 + 10 / 12), "contested"),)
