"""One file of events to counts per series, place and month, with every row accounted for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.boundaries import distance_km_to, located
from pipeline.catalog.places import NO_DEPARTMENT
from pipeline.catalog.series import IGNORED_TERMS, Feed, Grain, Role, Series
from pipeline.catalog.shapes import Shape, shape_of
from pipeline.catalog.sources import SOURCES, Layout, Source
from pipeline.errors import SourceError
from pipeline.ingest import readers
from pipeline.ingest.conform import (
    Codes,
    Fault,
    Gazetteer,
    Months,
    located_by_code,
    located_by_name,
    months_of,
    numbers_of,
    whole_numbers,
)
from pipeline.ingest.raw import Found, RawFile
from pipeline.ingest.readers import Rows
from pipeline.words import normalised

WHOLE: Final = "all"
"""Part name of a file that holds a dataset's whole history."""

_FAULTS_SHOWN: Final = 12
_MONTHS_PER_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Drop:
    """Rows that did not enter the tables, and why."""

    reason: str
    rows: int
    events: float
    example: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file says, in the atlas's terms.

    Attributes
    ----------
    file
        The file, with its part and cut now known.
    cells
        Columns series_id, place_code, month (first day; January for years), events. The place is a
        municipality or ``dd000``; a department's two digits, or empty for national totals.
    months
        Published months, the same for every place. Shape ``(m,)``, sorted.
    own_months
        Columns place_code, month, is_measured, where each place has published months of its own.
    is_open
        Whether the publisher marks the whole file as still growing: the year was not over.
    rows_read, events_read
        Data rows, and the sum of the quantities that any series takes.
    drops
        Rows that did not enter.
    first_day, last_day
        First and last day of an event; None in yearly files.
    disagreements
        Points counted in another municipality than the one written beside them.
    """

    file: RawFile
    cells: pd.DataFrame
    months: Months
    rows_read: int
    events_read: float
    own_months: pd.DataFrame | None = None
    is_open: bool = False
    drops: tuple[Drop, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    disagreements: pd.DataFrame | None = None

    @property
    def rows_dropped(self) -> int:
        """Data rows that did not enter the tables."""
        return sum(drop.rows for drop in self.drops)

    @property
    def events_dropped(self) -> float:
        """Sum of the quantities of the rows that did not enter."""
        return sum(drop.events for drop in self.drops)


EVENT_LAYOUTS: Final = frozenset(
    {
        Layout.EVENT_WORKBOOK,
        Layout.POLICE_WORKBOOK,
        Layout.EVENT_CSV,
        Layout.YEAR_RECORDS,
        Layout.TOTAL_RECORDS,
        Layout.MINE_POINTS,
        Layout.MONTH_PANEL,
        Layout.DEPARTMENT_PANEL,
        Layout.CONTEXT_CSV,
    }
)
_READERS: Final = {
    Layout.EVENT_WORKBOOK: readers.read_event_workbook,
    Layout.POLICE_WORKBOOK: readers.read_police_workbook,
    Layout.EVENT_CSV: readers.read_csv,
    Layout.YEAR_RECORDS: readers.read_records,
    Layout.TOTAL_RECORDS: readers.read_records,
    Layout.MINE_POINTS: readers.read_points,
    Layout.MONTH_PANEL: readers.read_csv,
    Layout.DEPARTMENT_PANEL: readers.read_csv,
    Layout.CONTEXT_CSV: readers.read_csv,
}
_SOURCES: Final = {source.id: source for source in SOURCES}


@dataclass(frozen=True, slots=True)
class _Table:
    """A file's rows with keys: one entry per data row in every array."""

    places: Codes
    months: Months
    faults: list[Fault]
    disagreements: pd.DataFrame | None = None
    first_day: date | None = None
    last_day: date | None = None


