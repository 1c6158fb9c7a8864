"""The map of clusters as a drawing: light, still, and readable without its colours."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
import shapely
from markupsafe import Markup

from dashboard.cached import remembered
from dashboard.outline import Frame
from dashboard.pieces import each
from pipeline import Warehouse, views

_WIDTH: Final = 460
_HEIGHT: Final = 620
_STEP_DEGREES: Final = 0.015
"""Detail that is left out: about a unit of the drawing."""

SIGNS: Final[Mapping[str, str]] = {
    "high-high": "▲",
    "low-low": "▼",
    "high-low": "△",
    "low-high": "▽",
}


class _Place(NamedTuple):
    code: str
    path: str
    across: float
    down: float


class _Drawing(NamedTuple):
    places: tuple[_Place, ...]
    departments: tuple[str, ...]
    beyond: tuple[str, ...]


def cluster_map(
    warehouse: Warehouse, kinds: Mapping[str, str], titles: Mapping[str, str], label: str
) -> Markup:
    """Municipalities by the kind of their cluster, which a sign repeats.

    Parameters
    ----------
    warehouse
        Where the outlines stand.
    kinds
        Word of ``mart.cluster`` by municipality; who is missing is drawn as unknown.
    titles
        What a pointer is told of each.
    label
        What the map shows, for those who do not see it.

    Returns
    -------
    drawing
        SVG whose colours are the style sheet's, by the word in ``data-kind``.
    """
    drawing = _drawing(warehouse)
    areas = each(
        "<path data-kind='{}' d='{}'><title>{}</title></path>",
        (
            (kinds.get(place.code, "undefined"), place.path, titles.get(place.code, ""))
            for place in drawing.places
        ),
    )
    signs = each(
        "<text x='{}' y='{}'>{}</text>",
        (
            (place.across, place.down, SIGNS[kinds[place.code]])
            for place in drawing.places
            if kinds.get(place.code) in SIGNS
        ),
    )
    borders, beyond = (
        each("<path d='{}'/>", ((path,) for path in paths))
        for paths in (drawing.departments, drawing.beyond)
    )
    return Markup(
        "<svg class='cluster-map' viewBox='0 0 {} {}' role='img' aria-label='{}'>"
        "<g class='beyond'>{}</g><g>{}</g><g class='border'>{}</g>"
        "<g class='signs' aria-hidden='true'>{}</g></svg>"
    ).format(_WIDTH, _HEIGHT, label, beyond, areas, borders, signs)


@remembered
def _drawing(warehouse: Warehouse) -> _Drawing:
    """Paths of the municipalities, of their departments and of the others around them."""
    outlines = views.municipality_outlines(warehouse)
    shapes = shapely.coverage_simplify(
        shapely.from_wkb(outlines["web_geometry"].to_numpy()), _STEP_DEGREES
    )
    frame = Frame(tuple(shapely.total_bounds(shapes)), _WIDTH, _HEIGHT, margin=0.02)
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
    places = [
        _Place(code, frame.path(shape), *(round(one, 1) for one in frame.at(*middle)))
        for code, shape, middle in zip(outlines["municipality_code"], shapes, middles, strict=True)
    ]
    codes = outlines["department_code"].to_numpy()
    departments = [
        frame.path(shapely.coverage_union_all(shapes[codes == code])) for code in np.unique(codes)
    ]
    country = views.department_outlines(warehouse)
    others = shapely.coverage_simplify(
        shapely.from_wkb(country["web_geometry"].to_numpy()), _STEP_DEGREES
    )[~country["is_programme_department"].to_numpy(dtype=bool)]
    beyond = filter(None, map(frame.path, others))
    return _Drawing(tuple(places), tuple(departments), tuple(beyond))


def shown_kinds(kinds: Iterable[str]) -> list[str]:
    """Which signs the key of a map explains, in their order."""
    present = set(kinds)
    return [kind for kind in SIGNS if kind in present]
