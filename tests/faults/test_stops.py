"""A refresh killed at any step leaves the old warehouse or the new one, and goes on later."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.faults.offers import UNITS, Country
from tests.world.publishers import serving

SHARE: Final = 1 if os.environ.get("FAULT_SEQUENCES") else 40
"""One step of so many is tried."""
LEFT_MAX: Final = 20


def shown(country: Country, number: int) -> dict[str, int]:
    """Sums by series if of every dataset one release, by its number, is shown."""
    return {
        series_id: sum(unit.releases[number].figures(unit.name).values())
        for unit in country.units.values()
        if (series_id := UNITS[unit.name][1])
    }


def test_no_step_is_one_too_many(data_dir: Path) -> None:
    with serving() as publishers:
        country = Country(publishers)
        for name in UNITS:
            country.release(name, "13902", is_new_month=False)
        country.spoil("EXTORSIÓN", "place")
        run = subprocess.run(
            [
                sys.executable, "-W", "error", "-m", "tests.faults.stopped",
                str(data_dir), publishers.address, str(SHARE),
            ],
            cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert run.returncode == 0, run.stderr
    told = [json.loads(line) for line in run.stdout.splitlines()]
    old, new = shown(country, 0), shown(country, 1) | {"extortion": shown(country, 0)["extortion"]}
    series = old.keys()
    for one in told:
        after = {name: one["after"]["sums"][name] for name in series}
        recovered = {name: one["recovered"]["sums"][name] for name in series}
        assert after in (old, new), one
        assert (one["next"], recovered) == (0, new), (one, run.stderr)
        assert one["after"]["is_locked"], one
        assert one["recovered"]["is_locked"], one
        assert one["recovered"]["left"] < LEFT_MAX, one
    assert [one["ended"] for one in told] == [-9] * (len(told) - 1) + [0]
    assert len(told) > 2
