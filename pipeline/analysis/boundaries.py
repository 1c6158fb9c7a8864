"""Boundaries as one coverage: mended, checked, simplified together, measured, looked up.

A coverage is a set of polygons that neither overlap nor leave gaps and whose shared borders have
the same vertices on both sides. Simplified together, shared borders stay shared.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from pipeline import crs
from pipeline.errors import ContractError

Shapes = npt.NDArray[np.object_]
Codes = npt.NDArray[np.object_]
Rows = npt.NDArray[np.intp]

REPAIR_TOLERANCE_SHARE: Final = 0.001
"""Most that mending may change the area of a shape, a fifth of what it may differ from DANE's.

The most that a published file needs is 0.00008 (19142 in MGN 2018).
"""

FAULT_TOLERANCE_KM2: Final = 0.05
"""Largest overlap or gap that is mended: 0.3 % of the smallest municipality (Sabaneta, 16 km²).

The largest in a published file is 0.04 km² (MGN 2018).
"""

GAP_WIDTH_DEGREES: Final = 0.003
"""Gaps narrower than this (330 m) are closed, so all within `FAULT_TOLERANCE_KM2` are.

No shape of that area holds a circle wider than 250 m.
"""

SNAPPING_DEGREES: Final = 1e-9
"""Vertices nearer to one another than this (0.1 mm) are one: rounding, not geography.

At 0 the cleaning of GEOS 3.14 can give a shape all the ground of its neighbour (GEOS issue 1525).
"""

WEB_TOLERANCE_DEGREES: Final = 0.005
"""Detail given up for the web: a corner goes if its triangle is below the square of this (550 m).

Degrees serve here because nothing is measured: between 5° S and 14° N a degree of longitude is at
most 3 % shorter than one of latitude.
"""

WEB_COARSENING: Final = 1.25
"""Factor by which the tolerance grows for the few shapes that are still too long."""

WEB_COARSEST_DEGREES: Final = 1.0
"""Tolerance at which coarsening gives up: nothing of a municipality would be recognised."""

WEB_VERTICES_MAX: Final = 600
"""Most vertices of one municipality on the web map, so that zooming the whole map stays fluent."""

WEB_DECIMALS: Final = 4
"""Decimals of a degree kept for the web: 11 m, a fiftieth of the detail given up."""

_METRES2_PER_KM2: Final = 1e6
_METRES_PER_KM: Final = 1e3
_ELLIPSOID: Final = Geod(ellps="WGS84")


class _Fault(NamedTuple):
    """Where a coverage is none: the kind of fault, the rows it concerns, the ground in dispute."""

    kind: str
    rows: Rows
    ground: shapely.Geometry


def repaired(boundaries: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Mend invalid shapes, overlaps and gaps that are small; refuse those that are not.

    An invalid shape keeps the ground it encloses. Ground that two shapes claim, or none, goes to
    the shape that has the longest border with it. Nothing else moves.

    Parameters
    ----------
    boundaries
        One row per municipality, with `municipality_code` and a polygonal `geometry` (EPSG:4326).

    Returns
    -------
    boundaries
        The same rows and columns; each geometry is valid, together they are a valid coverage.
    faults
        What was mended, as `coverage_faults` lists it, after one row of kind ``invalid`` for each
        shape that was invalid, with the change of its area and the reason.

    Raises
    ------
    ContractError
        If mending a shape leaves nothing of it or changes its area by more than
        `REPAIR_TOLERANCE_SHARE`, or if an overlap, a gap, or what a shape would win or lose by
        closing them exceeds `FAULT_TOLERANCE_KM2`.
    """
    _require_crs(boundaries.geometry, crs.STORE)
    published = boundaries.geometry.to_numpy()
    invalid = np.flatnonzero(~shapely.is_valid(published))
    shapes = _enclosed_ground(published, invalid)
    codes = boundaries["municipality_code"]
    faults = _faults(shapes)
    report = pd.concat(
        [
            _reshaped(codes.iloc[invalid], published[invalid], shapes[invalid]),
            _listed(codes, faults),
        ],
        ignore_index=True,
    )
    _refuse_large(report)
    coverage = _cleaned(shapes, _rows_of(faults), gap_width=GAP_WIDTH_DEGREES)
    _refuse_moved(codes, shapes, coverage)
    return boundaries.set_geometry(coverage, crs=crs.STORE), report


