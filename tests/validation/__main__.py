"""``make validate``: every estimator against worlds whose truth is known, then the real figures.

Writes ``docs/validation.md`` and says by the exit code whether every bound held. The places are
those of the bundled snapshot, so that anybody gets the same report; seeds are fixed.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

from pipeline import build
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests.validation.alarms import anomaly_study
from tests.validation.country import Country, real_country
from tests.validation.courses import change_study, trend_study
from tests.validation.figures import ERRORS_ALLOWED, SEED, Study
from tests.validation.intervals import exact_study, grouped_study
from tests.validation.ranking import rank_study, reliability_study
from tests.validation.record import record_sections
from tests.validation.shrinkage import shrinkage_study
from tests.validation.spatial import spatial_study

REPORT: Final = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
_PROCESSES: Final = 2


def studies(country: Country, effort: float = 1.0) -> list[Callable[[], Study]]:
    """Every study, with the number of simulated maps that the effort allows."""

    def maps(full: int) -> int:
        return max(round(full * effort), 8)

    return [
        exact_study,
        partial(grouped_study, maps(400)),
        partial(shrinkage_study, country, maps(100)),
        partial(spatial_study, country, maps(800)),
        partial(change_study, country, maps(1_000)),
        partial(trend_study, country, maps(600)),
        partial(anomaly_study, country, maps(600)),
        partial(rank_study, country, maps(100)),
        partial(reliability_study, country, maps(200)),
    ]


def timed(study: Callable[[], Study]) -> tuple[Study, float]:
    """A study's findings and the processor time they took, in seconds."""
    started = process_time()
    return study(), process_time() - started


def report(country: Country, found: list[Study], sections: list[str]) -> str:
    """The whole document."""
    bounds = [one for study in found for one in study.findings if one.bound != "reported"]
    missed = [one for one in bounds if not one.is_kept]
    head = f"""# Validation

Written by `make validate`; do not edit. Simulated worlds with a known truth, seed {SEED},
{country.name}. A bound holds if the share is within {ERRORS_ALLOWED:g} Monte-Carlo standard
errors of it. **{len(bounds) - len(missed)} of {len(bounds)} bounds held.** What each estimator is
stands in [methods](methods.md).
"""
    return "\n".join([head, *(study.section() for study in found), *sections])


def main() -> int:
    """Run every study, write the report, say whether every bound held."""
    with TemporaryDirectory() as folder:
        build.build(Path(folder))
        warehouse = Warehouse.open(published_path(Path(folder)))
        country, sections = real_country(warehouse), record_sections(warehouse)
        warehouse.close()
    found = []
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
        for study, seconds in pool.map(timed, studies(country)):
            verdict = "held" if study.is_kept else "MISSED"
            print(f"{verdict:<7} {study.title} ({seconds:.0f} s)", flush=True)
            found.append(study)
    REPORT.write_text(report(country, found, sections), encoding="utf-8")
    return 0 if all(study.is_kept for study in found) else 1


if __name__ == "__main__":
    sys.exit(main())