def read_events(
    found: Found, series: Sequence[Series], places: Gazetteer, boundaries: gpd.GeoDataFrame | None
) -> Reading:
    """Read one file of events against everything that is declared about it.

    Parameters
    ----------
    found
        The file and where its bytes are.
    series
        All declared series; those fed by the file's dataset take their counts from it.
    places
        Official codes and names.
    boundaries
        Municipal polygons (EPSG:4326), for files of points; None where only outlines are known.

    Returns
    -------
    Reading
        Counts, published months, and every row that did not enter with its reason.

    Raises
    ------
    SourceError
        With all faults of the file at once: unknown codes, names, terms or columns, dates outside
        the file's period, a truncated answer, a year that lacks months.
    """
    return interpreted(found.file, decoded(found), series, places, boundaries)


def decoded(found: Found) -> Rows:
    """Decode one file of events: its rows as columns, nothing looked up yet.

    Raises
    ------
    SourceError
        If the bytes are not what the name promises, or the answer was cut.
    """
    source = _SOURCES[found.file.source_id]
    shape = shape_of(source.id, found.file.dataset)
    rows = _READERS[source.layout](found.location, shape)
    _refuse_capped_answer(found.file, source, rows)
    return rows


def interpreted(
    unread: RawFile,
    rows: Rows,
    series: Sequence[Series],
    places: Gazetteer,
    boundaries: gpd.GeoDataFrame | None,
) -> Reading:
    """Make a reading of decoded rows; parameters, result and errors as for `read_events`."""
    source = _SOURCES[unread.source_id]
    shape = shape_of(source.id, unread.dataset)
    if source.layout is Layout.MINE_POINTS and boundaries is None:
        message = (
            f"{unread.path} holds points, and the boundaries they lie in are not here: only the "
            "snapshot's outlines are. Add the municipal boundaries and refresh again."
        )
        raise SourceError(message)
    feeds = _feeds_of(unread, series)
    table = _keyed(unread, source, shape, rows, places, boundaries)
    file, months, is_open, period_faults = _dated(unread, source, rows, table)
    counted = _counted(file, source, shape, rows, table, months, feeds)
    _raise_faults(file, rows, [*table.faults, *period_faults, *counted.faults])
    return Reading(
        file=file,
        cells=counted.cells,
        months=months,
        own_months=counted.own_months,
        is_open=is_open,
        rows_read=len(rows),
        events_read=counted.events_read,
        drops=counted.drops,
        first_day=table.first_day,
        last_day=table.last_day,
        disagreements=table.disagreements,
    )


def _feeds_of(file: RawFile, series: Sequence[Series]) -> list[tuple[Series, Feed]]:
    wanted = normalised(file.dataset)
    return [
        (one, feed)
        for one in series
        for feed in one.feeds
        if feed.source == file.source_id and normalised(feed.dataset) == wanted
    ]


def _refuse_capped_answer(file: RawFile, source: Source, rows: Rows) -> None:
    limit = source.row_limit
    if limit and len(rows) and len(rows) % limit == 0:
        message = (
            f"{file.path} has exactly {len(rows):,} rows, a multiple of the {limit:,} at which the "
            "publisher's interface cuts an answer: rows are missing. Fetch all pages again and "
            "compare with count(*)."
        )
        raise SourceError(message)


def _column(rows: Rows, names: Sequence[str]) -> Sequence[Any] | None:
    return next((rows.columns[name] for name in names if name in rows.columns), None)


def _keyed(  # noqa: PLR0913 - the pieces a row's keys are made of
    file: RawFile,
    source: Source,
    shape: Shape,
    rows: Rows,
    places: Gazetteer,
    boundaries: gpd.GeoDataFrame,
) -> _Table:
    """Place and month of every row."""
    disagreements = None
    months, days, faults = _months(shape, rows)
    codes = _column(rows, shape.code)
    if source.layout is Layout.MINE_POINTS:
        placed, place_faults, disagreements = _located_points(
            file, shape, rows, months, places, boundaries
        )
    elif source.layout is Layout.TOTAL_RECORDS:
        placed, place_faults = np.full(len(rows), "", dtype=object), []
    elif source.layout is Layout.DEPARTMENT_PANEL and codes is not None:
        placed, place_faults = located_by_code([f"{code}000" for code in codes], places)
        placed = np.asarray([code and code[:2] for code in placed], dtype=object)
    elif codes is not None:
        placed, place_faults = located_by_code(codes, places)
    else:
        placed, place_faults = located_by_name(
            _required(rows, shape.department), _required(rows, shape.municipality), places
        )
    known_days = days[~np.isnat(days)] if days is not None else np.array([], "datetime64[D]")
    return _Table(
        placed,
        months,
        faults + place_faults,
        disagreements,
        known_days.min().item() if known_days.size else None,
        known_days.max().item() if known_days.size else None,
    )


