"""The published boundary files: what they hold, what has to be mended, how small the web map gets.

Expected figures come from the publishers' files by other tools, or from DANE itself.
"""

import gzip
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray

from pipeline import crs
from pipeline.analysis import boundaries as b
from pipeline.analysis.clusters import queen_neighbours
from pipeline.errors import SourceError
from pipeline.ingest.geometry import read_polygons
from pipeline.ingest.places import AREA_TOLERANCE_SHARE

SHARED = Path(__file__).resolve().parents[3] / "shared"
MGN = SHARED / "mirror" / "dane" / "mgn-2025"
FINE = MGN / "col_municipios_real_departamental.topojson"
COARSE = MGN / "col_municipios_real_nacional.geojson"
SAMPLES = SHARED / "samples" / "dane"
MINE_EVENTS = SHARED / "mirror" / "aicma" / "eventos_sgp4-3e6k"

SEVEN = ("05", "13", "19", "23", "52", "54", "70")
MUNICIPALITIES = 1_122
SEVEN_MUNICIPALITIES = 373


def present(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"no {path.name}: ../shared/{path.relative_to(SHARED)} is absent")
    return path


def in_seven(places: gpd.GeoDataFrame) -> pd.Series:
    return places["municipality_code"].str[:2].isin(SEVEN)


def rings(topology: dict) -> Iterator[tuple[str, int]]:
    """Code and number of vertices of each ring, counted arc by arc in the topology itself."""
    lengths = [len(arc) for arc in topology["arcs"]]
    (places,) = topology["objects"].values()
    for place in places["geometries"]:
        polygons = place["arcs"] if place["type"] == "MultiPolygon" else [place["arcs"]]
        for ring in (ring for polygon in polygons for ring in polygon):
            # arcs of a ring share their ends
            vertices = sum(lengths[arc if arc >= 0 else ~arc] - 1 for arc in ring) + 1
            yield place["properties"]["divipola_mun"], vertices


@pytest.fixture(scope="module")
def published() -> gpd.GeoDataFrame:
    return read_polygons(present(FINE))


