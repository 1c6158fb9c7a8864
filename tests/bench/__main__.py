"""``make bench``: every figure beside its limit, all measured in one run.

Machines are noisy, so a build is compared with the bare decoding of the same files in the same run,
and no test asserts a time. Without the published files only what needs none is measured.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipeline import build
from tests.bench.build_bench import build_figures
from tests.bench.dashboard_bench import dashboard_figures
from tests.bench.fetch_bench import fetch_figures

MIRROR: Final = Path(__file__).resolve().parents[3] / "shared" / "mirror"
MUNICIPALITIES: Final = 373


@dataclass(frozen=True, slots=True)
class Limit:
    """One measured figure and the most, or least, it may be."""

    name: str
    measured: float
    limit: float
    unit: str
    is_least: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether the figure is on the right side of its limit."""
        return self.measured >= self.limit if self.is_least else self.measured <= self.limit

    def line(self) -> str:
        """The figure as one line of a table."""
        sign = "at least" if self.is_least else "at most"
        verdict = "ok  " if self.is_kept else "OVER"
        return (
            f"{verdict}  {self.name:<52} {self.measured:9.2f} {self.unit:<5} "
            f"({sign} {self.limit:g})"
        )


def build_limits() -> list[Limit]:
    """A full and an unchanged build of the published files against their bare decoding."""
    found = build_figures(MIRROR)
    crude, full = found["crude_seconds"], found["full_seconds"]
    print(
        f"decoding {found['decode_seconds']:.2f} s, build of crude rates {crude:.2f} s, "
        f"of all statistics too {full:.2f} s, "
        f"unchanged build {found['unchanged_seconds']:.2f} s"
    )
    return [
        Limit("build of crude rates / bare decoding", crude / found["decode_seconds"], 3, "x"),
        Limit("unchanged build / full build", found["unchanged_seconds"] / full, 0.1, "x"),
        Limit("peak memory of a full build", found["peak_gb"], 2, "GB"),
    ]


def dashboard_limits() -> list[Limit]:
    """The map, on the warehouse that the bundled snapshot gives."""
    with TemporaryDirectory() as folder:
        build.build(Path(folder))
        found = dashboard_figures(Path(folder))
    return [
        Limit("first map, warm server", found["first_map_seconds"], 3, "s"),
        Limit("change of variable to repaint, p95", found["repaint_p95_ms"], 200, "ms"),
        Limit(
            "polygons in the emptiest frame meanwhile",
            found["repaint_fewest_polygons"],
            MUNICIPALITIES,
            "",
            is_least=True,
        ),
        Limit("click to panel, p95", found["panel_p95_ms"], 200, "ms"),
        Limit("geometry on the wire", found["geometry_kb"], 350, "KB"),
    ]


def fetch_limits() -> list[Limit]:
    """A dataset in pages from a portal of 20 MB/s against bare streaming of the same pages."""
    found = fetch_figures()
    print(
        f"bare streaming {found['bare_mb_per_second']:.1f} MB/s, "
        f"fetching {found['fetch_mb_per_second']:.1f} MB/s with a peak of {found['peak_mb']:.1f} MB"
    )
    return [
        Limit("fetching / bare streaming", found["share"], 0.8, "x", is_least=True),
        Limit("memory that seven pages take beyond two", found["growth_mb"], 10, "MB"),
    ]


def main() -> int:
    """Measure, print, and say by the exit code whether every limit was kept."""
    limits = fetch_limits() + dashboard_limits()
    if MIRROR.is_dir():
        limits = build_limits() + limits
    else:
        print("../shared/mirror is absent: the build of the published files is not measured")
    for limit in limits:
        print(limit.line())
    return 0 if all(limit.is_kept for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
