"""Raw data against their lock, and their journey to an office without a connection."""

import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline import build
from pipeline.__main__ import main
from pipeline.catalog.tables import TABLES
from pipeline.errors import SourceError
from pipeline.fingerprint import is_current
from pipeline.ingest import bundle, raw
from pipeline.ingest.guard import alone
from pipeline.ingest.register import Quarantined, Register
from pipeline.reasons import ReasonKind
from pipeline.store.published import published_path
from tests.world.build import NO_SNAPSHOT, refreshed_from, warehouse_of
from tests.world.days import TODAY
from tests.world.files import (
    WITH_CONDUCT,
    Event,
    mindefensa_cells,
    programme_data,
    programme_data_row,
    publish_places,
    sheet,
)


def release(folder: Path, cut: str, quantity: int) -> Path:
    """A folder with one release of the kidnappings; only the quantity tells them apart."""
    events = [Event("05901", pd.Timestamp("2025-07-09").date(), quantity, "SECUESTRO SIMPLE")]
    sheet(folder / cut / "SECUESTRO.xlsx", mindefensa_cells(events, WITH_CONDUCT))
    return folder


@pytest.fixture
def sender(data_dir: Path, tmp_path: Path) -> Path:
    """A data folder whose newest release says how and when it was fetched."""
    (found,) = raw.scan(release(tmp_path / "fetched", "2026-02-28", 5), TODAY).found
    known = {
        "cut_basis": "publication",
        "retrieved_date": "2026-03-25",
        "retrieved_at": "2026-03-25T11:00:00+00:00",
        "etag": '"v7"',
        "origin": "https://publisher.example/SECUESTRO.xlsx",
    }
    fetched = raw.Found(replace(found.file, **known), found.location)
    build.refresh([fetched], data_dir, snapshot_dir=NO_SNAPSHOT)
    return data_dir


@pytest.fixture
def packed(sender: Path, tmp_path: Path) -> Path:
    bundle.pack(sender / "raw", tmp_path / "raw.zip")
    return tmp_path / "raw.zip"


def received(archive: Path, data_dir: Path) -> Path:
    with bundle.unpacked(archive) as folder:
        return refreshed_from(folder, data_dir)


def repacked(archive: Path, edit: Callable[[Path], object]) -> Path:
    """The archive after somebody unpacked, edited and packed it again."""
    folder = archive.with_name("by hand")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    edit(folder)
    return Path(shutil.make_archive(str(archive.with_name("again")), "zip", folder))


def same_core(one: Path, two: Path) -> None:
    """Every core table of two data folders is equal but for the build and the coverage list."""
    left, right = warehouse_of(one), warehouse_of(two)
    apart = {"core.build", "core.coverage", "core.coverage_list", "core.coverage_history"}
    for table in set(TABLES) - apart - {"core.source_file"}:
        if table.startswith("core."):
            pd.testing.assert_frame_equal(left.table(table), right.table(table), obj=table)


def test_internal_data_of_a_programme_stay_in_their_file(data_dir: Path, tmp_path: Path) -> None:
    """A refresh keeps the file; warehouse and bundle tell nothing of what is not public."""
    rows = [
        programme_data_row("05901", source_title="Informe abierto 7"),
        programme_data_row("05902", source_title="Acta reservada 7", sensitivity=""),
    ]
    programme_data(tmp_path / "given" / "2026-03-01" / "somos_comunidad_data.csv", rows)
    refreshed_from(tmp_path / "given", data_dir)
    told = warehouse_of(data_dir).table("core.programme_indicator")
    assert told[["municipality_code", "value"]].to_numpy().tolist() == [["05901", 12]]
    stored = published_path(data_dir).read_bytes()
    assert b"Informe abierto 7" in stored
    assert b"Acta reservada 7" not in stored
    bundle.pack(data_dir / "raw", tmp_path / "raw.zip")
    with bundle.unpacked(tmp_path / "raw.zip") as folder:
        assert not [*folder.rglob("somos_comunidad_data*")]


