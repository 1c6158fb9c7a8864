"""Where the place is: its outline among its neighbours, and its department in the country."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import pandas as pd
import shapely
from markupsafe import Markup

from dashboard.cached import remembered
from dashboard.geography import label_point, neighbours
from dashboard.language import Words
from dashboard.outline import Box, Frame, Label, Shape, labels, shapes
from pipeline import Warehouse, views

WIDTH, HEIGHT = 300.0, 250.0
_INSET_WIDTH, _INSET_HEIGHT = 62.0, 84.0
_LETTERS: Final = 8.2
_MAINLAND: Final[Box] = (-79.3, -4.3, -66.8, 12.7)
_WIDEST_SCALE: Final = 70.0
"""Length that the scale bar may have, in units of the drawing."""
_SMALLEST_PART: Final = 0.004
"""Share of the drawing that a shape must fill to be named."""
_SMALLEST: Final = 0.35
"""Least height and width seen, in degrees: a small town still has its neighbours around it."""

_STYLE: Final = Markup(
    ".map text{text-anchor:middle;font-family:'Source Sans',sans-serif;font-size:8.2px;"
    "fill:#22262b}"
    ".map .sea{fill:#e9eff3}.map .abroad{fill:#e4e2dc}"
    ".map .land{fill:#f4f2ec;stroke:#b9b4a9;stroke-width:.5}"
    ".map .own{fill:#fff}.map .within{fill:none;stroke:#c9c4b9;stroke-width:.5}"
    ".map .border{fill:none;stroke:#77746d;stroke-width:1}"
    ".map .place{fill:#8f2a3c;stroke:#4d101c;stroke-width:1.2}"
    ".map .department{fill:none;stroke:#22262b;stroke-width:1.6}"
    ".map .neat{fill:none;stroke:#77746d;stroke-width:.8}"
    ".map .paper{fill:#fff;stroke:#77746d;stroke-width:.8}"
    ".map .inset .own{fill:#4a4f55}.map .dot{fill:#fff;stroke:#22262b;stroke-width:1.4}"
    ".map .name{font-weight:700;font-size:9.5px}.map .plate{fill:#fff;fill-opacity:.86}"
    ".map .far{font-size:7.4px;letter-spacing:.8px;fill:#77746d}"
    ".map path.scale{fill:none;stroke:#22262b;stroke-width:.9}"
)
"""Within the drawing itself: paper knows no style sheet for what is drawn."""


class Outline(NamedTuple):
    """A place and its shape in degrees."""

    name: str
    shape: shapely.Geometry


def place_map(warehouse: Warehouse, code: str, words: Words) -> Markup:
    """A municipality or a department as a drawing of its own, with a locator in a corner.

    Parameters
    ----------
    warehouse
        Where the outlines stand.
    code
        DIVIPOLA code of five or two digits, of the seven departments.
    words
        Language.
    """
    municipalities, departments = _outlines(warehouse)
    own = departments[code[:2]]
    place = municipalities.get(code, own)
    is_department = place is own
    frame = Frame(_around(place.shape), WIDTH, HEIGHT, 0.06 if is_department else 0.27)
    others = [one for key, one in departments.items() if key != code[:2]]
    beside = [one for key, one in municipalities.items() if key != code]
    drawn = [
        *(Shape(country.geometry, "abroad") for country in neighbours()),
        *(Shape(one.shape, "land") for one in others),
        Shape(own.shape, "own"),
        *(Shape(one.shape, "within") for one in beside),
        *(Shape(one.shape, "border") for one in others),
        Shape(own.shape, "border"),
        Shape(place.shape, "department" if is_department else "place"),
    ]
    _ = words.text
    text = _("Map: {place} among its neighbours, and its place in Colombia").format(
        place=place.name
    )
    return Markup(
        "<svg class='map' role='img' viewBox='0 0 {w:g} {h:g}' aria-label='{text}'>"
        "<title>{text}</title><style>{style}</style>"
        "<rect class='sea' width='{w:g}' height='{h:g}'/>{drawn}{names}{scale}{inset}"
        "<rect class='neat' width='{w:g}' height='{h:g}'/></svg>"
    ).format(
        w=WIDTH,
        h=HEIGHT,
        text=text,
        style=_STYLE,
        drawn=shapes(frame, drawn),
        names=_names(frame, place, others, [] if is_department else beside),
        scale=_scale(frame),
        inset=_inset([*departments.values()], own, place),
    )


@remembered
def _outlines(warehouse: Warehouse) -> tuple[dict[str, Outline], dict[str, Outline]]:
    """Municipalities of the seven departments, and all departments, by code."""
    municipalities = _by_code(views.municipality_outlines(warehouse), "municipality")
    return municipalities, _by_code(views.department_outlines(warehouse), "department")


def _by_code(outlines: pd.DataFrame, kind: str) -> dict[str, Outline]:
    shapes_of_all = shapely.from_wkb(outlines["web_geometry"].to_numpy())
    named = map(Outline, outlines[f"{kind}_name"], shapes_of_all)
    return dict(zip(outlines[f"{kind}_code"], named, strict=True))


def _around(shape: shapely.Geometry) -> Box:
    west, south, east, north = shapely.bounds(shape)
    wide = max(0.0, _SMALLEST - (east - west)) / 2
    high = max(0.0, _SMALLEST - (north - south)) / 2
    return (west - wide, south - high, east + wide, north + high)


def _names(frame: Frame, place: Outline, far: Iterable[Outline], near: Iterable[Outline]) -> Markup:
    """Names of what is seen: the place on a plate, then what lies beside it."""
    seen = shapely.box(*frame.box)
    latitude, longitude = label_point(place.shape)
    x, y = frame.at(longitude, latitude)
    half = len(place.name) * _LETTERS * 0.31 + 3
    plate = (x - half, y - 10.0, x + half, y + 4.0)
    written = Markup(
        "<rect class='plate' x='{:.1f}' y='{:.1f}' width='{:.1f}' height='14' rx='3'/>"
        "<text class='name' x='{:.1f}' y='{:.1f}'>{}</text>"
    ).format(plate[0], plate[1], 2 * half, x, y, place.name)
    wanted = [
        *(_label(one._replace(name=one.name.upper()), seen, "far") for one in far),
        *(_label(one, seen, "near") for one in near),
    ]
    inset = (WIDTH - _INSET_WIDTH, 0.0, WIDTH, _INSET_HEIGHT)
    scale = (0.0, HEIGHT - 28, _WIDEST_SCALE + 14, HEIGHT)
    return written + labels(frame, filter(None, wanted), _LETTERS, [plate, inset, scale])


def _label(place: Outline, seen: shapely.Polygon, kind: str) -> Label | None:
    """A place's name in the middle of what is seen of it; ``None`` if that is but a corner."""
    inside = shapely.intersection(place.shape, seen)
    if shapely.area(inside) < shapely.area(seen) * _SMALLEST_PART:
        return None
    latitude, longitude = label_point(inside)
    return Label(place.name, longitude, latitude, kind)


