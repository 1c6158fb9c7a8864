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
from tests.world import core_frames, published, rows, years

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
    tables = _shown(core_frames())
    places = tables["core.municipality"]
    places.loc[places["municipality_code"] == "05902", "municipality_name"] = MARKUP
    series = tables["core.series"]
    series["label_es"] = [f"Serie {name}" for name in series["series_id"]]
    series["label_en"] = [f"Series {name}" for name in series["series_id"]]
    return tables


def frames_with_programme_data(title: str) -> dict[str, pd.DataFrame]:
    """The same with what a paper of that title gave for everybody to see."""
    tables = frames()
    tables["core.programme_indicator"] = rows(
        "core.programme_indicator",
        *(
            (SOMOS_COMUNIDAD.id, *given, title, "2024-10-31")
            for given in (
                ("feels_safer", "05902", "2024-07-01", 62.5, 240),
                ("organisations_improved", "05901", "2024-04-01", 50, 8),
                ("trainings", "05902", "2024-04-01", 3, None),
                ("trainings", "05902", "2024-07-01", 12, None),
            )
        ),
    )
    return tables


def years_frames() -> dict[str, pd.DataFrame]:
    """Core tables of the country over eleven years."""
    return _shown(years.frames())


def _shown(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables with the squares as outlines and the real programmes' ids."""
    east = {code: shapely.box(-74 + n, 3, -73 + n, 4) for n, code in enumerate(years.OTHERS)}
    squares = {**east, **SQUARES}
    places, departments = tables["core.municipality"], tables["core.department"]
    codes = list(places["municipality_code"])
    places["web_geometry"] = [shapely.to_wkb(squares[code]) for code in codes]
    departments["web_geometry"] = [
        shapely.to_wkb(shapely.union_all([squares[one] for one in codes if one[:2] == code]))
        for code in departments["department_code"]
    ]
    for name in ("core.programme", "core.coverage", "core.coverage_list", "core.coverage_history"):
        tables[name]["programme_id"] = tables[name]["programme_id"].replace(_PROGRAMMES)
    return tables


def publish(data_dir: Path) -> Warehouse:
    """The country as a published warehouse in a data folder."""
    return published(data_dir, frames())