class TestBundle:
    def test_another_office_gets_the_same_tables_and_the_same_history(
        self, sender: Path, packed: Path, tmp_path: Path
    ) -> None:
        other = received(packed, tmp_path / "other office")
        locked = raw.read_lock(sender / "raw")
        assert bundle.kept_back(sender / "raw") == [
            one.path for one in locked if one.source_id == "coverage"
        ]
        assert raw.read_lock(other / "raw") == tuple(
            one for one in locked if one.source_id != "coverage"
        )
        same_core(sender, other)
        revisions = warehouse_of(other).table("core.revision")
        own = revisions[revisions["series_id"].eq("kidnapping")]
        assert own.groupby("cut_date")["events"].sum().tolist() == [2, 3, 5]

        with bundle.unpacked(packed) as folder:
            offered = raw.scan(folder, TODAY)
        assert raw.unknown(offered.found, raw.read_lock(other / "raw")) == []
        assert is_current(other, NO_SNAPSHOT)

    def test_what_an_office_has_already_stays(self, packed: Path, tmp_path: Path) -> None:
        own_files = publish_places(release(tmp_path / "own", "2026-03-31", 9))
        other = refreshed_from(own_files, tmp_path / "other")
        received(packed, other)
        revisions = warehouse_of(other).table("core.revision")
        own = revisions[revisions["series_id"].eq("kidnapping")]
        assert own.groupby("cut_date")["events"].sum().tolist() == [2, 3, 5, 9]
        current = warehouse_of(other).table("core.crime_monthly")
        assert current[current["series_id"].eq("kidnapping")]["events"].sum() == 9

    def test_the_same_raw_data_give_the_same_bytes(
        self, sender: Path, packed: Path, tmp_path: Path
    ) -> None:
        copied = shutil.copytree(sender / "raw", tmp_path / "copy" / "raw")
        for path in sorted(copied.rglob("*"), reverse=True):
            os.utime(path, (1, 1))
        bundle.pack(copied, tmp_path / "two.zip")
        assert (tmp_path / "two.zip").read_bytes() == packed.read_bytes()

    def test_only_the_lock_and_its_files_travel(self, sender: Path, tmp_path: Path) -> None:
        raw_dir = sender / "raw"
        for place in (".incoming/a/.b.part", "quarantine/a.xlsx", "forgotten.xlsx", "fetched.json"):
            (raw_dir / place).parent.mkdir(parents=True, exist_ok=True)
            (raw_dir / place).write_text("x")
        bundle.pack(raw_dir, tmp_path / "raw.zip")
        with zipfile.ZipFile(tmp_path / "raw.zip") as archive:
            names = archive.namelist()
        locked = [one.path for one in raw.read_lock(raw_dir) if one.source_id != "coverage"]
        assert names == ["lock.json", *sorted(locked)]

    def test_nothing_is_left_of_a_bundle_that_fails(self, sender: Path, packed: Path) -> None:
        before = packed.read_bytes()
        workbook = next((sender / "raw").rglob("EXTORSIÓN.xlsx"))
        workbook.write_bytes(workbook.read_bytes() + b" ")
        with pytest.raises(SourceError, match="is not the file that was locked"):
            bundle.pack(sender / "raw", packed)
        with pytest.raises(SourceError, match="EXTORSI"):
            bundle.pack(sender / "raw", packed.with_name("never.zip"))
        assert packed.read_bytes() == before
        assert not list(packed.parent.glob("*never*"))

    def test_a_bundle_needs_files_and_a_place_of_its_own(
        self, sender: Path, tmp_path: Path
    ) -> None:
        with pytest.raises(SourceError, match="holds no published file"):
            bundle.pack(tmp_path / "empty", tmp_path / "raw.zip")
        with pytest.raises(SourceError, match="Say where"):
            bundle.pack(sender / "raw", Path())
        with pytest.raises(SourceError, match="lies among the raw data"):
            bundle.pack(sender / "raw", sender / "raw" / "raw.zip")
        with pytest.raises(SourceError, match="cannot be written"):
            bundle.pack(sender / "raw", tmp_path / "no" / "folder.zip")

    def test_the_command_waits_for_no_refresh(
        self, sender: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        command = ["--data-dir", str(sender), "bundle", str(tmp_path / "raw.zip")]
        with alone(sender / "raw"):
            assert main(command) == 1
        assert "another refresh" in capsys.readouterr().err
        assert main(command) == 0
        told = capsys.readouterr().out
        assert raw.sha256_of(tmp_path / "raw.zip") in told


class TestArchive:
    def test_a_packed_folder_of_published_files_is_as_good_as_the_folder(
        self, published: Path, first_refresh: Path, tmp_path: Path
    ) -> None:
        name = str(tmp_path / published.name)
        archive = Path(shutil.make_archive(name, "zip", published.parent, published.name))
        same_core(first_refresh, received(archive, tmp_path / "data"))

    @pytest.mark.parametrize(
        ("edit", "message"),
        [
            (lambda folder: _append(folder, "MASACRES.xlsx"), "bytes where the lock says"),
            (lambda folder: next(folder.rglob("MASACRES.xlsx")).unlink(), "but not on disk"),
            (lambda folder: _relock(folder, source_id="../../x"), "does not know"),
            (lambda folder: _relock(folder, dataset="INVENTED"), "does not know"),
            (lambda folder: _relock(folder, path="../SECUESTRO.xlsx"), "does not know"),
            (lambda folder: _relock(folder, path="/etc/hostname"), "does not know"),
            (lambda folder: _relock(folder, cut_date="2026/../../01"), "does not know"),
            (lambda folder: (folder / "lock.json").write_text("{}"), "is no lock"),
        ],
        ids="edited missing source dataset outside absolute cut lock".split(),
    )
    def test_a_bundle_that_is_not_what_its_lock_says_changes_nothing(
        self, packed: Path, tmp_path: Path, edit: Callable[[Path], object], message: str
    ) -> None:
        archive = repacked(packed, edit)
        with pytest.raises(SourceError, match=message):
            received(archive, tmp_path / "other")
        assert not (tmp_path / "other").exists()

    def test_what_the_lock_does_not_name_is_read_past(self, packed: Path, tmp_path: Path) -> None:
        archive = repacked(packed, lambda folder: release(folder / "mindefensa", "2026-05-31", 99))
        with bundle.unpacked(archive) as folder:
            found = raw.scan(folder, TODAY)
        assert ("mindefensa/2026-05-31/SECUESTRO.xlsx", "not named by the lock beside it") in (
            found.ignored
        )
        raw_dir = tmp_path / "data" / "raw"
        assert len(found.found) == len(raw.read_lock(raw_dir)) - len(bundle.kept_back(raw_dir))

    def test_an_archive_that_leads_out_of_its_folder_is_refused(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("../../SECUESTRO.xlsx", b"x")
        with pytest.raises(SourceError, match="outside"), bundle.unpacked(tmp_path / "a.zip"):
            pass

    def test_what_is_no_archive_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.zip").write_text("not an archive")
        with (
            pytest.raises(SourceError, match="cannot be opened"),
            bundle.unpacked(tmp_path / "a.zip"),
        ):
            pass
        with pytest.raises(SourceError, match="neither a folder nor an archive"):
            raw.scan(tmp_path / "nowhere", TODAY)


class TestVerifyRaw:
    def told(
        self, data_dir: Path, capsys: pytest.CaptureFixture[str], code: int
    ) -> tuple[str, str]:
        assert main(["--data-dir", str(data_dir), "verify-raw"]) == code
        told = capsys.readouterr()
        return told.out, told.err

    def test_raw_data_as_published_pass(
        self, sender: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        count = len(raw.read_lock(sender / "raw"))
        out, _ = self.told(sender, capsys, 0)
        assert f"{count} locked files" in out
        assert "all as published" in out

    def test_every_breach_is_named_at_once(
        self, sender: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        raw_dir = sender / "raw"
        _append(raw_dir, "MASACRES.xlsx")
        edited = next(raw_dir.rglob("EXTORSIÓN.xlsx"))
        content = edited.read_bytes()
        edited.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        next(raw_dir.rglob("DESVINCULADOS.xlsx")).unlink()
        (raw_dir / "notes.txt").write_text("x")
        _, err = self.told(sender, capsys, 1)
        lines = err.splitlines()
        assert lines[0] == "Error: 4 breaches of the lock:"
        for name, what in {
            "MASACRES.xlsx": "bytes where the lock says",
            "EXTORSIÓN.xlsx": "another checksum",
            "DESVINCULADOS.xlsx": "in the lock but not on disk",
            "notes.txt": "is not in the lock",
        }.items():
            assert [name in line and what in line for line in lines].count(True) == 1

    def test_what_no_build_reads_is_listed(
        self, sender: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        raw_dir = sender / "raw"
        held = replace(raw.read_lock(raw_dir)[0], path="a/b/SECUESTRO.xlsx")
        part = raw_dir / ".incoming" / "a" / ".SECUESTRO.xlsx.part"
        for path in (part, raw_dir / "quarantine" / held.path):
            path.parent.mkdir(parents=True)
            path.write_text("x")
        reason = "code 77777 is not declared"
        aside = Quarantined(held, ReasonKind.UNREADABLE, reason, "2026-04-01")
        Register(quarantine=(aside,)).write(raw_dir)
        out, _ = self.told(sender, capsys, 0)
        assert "set aside: quarantine/a/b/SECUESTRO.xlsx (code 77777 is not declared)" in out
        assert "not finished: .incoming/a/.SECUESTRO.xlsx.part" in out


def _append(folder: Path, name: str) -> None:
    path = next(folder.rglob(name))
    path.write_bytes(path.read_bytes() + b" ")


def _relock(folder: Path, **facts: str) -> None:
    first, *others = raw.read_lock(folder)
    raw.write_lock(folder, [replace(first, **facts), *others])
