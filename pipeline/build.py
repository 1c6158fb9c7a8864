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
from pipeline.errors import AtlasError, SourceError
from pipeline.fingerprint import build_fingerprint
from pipeline.ingest import gates, raw
from pipeline.ingest.events import EVENT_LAYOUTS, Reading, decoded, interpreted
from pipeline.ingest.places import Fallback, Places, Refusals, read_places
from pipeline.ingest.raw import Found, RawFile
from pipeline.ingest.readers import Rows, refuse_exhausting_workbook
from pipeline.ingest.withheld import read_withheld
from pipeline.reasons import Reason, ReasonKind
from pipeline.snapshot import Snapshot
from pipeline.store.warehouse import Draft
from pipeline.words import normalised

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
    return _build(data_dir, _Change(new), series, snapshot_dir).adopted


@dataclass(frozen=True, slots=True)
class Caution:
    """How files that nobody has looked at are judged.

    Attributes
    ----------
    tolerances
        How far sums may move between two releases, by source; from 0 to 1.
    is_strict
        Whether a refused file stops the build instead of being left out.
    is_trial
        Whether the build ends after its checks.
    """

    tolerances: Mapping[str, float]
    is_strict: bool = False
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of fetched files.

    Attributes
    ----------
    adopted
        The files that are used, as they lie in the raw data now.
    refused
        Why the others are not, by their path.
    """

    adopted: tuple[RawFile, ...]
    refused: Mapping[str, Reason]


def refresh_fetched(
    new: Sequence[Found],
    data_dir: Path,
    caution: Caution,
    series: Sequence[Series] = SERIES,
    snapshot_dir: Path = bundled.FOLDER,
) -> Fetched:
    """Add what came from live publishers and publish a warehouse built with what can be believed.

    Unlike `refresh`, a file that is refused, or that lies too far from the release before, is left
    out, and the last good release goes on being used.

    Parameters
    ----------
    new
        Recognised files whose bytes are not among the raw data yet.
    data_dir
        Folder that holds ``raw`` and ``processed``.
    caution
        How they are judged.
    series
        Declared series.
    snapshot_dir
        Where the bundled snapshot lies.

    Returns
    -------
    Fetched
        What was adopted, and what was refused.

    Raises
    ------
    SourceError
        If a raw file is missing, was edited or can no longer be read; if new files do not fit
        together and no source alone is to blame; if a file is refused and the refresh is strict.
    ContractError
        If the tables do not add up, and no source alone is to blame.
    """
    try:
        return _build(data_dir, _Change(new), series, snapshot_dir, caution)
    except AtlasError:
        if caution.is_strict:
            raise
        trial = replace(caution, is_trial=True)
        _build(data_dir, _Change(), series, snapshot_dir, trial)
        blamed = {}
        for source_id in sorted({one.file.source_id for one in new}):
            own = [one for one in new if one.file.source_id == source_id]
            try:
                _build(data_dir, _Change(own), series, snapshot_dir, trial)
            except AtlasError as error:
                blamed[source_id] = Reason(ReasonKind.BREAKS_LAW, str(error))
        if not blamed:
            raise
    kept = [one for one in new if one.file.source_id not in blamed]
    fetched = _build(data_dir, _Change(kept), series, snapshot_dir, caution)
    broken = {one.file.path: blamed[one.file.source_id] for one in new if one not in kept}
    return replace(fetched, refused={**fetched.refused, **broken})


def build(
    data_dir: Path,
    series: Sequence[Series] = SERIES,
    snapshot_dir: Path = bundled.FOLDER,
    without: frozenset[str] = frozenset(),
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
    without
        Paths of locked files that leave the lock with this build; their bytes stay on disk.

    Raises
    ------
    SourceError
        If a raw file is missing, was edited or can no longer be read.
    ContractError
        If the tables do not add up.
    """
    _build(data_dir, _Change(gone=without), series, snapshot_dir)


