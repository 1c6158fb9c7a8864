"""Boundary files to polygons: GeoJSON, TopoJSON or shapefile, whatever their reference system.

DANE packs its own editions as zip or, up to 2018, as RAR: those are unpacked, checked, to a folder
that is gone afterwards.

The outcome is always longitude and latitude, one row per place, keyed by its official code. Shapes
are handed on as published: mending them is the task of `pipeline.analysis.boundaries`.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from pipeline import crs
from pipeline.errors import SourceError
from pipeline.ingest import archives

Unit = Literal["municipality", "department"]


class _Columns(NamedTuple):
    """Where publishers keep a value, year by year; in lower case, the first present counts."""

    code: tuple[str, ...]
    name: tuple[str, ...]
    area: tuple[str, ...]


_COLUMNS: Final[dict[Unit, _Columns]] = {
    "municipality": _Columns(
        code=("municipality_code", "divipola_mun", "mpio_cdpmp", "mpio_ccnct"),
        name=("municipality_name", "mpio_nombre", "mpio_cnmbr"),
        area=("published_area_km2", "area_km2", "mpio_narea", "area"),
    ),
    "department": _Columns(
        code=("department_code", "divipola_dep", "dpto_ccdgo"),
        name=("department_name", "dpto_nombre", "dpto_cnmbr"),
        area=("published_area_km2", "area_km2", "dpto_narea"),
    ),
}
_CODE_DIGITS: Final[dict[Unit, int]] = {"municipality": 5, "department": 2}

_COLOMBIA: Final = (-83.0, -5.0, -66.0, 17.0)
"""West, south, east and north in degrees; the islands of the Caribbean included."""

_SQUARE_METRES_FROM: Final = 1e6
"""An area above this is in m²: no department has a million km², no municipality less than one."""

_UNREADABLE: Final = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    shapely.errors.ShapelyError,
    UnicodeDecodeError,
)

_FORMATS: Final = (".shp", ".geojson", ".json", ".topojson")
_SHAPEFILE_MARK: Final = bytes.fromhex("0000270a")
_BLANKS: Final = b"\xef\xbb\xbf \t\r\n"
_START_BYTES: Final = 64

_POLYGONAL: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_polygons(
    path: Path, key: str | None = None, unit: Unit = "municipality"
) -> gpd.GeoDataFrame:
    """Places and their polygons from one boundary file.

    The format is told from the content. A ``crs`` member or a ``.prj`` is honoured; a file with
    neither, as every TopoJSON is, holds longitude and latitude. DANE's own are in MAGNA-SIRGAS
    (EPSG:4686), which becomes EPSG:4326 by a shift of zero: the only transformation between the two
    that the EPSG register has, accurate to one metre.

    Parameters
    ----------
    path
        The file; of a shapefile, the ``.shp`` with its companions beside it; or an archive with
        one such file in it.
    key
        Column with the official codes; by default the one of the known layouts.
    unit
        What one polygon is. It sets the length of the codes: 5 digits or 2.

    Returns
    -------
    polygons
        One row per place in the order of the codes, with `municipality_code` or `department_code`
        (text), `name` (as published; empty if the file has none), `published_area_km2` (NaN if the
        file has none) and `geometry` (EPSG:4326, two dimensions, possibly invalid).

    Raises
    ------
    SourceError
        If the archive is unsafe or holds none or several files of boundaries; if the file cannot be
        decoded, its axes are swapped, it lies outside Colombia, it has no
        column of codes, a code is malformed or repeated, or a geometry is missing, empty or not
        a polygon.
    """
    features = _features(path)
    geometry = features.geometry
    _refuse_elsewhere(path, geometry)
    code = _code_column(path, features.columns, key, unit)
    codes = features[code].astype("str").rename(f"{unit}_code")
    _refuse_rows(path, codes, geometry, digits=_CODE_DIGITS[unit])
    name = _first_present(features.columns, _COLUMNS[unit].name)
    area = _first_present(features.columns, _COLUMNS[unit].area)
    places = gpd.GeoDataFrame(
        {
            codes.name: codes,
            "name": features[name].astype("str") if name else "",
            "published_area_km2": _km2(features[area]) if area else np.nan,
        },
        geometry=shapely.force_2d(geometry.to_numpy()),
        crs=crs.STORE,
    )
    return places.sort_values(codes.name, ignore_index=True)


def _features(path: Path) -> gpd.GeoDataFrame:
    """The file's features in longitude and latitude."""
    with _unpacked(path) as file:
        features = _decoded(path, file)
    if not isinstance(features, gpd.GeoDataFrame) or features.empty:
        raise SourceError(f"{path.name}: holds no shapes. Fetch the boundary file again.")
    if features.crs is None:
        return features.set_crs(crs.STORE)
    return features.to_crs(crs.STORE)


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The boundary file itself: of an archive, the one file of boundaries in it."""
    if not archives.is_archive(path):
        yield path
        return
    with TemporaryDirectory(prefix="boundaries-") as folder:
        try:
            held = archives.unpack(path, Path(folder), archives.BOUNDARIES)
        except OSError as error:
            raise SourceError(
                f"{path.name} cannot be unpacked below {folder} ({error.strerror}). Make room "
                "there, or name another folder in TMPDIR, and refresh again."
            ) from error
        files = [one for one in held if one.suffix.lower() in _FORMATS]
        if len(files) != 1:
            names = ", ".join(one.name for one in files or held) or "nothing"
            raise SourceError(
                f"{path.name} holds {len(files)} files of boundaries where one is expected; in it "
                f"are {names:.200}. Unpack it, and offer the right file under the archive's name."
            )
        yield files[0]


def _decoded(path: Path, file: Path) -> gpd.GeoDataFrame:
    """What the library makes of a file; `path` is how messages name it."""
    try:
        _require_format(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is no shape or no number is told below
            return pyogrio.read_dataframe(file)
    except _UNREADABLE as fault:
        reason = str(fault).split(";")[0].replace(f"{file.parent}/", "")
        raise SourceError(
            f"{path.name}: cannot be read as GeoJSON, TopoJSON or shapefile: {reason} "
            "Fetch it again; a shapefile needs its .shx, .dbf and .prj beside it."
        ) from fault


def _require_format(file: Path) -> None:
    """Let the library see its kinds of file only: others of its formats lead to further files."""
    with file.open("rb") as stream:
        start = stream.read(_START_BYTES).lstrip(_BLANKS)
    if not start.startswith((b"{", _SHAPEFILE_MARK)):
        message = f"{file.name} begins with {start[:20]!r}."
        raise pyogrio.errors.DataSourceError(message)


def _refuse_elsewhere(path: Path, geometry: gpd.GeoSeries) -> None:
    """Stop at coordinates outside Colombia, and say whether exchanging x and y puts them inside."""
    shapes = geometry.to_numpy()
    bounds = shapely.bounds(shapes)
    outside = _is_outside_colombia(bounds)
    if not outside.any():
        return
    x, y = shapely.get_coordinates(shapes[outside][:1])[0]
    where = (
        f"{outside.sum()} of {len(shapes)} shapes lie outside Colombia, "
        f"the first at longitude {x:.4f}, latitude {y:.4f}"
    )
    if not _is_outside_colombia(bounds[:, [1, 0, 3, 2]]).any():
        raise SourceError(
            f"{path.name}: the axes look swapped. {where}; with x and y exchanged all lie inside. "
            "Positions must give longitude first: fetch or export the file again."
        )
    raise SourceError(f"{path.name}: {where}. Check the file and the reference system it declares.")


def _is_outside_colombia(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether boxes reach out of Colombia. Shape ``(n,)``; a missing shape has no box."""
    west, south, east, north = _COLOMBIA
    x_min, y_min, x_max, y_max = bounds.T
    return np.asarray((x_min < west) | (y_min < south) | (x_max > east) | (y_max > north))


