"""The invented country as the dashboard shows it: squares in a row, and the real programme's id.

::

    7 +-------+-------+-------+
      | 05901 | 05902 | 05903 |     98901 lies apart, to the south
    6 +-------+-------+-------+
     -76     -75     -74     -73
"""

from pathlib import Path

import pandas as pd
import shapely

from pipeline import PDET, SOMOS_COMUNIDAD
from pipeline.store.warehouse import Warehouse
from tests.world import core_frames, published, years

SQUARES = {
    "05901": shapely.box(-76, 6, -75, 7),
    "05902": shapely.box(-75, 6, -74, 7),
    "05903": shapely.box(-74, 6, -73, 7),
    "98901": shapely.box(-75, 3, -74, 4),
}
_PROGRAMMES = {"prueba": SOMOS_COMUNIDAD.id, "decreto": PDET.id}
MARKUP = "Peñón <i>Raro</i>"
"""Name of 05902: accents to search without, and markup that must stay text."""


def frames() -> dict[str, pd.DataFrame]:
    """Core tables of the country."""
    tables = core_frames()
    places = tables["core.municipality"]
    places["web_geometry"] = [shapely.to_wkb(SQUARES[code]) for code in places["municipality_code"]]
    places.loc[places["municipality_code"] == "05902", "municipality_name"] = MARKUP
    departments = tables["core.department"]
    departments["web_geometry"] = [
        shapely.to_wkb(
            shapely.union_all([square for place, square in SQUARES.items() if place[:2] == code])
        )
        for code in departments["department_code"]
    ]
    series = tables["core.series"]
    series["label_es"] = [f"Serie {name}" for name in series["series_id"]]
    series["label_en"] = [f"Series {name}" for name in series["series_id"]]
    return _with_programmes(tables)


def years_frames() -> dict[str, pd.DataFrame]:
    """Core tables of the country over eleven years, with the real programmes' ids."""
    return _with_programmes(years.frames())


def _with_programmes(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    for name in ("core.programme", "core.coverage", "core.coverage_list", "core.coverage_history"):
        tables[name]["programme_id"] = tables[name]["programme_id"].replace(_PROGRAMMES)
    return tables


def publish(data_dir: Path) -> Warehouse:
    """The country as a published warehouse in a data folder."""
    return published(data_dir, frames())
