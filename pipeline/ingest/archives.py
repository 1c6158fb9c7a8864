"""Archives that cannot hurt: what is in one is checked before and while it is unpacked.

What an archive says of itself is held against the bytes that really come out of it. A workbook
(``.xlsx``) is an archive too, and passes here before it is decoded.
"""

import copy
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

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

_MARK: Final = b"PK"
_CHUNK_BYTES: Final = 1 << 18
_LOCAL_HEADER_BYTES: Final = 30
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
_NO_TYPE: Final = 0
_XML: Final = (".xml", ".rels")
_DECLARATIONS: Final = tuple(
    "!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
"""Entities, too, can only be declared inside a document type."""
_LONGEST_DECLARATION: Final = max(map(len, _DECLARATIONS))

_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
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
        return stream.read(len(_MARK)) == _MARK


def members(path: Path, limits: Limits) -> tuple[Member, ...]:
    """The files in an archive, after everything that can be told without unpacking was checked.

    Parameters
    ----------
    path
        A zip archive.
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
    with _opened(path) as archive:
        return tuple(Member(name, info.file_size) for name, info in _checked(path, archive, limits))


def unpack(path: Path, folder: Path, limits: Limits) -> tuple[Path, ...]:
    """Unpack an archive into an empty folder, in pieces of bounded size.

    Parameters
    ----------
    path
        A zip archive.
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
        As for `members`, or if a file in it is damaged or is not as long as the archive says.
    """
    unpacked = []
    with _opened(path) as archive:
        for name, info in _checked(path, archive, limits):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                for chunk in _chunks(archive, info):
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
    with _opened(path, "a workbook") as archive:
        for name, info in _checked(path, archive, WORKBOOK):
            is_xml = name.lower().endswith(_XML)
            tail = b""
            for chunk in _chunks(archive, info):
                seen = tail + chunk
                if is_xml and any(word in seen for word in _DECLARATIONS):
                    message = (
                        f"{_shown(path)}: its part {name} declares a document type, as entities "
                        "that expand without end need: no workbook does. Refused."
                    )
                    raise SourceError(message)
                tail = seen[-_LONGEST_DECLARATION:]


@contextmanager
def _opened(path: Path, kind: str = "a zip archive") -> Iterator[zipfile.ZipFile]:
    """An archive; whatever turns out to be damaged while it is open is one kind of error."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except SourceError:
        raise
    except _UNREADABLE as error:
        message = (
            f"{_shown(path)} cannot be opened as {kind} ({error}): it may be cut short, protected "
            f"by a password or not {kind} at all. Download it again."
        )
        raise SourceError(message) from error


def _checked(
    path: Path, archive: zipfile.ZipFile, limits: Limits
) -> list[tuple[str, zipfile.ZipInfo]]:
    """The files of an archive with their safe names, unless anything about them is wrong."""
    infos = archive.infolist()
    _refuse_excess(path, infos, limits)
    _refuse_overlap(path, infos, archive.start_dir)
    named = [(_safe_name(path, info), info) for info in infos]
    for _, info in named:
        _refuse_kind(path, info)
    _refuse_twice(path, [name for name, _ in named])
    files = [(name, info) for name, info in named if not info.is_dir()]
    inside = {str(parent) for name, _ in named for parent in PurePosixPath(name).parents}
    if both := sorted(inside.intersection(name for name, _ in files)):
        message = f"{_shown(path)}: {both[0]!r} is both a file and a folder in it. Refused."
        raise SourceError(message)
    return files


def _refuse_excess(path: Path, infos: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.members:
        message = (
            f"{_shown(path)} holds {len(infos):,} members, more than {limits.members:,}. Look at "
            "what was packed, or fetch it again."
        )
        raise SourceError(message)
    packed = sum(info.compress_size for info in infos)
    unpacked = sum(info.file_size for info in infos)
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


def _safe_name(path: Path, info: zipfile.ZipInfo) -> str:
    """A member's path as it may be used below a folder."""
    stated = info.orig_filename
    name = PurePosixPath(stated.replace("\\", "/"))
    is_outside = name.is_absolute() or ".." in name.parts or bool(PureWindowsPath(stated).drive)
    if is_outside or not name.parts or not stated.isprintable():
        message = (
            f"{_shown(path)} has a member that would lie outside its folder or has no usable name "
            f"({stated!r}). Refused."
        )
        raise SourceError(message)
    return str(name)


def _refuse_kind(path: Path, info: zipfile.ZipInfo) -> None:
    """Stop at what is no plain file or folder."""
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode not in {_NO_TYPE, stat.S_IFREG, stat.S_IFDIR}:
        what = "is a link or a device, not a file"
    elif info.flag_bits & _ENCRYPTED:
        what = "is protected by a password"
    elif info.compress_type not in _METHODS:
        what = f"is packed in a way that is not read here (method {info.compress_type})"
    else:
        return
    message = f"{_shown(path)}: {info.filename!r} {what}. Have it packed as a plain zip."
    raise SourceError(message)


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


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a member; they must be as many, and have the checksum, that it states.

    One byte more than stated is asked for: so one that understates itself gives itself away.
    """
    generous = copy.copy(info)
    generous.file_size = info.file_size + 1
    held = 0
    with archive.open(generous) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            held += len(chunk)
            if held > info.file_size:
                break
            yield chunk
    if held != info.file_size:
        message = f"{info.filename!r} is not {info.file_size:,} bytes long as stated"
        raise zipfile.BadZipFile(message)


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
