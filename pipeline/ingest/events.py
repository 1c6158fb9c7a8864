"""One file of events to counts per series, place and month, with every row accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.boundaries import distance_km_to, located
from pipeline.catalog.places import NO_DEPARTMENT
from pipeline.catalog.series import IGNORED_TERMS, Feed, Grain, Interval, Role, Series
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
    month_numbers,
    months_of,
    numbers_of,
    whole_numbers,
)
from pipeline.ingest.periods import Period, period_of
from pipeline.ingest.raw import Found, RawFile
from pipeline.ingest.readers import Rows
from pipeline.words import normalised

_FAULTS_SHOWN: Final = 12
_EPOCH_YEAR: Final = 1970
_FIRST_YEAR: Final = 1985
_LAST_YEAR: Final = 2100

Mask = npt.NDArray[np.bool_]
Quantities = dict[str | None, npt.NDArray[Any]]
"""Values by quantity column; 1 for every row under None, where rows are counted."""


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
        Whether the publisher marks the whole file as still growing: the year was not over, or the
        figures are preliminary.
    rows_read, events_read
        Data rows, and the sum of the quantities that any series takes.
    drops
        Rows that did not enter.
    first_day, last_day
        First and last day of an event; None in yearly files.
    disagreements
        Points counted in another municipality than the one written beside them.
    groups
        Columns series_id, place_code, month, group_squares, for series whose victims come in groups
        and files that state days; None where no figure of the file is of that kind.
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
    groups: pd.DataFrame | None = None

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
        Layout.STACKED_CUTS,
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
    Layout.STACKED_CUTS: readers.read_stacked_cuts,
    Layout.CONTEXT_CSV: readers.read_measurements,
}
_SOURCES: Final = {source.id: source for source in SOURCES}
_PRELIMINARY: Final = {
    source.id: {dataset.id for dataset in source.datasets if dataset.is_preliminary}
    for source in SOURCES
}


_EVENT_ROWS: Final = frozenset(
    {
        Layout.EVENT_WORKBOOK,
        Layout.POLICE_WORKBOOK,
        Layout.EVENT_CSV,
        Layout.MINE_POINTS,
        Layout.STACKED_CUTS,
    }
)
"""Layouts in which a row is an event or a group of people, and equal rows are separate ones; in the
others a place has one row a period."""
_MEASURED_ZEROS: Final = frozenset(
    {Layout.MONTH_PANEL, Layout.DEPARTMENT_PANEL, Layout.CONTEXT_CSV}
)
"""Layouts in which a row with 0 says that somebody looked."""


@dataclass(frozen=True, slots=True)
class _Content:
    """One decoded file and everything that is declared about it."""

    file: RawFile
    source: Source
    shape: Shape
    rows: Rows
    feeds: tuple[tuple[Series, Feed], ...]

    def column(self, names: Sequence[str]) -> Sequence[Any] | None:
        """The first column of these names, if there is one."""
        return next((self.rows.columns[name] for name in names if name in self.rows.columns), None)

    def required(self, names: Sequence[str]) -> Sequence[Any]:
        """The first column of these names; without one the file is refused."""
        column = self.column(names)
        if column is None:
            message = (
                f"{self.file.path} has no column {' or '.join(names)}; found "
                f"{list(self.rows.columns)}. If it was renamed, declare the name in "
                "pipeline/catalog (shapes or series); else fetch the file again."
            )
            raise SourceError(message)
        return column


@dataclass(frozen=True, slots=True)
class _Table:
    """A file's rows with keys: one entry per data row in every array."""

    places: Codes
    months: Months
    faults: list[Fault]
    days: Months | None = None
    disagreements: pd.DataFrame | None = None

    def day(self, rank: int) -> date | None:
        """The first (0) or last (-1) day of an event; None in files without days."""
        if self.days is None:
            return None
        known = np.sort(self.days[~np.isnat(self.days)])
        return known[rank].item() if known.size else None


