"""Old releases go only when somebody says so, and never one that is shown or compared with."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline import commands, pruning, snapshot
from pipeline.errors import ContractError, SourceError
from pipeline.fingerprint import is_current
from pipeline.ingest import raw
from pipeline.ingest.audit import audit
from pipeline.store.warehouse import Draft
from tests.world.build import NO_SNAPSHOT, refreshed_from, warehouse_of
from tests.world.days import TODAY
from tests.world.files import WITH_CONDUCT, Event, mindefensa_cells, sheet

SHOWN = ("core.crime_monthly", "core.crime_yearly", "core.availability")


@pytest.fixture
def vintages(data_dir: Path, tmp_path: Path) -> Path:
    """A data folder with four releases of the kidnappings, of December to March."""
    for cut, quantity in (("2026-02-28", 5), ("2026-03-31", 6)):
        event = Event("05901", TODAY.replace(year=2025, month=7), quantity, "SECUESTRO SIMPLE")
        folder = tmp_path / "new" / cut
        sheet(folder / "SECUESTRO.xlsx", mindefensa_cells([event], WITH_CONDUCT))
    return refreshed_from(tmp_path / "new", data_dir)


def cuts(data_dir: Path) -> list[str]:
    locked = raw.read_lock(data_dir / "raw")
    return sorted(one.cut_date for one in locked if one.dataset == "SECUESTRO")


@pytest.mark.parametrize("keep", [1, 2, 3, 4, 9])
def test_the_newest_few_stay(vintages: Path, keep: int) -> None:
    files = pruning.prunable(vintages, keep, NO_SNAPSHOT)
    every = ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31"]
    assert [one.cut_date for one in files] == every[: max(4 - keep, 0)]
    assert {one.dataset for one in files} <= {"SECUESTRO"}  # nothing else has an older release


def test_lock_warehouse_and_disk_stay_one(vintages: Path) -> None:
    opened = warehouse_of(vintages)
    before = {table: opened.table(table) for table in SHOWN}
    opened.close()
    pruning.prune(vintages, pruning.prunable(vintages, 2, NO_SNAPSHOT), NO_SNAPSHOT)
    assert cuts(vintages) == ["2026-02-28", "2026-03-31"]
    assert is_current(vintages, NO_SNAPSHOT)
    assert audit(vintages / "raw", NO_SNAPSHOT).breaches == ()
    assert not list((vintages / "raw").rglob("2025-12-31.*"))
    after = warehouse_of(vintages)
    for table, frame in before.items():
        pd.testing.assert_frame_equal(frame, after.table(table), obj=table)
    own = after.table("core.revision").query("series_id == 'kidnapping'")
    assert own.groupby("cut_date")["events"].sum().tolist() == [5, 6]


def test_a_release_behind_the_snapshot_stays(vintages: Path, tmp_path: Path) -> None:
    snapshot.write(warehouse_of(vintages), tmp_path / "snapshot")
    refreshed_from(vintages / "raw", vintages, snapshot_dir=tmp_path / "snapshot")
    assert pruning.prunable(vintages, 1, tmp_path / "snapshot") == ()


def test_nothing_goes_without_a_warehouse_that_knows_what_is_shown(vintages: Path) -> None:
    with pytest.raises(SourceError, match="KEEP=1 or more"):
        pruning.prunable(vintages, 0, NO_SNAPSHOT)
    raw.write_lock(vintages / "raw", raw.read_lock(vintages / "raw")[:-1])
    with pytest.raises(SourceError, match="make build"):
        pruning.prunable(vintages, 1, NO_SNAPSHOT)


def test_a_law_that_breaks_without_them_keeps_them(
    vintages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Draft) -> None:
        raise ContractError("a law is broken")

    files = pruning.prunable(vintages, 1, NO_SNAPSHOT)
    monkeypatch.setattr(Draft, "check", refuse)
    with pytest.raises(ContractError, match="a law is broken"):
        pruning.prune(vintages, files, NO_SNAPSHOT)
    assert len(cuts(vintages)) == 4
    assert audit(vintages / "raw", NO_SNAPSHOT).breaches == ()


def test_the_command_shows_first_and_acts_when_told(
    vintages: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for function in (pruning.prunable, pruning.prune):
        monkeypatch.setattr(function, "__defaults__", (NO_SNAPSHOT,))
    commands.prune(vintages, 3, is_confirmed=False)
    told = capsys.readouterr().out
    assert "2025-12-31" in told
    assert "nothing is removed yet" in told
    assert len(cuts(vintages)) == 4
    commands.prune(vintages, 3, is_confirmed=True)
    assert "Removed 1 old releases" in capsys.readouterr().out
    assert len(cuts(vintages)) == 3
    commands.prune(vintages, 3, is_confirmed=True)
    assert "Nothing to let go of." in capsys.readouterr().out
