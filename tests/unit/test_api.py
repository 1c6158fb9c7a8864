"""The research door: the figures of the dashboard, in every form, and nothing but reading."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from doctest import DocTestFinder
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import polars as pl
import pyarrow as arrow
import pytest
from pandas.testing import assert_frame_equal

import pipeline as atlas
from pipeline import api, views
from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.tables import TABLES, Table
from pipeline.errors import CatalogError, ContractError, MissingWarehouseError
from pipeline.store.asked import refuse_hidden_columns
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests import world

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("data")
    world.published(data_dir).close()
    return data_dir


@pytest.fixture(scope="module")
def warehouse(country: Path) -> Iterator[Warehouse]:
    opened = Warehouse.open(published_path(country))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The country with crowds kept apart from coverage; Villa Prueba is documented."""
    frames = world.core_frames()
    series = frames["core.series"]
    frames["core.series"] = series.assign(is_apart_from_coverage=series["series_id"].eq("crowds"))
    opened = world.published(tmp_path_factory.mktemp("apart"), frames)
    yield opened
    opened.close()


Question = Callable[[Warehouse, Any], Any]
QUESTIONS: dict[str, tuple[Question, Callable[[Warehouse], pd.DataFrame]]] = {
    "series": (lambda w, f: atlas.series(warehouse=w, form=f), views.series),
    "trends": (
        lambda w, f: atlas.trends("sightings", warehouse=w, form=f),
        lambda w: views.trends(w, "sightings"),
    ),
    "trends of departments": (
        lambda w, f: atlas.trends("sightings", level="department", warehouse=w, form=f),
        lambda w: views.department_trends(w, "sightings"),
    ),
    "clusters": (
        lambda w, f: atlas.clusters("sightings", period=2021, warehouse=w, form=f),
        lambda w: views.clusters(w, "sightings", "year", date(2021, 12, 1)),
    ),
    "coverage": (
        lambda w, f: atlas.coverage("prueba", warehouse=w, form=f),
        lambda w: views.coverage(w, "prueba"),
    ),
    "compare": (
        lambda w, f: atlas.compare("sightings", warehouse=w, form=f),
        lambda w: views.comparison(w, "sightings", "year"),
    ),
    "municipality": (
        lambda w, f: atlas.municipality("villa prueba", warehouse=w, form=f),
        lambda w: views.place_statistics(w, "05901"),
    ),
    "sources": (lambda w, f: atlas.sources(warehouse=w, form=f), views.sources),
    "revisions": (
        lambda w, f: atlas.revisions("migrations", warehouse=w, form=f),
        lambda w: views.revisions(w, "migrations"),
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_answer_is_that_of_the_dashboard_in_every_form(eleven_years, warehouse, name) -> None:
    ask, door = QUESTIONS[name]
    opened = eleven_years if name.startswith("trends") else warehouse
    expected = door(opened)
    assert len(expected)
    assert_frame_equal(ask(opened, "pandas"), expected)
    table = ask(opened, "arrow")
    assert isinstance(table, arrow.Table)
    read = ask(opened, "polars")
    assert isinstance(read, pl.DataFrame)
    assert list(read.columns) == table.column_names == list(expected.columns)
    assert read.to_arrow().to_pylist() == table.to_pylist()
    for column in expected:
        is_known = [value is not None for value in table[column].to_pylist()]
        assert is_known == expected[column].notna().tolist(), column


def test_rates_are_those_of_the_map(warehouse) -> None:
    for window, first, period in (
        ("year", date(2021, 1, 1), 2021),
        ("rolling", date(2023, 4, 1), "2023-04"),
        ("month", date(2022, 3, 1), date(2022, 3, 1)),
    ):
        rates = atlas.rates("sightings", window, period=period, warehouse=warehouse)
        placed = rates[~rates["is_unlocated"]].reset_index(drop=True)
        shown = views.map_values(warehouse, "sightings", window, first)
        shared = [column for column in shown if column in placed]
        assert {"events", "population", "rate_per_100k", "rate_upper_per_100k"} < set(shared)
        assert_frame_equal(placed[shared], shown[shared])


def test_smoothed_rates_are_those_of_the_statistics(eleven_years) -> None:
    rates = atlas.rates("sightings", "pooled", period=2021, warehouse=eleven_years)
    shown = views.smoothed_rates(eleven_years, "sightings", "pooled", date(2021, 12, 1))
    shared = [column for column in shown if column in rates]
    assert {"smoothed_per_100k", "smoothed_lower_per_100k", "reliability"} < set(shared)
    told = rates[rates["smoothed_per_100k"].notna()].reset_index(drop=True)
    assert len(told) == 2
    assert_frame_equal(told[shared], shown[shared])
    assert set(told["first_month"]) == {pd.Timestamp("2019-01-01")}


def test_rates_with_the_unlocated_make_up_the_department(warehouse) -> None:
    rates = atlas.rates("sightings", warehouse=warehouse)
    departments = atlas.rates("sightings", level="department", warehouse=warehouse)
    sums = rates.groupby("last_month")["events"].sum()
    assert sums.tolist() == departments["events"].tolist() == [8, 8, 6]
    unlocated = rates[rates["is_unlocated"]]
    assert set(unlocated["municipality_code"]) == {"05000"}
    assert unlocated["municipality_name"].isna().all()
    yearly = departments.set_index("last_month")["unlocated_events"]
    assert unlocated.groupby("last_month")["events"].sum().to_dict() == yearly[yearly > 0].to_dict()


def test_departments_with_a_file_of_their_own_are_no_sum(warehouse) -> None:
    rates = atlas.rates("migrations", places="05", period=2021, warehouse=warehouse)
    (department,) = atlas.rates(
        "migrations", level="department", period=2021, warehouse=warehouse
    ).to_dict("records")
    assert rates["events"].sum() == 18  # tests.world: all of it in Villa Prueba
    assert department["events"] == 55


def test_clusters_say_which_map_they_are_of(eleven_years) -> None:
    newest = atlas.clusters("sightings", warehouse=eleven_years)
    assert set(newest["period"]) == {pd.Timestamp("2022-12-01")}  # its last whole year
    pooled = atlas.clusters("sightings", "pooled", warehouse=eleven_years)
    maps = [set(found["time_window"]) for found in (newest, pooled)]
    assert maps == [{"year"}, {"pooled"}]


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("rates", lambda w: atlas.rates("sightings", warehouse=w)),
        ("trends", lambda w: atlas.trends("sightings", warehouse=w)),
        ("clusters", lambda w: atlas.clusters("sightings", period=2021, warehouse=w)),
        ("municipality", lambda w: atlas.municipality("05901", warehouse=w)),
    ],
)
def test_help_names_every_column(eleven_years, name, ask) -> None:
    told = getattr(atlas, name).__doc__
    shared = "_name$|_code$|_lower|_upper|_last_year$|_first_year$"
    windows = "^(rolling|year)_"
    for column in ask(eleven_years).columns:
        ends = re.sub(windows, "", column)
        is_told = any(word in told for word in (f"`{column}`", f"`year_{ends}`"))
        assert is_told or re.search(shared, column), column