@dataclass(frozen=True, slots=True)
class _Counted:
    cells: pd.DataFrame
    groups: pd.DataFrame | None
    own_months: pd.DataFrame | None
    events_read: float
    drops: tuple[Drop, ...]
    faults: list[Fault]


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
    content = _Content(unread, source, shape, rows, _feeds_of(unread, series))
    table = _keyed(content, places, boundaries)
    if np.isnat(table.months).all():  # no row tells the file's period
        _raise_faults(content, table.faults)
    has_months = table.days is not None or content.column(shape.month) is not None
    period = period_of(unread, source.layout, rows, table.months, is_yearly=not has_months)
    period = replace(period, months=period.months[_years_taken(content, period.months)])
    counted = _counted(content, table, period)
    _raise_faults(content, [*table.faults, *period.faults, *counted.faults])
    return Reading(
        file=period.file,
        cells=counted.cells,
        months=period.months,
        own_months=counted.own_months,
        is_open=period.is_open or unread.dataset in _PRELIMINARY[source.id],
        rows_read=len(rows),
        events_read=counted.events_read,
        drops=counted.drops,
        first_day=table.day(0),
        last_day=table.day(-1),
        disagreements=table.disagreements,
        groups=counted.groups,
    )


def _feeds_of(file: RawFile, series: Sequence[Series]) -> tuple[tuple[Series, Feed], ...]:
    wanted = normalised(file.dataset)
    return tuple(
        (one, feed)
        for one in series
        for feed in one.feeds
        if feed.source == file.source_id and normalised(feed.dataset) == wanted
    )


def _refuse_capped_answer(file: RawFile, source: Source, rows: Rows) -> None:
    """Stop at a file of a folder that may be the first pages only; what was fetched was counted."""
    limit = None if file.retrieved_at else source.row_limit
    if limit and len(rows) and len(rows) % limit == 0:
        message = (
            f"{file.path} has exactly {len(rows):,} rows, a multiple of the {limit:,} at which the "
            "publisher's interface cuts an answer: rows are missing. Fetch all pages again and "
            "compare with count(*)."
        )
        raise SourceError(message)


def _keyed(content: _Content, places: Gazetteer, boundaries: gpd.GeoDataFrame | None) -> _Table:
    """Place and month of every row."""
    months, days, faults = _months(content)
    months, future_faults = _without_future(content, months)
    faults = faults + future_faults
    if content.source.layout is Layout.MINE_POINTS:
        placed, place_faults, disagreements = _located_points(content, months, places, boundaries)
        return _Table(placed, months, faults + place_faults, days, disagreements)
    placed, place_faults = _located_rows(content, places)
    return _Table(placed, months, faults + place_faults, days)


def _months(content: _Content) -> tuple[Months, Months | None, list[Fault]]:
    """Month of every row, and its day where dates are published."""
    shape = content.shape
    dates = content.column(shape.date)
    if dates is not None:
        return months_of(dates, shape.date_format)
    years, faults = whole_numbers(
        content.required(shape.year), "year", lowest=_FIRST_YEAR, highest=_LAST_YEAR
    )
    months = (years - _EPOCH_YEAR).astype("datetime64[Y]").astype("datetime64[M]")
    if (raw := content.column(shape.month)) is not None:
        numbers, month_faults = month_numbers(raw)
        months = months + (numbers - 1).astype("timedelta64[M]")
        faults = faults + month_faults
    for fault in faults:
        months[fault.rows] = np.datetime64("NaT")
    return months, None, faults


def _without_future(content: _Content, months: Months) -> tuple[Months, list[Fault]]:
    """Months without those that had not begun when the figures were drawn."""
    drawn = content.rows.extraction or date.fromisoformat(content.file.retrieved_date)
    is_late = months > np.datetime64(drawn, "M")
    if not is_late.any():
        return months, []
    what = f"date after {drawn}, when the figures were drawn or fetched"
    fault = Fault(what, np.flatnonzero(is_late), str(months[is_late][0]))
    return np.where(is_late, np.datetime64("NaT"), months), [fault]