@dataclass(frozen=True, slots=True)
class _Change:
    """Files that come to the locked ones, and paths of those that leave the lock."""

    new: Sequence[Found] = ()
    gone: frozenset[str] = frozenset()


def _build(
    data_dir: Path,
    change: _Change,
    series: Sequence[Series],
    snapshot_dir: Path,
    caution: Caution | None = None,
) -> Fetched:
    """Read, store, check, adopt, publish: in this order, so that a failure leaves no trace.

    With caution new files that cannot be believed are left out; without, they stop the build.
    """
    everything = raw.locked_files(data_dir / "raw")
    locked = tuple(one for one in everything if one.file.path not in change.gone)
    manifest = bundled.read_manifest(snapshot_dir)
    held = {one.file.sha256 for one in (*locked, *change.new)}
    carried = snapshot.read(snapshot_dir, series, held) if manifest else None
    refusals = Refusals()
    known = [one.file for one in locked] + list(manifest.files if manifest else ())
    behind = frozenset(file.sha256 for file in manifest.files) if manifest else frozenset()
    usable = _decodable(_without_copies(known, change.new, refusals), behind, refusals)
    files = _Files(locked, usable, behind, read_withheld(data_dir))
    inputs = _read(files, carried, series, refusals, caution)
    every = core.releases(_with_carried(inputs.readings, carried))
    series, found = core.as_shown(series, every)
    raw_dir = data_dir / "raw"
    with Draft(data_dir) as draft:
        _store_core(draft, inputs, found, series)
        marts.store(draft, series)
        draft.check()
        if caution and caution.is_trial:
            return Fetched((), {})
        if raw.read_lock(raw_dir) != tuple(one.file for one in everything):
            message = f"the files in {raw_dir} changed while they were read. Run it again."
            raise SourceError(message)
        if inputs.adopted:
            raw.adopt(raw_dir, inputs.adopted)
        if inputs.adopted or change.gone:
            raw.write_lock(raw_dir, [one.file for one in (*locked, *inputs.adopted)])
        draft.publish(
            fingerprint=build_fingerprint(data_dir, snapshot_dir),
            newest_cut=_newest_cut(found),
            is_snapshot_only=not inputs.readings,
        )
    return Fetched(tuple(one.file for one in inputs.adopted), refusals.reasons)


@dataclass(frozen=True, slots=True)
class _Files:
    """Files of the last good build, and those that are offered beside them.

    Attributes
    ----------
    locked
        Files of the last good build.
    new
        Files offered beside them.
    bundled
        Checksums of the files behind the snapshot: known, even if they are fetched anew.
    withheld
        Codes of municipalities of whose coverage nothing is told.
    """

    locked: Sequence[Found]
    new: Sequence[Found]
    bundled: frozenset[str]
    withheld: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Everything read: places, files of reference, readings, and the new files' place."""

    places: Places
    references: pd.DataFrame
    readings: tuple[Reading, ...]
    adopted: tuple[Found, ...]


