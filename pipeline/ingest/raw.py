"""Published files on disk: found, recognised, remembered. Bytes only; nothing here reads a figure.

Raw files are kept exactly as published below ``data/raw/<source>/<dataset>/<cut>.<checksum>/`` and
listed in ``data/raw/lock.json``. A file enters the lock only after the whole build that used it has
passed.
"""

import csv
import hashlib
import json
import re
import shutil
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from pipeline.catalog.series import SERIES, Series
from pipeline.catalog.sources import IGNORED, SOURCES, Layout, Source
from pipeline.errors import SourceError
from pipeline.words import normalised, unaccented

LOCK_NAME: Final = "lock.json"
MANIFEST_NAME: Final = "MANIFEST.csv"
_ISO_DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class RawFile:
    """One published file: where its bytes lie and what is known of it before it is read."""

    path: str
    """Below the raw data, in POSIX form; the file's identity in every table."""
    source_id: str
    dataset: str
    sha256: str
    bytes: int
    retrieved_date: str
    """ISO date on which the bytes were found."""
    part: str = ""
    """Which part of the dataset it holds; known once the file is read."""
    cut_date: str = ""
    """ISO date up to which the publisher counted; empty until it is known."""
    cut_basis: str = ""
    origin: str = ""
    licence: str = ""
    retrieved_at: str = ""
    """ISO time at which it was fetched; empty for a file that somebody put into a folder."""
    etag: str = ""
    """The publisher's own mark of this version: an ETag, or the time of its last update."""