def _required(rows: Rows, names: Sequence[str]) -> Sequence[Any]:
    column = _column(rows, names)
    if column is None:  # readers have checked the header; this is a fault of the declaration
        message = f"none of {list(names)} among {list(rows.columns)}: see pipeline/catalog/shapes.py"
        raise SourceError(message)
    return column


def _months(
    shape: Shape, rows: Rows
) -> tuple[Months, npt.NDArray[np.datetime64] | None, list[Fault]]:
    dates = _column(rows, shape.date)
    if dates is not None:
        return months_of(dates, shape.date_format)
    years, faults = whole_numbers(_required(rows, shape.year), "year", lowest=1985)
    months = (years - 1970).astype("datetime64[Y]").astype("datetime64[M]")
    if (raw := _column(rows, shape.month)) is not None:
        numbers, month_faults = whole_numbers(raw, "month", lowest=1)
        return months + (numbers - 1), None, faults + month_faults
    return months, None, faults


def _located_points(  # noqa: PLR0913 - the pieces a point's place is made of
    file: RawFile,
    shape: Shape,
    rows: Rows,
    months: Months,
    places: Gazetteer,
    boundaries: gpd.GeoDataFrame,
) -> tuple[Codes, list[Fault], pd.DataFrame]:
    """The municipality of each point's polygon; where none holds it, unlocated in its department."""
    departments = _required(rows, shape.department)
    municipalities = _required(rows, shape.municipality)
    stated, faults = located_by_name(departments, municipalities, places)
    assert rows.points is not None  # noqa: S101 - the reader of points sets them
    longitude, latitude = (np.asarray(axis, dtype=np.float64) for axis in rows.points)
    holding = np.asarray(located(longitude, latitude, boundaries), dtype=object)
    unlocated = np.asarray(
        [f"{code[:2]}000" if code else NO_DEPARTMENT for code in stated], dtype=object
    )
    counted = np.where(pd.isna(holding), unlocated, holding)
    differs = np.flatnonzero(counted != stated)
    return counted, faults, _disagreements(
        file,
        pd.DataFrame(
            {
                "year": months[differs].astype("datetime64[Y]").astype(np.int64) + 1970,
                "stated_department": np.asarray(departments, dtype=object)[differs],
                "stated_municipality": np.asarray(municipalities, dtype=object)[differs],
                "stated_code": stated[differs],
                "municipality_code": counted[differs],
                "longitude": longitude[differs],
                "latitude": latitude[differs],
            }
        ),
        boundaries,
    )


def _disagreements(
    file: RawFile, points: pd.DataFrame, boundaries: gpd.GeoDataFrame
) -> pd.DataFrame:
    is_stated = points["stated_code"].isin(boundaries["municipality_code"]).to_numpy()
    distance = np.full(len(points), np.nan)
    if is_stated.any():
        known = points[is_stated]
        distance[is_stated] = distance_km_to(
            known["longitude"].to_numpy(),
            known["latitude"].to_numpy(),
            known["stated_code"].to_numpy(dtype=object),
            boundaries,
        )
    keys = ["year", "stated_department", "stated_municipality", "stated_code", "municipality_code"]
    return (
        points.assign(distance_km=distance, path=file.path)
        .groupby(["path", *keys], dropna=False, sort=True)["distance_km"]
        .agg(points="size", largest_distance_km="max")
        .reset_index()
    )


