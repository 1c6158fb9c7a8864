"""Whether anything that a build depends on has changed, told without reading a single figure."""

import hashlib
from pathlib import Path
from typing import Final

from pipeline import bundled
from pipeline.ingest import raw
from pipeline.ingest.withheld import read_withheld
from pipeline.store.published import published_fingerprint

_CODE: Final = Path(__file__).resolve().parent
_SUFFIXES: Final = frozenset({".py", ".sql", ".csv"})


def is_current(data_dir: Path, snapshot_dir: Path = bundled.FOLDER) -> bool:
    """Whether the published warehouse was built from just what is here now."""
    return published_fingerprint(data_dir) == build_fingerprint(data_dir, snapshot_dir)


def build_fingerprint(data_dir: Path, snapshot_dir: Path = bundled.FOLDER) -> str:
    """Checksum of the locked files, what is withheld, the bundled snapshot and the code.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.
    snapshot_dir
        Where the bundled snapshot lies.

    Returns
    -------
    str
        SHA-256 in hexadecimal; equal for equal inputs, whatever their age or place.

    Raises
    ------
    SourceError
        If a locked file is missing or was edited.
    """
    digest = hashlib.sha256()
    for found in raw.locked_files(data_dir / "raw"):
        digest.update(repr(found.file).encode())
    manifest = bundled.read_manifest(snapshot_dir)
    digest.update((manifest.digest if manifest else "no snapshot").encode())
    digest.update(repr(sorted(read_withheld(data_dir))).encode())
    digest.update(code_digest(_CODE))
    return digest.hexdigest()


def code_digest(folder: Path) -> bytes:
    """Checksum of the code, queries and declared lists in a folder.

    Parameters
    ----------
    folder
        With whatever lies below it.

    Returns
    -------
    bytes
        SHA-256; equal for equal code, wherever it lies.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES:
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.digest()
