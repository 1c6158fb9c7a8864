"""What is known of a source between two refreshes; sources, files and days are invented."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.bundled import MANIFEST_NAME
from pipeline.catalog.channels import Channel
from pipeline.errors import SourceError
from pipeline.ingest import raw
from pipeline.ingest.raw import RawFile
from pipeline.ingest.register import QUARANTINE, Asked, Failed, Quarantined, Register
from pipeline.reasons import ReasonKind
from pipeline.standing import Standing, next_publication, register_path, standings
from tests.world.build import NO_SNAPSHOT

GAUGES = Channel("gauges", ("rain.test",), (), publication_day=16)
USED = RawFile(
    "gauges/rain/2026-01-31.00000000/rain.csv",
    "gauges",
    "rain",
    "0" * 64,
    1,
    "2026-02-20",
    cut_date="2026-01-31",
    retrieved_at="2026-02-20T09:00:00+00:00",
)
"""The next one is expected on 16 March."""
ODD = RawFile(
    "gauges/rain/rain.csv", "gauges", "rain", "1" * 64, 1, "2026-03-20", cut_date="2026-02-28"
)
HELD = Quarantined(ODD, ReasonKind.SUM_MOVED, "rain sums to 9", "2026-03-20")
DOWN = Failed("rain", ReasonKind.UNREACHED, "no connection", "2026-03-18")


def standing(
    folder: Path,
    *failures: Failed,
    asked_at: str = "2026-03-20T12:00:00+00:00",
    quarantine: tuple[Quarantined, ...] = (),
    used: tuple[RawFile, ...] = (USED,),
    snapshot_dir: Path = NO_SNAPSHOT,
) -> Standing:
    """Standing of the gauges after a refresh left a lock and a register."""
    raw_dir = folder / "raw"
    raw.write_lock(raw_dir, used)
    if asked_at:
        (raw_dir / QUARANTINE).mkdir(exist_ok=True)
        Register({"gauges": Asked(asked_at, failures)}, {}, quarantine).write(raw_dir)
    (one,) = standings(folder, [GAUGES], snapshot_dir)
    return one


def test_a_source_that_was_never_asked_is_not_blamed(tmp_path):
    one = standing(tmp_path, asked_at="")
    assert not register_path(tmp_path).exists()
    assert one == Standing("gauges", date(2026, 1, 31), date(2026, 3, 16), "", (), ())
    assert (one.is_overdue, one.lapses, one.stale_since) == (False, (), None)


@pytest.mark.parametrize(
    ("asked_at", "is_overdue"),
    [
        ("2026-03-15T23:59:59+00:00", False),
        ("2026-03-16T23:59:59+00:00", False),  # it may still come on the day
        ("2026-03-17T00:00:00+00:00", True),
    ],
)
def test_a_source_is_overdue_once_it_was_asked_in_vain(tmp_path, asked_at, is_overdue):
    one = standing(tmp_path, asked_at=asked_at)
    assert one.is_overdue == is_overdue
    assert one.stale_since == (date(2026, 3, 16) if is_overdue else None)
    assert [lapse.reason.kind for lapse in one.lapses] == [ReasonKind.OVERDUE] * is_overdue


def test_without_a_rhythm_or_a_file_nothing_is_overdue(tmp_path):
    (one,) = standings(tmp_path, [replace(GAUGES, publication_day=None)], NO_SNAPSHOT)
    assert not one.is_overdue
    assert not standing(tmp_path, used=()).is_overdue


def test_what_did_not_come_is_stale_and_not_overdue(tmp_path):
    one = standing(tmp_path, DOWN)
    assert not one.is_overdue
    (lapse,) = one.lapses
    assert (lapse.dataset, lapse.since) == ("rain", date(2026, 3, 18))
    assert (lapse.reason.kind, lapse.reason.text) == (ReasonKind.UNREACHED, "no connection")


def test_what_is_set_aside_is_stale_since_the_first_of_its_reasons(tmp_path):
    one = standing(tmp_path, DOWN, quarantine=(HELD,))
    kinds = [lapse.reason.kind for lapse in one.lapses]
    assert kinds == [ReasonKind.UNREACHED, ReasonKind.SUM_MOVED]
    assert one.stale_since == date(2026, 3, 18)


def test_a_lapse_of_one_dataset_is_none_of_another(tmp_path):
    one = standing(tmp_path, quarantine=(HELD,))
    assert [lapse.reason.kind for lapse in one.lapses_of("rain")] == [ReasonKind.SUM_MOVED]
    assert one.lapses_of("wind") == ()
    whole = standing(tmp_path, replace(DOWN, dataset=""))
    assert whole.lapses_of("rain") == whole.lapses_of("wind") == whole.lapses


def test_another_source_has_its_own_standing(tmp_path):
    other = replace(HELD, file=replace(ODD, source_id="mills"))
    assert standing(tmp_path, quarantine=(other,)).quarantine == ()


@pytest.mark.parametrize(
    "used",
    [
        replace(USED, sha256=ODD.sha256),  # accepted after somebody looked
        replace(USED, cut_date="2026-03-31"),
    ],
    ids=["the same bytes", "a later cut"],
)
def test_a_file_set_aside_is_forgotten_when_it_is_used_or_surpassed(tmp_path, used):
    assert standing(tmp_path, quarantine=(HELD,), used=(USED, used)).quarantine == ()


@pytest.mark.parametrize(
    "used",
    [
        replace(USED, cut_date=ODD.cut_date),
        replace(USED, cut_date="2026-03-31", dataset="wind"),
        replace(USED, cut_date=""),
    ],
    ids=["the same cut", "another dataset", "no cut"],
)
def test_it_is_not_forgotten_for_less(tmp_path, used):
    assert standing(tmp_path, quarantine=(HELD,), used=(USED, used)).quarantine == (HELD,)


def test_a_failure_is_forgotten_when_a_folder_brought_what_did_not_come(tmp_path):
    brought = replace(USED, retrieved_date="2026-03-21", retrieved_at="")
    assert standing(tmp_path, DOWN, used=(brought,)).failures == ()
    assert standing(tmp_path, replace(DOWN, dataset=""), used=(brought,)).failures == ()
    before = replace(brought, retrieved_date="2026-03-20")
    assert standing(tmp_path, DOWN, used=(before,)).failures == (DOWN,)
    other = replace(brought, dataset="wind")
    assert standing(tmp_path, DOWN, used=(other,)).failures == (DOWN,)
    fetched = replace(brought, retrieved_at="2026-03-21T12:00:00+00:00")  # another part of it
    assert standing(tmp_path, DOWN, used=(fetched,)).failures == (DOWN,)


def test_the_bundled_snapshot_counts_among_the_files(tmp_path):
    file = {
        "path": "snapshot/rain.csv",
        "source_id": "gauges",
        "dataset": "rain",
        "sha256": "2" * 64,
        "bytes": 1,
        "retrieved_date": "2026-05-02",  # when the snapshot was made: nothing came since then
        "cut_date": "2026-04-30",
    }
    (tmp_path / MANIFEST_NAME).write_text(json.dumps({"cut_date": "2026-04-30", "files": [file]}))
    one = standing(tmp_path, DOWN, snapshot_dir=tmp_path)
    assert one.failures == (DOWN,)
    assert (one.newest_cut, one.next_expected) == (date(2026, 4, 30), date(2026, 6, 16))


def test_the_register_is_read_as_it_was_written(tmp_path):
    raw_dir = tmp_path / "raw"
    (raw_dir / QUARANTINE).mkdir(parents=True)
    written = Register(
        {"gauges": Asked("2026-03-20T12:00:00+00:00", (DOWN,))}, {"rain": "v2"}, (HELD,)
    )
    written.write(raw_dir)
    assert Register.read(raw_dir) == written


@pytest.mark.parametrize(
    "change", [{"kind": "bad luck"}, {"since": "yesterday"}, {"hint": "none"}], ids=str
)
@pytest.mark.parametrize("entry", ["failures", "quarantine"])
def test_a_register_that_was_edited_is_refused(tmp_path, entry, change):
    standing(tmp_path, DOWN, quarantine=(HELD,))
    path = register_path(tmp_path)
    stated: dict[str, Any] = json.loads(path.read_text("utf-8"))
    place = stated["asked"]["gauges"][entry] if entry == "failures" else stated[entry]
    place[0] |= change
    path.write_text(json.dumps(stated), "utf-8")
    with pytest.raises(SourceError, match="is no register"):
        Register.read(tmp_path / "raw")


def test_the_next_release_is_expected_in_the_month_after_its_data():
    assert next_publication(date(2026, 1, 31), 16) == date(2026, 3, 16)
    assert next_publication(date(2026, 12, 30), 25) == date(2027, 1, 25)
    assert next_publication(None, 16) is None