def _dated(
    file: RawFile, source: Source, rows: Rows, table: _Table
) -> tuple[RawFile, Months, bool, list[Fault]]:
    """Cut, part and published months of the file, and the dates that do not fit them."""
    known = table.months[~np.isnat(table.months)]
    file = _with_cut(file, rows, table)
    if source.layout is Layout.POLICE_WORKBOOK:
        return _police_period(file, rows, table)
    if source.layout is Layout.MINE_POINTS:
        return _named_year(file, table)
    months = _span(known.min(), known.max()) if known.size else known
    if source.layout in {Layout.YEAR_RECORDS, Layout.TOTAL_RECORDS, Layout.DEPARTMENT_PANEL}:
        months = _whole_years(file, known)
    if source.layout is Layout.CONTEXT_CSV:
        years = np.unique(known.astype("datetime64[Y]"))
        months = np.concatenate([_span(y.astype("datetime64[M]"), _december(y)) for y in years])
    return replace(file, part=WHOLE), months, False, _after_cut(file, table)


def _with_cut(file: RawFile, rows: Rows, table: _Table) -> RawFile:
    if file.cut_date:
        return file
    if rows.extraction is not None:
        return replace(file, cut_date=rows.extraction.isoformat(), cut_basis="footer")
    known = table.months[~np.isnat(table.months)]
    if not known.size:
        return replace(file, cut_date=file.retrieved_date, cut_basis="retrieved")
    last = known.max()
    if table.first_day is None and not rows.columns.keys() & {"MES"}:  # years only
        closed = np.datetime64(file.retrieved_date, "Y") - np.timedelta64(1, "Y")
        last = _december(min(last.astype("datetime64[Y]"), closed))
    end = (last + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    return replace(file, cut_date=str(end), cut_basis="last event")


def _span(first: np.datetime64, last: np.datetime64) -> Months:
    return np.arange(first, last + np.timedelta64(1, "M"))


def _december(year: np.datetime64) -> np.datetime64:
    return year.astype("datetime64[M]") + np.timedelta64(_MONTHS_PER_YEAR - 1, "M")


def _whole_years(file: RawFile, known: Months) -> Months:
    """January of the first year to December of the last, or to the cut if that is earlier."""
    cut = np.datetime64(file.cut_date, "M")
    return _span(
        known.min().astype("datetime64[Y]").astype("datetime64[M]"),
        min(_december(known.max().astype("datetime64[Y]")), cut),
    )


def _after_cut(file: RawFile, table: _Table) -> list[Fault]:
    if file.cut_basis not in {"manifest", "path"}:
        return []
    late = np.flatnonzero(table.months > np.datetime64(file.cut_date, "M"))
    if not late.size:
        return []
    what = f"date after the file's cut {file.cut_date}"
    return [Fault(what, late, str(table.months[late[0]]))]


def _named_year(file: RawFile, table: _Table) -> tuple[RawFile, Months, bool, list[Fault]]:
    year = int(file.path.rpartition("/")[2][:4])
    january = np.datetime64(f"{year}-01", "M")
    outside = np.flatnonzero(table.months.astype("datetime64[Y]") != january.astype("datetime64[Y]"))
    faults = [Fault(f"year that is not {year}, as the name says", outside, str(table.months[outside[0]]))] if outside.size else []
    cut = replace(file, part=str(year), cut_date=f"{year}-12-31", cut_basis="path")
    return cut, _span(january, _december(january.astype("datetime64[Y]"))), False, faults


def _police_period(
    file: RawFile, rows: Rows, table: _Table
) -> tuple[RawFile, Months, bool, list[Fault]]:
    """Judge a yearly police file: the months it must hold, and those it does.

    The name's year is what the file claims to be; a file whose name states none claims what its
    title row says. Months may be missing only if the figures were drawn before they were over.
    """
    known = table.months[~np.isnat(table.months)]
    claimed = _claimed_months(file, rows, known)
    outside = np.flatnonzero(~np.isnat(table.months) & ~np.isin(table.months, claimed))
    faults = []
    if outside.size:
        what = f"date outside {claimed[0]} to {claimed[-1]}, the period of the name or the title"
        faults.append(Fault(what, outside, str(table.months[outside[0]])))
    missing = np.setdiff1d(claimed, known)
    if missing.size and not _explains(rows.extraction, missing):
        held = f"{known.min()} to {known.max()}" if known.size else "nothing"
        title = "–".join(f"{day:%Y-%m}" for day in rows.declared_period or ())
        message = (
            f"{file.path} claims {claimed[0]} to {claimed[-1]} and holds {held}: {missing.size} "
            f"months are missing (the first is {missing[0]}), and no extraction date in its footer "
            f"explains it{f'; its title says {title}' if title else ''}. It is part of a year under "
            "the name of a whole one: fetch the full file."
        )
        raise SourceError(message)
    published = np.setdiff1d(claimed, missing)
    years = np.unique(claimed.astype("datetime64[Y]").astype(str))
    part = years[0] if len(years) == 1 else f"{years[0]}-{years[-1]}"
    is_open = bool(published[-1] != _december(claimed[-1].astype("datetime64[Y]")))
    return replace(file, part=str(part)), published, is_open, faults


def _claimed_months(file: RawFile, rows: Rows, known: Months) -> Months:
    stem = file.path.rpartition("/")[2].rpartition(".")[0]
    years = [int(year) for year in re.findall(r"(?:19|20)\d{2}", stem)]
    if years:
        first, last = np.datetime64(str(min(years)), "Y"), np.datetime64(str(max(years)), "Y")
        return _span(first.astype("datetime64[M]"), _december(last))
    if rows.declared_period is not None:
        first_day, last_day = rows.declared_period
        return _span(np.datetime64(first_day, "M"), np.datetime64(last_day, "M"))
    if known.size:
        year = known.min().astype("datetime64[Y]")
        return _span(year.astype("datetime64[M]"), _december(year))
    return known


def _explains(extraction: date | None, missing: Months) -> bool:
    """Whether the figures were drawn before the first missing month was over."""
    return extraction is not None and bool(np.datetime64(extraction, "M") <= missing.min())


@dataclass(frozen=True, slots=True)
class _Counted:
    cells: pd.DataFrame
    own_months: pd.DataFrame | None
    events_read: float
    drops: tuple[Drop, ...]
    faults: list[Fault]


def _counted(  # noqa: PLR0913 - everything that is known of the rows
    file: RawFile,
    source: Source,
    shape: Shape,
    rows: Rows,
    table: _Table,
    months: Months,
    feeds: list[tuple[Series, Feed]],
) -> _Counted:
    """Sum the quantities per series, place and month; account for every row that is not taken."""
    size = len(rows)
    terms, faults, ignored = _term_masks(file, rows, feeds)
    quantities: dict[str | None, npt.NDArray[Any]] = {}
    missing = np.zeros(size, dtype=bool)
    for name in {feed.quantity for _, feed in feeds}:
        values, absent, quantity_faults = _quantity(source, rows, name)
        quantities[name] = values
        missing |= absent
        faults += quantity_faults
    excluded = {
        "no value published (NA)": missing,
        "repeated by the publisher's join with another table": _repeats(source, table, quantities),
        "month beyond the file's cut: the year is open": ~np.isin(table.months, months)
        & ~np.isnat(table.months),
        "quantity 0: no event": _zeros(source, quantities, size) & ~missing,
        **ignored,
    }
    taken = np.ones(size, dtype=bool)
    drops = []
    total = sum((np.nan_to_num(values) for values in quantities.values()), np.zeros(size))
    for reason, mask in excluded.items():
        mask = mask & taken  # noqa: PLW2901 - a row has one reason, the first
        if mask.any():
            drops.append(_drop(reason, mask, total, table))
        taken &= ~mask
    parts = [
        _cells(one, feed, quantities[feed.quantity], taken & terms[one.id, feed], table)
        for one, feed in feeds
    ]
    own_months = _own_months(table, months, taken) if source.layout is Layout.MONTH_PANEL else None
    return _Counted(
        pd.concat(parts, ignore_index=True) if parts else _no_cells(),
        own_months,
        float(total.sum()),
        tuple(drops),
        faults,
    )


def _quantity(
    source: Source, rows: Rows, name: str | None
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_], list[Fault]]:
    """Values of a quantity column, where a value is absent, and the values that are no quantity."""
    size = len(rows)
    if name is None:
        return np.ones(size, dtype=np.int64), np.zeros(size, dtype=bool), []
    raw = np.asarray(_required(rows, [normalised(name)]), dtype=object)
    if source.layout is Layout.CONTEXT_CSV:
        numbers = numbers_of(raw)
        wrong = np.flatnonzero(~(numbers >= 0))
        faults = [Fault(f"{name} that is no measured value", wrong, str(raw[wrong[0]]))] if wrong.size else []
        return np.nan_to_num(numbers), np.zeros(size, dtype=bool), faults
    if source.layout is Layout.DEPARTMENT_PANEL:
        absent = np.isin(raw, ["", "NA"])
        values, faults = whole_numbers(np.where(absent, "0", raw), name)
        return values, absent, faults
    values, faults = whole_numbers(raw, name)
    return values, np.zeros(size, dtype=bool), faults


