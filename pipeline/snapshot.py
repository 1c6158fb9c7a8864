"""The bundled snapshot: the atlas's own figures, small enough to travel with the code.

`write` dumps the core tables of a refreshed warehouse, with generalised outlines instead of full
boundaries. `read` turns them back into readings, one per published file behind them, so that a
build from the snapshot passes the same contracts and checks as a build from the files themselves.
"""

import json
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import MAXYEAR, MINYEAR
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from pipeline.analysis.boundaries import WEB_DECIMALS
from pipeline.bundled import MANIFEST_NAME, SNAPSHOT_PREFIX
from pipeline.catalog.contracts import PROGRAMME_DATA
from pipeline.catalog.programmes import PROGRAMMES, Extent
from pipeline.catalog.series import Feed, Grain, Role, Series
from pipeline.catalog.sources import SOURCES, Source
from pipeline.catalog.tables import TABLES
from pipeline.core import EVERYWHERE
from pipeline.errors import SourceError
from pipeline.ingest.conform import Months
from pipeline.ingest.coverage import LIST_COLUMNS
from pipeline.ingest.events import EVENT_LAYOUTS, Drop, Reading
from pipeline.ingest.raw import RawFile, sha256_of
from pipeline.store.warehouse import Warehouse
from pipeline.words import normalised

