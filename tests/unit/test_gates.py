"""When a release that nobody has looked at is believed; figures are invented."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from pipeline.ingest.events import Reading
from pipeline.ingest.gates import objection
from pipeline.ingest.raw import RawFile
from pipeline.reasons import Reason, ReasonKind

FILE = RawFile("a/b.csv", "a", "b", "0" * 64, 1, "2026-11-22", cut_date="2026-10-31")


def release(counts: Mapping[str, int], role: str = "current", rows: int = 1) -> Reading:
    """A reading with one count a month, spread over some rows of the file."""
    months = np.array(sorted(counts), dtype="datetime64[M]")
    cells = pd.DataFrame(
        {
            "series_id": "sightings",
            "place_code": "05901",
            "month": pd.to_datetime(sorted(counts)),
            "events": [counts[month] for month in sorted(counts)],
            "role": role,
            "grain": "municipality_month",
        }
    )
    return Reading(FILE, cells, months, rows, float(sum(counts.values())))


BEFORE = release({"2026-01": 600, "2026-02": 400}, rows=1000)


@pytest.mark.parametrize(
    "counts",
    [
        {"2026-01": 600, "2026-02": 400},
        {"2026-01": 600, "2026-02": 450},
        {"2026-01": 600, "2026-02": 350},
        {"2026-01": 600, "2026-02": 400, "2026-03": 9_000},
        {"2026-02": 390, "2026-03": 500},
    ],
    ids=["same", "revised up", "revised down", "a new month", "history cut off"],
)
def test_revisions_are_believed(counts):
    assert objection(release(counts), BEFORE, 0.05) is None


@pytest.mark.parametrize("total", [549, 651])
def test_a_sum_that_moves_beyond_the_tolerance_is_not(total):
    odd = objection(release({"2026-01": total, "2026-02": 400}), BEFORE, 0.05)
    assert odd == Reason(
        ReasonKind.SUM_MOVED,
        f"sightings sums to {total + 400:,} over 2026-01 to 2026-02, where the release before has "
        "1,000: more than 5% apart",
    )


def test_small_sums_may_move_by_a_few():
    few = release({"2026-01": 3})
    assert objection(release({"2026-01": 23}), few, 0.05) is None
    assert objection(release({"2026-01": 24}), few, 0.05) is not None


def test_a_release_that_ends_earlier_or_elsewhere_is_not():
    earlier = objection(release({"2026-01": 600}), BEFORE, 0.05)
    assert earlier is not None
    assert earlier.kind is ReasonKind.ENDS_EARLIER
    assert "ends in 2026-01, earlier" in earlier.text
    elsewhere = objection(release({"2026-05": 600}), BEFORE, 0.05)
    assert elsewhere is not None
    assert elsewhere.kind is ReasonKind.NOT_COMPARABLE
    assert "no month in common" in elsewhere.text


def test_stated_totals_are_left_to_the_laws():
    was, now = release({"2026-01": 1000}, "control"), release({"2026-01": 1}, "control")
    assert objection(now, was, 0.05) is None