def coverage_faults(boundaries: gpd.GeoDataFrame) -> pd.DataFrame:
    """Where polygons overlap, leave a gap, or share a border with different vertices.

    Parameters
    ----------
    boundaries
        One row per municipality, with `municipality_code` and a valid polygonal `geometry`
        (EPSG:4326).

    Returns
    -------
    faults
        One row per fault and none for a valid coverage: `kind` (``overlap``, ``gap`` or
        ``border``), `municipality_codes` (those at the place, separated by spaces), `area_km2`
        (zero for a border) and `detail` (empty; `repaired` says more).
    """
    _require_crs(boundaries.geometry, crs.STORE)
    return _listed(boundaries["municipality_code"], _faults(boundaries.geometry.to_numpy()))


def simplified(
    boundaries: gpd.GeoDataFrame,
    tolerance_degrees: float = WEB_TOLERANCE_DEGREES,
    vertices_max: int = WEB_VERTICES_MAX,
) -> gpd.GeoDataFrame:
    """Generalise all polygons together, for drawing: borders that were shared stay shared.

    Corners are dropped smallest first (Visvalingam and Whyatt). Shapes that keep too many vertices
    are coarsened further, with their neighbours, until they fit. However small, no island is
    dropped unless the grid has no room for it.

    Parameters
    ----------
    boundaries
        A valid coverage (EPSG:4326), as `repaired` gives it.
    tolerance_degrees
        Square root of the area of the largest triangle dropped, in degrees.
    vertices_max
        Most vertices of one row.

    Returns
    -------
    boundaries
        The same rows and columns; geometry on a grid of `WEB_DECIMALS` decimals, a valid coverage.

    Raises
    ------
    ContractError
        If a shape cannot be brought under `vertices_max`, or vanishes or crosses on the grid.

    References
    ----------
    Visvalingam and Whyatt (1993), *The Cartographic Journal* 30(1), 46-51.
    """
    _require_crs(boundaries.geometry, crs.STORE)
    shapes = shapely.coverage_simplify(boundaries.geometry.to_numpy(), tolerance_degrees)
    shapes = _lightened(shapes, tolerance_degrees, vertices_max)
    # every vertex is rounded alike, so a shared one stays shared
    shapes = shapely.transform(shapes, lambda positions: positions.round(WEB_DECIMALS))
    shapes = _enclosed_ground(shapes, np.flatnonzero(~shapely.is_valid(shapes)))
    _refuse_broken(boundaries["municipality_code"], shapes)
    return boundaries.set_geometry(shapes, crs=crs.STORE)


