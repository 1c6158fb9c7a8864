"""Readings of files to the frames of the core tables. Pure: frames in, frames out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from pipeline.analysis.availability import short_tail
from pipeline.bundled import SNAPSHOT_PREFIX
from pipeline.catalog.programmes import PROGRAMMES
from pipeline.catalog.series import Feed, Grain, Role, Series
from pipeline.catalog.sources import SOURCES
from pipeline.catalog.tables import TABLES
from pipeline.errors import SourceError
from pipeline.ingest.conform import Months
from pipeline.ingest.events import Reading
from pipeline.ingest.periods import WHOLE
from pipeline.ingest.provenance import file_facts
from pipeline.ingest.raw import RawFile, release_order
from pipeline.words import normalised

EVERYWHERE: Final = "all"
"""Place of a month that is published for every municipality."""

_MUNICIPAL: Final = (Grain.MUNICIPALITY_MONTH, Grain.MUNICIPALITY_YEAR)
"""From fine to coarse."""
_YEARLY: Final = frozenset({Grain.MUNICIPALITY_YEAR.name.lower()})
_MONTHLY: Final = frozenset({Grain.MUNICIPALITY_MONTH.name.lower()})
_CURRENT: Final = Role.CURRENT.name.lower()
_CONTROL: Final = Role.CONTROL.name.lower()
_DEPARTMENTAL: Final = Grain.DEPARTMENT_YEAR.name.lower()


@dataclass(frozen=True, slots=True)
class Releases:
    """Readings told apart: the newest of each part is shown, the others are history."""

    current: tuple[Reading, ...]
    history: tuple[Reading, ...]

    @property
    def all(self) -> tuple[Reading, ...]:
        """Every reading."""
        return self.current + self.history


def releases(readings: Iterable[Reading]) -> Releases:
    """Choose, for every part of every dataset, the release with the newest cut.

    Of two files with one cut the one retrieved later is shown: publishers mend a release without
    moving its date. An older release never replaces a newer one.

    Raises
    ------
    SourceError
        If two parts of one dataset hold the same months: their events would be counted twice.
    """
    parts: dict[tuple[str, str, str], list[Reading]] = defaultdict(list)
    for reading in readings:
        file = reading.file
        parts[file.source_id, normalised(file.dataset), file.part].append(reading)
    current, history = [], []
    for group in parts.values():
        group.sort(key=lambda reading: release_order(reading.file))
        current.append(group[-1])
        history += group[:-1]
    superseded = [one for one in current if _is_superseded(one, current)]
    current = [one for one in current if one not in superseded]
    _refuse_overlaps(current)
    return Releases(tuple(current), (*history, *superseded))


def _is_superseded(part: Reading, current: Sequence[Reading]) -> bool:
    """Whether a part lies wholly within a file of other parts that takes its place.

    A newer file takes the place of a part known through the snapshot. A dataset that came whole
    from its publisher takes the place of any part that did not: what is called the cut of such a
    part may be no more than the end of its year.
    """
    file = part.file
    is_carried = file.path.startswith(SNAPSHOT_PREFIX)
    return any(
        other.file.source_id == file.source_id
        and normalised(other.file.dataset) == normalised(file.dataset)
        and other is not part
        and (
            (is_carried and other.file.cut_date >= file.cut_date)
            or (other.file.part == WHOLE and other.file.retrieved_at and not file.retrieved_at)
        )
        and bool(np.isin(part.months, other.months).all())
        for other in current
    )


def _refuse_overlaps(current: Sequence[Reading]) -> None:
    datasets: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in current:
        datasets[reading.file.source_id, normalised(reading.file.dataset)].append(reading)
    for parts in datasets.values():
        for one, two in combinations(parts, 2):
            both = np.intersect1d(one.months, two.months)
            if both.size:
                message = (
                    f"{one.file.path} and {two.file.path} both hold {both[0]}: {both.size} months "
                    "would be counted twice. Keep the one file or the other."
                )
                raise SourceError(message)


def as_shown(series: Sequence[Series], found: Releases) -> tuple[tuple[Series, ...], Releases]:
    """Show each series from one of the datasets that state the same figures of it.

    Several current feeds may state the same years of a series: rows by month and sums by year, a
    workbook and the rows of the same publisher. Figures of two are never added. The feed of the
    finest grain is shown; of one grain, the one that publishes most months here, of those the
    one with the newest cut, of those the one declared first. The others become other releases of
    the same figures. Feeds of different years stand side by side.

    Parameters
    ----------
    series
        Declared series.
    found
        Everything read.

    Returns
    -------
    series
        The same, each with current municipal feeds of one grain and of years apart.
    found
        The same, with the cells of the other feeds turned into revisions.
    """
    extents = _extents(found.current)
    settled, other = [], set()
    for one in series:
        municipal = [f for f in one.feeds if f.role is Role.CURRENT and f.grain in _MUNICIPAL]
        shown = _shown(municipal, extents)
        left = [feed for feed in municipal if feed not in shown] if shown else []
        other |= {(one.id, *_dataset(feed), feed.grain.name.lower()) for feed in left}
        feeds = (replace(f, role=Role.REVISION) if f in left else f for f in one.feeds)
        settled.append(replace(one, feeds=tuple(feeds)))
    current, history = (
        tuple(_demoted(reading, other) for reading in readings)
        for readings in (found.current, found.history)
    )
    return tuple(settled), Releases(current, history)


def _shown(
    feeds: Sequence[Feed], extents: Mapping[tuple[str, str], tuple[int, date]]
) -> list[Feed]:
    """Of feeds in the order of their declaration, those that are shown; none if none is here."""
    here = [feed for feed in feeds if _dataset(feed) in extents]
    here.sort(key=lambda feed: extents[_dataset(feed)], reverse=True)
    here.sort(key=lambda feed: _MUNICIPAL.index(feed.grain))
    shown: list[Feed] = []
    for feed in here:
        if feed.grain is here[0].grain and not any(_share_years(feed, one) for one in shown):
            shown.append(feed)
    return shown


def _extents(current: Iterable[Reading]) -> dict[tuple[str, str], tuple[int, date]]:
    """How many months each dataset publishes here, and its newest cut."""
    months: dict[tuple[str, str], set[np.datetime64]] = defaultdict(set)
    cuts: dict[tuple[str, str], date] = {}
    for reading in current:
        key = _dataset(reading.file)
        months[key].update(reading.months)
        cuts[key] = max(cuts.get(key, date.min), date.fromisoformat(reading.file.cut_date))
    return {key: (len(own), cuts[key]) for key, own in months.items()}


def _dataset(one: Feed | RawFile) -> tuple[str, str]:
    source = one.source if isinstance(one, Feed) else one.source_id
    return source, normalised(one.dataset)


def _share_years(one: Feed, two: Feed) -> bool:
    first = max(one.first_year or MINYEAR, two.first_year or MINYEAR)
    return first <= min(one.last_year or MAXYEAR, two.last_year or MAXYEAR)


def _demoted(reading: Reading, other: AbstractSet[tuple[str, str, str, str]]) -> Reading:
    """The reading with the current cells of feeds that are not shown as revisions."""
    cells = reading.cells
    own = [
        (series_id, grain)
        for series_id, source, dataset, grain in other
        if (source, dataset) == _dataset(reading.file)
    ]
    if not own:
        return reading
    keys = pd.MultiIndex.from_frame(cells[["series_id", "grain"]])
    is_other = cells["role"].eq(_CURRENT).to_numpy() & keys.isin(own)
    revision = Role.REVISION.name.lower()
    return replace(reading, cells=cells.assign(role=cells["role"].mask(is_other, revision)))


def series_frame(series: Sequence[Series], current: Sequence[Reading]) -> pd.DataFrame:
    """Rows of ``core.series``."""
    published = {
        series_id
        for reading in current
        for series_id in reading.cells.loc[reading.cells["role"].eq(_CURRENT), "series_id"].unique()
    }
    rows = [
        {
            "series_id": one.id,
            "label_es": one.label.es,
            "label_en": one.label.en,
            "unit_es": one.unit.es,
            "unit_en": one.unit.en,
            "kind": one.kind.value,
            "grain": one.grain.value,
            "interval": one.interval.name.lower(),
            "has_rate": one.has_rate,
            "is_apart_from_coverage": one.is_apart_from_coverage,
            "part_of": one.part_of,
            "phenomenon": one.phenomenon,
            "expected_results": ",".join(str(number) for number in one.expected_results),
            "caveats_es": "\n".join(caveat.es for caveat in one.caveats),
            "caveats_en": "\n".join(caveat.en for caveat in one.caveats),
            "source_id": _current_feed(one).source,
            "is_published": one.id in published,
            "display_order": order,
        }
        for order, one in enumerate(series)
    ]
    frame = pd.DataFrame(rows)
    return frame.astype({"part_of": "str", "phenomenon": "str", "display_order": "int64"})


def feed_frame(series: Sequence[Series]) -> pd.DataFrame:
    """Rows of ``core.feed``."""
    frame = pd.DataFrame(
        {
            "series_id": one.id,
            "source_id": feed.source,
            "dataset": feed.dataset,
            "grain": feed.grain.value,
            "role": feed.role.name.lower(),
            "first_year": feed.first_year,
            "last_year": feed.last_year,
        }
        for one in series
        for feed in one.feeds
    )
    return frame.astype({"first_year": "Int64", "last_year": "Int64"})


def break_frame(series: Sequence[Series]) -> pd.DataFrame:
    """Rows of ``core.series_break``."""
    rows = [
        {
            "series_id": one.id,
            "start_month": pd.Timestamp(mark.start),
            "end_month": pd.Timestamp(mark.end),
            "kind": mark.kind.value,
            "note_es": mark.note.es,
            "note_en": mark.note.en,
        }
        for one in series
        for mark in one.breaks
    ]
    return _dated(
        pd.DataFrame(rows, columns=_columns("core.series_break")), "start_month", "end_month"
    )


def source_frame() -> pd.DataFrame:
    """Rows of ``core.source``."""
    return pd.DataFrame(
        {
            "source_id": source.id,
            "publisher": source.publisher,
            "title": source.title,
            "url_main": source.url_main,
            "licence_es": source.licence.es,
            "licence_en": source.licence.en,
            "citation": source.citation,
            "cadence": source.cadence,
        }
        for source in SOURCES
    )


def programme_frame() -> pd.DataFrame:
    """Rows of ``core.programme``."""
    frame = pd.DataFrame(
        {
            "programme_id": programme.id,
            "label_es": programme.label.es,
            "label_en": programme.label.en,
            "position": position,
            "extent": programme.extent.value,
            "departments": ",".join(programme.departments),
            "start_date": pd.Timestamp(programme.start),
            "last_seen_date": programme.last_seen and pd.Timestamp(programme.last_seen),
            "end_date": pd.Timestamp(programme.end),
            "end_basis": programme.end_basis,
            "municipality_count": programme.municipality_count,
        }
        for position, programme in enumerate(PROGRAMMES, start=1)
    )
    return _dated(frame, "start_date", "last_seen_date", "end_date")


def crime_monthly(current: Sequence[Reading], context: frozenset[str]) -> pd.DataFrame:
    """Rows of ``core.crime_monthly``: current monthly counts above zero."""
    cells = _current_cells(current, _MONTHLY, context, are_context=False)
    return _whole(cells.rename(columns={"place_code": "municipality_code"}), "core.crime_monthly")


def crime_group_monthly(current: Sequence[Reading]) -> pd.DataFrame:
    """Rows of ``core.crime_group_monthly``: how the counts of grouped victims fall into groups."""
    columns = _columns("core.crime_group_monthly")
    frames = [pd.DataFrame(columns=columns)]
    frames += [
        reading.groups.rename(columns={"place_code": "municipality_code"})
        for reading in current
        if reading.groups is not None and len(reading.groups)
    ]
    frame = pd.concat(frames[1:] or frames, ignore_index=True)
    types = {"series_id": "str", "municipality_code": "str", "month": "datetime64[s]"}
    return frame.astype(types | {"group_squares": "int64"})[columns]


def crime_yearly(current: Sequence[Reading], context: frozenset[str]) -> pd.DataFrame:
    """Rows of ``core.crime_yearly``: current counts of series that are published by year only."""
    cells = _with_year(_current_cells(current, _YEARLY, context, are_context=False))
    return _whole(cells.rename(columns={"place_code": "municipality_code"}), "core.crime_yearly")


def crime_department_yearly(current: Sequence[Reading]) -> pd.DataFrame:
    """Rows of ``core.crime_department_yearly``."""
    cells = _with_year(
        _current_cells(
            current, frozenset({_DEPARTMENTAL}), frozenset(), are_context=False, with_zeros=True
        )
    )
    renamed = cells.rename(columns={"place_code": "department_code"})
    return _whole(renamed, "core.crime_department_yearly")


def context_yearly(current: Sequence[Reading], context: frozenset[str]) -> pd.DataFrame:
    """Rows of ``core.context_yearly``: measured values, zeros included."""
    cells = _with_year(_current_cells(current, _YEARLY, context, are_context=True, with_zeros=True))
    renamed = cells.rename(columns={"place_code": "municipality_code", "events": "value"})
    return renamed.astype({"value": "float64"})[_columns("core.context_yearly")]


def availability(series: Sequence[Series], current: Sequence[Reading]) -> pd.DataFrame:
    """Rows of ``core.availability``: which months each series publishes, and which may still grow.

    A month is provisional if its file says so, if it is among the newest that the declaration calls
    open, if the publisher has not closed its year, or if the national total falls off so steeply
    that the month must be incomplete. A series that shares its file with others begins with its own
    first event, and its months after its own last one are open: the file may have stopped to hold
    it, as the trafficking workbook did with smuggling.
    """
    frames = []
    for one in series:
        own = [reading for reading in current if _feeds(one, reading)]
        everywhere = [reading for reading in own if reading.own_months is None]
        if everywhere:
            months = np.unique(np.concatenate([reading.months for reading in everywhere]))
            first, last = _own_span(one, everywhere, months)
            months = months[months >= first]
            is_open = _open_months(one, everywhere, months) | (months > last)
            frames.append(_availability_rows(one.id, EVERYWHERE, months, ~is_open))
        for reading in own:
            if reading.own_months is not None:
                rows = reading.own_months
                frames.append(
                    _availability_rows(
                        one.id,
                        rows["place_code"].to_numpy(dtype=object),
                        rows["month"].to_numpy(),
                        rows["is_measured"].to_numpy(dtype=bool),
                    )
                )
    return pd.concat(frames, ignore_index=True)


def source_file(found: Releases, references: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``core.source_file``: every file read, with what was taken from it and what was not.

    Parameters
    ----------
    found
        Readings of files of events.
    references
        Rows of the same table for reference files.
    """
    rows = []
    for reading, is_current in [(r, True) for r in found.current] + [
        (r, False) for r in found.history
    ]:
        file = reading.file
        roles = set(reading.cells["role"].unique())
        role = _CURRENT if _CURRENT in roles else next(iter(sorted(roles)), _CONTROL)
        rows.append(
            file_row(
                reading,
                role=role if is_current else "history",
                is_bundled=file.path.startswith(SNAPSHOT_PREFIX),
            )
        )
    columns = _columns("core.source_file")
    frame = pd.concat([pd.DataFrame(rows, columns=columns), references[columns]], ignore_index=True)
    return _dated(frame, "cut_date", "retrieved_date", "first_date", "last_date")