def _located_rows(content: _Content, places: Gazetteer) -> tuple[Codes, list[Fault]]:
    """Place of every row: by its code; by its names where there is no code or it says nothing."""
    shape = content.shape
    if content.source.layout is Layout.TOTAL_RECORDS:
        return np.full(len(content.rows), "", dtype=object), []
    codes = content.column(shape.code)
    if codes is None:
        return located_by_name(
            content.required(shape.department), content.required(shape.municipality), places
        )
    if content.source.layout is Layout.DEPARTMENT_PANEL:
        placed, faults = located_by_code([f"{code}000" for code in codes], places)
        return np.asarray([code and code[:2] for code in placed], dtype=object), faults
    placed, faults = located_by_code(codes, places)
    silent = np.flatnonzero(placed == NO_DEPARTMENT)
    named = content.column(shape.department), content.column(shape.municipality)
    if not silent.size or named[0] is None or named[1] is None:
        return placed, faults
    departments, municipalities = (
        [column[row] for row in silent.tolist()] for column in named if column
    )
    placed[silent], name_faults = located_by_name(departments, municipalities, places)
    return placed, faults + [replace(fault, rows=silent[fault.rows]) for fault in name_faults]


def _located_points(
    content: _Content, months: Months, places: Gazetteer, boundaries: gpd.GeoDataFrame | None
) -> tuple[Codes, list[Fault], pd.DataFrame]:
    """The municipality of each point's polygon; in none, unlocated in the stated department.

    A row without a position counts where its names say.
    """
    if boundaries is None:
        message = (
            f"{content.file.path} holds points, and the boundaries they lie in are not here: only "
            "the snapshot's outlines are. Add the municipal boundaries and refresh again."
        )
        raise SourceError(message)
    departments = content.required(content.shape.department)
    municipalities = content.required(content.shape.municipality)
    stated, faults = located_by_name(departments, municipalities, places)
    assert content.rows.points is not None
    longitude, latitude = (np.asarray(axis, dtype=np.float64) for axis in content.rows.points)
    faults = faults + _swapped(longitude, latitude, boundaries)
    holding = np.asarray(located(longitude, latitude, boundaries), dtype=object)
    unlocated = np.asarray(
        [f"{code[:2]}000" if code else NO_DEPARTMENT for code in stated], dtype=object
    )
    has_position = np.isfinite(longitude) & np.isfinite(latitude)
    counted = np.where(pd.isna(holding), unlocated, holding)
    counted = np.where(has_position, counted, stated)
    differs = np.flatnonzero(counted != stated)
    points = pd.DataFrame(
        {
            "year": months[differs].astype("datetime64[Y]").astype(np.int64) + _EPOCH_YEAR,
            "stated_department": np.asarray(departments, dtype=object)[differs],
            "stated_municipality": np.asarray(municipalities, dtype=object)[differs],
            "stated_code": stated[differs],
            "municipality_code": counted[differs],
            "longitude": longitude[differs],
            "latitude": latitude[differs],
        }
    )
    return counted, faults, _disagreements(content.file, points, boundaries)


