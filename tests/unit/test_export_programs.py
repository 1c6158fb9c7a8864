"""Exports as other people's programs read them: GDAL, LibreOffice, R, DuckDB, geopandas, polars.

GDAL of Debian has no driver for Parquet: GeoParquet is read by geopandas, DuckDB and polars.
"""

import csv
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import geopandas
import pandas as pd
import polars as pl
import pytest
import shapely

from dashboard import facts
from dashboard.language import words
from dashboard.legend import legend
from dashboard.state import Period, Selection
from dashboard.view import View
from pipeline import Warehouse
from pipeline.export import bundle
from tests.app.country import SQUARES, publish

CODES = sorted(SQUARES)


def program(name: str) -> str:
    """A program that `tools/test_packages.sh` installs; without it, and only then, a skip."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here; `make test` installs it from Debian")
    return found


def said(*words: str, cwd: Path | None = None) -> str:
    return subprocess.run(words, cwd=cwd, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = publish(tmp_path_factory.mktemp("data"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def export(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("out") / "export"
    bundle.write(warehouse, target)
    return target


def described(export: Path, name: str) -> dict[str, Any]:
    package = json.loads((export / "datapackage.json").read_text("utf-8"))
    return next(one for one in package["resources"] if one["name"] == name)


# GeoPackage


def features(export: Path, layer: str) -> dict[str, dict[str, Any]]:
    """What GDAL finds in a layer, by code, with the outline as GeoJSON."""
    path = str(export / "geo/atlas.gpkg")
    text = said(program("ogr2ogr"), "-f", "GeoJSON", "/vsistdout/", path, layer)
    found = json.loads(text)["features"]
    return {
        one["properties"]["municipality_code"]: {**one["properties"], "geometry": one["geometry"]}
        for one in found
    }


def test_gdal_lists_a_layer_for_each_series_and_warns_of_nothing(
    warehouse: Warehouse, export: Path
) -> None:
    told = subprocess.run(
        [program("ogrinfo"), "-so", export / "geo/atlas.gpkg"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stderr == ""
    listed = {
        line.split(": ")[1].split(" (")[0]
        for line in told.stdout.splitlines()
        if line[:1].isdigit()
    }
    published = {key for key, one in facts.all_series(warehouse).items() if one.offer.windows}
    assert listed == {"municipalities", "departments", "layer_styles", *published}


def test_gdal_reads_places_figures_and_outlines(export: Path) -> None:
    read = features(export, "sightings")
    assert sorted(read) == CODES
    for code, one in read.items():
        assert shapely.equals(shapely.geometry.shape(one["geometry"]), SQUARES[code])
    # April 2022 was never published: 2021 is the newest whole year. 36,525 residents lived in 05901
    # for 365 days, which are 36,500 person-years; nobody lived in 05903 yet.
    assert {code: (one["year"], one["events"]) for code, one in read.items()} == {
        "05901": (2021, 5),
        "05902": (2021, 0),
        "05903": (2021, 2),
        "98901": (2021, 7),
    }
    assert read["05901"]["rate_per_100k"] == pytest.approx(5 * 100_000 / 36_500)
    assert read["05903"]["rate_per_100k"] is None


def test_gdal_finds_unknown_where_nothing_is_published(export: Path) -> None:
    # it rained in 05901 and was measured as 0 in 05902; elsewhere nobody measured
    read = features(export, "rainfall")
    assert {code: one["events"] for code, one in read.items()} == {
        "05901": 12.5,
        "05902": 0,
        "05903": None,
        "98901": None,
    }
    assert read["98901"]["colour_class"] is None


def test_no_layer_tells_of_coverage(export: Path) -> None:
    with closing(sqlite3.connect(export / "geo/atlas.gpkg")) as connection:
        (definition,) = zip(
            *connection.execute("select sql from sqlite_master where sql is not null"), strict=True
        )
    assert not [one for one in definition if "coverage" in one or "programme_id" in one]


def styles(export: Path) -> dict[str, ET.Element]:
    with closing(sqlite3.connect(export / "geo/atlas.gpkg")) as connection:
        rows = connection.execute(
            "select f_table_name, styleQML from layer_styles where useAsDefault "
            "and f_table_schema = '' and f_geometry_column = 'geometry'"
        ).fetchall()
    return {name: ET.fromstring(style) for name, style in rows}  # noqa: S314 - our own


def fill(style: ET.Element, symbol: str) -> str:
    """The colour of a symbol as written on pages."""
    option = style.find(f".//symbol[@name='{symbol}']/layer/Option/Option[@name='color']")
    assert option is not None
    return "#" + "".join(f"{int(one):02x}" for one in option.attrib["value"].split(",")[:3])


@pytest.mark.parametrize("series_id", ["sightings", "rainfall"])
def test_layers_have_the_classes_and_colours_of_the_map(
    warehouse: Warehouse, export: Path, series_id: str
) -> None:
    series = facts.all_series(warehouse)[series_id]
    measure = "rate" if series.has_rate else "count"
    newest = facts.periods(warehouse, series_id, "year")[-1]
    shown = View(
        warehouse,
        words("en"),
        Selection(series=series_id, measure=measure, window="year", period=newest.start),
        series,
        [newest],
    )
    assert isinstance(newest, Period)
    style = styles(export)[series_id]
    renderer = style.find("renderer-v2")
    assert renderer is not None
    assert renderer.attrib["attr"] == "colour_class"
    drawn = [
        (one.attrib["value"], one.attrib["label"], fill(style, one.attrib["symbol"]))
        for one in style.iterfind(".//category")
    ]
    assert drawn[:-2] == [
        (str(number), swatch.label, swatch.light) for number, swatch in enumerate(legend(shown))
    ]
    assert [value for value, _, _ in drawn[-2:]] == ["255", ""]


def test_every_layer_has_a_style(warehouse: Warehouse, export: Path) -> None:
    published = {key for key, one in facts.all_series(warehouse).items() if one.offer.windows}
    assert set(styles(export)) == {"municipalities", "departments", *published}


# GeoParquet


@pytest.mark.parametrize(("layer", "count"), [("municipalities", 4), ("departments", 2)])
def test_geoparquet_is_placed_and_described(export: Path, layer: str, count: int) -> None:
    path = export / f"geo/{layer}.parquet"
    read = geopandas.read_parquet(path)
    assert read.crs.to_epsg() == 4326
    told = described(export, f"geo.{layer}")
    assert len(read) == told["statistics"]["rows"] == count
    names = [field["name"] for field in told["schema"]["fields"]]
    assert list(read.columns) == names
    assert all(field["description"] for field in told["schema"]["fields"])
    sums = told["statistics"]["sums"]
    assert read["sightings_events"].sum() == sums["sightings_events"] > 0


def test_geoparquet_is_read_by_duckdb_and_polars(export: Path) -> None:
    path = export / "geo/municipalities.parquet"
    codes, outlines = duckdb.execute(
        "select list(municipality_code), list(st_aswkb(geometry)) from read_parquet($path)",
        {"path": str(path)},
    ).fetchone() or ([], [])
    assert codes == CODES
    assert all(
        shapely.equals(shapely.from_wkb(bytes(outline)), SQUARES[code])
        for code, outline in zip(codes, outlines, strict=True)
    )
    assert pl.read_parquet(path)["municipality_code"].to_list() == CODES


# Excel


def test_libreoffice_reads_codes_as_text_and_figures_as_numbers(
    warehouse: Warehouse, export: Path, tmp_path: Path
) -> None:
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    said(
        program("soffice"),
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        every_sheet,
        "--outdir",
        str(tmp_path),
        str(export / "atlas.xlsx"),
    )
    with (tmp_path / "atlas-newest_year.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = warehouse.query("view/newest_year")
    expected = expected[expected["is_programme_department"]]
    assert [(one["series_id"], one["municipality_code"]) for one in rows] == list(
        zip(expected["series_id"], expected["municipality_code"], strict=True)
    )
    assert [float(one["events"]) for one in rows] == expected["events"].tolist()
    assert {one["municipality_code"] for one in rows} == {"05901", "05902", "05903"}
    with (tmp_path / "atlas-columns.csv").open(encoding="utf-8", newline="") as file:
        meanings = {(one["sheet"], one["column"]): one["meaning"] for one in csv.DictReader(file)}
    assert all(meanings["newest_year", column] for column in rows[0])


def test_pandas_reads_numbers_and_no_formula(export: Path) -> None:
    sheets = pd.read_excel(
        export / "atlas.xlsx", sheet_name=None, dtype={"department_code": str}, engine="calamine"
    )
    assert sheets["newest_year"]["events"].dtype.kind in "if"
    assert set(sheets["department_years"]["department_code"]) == {"05", "98"}
    assert next(iter(sheets)) == "notes"


# R

R_SCRIPT = """
package <- jsonlite::read_json("datapackage.json")
one <- Filter(function(r) r$name == "mart.rate_yearly", package$resources)[[1]]
kinds <- c(string = "character", integer = "integer", number = "numeric", boolean = "logical")
fields <- one$schema$fields
classes <- setNames(
  kinds[vapply(fields, function(f) f$type, "")], vapply(fields, function(f) f$name, "")
)
figures <- read.csv(one$path, colClasses = classes, na.strings = "", fileEncoding = "UTF-8")
stopifnot(nrow(figures) == one$statistics$rows)
stopifnot(isTRUE(all.equal(sum(figures$events), one$statistics$sums$events)))
cat(sort(unique(figures$municipality_code)), sum(is.na(figures$rate_per_100k)), "\\n")
"""


def test_r_keeps_leading_zeros_by_the_package(export: Path) -> None:
    program("Rscript")
    looked = subprocess.run(
        ["Rscript", "-e", "library(jsonlite)"], check=False, capture_output=True
    )
    if looked.returncode:
        pytest.skip("R's jsonlite is not here; `make test` installs it from Debian")
    *codes, unknown = said("Rscript", "--vanilla", "-e", R_SCRIPT, cwd=export).split()
    frame = pl.read_parquet(export / "parquet/mart.rate_yearly.parquet")
    assert codes == sorted(set(frame["municipality_code"]))
    assert "05901" in codes
    assert int(unknown) == frame["rate_per_100k"].null_count() > 0