def file_row(reading: Reading, *, role: str, is_bundled: bool) -> dict[str, object]:
    """One row of ``core.source_file``."""
    return {
        **file_facts(reading.file),
        "role": role,
        "rows_read": reading.rows_read,
        "rows_stored": reading.rows_read - reading.rows_dropped,
        "rows_dropped": reading.rows_dropped,
        "events_read": float(reading.events_read),
        "events_stored": float(reading.events_read - reading.events_dropped),
        "events_dropped": float(reading.events_dropped),
        "first_date": pd.Timestamp(reading.first_day) if reading.first_day else pd.NaT,
        "last_date": pd.Timestamp(reading.last_day) if reading.last_day else pd.NaT,
        "is_bundled": is_bundled,
    }


def source_drop(readings: Iterable[Reading]) -> pd.DataFrame:
    """Rows of ``core.source_drop``."""
    rows = [
        {
            "path": reading.file.path,
            "reason": drop.reason,
            "rows": drop.rows,
            "events": float(drop.events),
            "example": drop.example,
        }
        for reading in readings
        for drop in reading.drops
    ]
    frame = pd.DataFrame(rows, columns=_columns("core.source_drop"))
    return frame.astype(
        {"path": "str", "reason": "str", "example": "str", "rows": "int64", "events": "float64"}
    )