def _scale(frame: Frame) -> Markup:
    distance, length = frame.kilometres(_WIDEST_SCALE)
    x, y = 10.0, HEIGHT - 11.0
    return Markup(
        "<path class='scale' d='M{x:g} {top:g}V{y:g}H{end:.1f}V{top:g}'/>"
        "<text class='scale' x='{middle:.1f}' y='{above:g}'>{km} km</text>"
    ).format(x=x, y=y, top=y - 4, end=x + length, middle=x + length / 2, above=y - 5, km=distance)


def _inset(departments: Iterable[Outline], own: Outline, place: Outline) -> Markup:
    """The country, small, in the upper right corner."""
    frame = Frame(_MAINLAND, _INSET_WIDTH, _INSET_HEIGHT, 0.03)
    drawn = [*(Shape(one.shape, "land") for one in departments), Shape(own.shape, "own")]
    latitude, longitude = label_point(place.shape)
    x, y = frame.at(longitude, latitude)
    dot = Markup("<circle class='dot' cx='{:.1f}' cy='{:.1f}' r='2.6'/>").format(x, y)
    return Markup(
        "<g class='inset' transform='translate({x:g} 0)'>"
        "<rect class='paper' width='{w:g}' height='{h:g}'/>{drawn}{dot}</g>"
    ).format(
        x=WIDTH - _INSET_WIDTH,
        w=_INSET_WIDTH,
        h=_INSET_HEIGHT,
        drawn=shapes(frame, drawn),
        dot="" if place is own else dot,
    )
