"""Boundaries: mending, coverage, simplification, areas, points in polygons.

The country of these tests is a grid of squares a tenth of a degree wide on the equator, where such
a square has 11.13 km by 11.06 km. Its codes begin with 96, which is no department.
"""

from collections.abc import Callable
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import MultiPolygon, Polygon, box

from pipeline import crs
from pipeline.analysis import boundaries as b
from pipeline.errors import ContractError

Position = tuple[float, float]

SIDE = 0.1
KM_PER_DEGREE_EAST = 111.3195
KM_PER_DEGREE_NORTH = 110.5743
KM2_PER_SQUARE_DEGREE = KM_PER_DEGREE_EAST * KM_PER_DEGREE_NORTH
"""One degree of each along the equator on WGS 84: a pi/180, and a (1 - e²) pi/180."""


def square(column: float, row: float = 0) -> Polygon:
    return box(column * SIDE, row * SIDE, (column + 1) * SIDE, (row + 1) * SIDE)


def country(*shapes: shapely.Geometry, index: list[str] | None = None) -> gpd.GeoDataFrame:
    """Municipalities 96001, 96002, ... with an index of their own, which nothing may change."""
    codes = [f"96{number:03d}" for number in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame(
        {"municipality_code": codes, "name": [f"Invented {code}" for code in codes]},
        geometry=list(shapes),
        crs=crs.STORE,
        index=index or [f"row {code}" for code in codes],
    )


def wiggly(start: Position, end: Position, steps: int, seed: int) -> list[Position]:
    """Vertices of a border from start to end that never leaves the wedge between its ends.

    No vertex passes the one before it, and near a corner the border stays within 22 degrees of its
    straight line: borders that leave the corner at right angles do not meet.
    """
    random = np.random.default_rng(seed)
    straight = np.subtract(end, start)
    forward = np.linspace(0, 1, steps)
    forward[1:-1] += random.uniform(-0.4, 0.4, steps - 2) / (steps - 1)
    aside = 0.4 * np.minimum(forward, 1 - forward) * random.uniform(-1, 1, steps)
    across = straight[::-1] * (-1, 1)
    positions = np.asarray(start) + np.outer(forward, straight) + np.outer(aside, across)
    return [start, *map(tuple, positions[1:-1]), end]


def strip(widths: int, steps: int) -> list[Polygon]:
    """Squares in a row whose borders, outer ones included, are wiggly lines of `steps` vertices."""
    uprights = [wiggly((n * SIDE, 0), (n * SIDE, SIDE), steps, seed=n) for n in range(widths + 1)]
    floors = [
        wiggly((n * SIDE, 0), ((n + 1) * SIDE, 0), steps, seed=100 + n) for n in range(widths)
    ]
    roofs = [
        wiggly((n * SIDE, SIDE), ((n + 1) * SIDE, SIDE), steps, seed=200 + n) for n in range(widths)
    ]
    return [
        Polygon(floors[n] + uprights[n + 1] + roofs[n][::-1] + uprights[n][::-1])
        for n in range(widths)
    ]


def block(steps: int, seed: int) -> list[Polygon]:
    """Two by two squares, column by column, with wiggly borders of `steps` vertices all around."""
    corner = {(c, r): (c * SIDE, r * SIDE) for c in range(3) for r in range(3)}
    east = {
        (c, r): wiggly(corner[c, r], corner[c + 1, r], steps, seed + 10 * c + r)
        for c in range(2)
        for r in range(3)
    }
    north = {
        (c, r): wiggly(corner[c, r], corner[c, r + 1], steps, seed + 100 + 10 * c + r)
        for c in range(3)
        for r in range(2)
    }
    return [
        Polygon(east[c, r] + north[c + 1, r] + east[c, r + 1][::-1] + north[c, r][::-1])
        for c in range(2)
        for r in range(2)
    ]


def total_area(shapes: gpd.GeoDataFrame) -> float:
    return float(shapely.area(shapes.geometry.to_numpy()).sum())


def covered_area(shapes: gpd.GeoDataFrame) -> float:
    """Ground under the shapes, counted once, without any of the functions for coverages."""
    return float(shapely.union_all(shapes.geometry.to_numpy()).area)


class TestRepaired:
    def test_a_sound_coverage_is_left_alone(self) -> None:
        grid = country(square(0), square(1), square(0, 1), square(1, 1))
        mended, faults = b.repaired(grid)
        pd.testing.assert_frame_equal(mended, grid)
        assert faults.empty
        assert list(faults.columns) == ["kind", "municipality_codes", "area_km2", "detail"]

    def test_a_small_bowtie_keeps_the_ground_it_encloses(self) -> None:
        # from the upper left corner a bow of two triangles hangs, the outer one wound backwards
        bow = [(0.0002, 0.1), (0, 0.1002), (0.0002, 0.1002)]
        knotted = Polygon([(0, 0), (0.1, 0), (0.1, 0.1), *bow, (0, 0.1)])
        assert not knotted.is_valid
        grid = country(square(1), knotted)
        mended, faults = b.repaired(grid)
        assert mended.geometry.is_valid.all()
        # a square and two triangles with base 0.0002 and height 0.0001
        assert mended.geometry.iloc[1].area == pytest.approx(0.01 + 2e-8, rel=1e-9)
        assert mended.geometry.iloc[0].equals(square(1))
        assert list(mended.index) == list(grid.index)
        fault = faults.iloc[0]
        assert len(faults) == 1
        assert (fault["kind"], fault["municipality_codes"]) == ("invalid", "96002")
        assert "intersection" in fault["detail"]
        # the shoelace formula subtracts the backward triangle: twice its area appears
        assert fault["area_km2"] == pytest.approx(2e-8 * KM2_PER_SQUARE_DEGREE, rel=1e-3)

    def test_a_shape_that_would_become_another_is_refused(self) -> None:
        bowtie = Polygon([(0, 0), (0.1, 0.1), (0.1, 0), (0, 0.1)])
        # two triangles with base and height of 0.1 and 0.05 degrees: 61.5 km² that cancelled out
        with pytest.raises(ContractError, match=r"1 geometries .* 96001 would change by 61\.5"):
            b.repaired(country(bowtie, square(1)))

    def test_a_shape_without_ground_is_refused(self) -> None:
        line = Polygon([(0, 0), (0.1, 0.1), (0, 0)])
        with pytest.raises(ContractError, match=r"1 geometries cannot be repaired .* 96001"):
            b.repaired(country(line, square(1)))

    def test_a_small_overlap_goes_to_one_side(self) -> None:
        # the left square reaches 0.00002 degrees into the right one: 2.2 m by 11.06 km
        reaching = box(0, 0, SIDE + 0.00002, SIDE)
        grid = country(reaching, square(1), square(2))
        mended, faults = b.repaired(grid)
        assert list(faults["kind"]) == ["overlap"]
        assert list(faults["municipality_codes"]) == ["96001 96002"]
        assert faults["area_km2"][0] == pytest.approx(0.000002 * KM2_PER_SQUARE_DEGREE, rel=1e-3)
        assert b.coverage_faults(mended).empty
        assert total_area(grid) == pytest.approx(0.03 + 0.000002)
        assert total_area(mended) == pytest.approx(0.03)
        assert covered_area(mended) == pytest.approx(0.03)
        assert mended.geometry.iloc[2].equals(square(2))

    def test_a_large_overlap_is_refused(self) -> None:
        # 0.001 degrees by 0.1: 1.23 km²
        reaching = box(0, 0, SIDE + 0.001, SIDE)
        with pytest.raises(
            ContractError,
            match=r"1 overlaps or gaps exceed 0\.05 km².*overlap of 1\.23 km² at 96001",
        ):
            b.repaired(country(reaching, square(1)))

    @pytest.mark.parametrize(
        "intruder", [square(0), box(0.04, 0.04, 0.06, 0.06)], ids=["twin", "inside"]
    )
    def test_a_shape_on_top_of_another_is_refused(self, intruder: Polygon) -> None:
        with pytest.raises(ContractError, match="overlap of"):
            b.repaired(country(square(0), intruder))

    def test_a_small_gap_is_closed(self) -> None:
        # a notch of 0.001 by 0.001 degrees in the left square, at its border with the right one
        notch = box(0.099, 0.04, 0.1, 0.041)
        mended, faults = b.repaired(country(square(0).difference(notch), square(1)))
        assert list(faults["kind"]) == ["gap"]
        assert list(faults["municipality_codes"]) == ["96001 96002"]
        assert faults["area_km2"][0] == pytest.approx(1e-6 * KM2_PER_SQUARE_DEGREE, rel=1e-3)
        assert b.coverage_faults(mended).empty
        assert total_area(mended) == pytest.approx(0.02)

    def test_a_large_gap_is_refused(self) -> None:
        ring = [square(c, r) for c in range(3) for r in range(3) if (c, r) != (1, 1)]
        # the ninth square: 123.1 km²
        with pytest.raises(ContractError, match=r"gap of 123\.\d+ km² at 96001 96002"):
            b.repaired(country(*ring))

    def test_a_vertex_on_one_side_only_is_given_to_the_other(self) -> None:
        extra = Polygon([(0.1, 0), (0.2, 0), (0.2, 0.1), (0.1, 0.1), (0.1, 0.03)])
        grid = country(square(0), extra)
        mended, faults = b.repaired(grid)
        assert list(faults["kind"]) == ["border", "border"]
        assert list(faults["municipality_codes"]) == ["96001", "96002"]
        assert list(faults["area_km2"]) == [0, 0]
        assert (0.1, 0.03) in mended.geometry.iloc[0].exterior.coords
        assert b.coverage_faults(mended).empty

    def test_a_cleaning_that_moves_ground_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # without snapping GEOS 3.14 gives both squares to the first, GEOS issue 1525
        extra = Polygon([(0.1, 0), (0.2, 0), (0.2, 0.1), (0.1, 0.1), (0.1, 0.03)])
        monkeypatch.setattr(b, "SNAPPING_DEGREES", 0.0)
        with pytest.raises(
            ContractError, match=r"2 geometries .* 96001 would change by 123\.\d+ km²"
        ):
            b.repaired(country(square(0), extra))

    def test_another_reference_system_is_refused(self) -> None:
        with pytest.raises(ContractError, match=r"in EPSG:9377, where EPSG:4326 is needed"):
            b.repaired(country(square(0)).to_crs(crs.METRIC))


class TestCoverageFaults:
    def test_an_enclave_is_no_fault(self) -> None:
        enclave = box(0.04, 0.04, 0.06, 0.06)
        assert b.coverage_faults(country(square(0).difference(enclave), enclave)).empty

    def test_an_island_is_no_fault(self) -> None:
        assert b.coverage_faults(country(square(0), MultiPolygon([square(1), square(5)]))).empty

    def test_every_fault_is_listed_with_its_size(self) -> None:
        notch = box(0.09, 0.04, 0.1, 0.05)
        reaching = box(0.2 - 0.01, 0, 0.3, SIDE)
        faults = b.coverage_faults(country(square(0).difference(notch), square(1), reaching))
        assert list(zip(faults["kind"], faults["municipality_codes"], strict=True)) == [
            ("overlap", "96002 96003"),
            ("gap", "96001 96002"),
        ]
        # 0.01 by 0.1 and 0.01 by 0.01 degrees
        expected = np.array([1e-3, 1e-4]) * KM2_PER_SQUARE_DEGREE
        np.testing.assert_allclose(faults["area_km2"], expected, rtol=1e-3)


def border(one: Polygon, other: Polygon) -> float:
    """Length of the line two polygons share."""
    return float(one.boundary.intersection(other.boundary).length)


class TestSimplified:
    def test_shared_borders_stay_shared(self) -> None:
        detailed = country(*strip(4, steps=80))
        light = b.simplified(detailed, tolerance_degrees=0.01)
        shapes = light.geometry.to_numpy()
        assert (shapely.get_num_coordinates(shapes) < 4 * 80 / 3).all()
        assert shapely.is_valid(shapes).all()
        assert covered_area(light) == pytest.approx(total_area(light), rel=1e-12)
        for left, right in pairwise(shapes):
            assert border(left, right) >= SIDE
        pd.testing.assert_frame_equal(
            light.drop(columns="geometry"), detailed.drop(columns="geometry")
        )

    @settings(deadline=None)  # the first call loads libraries
    @given(
        seed=st.integers(0, 10_000),
        steps=st.integers(3, 60),
        tolerance=st.floats(0.0005, 0.05),
    )
    def test_whatever_the_borders_and_the_tolerance(
        self, seed: int, steps: int, tolerance: float
    ) -> None:
        squares = block(steps, seed)
        light = b.simplified(country(*squares), tolerance)
        shapes = light.geometry.to_numpy()
        assert shapely.is_valid(shapes).all()
        assert not shapely.is_empty(shapes).any()
        assert covered_area(light) == pytest.approx(total_area(light), rel=1e-9)
        for one, other in [(0, 1), (0, 2), (1, 3), (2, 3)]:
            # the ends of a shared border are junctions, which never move
            assert border(shapes[one], shapes[other]) >= SIDE * (1 - 1e-9)

    def test_positions_lie_on_the_grid_of_four_decimals(self) -> None:
        light = b.simplified(country(*strip(2, steps=30)), tolerance_degrees=0.001)
        positions = shapely.get_coordinates(light.geometry.to_numpy())
        np.testing.assert_array_equal(positions, positions.round(4))

    def test_a_shape_with_too_many_vertices_is_coarsened_and_others_are_not(self) -> None:
        shapes = strip(5, steps=20)
        # many capes on the outer coast of the first, each too large for the tolerance
        coast = [(-0.02 if n % 2 else 0.0, SIDE - n * SIDE / 60) for n in range(1, 60)]
        shapes[0] = Polygon([*shapes[0].exterior.coords[:-21], (0, SIDE), *coast, (0, 0)])
        every = country(*shapes)
        free = b.simplified(every, tolerance_degrees=0.0005, vertices_max=10_000)
        light = b.simplified(every, tolerance_degrees=0.0005, vertices_max=90)
        before = shapely.get_num_coordinates(free.geometry.to_numpy())
        after = shapely.get_num_coordinates(light.geometry.to_numpy())
        assert before[0] > 90
        assert (after <= 90).all()
        assert covered_area(light) == pytest.approx(total_area(light), rel=1e-12)
        # only the first and the border it shares with the second are coarser
        assert after[1] <= before[1]
        assert light.geometry.iloc[2:].geom_equals(free.geometry.iloc[2:]).all()

    def test_fewer_vertices_than_a_triangle_has_are_refused(self) -> None:
        with pytest.raises(ContractError, match=r"2 geometries cannot be drawn with 3 vertices"):
            b.simplified(country(square(0), square(1)), vertices_max=3)

    def test_a_small_island_stays(self) -> None:
        islet = box(0.5, 0.5, 0.5004, 0.5004)
        light = b.simplified(country(MultiPolygon([square(0), islet]), square(1)))
        kept = shapely.get_parts(light.geometry.iloc[0])
        assert len(kept) == 2
        assert min(part.area for part in kept) > 0

    def test_an_islet_smaller_than_the_grid_goes_without_harm(self) -> None:
        islet = box(0.50001, 0.50001, 0.50003, 0.50003)
        light = b.simplified(country(MultiPolygon([square(0), islet]), square(1)))
        assert light.geometry.iloc[0].equals(square(0))

    def test_a_municipality_smaller_than_the_grid_is_refused(self) -> None:
        islet = box(0.50001, 0.50001, 0.50003, 0.50003)
        with pytest.raises(ContractError, match=r"1 geometries vanish or cross .* 96002"):
            b.simplified(country(square(0), islet))


class TestDissolved:
    def test_inner_borders_go_and_outer_ones_stay(self) -> None:
        grid = country(square(0), square(0, 1), square(1), square(1, 1)).assign(
            department_code=["97", "97", "96", "96"]
        )
        outlines = b.dissolved(grid, by="department_code")
        assert list(outlines.columns) == ["department_code", "geometry"]
        assert list(outlines["department_code"]) == ["96", "97"]
        assert outlines.geometry[0].equals(box(0.1, 0, 0.2, 0.2))
        assert outlines.geometry[1].equals(box(0, 0, 0.1, 0.2))
        assert outlines.crs == grid.crs


def cell_km2(south: float, north: float, degrees_east: float) -> float:
    """Area between two parallels and two meridians of WGS 84, from the closed formula.

    Snyder (1987), *Map Projections: A Working Manual*, equation 3-12 for the authalic latitude.
    """
    ellipsoid = Geod(ellps="WGS84")
    e = np.sqrt(ellipsoid.es)

    def q(latitude: float) -> float:
        sine = np.sin(np.radians(latitude))
        return (1 - e**2) * (
            sine / (1 - (e * sine) ** 2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e)
        )

    metres2 = ellipsoid.a**2 / 2 * np.radians(degrees_east) * (q(north) - q(south))
    return float(metres2 / 1e6)


class TestAreas:
    # fine steps along the parallels, which are straight in EPSG:6933 but no geodesics
    CELLS = gpd.GeoSeries(
        [
            shapely.segmentize(box(-74, 0, -73, 1), 0.001),
            shapely.segmentize(box(-74, 10, -73.5, 12), 0.001),
        ],
        crs=crs.STORE,
        index=["equator", "north"],
    )
    KM2 = (cell_km2(0, 1, 1), cell_km2(10, 12, 0.5))

    def test_the_formula_gives_the_published_size_of_the_first_degree(self) -> None:
        # 12,308.8 km² is what tables print for a one-degree cell at the equator of WGS 84
        assert pytest.approx(12_308.8, rel=1e-4) == self.KM2[0]

    def test_equal_area(self) -> None:
        area = b.area_km2(self.CELLS.to_crs(crs.AREA))
        assert list(area.index) == ["equator", "north"]
        np.testing.assert_allclose(area, self.KM2, rtol=1e-7)

    def test_geodesic(self) -> None:
        area = b.geodesic_area_km2(self.CELLS)
        assert list(area.index) == ["equator", "north"]
        np.testing.assert_allclose(area, self.KM2, rtol=1e-7)

    def test_geodesic_area_leaves_holes_out_however_rings_run(self) -> None:
        hole = box(0.02, 0.02, 0.04, 0.04)
        ring = square(0).difference(hole)
        shapes = gpd.GeoSeries([ring, shapely.reverse(ring), square(0), hole], crs=crs.STORE)
        forwards, backwards, whole, missing = b.geodesic_area_km2(shapes)
        assert forwards == pytest.approx(whole - missing)
        assert backwards == pytest.approx(whole - missing)

    def test_the_plane_is_a_thousandth_short_on_its_central_meridian(self) -> None:
        # Origen Nacional's scale at 73° W is 0.9992 by definition, so areas shrink by its square
        cell = gpd.GeoSeries([box(-73.005, 4, -72.995, 4.01)], crs=crs.STORE, index=["cell"])
        planar = b.planar_area_km2(cell.to_crs(crs.METRIC))
        assert list(planar.index) == ["cell"]
        assert planar["cell"] / b.geodesic_area_km2(cell)["cell"] == pytest.approx(
            0.9992**2, rel=1e-6
        )

    @pytest.mark.parametrize(
        ("measure", "wanted"),
        [
            (b.area_km2, crs.AREA),
            (b.planar_area_km2, crs.METRIC),
            (b.geodesic_area_km2, crs.STORE),
        ],
    )
    def test_each_measures_in_its_own_reference_system_only(
        self, measure: Callable[[gpd.GeoSeries], pd.Series], wanted: str
    ) -> None:
        for other in {crs.STORE, crs.METRIC, crs.AREA} - {wanted}:
            with pytest.raises(ContractError, match=rf"in {other}, where {wanted} is needed"):
                measure(self.CELLS.to_crs(other))


class TestLocated:
    GRID = country(square(0), square(1), square(0, 1), MultiPolygon([square(1, 1), square(5, 5)]))

    @pytest.mark.parametrize(
        ("position", "code"),
        [
            ((0.05, 0.05), "96001"),
            ((0.15, 0.05), "96002"),
            ((0.55, 0.55), "96004"),  # its island
            ((0.35, 0.35), None),
            ((0.1, 0.05), "96001"),  # on a border
            ((0.15, 0.1), "96002"),
            ((0.1, 0.1), "96001"),  # where four meet
            ((0.2, 0.2), "96004"),  # a corner of its own
            ((np.nan, 0.05), None),
            ((0.05, np.nan), None),
        ],
    )
    def test_a_point_belongs_to_its_polygon(
        self, position: tuple[float, float], code: str | None
    ) -> None:
        longitude, latitude = position
        assert list(b.located([longitude], [latitude], self.GRID)) == [code]

    def test_the_order_of_the_rows_does_not_matter(self) -> None:
        longitude, latitude = np.random.default_rng(1).uniform(0, 0.25, (2, 500)).round(2)
        shuffled = self.GRID.iloc[[2, 0, 3, 1]]
        codes = b.located(longitude, latitude, self.GRID)
        np.testing.assert_array_equal(codes, b.located(longitude, latitude, shuffled))
        # a square's lower and left borders belong to the neighbour below and to the left
        column, row = np.ceil(longitude * 10 - 1e-9) - 1, np.ceil(latitude * 10 - 1e-9) - 1
        inside = (column < 2) & (row < 2)
        expected = 96001 + column.clip(0) + 2 * row.clip(0)
        known = [None if code is None else int(code) for code in codes]
        assert known == [
            int(code) if within else None for code, within in zip(expected, inside, strict=True)
        ]

    def test_no_points(self) -> None:
        assert b.located([], [], self.GRID).shape == (0,)


class TestDistance:
    GRID = country(box(-73.1, 4.0, -72.9, 4.1), box(-72.9, 4.0, -72.7, 4.1))

    def test_inside_is_no_distance(self) -> None:
        distance = b.distance_km_to([-73.0], [4.05], ["96001"], self.GRID)
        assert list(distance) == [0]

    def test_along_the_central_meridian(self) -> None:
        # 0.1 degrees north of the border on 73° W, where the plane's scale is 0.9992
        metres = Geod(ellps="GRS80").inv(-73.0, 4.1, -73.0, 4.2)[2]
        distance = b.distance_km_to([-73.0], [4.2], ["96001"], self.GRID)
        assert distance[0] == pytest.approx(metres / 1e3 * 0.9992, rel=1e-4)

    def test_the_stated_municipality_counts_not_the_nearest(self) -> None:
        longitude, latitude = [-73.05, -73.05, -73.05], [4.05, 4.05, 4.05]
        codes: npt.NDArray[np.object_] = np.array(["96002", None, "96001"], dtype=object)
        far, unknown, inside = b.distance_km_to(longitude, latitude, codes, self.GRID)
        metres = Geod(ellps="GRS80").inv(-73.05, 4.05, -72.9, 4.05)[2]
        assert far == pytest.approx(metres / 1e3 * 0.9992, rel=1e-4)
        assert np.isnan(unknown)
        assert inside == 0

    def test_a_code_without_a_boundary_is_refused(self) -> None:
        with pytest.raises(ContractError, match=r"2 points .* e\.g\. '96009'"):
            b.distance_km_to([-73, -73, -73], [4, 4, 4], ["96009", "96009", "96001"], self.GRID)

    def test_a_point_at_no_position_has_no_distance(self) -> None:
        assert np.isnan(b.distance_km_to([np.nan], [4.05], ["96001"], self.GRID)[0])

    def test_degrees_are_the_only_input(self) -> None:
        with pytest.raises(ContractError, match="EPSG:4326 is needed"):
            b.distance_km_to([0], [0], ["96001"], self.GRID.to_crs(crs.METRIC))
