"""A tiny invented country, small enough to reckon by hand.

Populations are multiples of 36,525, so that *k* times that for *d* days is 100 *k d* person-years.

========  =================  ====================================================================
code      name               residents
========  =================  ====================================================================
05901     Villa Prueba       36,525 in 2020 and 2021; 73,050 in 2022, a new edition
05902     Puerto Ensayo      36,525 every year
05903     Nueva Muestra      0 in 2020 and 2021 (not yet founded); 36,525 in 2022
98901     Otra Parte         365,250 every year; its department is not the programme's
========  =================  ====================================================================

2023 has no population yet. The series are described beside their figures below.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from pipeline import marts
from pipeline.catalog.series import Feed, Grain, Interval, Kind, Role, Series
from pipeline.catalog.tables import TABLES
from pipeline.catalog.text import Text
from pipeline.store.warehouse import Draft, Warehouse

PEOPLE: Final = 36_525

_NAME: Final = Text("Serie de prueba", "Test series")
_UNIT: Final = Text("casos", "cases")


def _series(name: str, feed: Feed, **facts: Any) -> Series:
    return Series(id=name, label=_NAME, unit=_UNIT, feeds=(feed, *facts.pop("more", ())), **facts)


_METEORS: Final = "observatory/all_meteors/2023-06-01"
_MIGRATIONS: Final = "observatory/migrations/"
_YEARLY: Final = Grain.MUNICIPALITY_YEAR
_SIGHTINGS: Final = Feed("observatory", "sightings")

SERIES: Final = (
    _series("sightings", _SIGHTINGS, phenomenon="lights"),
    _series("sightings_by_day", _SIGHTINGS, part_of="sightings"),
    _series("sightings_by_night", _SIGHTINGS, part_of="sightings"),
    _series(
        "crowds",
        Feed("observatory", "crowds"),
        interval=Interval.OVERDISPERSED,
        phenomenon="lights",
    ),
    _series(
        "meteors",
        Feed("observatory", "meteors", grain=_YEARLY),
        more=(Feed("observatory", "all_meteors", grain=Grain.NATION_YEAR, role=Role.CONTROL),),
        phenomenon="lights",
    ),
    _series("rainfall", Feed("gauges", "rain", grain=_YEARLY), kind=Kind.CONTEXT, has_rate=False),
    _series(
        "migrations",
        Feed("observatory", "migrations"),
        more=(Feed("observatory", "migrations_by_department", grain=Grain.DEPARTMENT_YEAR),),
    ),
    _series("ghosts", Feed("observatory", "ghosts")),
)
"""Sightings come one by one and have two parts; crowds come in groups; ghosts are unpublished.
Sightings, crowds and meteors count the same lights."""


def rows(table: str, *values: tuple[object, ...]) -> pd.DataFrame:
    """Rows of a declared table, with its columns and types."""
    columns = TABLES[table].schema.columns
    frame = pd.DataFrame(list(values), columns=list(columns))
    types = {name: column.dtype.type for name, column in columns.items() if column.dtype}
    # pandera knows dates in nanoseconds only, the warehouse answers in seconds
    dates = {name: "datetime64[s]" for name, dtype in types.items() if dtype.kind == "M"}
    return frame.astype(types | dates)


def months(first: str, last: str) -> list[str]:
    """Every month from the first to the last, both included."""
    return [f"{month}-01" for month in np.arange(first, np.datetime64(last) + 1, dtype="M8[M]")]


def core_frames() -> dict[str, pd.DataFrame]:
    """Every core table of the invented country, by name; each call makes new frames."""
    return {**_references(), **_figures(), **_files(), **_programme()}


def stored(data_dir: Path, frames: dict[str, pd.DataFrame] | None = None) -> Draft:
    """A draft of the invented country with all its marts, neither checked nor published."""
    draft = Draft(data_dir)
    for name, frame in (frames or core_frames()).items():
        draft.store(name, frame)
    marts.store(draft, SERIES)
    return draft


def published(data_dir: Path, frames: dict[str, pd.DataFrame] | None = None) -> Warehouse:
    """The invented country as a published warehouse."""
    with stored(data_dir, frames) as draft:
        path = draft.publish(
            fingerprint="invented", newest_cut=pd.Timestamp("2023-06-01"), is_snapshot_only=False
        )
    return Warehouse.open(path)


def _references() -> dict[str, pd.DataFrame]:
    square = shapely.to_wkb(shapely.box(-75, 6, -74, 7))
    return {
        "core.source": rows(
            "core.source",
            *(
                (
                    name,
                    "Nadie",
                    "Nada",
                    "https://example.org",
                    "libre",
                    "free",
                    "Nadie, Nada.",
                    "never",
                )
                for name in ("gauges", "observatory")
            ),
        ),
        "core.series": rows(
            "core.series",
            *(
                (
                    one.id,
                    one.label.es,
                    one.label.en,
                    one.unit.es,
                    one.unit.en,
                    one.kind.value,
                    one.grain.value,
                    one.interval.name.lower(),
                    one.has_rate,
                    one.is_apart_from_coverage,
                    one.part_of,
                    one.phenomenon,
                    "",
                    "",
                    "",
                    one.feeds[0].source,
                    one.id != "ghosts",
                    order,
                )
                for order, one in enumerate(SERIES)
            ),
        ),
        "core.feed": rows(
            "core.feed",
            *(
                (
                    one.id,
                    feed.source,
                    feed.dataset,
                    feed.grain.value,
                    feed.role.name.lower(),
                    feed.first_year,
                    feed.last_year,
                )
                for one in SERIES
                for feed in one.feeds
            ),
        ),
        "core.series_break": rows(
            "core.series_break",
            ("meteors", "2021-01-01", "2021-02-01", "definition", "Otra lente", "Another lens"),
        ),
        "core.department": rows(
            "core.department",
            ("05", "Tierra Nuestra", 3.0, True, square),
            ("98", "Tierra Ajena", 1.0, False, square),
        ),
        "core.municipality": rows(
            "core.municipality",
            *(
                (code, name, code[:2], "municipality", 1.0, 1.0, subregion, geometry, square)
                for code, name, subregion, geometry in (
                    ("05901", "Villa Prueba", "Montes Inventados", square),
                    ("05902", "Puerto Ensayo", "Montes Inventados", square),
                    ("05903", "Nueva Muestra", None, None),
                    ("98901", "Otra Parte", None, square),
                )
            ),
        ),
        "core.population_yearly": rows(
            "core.population_yearly",
            *(
                (code, year, k * PEOPLE, "edition 2" if year == 2022 else "edition 1")
                for code, by_year in {
                    "05901": (1, 1, 2),
                    "05902": (1, 1, 1),
                    "05903": (0, 0, 1),
                    "98901": (10, 10, 10),
                }.items()
                for year, k in zip((2020, 2021, 2022), by_year, strict=True)
            ),
        ),
    }


def _figures() -> dict[str, pd.DataFrame]:
    sightings = (
        ("05000", "2021-06-01", 1),  # municipality unknown
        ("05000", "2022-07-01", 2),
        ("05901", "2021-01-01", 3),
        ("05901", "2021-12-01", 2),
        ("05901", "2022-02-01", 4),
        ("05901", "2022-05-01", 1),
        ("05901", "2023-05-01", 6),
        ("05903", "2021-07-01", 2),  # before anyone lived there
        ("05903", "2022-07-01", 1),
        ("00000", "2021-05-01", 1),  # department unknown
        ("98901", "2021-03-01", 7),
    )
    by_night = ("05903", "98901")
    monthly = [
        *(("sightings", *row) for row in sightings),
        *(("sightings_by_night", *row) for row in sightings if row[0] in by_night),
        *(("sightings_by_day", *row) for row in sightings if row[0] not in by_night),
        ("crowds", "05902", "2021-03-01", 6),
        ("migrations", "05901", "2021-02-01", 10),
        ("migrations", "05901", "2021-06-01", 8),
    ]
    # April 2022 of the sightings was never published, and May 2023 may still grow.
    seen = [*months("2021-01", "2022-03"), *months("2022-05", "2023-05")]
    available = {
        ("sightings", "all"): seen,
        ("sightings_by_day", "all"): seen,
        ("sightings_by_night", "all"): seen,
        ("crowds", "all"): months("2021-01", "2021-12"),
        ("meteors", "all"): months("2020-01", "2021-06"),
        ("migrations", "05901"): months("2021-01", "2021-12"),
        ("rainfall", "all"): months("2021-01", "2021-12"),
    }
    return {
        "core.crime_monthly": rows("core.crime_monthly", *monthly),
        "core.crime_group_monthly": rows(
            "core.crime_group_monthly",
            ("crowds", "05902", "2021-03-01", 36),  # one crowd of six
        ),
        "core.crime_yearly": rows(
            "core.crime_yearly",
            ("meteors", "05901", 2020, 2),
            ("meteors", "05000", 2021, 1),
            ("meteors", "98901", 2021, 1),
        ),
        "core.crime_department_yearly": rows(
            "core.crime_department_yearly",
            ("migrations", "05", 2020, 40),
            ("migrations", "05", 2021, 55),
            ("migrations", "98", 2021, 9),
        ),
        "core.context_yearly": rows(
            "core.context_yearly",
            ("rainfall", "05901", 2021, 12.5),
            ("rainfall", "05902", 2021, 0.0),  # measured: it did not rain
        ),
        "core.availability": rows(
            "core.availability",
            *(
                (series, place, month, "provisional" if month == "2023-05-01" else "complete")
                for (series, place), published_months in available.items()
                for month in published_months
            ),
        ),
    }


def _files() -> dict[str, pd.DataFrame]:
    """One file a dataset; the sightings' own has a row that was dropped."""
    files = [
        _file("observatory/sightings/2023-06-01", "current", 30, dropped=1),
        _file("observatory/crowds/2023-06-01", "current", 6),
        _file("observatory/meteors/2023-06-01", "current", 4),
        _file("observatory/migrations/2023-06-01", "current", 18),
        _file("observatory/migrations_by_department/2023-06-01", "current", 104),
        _file("gauges/rain/2023-06-01", "current", 12.5),
        _file(_METEORS, "control", 4),
        _file("observatory/migrations/2022-01-31", "history", 15),
    ]
    return {
        "core.source_file": rows("core.source_file", *files),
        "core.source_drop": rows(
            "core.source_drop", ("observatory/sightings/2023-06-01", "no date", 1, 1.0, "row 9")
        ),
        "core.revision": rows(
            "core.revision",
            *(
                ("migrations", "05901", "month", month, cut, _MIGRATIONS + cut, events)
                for cut, month, events in (
                    ("2022-01-31", "2021-02-01", 9),
                    ("2022-01-31", "2021-06-01", 6),
                    ("2023-06-01", "2021-02-01", 10),
                    ("2023-06-01", "2021-06-01", 8),
                )
            ),
        ),
        "core.published_total": rows(
            "core.published_total",
            ("meteors", "year", "2020-01-01", "2023-06-01", _METEORS, 2),
            ("meteors", "year", "2021-01-01", "2023-06-01", _METEORS, 2),
            ("migrations", "year", "2021-01-01", "2022-01-31", _METEORS, 15),
        ),
        "core.point_disagreement": rows("core.point_disagreement"),
    }