def test_places_may_be_written_as_people_write_them(warehouse) -> None:
    def codes(places: Any) -> list[str]:
        found = atlas.rates("sightings", places=places, period=2021, warehouse=warehouse)
        return found["municipality_code"].tolist()

    everybody = ["05000", "05901", "05902", "05903"]
    assert codes("puerto ensayo") == ["05902"]
    assert codes(["98901", "Villa Prueba"]) == ["05901", "98901"]
    assert codes("tierra nuestra") == codes("05") == codes(None) == everybody
    assert codes("country") == ["00000", *everybody, "98901"]
    several: list[Any] = [("05901", "05902"), pd.Series(["05901", "05902"]), np.array(["05901"])]
    assert [codes(places) for places in several] == [["05901", "05902"]] * 2 + [["05901"]]
    assert codes(one for one in ["05902"]) == ["05902"]
    assert codes(pd.Series(["country"])[0]) == codes("country")


def test_boundaries_are_drawn_in_degrees_and_join_by_code(warehouse) -> None:
    places = atlas.boundaries(warehouse=warehouse)
    assert places.crs.to_epsg() == 4326
    assert places["municipality_code"].tolist() == ["05901", "05902", "05903"]
    assert places.geometry.is_valid.all()
    departments = atlas.boundaries("department", warehouse=warehouse)
    assert departments["department_code"].tolist() == ["05", "98"]