def _zeros(
    source: Source, quantities: dict[str | None, npt.NDArray[Any]], size: int
) -> npt.NDArray[np.bool_]:
    """Rows without any event; in panels a zero was measured, and stays."""
    if source.layout in {Layout.MONTH_PANEL, Layout.DEPARTMENT_PANEL, Layout.CONTEXT_CSV}:
        return np.zeros(size, dtype=bool)
    is_zero = np.ones(size, dtype=bool)
    for values in quantities.values():
        is_zero &= values == 0
    return is_zero


def _repeats(
    source: Source, table: _Table, quantities: dict[str | None, npt.NDArray[Any]]
) -> npt.NDArray[np.bool_]:
    """Rows that repeat an earlier one; only in panels, where a place has one row a month.

    Rows of events are never de-duplicated: equal rows are separate events.
    """
    if source.layout is not Layout.MONTH_PANEL:
        return np.zeros(len(table.places), dtype=bool)
    keyed = pd.DataFrame({"place": table.places, "month": table.months})
    for position, values in enumerate(quantities.values()):
        keyed[position] = values
    return keyed.duplicated().to_numpy()


def _term_masks(
    file: RawFile, rows: Rows, feeds: list[tuple[Series, Feed]]
) -> tuple[
    dict[tuple[str, Feed], npt.NDArray[np.bool_]],
    list[Fault],
    dict[str, npt.NDArray[np.bool_]],
]:
    """Rows that belong to each feed; terms that nobody declared; rows whose terms are ignored."""
    everything = np.ones(len(rows), dtype=bool)
    masks: dict[tuple[str, Feed], npt.NDArray[np.bool_]] = {}
    declared: dict[str, npt.NDArray[np.bool_]] = {}
    cleaned: dict[str, npt.NDArray[np.object_]] = {}
    for one, feed in feeds:
        if feed.where is None:
            masks[one.id, feed] = everything
            continue
        column, terms = normalised(feed.where[0]), [normalised(term) for term in feed.where[1]]
        if column not in cleaned:
            raw = _required(rows, [column])
            cleaned[column] = np.asarray([normalised(str(value)) for value in raw], dtype=object)
        mask = np.isin(cleaned[column], terms)
        masks[one.id, feed] = mask
        declared[column] = declared.get(column, np.zeros(len(rows), dtype=bool)) | mask
    ignored: dict[str, npt.NDArray[np.bool_]] = {}
    for entry in IGNORED_TERMS:
        column = normalised(entry.column)
        if (entry.source, entry.dataset) == (file.source_id, file.dataset) and column in cleaned:
            mask = np.isin(cleaned[column], [normalised(term) for term in entry.terms])
            ignored[entry.reason] = mask
            declared[column] |= mask
    faults = [
        Fault(f"term of {column} that no series declares", wrong, str(cleaned[column][wrong[0]]))
        for column, mask in declared.items()
        if (wrong := np.flatnonzero(~mask)).size
    ]
    return masks, faults, ignored