def _file(path: str, role: str, events: float, *, dropped: int = 0) -> tuple[object, ...]:
    """A file of ten rows; a dropped row holds one event."""
    source, dataset, cut = path.split("/")
    facts = (cut, "path", "2023-06-02", "https://example.org", "free", 100, "0" * 64)
    counts = (10, 10 - dropped, dropped, events + dropped, events, dropped)
    return (path, source, dataset, "all", role, *facts, *counts, None, None, False)


def _programme() -> dict[str, pd.DataFrame]:
    """A programme of two places of which one is documented, and one that a decree lays out."""
    nothing: tuple[object, ...] = (None,) * 6
    paper: tuple[object, ...] = ("Diario de Prueba", None, "2022")
    work: tuple[object, ...] = (None, "2020-10-01", "2020-12-31", "2025-09-30", "planned")
    decreed: tuple[object, ...] = (None, "2021-05-28", "2021-05-28", "2022-02-01", "planned")
    decree: tuple[object, ...] = ("Decreto de Prueba", None, "2021-05-28")
    unnamed: tuple[object, ...] = (False, None, None, None)
    states: Iterable[tuple[object, ...]] = (
        ("prueba", "05901", "documented", "confirmed", *work, False, *paper),
        ("prueba", "05902", "candidate", *nothing, True, None, None, None),
        ("prueba", "05903", "no_evidence", *nothing, *unnamed),
        ("prueba", "98901", "outside", *nothing, *unnamed),
        ("decreto", "05901", "covered", "official", *decreed, False, *decree),
        ("decreto", "05902", "covered", "official", *decreed, False, *decree),
        ("decreto", "05903", "not_covered", *nothing, *unnamed),
        ("decreto", "98901", "not_covered", *nothing, *unnamed),
    )
    older, newer = "1" * 64, "2" * 64
    return {
        "core.programme": rows(
            "core.programme",
            ("prueba", "Prueba", "Trial", 1, "list", "05", "2020-10-01", "2024-11-21", "2025-09-30",
             "planned", 2),
            ("decreto", "Decreto", "Decree", 2, "pdet", "", "2021-05-28", None, "2022-02-01",
             "planned", 2),
        ),
        "core.coverage": rows("core.coverage", *states),
        "core.coverage_list": rows(
            "core.coverage_list",
            ("prueba", older, 1, "2021-06-30", None, 1, False, True, False),
            ("prueba", newer, 2, "2022-01-31", "2022-02-02", 1, False, False, True),
        ),
        "core.coverage_history": rows(
            "core.coverage_history",
            ("prueba", older, "05902", "documented", "reported", None, "2020-10-01", None, None,
             "unknown", *paper),
            ("prueba", newer, "05901", "documented", "confirmed", *work, *paper),
        ),
        "core.programme_indicator": rows("core.programme_indicator"),
    }  # fmt: skip
