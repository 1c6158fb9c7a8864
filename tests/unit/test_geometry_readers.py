"""Boundary files in every format and reference system they are published in, and what is refused.

The country of these tests is two squares that share a border, in a department 96 nobody knows.
"""

import errno
import json
import zipfile
from pathlib import Path
from typing import Any, ClassVar

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import MultiPoint, MultiPolygon, Point, Polygon, box, mapping

from pipeline.errors import SourceError
from pipeline.ingest.geometry import read_polygons

WEST = box(-74.0, 4.0, -73.9, 4.1)
EAST = box(-73.9, 4.0, -73.8, 4.1)


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    geometry = mapping(shape) if shape is not None else None
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(path: Path, *features: dict[str, Any], **members: Any) -> Path:
    collection = {"type": "FeatureCollection", **members, "features": features}
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path


def two_squares(path: Path, **members: Any) -> Path:
    return geojson(
        path,
        feature(EAST, divipola_mun="96002", mpio_nombre="DOSVALLES", area_km2=123.5),
        feature(WEST, divipola_mun="96001", mpio_nombre="UNOMONTE", area_km2=123.25),
        **members,
    )


def topojson(path: Path, arcs: list[Any], geometries: list[dict[str, Any]], **members: Any) -> Path:
    objects = {"places": {"type": "GeometryCollection", "geometries": geometries}}
    topology = {"type": "Topology", **members, "arcs": arcs, "objects": objects}
    path.write_text(json.dumps(topology), encoding="utf-8")
    return path


def place(code: str, arcs: list[Any], kind: str = "Polygon") -> dict[str, Any]:
    return {"type": kind, "arcs": arcs, "properties": {"divipola_mun": code}}


class TestGeoJson:
    def test_rows_come_in_the_order_of_their_codes(self, tmp_path: Path) -> None:
        places = read_polygons(two_squares(tmp_path / "places.geojson"))
        assert list(places.columns) == [
            "municipality_code",
            "name",
            "published_area_km2",
            "geometry",
        ]
        assert list(places.index) == [0, 1]
        assert list(places["municipality_code"]) == ["96001", "96002"]
        assert list(places["name"]) == ["UNOMONTE", "DOSVALLES"]
        assert list(places["published_area_km2"]) == [123.25, 123.5]
        assert places.geometry[0].equals(WEST)
        assert places.geometry[1].equals(EAST)
        assert places.crs == "EPSG:4326"

    def test_magna_sirgas_becomes_wgs_84_without_moving(self, tmp_path: Path) -> None:
        magna = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4686"}}
        places = read_polygons(two_squares(tmp_path / "places.geojson", crs=magna))
        assert places.crs == "EPSG:4326"
        # both systems share the ellipsoid's axes to within a centimetre
        assert places.geometry[0].equals_exact(WEST, tolerance=1e-7)

    def test_metres_of_a_declared_plane_become_degrees(self, tmp_path: Path) -> None:
        # 4° N, 73° W is where Origen Nacional puts 2,000,000 m north, 5,000,000 m east
        plane = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::9377"}}
        square = box(5_000_000, 2_000_000, 5_010_000, 2_010_000)
        path = geojson(tmp_path / "plane.json", feature(square, divipola_mun="96001"), crs=plane)
        corners = read_polygons(path).geometry[0].boundary
        assert corners.distance(Point(-73, 4)) == pytest.approx(0, abs=1e-9)

    def test_a_file_without_names_or_areas_has_none(self, tmp_path: Path) -> None:
        path = geojson(tmp_path / "bare.geojson", feature(WEST, divipola_mun="96001"))
        places = read_polygons(path)
        assert list(places["name"]) == [""]
        assert np.isnan(places["published_area_km2"][0])

    def test_height_is_left_out(self, tmp_path: Path) -> None:
        raised = Polygon([(x, y, 2600.0) for x, y in WEST.exterior.coords])
        path = geojson(tmp_path / "raised.geojson", feature(raised, divipola_mun="96001"))
        assert not read_polygons(path).geometry[0].has_z

    def test_an_invalid_shape_is_handed_on_as_published(self, tmp_path: Path) -> None:
        bowtie = Polygon([(-74, 4), (-73, 5), (-73, 4), (-74, 5)])
        path = geojson(tmp_path / "bowtie.geojson", feature(bowtie, divipola_mun="96001"))
        assert not read_polygons(path).geometry[0].is_valid


