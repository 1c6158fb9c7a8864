"""The whole refresh, top to bottom, one call per table."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline import bundled, core, marts, snapshot
from pipeline.bundled import SNAPSHOT_PREFIX
from pipeline.catalog.series import SERIES, Series
from pipeline.catalog.sources import SOURCES
from pipeline.errors import SourceError
from pipeline.fingerprint import build_fingerprint
from pipeline.ingest import raw
from pipeline.ingest.events import EVENT_LAYOUTS, Reading, decoded, interpreted
from pipeline.ingest.places import Fallback, Places, Refusals, read_places
from pipeline.ingest.raw import Found, RawFile
from pipeline.ingest.readers import Rows
from pipeline.snapshot import Snapshot
from pipeline.store.warehouse import Draft

_EVENT_SOURCES: Final = frozenset(source.id for source in SOURCES if source.layout in EVENT_LAYOUTS)


def refresh(
    new: Sequence[Found],
    data_dir: Path,
    series: Sequence[Series] = SERIES,
    snapshot_dir: Path = bundled.FOLDER,
) -> tuple[RawFile, ...]:
    """Add published files to the raw data and publish a warehouse built with them.

    Nothing is changed unless every new file can be used and every law holds.

    Parameters
    ----------
    new
        Recognised files whose bytes are not among the raw data yet.
    data_dir
        Folder that holds ``raw`` and ``processed``.
    series
        Declared series.
    snapshot_dir
        Where the bundled snapshot lies.

    Returns
    -------
    tuple of RawFile
        The files as they lie in the raw data now.

    Raises
    ------
    SourceError
        If a file is refused; the message names every refused file and those that are fine.
    ContractError
        If the tables do not add up.
    """
    return _build(data_dir, raw.locked_files(data_dir / "raw"), new, series, snapshot_dir)


def build(
    data_dir: Path, series: Sequence[Series] = SERIES, snapshot_dir: Path = bundled.FOLDER
) -> None:
    """Publish a warehouse built from the raw data, and from the bundled snapshot for the rest.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.
    series
        Declared series.
    snapshot_dir
        Where the bundled snapshot lies.

    Raises
    ------
    SourceError
        If a raw file is missing, was edited or can no longer be read.
    ContractError
        If the tables do not add up.
    """
    _build(data_dir, raw.locked_files(data_dir / "raw"), (), series, snapshot_dir)


def _build(
    data_dir: Path,
    locked: Sequence[Found],
    new: Sequence[Found],
    series: Sequence[Series],
    snapshot_dir: Path,
) -> tuple[RawFile, ...]:
    """Read, store, check, adopt, publish: in this order, so that a failure leaves no trace."""
    manifest = bundled.read_manifest(snapshot_dir)
    held = {one.file.sha256 for one in (*locked, *new)}
    carried = snapshot.read(snapshot_dir, series, held) if manifest else None
    refusals = Refusals()
    known = [one.file for one in locked] + list(manifest.files if manifest else ())
    usable = _without_copies(known, new, refusals)
    inputs = _read(locked, usable, carried, series, refusals)
    found = core.releases(_with_carried(inputs.readings, carried))
    raw_dir = data_dir / "raw"
    with Draft(data_dir) as draft:
        _store_core(draft, inputs, found, series)
        marts.store(draft, series)
        draft.check()
        if inputs.adopted:
            raw.adopt(raw_dir, inputs.adopted)
            raw.write_lock(raw_dir, [one.file for one in (*locked, *inputs.adopted)])
        draft.publish(
            fingerprint=build_fingerprint(data_dir, snapshot_dir),
            newest_cut=_newest_cut(found),
            is_snapshot_only=not inputs.readings,
        )
    return tuple(one.file for one in inputs.adopted)


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Everything read: places, files of reference, readings, and the new files' place."""

    places: Places
    references: pd.DataFrame
    readings: tuple[Reading, ...]
    adopted: tuple[Found, ...]


def _read(
    locked: Sequence[Found],
    new: Sequence[Found],
    carried: Snapshot | None,
    series: Sequence[Series],
    refusals: Refusals,
) -> _Inputs:
    """Read every file before judging any, so that one message can name all that are refused.

    Workbooks are decoded outside Python's lock: while the places are put together, and while one
    file's rows are looked up, the next files are decoded on the other core.
    """
    references = [one for one in new if one.file.source_id not in _EVENT_SOURCES]
    settled = [Found(raw.settled(one.file), one.location) for one in references]
    events = [one for one in (*locked, *new) if one.file.source_id in _EVENT_SOURCES]
    fallback = (
        Fallback(carried.municipalities, carried.population, carried.documented, carried.references)
        if carried
        else None
    )
    readings, adopted = [], list(settled)
    with ThreadPoolExecutor(max_workers=1) as decoder:
        waiting = [
            decoder.submit(refusals.attempt, one.file, partial(decoded, one)) for one in events
        ]
        try:
            places, files = read_places([*locked, *settled], fallback, refusals)
        except SourceError as error:
            decoder.shutdown(cancel_futures=True)
            raise SourceError("\n".join([*refusals.reasons.values(), str(error)])) from error
        for one, rows in zip(events, _in_turn(waiting), strict=True):
            if rows is None:
                continue
            read = partial(interpreted, one.file, rows, series, places.names, places.boundaries)
            reading = refusals.attempt(one.file, read)
            if reading is None:
                continue
            if one in new:
                reading = _at(raw.settled(reading.file).path, reading)
                adopted.append(Found(reading.file, one.location))
            readings.append(reading)
    if refusals.reasons:
        shown = {
            settled_one.file.path: one.file.path
            for settled_one, one in zip(settled, references, strict=True)
        }
        raise SourceError(_refusal_message(new, refusals, shown))
    return _Inputs(places, files, tuple(readings), tuple(adopted))


