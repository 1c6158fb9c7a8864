"""Archives that cannot hurt: what is in one is checked before and while it is unpacked.

What an archive says of itself is held against the bytes that really come out of it. A workbook
(``.xlsx``) is an archive too, and passes here before it is decoded. Archives are zip or, as DANE
packed its boundaries up to 2018, RAR; what is packed in a RAR only a program beside Python unpacks.
"""

import copy
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Final

import rarfile

from pipeline.errors import SourceError


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that an archive may hold.

    Attributes
    ----------
    members
        Files and folders in it.
    total_bytes
        Bytes of all its files, unpacked.
    ratio
        Unpacked bytes for each packed one; deflate reaches 1,032.
    """

    members: int
    total_bytes: int
    ratio: int


FOLDER: Final = Limits(members=20_000, total_bytes=20_000_000_000, ratio=300)
"""For published files that somebody put together; most of them are packed already."""

BOUNDARIES: Final = Limits(members=1_000, total_bytes=4_000_000_000, ratio=100)
"""The whole country at full resolution is 100 MB packed; coordinates as text pack 10 to 1."""

WORKBOOK: Final = Limits(members=1_000, total_bytes=1_000_000_000, ratio=300)
"""A sheet holds a million rows of some 350 bytes; one of repeated cells packs 100 to 1."""

_ZIP_MARK: Final = b"PK"
_RAR_MARK: Final = b"Rar!\x1a\x07"
_CHUNK_BYTES: Final = 1 << 18
_LOCAL_HEADER_BYTES: Final = 30
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
_NO_TYPE: Final = 0
_NO_FILE: Final = "is a link or a device, not a file"
_LOCKED: Final = "is protected by a password"
_XML: Final = (".xml", ".rels")
_DECLARATIONS: Final = tuple(
    "!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
"""Entities, too, can only be declared inside a document type."""
_LONGEST_DECLARATION: Final = max(map(len, _DECLARATIONS))

_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    rarfile.Error,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises at damaged archives, as drawing damage at random has shown."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    name: str
    """Its path in the archive, in POSIX form, relative, without ``..``."""
    bytes: int
    """Its size as the archive states it."""


def is_archive(path: Path) -> bool:
    """Whether a file is an archive, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(len(_RAR_MARK)).startswith((_ZIP_MARK, _RAR_MARK))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A member of an archive of either kind, as the archive states it."""

    stated: str
    size: int
    packed_bytes: int
    is_folder: bool
    fault: str
    """Why it cannot be taken, whatever is in it; empty if nothing speaks against it."""
    opened: Callable[[], AbstractContextManager[IO[bytes]]]


def members(path: Path, limits: Limits) -> tuple[Member, ...]:
    """The files in an archive, after everything that can be told without unpacking was checked.

    Parameters
    ----------
    path
        A zip or RAR archive.
    limits
        The most that it may hold.

    Returns
    -------
    tuple of Member
        In the order in which they lie in the archive, without its folders.

    Raises
    ------
    SourceError
        If it is no whole archive, holds more than the limits allow, is encrypted, has a name that
        leads out of the folder or occurs twice, a link, or parts that lie over one another.
    """
    with _entries(path) as entries:
        return tuple(Member(name, one.size) for name, one in _checked(path, entries, limits))


def unpack(path: Path, folder: Path, limits: Limits) -> tuple[Path, ...]:
    """Unpack an archive into an empty folder, in pieces of bounded size.

    Parameters
    ----------
    path
        A zip or RAR archive.
    folder
        Where its files are put; made if it is not there. Whoever calls removes it after an error.
    limits
        The most that the archive may hold.

    Returns
    -------
    tuple of Path
        The files as they lie in the folder now, in the archive's order.

    Raises
    ------
    SourceError
        As for `members`, or if a file in it is damaged or is not as long as the archive says, or
        if no program is here that unpacks a RAR.
    """
    unpacked = []
    with _entries(path) as entries:
        for name, entry in _checked(path, entries, limits):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                for chunk in _chunks(entry):
                    stream.write(chunk)
            unpacked.append(target)
    return tuple(unpacked)


def refuse_harmful_workbook(path: Path) -> None:
    """Stop at a workbook that would unpack absurdly, or declares what a parser would expand.

    Every part is unpacked once, in pieces, and thrown away: the decoder trusts no stated size.

    Parameters
    ----------
    path
        A workbook in the zip format (``.xlsx``).

    Raises
    ------
    SourceError
        As for `unpack`, or if a part declares a document type.
    """
    with _entries(path, "a workbook") as entries:
        for name, entry in _checked(path, entries, WORKBOOK):
            is_xml = name.lower().endswith(_XML)
            tail = b""
            for chunk in _chunks(entry):
                seen = tail + chunk
                if is_xml and any(word in seen for word in _DECLARATIONS):
                    message = (
                        f"{_shown(path)}: its part {name} declares a document type, as entities "
                        "that expand without end need: no workbook does. Refused."
                    )
                    raise SourceError(message)
                tail = seen[-_LONGEST_DECLARATION:]


@contextmanager
def _entries(path: Path, kind: str = "an archive") -> Iterator[list[_Entry]]:
    """What is in an archive; whatever turns out to be damaged while it is open is one error."""
    try:
        with path.open("rb") as stream:
            is_rar = stream.read(len(_RAR_MARK)) == _RAR_MARK
        if is_rar:
            with rarfile.RarFile(path, errors="strict") as packed:
                yield [_of_rar(packed, info) for info in packed.infolist()]
        else:
            with zipfile.ZipFile(path) as archive:
                _refuse_overlap(path, archive.infolist(), archive.start_dir)
                yield [_of_zip(archive, info) for info in archive.infolist()]
    except SourceError:
        raise
    except rarfile.RarCannotExec as error:
        message = (
            f"{_shown(path)} is a RAR archive, and no program is here that unpacks it. Install one "
            "of unrar, 7z, unar or bsdtar, or have its files packed as a zip of the same name."
        )
        raise SourceError(message) from error
    except _UNREADABLE as error:
        message = (
            f"{_shown(path)} cannot be opened as {kind} ({error}): it may be cut short, protected "
            f"by a password or not {kind} at all. Download it again."
        )
        raise SourceError(message) from error


def _of_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Entry:
    """One member; its bytes are asked for generously, so that one that understates itself is told.

    What the library gives ends where the stated size does, whatever is packed behind it.
    """
    mode = stat.S_IFMT(info.external_attr >> 16)
    fault = ""
    if mode not in {_NO_TYPE, stat.S_IFREG, stat.S_IFDIR}:
        fault = _NO_FILE
    elif info.flag_bits & _ENCRYPTED:
        fault = _LOCKED
    elif info.compress_type not in _METHODS:
        fault = f"is packed in a way that is not read here (method {info.compress_type})"
    generous = copy.copy(info)
    generous.file_size = info.file_size + 1
    return _Entry(
        stated=info.orig_filename,
        size=info.file_size,
        packed_bytes=info.compress_size,
        is_folder=info.is_dir(),
        fault=fault,
        opened=lambda: archive.open(generous),
    )


def _of_rar(archive: rarfile.RarFile, info: rarfile.RarInfo) -> _Entry:
    fault = ""
    if not info.is_file() and not info.is_dir():
        fault = _NO_FILE
    elif info.needs_password():
        fault = _LOCKED
    return _Entry(
        stated=info.filename,
        size=info.file_size,
        packed_bytes=info.compress_size,
        is_folder=info.is_dir(),
        fault=fault,
        opened=lambda: archive.open(info),
    )


def _checked(path: Path, entries: Sequence[_Entry], limits: Limits) -> list[tuple[str, _Entry]]:
    """The files of an archive with their safe names, unless anything about them is wrong."""
    _refuse_excess(path, entries, limits)
    named = [(_safe_name(path, entry.stated), entry) for entry in entries]
    for name, entry in named:
        if entry.fault:
            message = f"{_shown(path)}: {name!r} {entry.fault}. Have it packed as a plain zip."
            raise SourceError(message)
    _refuse_twice(path, [name for name, _ in named])
    files = [(name, entry) for name, entry in named if not entry.is_folder]
    inside = {str(parent) for name, _ in named for parent in PurePosixPath(name).parents}
    if both := sorted(inside.intersection(name for name, _ in files)):
        message = f"{_shown(path)}: {both[0]!r} is both a file and a folder in it. Refused."
        raise SourceError(message)
    return files


def _refuse_excess(path: Path, entries: Sequence[_Entry], limits: Limits) -> None:
    if len(entries) > limits.members:
        message = (
            f"{_shown(path)} holds {len(entries):,} members, more than {limits.members:,}. Look at "
            "what was packed, or fetch it again."
        )
        raise SourceError(message)
    packed = sum(entry.packed_bytes for entry in entries)
    unpacked = sum(entry.size for entry in entries)
    if unpacked > limits.total_bytes or unpacked > limits.ratio * max(packed, 1):
        message = (
            f"{_shown(path)} would unpack from {packed:,} to {unpacked:,} bytes: nothing that is "
            "published does. Look at what was packed, or fetch it again."
        )
        raise SourceError(message)


def _refuse_overlap(path: Path, infos: Sequence[zipfile.ZipInfo], end: int) -> None:
    """Stop at members that share bytes: the same ones would be unpacked over and over."""
    in_order = sorted(infos, key=attrgetter("header_offset"))
    ends = [*(info.header_offset for info in in_order[1:]), end]
    for info, limit in zip(in_order, ends, strict=False):
        begin = info.header_offset
        if begin < 0 or begin + _LOCAL_HEADER_BYTES + info.compress_size > limit:
            message = f"{_shown(path)}: {info.filename!r} does not lie on its own. Refused."
            raise SourceError(message)


def _safe_name(path: Path, stated: str) -> str:
    """A member's path as it may be used below a folder."""
    name = PurePosixPath(stated.replace("\\", "/"))
    is_outside = name.is_absolute() or ".." in name.parts or bool(PureWindowsPath(stated).drive)
    if is_outside or not name.parts or not stated.isprintable():
        message = (
            f"{_shown(path)} has a member that would lie outside its folder or has no usable name "
            f"({stated!r}). Refused."
        )
        raise SourceError(message)
    return str(name)


def _refuse_twice(path: Path, names: Sequence[str]) -> None:
    """Stop at names that are one name to some system: of two such files one would be lost."""
    seen: set[str] = set()
    for name in names:
        key = unicodedata.normalize("NFC", name).casefold()
        if key in seen:
            message = (
                f"{_shown(path)} holds {name!r} twice. Refused: nothing tells which one is meant."
            )
            raise SourceError(message)
        seen.add(key)


def _chunks(entry: _Entry) -> Iterator[bytes]:
    """The bytes of a member; they must be as many, and have the checksum, that it states."""
    held = 0
    with entry.opened() as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            held += len(chunk)
            if held > entry.size:
                break
            yield chunk
    if held != entry.size:
        message = f"{entry.stated!r} is not {entry.size:,} bytes long as stated"
        raise zipfile.BadZipFile(message)


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
