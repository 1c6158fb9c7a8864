"""What lies below the raw data, against its lock: every file there, whole, and no other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline import bundled
from pipeline.ingest import raw
from pipeline.ingest.register import QUARANTINE, REGISTER_NAME, Register

_OWN: Final = frozenset({raw.LOCK_NAME, REGISTER_NAME})


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found.

    Attributes
    ----------
    locked
        How many files the lock names.
    locked_bytes
        How many bytes they have.
    breaches
        One sentence for each file that is missing, was edited or is in no lock.
    aside
        What no build reads and the lock does not name: files set aside, and what is left of
        fetches that did not end.
    """

    locked: int
    locked_bytes: int
    breaches: tuple[str, ...]
    aside: tuple[str, ...]


def audit(raw_dir: Path, snapshot_dir: Path = bundled.FOLDER) -> Audit:
    """Compare the raw data with their lock; nothing is changed.

    Parameters
    ----------
    raw_dir
        Folder of the raw data.
    snapshot_dir
        Where the bundled snapshot lies; it has checksums of its own, which every build compares.

    Returns
    -------
    Audit
        Every breach, not only the first.

    Raises
    ------
    SourceError
        If the lock or the register was edited into something else.
    """
    locked = raw.read_lock(raw_dir)
    faults = [fault for file in locked if (fault := raw.fault(raw_dir, file))]
    named = {file.path for file in locked} | _OWN
    reasons = {one.file.path: one.reason for one in Register.read(raw_dir).quarantine}
    aside = []
    for path in sorted(_files_below(raw_dir, snapshot_dir)):
        shown = path.relative_to(raw_dir)
        if shown.parts[0] == QUARANTINE:
            held = shown.relative_to(QUARANTINE).as_posix()
            if held != raw.MANIFEST_NAME:
                aside.append(f"set aside: {shown.as_posix()} ({reasons.get(held, 'no reason')})")
        elif any(part.startswith(".") for part in shown.parts):
            aside.append(f"not finished: {shown.as_posix()}")
        elif shown.as_posix() not in named:
            faults.append(
                f"{path} is not in the lock. Only a refresh adds raw files: move it away and "
                "refresh from there."
            )
    return Audit(len(locked), sum(file.bytes for file in locked), tuple(faults), tuple(aside))


def _files_below(raw_dir: Path, snapshot_dir: Path) -> Iterator[Path]:
    for path in raw_dir.rglob("*"):
        is_snapshot = snapshot_dir in path.parents
        if not is_snapshot and (path.is_file() or path.is_symlink()) and path.stat().st_size:
            yield path