def test_sums_are_numbers(warehouse) -> None:
    summed = atlas.sql("select sum(events), sum(0.5) from core.crime_monthly", warehouse=warehouse)
    assert [dtype.kind for dtype in summed.dtypes] == ["i", "f"]


def test_sql_reads_with_values_and_with_the_readers_own_table(warehouse) -> None:
    mine = {"municipality_code": ["05901", "98901"], "wells": [3, 4]}
    query = """
        select municipality_code, wells from core.municipality
        inner join mine using (municipality_code) where wells > $least
    """
    for frame in (pd.DataFrame(mine), pl.DataFrame(mine), arrow.table(mine)):
        found = atlas.sql(query, warehouse=warehouse, form="arrow", mine=frame, least=3)
        assert found.to_pylist() == [{"municipality_code": "98901", "wells": 4}]
    with pytest.raises(ContractError, match="mine"):
        atlas.sql("from mine", warehouse=warehouse)


@pytest.mark.parametrize(
    "query",
    [
        "delete from core.municipality",
        "create table core.mine as select 1",
        "copy core.municipality to '{folder}/out.csv'",
        "attach '{folder}/out.duckdb'",
        "export database '{folder}/out'",
        "from read_csv('{readable}')",
        "from read_text('{readable}')",
        "from glob('{folder}/*')",
        "set enable_external_access = true",
        "install httpfs",
        "load httpfs",
        "selects 1",
    ],
)
def test_sql_neither_writes_nor_reads_anything_else(warehouse, tmp_path, query) -> None:
    readable = tmp_path / "readable.csv"
    readable.write_text("a\n1\n", "utf-8")
    before = warehouse.path.read_bytes()
    with pytest.raises(ContractError):
        atlas.sql(query.format(folder=tmp_path, readable=readable), warehouse=warehouse)
    assert [path.name for path in tmp_path.iterdir()] == ["readable.csv"]
    assert warehouse.path.read_bytes() == before


BESIDE = """
    with covered as (from core.coverage where state = 'documented')
    select {what} from covered inner join {table} using (municipality_code) where {which}
"""


@pytest.mark.parametrize(
    ("what", "table", "which"),
    [
        ("sum(events)", "mart.rate_yearly", "true"),
        ("events", "mart.rate_yearly", "series_id = 'crowds'"),
        ("events", "mart.rate", "time_window = 'year' and series_id in ('sightings', 'crowds')"),
        ("events", "mart.rate_yearly", "series_id <> 'meteors'"),
        ("events", "mart.rate_yearly", "series_id = 'sightings' or events > 1"),
        ("events", "core.crime_monthly", "series_id like 'c%'"),
        ("events", "mart.rate_monthly", "series_id = $series"),
    ],
)
def test_sql_sets_no_coverage_beside_what_is_kept_apart(apart, what, table, which) -> None:
    query = BESIDE.format(what=what, table=table, which=which)
    parameters = {"series": "crowds"} if "$" in query else {}
    with pytest.raises(ContractError, match=f"protect people.*for {table[:9]}"):
        atlas.sql(query, warehouse=apart, **parameters)