@dataclass(frozen=True, slots=True)
class Found:
    """A recognised file outside the raw data, and where its bytes are now."""

    file: RawFile
    location: Path


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder of published files holds."""

    found: tuple[Found, ...]
    ignored: tuple[tuple[str, str], ...]
    """Path below the folder and the reason."""


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in lower-case hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def recognised(path: Path, series: Sequence[Series] = SERIES) -> tuple[Source, str] | None:
    """The source and dataset that a file's name stands for, or nothing.

    Parameters
    ----------
    path
        The file; only its name and its folder's name are looked at.
    series
        Declared series; each names the workbook of the ministry it is read from.

    Returns
    -------
    tuple of Source and str, or None
        None where no declared source has files of this name.
    """
    name = _comparable(path)
    for source in SOURCES:
        if source.layout is Layout.EVENT_WORKBOOK and path.suffix.lower() == ".xlsx":
            for dataset in _workbook_names(source, series):
                if normalised(path.stem) == normalised(dataset):
                    return source, dataset
        for declared in source.datasets:
            if re.fullmatch(declared.pattern, name):
                return source, declared.id
    return None


def ignored_reason(path: Path) -> str | None:
    """Why a file is read past although it lies among published ones; None if nothing says so."""
    name = _comparable(path)
    return next((one.reason for one in IGNORED if re.fullmatch(one.pattern, name)), None)


def scan(folder: Path, today: date, series: Sequence[Series] = SERIES) -> Scan:
    """Recognise every file below a folder, at any depth.

    Parameters
    ----------
    folder
        Published files under the publishers' own names; a ``MANIFEST.csv`` with columns path,
        origin, cut, licence and sha256 is used where there is one. Below a folder with a lock only
        the files that it names are taken, with all that it says of them.
    today
        Recorded as the date of retrieval.
    series
        Declared series.

    Returns
    -------
    Scan
        Files sorted by path. Copies of the same bytes under the same dataset appear once.

    Raises
    ------
    SourceError
        If the folder does not exist, holds no file, or a file in it cannot be read; if a file is
        not the one that a lock beside it names.
    """
    if not folder.is_dir():
        message = f"{folder} is neither a folder nor an archive. Give --from what holds the files."
        raise SourceError(message)
    paths = sorted(_files_below(folder))
    if not paths:
        message = f"{folder} holds no file. Give --from what holds the files."
        raise SourceError(message)
    notes = _manifest_notes(path for path in paths if path.name == MANIFEST_NAME)
    found: dict[tuple[str, str, str], Found] = {}
    ignored: list[tuple[str, str]] = []
    locks = {path.parent: _entries(path.parent, series) for path in paths if path.name == LOCK_NAME}
    for path in paths:
        shown = path.relative_to(folder).as_posix()
        if beside := next((one for one in path.parents if one in locks), None):
            if (entry := locks[beside].get(path)) is not None:
                key = (entry.source_id, entry.dataset, entry.sha256)
                found[key] = Found(replace(entry, path=shown), path)
            elif path.name != LOCK_NAME:
                ignored.append((shown, "not named by the lock beside it"))
            continue
        declared = recognised(path, series)
        if declared is None:
            ignored.append((shown, ignored_reason(path) or "matches no declared source"))
            continue
        source, dataset = declared
        sha256 = _readable_checksum(path)
        key = (source.id, dataset, sha256)
        if key in found:
            ignored.append((shown, f"same bytes as {found[key].location.relative_to(folder)}"))
            continue
        file = RawFile(
            path=shown,
            source_id=source.id,
            dataset=dataset,
            sha256=sha256,
            bytes=path.stat().st_size,
            retrieved_date=today.isoformat(),
            licence=source.licence_of(dataset).en,
            origin=source.url_download,
        )
        note = notes.get(_composed(path), {})
        found[key] = Found(_described(file, f"{folder.resolve().name}/{shown}", note), path)
    return Scan(tuple(found.values()), tuple(ignored))


def period_end(text: str) -> date | None:
    """Last day of a year, month or day: ``2024``, ``2024-01``, ``2024-01-31`` or ``31/01/2024``.

    Examples
    --------
    >>> period_end("2024-02")
    datetime.date(2024, 2, 29)
    >>> [period_end(text) for text in ("Jan-Jul 2025", "2025-13", "2025-02-30")]
    [None, None, None]
    """
    in_order = re.sub(r"(\d{2})/(\d{2})/(\d{4})", r"\3-\2-\1", text.strip())
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", in_order)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 12)
    try:
        return date(year, month, int(match[3] or monthrange(year, month)[1]))
    except ValueError:
        return None


def read_lock(raw_dir: Path) -> tuple[RawFile, ...]:
    """Files that the last good build used or kept as history; empty where there is no lock yet.

    Raises
    ------
    SourceError
        If the lock was edited into something else.
    """
    path = raw_dir / LOCK_NAME
    if not path.exists():
        return ()
    try:
        return tuple(RawFile(**entry) for entry in json.loads(path.read_text("utf-8"))["files"])
    except (ValueError, KeyError, TypeError) as error:
        message = (
            f"{path} is no lock of raw files ({error!r}). Nothing but a refresh writes it: put the "
            "last good one back, or move the raw data away and refresh again."
        )
        raise SourceError(message) from error


def write_lock(raw_dir: Path, files: Iterable[RawFile]) -> None:
    """Replace the lock in one step: readers see the old list or the new one, whole."""
    raw_dir.mkdir(parents=True, exist_ok=True)
    draft = raw_dir / f".{LOCK_NAME}.draft"
    draft.write_text(lock_text(files), "utf-8")
    draft.replace(raw_dir / LOCK_NAME)


def lock_text(files: Iterable[RawFile]) -> str:
    """The lock of some files as it is written; the same for the same files."""
    entries = [asdict(file) for file in sorted(files, key=lambda file: file.path)]
    return json.dumps({"files": entries}, ensure_ascii=False, indent=1) + "\n"


def locked_files(raw_dir: Path) -> tuple[Found, ...]:
    """The locked files with their place on disk, after their checksums were compared.

    Raises
    ------
    SourceError
        If a locked file is missing or its bytes are not the ones that were locked.
    """
    found = []
    for file in read_lock(raw_dir):
        if message := fault(raw_dir, file):
            raise SourceError(message)
        found.append(Found(file, raw_dir / file.path))
    return tuple(found)


def fault(folder: Path, file: RawFile) -> str | None:
    """What is wrong with a locked file on disk and what to do; None if nothing is."""
    location = folder / file.path
    if not location.is_file():
        return f"{location} is in the lock but not on disk. Put it back or refresh again."
    if (size := location.stat().st_size) != file.bytes:
        difference = f"{size:,} bytes where the lock says {file.bytes:,}"
    elif _readable_checksum(location) != file.sha256:
        difference = "another checksum"
    else:
        return None
    return (
        f"{location} is not the file that was locked ({difference}). Raw files are never edited: "
        "put the published bytes back or refresh again."
    )


def unknown(offered: Iterable[Found], locked: Iterable[RawFile]) -> list[Found]:
    """The offered files whose bytes are not locked yet under their dataset."""
    held = {(file.source_id, file.dataset, file.sha256) for file in locked}
    return [
        one
        for one in offered
        if (one.file.source_id, one.file.dataset, one.file.sha256) not in held
    ]


def release_order(file: RawFile) -> tuple[str, str, str, str]:
    """What the releases of one part are sorted by, oldest first."""
    return file.cut_date, file.retrieved_date, file.retrieved_at, file.path


def settled(file: RawFile) -> RawFile:
    """The file with the path it will have below the raw data.

    The checksum in it keeps apart releases that were mended without a new name or cut.
    """
    name = Path(file.path).name
    dataset = re.sub(r"[^a-z0-9-]+", "-", normalised(file.dataset).lower()).strip("-")
    cut = file.cut_date or file.retrieved_date
    folder = f"{file.source_id}/{dataset}/{cut}.{file.sha256[:8]}"
    if file.source_id == "mine_events":
        folder += "/sgp4-3e6k"  # these files are recognised by the name of their folder
    return replace(file, path=f"{folder}/{name}")


def adopt(raw_dir: Path, found: Iterable[Found]) -> None:
    """Copy files to their place below the raw data; bytes that are there already stay untouched."""
    for one in found:
        target = raw_dir / one.file.path
        if target.exists() and sha256_of(target) == one.file.sha256:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.draft")
        shutil.copyfile(one.location, draft)
        draft.replace(target)


def _comparable(path: Path) -> str:
    return unaccented(f"{path.parent.name}/{path.name}").lower()


def _workbook_names(source: Source, series: Sequence[Series]) -> set[str]:
    return {feed.dataset for one in series for feed in one.feeds if feed.source == source.id}


def _files_below(folder: Path) -> Iterator[Path]:
    """Files at any depth, without hidden ones and the marks that spreadsheet programs leave."""
    for path in folder.rglob("*"):
        is_hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not is_hidden:
            yield path


def _readable_checksum(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}). Check the file's permissions."
        raise SourceError(message) from error


def _composed(path: Path) -> str:
    """An absolute path whose accents are one with their letters, as not every system keeps them."""
    return unicodedata.normalize("NFC", path.resolve().as_posix())


def _entries(folder: Path, series: Sequence[Series]) -> dict[Path, RawFile]:
    """What a lock from elsewhere says of the files beside it, by their place, once both agree."""
    entries = {}
    for file in read_lock(folder):
        source = next((one for one in SOURCES if one.id == file.source_id), None)
        datasets = {one.id for one in source.datasets} if source else set()
        names = {normalised(one) for one in _workbook_names(source, series)} if source else set()
        is_declared = file.dataset in datasets or normalised(file.dataset) in names
        parts = PurePosixPath(file.path).parts
        is_inside = bool(parts) and not any(part.startswith((".", "/")) for part in parts)
        is_dated = all(
            not day or (_ISO_DATE.fullmatch(day) and period_end(day))
            for day in (file.cut_date, file.retrieved_date)
        )
        if not (is_declared and is_inside and is_dated):
            message = (
                f"{folder / LOCK_NAME} names what this version does not know: {file.path} of "
                f"{file.source_id} {file.dataset}, cut {file.cut_date or 'unknown'}. Use the "
                "version that packed it, or a newer one."
            )
            raise SourceError(message)
        if reason := fault(folder, file):
            raise SourceError(reason)
        entries[folder / file.path] = file
    return entries


def _manifest_notes(manifests: Iterable[Path]) -> dict[str, Mapping[str, str]]:
    notes: dict[str, Mapping[str, str]] = {}
    for manifest in manifests:
        try:
            with manifest.open(encoding="utf-8-sig", newline="") as stream:
                rows = [row for row in csv.DictReader(stream, strict=True) if row.get("path")]
        except (csv.Error, UnicodeDecodeError, OSError) as error:
            message = f"{manifest} cannot be read as CSV in UTF-8: {error}. Mend or remove it."
            raise SourceError(message) from error
        notes |= {_composed(manifest.parent / row["path"]): row for row in rows}
    return notes


def _described(file: RawFile, path: str, note: Mapping[str, str]) -> RawFile:
    """Add what the manifest says, if it speaks of these very bytes, else what the path says."""
    if note and (note.get("sha256") or file.sha256).lower() == file.sha256:
        file = replace(
            file,
            origin=note.get("origin") or file.origin,
            licence=note.get("licence") or file.licence,
        )
        if (cut := period_end(note.get("cut") or "")) is not None:
            # a year or month that is not over was counted up to today at most
            cut_date = min(cut.isoformat(), file.retrieved_date)
            return replace(file, cut_date=cut_date, cut_basis="manifest")
    days = [day.isoformat() for text in _ISO_DATE.findall(path) if (day := period_end(text))]
    past = [day for day in days if day <= file.retrieved_date]
    return replace(file, cut_date=past[-1], cut_basis="path") if past else file