def _swapped(
    longitude: npt.NDArray[np.float64],
    latitude: npt.NDArray[np.float64],
    boundaries: gpd.GeoDataFrame,
) -> list[Fault]:
    """Points that would lie in the country if their coordinates changed places."""
    west, south, east, north = boundaries.total_bounds
    is_inside = (
        (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    )
    would_be = (latitude >= west) & (latitude <= east) & (longitude >= south) & (longitude <= north)
    rows = np.flatnonzero(would_be & ~is_inside)
    if not rows.size:
        return []
    example = f"{longitude[rows[0]]}, {latitude[rows[0]]}"
    return [Fault("point whose axes look swapped: longitude comes first", rows, example)]


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


def _counted(content: _Content, table: _Table, period: Period) -> _Counted:
    """Sum the quantities per series, place and month; account for every row that is not taken."""
    size = len(content.rows)
    terms, faults, ignored = _term_masks(content)
    quantities: Quantities = {}
    missing = np.zeros(size, dtype=bool)
    for name in {feed.quantity: None for _, feed in content.feeds}:
        quantities[name], absent, quantity_faults = _quantity(content, name)
        missing |= absent
        faults += quantity_faults
    repeats, repeat_faults = _repeats(content, table, quantities)
    is_dated = ~np.isnat(table.months)
    is_elsewhere = ~_years_taken(content, table.months) & is_dated
    is_beyond = ~np.isin(table.months, period.months) & is_dated
    excluded = {
        "no declared series takes this dataset": np.full(size, not content.feeds),
        "an earlier cut of figures that are here in a newer one": _earlier_cuts(content),
        "no value published (NA)": missing,
        "repeated by the publisher's join with another table": repeats,
        "year that another dataset of the series states": is_elsewhere,
        "month beyond the file's cut: the year is open": is_beyond,
        "quantity 0: no event": _zeros(content, quantities) & ~missing,
        **ignored,
    }
    total = sum((np.nan_to_num(values) for values in quantities.values()), np.zeros(size))
    taken = np.ones(size, dtype=bool)
    drops = []
    for reason, mask in excluded.items():
        is_first_reason = mask & taken
        if is_first_reason.any():
            drops.append(_drop(reason, is_first_reason, total, table))
        taken &= ~mask
    parts = [
        _cells(one, feed, quantities[feed.quantity], taken & terms[one.id, feed], table)
        for one, feed in content.feeds
    ]
    groups = [
        _groups(one.id, quantities[feed.quantity], taken & terms[one.id, feed], table, table.days)
        for one, feed in content.feeds
        if table.days is not None
        and content.source.layout in _EVENT_ROWS  # the date of a panel stands for its month
        and one.interval is Interval.OVERDISPERSED
        and (feed.role, feed.grain) == (Role.CURRENT, Grain.MUNICIPALITY_MONTH)
    ]
    is_panel = content.source.layout is Layout.MONTH_PANEL
    return _Counted(
        pd.concat(parts, ignore_index=True) if parts else _no_cells(),
        pd.concat(groups, ignore_index=True) if groups else None,
        _own_months(table, period.months, taken) if is_panel else None,
        float(total.sum()),
        tuple(drops),
        faults + repeat_faults,
    )


def _years_taken(content: _Content, months: Months) -> Mask:
    """Whether a feed of the dataset takes the year of each month; all if nothing takes it."""
    years = months.astype("datetime64[Y]").astype(np.int64) + _EPOCH_YEAR
    taken = np.full(len(months), not content.feeds)
    for _, feed in content.feeds:
        taken |= (years >= (feed.first_year or _FIRST_YEAR)) & (
            years <= (feed.last_year or _LAST_YEAR)
        )
    return taken


def _quantity(content: _Content, name: str | None) -> tuple[npt.NDArray[Any], Mask, list[Fault]]:
    """Values of a quantity column, where a value is absent, and the values that are no quantity."""
    size = len(content.rows)
    absent = np.zeros(size, dtype=bool)
    if name is None:
        return np.ones(size, dtype=np.int64), absent, []
    raw = np.asarray(content.required([normalised(name)]), dtype=object)
    if content.source.layout is Layout.CONTEXT_CSV:
        numbers = numbers_of(raw)
        wrong = np.flatnonzero(~((numbers >= 0) & np.isfinite(numbers)))
        what = f"{name} that is no measured value"
        faults = [Fault(what, wrong, str(raw[wrong[0]]))] if wrong.size else []
        return np.where(numbers >= 0, numbers, 0), absent, faults
    if content.source.layout in {Layout.DEPARTMENT_PANEL, Layout.STACKED_CUTS}:
        absent = np.isin(raw, ["", "NA"])
    values, faults = whole_numbers(np.where(absent, "0", raw), name)
    return values, absent, faults


def _earlier_cuts(content: _Content) -> Mask:
    """Rows of another cut than the newest, in files that stack several."""
    cuts = content.rows.cuts
    if not cuts:
        return np.zeros(len(content.rows), dtype=bool)
    newest = max(cuts)
    return np.fromiter((cut < newest for cut in cuts), bool, len(cuts))


def _zeros(content: _Content, quantities: Quantities) -> Mask:
    """Rows without any event; where a zero was measured it stays."""
    is_kept = content.source.layout in _MEASURED_ZEROS
    is_zero = np.full(len(content.rows), not is_kept)
    for values in quantities.values():
        is_zero &= values == 0
    return is_zero


def _repeats(content: _Content, table: _Table, quantities: Quantities) -> tuple[Mask, list[Fault]]:
    """Where a place has one row a period: rows that repeat an earlier one, and those that may not.

    Rows of events are never de-duplicated: equal rows are separate events.
    """
    nothing = np.zeros(len(content.rows), dtype=bool)
    if content.source.layout in _EVENT_ROWS:
        return nothing, []
    shape = content.shape
    names = shape.code + shape.department + shape.municipality
    keys = {name: content.rows.columns[name] for name in names if name in content.rows.columns}
    keyed = pd.DataFrame({**keys, "month": table.months})
    is_second = keyed.duplicated().to_numpy()
    is_repeat = nothing
    if content.source.layout is Layout.MONTH_PANEL:
        values = {f"value {position}": one for position, one in enumerate(quantities.values())}
        is_repeat = keyed.assign(**values).duplicated().to_numpy()
    rows = np.flatnonzero(is_second & ~is_repeat)
    if not rows.size:
        return is_repeat, []
    example = ", ".join(str(value) for value in keyed.iloc[rows[0]])
    return is_repeat, [Fault("second row of one place and period", rows, example)]


def _term_masks(
    content: _Content,
) -> tuple[dict[tuple[str, Feed], Mask], list[Fault], dict[str, Mask]]:
    """Rows that belong to each feed; terms that nobody declared; rows whose terms are ignored."""
    everything = np.ones(len(content.rows), dtype=bool)
    masks: dict[tuple[str, Feed], Mask] = {}
    declared: dict[str, Mask] = {}
    cleaned: dict[str, npt.NDArray[np.object_]] = {}
    for one, feed in content.feeds:
        if feed.where is None:
            masks[one.id, feed] = everything
            continue
        column, terms = normalised(feed.where[0]), [normalised(term) for term in feed.where[1]]
        if column not in cleaned:
            raw = content.required([column])
            cleaned[column] = np.asarray([normalised(str(value)) for value in raw], dtype=object)
            declared[column] = ~everything
        mask = np.isin(cleaned[column], terms)
        masks[one.id, feed] = mask
        declared[column] |= mask
    ignored: dict[str, Mask] = {}
    for entry in IGNORED_TERMS:
        column = normalised(entry.column)
        is_here = (entry.source, entry.dataset) == (content.file.source_id, content.file.dataset)
        if is_here and column in cleaned:
            mask = np.isin(cleaned[column], [normalised(term) for term in entry.terms])
            ignored[entry.reason] = mask
            declared[column] |= mask
    faults = [
        Fault(f"term of {column} that no series declares", wrong, str(cleaned[column][wrong[0]]))
        for column, mask in declared.items()
        if (wrong := np.flatnonzero(~mask)).size
    ]
    return masks, faults, ignored


def _drop(reason: str, mask: Mask, total: npt.NDArray[np.float64], table: _Table) -> Drop:
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


def _groups(
    series_id: str, values: npt.NDArray[Any], mask: Mask, table: _Table, days: Months
) -> pd.DataFrame:
    """Sum of the squared group sizes of each place and month; a group is what one day brought.

    Not one row: releases of the same events differ in how many rows they spend on a day.
    """
    frame = pd.DataFrame(
        {
            "place_code": pd.Categorical(table.places[mask]),
            "day": days[mask].astype("datetime64[s]"),
            "group_squares": values[mask],
        }
    )
    sizes = frame.groupby(["place_code", "day"], observed=True)["group_squares"].sum().reset_index()
    month = sizes["day"].to_numpy().astype("datetime64[M]").astype("datetime64[s]")
    squared = sizes.assign(month=month, group_squares=sizes["group_squares"] ** 2)
    summed = squared.groupby(["place_code", "month"], observed=True)["group_squares"].sum()
    groups = summed[summed > 0].reset_index()
    groups["place_code"] = groups["place_code"].astype("str")
    groups.insert(0, "series_id", series_id)
    return groups


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
    joined["is_measured"] = joined["is_measured"].eq(True)
    return joined[["place_code", "month", "is_measured"]]


def _raise_faults(content: _Content, faults: list[Fault]) -> None:
    if not faults:
        return
    lines = [f"  {fault.told(content.rows.first_row)}" for fault in faults[:_FAULTS_SHOWN]]
    if len(faults) > _FAULTS_SHOWN:
        lines.append(f"  and {len(faults) - _FAULTS_SHOWN} more")
    lines.append(
        "  If a value is right, declare it in pipeline/catalog (places, series or shapes); if it "
        "is wrong, fetch the file again."
    )
    message = "\n".join(
        [f"{content.file.path}: {len(faults)} faults that nothing declares", *lines]
    )
    raise SourceError(message)