@pytest.mark.parametrize(
    ("table", "series"), [("core.crime_yearly", "meteors"), ("core.crime_group_monthly", None)]
)
def test_a_refusal_names_a_series_of_that_table_if_there_is_one(apart, table, series) -> None:
    beside = f"from {table} inner join core.coverage using (municipality_code)"
    with pytest.raises(ContractError) as told:
        atlas.sql(beside, warehouse=apart)
    named = re.search(r"series_id = '(\w+)'", str(told.value))
    assert (named and named[1]) == series
    assert f"for {table}" in str(told.value)
    assert (
        "core.coverage holds several programmes, so name one, as in: and programme_id = "
        "'somos_comunidad'"
    ) in str(told.value)
    if named:
        assert len(atlas.sql(f"{beside} where {named[0]}", warehouse=apart))


def test_tables_that_the_reader_brings_are_the_readers_own_affair(apart) -> None:
    mine = pd.DataFrame({"municipality_code": ["05902"], "crowds": [36]})
    query = """
        select state, crowds from core.coverage inner join mine using (municipality_code)
        where programme_id = 'prueba'
    """
    assert atlas.sql(query, warehouse=apart, mine=mine)["crowds"].tolist() == [36]


def test_sql_sets_coverage_beside_a_series_that_is_named(apart) -> None:
    of_one = BESIDE.format(
        what="sum(events)", table="mart.rate_yearly", which="series_id = $series and year = 2021"
    )
    found = atlas.sql(of_one, warehouse=apart, series="sightings")
    assert found.to_numpy().tolist() == [[5]]
    several = BESIDE.format(
        what="distinct series_id", table="mart.rate", which="series_id in ('sightings', 'meteors')"
    )
    assert len(atlas.sql(several, warehouse=apart)) == 2


