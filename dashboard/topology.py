"""Polygons that share borders, written once per border: TopoJSON in, TopoJSON out.

Neighbours store their common border twice, and a department stores it a third time. As shared arcs
the geometry that the browser loads is about a third of the same GeoJSON, and the borders drawn on
top of each other cannot drift apart.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

Point = tuple[int, int]
Ring = list[Point]

CELLS_PER_DEGREE: Final = 10_000
"""Grid of the coordinates: cells of 11 m, a third of a pixel at the deepest zoom."""


class Feature(NamedTuple):
    """A shape and what is known of it."""

    properties: Mapping[str, Any]
    geometry: shapely.Geometry


def encode(layers: Mapping[str, Iterable[Feature]]) -> dict[str, Any]:
    """Write layers of polygons as one TopoJSON topology.

    Parameters
    ----------
    layers
        Polygons or multipolygons in degrees (EPSG:4326), by layer; shapes that touch share the
        vertices of their common border, also across layers.

    Returns
    -------
    topology
        As in the TopoJSON specification, quantised to `CELLS_PER_DEGREE`. Rings smaller than a
        cell are left out.
    """
    rings = {
        name: [(feature.properties, _grid_polygons(feature.geometry)) for feature in features]
        for name, features in layers.items()
    }
    arcs = _Arcs(
        ring for layer in rings.values() for _, shape in layer for part in shape for ring in part
    )
    objects = {
        name: {
            "type": "GeometryCollection",
            "geometries": [
                {
                    "type": "MultiPolygon",
                    "properties": dict(properties),
                    "arcs": [[arcs.of(ring) for ring in part] for part in shape],
                }
                for properties, shape in layer
            ],
        }
        for name, layer in rings.items()
    }
    return {
        "type": "Topology",
        "transform": {"scale": [1 / CELLS_PER_DEGREE] * 2, "translate": [0, 0]},
        "objects": objects,
        "arcs": arcs.deltas(),
    }


def decode(topology: Mapping[str, Any], layer: str) -> list[Feature]:
    """Read one layer of polygons back.

    Parameters
    ----------
    topology
        A quantised TopoJSON topology.
    layer
        Name of one of its objects.

    Returns
    -------
    features
        Its shapes in degrees, in the order of the file, mended where they were invalid.
    """
    scale, translate = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + translate for arc in topology["arcs"]]

    def ring(indices: list[int]) -> npt.NDArray[np.float64]:
        parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])

    features = []
    for geometry in topology["objects"][layer]["geometries"]:
        shapes = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", [])
        polygons = [
            shapely.Polygon(ring(shape[0]), [ring(hole) for hole in shape[1:]]) for shape in shapes
        ]
        outline = shapely.make_valid(shapely.MultiPolygon(polygons))
        features.append(Feature(geometry.get("properties", {}), outline))
    return features


class _Arcs:
    """The stretches between the points where borders meet, each stored once."""

    def __init__(self, rings: Iterable[Ring]) -> None:
        rings = list(rings)
        self._nodes = _nodes(rings)
        self._index: dict[tuple[Point, ...], int] = {}
        for ring in rings:
            for arc in self._cut(ring):
                self._index.setdefault(_one_way(arc), len(self._index))

    def of(self, ring: Ring) -> list[int]:
        """Numbers of the arcs along a ring; ``~number`` where an arc runs the other way."""
        numbers = []
        for arc in self._cut(ring):
            stored = _one_way(arc)
            number = self._index[stored]
            numbers.append(number if arc == stored else ~number)
        return numbers

    def deltas(self) -> list[list[list[int]]]:
        """Every arc as its first point and the steps from there."""
        return [
            np.diff(np.array(arc), axis=0, prepend=np.zeros((1, 2), int)).tolist()
            for arc in self._index
        ]

    def _cut(self, ring: Ring) -> list[tuple[Point, ...]]:
        cuts = [i for i, point in enumerate(ring) if point in self._nodes]
        # A ring that meets no other starts anywhere: at its least point, so that a copy is equal.
        start = cuts[0] if cuts else ring.index(min(ring))
        turned = [*ring[start:], *ring[: start + 1]]
        ends = [cut - start for cut in cuts[1:]] + [len(ring)]
        begins = [0, *ends[:-1]]
        return [tuple(turned[i : j + 1]) for i, j in zip(begins, ends, strict=True)]


def _nodes(rings: Iterable[Ring]) -> set[Point]:
    """Points at which two rings part: their neighbours are not the same two points everywhere."""
    beside: dict[Point, frozenset[Point]] = {}
    nodes = set()
    for ring in rings:
        for before, point, after in zip(
            [ring[-1], *ring], ring, [*ring[1:], ring[0]], strict=False
        ):
            pair = frozenset((before, after))
            if beside.setdefault(point, pair) != pair:
                nodes.add(point)
    return nodes


def _one_way(arc: tuple[Point, ...]) -> tuple[Point, ...]:
    return min(arc, arc[::-1])


def _grid_polygons(geometry: shapely.Geometry) -> list[list[Ring]]:
    shapes = [
        [ring for ring in (_grid_ring(r) for r in (part.exterior, *part.interiors)) if ring]
        for part in shapely.get_parts(geometry)
        if isinstance(part, shapely.Polygon) and _grid_ring(part.exterior)
    ]
    return [shape for shape in shapes if shape]


def _grid_ring(ring: shapely.LinearRing) -> Ring:
    cells = np.rint(shapely.get_coordinates(ring) * CELLS_PER_DEGREE).astype(int)
    moves = np.any(cells[1:] != cells[:-1], axis=1)
    points: Ring = [(x, y) for x, y in cells[1:][moves].tolist()]
    return points if len(set(points)) > 2 else []  # noqa: PLR2004 - fewer points enclose nothing