def revision(found: Releases) -> pd.DataFrame:
    """Rows of ``core.revision``: every release of the series of which there is more than one."""
    frames = []
    for reading in found.all:
        cells = reading.cells[
            reading.cells["role"].ne(_CONTROL) & reading.cells["grain"].ne(_DEPARTMENTAL)
        ]
        is_year = cells["grain"].isin(_YEARLY)
        frames.append(
            pd.DataFrame(
                {
                    "series_id": cells["series_id"],
                    "municipality_code": cells["place_code"],
                    "period": np.where(is_year, "year", "month"),
                    "period_start": cells["month"],
                    "cut_date": pd.Timestamp(reading.file.cut_date),
                    "path": reading.file.path,
                    "events": cells["events"],
                }
            )
        )
    every = pd.concat(frames, ignore_index=True)
    shown = {reading.file.path for reading in found.current}
    is_other = ~every["path"].isin(shown) | every["path"].isin(_revision_paths(found.current))
    revised = every.loc[is_other, "series_id"].unique()
    frame = every[every["series_id"].isin(revised) & every["events"].gt(0)]
    frame = frame.astype({"events": "float64"})[_columns("core.revision")]
    return _dated(frame, "period_start", "cut_date")


def published_total(current: Sequence[Reading]) -> pd.DataFrame:
    """Rows of ``core.published_total``: national totals that the publishers state themselves."""
    frames = [pd.DataFrame(columns=_columns("core.published_total"))]
    for reading in current:
        cells = reading.cells[reading.cells["role"].eq(_CONTROL)]
        if len(cells):
            frames.append(
                pd.DataFrame(
                    {
                        "series_id": cells["series_id"],
                        "period": np.where(cells["grain"].eq("nation_year"), "year", "month"),
                        "period_start": cells["month"],
                        "cut_date": pd.Timestamp(reading.file.cut_date),
                        "path": reading.file.path,
                        "events": cells["events"],
                    }
                )
            )
    frame = pd.concat([one for one in frames if len(one)] or frames, ignore_index=True)
    text = dict.fromkeys(("series_id", "period", "path"), "str")
    return _dated(_whole(frame, "core.published_total").astype(text), "period_start", "cut_date")