def test_sql_is_closed_while_anything_stored_is_not_public() -> None:
    facts = {"sql_type": "varchar", "unit": "", "sensitivity": Sensitivity.INTERNAL}
    column = pa.Column("str", metadata=facts)
    table = Table("core.list", "one row", ("name",), pa.DataFrameSchema({"name": column}))
    with pytest.raises(ContractError, match=r"1 columns.*core\.list\.name"):
        refuse_hidden_columns({**TABLES, table.name: table})


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (
            lambda w: atlas.rates("sightings", level="departments", warehouse=w),
            "'departments' is no level. Write 'municipality' or 'department'.",
        ),
        (
            lambda w: atlas.trends("sightings", level="country", warehouse=w),
            "'country' is no level",
        ),
        (lambda w: atlas.boundaries("national", warehouse=w), "'national' is no level"),
        (
            lambda w: atlas.rates("sightings", "weekly", warehouse=w),
            "'weekly' is no window. Write 'year', 'rolling', 'month', 'fiscal' or 'pooled'.",
        ),
        (
            lambda w: atlas.clusters("sightings", "month", warehouse=w),
            "'month' is no window. Write 'year', 'fiscal', 'pooled' or 'rolling'.",
        ),
        *(
            (
                lambda w, window=window: atlas.compare("sightings", window, warehouse=w),
                f"{window!r} is no window. Write 'year' or 'pooled'.",
            )
            for window in ("month", "rolling", None, ["year"])
        ),
        *(
            (
                lambda w, places=places: atlas.rates("sightings", places=places, warehouse=w),
                f"{number} is a number, and codes are text: write '{code}'",
            )
            for places, number, code in (
                (52835, "52835", "52835"),
                ([5901], "5901", "05901"),
                (pd.Series([5]), "5", "05"),
            )
        ),
        (lambda w: atlas.municipality(5901, warehouse=w), "text: write '05901'"),
        (lambda w: atlas.rates("sightings", places=[None], warehouse=w), "None is no place: write"),
        (lambda w: atlas.rates("sightings", places=1.5, warehouse=w), "1.5 is no place: write"),
        (lambda w: atlas.rates("sightings", places=b"05", warehouse=w), "b'05' is no place: write"),
        (lambda w: atlas.rates("sightings", places=[], warehouse=w), "places names no place"),
        (lambda w: atlas.rates(None, warehouse=w), "None is no series: write the id"),
        (
            lambda w: atlas.revisions(["sightings"], warehouse=w),
            "['sightings'] is no series: write",
        ),
        (
            lambda w: atlas.rates("sightings", period="2021-2022", warehouse=w),
            "'2021-2022' is no year and no month. Write 2025 or 2025-06: period=2025 or",
        ),
        (lambda w: atlas.clusters("sightings", period=[2021], warehouse=w), "one period at a time"),
        (lambda w: atlas.series(warehouse=w, form="csv"), "'pandas', 'arrow' or 'polars'."),
    ],
)
def test_what_cannot_be_asked_is_said_in_words_of_python(warehouse, ask, words) -> None:
    with pytest.raises(CatalogError, match=re.escape(words)) as told:
        ask(warehouse)
    assert "make " not in str(told.value)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda w: atlas.rates("sighting", warehouse=w), "Near it: sightings"),
        (lambda w: atlas.rates("ghosts", warehouse=w), "Nothing of ghosts is published"),
        (lambda w: atlas.rates("meteors", "month", warehouse=w), "only by: year"),
        (lambda w: atlas.rates("sightings", period=1990, warehouse=w), "2021-01 to 2023-05"),
        (lambda w: atlas.rates("sightings", period="soon", warehouse=w), "no year and no month"),
        (lambda w: atlas.rates("sightings", "month", period=2021, warehouse=w), "is a year"),
        (lambda w: atlas.rates("sightings", places="Atlantis", warehouse=w), "no municipality"),
        (
            lambda w: atlas.rates("sightings", level="department", places="05901", warehouse=w),
            "no departments, for example 05901",
        ),
        (lambda w: atlas.clusters("sightings", period=1990, warehouse=w), "They end in: 2021-12"),
        (lambda w: atlas.coverage("somos", warehouse=w), "All of them: .*prueba"),
        (lambda w: atlas.municipality("Otra Parte", warehouse=w), "outside the departments"),
        (lambda w: atlas.series(warehouse=w, form="excel"), "'pandas', 'arrow' or 'polars'"),
    ],
)
def test_what_is_not_there_is_said(warehouse, ask, words) -> None:
    with pytest.raises(CatalogError, match=words):
        ask(warehouse)


def test_the_default_warehouse_is_the_newest_build(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with pytest.raises(MissingWarehouseError, match="make build"):
        atlas.series()
    world.published(tmp_path).close()
    first = atlas.open()
    assert atlas.open() is first
    assert len(atlas.series()) == len(world.SERIES)
    world.published(tmp_path).close()
    second = atlas.open()
    assert second.build_id > first.build_id
    assert atlas.open(tmp_path) is second
    assert len(first.query("view/series")) == len(world.SERIES)  # whoever holds it reads on
    for opened in (first, second):
        opened.close()
    api._opened.cache_clear()


def test_it_is_imported_without_pandas_until_a_table_is_asked_for() -> None:
    asked = "import sys, pipeline as atlas; print('pandas' in sys.modules); atlas.rates"
    run = subprocess.run(
        [sys.executable, "-c", f"{asked}; print('pandas' in sys.modules, 'polars' in sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["False", "True", "False"]


def test_every_question_is_offered_and_has_an_example_that_runs() -> None:
    questions = {
        name: one
        for name, one in vars(api).items()
        if getattr(one, "__module__", "") == "pipeline.api"
        and isinstance(one, FunctionType)
        and not name.startswith("_")
    }
    assert len(questions) == 12
    for name, one in questions.items():
        assert getattr(atlas, name) is one
        assert name in atlas.__all__
        assert DocTestFinder().find(one, name)[0].examples, name