class TestLayouts:
    @pytest.mark.parametrize("key", ["divipola_mun", "MPIO_CDPMP", "mpio_cdpmp", "MPIO_CCNCT"])
    def test_the_code_column_of_every_year_is_known(self, tmp_path: Path, key: str) -> None:
        path = geojson(
            tmp_path / "year.geojson", feature(WEST, **{key: "96001", "MPIO_CCDGO": "1"})
        )
        assert list(read_polygons(path)["municipality_code"]) == ["96001"]

    def test_another_code_column_can_be_named(self, tmp_path: Path) -> None:
        path = geojson(tmp_path / "odd.geojson", feature(WEST, divipola_mun="junk", Codigo="96001"))
        assert list(read_polygons(path, key="codigo")["municipality_code"]) == ["96001"]

    def test_departments_have_two_digits(self, tmp_path: Path) -> None:
        path = geojson(
            tmp_path / "departments.geojson",
            feature(WEST, divipola_dep="96", dpto_nombre="TIERRANUEVA", area_km2=123.25),
        )
        departments = read_polygons(path, unit="department")
        assert departments.iloc[0].drop("geometry").to_dict() == {
            "department_code": "96",
            "name": "TIERRANUEVA",
            "published_area_km2": 123.25,
        }

    def test_square_metres_are_told_from_square_kilometres(self, tmp_path: Path) -> None:
        path = geojson(
            tmp_path / "metres.geojson",
            feature(WEST, MPIO_CCNCT="96001", MPIO_NAREA=123_250_000.0),
            feature(EAST, MPIO_CCNCT="96002", MPIO_NAREA=900_000.0),
        )
        assert list(read_polygons(path)["published_area_km2"]) == [123.25, 0.9]


MAGNA = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4686"}}


def zipped(path: Path, *files: Path, folder: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, f"{folder}{file.name}")
    return path


