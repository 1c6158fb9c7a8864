"""How long a build takes beside the bare decoding of the same files, and how much memory."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

REPETITIONS: Final = 3
_DECODE: Final = """
import csv, json, sys
from pathlib import Path
import pyogrio
from python_calamine import CalamineWorkbook
for name in sys.argv[1:]:
    path = Path(name)
    if path.suffix in {".xls", ".xlsx"}:
        workbook = CalamineWorkbook.from_path(path)
        for sheet in workbook.sheet_names:
            workbook.get_sheet_by_name(sheet).to_python()
    elif path.suffix in {".geojson", ".topojson"}:
        pyogrio.read_dataframe(path)
    elif path.suffix == ".json":
        json.loads(path.read_bytes())
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            list(csv.reader(stream))
"""

_WITHOUT_STATISTICS: Final = """
import sys
from pipeline import marts
from pipeline.__main__ import main
marts.store_statistics = lambda draft, spread: None
sys.exit(main())
"""
"""A build that ends with crude rates: what the limit beside bare decoding is set for."""


@dataclass(frozen=True, slots=True)
class Run:
    """One child process: wall time in seconds and peak memory in bytes."""

    seconds: float
    peak_bytes: int


def run(arguments: Sequence[str]) -> Run:
    """Run a Python child to its end and measure it."""
    started = perf_counter()
    child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        message = f"{arguments} ended with {child.returncode}"
        raise RuntimeError(message)
    return Run(perf_counter() - started, usage.ru_maxrss * 1024)


def build_figures(mirror: Path) -> dict[str, float]:
    """Measure decoding, a full build and an unchanged one, in turns.

    Parameters
    ----------
    mirror
        Folder of published files.

    Returns
    -------
    dict
        Medians in seconds: bare decoding, a build of crude rates, a full one with all statistics,
        an unchanged one; the peak of a full build in GB.
    """
    from pipeline.ingest import raw  # noqa: PLC0415 - the catalogue is only needed here
    from tests.world.days import TODAY  # noqa: PLC0415 - the same

    paths = [str(one.location) for one in raw.scan(mirror, TODAY).found]
    decode, crude, full, unchanged = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        command = ["-m", "pipeline", "--data-dir", folder]
        run([*command, "refresh", "--from", str(mirror)])
        for _ in range(REPETITIONS):
            shutil.rmtree(Path(folder) / "processed")
            decode.append(run(["-c", _DECODE, *paths]))
            crude.append(run(["-c", _WITHOUT_STATISTICS, *command[2:], "build"]))
            shutil.rmtree(Path(folder) / "processed")
            full.append(run([*command, "build"]))
            unchanged.append(run([*command, "build"]))
    return {
        "decode_seconds": statistics.median(one.seconds for one in decode),
        "crude_seconds": statistics.median(one.seconds for one in crude),
        "full_seconds": statistics.median(one.seconds for one in full),
        "unchanged_seconds": statistics.median(one.seconds for one in unchanged),
        "peak_gb": max(one.peak_bytes for one in full) / 1e9,
    }
