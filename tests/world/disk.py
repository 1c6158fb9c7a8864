"""Faults of the machine itself: files that may not grow, a disk that is full, a stop at any point.

Python announces every opening, renaming, linking and removing of a file before it is done, so each
of them is a point at which the process can be stopped or the disk can be full.
"""

import errno
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_CHANGES = {
    "open", "os.rename", "os.remove", "os.symlink", "os.mkdir", "os.rmdir", "os.truncate",
    "fcntl.flock", "shutil.copyfile",
}  # fmt: skip


class _Watch:
    """What is counted now; one hook serves all, since hooks cannot be taken away."""

    folder = ""
    count = 0
    act: Callable[[int], None] | None = None
    is_hooked = False


def _seen(event: str, arguments: tuple[object, ...]) -> None:
    if _Watch.act is None or event not in _CHANGES:
        return
    if event == "open" and not _writes(arguments):
        return
    if event != "fcntl.flock" and not str(_text(arguments[0])).startswith(_Watch.folder):
        return
    _Watch.count += 1
    _Watch.act(_Watch.count)


def _writes(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _text(path: object) -> object:
    return os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else path


@contextmanager
def watched(folder: Path, act: Callable[[int], None]) -> Iterator[type[_Watch]]:
    """Call `act` with the number of each change to files below a folder, before it is made."""
    if not _Watch.is_hooked:
        sys.addaudithook(_seen)
        _Watch.is_hooked = True
    _Watch.folder, _Watch.count, _Watch.act = str(folder), 0, act
    try:
        yield _Watch
    finally:
        _Watch.act = None


def full_from(number: int) -> Callable[[int], None]:
    """The disk is full from the n-th change on."""

    def refuse(count: int) -> None:
        if count >= number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return refuse


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """The system lets no file of this process grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
