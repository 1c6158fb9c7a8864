"""Decode one workbook and throw its cells away, with bounded memory: a process of its own.

The decoder reserves memory for the rectangle that the cells span. One cell far out, as a flipped
byte in an ``.xls`` or a stray click makes it, spans more than any machine has, and the system then
ends the whole process. So a file that nobody has decoded before is tried here first.
"""

import resource
import subprocess
import sys
from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 2 << 30
"""The largest published workbook takes 0.2 GB."""

_CPU_SECONDS: Final = 120
_WALL_SECONDS: Final = 600
_EXHAUSTED: Final = 3


def exhausts(path: Path, memory_bytes: int = MEMORY_BYTES) -> bool:
    """Whether decoding a workbook takes more memory or time than any published one does.

    Parameters
    ----------
    path
        The workbook; one that cannot be decoded at all exhausts nothing.
    memory_bytes
        Address space that the decoding process may use.
    """
    command = [sys.executable, "-I", __file__, str(path.resolve()), str(memory_bytes)]
    try:
        done = subprocess.run(  # noqa: S603 - this very file
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def _decode(path: str, memory_bytes: int) -> int:
    """Exit status: what the decoder merely refuses is told by whoever reads the file in earnest."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, _CPU_SECONDS)
    _limit(resource.RLIMIT_AS, memory_bytes)
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - not in the process that asks

    try:
        workbook = CalamineWorkbook.from_path(path)
        for name in workbook.sheet_names:
            workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except MemoryError:
        return _EXHAUSTED
    except BaseException:  # noqa: BLE001 - the decoder's panic is no Exception
        return 0
    return 0


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (soft, hard))


if __name__ == "__main__":
    sys.exit(_decode(sys.argv[1], int(sys.argv[2])))
