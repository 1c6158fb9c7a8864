"""Raw data in one archive: for an office without a connection, for a move, for safe keeping.

A bundle holds the lock and every file it names. What is set aside or not finished stays behind:
it is nobody's last good release. So does the register: it says what this office asked and when,
and the next refresh from the publishers does without it. So do files with columns above public,
such as a coverage list: an archive goes from hand to hand (`docs/do-no-harm.md`).
"""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pipeline.catalog.contracts import CONTRACTS
from pipeline.catalog.sensitivity import Sensitivity
from pipeline.errors import SourceError
from pipeline.ingest import archives, raw

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that an archive can state: when it was packed is no property of the data."""

_PACKED: Final = frozenset({".parquet", ".xlsx", ".zip"})
"""Files that packing makes no smaller."""

_PLAIN_FILE: Final = 0o100644 << 16
_UNIX: Final = 3
_CHUNK_BYTES: Final = 1 << 20

_ABOVE_PUBLIC: Final = frozenset(
    contract.id
    for contract in CONTRACTS
    if any(one.sensitivity is not Sensitivity.PUBLIC for one in contract.fields)
)
"""Sources whose files hold columns that not everybody may see."""


def kept_back(raw_dir: Path) -> list[str]:
    """Paths of the locked files that no bundle holds, since they have columns above public."""
    return [one.path for one in raw.read_lock(raw_dir) if one.source_id in _ABOVE_PUBLIC]


def pack(raw_dir: Path, target: Path) -> int:
    """Write the bundle of some raw data, whole or not at all.

    The same raw data give the same bytes: members are sorted, times and rights fixed.

    Parameters
    ----------
    raw_dir
        Folder of the raw data; the caller sees to it that they do not change meanwhile.
    target
        The archive; an older one of this name is replaced.

    Returns
    -------
    int
        Files in it, without the lock.

    Raises
    ------
    SourceError
        If there is nothing to pack, a locked file is missing or was edited, or the archive cannot
        be written where it should be.
    """
    found = sorted(
        (one for one in raw.locked_files(raw_dir) if one.file.source_id not in _ABOVE_PUBLIC),
        key=lambda one: one.file.path,
    )
    if not found:
        message = (
            f"{raw_dir} holds no published file: all figures come from the snapshot that travels "
            "with the code. Refresh first."
        )
        raise SourceError(message)
    if not target.name:
        message = "Say where the bundle goes: make bundle OUT=<file>."
        raise SourceError(message)
    if target.resolve().is_relative_to(raw_dir.resolve()):
        message = f"{target} lies among the raw data themselves. Choose a place outside {raw_dir}."
        raise SourceError(message)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            with zipfile.ZipFile(stream, "w") as archive:
                lock = raw.lock_text(one.file for one in found).encode()
                archive.writestr(member(raw.LOCK_NAME, len(lock)), lock)
                for one in found:
                    _add(archive, one)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    except OSError as error:
        message = f"{target} cannot be written ({error.strerror}). Choose another place."
        raise SourceError(message) from error
    finally:
        draft.unlink(missing_ok=True)
    return len(found)


@contextmanager
def unpacked(origin: Path) -> Iterator[Path]:
    """A folder of published files: the origin itself, or what its archive holds.

    Parameters
    ----------
    origin
        A folder, or a zip archive: a bundle, or one that somebody made of a folder.

    Yields
    ------
    Path
        The folder. That of an archive has its name, and is removed on leaving.

    Raises
    ------
    SourceError
        If the archive is damaged, or holds what no archive of published files does.
    """
    if not origin.is_file():
        yield origin
        return
    with tempfile.TemporaryDirectory(prefix="atlas-") as place:
        folder = Path(place) / origin.stem
        folder.mkdir()
        archives.unpack(origin, folder, archives.FOLDER)
        yield folder


def _add(archive: zipfile.ZipFile, one: raw.Found) -> None:
    with (
        one.location.open("rb") as source,
        archive.open(member(one.file.path, one.file.bytes), "w") as packed,
    ):
        while chunk := source.read(_CHUNK_BYTES):
            packed.write(chunk)


def member(name: str, size: int) -> zipfile.ZipInfo:
    """What an archive says of a file in it: name and size, and nothing of when it was packed."""
    info = zipfile.ZipInfo(name, _EPOCH)
    is_packed = Path(name).suffix.lower() in _PACKED
    info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    info.external_attr = _PLAIN_FILE
    info.create_system = _UNIX
    info.file_size = size
    return info