def _drop(
    reason: str, mask: npt.NDArray[np.bool_], total: npt.NDArray[np.float64], table: _Table
) -> Drop:
    row = int(np.flatnonzero(mask)[0])
    example = f"{table.places[row]}, {table.months[row]}"
    return Drop(reason, int(mask.sum()), float(total[mask].sum()), example)


def _cells(
    one: Series, feed: Feed, values: npt.NDArray[Any], mask: npt.NDArray[np.bool_], table: _Table
) -> pd.DataFrame:
    months = table.months[mask]
    if feed.grain in {Grain.MUNICIPALITY_YEAR, Grain.DEPARTMENT_YEAR, Grain.NATION_YEAR}:
        months = months.astype("datetime64[Y]")
    frame = pd.DataFrame(
        {
            "place_code": pd.Categorical(table.places[mask]),
            "month": months.astype("datetime64[s]"),
            "events": values[mask],
        }
    )
    summed = frame.groupby(["place_code", "month"], observed=True, sort=True)["events"].sum()
    cells = summed.reset_index()
    cells["place_code"] = cells["place_code"].astype("str")
    cells.insert(0, "series_id", one.id)
    cells["role"] = feed.role.name.lower()
    cells["grain"] = feed.grain.name.lower()
    return cells


def _no_cells() -> pd.DataFrame:
    columns = ["series_id", "place_code", "month", "events", "role", "grain"]
    return pd.DataFrame({column: pd.Series(dtype="object") for column in columns})