@pytest.fixture(scope="module")
def mended(published: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return b.repaired(published)[0]


@pytest.fixture(scope="module")
def faults(published: gpd.GeoDataFrame) -> pd.DataFrame:
    return b.repaired(published)[1]


@pytest.fixture(scope="module")
def web(mended: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return b.simplified(mended)


@pytest.fixture(scope="module")
def mine_events() -> NDArray[np.float64]:
    years = sorted(present(MINE_EVENTS).glob("*.json"))
    return np.array(
        [
            event["geometry"]["coordinates"]
            for year in years
            for event in json.loads(year.read_text(encoding="utf-8"))["features"]
        ]
    )


class TestReading:
    def test_every_municipality_once(self, published: gpd.GeoDataFrame) -> None:
        assert published["municipality_code"].nunique() == MUNICIPALITIES
        assert len(published) == MUNICIPALITIES
        assert in_seven(published).sum() == SEVEN_MUNICIPALITIES

    def test_every_arc_is_decoded(self, published: gpd.GeoDataFrame) -> None:
        counted = pd.DataFrame(
            rings(json.loads(FINE.read_text(encoding="utf-8"))), columns=["code", "vertices"]
        )
        expected = counted.groupby("code")["vertices"].sum()
        found = shapely.get_num_coordinates(published.geometry.to_numpy())
        assert found.sum() == 504_624
        np.testing.assert_array_equal(found, expected.loc[published["municipality_code"]])

    def test_both_editions_hold_the_same_places(self, published: gpd.GeoDataFrame) -> None:
        coarse = read_polygons(present(COARSE))
        columns = ["municipality_code", "name", "published_area_km2"]
        pd.testing.assert_frame_equal(published[columns], coarse[columns])

    @pytest.mark.parametrize("edition", ["nacional", "departamental"])
    def test_departments(self, edition: str) -> None:
        path = present(MGN / f"col_departamentos_real_{edition}.geojson")
        departments = read_polygons(path, unit="department")
        assert len(departments) == 33
        assert set(SEVEN) < set(departments["department_code"])

    def test_swapped_axes_are_refused_for_that_reason(self) -> None:
        path = present(SHARED / "broken" / "axes-swapped" / "col_municipios_real_nacional.geojson")
        with pytest.raises(SourceError, match=r"axes look swapped\. 1122 of 1122 shapes"):
            read_polygons(path)

    @pytest.mark.parametrize(
        ("path", "count", "first", "area_km2"),
        [
            ("mgn-2018/MGN_ANM_MPIOS.geojson", 1_122, "05001", 374.83),
            ("mgn-2021-full-sucre/Sucre.geojson", 26, "70001", 279.97),
            ("mgn-full-valle-shapefile/MGN_ADM_MPIO_GRAFICO.shp", 42, "76001", 553.72),
        ],
    )
    def test_sample_layouts(self, path: str, count: int, first: str, area_km2: float) -> None:
        places = read_polygons(present(SAMPLES / path))
        assert len(places) == count
        assert places["municipality_code"][0] == first
        assert places["published_area_km2"][0] == pytest.approx(area_km2, abs=0.01)
        assert places.crs == crs.STORE

    @pytest.mark.parametrize(
        ("folder", "vertices"),
        [("mgn-2021-full-sucre", 77_728), ("mgn-full-valle-shapefile", 158_879)],
    )
    def test_samples_at_full_size_as_dane_packs_them(
        self, tmp_path: Path, folder: str, vertices: int
    ) -> None:
        files = sorted(present(SAMPLES / folder).iterdir())
        path = tmp_path / "MGN2024_MPIO_POLITICO.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, f"MPIO/{file.name}")
        places = read_polygons(path)
        (single,) = (one for one in files if one.suffix in {".shp", ".geojson"})
        pd.testing.assert_frame_equal(places, read_polygons(single))
        assert shapely.get_num_coordinates(places.geometry.to_numpy()).sum() == vertices
        mended, _ = b.repaired(places)
        planar = b.planar_area_km2(mended.geometry.to_crs(crs.METRIC))
        off = (planar / places["published_area_km2"] - 1).abs()
        assert off.max() < AREA_TOLERANCE_SHARE["official"]


class TestMending:
    def test_two_shapes_and_one_spot_of_the_finer_file(self, faults: pd.DataFrame) -> None:
        invalid = faults[faults["kind"] == "invalid"]
        assert list(invalid["municipality_codes"]) == ["20770", "25290"]
        overlaps = faults[faults["kind"] == "overlap"]
        assert set(" ".join(overlaps["municipality_codes"]).split()) == {"20710", "20770", "68615"}
        np.testing.assert_allclose(overlaps["area_km2"], 120e-6, rtol=0.05)
        assert len(invalid) + len(overlaps) == len(faults)

    def test_the_mended_country_is_a_coverage(self, mended: gpd.GeoDataFrame) -> None:
        assert mended.geometry.is_valid.all()
        assert b.coverage_faults(mended).empty
        # counted without any function for coverages
        shapes = mended.geometry.to_numpy()
        assert shapely.union_all(shapes).area == pytest.approx(shapely.area(shapes).sum())

    def test_nothing_else_has_moved(
        self, published: gpd.GeoDataFrame, mended: gpd.GeoDataFrame
    ) -> None:
        same = published.geometry.geom_equals(mended.geometry)
        assert set(published["municipality_code"][~same]) <= {"20710", "20770", "68615", "25290"}

    def test_the_coarser_file(self) -> None:
        coarse, faults = b.repaired(read_polygons(present(COARSE)))
        of_kind = faults.groupby("kind")["municipality_codes"].agg(" ".join)
        assert of_kind["invalid"] == "47030 94885"
        assert set(of_kind["overlap"].split()) == {"20238", "47030", "47288", "94883", "94885"}
        assert b.coverage_faults(coarse).empty

    @pytest.mark.parametrize(
        ("path", "invalid"),
        [
            ("mgn-2018/MGN_ANM_MPIOS.geojson", {"19142", "23682", "50711", "52835"}),
            ("mgn-2021-full-sucre/Sucre.geojson", set()),
            ("mgn-full-valle-shapefile/MGN_ADM_MPIO_GRAFICO.shp", {"76001"}),
        ],
    )
    def test_samples(self, path: str, invalid: set[str]) -> None:
        mended, faults = b.repaired(read_polygons(present(SAMPLES / path)))
        assert set(faults["municipality_codes"][faults["kind"] == "invalid"]) == invalid
        assert b.coverage_faults(mended).empty
        web = b.simplified(mended)
        assert b.coverage_faults(web).empty
        assert web.geometry.is_valid.all()


class TestAreas:
    def test_the_plane_agrees_with_the_areas_dane_prints(self, mended: gpd.GeoDataFrame) -> None:
        planar = b.planar_area_km2(mended.geometry.to_crs(crs.METRIC))
        np.testing.assert_allclose(planar, mended["published_area_km2"], rtol=0.005)
        assert planar[in_seven(mended)].sum() == pytest.approx(209_876, rel=0.0005)

    def test_equal_areas_agree_with_the_ellipsoid(self, mended: gpd.GeoDataFrame) -> None:
        area = b.area_km2(mended.geometry.to_crs(crs.AREA))
        np.testing.assert_allclose(area, b.geodesic_area_km2(mended.geometry), rtol=0.001)
        assert area[in_seven(mended)].sum() == pytest.approx(209_607, rel=0.0001)


class TestWeb:
    def test_no_municipality_has_too_many_vertices(self, web: gpd.GeoDataFrame) -> None:
        vertices = shapely.get_num_coordinates(web.geometry.to_numpy())
        assert np.mean(vertices <= 300) >= 0.9
        assert vertices.max() <= 600

    def test_it_is_a_coverage_without_losses(
        self, mended: gpd.GeoDataFrame, web: gpd.GeoDataFrame
    ) -> None:
        assert web.geometry.is_valid.all()
        assert b.coverage_faults(web).empty
        assert list(web["municipality_code"]) == list(mended["municipality_code"])
        assert (web.geometry.count_geometries() == mended.geometry.count_geometries()).all()
        # the smallest towns lose most; none may lose its shape
        area = b.area_km2(web.geometry.to_crs(crs.AREA))
        np.testing.assert_allclose(area, b.area_km2(mended.geometry.to_crs(crs.AREA)), rtol=0.05)

    def test_it_is_light_on_the_wire(self, web: gpd.GeoDataFrame) -> None:
        seven = web[in_seven(web)].assign(department_code=web["municipality_code"].str[:2])
        outlines = b.dissolved(seven, by="department_code")
        files = [seven[["municipality_code", "geometry"]], outlines]
        text = "".join(one.to_json(drop_id=True).replace(" ", "") for one in files)
        assert len(gzip.compress(text.encode())) <= 250_000

    def test_departments_are_dissolved_from_their_municipalities(
        self, mended: gpd.GeoDataFrame
    ) -> None:
        outlines = b.dissolved(
            mended.assign(department_code=mended["municipality_code"].str[:2]), by="department_code"
        )
        official = read_polygons(
            present(MGN / "col_departamentos_real_departamental.geojson"), unit="department"
        )
        assert list(outlines["department_code"]) == list(official["department_code"])
        planar = b.planar_area_km2(outlines.geometry.to_crs(crs.METRIC))
        np.testing.assert_allclose(planar, official["published_area_km2"], rtol=0.005)


class TestMineEvents:
    def test_points_in_no_polygon(
        self, mended: gpd.GeoDataFrame, mine_events: NDArray[np.float64]
    ) -> None:
        codes = b.located(mine_events[:, 0], mine_events[:, 1], mended)
        assert len(codes) == 36_527
        assert pd.isna(codes).sum() == 96

    def test_the_finer_boundaries_matter(
        self, mended: gpd.GeoDataFrame, mine_events: NDArray[np.float64]
    ) -> None:
        coarse = b.repaired(read_polygons(present(COARSE)))[0]
        fine_codes, coarse_codes = (
            b.located(mine_events[:, 0], mine_events[:, 1], places) for places in (mended, coarse)
        )
        assert (fine_codes != coarse_codes).sum() == 171

    def test_a_point_lies_in_the_municipality_it_is_located_in(
        self, mended: gpd.GeoDataFrame, mine_events: NDArray[np.float64]
    ) -> None:
        some = mine_events[::20]
        codes = b.located(some[:, 0], some[:, 1], mended)
        distance = b.distance_km_to(some[:, 0], some[:, 1], codes, mended)
        assert (distance[~pd.isna(codes)] == 0).all()
        assert np.isnan(distance[pd.isna(codes)]).all()


class TestNeighbours:
    def test_the_two_island_municipalities_have_none(self, mended: gpd.GeoDataFrame) -> None:
        neighbours = queen_neighbours(mended)
        assert neighbours.n == MUNICIPALITIES
        assert sorted(neighbours.isolates) == ["88001", "88564"]

    def test_geos_finds_the_same_without_looking_for_shared_vertices(
        self, mended: gpd.GeoDataFrame
    ) -> None:
        shapes = mended.geometry.to_numpy()
        codes = mended["municipality_code"].to_numpy()
        one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        touching = {
            pair for pair in zip(codes[one], codes[other], strict=True) if pair[0] != pair[1]
        }
        links = queen_neighbours(mended).adjacency
        assert set(links[links > 0].index) == touching

    def test_the_web_map_has_the_same(
        self, mended: gpd.GeoDataFrame, web: gpd.GeoDataFrame
    ) -> None:
        # The bundled snapshot holds the web outlines alone: its clusters are those of the files.
        fine, coarse = (queen_neighbours(places).adjacency for places in (mended, web))
        pd.testing.assert_series_equal(fine, coarse)