class TestArchives:
    """As DANE packs its editions."""

    def test_a_zipped_geojson(self, tmp_path: Path) -> None:
        inner = geojson(
            tmp_path / "MGN2025_ADM_MPIO_GRAFICO.geojson",
            feature(WEST, mpio_cdpmp="96001", mpio_cnmbr="UNOMONTE", mpio_narea=123.25),
            crs=MAGNA,
        )
        path = zipped(tmp_path / "MGN2025_ADM_MPIO_GRAFICO_(geojson).zip", inner)
        places = read_polygons(path)
        assert places.crs == "EPSG:4326"
        assert places.iloc[0].drop("geometry").to_dict() == {
            "municipality_code": "96001",
            "name": "UNOMONTE",
            "published_area_km2": 123.25,
        }
        assert places.geometry[0].equals_exact(WEST, tolerance=0)  # the shift is zero

    @pytest.mark.parametrize(
        ("key", "unit", "code"),
        [
            ("MPIO_CCNCT", "municipality", "96001"),
            ("mpio_cdpmp", "municipality", "96001"),
            ("dpto_ccdgo", "department", "96"),
        ],
    )
    def test_a_zipped_shapefile_in_a_folder(
        self, tmp_path: Path, key: str, unit: str, code: str
    ) -> None:
        frame = gpd.GeoDataFrame({key: [code]}, geometry=[WEST], crs="EPSG:4686")
        frame.to_file(tmp_path / "MGN.shp")
        notes = tmp_path / "leame.txt"
        notes.write_text("todo es inventado")
        shapefile = sorted(tmp_path.glob("MGN.*"))
        path = zipped(tmp_path / "MGN2024.zip", *shapefile, notes, folder="SHP/ÁREA 1/")
        places = read_polygons(path, unit=unit)
        assert list(places[f"{unit}_code"]) == [code]
        # a shapefile has its own order of vertices
        assert places.geometry[0].normalize().equals_exact(WEST.normalize(), tolerance=0)

    def test_an_archive_without_boundaries_or_with_several(self, tmp_path: Path) -> None:
        inner = two_squares(tmp_path / "a.geojson")
        two = zipped(tmp_path / "two.zip", inner, two_squares(tmp_path / "b.geojson"))
        with pytest.raises(SourceError, match=r"two\.zip holds 2 files .* a\.geojson, b\.geojson"):
            read_polygons(two)
        notes = tmp_path / "leame.txt"
        notes.write_text("todo es inventado")
        none = zipped(tmp_path / "none.zip", notes)
        with pytest.raises(SourceError, match=r"none\.zip holds 0 files .* leame\.txt"):
            read_polygons(none)

    def test_a_damaged_archive_and_a_damaged_file_in_one(self, tmp_path: Path) -> None:
        inner = two_squares(tmp_path / "a.geojson")
        path = zipped(tmp_path / "MGN.zip", inner)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(SourceError, match=r"MGN\.zip cannot be opened as an archive"):
            read_polygons(path)
        inner.write_text(inner.read_text()[:100])
        with pytest.raises(SourceError, match=r"MGN\.zip: cannot be read as GeoJSON") as refusal:
            read_polygons(zipped(path, inner))
        assert "boundaries-" not in str(refusal.value)  # the folder it was unpacked to

    def test_a_disk_without_room(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        path = zipped(tmp_path / "MGN.zip", two_squares(tmp_path / "a.geojson"))
        monkeypatch.setattr("pipeline.ingest.archives.unpack", full)
        with pytest.raises(SourceError, match=r"MGN\.zip cannot be unpacked .*No space left"):
            read_polygons(path)


class TestTopoJson:
    """Two squares of ten quanta; their common border is arc 0, which the eastern one runs back."""

    TRANSFORM: ClassVar = {"scale": [0.01, 0.01], "translate": [-74.0, 4.0]}
    ARCS: ClassVar = [
        [[10, 0], [0, 4], [0, 6]],  # the border northwards: a corner, then two steps
        [[10, 10], [-10, 0], [0, -10], [10, 0]],  # around the western square
        [[10, 0], [10, 0], [0, 10], [-10, 0]],  # around the eastern square
    ]

    def test_quantised_arcs_run_forwards_and_backwards(self, tmp_path: Path) -> None:
        path = topojson(
            tmp_path / "two.topojson",
            self.ARCS,
            [place("96001", [[0, 1]]), place("96002", [[2, ~0]])],
            transform=self.TRANSFORM,
        )
        places = read_polygons(path)
        assert places.crs == "EPSG:4326"
        assert (
            places.geometry[0]
            .normalize()
            .equals_exact(
                Polygon(
                    [(-73.9, 4), (-73.9, 4.04), (-73.9, 4.1), (-74, 4.1), (-74, 4)]
                ).normalize(),
                tolerance=1e-12,
            )
        )
        assert (
            places.geometry[1]
            .normalize()
            .equals_exact(
                Polygon(
                    [(-73.9, 4), (-73.8, 4), (-73.8, 4.1), (-73.9, 4.1), (-73.9, 4.04)]
                ).normalize(),
                tolerance=1e-12,
            )
        )
        # the very same numbers on both sides, or no coverage could be simplified
        border = set(places.geometry[0].exterior.coords) & set(places.geometry[1].exterior.coords)
        assert len(border) == 3
        assert shapely.coverage_is_valid(places.geometry.to_numpy())

    def test_arcs_may_be_plain_degrees(self, tmp_path: Path) -> None:
        ring = [list(position) for position in WEST.exterior.coords]
        path = topojson(tmp_path / "plain.topojson", [ring], [place("96001", [[0]])])
        assert read_polygons(path).geometry[0].equals(WEST)

    def test_holes_and_islands(self, tmp_path: Path) -> None:
        ring = [[0, 0], [10, 0], [0, 10], [-10, 0], [0, -10]]
        hole = [[4, 4], [0, 2], [2, 0], [0, -2], [-2, 0]]
        island = [[20, 0], [2, 0], [0, 2], [-2, -2]]
        path = topojson(
            tmp_path / "hole.topojson",
            [ring, hole, island],
            [place("96001", [[[0], [1]], [[2]]], "MultiPolygon"), place("96002", [[~1]])],
            transform=self.TRANSFORM,
        )
        outer, enclave = read_polygons(path).geometry
        # in hundredths of a degree: 10 x 10 less 2 x 2, and half of 2 x 2
        assert outer.area * 1e4 == pytest.approx(100 - 4 + 2)
        assert enclave.area * 1e4 == pytest.approx(4)
        assert len(outer.geoms) == 2


class TestShapefile:
    def test_the_prj_is_honoured(self, tmp_path: Path) -> None:
        places = gpd.GeoDataFrame(
            {"MPIO_CCNCT": ["96001", "96002"], "MPIO_CNMBR": ["PEÑANUEVA", "DOSVALLES"]},
            geometry=[WEST, EAST],
            crs="EPSG:4686",
        )
        path = tmp_path / "MGN_ADM_MPIO_GRAFICO.shp"
        pyogrio.write_dataframe(places.to_crs("EPSG:9377"), path, encoding="ISO-8859-1")
        read = read_polygons(path)
        assert list(read["name"]) == ["PEÑANUEVA", "DOSVALLES"]
        assert read.geometry[0].normalize().equals_exact(WEST.normalize(), tolerance=1e-7)

    def test_a_shapefile_without_its_companions_is_refused(self, tmp_path: Path) -> None:
        places = gpd.GeoDataFrame({"MPIO_CCNCT": ["96001"]}, geometry=[WEST], crs="EPSG:4326")
        path = tmp_path / "alone.shp"
        pyogrio.write_dataframe(places, path)
        path.with_suffix(".shx").unlink()
        with pytest.raises(
            SourceError, match=r"alone\.shp: cannot be read .*\.shx, \.dbf and \.prj"
        ):
            read_polygons(path)


class TestRefusals:
    def test_swapped_axes_are_named_before_anything_else(self, tmp_path: Path) -> None:
        swapped = shapely.transform(WEST, lambda positions: positions[:, ::-1])
        path = geojson(tmp_path / "swapped.geojson", feature(swapped, unknown="column"))
        with pytest.raises(
            SourceError,
            match=r"swapped\.geojson: the axes look swapped\. 1 of 1 shapes .* longitude 4\.\d+, "
            r"latitude -7[34]\.\d+; with x and y exchanged all lie inside",
        ):
            read_polygons(path)

    def test_a_shape_elsewhere_is_no_swap(self, tmp_path: Path) -> None:
        path = geojson(
            tmp_path / "far.geojson",
            feature(WEST, divipola_mun="96001"),
            feature(box(10, 50, 11, 51), divipola_mun="96002"),
        )
        with pytest.raises(SourceError, match=r"1 of 2 shapes lie outside Colombia") as refusal:
            read_polygons(path)
        assert "swapped" not in str(refusal.value)

    def test_metres_without_a_declared_plane_are_outside(self, tmp_path: Path) -> None:
        square = box(5_000_000, 2_000_000, 5_010_000, 2_010_000)
        path = geojson(tmp_path / "metres.geojson", feature(square, divipola_mun="96001"))
        with pytest.raises(SourceError, match=r"outside Colombia.* reference system"):
            read_polygons(path)

    def test_a_missing_column_names_those_present(self, tmp_path: Path) -> None:
        path = geojson(tmp_path / "keyless.geojson", feature(WEST, codigo="96001"))
        with pytest.raises(SourceError, match=r"no column with municipality codes.*has codigo"):
            read_polygons(path)

    def test_all_faults_of_the_rows_come_in_one_message(self, tmp_path: Path) -> None:
        path = geojson(
            tmp_path / "faulty.geojson",
            feature(WEST, divipola_mun="96001"),
            feature(EAST, divipola_mun="96001"),
            feature(EAST, divipola_mun="5001"),
            feature(None, divipola_mun="96004"),
            feature(Polygon(), divipola_mun="96005"),
            feature(Point(-74, 4), divipola_mun="96006"),
        )
        with pytest.raises(SourceError) as refusal:
            read_polygons(path)
        message = str(refusal.value)
        assert "1 codes are not 5 digits, e.g. '5001' in feature 3" in message
        assert "2 codes occur more than once, e.g. '96001' in feature 1" in message
        assert "2 geometries are missing or empty, e.g. '96004' in feature 4" in message
        assert "1 geometries are not polygons, e.g. '96006' in feature 6" in message

    @pytest.mark.parametrize("code", [None, "96001 ", "96OO1", "96001000"])
    def test_a_code_is_five_digits_of_text(self, tmp_path: Path, code: str | None) -> None:
        path = geojson(
            tmp_path / "code.geojson",
            feature(WEST, divipola_mun=code),
            feature(EAST, divipola_mun="9600A"),
        )
        with pytest.raises(SourceError, match="codes are not 5 digits"):
            read_polygons(path)

    def test_a_code_that_is_a_number_has_lost_its_zero(self, tmp_path: Path) -> None:
        path = geojson(tmp_path / "number.geojson", feature(WEST, divipola_mun=5001))
        with pytest.raises(SourceError, match=r"codes are not 5 digits, e\.g\. '5001'"):
            read_polygons(path)

    @pytest.mark.parametrize("text", ["", "a letter", "{}", '{"type": "FeatureCollection"'])
    def test_bytes_that_are_no_boundaries(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "letter.geojson"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match=r"letter\.geojson: cannot be read as GeoJSON"):
            read_polygons(path)

    def test_a_truncated_file(self, tmp_path: Path) -> None:
        path = two_squares(tmp_path / "cut.geojson")
        text = path.read_text(encoding="utf-8")
        path.write_text(text[: len(text) // 2], encoding="utf-8")
        with pytest.raises(SourceError, match=r"cut\.geojson: cannot be read") as refusal:
            read_polygons(path)
        assert str(tmp_path) not in str(refusal.value)

    def test_a_file_without_features(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="holds no shapes"):
            read_polygons(geojson(tmp_path / "empty.geojson"))

    def test_a_file_that_leads_to_another_is_not_opened(self, tmp_path: Path) -> None:
        inner = two_squares(tmp_path / "elsewhere.geojson")
        path = tmp_path / "places.geojson"
        path.write_text(
            f'<OGRVRTDataSource><OGRVRTLayer name="elsewhere"><SrcDataSource>{inner}'
            "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        )
        assert len(pyogrio.read_dataframe(path)) == 2  # as the library would
        with pytest.raises(SourceError, match=r"places\.geojson begins with b'<OGRVRT"):
            read_polygons(path)

    def test_points_are_no_places(self, tmp_path: Path) -> None:
        shapes = [MultiPoint([(-74, 4)]), MultiPolygon([WEST])]
        path = geojson(
            tmp_path / "points.geojson",
            *(feature(s, divipola_mun=f"9600{n}") for n, s in enumerate(shapes)),
        )
        with pytest.raises(SourceError, match=r"1 geometries are not polygons, e\.g\. '96000'"):
            read_polygons(path)
