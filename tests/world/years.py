"""The invented country over eleven years, so that statistics with a past have something to say.

Sightings are published every month from 2012 to April 2023, and May 2023 may still grow.

========  =============  =====================================================================
code      residents      sightings
========  =============  =====================================================================
05901     36,525         one a month in 2012, one a month more every year; 60 in April 2023
05902     73,050         twenty a month, always
05903     36,525         none; not founded before 2022
05000                    one every December, of unknown municipality
98901-06  36,525 to 98901 gets as many as its number says, 1 to 6, every month
          219,150
========  =============  =====================================================================

Residents are of edition 1 up to 2021 and of edition 2 since.
"""

from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.store.warehouse import Draft
from tests import world
from tests.world import PEOPLE, months, rows

FIRST: Final = 2012
LAST: Final = 2022
OTHERS: Final = tuple(f"9890{number}" for number in range(1, 7))


def monthly_sightings(code: str, year: int) -> int:
    """Sightings of each month of a year, but for the outbreak of April 2023."""
    if code in OTHERS:
        return int(code[-1])
    return {"05901": year - FIRST + 1, "05902": 20}.get(code, 0)


def frames() -> dict[str, pd.DataFrame]:
    """Core tables of the country, by name."""
    tables = world.core_frames()
    published = months(f"{FIRST}-01", "2023-05")
    sightings = [
        (code, month, monthly_sightings(code, int(month[:4])))
        for code in ("05901", "05902", *OTHERS)
        for month in published
    ]
    sightings = [
        (code, month, 60 if (code, month) == ("05901", "2023-04-01") else events)
        for code, month, events in sightings
    ]
    sightings += [("05000", f"{year}-12-01", 1) for year in range(FIRST, LAST + 1)]
    crime, available = tables["core.crime_monthly"], tables["core.availability"]
    is_sighting = "sightings"
    tables["core.crime_monthly"] = pd.concat(
        [
            crime[~crime["series_id"].str.startswith(is_sighting)],
            rows(
                "core.crime_monthly",
                *((name, *row) for name in ("sightings", "sightings_by_day") for row in sightings),
            ),
        ]
    )
    tables["core.availability"] = pd.concat(
        [
            available[~available["series_id"].str.startswith(is_sighting)],
            rows(
                "core.availability",
                *(
                    (name, "all", month, "provisional" if month == "2023-05-01" else "complete")
                    for name in ("sightings", "sightings_by_day", "sightings_by_night")
                    for month in published
                ),
            ),
        ]
    )
    files = tables["core.source_file"]
    total = sum(events for *_, events in sightings)
    own = files["dataset"].eq("sightings")
    files.loc[own, ["events_read", "events_stored"]] = [total + 1.0, float(total)]
    return tables | _places(tables)


def _places(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Six municipalities of the other department, and residents of every year."""
    places, coverage = tables["core.municipality"], tables["core.coverage"]
    more = {
        name: pd.concat(
            [
                frame,
                *(
                    frame[frame["municipality_code"] == OTHERS[0]].assign(municipality_code=code)
                    for code in OTHERS[1:]
                ),
            ]
        )
        for name, frame in (("core.municipality", places), ("core.coverage", coverage))
    }
    residents = {"05901": 1, "05902": 2, **{code: int(code[-1]) for code in OTHERS}}
    people = [
        (code, year, k * PEOPLE, "edition 1" if year < LAST else "edition 2")
        for code, k in residents.items()
        for year in range(FIRST, LAST + 1)
    ]
    people.append(("05903", LAST, PEOPLE, "edition 2"))
    return more | {"core.population_yearly": rows("core.population_yearly", *people)}


def stored(data_dir: Path) -> Draft:
    """A draft of the country with all its marts."""
    return world.stored(data_dir, frames())
