"""Shared borders, drawn by hand."""

import pytest
import shapely

from dashboard.topology import CELLS_PER_DEGREE, Feature, decode, encode

WEST, EAST = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
BOTH = shapely.Polygon([(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1)])


def test_a_common_border_is_written_once() -> None:
    topology = encode({"halves": [Feature({}, WEST), Feature({}, EAST)]})
    # The west, the border and the east: two points in common, three ways between them.
    assert len(topology["arcs"]) == 3
    west, east = (shape["arcs"][0][0] for shape in topology["objects"]["halves"]["geometries"])
    border = {~arc for arc in west} & set(east)
    assert len(border) == 1


def test_layers_share_borders_too() -> None:
    topology = encode(
        {"halves": [Feature({}, WEST), Feature({}, EAST)], "whole": [Feature({}, BOTH)]}
    )
    assert len(topology["arcs"]) == 3


def test_an_island_is_one_arc_wherever_its_ring_starts() -> None:
    turned = shapely.Polygon([(1, 1), (0, 1), (0, 0), (1, 0)])
    topology = encode({"one": [Feature({}, WEST)], "other": [Feature({}, turned)]})
    assert len(topology["arcs"]) == 1


def test_arcs_are_steps_on_the_grid() -> None:
    topology = encode({"one": [Feature({"code": "05901"}, shapely.box(0, 0, 0.0002, 0.0001))]})
    assert topology["transform"]["scale"] == [1 / CELLS_PER_DEGREE] * 2
    assert topology["arcs"][0][0] == [0, 0]
    assert sorted(map(tuple, topology["arcs"][0][1:])) == [(-2, 0), (0, -1), (0, 1), (2, 0)]
    assert topology["objects"]["one"]["geometries"][0]["properties"] == {"code": "05901"}


def test_what_is_smaller_than_a_cell_is_left_out() -> None:
    speck = shapely.box(5, 5, 5.00001, 5.00001)
    topology = encode({"one": [Feature({}, shapely.MultiPolygon([WEST, speck]))]})
    assert len(topology["objects"]["one"]["geometries"][0]["arcs"]) == 1


@pytest.mark.parametrize(
    "shape",
    [
        WEST,
        BOTH,
        shapely.MultiPolygon([WEST, shapely.box(3, 3, 4, 4)]),
        shapely.difference(shapely.box(0, 0, 9, 9), shapely.box(3, 3, 6, 6)),
    ],
    ids=["square", "oblong", "islands", "hole"],
)
def test_a_shape_survives(shape: shapely.Geometry) -> None:
    (feature,) = decode(encode({"one": [Feature({"name": "x"}, shape)]}), "one")
    assert feature.properties == {"name": "x"}
    assert shapely.equals(feature.geometry, shape)


def test_a_published_topology_is_read() -> None:
    """The polygon of the example in the TopoJSON specification (section 1.1)."""
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.0005000500050005, 0.00010001000100010001], "translate": [100, 0]},
        "objects": {
            "example": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "properties": {"prop0": "value0"}, "arcs": [[-2]]}
                ],
            }
        },
        "arcs": [
            [[4000, 0], [1999, 9999], [2000, -9999], [2000, 9999]],
            [[0, 0], [0, 9999], [2000, 0], [0, -9999], [-2000, 0]],
        ],
    }
    (feature,) = decode(topology, "example")
    assert feature.properties == {"prop0": "value0"}
    assert shapely.equals_exact(
        shapely.normalize(feature.geometry),
        shapely.normalize(shapely.MultiPolygon([shapely.box(100, 0, 101, 1)])),
        tolerance=1e-3,
    )
