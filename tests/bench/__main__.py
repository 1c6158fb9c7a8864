"""``make bench``: every figure beside its limit, all measured in one run.

Machines are noisy, so a build is compared with the bare decoding of the same files in the same run,
and no test asserts a time. Without the published files only what needs none is measured.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.analysis_bench import computed_again, esda_figures, growth_figures
from tests.bench.api_bench import FORMS, api_figures, table
from tests.bench.build_bench import build_figures, run
from tests.bench.dashboard_bench import dashboard_figures
from tests.bench.fetch_bench import fetch_figures

MIRROR: Final = Path(__file__).resolve().parents[3] / "shared" / "mirror"
MUNICIPALITIES: Final = 373
SLACK: Final = 1.1
"""How far a cost may exceed proportion before it no longer counts as linear."""


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


def snapshot_limits() -> list[Limit]:
    """Map and statistics, on the warehouse that the bundled snapshot gives."""
    with TemporaryDirectory() as folder:
        built = run(["-m", "pipeline", "--data-dir", folder, "build"])
        memory = Limit(
            "peak memory of a build with all statistics", built.peak_bytes / 1e9, 2, "GB"
        )
        return [
            *dashboard_limits(Path(folder)),
            memory,
            *analysis_limits(Path(folder)),
            *api_limits(Path(folder)),
        ]


def api_limits(data_dir: Path) -> list[Limit]:
    """Reading through the research door beside the bare query, by the dearest question."""
    found = api_figures(data_dir)
    print(f"research door / bare query:\n{table(found)}")
    return [
        Limit(
            f"dearest question as {form} / bare query",
            max(costs[form] for costs in found.values()),
            1.3,
            "x",
        )
        for form in FORMS
    ]


def analysis_limits(data_dir: Path) -> list[Limit]:
    """Statistics beside esda, with more maps, and of unchanged figures."""
    beside = esda_figures(data_dir)
    grown = growth_figures()
    print(
        f"local clusters of {beside['maps']:.0f} maps {beside['own_seconds']:.3f} s of processor "
        f"time each, by esda {beside['esda_seconds']:.2f} s; statistics of the invented world "
        + ", ".join(f"{factor}x {seconds:.2f} s" for factor, seconds in grown.items())
    )
    return [
        Limit(
            "clusters by esda in a loop / by this project",
            beside["esda_seconds"] / beside["own_seconds"],
            3,
            "x",
            is_least=True,
        ),
        Limit(
            "difference of the statistics, times 1e9", beside["statistic_difference"] * 1e9, 1, ""
        ),
        Limit("difference of p-values / what chance allows", beside["p_difference"], 1, "x"),
        Limit("cost of 4 times the series and windows", grown[4] / grown[1], 4 * SLACK, "x"),
        Limit("cost of 16 times the series and windows", grown[16] / grown[1], 16 * SLACK, "x"),
        Limit("statistics computed again of unchanged figures", computed_again(data_dir), 0, ""),
    ]


def dashboard_limits(data_dir: Path) -> list[Limit]:
    """The map on a warehouse."""
    found = dashboard_figures(data_dir)
    print(
        f"change of variable: {found['repaint_median_ms']:.0f} ms, "
        f"plain st_folium of the same map {found['plain_repaint_median_ms']:.0f} ms; "
        f"of 50 readers {found['crowd_median_ms']:.0f} ms (medians)"
    )
    return [
        Limit("first map, warm server", found["first_map_seconds"], 3, "s"),
        Limit("change of variable to repaint, p95", found["repaint_p95_ms"], 150, "ms"),
        Limit(
            "change of variable / plain st_folium, medians",
            found["repaint_median_ms"] / found["plain_repaint_median_ms"],
            0.5,
            "x",
        ),
        Limit(
            "polygons in the emptiest frame meanwhile",
            found["repaint_fewest_polygons"],
            MUNICIPALITIES,
            "",
            is_least=True,
        ),
        Limit("click to panel, p95", found["panel_p95_ms"], 150, "ms"),
        Limit("step of the time slider, p95", found["slider_step_p95_ms"], 16, "ms"),
        Limit("page to page, p95", found["page_p95_ms"], 500, "ms"),
        Limit("50 readers who think 5 s, p95", found["crowd_p95_ms"], 300, "ms"),
        Limit("memory of a session", found["session_mb"], 1, "MB"),
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


def dashboard_alone() -> list[Limit]:
    """The map alone, on the warehouse that the bundled snapshot gives."""
    with TemporaryDirectory() as folder:
        run(["-m", "pipeline", "--data-dir", folder, "build"])
        return dashboard_limits(Path(folder))


def everything() -> list[Limit]:
    """Every figure; of the published files where they are."""
    limits = fetch_limits() + snapshot_limits()
    if MIRROR.is_dir():
        return build_limits() + limits
    print("../shared/mirror is absent: the build of the published files is not measured")
    return limits


PARTS: Final = {
    "": everything,
    "fetch": fetch_limits,
    "build": build_limits,
    "dashboard": dashboard_alone,
}
"""What may be measured alone."""


def main() -> int:
    """Measure, print, and say by the exit code whether every limit was kept."""
    part = "".join(sys.argv[1:])
    if part not in PARTS:
        print(f"nothing is called {part!r} here: {', '.join(filter(None, PARTS))}, or no name")
        return 2
    limits = PARTS[part]()
    for limit in limits:
        print(limit.line())
    return 0 if all(limit.is_kept for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
