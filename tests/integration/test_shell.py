"""DuckDB's shell on the warehouse: the views are there, nothing is written, all is explained."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.catalog.tables import TABLES
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests import world

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a folder's data")
    world.published(folder).close()
    return folder


def told(data_dir: Path, *lines: str, command: tuple[str, ...] = (), code: int = 0) -> str:
    """What the shell answers to what comes through a pipe."""
    run = subprocess.run(
        command or (sys.executable, "-m", "pipeline", "sql"),
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(data_dir), "TMPDIR": str(data_dir)},
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code, run.stdout + run.stderr
    return run.stdout + run.stderr


def records(data_dir: Path, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told(data_dir, ".mode csv", ".nullvalue ''", query))))


def test_a_view_is_asked_like_a_table(data_dir) -> None:
    places = records(data_dir, "from map_values('sightings', '2021-01-01');")
    figures = {one["municipality_code"]: one["events"] for one in places}
    assert figures == {"05901": "5.0", "05902": "0.0", "05903": "2.0"}
    query = "select sum(events) as events from rates('sightings', _last_month := '2021-12-01');"
    # Two of 2022 and one of 2021 lie somewhere in the department.
    assert records(data_dir, query) == [{"events": "8.0"}]


def test_every_question_is_listed_and_can_be_asked(data_dir) -> None:
    listed = records(data_dir, "from questions;")
    names = {one["question"].partition("(")[0] for one in listed}
    assert {"rates", "series", "coverage", "clusters", "map_values", "sources"} <= names
    assert all(one["answer"].startswith("one row") for one in listed)
    asked = {
        "codes": "['05901']",
        "department_code": "'05'",
        "first_month": "'2021-01-01'",
        "last_month": "'2021-12-01'",
        "measure": "'count'",
        "municipality_code": "'05901'",
        "period": "'2021-12-01'",
        "place_code": "'05901'",
        "series_id": "'sightings'",
    }
    calls = []
    for one in listed:
        name, _, rest = one["question"].removesuffix(")").partition("(")
        needed = [word.removeprefix("_") for word in rest.split(", ") if word and ":=" not in word]
        values = ", ".join(asked.get(word, "'year'") for word in needed)
        calls.append(f"select '{name}' as name, count(*) as rows from {name}({values})")  # noqa: S608 - listed by ourselves
    counted = records(data_dir, " union all ".join(calls) + ";")
    assert {one["name"] for one in counted} == names
    assert {one["name"] for one in counted if one["rows"] == "0"} < names


def test_changes_and_trends_are_left_to_the_guard_of_claims(data_dir) -> None:
    listed = {one["question"].partition("(")[0] for one in records(data_dir, "from questions;")}
    guarded = {"changes", "trends", "department_trends", "comparison", "place_statistics"}
    assert not listed & (guarded | {"group_history"})


def test_tables_and_columns_carry_their_meaning(data_dir) -> None:
    query = """
        select schema_name || '.' || table_name as name, column_name, comment
        from duckdb_columns() where schema_name in ('core', 'mart') and comment <> '';
    """
    told_of = {(one["name"], one["column_name"]) for one in records(data_dir, query)}
    declared = {(table.name, name) for table in TABLES.values() for name in table.schema.columns}
    assert declared <= told_of
    tables = records(
        data_dir,
        "select schema_name || '.' || table_name as name, comment from duckdb_tables();",
    )
    grains = {one["name"]: one["comment"] for one in tables}
    assert grains == {table.name: table.grain for table in TABLES.values()}


@pytest.mark.parametrize(
    "query", ["delete from core.municipality;", "create table core.mine as select 1;", "from none;"]
)
def test_nothing_is_written_and_a_mistake_is_an_exit_code(data_dir, query) -> None:
    before = published_path(data_dir).read_bytes()
    assert "Error" in told(data_dir, query, "select 42 as after_it;", code=1)
    assert published_path(data_dir).read_bytes() == before


def test_what_the_shell_is_said_not_to_hold_back_it_does_not(data_dir, tmp_path) -> None:
    mine = tmp_path / "mine.csv"
    join = "from core.coverage join core.crime_yearly using (municipality_code)"
    answer = told(
        data_dir, f"copy (select count(*) as rows {join}) to '{mine}';", f"from '{mine}';"
    )
    # Meteors fell in 05901 and 98901, each with a state in both programmes.
    assert mine.read_text("utf-8").split() == ["rows", "4"]
    assert "4" in answer
    pages = [ROOT / "docs/do-no-harm.md", ROOT / "docs/sql.md"]
    assert all("`copy`, `.open`" in page.read_text("utf-8") for page in pages)


def test_it_goes_through_make_without_a_word_of_its_own(data_dir) -> None:
    answer = told(
        data_dir, ".mode csv", "select build_id from build();", command=("make", "-s", "sql")
    )
    opened = Warehouse.open(published_path(data_dir))
    assert answer.split() == ["build_id", opened.build_id]
    opened.close()


def test_without_a_warehouse_it_says_what_to_do(tmp_path) -> None:
    assert "`make build` makes one" in told(tmp_path, "select 1;", code=1)