_TABLES: Final = (
    "crime_monthly",
    "crime_group_monthly",
    "crime_yearly",
    "crime_department_yearly",
    "context_yearly",
    "availability",
    "population_yearly",
    "municipality",
    "coverage",
    "revision",
    "published_total",
    "point_disagreement",
    "source_file",
    "source_drop",
)
_REFERENCE_SOURCES: Final = frozenset(
    source.id for source in SOURCES if source.layout not in EVENT_LAYOUTS
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot's content: readings of files of events, and reference frames."""

    readings: tuple[Reading, ...]
    municipalities: pd.DataFrame
    population: pd.DataFrame
    documented: pd.DataFrame | None
    references: pd.DataFrame


def write(warehouse: Warehouse, folder: Path) -> int:
    """Write the snapshot of a warehouse and say how many bytes it takes.

    Parameters
    ----------
    warehouse
        A warehouse built from published files.
    folder
        Where to write; existing files of the same names are replaced.

    Returns
    -------
    int
        Size of the snapshot in bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {name: warehouse.table(f"core.{name}") for name in _TABLES}
    departments = warehouse.table("core.department")[["department_code", "department_name"]]
    tables["municipality"] = _portable(tables["municipality"], departments)
    tables["coverage"] = _listed_places(tables["coverage"])
    tables["source_file"] = _passed_on(tables["source_file"])
    digests = {}
    for name, frame in tables.items():
        if "path" in frame:
            frame["path"] = frame["path"].str.removeprefix(SNAPSHOT_PREFIX)
        path = folder / f"{name}.parquet"
        frame.to_parquet(path, index=False, compression="zstd", compression_level=19)
        digests[name] = sha256_of(path)
    files = [asdict(_file(row)) for row in _records(tables["source_file"])]
    stated = {
        "cut_date": max(file["cut_date"] for file in files),
        "tables": digests,
        "sources": [_citation(source) for source in SOURCES],
        "files": files,
    }
    text = json.dumps(stated, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST_NAME).write_text(text, "utf-8")
    (folder / "SOURCES.md").write_text(_source_note(tables["source_file"]), "utf-8")
    return sum(path.stat().st_size for path in folder.iterdir())


def read(folder: Path, series: Sequence[Series], held: AbstractSet[str] = frozenset()) -> Snapshot:
    """Read a snapshot back as readings and reference frames.

    Parameters
    ----------
    folder
        A folder that `write` filled.
    series
        Declared series; they tell which file each figure came from.
    held
        Checksums of published files that are here themselves: their readings are left out.

    Returns
    -------
    Snapshot
        Every reading has the published file's own checksum, cut and row counts.

    Raises
    ------
    SourceError
        If a table of the snapshot is missing or is not the one that was written.
    """
    _verify(folder)
    tables = {name: _table(folder, name) for name in _TABLES}
    municipalities = tables["municipality"]
    outlines = shapely.from_geojson(municipalities["web_geometry"].to_numpy(dtype=object))
    municipalities["web_geometry"] = shapely.to_wkb(outlines)
    files = tables["source_file"]
    is_reference = files["source_id"].isin(_REFERENCE_SOURCES)
    carried = files[~is_reference & ~files["sha256"].isin(held)]
    return Snapshot(
        tuple(_reading(row, tables, series) for row in _records(carried)),
        municipalities,
        tables["population_yearly"],
        tables["coverage"] if files["source_id"].eq("coverage").any() else None,
        files[is_reference],
    )


def _listed_places(coverage: pd.DataFrame) -> pd.DataFrame:
    """What lists say of the places they name; the rest follows from it and from the decree."""
    ids = [one.id for one in PROGRAMMES if one.extent is Extent.LIST]
    is_listed = coverage["state"].isin(["documented", "covered"])
    return coverage.loc[is_listed & coverage["programme_id"].isin(ids), list(LIST_COLUMNS)]


def _passed_on(files: pd.DataFrame) -> pd.DataFrame:
    """The files but those of programme data, which stay with whoever holds them."""
    return files[files["source_id"].ne(PROGRAMME_DATA.id)].reset_index(drop=True)


def _verify(folder: Path) -> None:
    stated = json.loads((folder / MANIFEST_NAME).read_bytes())["tables"]
    if set(stated) != set(_TABLES):
        differing = ", ".join(sorted(set(stated) ^ set(_TABLES)))
        message = (
            f"{folder} was written by another version of this code: {differing} is in one of them "
            "only. Take the folder that came with this code, or refresh from the published files "
            "and run `make snapshot`."
        )
        raise SourceError(message)
    for name in _TABLES:
        path = folder / f"{name}.parquet"
        if not path.is_file() or stated.get(name) != sha256_of(path):
            message = (
                f"{path} is missing or is not the table that belongs to this snapshot. Restore "
                "the folder as it came with the code, or run `make snapshot` after a refresh."
            )
            raise SourceError(message)


def _table(folder: Path, name: str) -> pd.DataFrame:
    """One table in its declared types: files keep narrower ones."""
    frame = pd.read_parquet(folder / f"{name}.parquet")
    declared = TABLES[f"core.{name}"].schema.columns
    types = {one: declared[one].dtype for one in frame if one in declared}
    return frame.astype({one: dtype.type for one, dtype in types.items() if dtype is not None})


def _portable(municipalities: pd.DataFrame, departments: pd.DataFrame) -> pd.DataFrame:
    """Municipalities with their department's name and the outline as text; no full boundary."""
    outlines = shapely.from_wkb(municipalities["web_geometry"].to_numpy(dtype=object))
    rounded = shapely.transform(outlines, lambda points: points.round(WEB_DECIMALS))
    frame = municipalities.drop(columns="geometry").merge(departments, on="department_code")
    return frame.assign(web_geometry=shapely.to_geojson(rounded))


@dataclass(frozen=True, slots=True)
class _Figures:
    """A table of the snapshot that holds counts, and how its columns are called."""

    table: str
    place: str
    period: str
    value: str
    grain: Grain


_FIGURES: Final = (
    _Figures("crime_monthly", "municipality_code", "month", "events", Grain.MUNICIPALITY_MONTH),
    _Figures("crime_yearly", "municipality_code", "year", "events", Grain.MUNICIPALITY_YEAR),
    _Figures("context_yearly", "municipality_code", "year", "value", Grain.MUNICIPALITY_YEAR),
    _Figures("crime_department_yearly", "department_code", "year", "events", Grain.DEPARTMENT_YEAR),
)
_PERIOD_GRAINS: Final = {
    ("revision", "month"): Grain.MUNICIPALITY_MONTH,
    ("revision", "year"): Grain.MUNICIPALITY_YEAR,
    ("published_total", "month"): Grain.NATION_MONTH,
    ("published_total", "year"): Grain.NATION_YEAR,
}


def _reading(
    row: dict[str, Any], tables: dict[str, pd.DataFrame], series: Sequence[Series]
) -> Reading:
    """The reading that one published file gave when the snapshot was made."""
    fed = [
        (one.id, feed)
        for one in series
        for feed in one.feeds
        if feed.source == row["source_id"]
        and normalised(feed.dataset) == normalised(row["dataset"])
    ]
    years = _years_of(row["part"]) or _years_taken(feed for _, feed in fed)
    months, own_months, is_open = _published_months(years, [one for one, _ in fed], tables)
    drops = tables["source_drop"]
    disagreements = tables["point_disagreement"]
    return Reading(
        file=_file(row),
        cells=_cells(row, years, fed, tables),
        months=months,
        own_months=own_months,
        is_open=is_open,
        rows_read=int(row["rows_read"]),
        events_read=float(row["events_read"]),
        drops=tuple(
            Drop(one["reason"], int(one["rows"]), float(one["events"]), one["example"])
            for one in _records(drops[drops["path"].eq(row["path"])])
        ),
        first_day=None if pd.isna(row["first_date"]) else row["first_date"].date(),
        last_day=None if pd.isna(row["last_date"]) else row["last_date"].date(),
        disagreements=disagreements[disagreements["path"].eq(row["path"])].reset_index(drop=True),
        groups=_groups(row, fed, tables["crime_group_monthly"]),
    )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _years_of(part: str) -> tuple[int, int] | None:
    """First and last year of a part that is named by years; None for a whole history."""
    years = part.split("-")
    return (int(years[0]), int(years[-1])) if years[0].isdigit() else None


def _years_taken(feeds: Iterable[Feed]) -> tuple[int, int] | None:
    """First and last year that feeds of one dataset take from it; None where they take all."""
    bounds = [(one.first_year or MINYEAR, one.last_year or MAXYEAR) for one in feeds]
    first = min((first for first, _ in bounds), default=MINYEAR)
    last = max((last for _, last in bounds), default=MAXYEAR)
    return None if (first, last) == (MINYEAR, MAXYEAR) else (first, last)


def _published_months(
    years: tuple[int, int] | None, fed: Sequence[str], tables: dict[str, pd.DataFrame]
) -> tuple[Months, pd.DataFrame | None, bool]:
    """Months that one file published, those of single places, and whether they may all grow."""
    own = tables["availability"]
    own = own[own["series_id"].isin(fed)]
    if years is not None:
        own = own[own["month"].dt.year.between(*years)]
    months = np.unique(own["month"].to_numpy().astype("datetime64[M]"))
    if len(own) and own["municipality_code"].ne(EVERYWHERE).all():
        own_months = pd.DataFrame(
            {
                "place_code": own["municipality_code"],
                "month": own["month"],
                "is_measured": own["status"].eq("complete"),
            }
        )
        return months, own_months.reset_index(drop=True), False
    is_open = years is not None and len(own) > 0 and own["status"].eq("provisional").all()
    return months, None, bool(is_open)


def _cells(
    row: dict[str, Any],
    years: tuple[int, int] | None,
    fed: Sequence[tuple[str, Feed]],
    tables: dict[str, pd.DataFrame],
) -> pd.DataFrame:
    """Counts of one file: from the crime tables if it is shown, else from where it is kept."""
    if row["role"] == "current":
        return _shown_cells(years, fed, tables)
    table = "published_total" if row["role"] == "control" else "revision"
    found = tables[table]
    found = found[found["path"].eq(row["path"])]
    role = Role.CURRENT if row["role"] == "history" else Role[row["role"].upper()]
    grains = [_PERIOD_GRAINS[table, period].name.lower() for period in found["period"]]
    places = found["municipality_code"] if table == "revision" else ""
    return _cell_frame(found, places, found["period_start"], found["events"], role, grains)


def _shown_cells(
    years: tuple[int, int] | None,
    fed: Sequence[tuple[str, Feed]],
    tables: dict[str, pd.DataFrame],
) -> pd.DataFrame:
    frames = []
    for figures in _FIGURES:
        wanted = [one for one, feed in fed if feed.grain is figures.grain]
        found = tables[figures.table]
        found = found[found["series_id"].isin(wanted)]
        periods = found[figures.period]
        if figures.period == "year":
            periods = pd.to_datetime(periods.astype("str"), format="%Y")
        if years is not None:
            is_own = periods.dt.year.between(*years)
            found, periods = found[is_own], periods[is_own]
        frames.append(
            _cell_frame(
                found,
                found[figures.place],
                periods,
                found[figures.value],
                Role.CURRENT,
                figures.grain.name.lower(),
            )
        )
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled or frames[:1], ignore_index=True)


