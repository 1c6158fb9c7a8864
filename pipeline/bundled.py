"""The snapshot that came with the code, as far as it is known without reading its tables.

Kept apart from `pipeline.snapshot` so that an unchanged rebuild need not import pandas.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.ingest.raw import RawFile

FOLDER: Final = Path(__file__).resolve().parent.parent / "data" / "raw" / "snapshot"
"""Where the bundled snapshot lies, whatever the data folder."""

MANIFEST_NAME: Final = "snapshot.json"

SNAPSHOT_PREFIX: Final = "snapshot/"
"""Begins the path of a published file that is known through the snapshot only."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A snapshot's own checksum, its newest cut, and the published files behind it."""

    digest: str
    cut_date: str
    files: tuple[RawFile, ...]


def read_manifest(folder: Path = FOLDER) -> Manifest | None:
    """What a snapshot says of itself; None where there is none."""
    path = folder / MANIFEST_NAME
    if not path.exists():
        return None
    content = path.read_bytes()
    stated = json.loads(content)
    return Manifest(
        digest=hashlib.sha256(content).hexdigest(),
        cut_date=stated["cut_date"],
        files=tuple(RawFile(**entry) for entry in stated["files"]),
    )
