"""Old releases let go of, by hand and never by itself: lock, warehouse and disk stay one."""

from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from pipeline import build, bundled
from pipeline.errors import SourceError
from pipeline.fingerprint import is_current
from pipeline.ingest import raw
from pipeline.ingest.raw import RawFile
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from pipeline.words import normalised

_HISTORY = "history"


def prunable(data_dir: Path, keep: int, snapshot_dir: Path = bundled.FOLDER) -> tuple[RawFile, ...]:
    """Releases that are only history, and older than the newest few of their part.

    What the warehouse shows, or compares with, is never among them, nor is a file behind the
    bundled snapshot: the snapshot's own reading of it would come back in its place.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.
    keep
        How many releases of each part stay, the one that is shown included. At least 1.
    snapshot_dir
        Where the bundled snapshot lies.

    Returns
    -------
    tuple of RawFile
        By path.

    Raises
    ------
    SourceError
        If fewer than one is to be kept, or the warehouse was not built from what is here now: then
        nobody knows which releases it shows.
    """
    if keep < 1:
        message = (
            f"{keep} releases cannot be kept: 1 is the one that is shown. Give KEEP=1 or more."
        )
        raise SourceError(message)
    if not is_current(data_dir, snapshot_dir):
        message = "The warehouse was not built from what is here now. Run `make build` first."
        raise SourceError(message)
    warehouse = Warehouse.open(published_path(data_dir))
    roles = warehouse.table("core.source_file").set_index("path")["role"]
    warehouse.close()
    manifest = bundled.read_manifest(snapshot_dir)
    behind = {file.sha256 for file in manifest.files} if manifest else set()
    parts: dict[tuple[str, str, str], list[RawFile]] = defaultdict(list)
    for file in raw.read_lock(data_dir / "raw"):
        parts[file.source_id, normalised(file.dataset), file.part].append(file)
    old = [
        file
        for releases in parts.values()
        for file in sorted(releases, key=raw.release_order)[:-keep]
        if roles.get(file.path) == _HISTORY and file.sha256 not in behind
    ]
    return tuple(sorted(old, key=lambda file: file.path))


def prune(data_dir: Path, files: Collection[RawFile], snapshot_dir: Path = bundled.FOLDER) -> None:
    """Publish a warehouse without some releases, then remove them from the lock and the disk.

    Cut off at any point, what is left is whole: the files go last, and until then
    `pipeline.ingest.audit` lists them.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.
    files
        As from `prunable`.
    snapshot_dir
        Where the bundled snapshot lies.

    Raises
    ------
    SourceError
        If a raw file is missing, was edited or can no longer be read.
    ContractError
        If the tables do not add up without them; nothing is changed then.
    """
    paths = frozenset(file.path for file in files)
    build.build(data_dir, snapshot_dir=snapshot_dir, without=paths)
    raw_dir = data_dir / "raw"
    for path in paths:
        location = raw_dir / path
        location.unlink(missing_ok=True)
        for folder in location.relative_to(raw_dir).parents[:-1]:
            with suppress(OSError):  # holds other releases
                (raw_dir / folder).rmdir()