def _code_column(path: Path, columns: pd.Index, key: str | None, unit: Unit) -> str:
    wanted = (key.lower(),) if key else _COLUMNS[unit].code
    if column := _first_present(columns, wanted):
        return column
    raise SourceError(
        f"{path.name}: no column with {unit} codes. Looked for {', '.join(wanted)}; the file has "
        f"{', '.join(columns.drop('geometry'))}. Name the column in pipeline.ingest.geometry."
    )


def _first_present(columns: pd.Index, wanted: tuple[str, ...]) -> str | None:
    present = {column.lower(): column for column in columns}
    return next((present[name] for name in wanted if name in present), None)


def _refuse_rows(path: Path, codes: pd.Series, geometry: gpd.GeoSeries, digits: int) -> None:
    """Stop at codes and shapes that cannot be used, all in one message."""
    shapes = geometry.to_numpy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    faults = {
        f"codes are not {digits} digits": ~codes.str.fullmatch(rf"\d{{{digits}}}"),
        "codes occur more than once": codes.duplicated(keep=False),
        "geometries are missing or empty": missing,
        "geometries are not polygons": ~missing & ~np.isin(shapely.get_type_id(shapes), _POLYGONAL),
    }
    found = [
        f"{rows.sum()} {fault}, e.g. {codes[rows].iloc[0]!r} in feature {np.argmax(rows) + 1}"
        for fault, rows in faults.items()
        if rows.any()
    ]
    if found:
        raise SourceError(
            f"{path.name}: {'; '.join(found)}. Fetch the file again or correct these features."
        )


def _km2(area: pd.Series) -> pd.Series:
    """Published areas in km²; some editions print m² under the same column name."""
    values = pd.to_numeric(area, errors="coerce").astype("float64")
    return values / 1e6 if values.max() > _SQUARE_METRES_FROM else values
