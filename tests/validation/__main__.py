"""``make validate``: every estimator against worlds whose truth is known, then the real figures.

Writes ``docs/validation.md`` and says by the exit code whether every bound held. The places are
those of the bundled snapshot, so that anybody gets the same report; seeds are fixed.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipeline import build
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests.validation.country import Country, real_country
from tests.validation.figures import ERRORS_ALLOWED, SEED, Study
from tests.validation.record import record_sections
from tests.validation.studies import studies, timed

REPORT: Final = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
_PROCESSES: Final = 2


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
