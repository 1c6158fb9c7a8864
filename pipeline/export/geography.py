"""Outlines with the figures of the newest whole year: GeoParquet, and a GeoPackage with styles.

Both hold one row per municipality of the country, or department, and for each series a set of
columns that begin with its id. In the GeoPackage each series is a layer of its own besides: a view
of the same rows under plain names, which opens in the colours of the atlas.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import geopandas
import pandas as pd
import pyogrio
import shapely

from pipeline.catalog.tables import TABLES, column_facts
from pipeline.crs import STORE
from pipeline.export.files import ROW_GROUP
from pipeline.export.package import Build
from pipeline.export.styles import class_style, outline_style

MUNICIPALITIES: Final = "municipalities"
DEPARTMENTS: Final = "departments"
_GEOMETRY: Final = "geometry"
_FEATURE: Final = "fid"
_VERSION: Final = "1.2"
"""Of GeoPackage: the newest that programs of some years ago read without a warning."""


_FIGURES: Final = {
    "year": "mart.rate_yearly",
    "events": "mart.rate_yearly",
    "rate_per_100k": "mart.rate_yearly",
    "rate_lower_per_100k": "mart.rate_yearly",
    "rate_upper_per_100k": "mart.rate_yearly",
    "smoothed_per_100k": "mart.rate_smoothed",
    "smoothed_lower_per_100k": "mart.rate_smoothed",
    "smoothed_upper_per_100k": "mart.rate_smoothed",
    "reliability": "mart.rate_smoothed",
}
"""Columns of a series, and where each is declared; the colour class comes after them."""

_DEPARTMENT_FIGURES: Final = {
    "year": "mart.rate_department_yearly",
    "events": "mart.rate_department_yearly",
    "unlocated_events": "mart.rate_department_yearly",
    "rate_per_100k": "mart.rate_department_yearly",
    "rate_lower_per_100k": "mart.rate_department_yearly",
    "rate_upper_per_100k": "mart.rate_department_yearly",
}
_RATES: Final = ("rate_", "smoothed_", "reliability")
_CLASS: Final = "colour_class"
_OUTLINE: Final = "outline in longitude and latitude (EPSG:4326), simplified: measure nothing in it"
_CLASS_MEANING: Final = "colour class of the rate, or of the count where there is no rate"


class Layer(NamedTuple):
    """Places with figures.

    Attributes
    ----------
    name
        What it is called in files.
    frame
        One row per place, by code, with its outline in longitude and latitude.
    fields
        Its columns in the words of Table Schema, the outline last.
    """

    name: str
    frame: geopandas.GeoDataFrame
    fields: list[dict[str, Any]]

    @property
    def figures(self) -> pd.DataFrame:
        """Its rows without the outlines."""
        return pd.DataFrame(self.frame.drop(columns=_GEOMETRY))


def layers(build: Build) -> tuple[Layer, Layer]:
    """Municipalities and departments with what is known of their newest whole years.

    Parameters
    ----------
    build
        What is exported.
    """
    series = _published(build)
    municipal = _wide(
        MUNICIPALITIES,
        _places(build, "core.municipality", "municipality_code"),
        build.warehouse.query("view/newest_year"),
        series,
        {**_FIGURES, _CLASS: ""},
    )
    departmental = _wide(
        DEPARTMENTS,
        _places(build, "core.department", "department_code"),
        build.warehouse.query("view/newest_department_year"),
        series,
        _DEPARTMENT_FIGURES,
    )
    return municipal, departmental


def geoparquet(layer: Layer) -> bytes:
    """Places as GeoParquet 1.1: outlines as WKB, their reference system stated.

    Parameters
    ----------
    layer
        As from `layers`.
    """
    file = BytesIO()
    layer.frame.to_parquet(
        file,
        index=False,
        compression="zstd",
        geometry_encoding="WKB",
        schema_version="1.1.0",
        row_group_size=ROW_GROUP,
    )
    return file.getvalue()


def geopackage(build: Build, places: Iterable[Layer]) -> bytes:
    """Places as a GeoPackage, with a coloured layer for each series.

    Parameters
    ----------
    build
        What is exported.
    places
        As from `layers`.
    """
    built_at = build.facts["built_at"]
    with TemporaryDirectory(prefix="atlas-") as folder, _clock(built_at):
        path = Path(folder) / "atlas.gpkg"
        for layer in places:
            numbered = layer.frame.assign(**{_FEATURE: range(1, len(layer.frame) + 1)})
            pyogrio.write_dataframe(
                numbered,
                path,
                layer=layer.name,
                driver="GPKG",
                append=path.exists(),
                dataset_options={"VERSION": _VERSION},
                layer_options={
                    "FID": _FEATURE,
                    "GEOMETRY_NAME": _GEOMETRY,
                    "DESCRIPTION": f"Newest whole year of each series; build {build.build_id}",
                },
            )
        with closing(sqlite3.connect(path)) as connection:
            _add_series(connection, build, built_at)
            connection.commit()
            connection.execute("vacuum")
        return path.read_bytes()


def _add_series(connection: sqlite3.Connection, build: Build, built_at: str) -> None:
    """A view, its entry in the contents and its style for each series."""
    connection.execute(_STYLES)
    connection.execute(_STYLES_ENTRY, {"at": built_at})
    styles = [(MUNICIPALITIES, outline_style(0.15)), (DEPARTMENTS, outline_style(0.5))]
    for series in _published(build):
        name = series["series_id"]
        told_of = _told_of(series, (*_FIGURES, _CLASS))
        columns = ", ".join(f'"{name}_{one}" as "{one}"' for one in told_of)
        connection.execute(
            f'create view "{name}" as select {_FEATURE} as OGC_FID, {_GEOMETRY}, '  # noqa: S608 - declared names
            f"municipality_code, municipality_name, department_name, {columns} "
            f"from {MUNICIPALITIES}"
        )
        told = {
            "name": name,
            "label": f"{name}: {series['label_es']} / {series['label_en']}",
            "about": (
                f"{series['label_en']} ({series['unit_en']}). {series['citation']} "
                f"Build {build.build_id}."
            ),
            "at": built_at,
        }
        connection.execute(_VIEW_ENTRY, told)
        connection.execute(_VIEW_GEOMETRY, told)
        styles.append((name, class_style(build, series)))
    for table, style in styles:
        connection.execute(_STYLE_ROW, {"table": table, "style": style, "at": built_at})


_STYLES: Final = """
create table layer_styles (
    id integer primary key autoincrement not null,
    f_table_catalog text(256), f_table_schema text(256), f_table_name text(256),
    f_geometry_column text(256), styleName text(30), styleQML text, styleSLD text,
    useAsDefault boolean, description text, owner text(30), ui text(30), update_time datetime
)"""
"""As QGIS makes it; it looks here for how a layer opens."""

_STYLES_ENTRY: Final = """
insert into gpkg_contents (table_name, data_type, identifier, description, last_change)
values ('layer_styles', 'attributes', 'layer_styles', '', :at)"""
_VIEW_ENTRY: Final = """
insert into gpkg_contents
select :name, 'features', :label, :about, :at, min_x, min_y, max_x, max_y, srs_id
from gpkg_contents where table_name = 'municipalities'"""
_VIEW_GEOMETRY: Final = """
insert into gpkg_geometry_columns
select :name, column_name, geometry_type_name, srs_id, z, m
from gpkg_geometry_columns where table_name = 'municipalities'"""
_STYLE_ROW: Final = """
insert into layer_styles (
    f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
    styleSLD, useAsDefault, description, owner, update_time
) values ('', '', :table, 'geometry', 'atlas', :style, '', 1, '', '', :at)"""


def _published(build: Build) -> list[dict[str, Any]]:
    """Series with figures, in the order of lists."""
    series = build.warehouse.query("view/series")
    return [
        {str(name): value for name, value in one.items()}
        for one in series.to_dict("records")
        if one["is_published"]
        and one["windows"]
        and (not build.series or one["series_id"] in build.series)
    ]


def _places(build: Build, table: str, code: str) -> geopandas.GeoDataFrame:
    """Every place of a table with its names and simplified outline, by code."""
    columns = {
        "municipality_code": ["municipality_code", "municipality_name", "department_code"],
        "department_code": ["department_code", "department_name", "is_programme_department"],
    }[code]
    found = build.warehouse.arrow(table, [*columns, "area_km2", "web_geometry"]).to_pandas()
    outlines = shapely.from_wkb(found.pop("web_geometry").to_numpy())
    if code == "municipality_code":
        departments = build.warehouse.arrow(
            "core.department", ["department_code", "department_name", "is_programme_department"]
        ).to_pandas()
        found = found.merge(departments, on="department_code", how="left", validate="m:1")
    return geopandas.GeoDataFrame(found, geometry=outlines, crs=STORE)


def _wide(
    name: str,
    places: geopandas.GeoDataFrame,
    figures: pd.DataFrame,
    series: Iterable[dict[str, Any]],
    declared: dict[str, str],
) -> Layer:
    """Places with the figures of every series in columns of its own."""
    code = str(places.columns[0])
    geometry = places.pop(_GEOMETRY)
    fields = [_field(f"core.{_TABLE_OF[code]}", one, one) for one in places]
    columns: dict[str, pd.Series[Any]] = {}
    for one in series:
        own = figures[figures["series_id"] == one["series_id"]].set_index(code)
        for column in _told_of(one, declared):
            named = f"{one['series_id']}_{column}"
            values = own[column].reindex(places[code])
            whole = values.astype("Int64") if column in {"year", _CLASS} else values
            columns[named] = whole.reset_index(drop=True)
            fields.append(_field(declared[column], column, named, str(one["label_en"])))
    fields.append({"name": _GEOMETRY, "type": "any", "description": _OUTLINE})
    wide = pd.concat([places, pd.DataFrame(columns, index=places.index)], axis=1)
    return Layer(name, geopandas.GeoDataFrame(wide, geometry=geometry, crs=STORE), fields)


def _told_of(series: dict[str, Any], columns: Iterable[str]) -> list[str]:
    """Those of the columns that mean something in a series."""
    return [one for one in columns if series["has_rate"] or not one.startswith(_RATES)]


_TABLE_OF: Final = {"municipality_code": "municipality", "department_code": "department"}


def _field(table: str, column: str, name: str, of: str = "") -> dict[str, Any]:
    """What is declared of a column, under the name that it has here."""
    if column == _CLASS:
        return {"name": name, "type": "integer", "description": f"{of}: {_CLASS_MEANING}"}
    known = column_facts(TABLES[table])
    facts = known.get(column) or column_facts(TABLES["core.department"])[column]
    meaning = f"{of}, newest whole year: {facts['meaning']}" if of else facts["meaning"]
    kinds = {"varchar": "string", "boolean": "boolean", "double": "number", "smallint": "integer"}
    field = {"name": name, "type": kinds[facts["sql_type"]], "description": meaning}
    return {**field, "unit": facts["unit"]} if facts["unit"] else field


@contextmanager
def _clock(moment: str) -> Iterator[None]:
    """Let the driver state one moment as the time of all that it writes."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