def point_disagreement(current: Iterable[Reading]) -> pd.DataFrame:
    """Rows of ``core.point_disagreement``."""
    columns = _columns("core.point_disagreement")
    frames = [
        r.disagreements for r in current if r.disagreements is not None and len(r.disagreements)
    ]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    text = ("path", "stated_department", "stated_municipality", "stated_code", "municipality_code")
    return frame.astype(
        dict.fromkeys(text, "str")
        | {"year": "int64", "points": "int64", "largest_distance_km": "float64"}
    )[columns]


def context_series(series: Sequence[Series]) -> frozenset[str]:
    """Ids of series whose values are measured, not counted: their absence is never a zero."""
    sources = {source.id for source in SOURCES if source.layout.name == "CONTEXT_CSV"}
    return frozenset(one.id for one in series if _current_feed(one).source in sources)


def _current_feed(one: Series) -> Feed:
    return next(feed for feed in one.feeds if feed.role is Role.CURRENT)


def _feeds(one: Series, reading: Reading) -> bool:
    """Whether a reading holds current municipal figures of a series."""
    return any(
        feed.role is Role.CURRENT
        and feed.grain is not Grain.DEPARTMENT_YEAR
        and feed.source == reading.file.source_id
        and normalised(feed.dataset) == normalised(reading.file.dataset)
        for feed in one.feeds
    )