def _own_months(table: _Table, months: Months, taken: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Months published for each place of an unbalanced panel.

    A place is covered in a year if it has any row in it. A month of a covered year without a row is
    probably a zero: it is published, but not measured. A month that nobody has is missing for all.
    """
    frame = pd.DataFrame({"place_code": table.places, "month": table.months})[taken]
    years = frame.assign(year=frame["month"].astype("datetime64[s]").dt.year)
    covered = years[["place_code", "year"]].drop_duplicates()
    present = pd.DataFrame({"month": np.intersect1d(months, np.unique(table.months))})
    present["month"] = present["month"].astype("datetime64[s]")
    present["year"] = present["month"].dt.year
    grid = covered.merge(present, on="year")
    measured = years.assign(month=years["month"].astype("datetime64[s]"), is_measured=True)
    joined = grid.merge(
        measured[["place_code", "month", "is_measured"]], on=["place_code", "month"], how="left"
    )
    joined["is_measured"] = joined["is_measured"].eq(True)  # noqa: FBT003 - a value, not a switch
    return joined[["place_code", "month", "is_measured"]]


def _raise_faults(file: RawFile, rows: Rows, faults: list[Fault]) -> None:
    if not faults:
        return
    lines = [
        f"  {fault.rows.size:,} rows: {fault.what}, e.g. {fault.example!r} "
        f"in row {int(fault.rows[0]) + rows.first_row}"
        for fault in faults[:_FAULTS_SHOWN]
    ]
    if len(faults) > _FAULTS_SHOWN:
        lines.append(f"  and {len(faults) - _FAULTS_SHOWN} more")
    message = "\n".join(
        [
            f"{file.path}: {len(faults)} faults that nothing declares",
            *lines,
            "  If a value is right, declare it in pipeline/catalog (places, series or shapes); "
            "if it is wrong, fetch the file again.",
        ]
    )
    raise SourceError(message)


def current_feeds(series: Sequence[Series]) -> Iterator[tuple[Series, Feed]]:
    """Series with the feeds whose figures are shown."""
    for one in series:
        for feed in one.feeds:
            if feed.role is Role.CURRENT:
                yield one, feed
