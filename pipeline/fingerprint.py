"""Whether anything that a build depends on has changed, told without reading a single figure."""

import hashlib
from pathlib import Path
from typing import Final

from pipeline import bundled
from pipeline.ingest import raw

_CODE: Final = Path(__file__).resolve().parent
_SUFFIXES: Final = frozenset({".py", ".sql", ".csv"})


def build_fingerprint(data_dir: Path) -> str:
    """Checksum of the locked raw files, the bundled snapshot and the code of the pipeline.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.

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
    raw_dir = data_dir / "raw"
    for found in raw.verified(raw_dir, raw.read_lock(raw_dir)):
        digest.update(repr(found.file).encode())
    manifest = bundled.read_manifest()
    digest.update((manifest.digest if manifest else "no snapshot").encode())
    for path in sorted(_CODE.rglob("*")):
        if path.suffix in _SUFFIXES:
            digest.update(path.relative_to(_CODE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
