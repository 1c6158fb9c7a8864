"""The export of the invented country: whole, described, the same every time, and apart."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from math import fsum, isclose
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import polars as pl
import pytest
import yaml
from frictionless import Package

from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.tables import TABLES
from pipeline.errors import CatalogError, ContractError, SourceError
from pipeline.export import bundle
from pipeline.export.resources import exported
from pipeline.store.warehouse import Warehouse
from tests.world import core_frames, published, years

ROOT = Path(__file__).parents[2]
FORMULA = "=1+1"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    frames = core_frames()
    coverage = frames["core.coverage"]
    coverage["source_title"] = coverage["source_title"].astype(object)
    coverage.loc[coverage["municipality_code"] == "05901", "source_title"] = FORMULA
    opened = published(tmp_path_factory.mktemp("data"), frames)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def export(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("out") / "export"
    bundle.write(warehouse, target)
    return target


@pytest.fixture
def copied(export: Path, tmp_path: Path) -> Path:
    """The export for a test that changes it."""
    return shutil.copytree(export, tmp_path / "copied")


def described(export: Path) -> dict[str, Any]:
    return json.loads((export / "datapackage.json").read_text("utf-8"))


def resources(export: Path, form: str) -> list[dict[str, Any]]:
    return [
        one
        for one in described(export)["resources"]
        if one["format"] == form and "statistics" in one and "schema" in one
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def breaches(export: Path) -> list[list[Any]]:
    return Package(str(export / "datapackage.json")).validate().flatten(["fieldName", "type"])


def test_frictionless_finds_nothing_wrong(export: Path) -> None:
    assert breaches(export) == []


@pytest.mark.parametrize(
    ("path", "before", "after", "breach"),
    [
        ("csv/core.crime_monthly.csv", b",6\r\n", b",-6\r\n", ["events", "constraint-error"]),
        ("csv/core.series.csv", b'"crowds"', b'"clouds"', [None, "foreign-key"]),
        ("csv/core.crime_yearly.csv", b'"05901"', b'"5901"', ["municipality_code", "constraint"]),
        ("parquet/mart.rate_yearly.parquet", b"PAR1", b"PAR2", [None, "hash-count"]),
    ],
)
def test_frictionless_finds_what_was_changed(
    copied: Path, path: str, before: bytes, after: bytes, breach: list[str | None]
) -> None:
    content = (copied / path).read_bytes()
    assert before in content
    (copied / path).write_bytes(content.replace(before, after))
    assert any(
        field == breach[0] and str(kind).startswith(str(breach[1]))
        for field, kind in breaches(copied)
    )


def test_files_hold_as_many_rows_and_as_much_as_is_said(export: Path) -> None:
    told = {one["path"]: one for form in ("csv", "parquet") for one in resources(export, form)}
    assert len(told) > len(TABLES) - 2
    for path, one in told.items():
        if path.endswith(".csv"):
            texts = [
                field["name"] for field in one["schema"]["fields"] if field["type"] == "string"
            ]
            frame = pl.read_csv(
                export / path,
                schema_overrides=dict.fromkeys(texts, pl.String),
                infer_schema_length=None,
            )
        else:
            frame = pl.read_parquet(export / path)
        assert frame.height == one["statistics"]["rows"], path
        assert frame.columns == [field["name"] for field in one["schema"]["fields"]], path
        for name, stated in one["statistics"]["sums"].items():
            assert isclose(fsum(frame[name].cast(pl.Float64).drop_nulls()), stated), (path, name)


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [  # the totals that the invented publishers state, in tests/world
        ("core.crime_yearly", "events", 4),
        ("core.crime_department_yearly", "events", 104),
        ("core.context_yearly", "value", 12.5),
    ],
)
def test_the_sums_are_the_publishers(
    export: Path, table: str, column: str, expected: float
) -> None:
    (one,) = (one for one in resources(export, "csv") if one["name"] == table)
    assert one["statistics"]["sums"][column] == expected


def test_codes_are_text_and_what_is_missing_stays_missing(export: Path) -> None:
    (one,) = (one for one in resources(export, "csv") if one["name"] == "mart.rate_yearly")
    types = {"string": "str", "integer": "int64", "number": "float64", "boolean": "bool"}
    frame = pd.read_csv(
        export / one["path"],
        dtype={field["name"]: types[field["type"]] for field in one["schema"]["fields"]},
    )
    assert frame["municipality_code"].str.fullmatch(r"\d{5}").all()
    # 05903 had no residents in 2021: two sightings and no rate
    (row,) = frame[
        (frame["series_id"] == "sightings")
        & (frame["municipality_code"] == "05903")
        & (frame["year"] == 2021)
    ].to_dict("records")
    assert row["events"] == 2
    assert pd.isna(row["rate_per_100k"])


def test_csv_is_as_rfc_4180_says(export: Path) -> None:
    for path in export.rglob("*.csv"):
        content = path.read_bytes()
        assert content.endswith(b"\r\n"), path
        assert content.count(b"\n") == content.count(b"\r\n"), path
        assert not content.startswith(b"\xef\xbb\xbf"), path
        content.decode("utf-8")


def test_no_cell_is_a_formula(export: Path) -> None:
    titles = pd.read_csv(export / "coverage/core.coverage.csv")["source_title"]
    assert f"'{FORMULA}" in set(titles)
    for path in export.rglob("*.csv"):
        texts = pd.read_csv(path).select_dtypes("str")
        assert not texts.apply(lambda column: column.str.startswith("=")).any(axis=None), path


def test_the_same_warehouse_gives_the_same_bytes(
    warehouse: Warehouse, export: Path, tmp_path: Path
) -> None:
    bundle.write(warehouse, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(export)
    archives = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for archive in archives:
        bundle.write(warehouse, archive)
    first, second = (archive.read_bytes() for archive in archives)
    assert first == second
    with zipfile.ZipFile(archives[0]) as packed:
        packed.extractall(tmp_path / "unpacked")
    assert contents(tmp_path / "unpacked") == contents(export)


def test_checksums_are_as_coreutils_reckon_them(export: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", bundle.CHECKSUMS], cwd=export, check=True)
    named = {line.split("  ")[1] for line in (export / bundle.CHECKSUMS).read_text().splitlines()}
    assert named == set(contents(export)) - {bundle.CHECKSUMS}


def test_coverage_stands_in_files_of_its_own(export: Path) -> None:
    telling = {"programme_id", "state", "evidence"}
    for one in (one for form in ("csv", "parquet") for one in resources(export, form)):
        columns = {field["name"] for field in one["schema"]["fields"]}
        is_telling = bool(columns & telling) or {"group_id", "municipality_code"} <= columns
        assert is_telling == one["path"].startswith("coverage/"), one["path"]
        assert not ("programme_id" in columns and "events" in columns), one["path"]
        if {"series_id", "group_id"} <= columns:  # a member named here would be a covered place
            assert not [name for name in columns if name.endswith("_code")], one["path"]


def test_every_table_leaves_by_itself(export: Path) -> None:
    names = {one["name"].removesuffix(".parquet") for one in described(export)["resources"]}
    assert set(TABLES) - names == {"core.build", "mart.computation", "mart.group_leave_one_out"}


def _with(name: str, **columns: pa.Column) -> dict[str, Any]:
    """The declared tables, with other or more columns in one of them."""
    table = TABLES[name]
    return {name: replace(table, schema=table.schema.add_columns(columns))}


def _column(sensitivity: Sensitivity) -> pa.Column:
    return pa.Column(
        "str",
        description="of a test",
        metadata={"sql_type": "varchar", "unit": "", "sensitivity": sensitivity},
    )


@pytest.mark.parametrize("sensitivity", [Sensitivity.INTERNAL, Sensitivity.RESTRICTED])
def test_only_public_columns_leave(sensitivity: Sensitivity) -> None:
    (one,) = exported(_with("core.department", seen_by=_column(sensitivity)))
    assert "seen_by" not in one.columns
    assert "department_code" in one.columns


def test_a_table_with_a_key_that_is_not_public_stops_the_export() -> None:
    tables = _with("core.department", department_code=_column(Sensitivity.INTERNAL))
    with pytest.raises(ContractError, match=r"core\.department: a part of its key is not public"):
        exported(tables)


def test_a_table_that_joins_coverage_with_figures_stops_the_export() -> None:
    tables = _with("core.coverage", series_id=_column(Sensitivity.PUBLIC))
    with pytest.raises(ContractError, match=r"core\.coverage: joins coverage with figures"):
        exported(tables)


@pytest.mark.parametrize("is_contradicted", [False, True])
def test_claims_leave_as_the_read_door_lets_them_pass(
    tmp_path: Path, *, is_contradicted: bool
) -> None:
    # Sightings in 05901 rise by one a month every year: a claim, unless another publisher of the
    # same events saw them move the other way.
    with years.stored(tmp_path / "data") as draft:
        if is_contradicted:
            draft._connection.execute(
                "insert into mart.disagreement values "
                "('sightings', '05901', 'trend', 'year', '2021-12-01', 'meteors')"
            )
        path = draft.publish(
            fingerprint="invented", newest_cut=pd.Timestamp("2023-06-01"), is_snapshot_only=False
        )
    opened = Warehouse.open(path)
    bundle.write(opened, tmp_path / "export")
    trends = pd.read_csv(tmp_path / "export/csv/mart.trend.csv", dtype={"municipality_code": str})
    (row,) = trends[
        trends["series_id"].eq("sightings") & trends["municipality_code"].eq("05901")
    ].to_dict("records")
    assert row["word"] == ("sources disagree" if is_contradicted else "rising")
    assert pd.isna(row["percent"]) == is_contradicted
    for name in ("mart.change", "mart.change_department", "mart.trend", "mart.trend_department"):
        frame = pd.read_csv(tmp_path / f"export/csv/{name}.csv")
        assert len(frame) == len(opened.table(name)) > 0
    assert breaches(tmp_path / "export") == []
    opened.close()


def test_wanted_series_alone_leave(warehouse: Warehouse, tmp_path: Path) -> None:
    bundle.write(warehouse, tmp_path / "some", ["meteors", "crowds"])
    assert breaches(tmp_path / "some") == []
    assert described(tmp_path / "some")["build"]["series"] == ["meteors", "crowds"]
    for one in resources(tmp_path / "some", "csv"):
        frame = pd.read_csv(tmp_path / "some" / one["path"])
        if "series_id" in frame:
            assert set(frame["series_id"]) <= {"meteors", "crowds"}, one["path"]
    assert set(pd.read_csv(tmp_path / "some/csv/core.crime_monthly.csv")["series_id"]) == {"crowds"}


def test_an_unknown_series_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="1 unknown series: comets"):
        bundle.write(warehouse, tmp_path / "none", ["comets"])
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_export_is_not_replaced(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SourceError, match="something that is no export"):
        bundle.write(warehouse, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_earlier_export_is_replaced_whole(warehouse: Warehouse, copied: Path) -> None:
    (copied / "csv/left.csv").write_text("from another version")
    bundle.write(warehouse, copied)
    assert "csv/left.csv" not in contents(copied)


def test_a_place_that_cannot_be_written_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="cannot be written"):
        bundle.write(warehouse, tmp_path / "file" / "export")


def test_citations_name_build_and_publishers(warehouse: Warehouse, export: Path) -> None:
    cited = yaml.safe_load((export / "CITATION.cff").read_text("utf-8"))
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] == "dataset"
    assert cited["version"] == warehouse.build_id
    assert [one["notes"] for one in cited["references"]] == ["Nadie, Nada.", "Nadie, Nada."]
    assert cited["authors"] == [{"name": "Resilient Communities Atlas"}]


def test_the_repository_is_cited_by_its_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f'version = "{cited["version"]}"' in project
    assert {"cff-version", "message", "title", "type", "authors"} <= set(cited)


@pytest.mark.parametrize("name", ["README.md", "LEEME.md"])
def test_the_texts_name_files_that_are_there(warehouse: Warehouse, export: Path, name: str) -> None:
    text = (export / name).read_text("utf-8")
    assert warehouse.build_id in text
    assert "$" not in text
    for path in ("datapackage.json", "LICENCES.md", "CC-BY-4.0.txt", "csv/mart.rate_yearly.csv"):
        assert path in text
        assert (export / path).exists()
    named = re.findall(
        r"`((?:docs|csv|geo)/[\w.-]+\.\w+|[\w.-]+\.(?:json|xlsx|md|txt|cff|sha256))`", text
    )
    assert {"docs/methods.md", "docs/claims.md", "docs/data-dictionary.md"} <= set(named)
    assert all((export / path).is_file() for path in named)


def test_how_figures_are_made_goes_with_them_and_its_links_work(export: Path) -> None:
    pages = sorted(path.name for path in (export / "docs").iterdir())
    assert pages == ["claims.md", "data-dictionary.md", "methods.md"]
    links = 0
    for name in pages:
        text = (export / "docs" / name).read_text("utf-8")
        targets = re.findall(r"\]\(([^)#\s]+)", text)
        links += len(targets)
        assert all((export / "docs" / target).is_file() for target in targets), name
        lines, own = (t.splitlines() for t in (text, (ROOT / "docs" / name).read_text("utf-8")))
        assert len(lines) == len(own)
    assert links >= 2
    methods = (export / "docs/methods.md").read_text("utf-8")
    assert "[claims](claims.md)" in methods
    assert "(docs/validation.md of the project)" in methods