def _own_span(
    one: Series, own: Sequence[Reading], months: Months
) -> tuple[np.datetime64, np.datetime64]:
    """First and last month that speak of a series: of its file, or of its own events in it."""
    if not any(feed.where for feed in one.feeds) or one.grain is not Grain.MUNICIPALITY_MONTH:
        return months[0], months[-1]
    cells = pd.concat([reading.cells for reading in own], ignore_index=True)
    events = cells.loc[cells["series_id"].eq(one.id) & cells["role"].eq(_CURRENT), "month"]
    if events.empty:
        return months[0], months[-1]
    span = events.to_numpy().astype("datetime64[M]")
    return span.min(), span.max()


def _open_months(one: Series, own: Sequence[Reading], months: Months) -> np.ndarray:
    is_open = np.zeros(len(months), dtype=bool)
    for reading in own:
        if reading.is_open:
            is_open |= np.isin(months, reading.months)
    if one.provisional_months:
        is_open[-one.provisional_months :] = True
    if one.is_running_year_provisional:
        newest = max(np.datetime64(reading.file.cut_date, "Y") for reading in own)
        is_open |= months.astype("datetime64[Y]") == newest
    if one.grain is Grain.MUNICIPALITY_MONTH:
        tail = short_tail(_monthly_totals(one.id, own, months))
        is_open[len(months) - tail :] = True
    return is_open


