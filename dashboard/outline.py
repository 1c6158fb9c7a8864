"""Shapes drawn as SVG where no browser draws them: on paper and beside tables."""

from collections.abc import Iterable, Sequence
from math import cos, radians
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from markupsafe import Markup

Box = tuple[float, float, float, float]
"""West, south, east and north, in degrees."""

_KM_PER_DEGREE: Final = 111.2


class Frame:
    """What part of the world is drawn, and where each of its points lies on the drawing.

    Plate carrée, true to scale along the middle parallel: within a few hundred kilometres of the
    equator no eye can tell it from a better projection.

    Parameters
    ----------
    box
        What must be seen, in degrees.
    width, height
        Size of the drawing in its own units.
    margin
        Share of the drawing left free on each side, below 0.5.
    """

    def __init__(self, box: Box, width: float, height: float, margin: float = 0.0) -> None:
        west, south, east, north = box
        self.width, self.height = width, height
        self._squeeze = cos(radians((south + north) / 2))
        free = 1 - 2 * margin
        self.scale = min(
            width * free / max((east - west) * self._squeeze, 1e-9),
            height * free / max(north - south, 1e-9),
        )
        self._x0 = width / 2 - (west + east) / 2 * self._squeeze * self.scale
        self._y0 = height / 2 + (south + north) / 2 * self.scale

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a point lies on the drawing."""
        return (
            self._x0 + longitude * self._squeeze * self.scale,
            self._y0 - latitude * self.scale,
        )

    @property
    def box(self) -> Box:
        """All that is seen, in degrees."""
        across, upright = self.scale * self._squeeze, self.scale
        return (
            -self._x0 / across,
            (self._y0 - self.height) / upright,
            (self.width - self._x0) / across,
            self._y0 / upright,
        )

    def path(self, geometry: shapely.Geometry) -> str:
        """The data of an SVG path around polygons; empty if none of them is seen."""
        west, south, east, north = self.box
        # A little more than is seen, so that the cut itself is not.
        edge = (north - south) / 50
        seen = shapely.clip_by_rect(geometry, west - edge, south - edge, east + edge, north + edge)
        rings = [
            ring
            for part in shapely.get_parts(seen)
            if isinstance(part, shapely.Polygon) and not part.is_empty
            for ring in (part.exterior, *part.interiors)
        ]
        return "".join(self._ring(shapely.get_coordinates(ring)) for ring in rings)

    def kilometres(self, target: float) -> tuple[int, float]:
        """A round distance and its length on the drawing, at most the target's."""
        per_km = self.scale / _KM_PER_DEGREE
        steps = [step for step in _ROUND_KM if step * per_km <= target]
        distance = max(steps, default=_ROUND_KM[0])
        return distance, distance * per_km

    def _ring(self, points: npt.NDArray[np.float64]) -> str:
        placed = np.round(
            np.column_stack(
                [
                    self._x0 + points[:, 0] * self._squeeze * self.scale,
                    self._y0 - points[:, 1] * self.scale,
                ]
            ),
            1,
        )
        moves = np.any(placed[1:] != placed[:-1], axis=1)
        steps = [placed[0], *placed[1:][moves]]
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in steps) + "Z"


_ROUND_KM: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Shape(NamedTuple):
    """Polygons drawn alike: their look is the style sheet's, by the name of their kind."""

    geometry: shapely.Geometry
    kind: str


class Label(NamedTuple):
    """A name where it fits best."""

    text: str
    longitude: float
    latitude: float
    kind: str


def shapes(frame: Frame, drawn: Iterable[Shape]) -> Markup:
    """Paths in the order given, each of its kind's class; none for what is not seen.

    Parameters
    ----------
    frame
        Part of the world.
    drawn
        Polygons or multipolygons in degrees (EPSG:4326).
    """
    paths = ((shape.kind, frame.path(shape.geometry)) for shape in drawn)
    return Markup("").join(
        Markup("<path class='{}' d='{}'/>").format(kind, path) for kind, path in paths if path
    )


def labels(
    frame: Frame, wanted: Iterable[Label], size: float, covered: Sequence[Box] = ()
) -> Markup:
    """Names that lie within the drawing and hide none written before them.

    Parameters
    ----------
    frame
        Part of the world.
    wanted
        The most important first.
    size
        Height of the letters, in units of the drawing.
    covered
        Where something else lies: left, top, right and bottom, in units of the drawing.
    """
    taken = list(covered)
    written = []
    for label in wanted:
        x, y = frame.at(label.longitude, label.latitude)
        half = len(label.text) * size * 0.27
        box = (x - half, y - size, x + half, y + size * 0.3)
        inside = box[0] > 0 and box[2] < frame.width and box[1] > 0 and box[3] < frame.height
        if inside and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            written.append((label.kind, f"{x:.1f}", f"{y:.1f}", label.text))
    return Markup("").join(
        Markup("<text class='{}' x='{}' y='{}'>{}</text>").format(*one) for one in written
    )


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