def _groups(
    row: dict[str, Any], fed: Sequence[tuple[str, Feed]], stored: pd.DataFrame
) -> pd.DataFrame | None:
    """Group sizes of a file that is shown; None where it has none."""
    wanted = [
        one
        for one, feed in fed
        if (feed.role, feed.grain) == (Role.CURRENT, Grain.MUNICIPALITY_MONTH)
    ]
    found = stored[stored["series_id"].isin(wanted)]
    years = _years_of(row["part"])
    if years is not None:
        found = found[found["month"].dt.year.between(*years)]
    if row["role"] != "current" or found.empty:
        return None
    return found.rename(columns={"municipality_code": "place_code"}).reset_index(drop=True)


def _cell_frame(  # noqa: PLR0913, PLR0917 - one argument per column
    found: pd.DataFrame,
    places: pd.Series | str,
    periods: pd.Series,
    values: pd.Series,
    role: Role,
    grain: str | list[str],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "series_id": found["series_id"],
            "place_code": places,
            "month": periods.astype("datetime64[s]"),
            "events": values,
            "role": role.name.lower(),
            "grain": grain,
        }
    ).reset_index(drop=True)


def _file(row: dict[str, Any]) -> RawFile:
    return RawFile(
        path=row["path"],
        source_id=row["source_id"],
        dataset=row["dataset"],
        sha256=row["sha256"],
        bytes=int(row["bytes"]),
        retrieved_date=row["retrieved_date"].date().isoformat(),
        part=row["part"],
        cut_date=row["cut_date"].date().isoformat(),
        cut_basis=row["cut_basis"],
        origin=row["origin"],
        licence=row["licence"],
    )


def _source_note(files: pd.DataFrame) -> str:
    """Whom to cite for the snapshot's figures, and up to when each publisher counted."""
    cuts = files[files["role"].ne("history")].groupby("source_id")["cut_date"].max()
    lines = [
        "# Bundled snapshot",
        "",
        "Figures computed by this project's pipeline from the published files listed in",
        "`snapshot.json`: counts by municipality and period, population, generalised outlines. No",
        "published file is copied here. Cite the publishers:",
        "",
        "| publisher | dataset | cut | citation | licence |",
        "|---|---|---|---|---|",
        *(
            f"| {source.publisher} | {source.title} | {cuts[source.id]:%Y-%m-%d} "
            f"| {source.citation} | {source.licence.en} |"
            for source in SOURCES
            if source.id in cuts
        ),
    ]
    return "\n".join(lines) + "\n"


def _citation(source: Source) -> dict[str, str]:
    return {
        "id": source.id,
        "publisher": source.publisher,
        "title": source.title,
        "citation": source.citation,
        "licence": source.licence.en,
        "url": source.url_main,
    }