def _in_turn(waiting: list[Future[Rows | None]]) -> Iterator[Rows | None]:
    """Results in order, each let go of before the next: decoded rows are large."""
    waiting.reverse()
    while waiting:
        yield waiting.pop().result()


def _without_copies(
    known: Sequence[RawFile], new: Sequence[Found], refusals: Refusals
) -> list[Found]:
    """New files whose bytes are not those of another dataset, known or offered beside them.

    A wrong file under the right name happens: its bytes are those of another dataset's file.
    """
    settled = {file.sha256: file for file in known}
    offered: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in new:
        offered[one.file.sha256].add((one.file.source_id, one.file.dataset))
    usable = []
    for one in new:
        mine = (one.file.source_id, one.file.dataset)
        owner = settled.get(one.file.sha256)
        if owner is not None and (owner.source_id, owner.dataset) != mine:
            other = f"{Path(owner.path).name} ({owner.dataset})"
        elif owner is None and len(offered[one.file.sha256]) > 1:
            other = next(
                two.file.path
                for two in new
                if two.file.sha256 == one.file.sha256 and two.file.path != one.file.path
            )
        else:
            usable.append(one)
            continue
        verdict = "it is another dataset's file under this name. Fetch the right one."
        if owner is None:
            verdict = "one of the two is wrong, and nothing here tells which. Fetch both again."
        refusals.reasons[one.file.path] = (
            f"{one.file.path} is byte for byte the same as {other}: {verdict}"
        )
    return usable


def _refusal_message(new: Sequence[Found], refusals: Refusals, shown: Mapping[str, str]) -> str:
    refused = {}
    for path, reason in refusals.reasons.items():
        offered = shown.get(path, path)
        refused[offered] = _about(offered, reason.replace(path, offered))
    fine = [one.file.path for one in new if one.file.path not in refused]
    lines = [
        f"{len(refused)} files were refused; raw data and the warehouse in use are untouched.",
        *(f"- {reason}" for _, reason in sorted(refused.items())),
    ]
    if fine:
        lines.append(f"The other {len(fine)} are fine: {', '.join(sorted(fine))}.")
    return "\n".join(lines)


def _about(path: str, reason: str) -> str:
    return reason if Path(path).name in reason else f"{path}: {reason}"


def _at(path: str, reading: Reading) -> Reading:
    """The reading as one of a file that lies at `path` below the raw data."""
    moved = reading.disagreements
    if moved is not None:
        moved = moved.assign(path=path)
    return replace(reading, file=replace(reading.file, path=path), disagreements=moved)


def _with_carried(readings: Iterable[Reading], carried: Snapshot | None) -> list[Reading]:
    """Readings of the files here, and of those that only the snapshot knows."""
    kept = carried.readings if carried else ()
    return [*readings, *(_at(f"{SNAPSHOT_PREFIX}{one.file.path}", one) for one in kept)]


def _newest_cut(found: core.Releases) -> date:
    if not found.current:
        message = "No file of events is here, and no snapshot. Add published files and refresh."
        raise SourceError(message)
    return max(date.fromisoformat(reading.file.cut_date) for reading in found.current)


def _store_core(
    draft: Draft, inputs: _Inputs, found: core.Releases, series: Sequence[Series]
) -> None:
    """Fill every core table, one call each."""
    current = found.current
    context = core.context_series(series)
    population = inputs.places.population
    draft.store("core.source", core.source_frame())
    draft.store("core.series", core.series_frame(series, current))
    draft.store("core.feed", core.feed_frame(series))
    draft.store("core.series_break", core.break_frame(series))
    draft.store("core.department", inputs.places.departments)
    draft.store("core.municipality", inputs.places.municipalities)
    draft.store("core.population_yearly", population[population["year"] <= _newest_cut(found).year])
    draft.store("core.crime_monthly", core.crime_monthly(current, context))
    draft.store("core.crime_yearly", core.crime_yearly(current, context))
    draft.store("core.crime_department_yearly", core.crime_department_yearly(current))
    draft.store("core.context_yearly", core.context_yearly(current, context))
    draft.store("core.availability", core.availability(series, current))
    draft.store("core.source_file", core.source_file(found, inputs.references))
    draft.store("core.source_drop", core.source_drop(found.all))
    draft.store("core.revision", core.revision(found))
    draft.store("core.published_total", core.published_total(current))
    draft.store("core.point_disagreement", core.point_disagreement(current))
    draft.store("core.programme", core.programme_frame())
    draft.store("core.coverage", inputs.places.coverage)