def _monthly_totals(series_id: str, own: Sequence[Reading], months: Months) -> np.ndarray:
    """National events of the newest unbroken run of published months."""
    cells = pd.concat([reading.cells for reading in own], ignore_index=True)
    cells = cells[cells["series_id"].eq(series_id) & cells["role"].eq(_CURRENT)]
    totals = cells.groupby("month")["events"].sum()
    gaps = np.flatnonzero(np.diff(months.astype(np.int64)) > 1)
    run = months[gaps[-1] + 1 :] if gaps.size else months
    return totals.reindex(run.astype("datetime64[s]"), fill_value=0).to_numpy(dtype=np.int64)


def _availability_rows(
    series_id: str, places: object, months: np.ndarray, is_complete: np.ndarray
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "series_id": series_id,
            "municipality_code": places,
            "month": months.astype("datetime64[s]"),
            "status": np.where(is_complete, "complete", "provisional"),
        }
    )
    return frame.astype(dict.fromkeys(("series_id", "municipality_code", "status"), "str"))


def _revision_paths(current: Iterable[Reading]) -> frozenset[str]:
    """Files whose figures are another release of a series that is shown from elsewhere."""
    revising = Role.REVISION.name.lower()
    return frozenset(r.file.path for r in current if r.cells["role"].eq(revising).any())


def _current_cells(
    current: Sequence[Reading],
    grains: frozenset[str],
    context: frozenset[str],
    *,
    are_context: bool,
    with_zeros: bool = False,
) -> pd.DataFrame:
    frames = []
    for reading in current:
        cells = reading.cells
        wanted = cells["role"].eq(_CURRENT) & cells["grain"].isin(grains)
        wanted &= cells["series_id"].isin(context).eq(are_context)
        if not with_zeros:
            wanted &= cells["events"].gt(0)
        if wanted.any():
            frames.append(cells[wanted])
    if frames:
        return pd.concat(frames, ignore_index=True)
    return pd.DataFrame(
        {
            "series_id": pd.Series(dtype="str"),
            "place_code": pd.Series(dtype="str"),
            "month": pd.Series(dtype="datetime64[s]"),
            "events": pd.Series(dtype="int64"),
        }
    )


def _with_year(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.assign(year=cells["month"].dt.year.astype("int64"))


def _whole(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    return frame.astype({"events": "int64"})[_columns(table)]


def _columns(table: str) -> list[str]:
    return list(TABLES[table].schema.columns)


def _dated(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame.assign(
        **{name: pd.to_datetime(frame[name]).astype("datetime64[s]") for name in columns}
    )
