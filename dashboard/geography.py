"""The shapes under the figures: municipalities, departments and the neighbouring countries."""

import gzip
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from dashboard.topology import Feature, decode, encode

REGION: Final = shapely.box(-86, -8, -63, 16)
"""What can be seen of the world around Colombia, in degrees."""

_WORLD: Final = Path(__file__).parent / "static/vendor/world-atlas/countries-50m.json"
_COLOMBIA: Final = "Colombia"


def geometry_file(municipalities: pd.DataFrame, departments: pd.DataFrame) -> bytes:
    """All that the browser needs to draw the map without colours, gzipped.

    Parameters
    ----------
    municipalities
        One row per municipality of the seven departments, ordered by code: ``municipality_code``,
        ``municipality_name``, ``department_code``, ``department_name``, ``web_geometry`` (WKB).
    departments
        One row per department of the country: ``department_code``, ``department_name``,
        ``web_geometry`` (WKB).

    Returns
    -------
    file
        TopoJSON with the layers ``municipalities``, ``departments`` and ``neighbours``.
    """
    shown = set(municipalities["department_code"])
    layers = {
        "municipalities": [
            Feature(
                {
                    "code": row.municipality_code,
                    "name": row.municipality_name,
                    "label": label_point(row.web_geometry),
                    "department": row.department_name,
                },
                row.web_geometry,
            )
            for row in _rows(municipalities)
        ],
        "departments": [
            Feature(
                {
                    "name": row.department_name,
                    "is_shown": row.department_code in shown,
                    "label": label_point(row.web_geometry),
                },
                row.web_geometry,
            )
            for row in _rows(departments)
        ],
        "neighbours": neighbours(),
    }
    text = json.dumps(encode(layers), ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def bounds(municipalities: pd.DataFrame) -> list[list[float]]:
    """South-west and north-east corner of the municipalities, as Leaflet takes them."""
    west, south, east, north = shapely.total_bounds(_shapes(municipalities))
    return [[south, west], [north, east]]


def _rows(outlines: pd.DataFrame) -> Iterable[Any]:
    return outlines.assign(web_geometry=_shapes(outlines)).itertuples(index=False)


def _shapes(outlines: pd.DataFrame) -> npt.NDArray[np.object_]:
    shapes: npt.NDArray[np.object_] = shapely.from_wkb(outlines["web_geometry"].to_numpy())
    return shapes


def label_point(geometry: shapely.Geometry) -> list[float]:
    """Where a name fits best: the middle of the widest part, as latitude and longitude."""
    part = max(shapely.get_parts(geometry), key=shapely.area)
    centre = shapely.get_point(shapely.maximum_inscribed_circle(part, 0.01), 0)
    return [round(centre.y, 3), round(centre.x, 3)]


@cache
def neighbours() -> list[Feature]:
    """The countries around Colombia, as far as they can be seen."""
    world = decode(json.loads(_WORLD.read_text(encoding="utf-8")), "countries")
    return [
        Feature({}, shapely.intersection(country.geometry, REGION))
        for country in world
        if country.properties["name"] != _COLOMBIA and shapely.intersects(country.geometry, REGION)
    ]