def _read(
    files: _Files,
    carried: Snapshot | None,
    series: Sequence[Series],
    refusals: Refusals,
    caution: Caution | None,
) -> _Inputs:
    """Read every file before judging any, so that one message can name all that are refused.

    Workbooks are decoded outside Python's lock: while the places are put together, and while one
    file's rows are looked up, the next files are decoded on the other core.
    """
    references = [one for one in files.new if one.file.source_id not in _EVENT_SOURCES]
    settled = [Found(raw.settled(one.file), one.location) for one in references]
    both = (*files.locked, *files.new)
    events = [one for one in both if one.file.source_id in _EVENT_SOURCES]
    fallback = (
        Fallback(carried.municipalities, carried.population, carried.documented, carried.references)
        if carried
        else None
    )
    readings: list[Reading] = []
    fresh: list[tuple[Found, Reading]] = []
    with ThreadPoolExecutor(max_workers=1) as decoder:
        waiting = [
            decoder.submit(refusals.attempt, one.file, partial(decoded, one)) for one in events
        ]
        try:
            places, reference_rows = read_places(
                [*files.locked, *settled], fallback, refusals, files.withheld
            )
        except SourceError as error:
            decoder.shutdown(cancel_futures=True)
            refused = [why.text for why in refusals.reasons.values()]
            raise SourceError("\n".join([*refused, str(error)])) from error
        for one, rows in zip(events, _in_turn(waiting), strict=True):
            if rows is None:
                continue
            read = partial(interpreted, one.file, rows, series, places.names, places.boundaries)
            reading = refusals.attempt(one.file, read)
            if reading is None:
                continue
            if one in files.new:
                fresh.append((one, reading))
            else:
                readings.append(reading)
    offered_as = {
        two.file.path: one.file.path for one, two in zip(references, settled, strict=True)
    }
    refusals.reasons = {
        offered_as.get(path, path): replace(
            why, text=why.text.replace(path, offered_as.get(path, path))
        )
        for path, why in refusals.reasons.items()
    }
    if caution is not None:
        known = _with_carried(readings, carried)
        unseen = [one for one in fresh if one[0].file.sha256 not in files.bundled]
        refusals.reasons |= _objections(unseen, known, caution.tolerances)
    _stop_if_refused(files, refusals, caution)
    adopted = [two for two in settled if offered_as[two.file.path] not in refusals.reasons]
    for one, reading in fresh:
        if one.file.path not in refusals.reasons:
            readings.append(_at(raw.settled(reading.file).path, reading))
            adopted.append(Found(readings[-1].file, one.location))
    return _Inputs(places, reference_rows, tuple(readings), tuple(adopted))


def _stop_if_refused(files: _Files, refusals: Refusals, caution: Caution | None) -> None:
    """Stop at a refused file, unless it is a new one and may be left out."""
    locked = {one.file.path for one in files.locked}
    may_leave_out = caution is not None and not caution.is_strict
    if refusals.reasons and not (may_leave_out and locked.isdisjoint(refusals.reasons)):
        raise SourceError(_refusal_message(files.new, refusals.reasons))


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
        text = f"{one.file.path} is byte for byte the same as {other}: {verdict}"
        refusals.reasons[one.file.path] = Reason(ReasonKind.OTHER_DATASET, text)
    return usable


def _decodable(new: Sequence[Found], bundled: frozenset[str], refusals: Refusals) -> list[Found]:
    """New files that do not exhaust the decoder; those behind the snapshot are known not to."""

    def tried(one: Found) -> None:
        if one.file.sha256 not in bundled:
            refusals.attempt(one.file, partial(refuse_exhausting_workbook, one.location))

    with ThreadPoolExecutor() as pool:
        list(pool.map(tried, new))
    return [one for one in new if one.file.path not in refusals.reasons]


def _objections(
    fresh: Iterable[tuple[Found, Reading]],
    known: Iterable[Reading],
    tolerances: Mapping[str, float],
) -> dict[str, Reason]:
    """New files that lie too far from the last good release of the same part, and how far."""
    before = {_part(reading): reading for reading in core.releases(known).current}
    found = {}
    for one, reading in fresh:
        last = before.get(_part(reading))
        share = tolerances[one.file.source_id]
        if last is not None and (reason := gates.objection(reading, last, share)):
            text = (
                f"{one.file.path} is set aside: {reason.text}. Look at the file; if it is right "
                "after all, refresh from its folder."
            )
            found[one.file.path] = replace(reason, text=text)
    return found


def _part(reading: Reading) -> tuple[str, str, str]:
    return reading.file.source_id, normalised(reading.file.dataset), reading.file.part


def _refusal_message(new: Sequence[Found], refusals: Mapping[str, Reason]) -> str:
    refused = {path: _about(path, reason.text) for path, reason in refusals.items()}
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
    draft.store("core.crime_group_monthly", core.crime_group_monthly(current))
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
    draft.store("core.coverage_list", inputs.places.lists)
    draft.store("core.coverage_history", inputs.places.history)
    draft.store("core.programme_indicator", inputs.places.indicators)