def dissolved(boundaries: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    """Outlines of groups of polygons, such as departments.

    Parameters
    ----------
    boundaries
        A valid coverage.
    by
        Column that names the group.

    Returns
    -------
    outlines
        One row per group in the order of its names, with the column `by` and `geometry`: its inner
        borders gone, its outer border vertex by vertex that of its members.
    """
    shapes = boundaries.geometry.to_numpy()
    members = boundaries.groupby(by).indices
    outlines = [shapely.coverage_union_all(shapes[rows]) for rows in members.values()]
    return gpd.GeoDataFrame({by: list(members)}, geometry=outlines, crs=boundaries.crs)


def area_km2(geometry: gpd.GeoSeries) -> pd.Series:
    """Equal-area size, the atlas's own.

    Parameters
    ----------
    geometry
        Polygons in EPSG:6933: ``area_km2(geometry.to_crs(crs.AREA))``. Shape ``(n,)``.

    Returns
    -------
    area
        In km². Shape ``(n,)``, same index; within 0.001 % of the area on the ellipsoid.

    Raises
    ------
    ContractError
        If the geometry is in another reference system.
    """
    _require_crs(geometry, crs.AREA)
    return pd.Series(geometry.area / _METRES2_PER_KM2)


def planar_area_km2(geometry: gpd.GeoSeries) -> pd.Series:
    """Size on DANE's map plane, to compare with the areas DANE prints; `area_km2` is the true one.

    Parameters
    ----------
    geometry
        Polygons in EPSG:9377: ``planar_area_km2(geometry.to_crs(crs.METRIC))``. Shape ``(n,)``.

    Returns
    -------
    area
        In km². Shape ``(n,)``, same index.

    Raises
    ------
    ContractError
        If the geometry is in another reference system.
    """
    _require_crs(geometry, crs.METRIC)
    return pd.Series(geometry.area / _METRES2_PER_KM2)


def geodesic_area_km2(geometry: gpd.GeoSeries) -> pd.Series:
    """Size on the ellipsoid: exact and slow, the yardstick of `area_km2`.

    Parameters
    ----------
    geometry
        Polygons in EPSG:4326. Shape ``(n,)``.

    Returns
    -------
    area
        In km². Shape ``(n,)``, same index.

    Raises
    ------
    ContractError
        If the geometry is in another reference system.

    References
    ----------
    Karney (2013), *Journal of Geodesy* 87, 43-55.
    """
    _require_crs(geometry, crs.STORE)
    # rings must run counter-clockwise around land for their areas to add up
    oriented = shapely.orient_polygons(geometry.to_numpy())
    area = [_ELLIPSOID.geometry_area_perimeter(shape)[0] for shape in oriented]
    return pd.Series(area, index=geometry.index) / _METRES2_PER_KM2


def located(
    longitude: npt.ArrayLike, latitude: npt.ArrayLike, boundaries: gpd.GeoDataFrame
) -> Codes:
    """The municipality in which each point lies.

    Parameters
    ----------
    longitude, latitude
        In degrees; NaN where unknown. Shape ``(n,)``.
    boundaries
        One row per municipality, with `municipality_code` and `geometry` (EPSG:4326); the finest
        there are, for a simplified border moves points across it.

    Returns
    -------
    codes
        `municipality_code`, or None for a point in no polygon. Shape ``(n,)``. A point on a shared
        border belongs to the lowest of the codes.
    """
    _require_crs(boundaries.geometry, crs.STORE)
    points = np.asarray(shapely.points(np.asarray(longitude), np.asarray(latitude)))
    from_highest = boundaries.sort_values("municipality_code", ascending=False)
    # asking a tree of points with polygons lets each polygon be prepared once: ten times faster
    polygon, point = shapely.STRtree(points).query(
        from_highest.geometry.to_numpy(), predicate="intersects"
    )
    codes: Codes = np.full(len(points), None, dtype=np.object_)
    # pairs come in the order of the polygons, and of repeated assignments the last one holds
    codes[point] = from_highest["municipality_code"].to_numpy(dtype=object)[polygon]
    return codes


def distance_km_to(
    longitude: npt.ArrayLike,
    latitude: npt.ArrayLike,
    codes: Sequence[str | None] | npt.NDArray[Any],
    boundaries: gpd.GeoDataFrame,
) -> npt.NDArray[np.float64]:
    """How far each point lies from the municipality stated for it, measured in EPSG:9377.

    Parameters
    ----------
    longitude, latitude
        In degrees; NaN where unknown. Shape ``(n,)``.
    codes
        The stated `municipality_code` of each point, or None. Shape ``(n,)``.
    boundaries
        One row per municipality, with `municipality_code` and `geometry` (EPSG:4326).

    Returns
    -------
    distance
        In km: 0 inside, NaN where no municipality or no position is stated. Shape ``(n,)``.

    Raises
    ------
    ContractError
        If a stated code has no boundary.
    """
    _require_crs(boundaries.geometry, crs.STORE)
    stated = pd.Series(np.asarray(codes, dtype=object))
    by_code = boundaries.set_index("municipality_code").geometry
    unknown = stated[stated.notna() & ~stated.isin(by_code.index)]
    if not unknown.empty:
        raise ContractError(
            f"{len(unknown)} points are stated in a municipality without a boundary, "
            f"e.g. {unknown.iloc[0]!r}. Map the code in pipeline.catalog.places."
        )
    shapes = by_code[by_code.index.isin(stated)].to_crs(crs.METRIC)
    points = gpd.GeoSeries.from_xy(longitude, latitude, crs=crs.STORE).to_crs(crs.METRIC)
    stated_shapes = shapes.reindex(stated).to_numpy()
    with np.errstate(invalid="ignore"):  # GEOS puts a point without a position infinitely far away
        distance = shapely.distance(points.to_numpy(), stated_shapes) / _METRES_PER_KM
    return np.where(np.isfinite(distance), distance, np.nan)


def _require_crs(geometry: gpd.GeoSeries, wanted: str) -> None:
    """Refuse to read a length or an area off the wrong plane."""
    if geometry.crs != wanted:
        raise ContractError(
            f"{len(geometry)} geometries are in {geometry.crs}, where {wanted} is needed. "
            f"Pass geometry.to_crs({wanted!r})."
        )


def _enclosed_ground(shapes: Shapes, rows: Rows) -> Shapes:
    """The shapes, those at `rows` as the ground they enclose; a part that encloses none goes."""
    valid = shapes.copy()
    valid[rows] = shapely.make_valid(shapes[rows], method="structure", keep_collapsed=False)
    return valid


def _faults(shapes: Shapes) -> list[_Fault]:
    """Overlaps, gaps, and borders with different vertices on their two sides, in this order."""
    disputed = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    near, other = _touching(shapes[disputed], shapes)
    pairs = np.unique(np.sort(np.column_stack([disputed[near], other])), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    common = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    overlaps = shapely.area(common) > 0
    land = shapely.coverage_union_all(_cleaned(shapes, disputed))
    holes = np.array(
        [shapely.Polygon(ring) for part in shapely.get_parts(land) for ring in part.interiors],
        dtype=object,
    )
    hole, beside = _touching(holes, shapes)
    faults = [
        *map(_Fault, repeat("overlap"), pairs[overlaps], common[overlaps]),
        *(_Fault("gap", beside[hole == number], ground) for number, ground in enumerate(holes)),
    ]
    unmatched = np.setdiff1d(disputed, _rows_of(faults))
    return faults + [_Fault("border", np.array([row]), shapely.Polygon()) for row in unmatched]


def _touching(shapes: Shapes, others: Shapes) -> Rows:
    """Pairs of rows of `shapes` and `others` that have a point in common. Shape ``(2, pairs)``."""
    return shapely.STRtree(others).query(shapes, predicate="intersects")


def _rows_of(faults: list[_Fault]) -> Rows:
    """The rows that any fault concerns."""
    return np.unique(np.concatenate([np.empty(0, dtype=np.intp), *(one.rows for one in faults)]))


def _cleaned(shapes: Shapes, rows: Rows, gap_width: float = 0.0) -> Shapes:
    """The shapes with faults at `rows` mended, looking no further than their neighbours."""
    around = np.unique(_touching(shapes[rows], shapes)[1])
    cleaned = shapes.copy()
    if around.size:
        cleaned[around] = shapely.coverage_clean(  # type: ignore[attr-defined] # newer than the stubs
            shapes[around], snapping_distance=SNAPPING_DEGREES, gap_width=gap_width
        )
    return cleaned


def _reshaped(codes: pd.Series, published: Shapes, valid: Shapes) -> pd.DataFrame:
    """One row per shape that was invalid; refused where it is another shape afterwards."""
    ground = _ground_km2(valid)
    change = np.abs(ground - _ground_km2(published))
    is_other = (change > REPAIR_TOLERANCE_SHARE * ground) | shapely.is_empty(valid)
    reasons = shapely.is_valid_reason(published)
    if is_other.any():
        worst = np.argmax(np.where(is_other, change, -1))
        raise ContractError(
            f"{is_other.sum()} geometries cannot be repaired without becoming other shapes, e.g. "
            f"{codes.iloc[worst]} would change by {change[worst]:.3f} km² ({reasons[worst]}). "
            "Correct the boundary file or fetch it again."
        )
    return pd.DataFrame(
        {"kind": "invalid", "municipality_codes": codes, "area_km2": change, "detail": reasons}
    )


def _listed(codes: pd.Series, faults: list[_Fault]) -> pd.DataFrame:
    """One row per fault."""
    return pd.DataFrame(
        {
            "kind": [one.kind for one in faults],
            "municipality_codes": [" ".join(sorted(codes.iloc[one.rows])) for one in faults],
            "area_km2": _ground_km2(np.array([one.ground for one in faults], dtype=object)),
            "detail": "",
        }
    )


def _refuse_large(report: pd.DataFrame) -> None:
    """Stop at an overlap or gap that is no slip of the pen."""
    large = report[
        report["kind"].isin(["overlap", "gap"]) & (report["area_km2"] > FAULT_TOLERANCE_KM2)
    ]
    if not large.empty:
        worst = large.iloc[large["area_km2"].argmax()]
        raise ContractError(
            f"{len(large)} overlaps or gaps exceed {FAULT_TOLERANCE_KM2} km², e.g. {worst['kind']} "
            f"of {worst['area_km2']:.2f} km² at {worst['municipality_codes']}. "
            "Correct the boundary file or fetch it again."
        )


def _refuse_moved(codes: pd.Series, shapes: Shapes, cleaned: Shapes) -> None:
    """Stop if closing small faults moved more ground than there was in dispute."""
    changed = np.flatnonzero(~shapely.equals_exact(cleaned, shapes, tolerance=0))
    change = np.abs(_ground_km2(cleaned[changed]) - _ground_km2(shapes[changed]))
    moved = shapely.is_empty(cleaned[changed]) | (change > FAULT_TOLERANCE_KM2)
    if moved.any():
        worst = np.argmax(change)
        raise ContractError(
            f"{moved.sum()} geometries cannot be fitted to their neighbours, e.g. "
            f"{codes.iloc[changed[worst]]} would change by {change[worst]:.2f} km². "
            "Correct the boundary file or fetch it again."
        )


def _ground_km2(shapes: Shapes) -> npt.NDArray[np.float64]:
    """Equal-area size of shapes in degrees."""
    return area_km2(gpd.GeoSeries(shapes, crs=crs.STORE).to_crs(crs.AREA)).to_numpy()


def _lightened(shapes: Shapes, tolerance_degrees: float, vertices_max: int) -> Shapes:
    """The shapes with those above `vertices_max` coarsened along all their borders."""
    heavy = np.flatnonzero(shapely.get_num_coordinates(shapes) > vertices_max)
    # the world outside is one more polygon: coast and frontier become shared borders like the rest
    with_world = np.array([*shapes, _world_outside(shapes)], dtype=object)
    around = np.unique(_touching(shapes[heavy], with_world)[1])
    lighter = with_world.copy()
    while (shapely.get_num_coordinates(lighter[heavy]) > vertices_max).any():
        tolerance_degrees *= WEB_COARSENING
        if tolerance_degrees > WEB_COARSEST_DEGREES:
            raise ContractError(
                f"{len(heavy)} geometries cannot be drawn with {vertices_max} vertices or fewer. "
                "Allow more vertices."
            )
        # the border of the group stays as it is, because others share it
        lighter[around] = shapely.coverage_simplify(
            with_world[around], tolerance_degrees, simplify_boundary=False
        )
    return lighter[:-1]


def _world_outside(shapes: Shapes) -> shapely.Geometry:
    """A frame around the shapes, without them: vertex by vertex their outer border."""
    land = shapely.coverage_union_all(shapes)
    x_min, y_min, x_max, y_max = shapely.bounds(land)
    frame = shapely.box(x_min - 1, y_min - 1, x_max + 1, y_max + 1)
    outside: shapely.Geometry = shapely.difference(frame, land)
    return outside


def _refuse_broken(codes: pd.Series, shapes: Shapes) -> None:
    """Stop where rounding closed a shape or made it cross itself or a neighbour."""
    edges = shapely.coverage_invalid_edges(shapes)
    broken = shapely.is_empty(shapes) | ~shapely.is_valid(shapes) | ~shapely.is_empty(edges)
    if broken.any():
        raise ContractError(
            f"{broken.sum()} geometries vanish or cross on the grid of {WEB_DECIMALS} decimals, "
            f"e.g. {codes[broken].iloc[0]}. Simplify with a larger tolerance."
        )
