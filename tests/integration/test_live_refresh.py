"""A refresh from publishers on loopback: what comes is used, what is odd is set aside and told.

The data folder begins with `tests.world.files.publish`: kidnappings sum to 3, extortions to 13.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from pipeline import build, commands, live, views
from pipeline.__main__ import main
from pipeline.catalog.channels import CHANNELS, GATEWAY, Channel, LinkPage, Listing
from pipeline.errors import ContractError, NetworkError, SourceError
from pipeline.history import history
from pipeline.ingest import raw
from pipeline.ingest.fetch import Asking, Failure, Harvest
from pipeline.ingest.register import Register
from pipeline.reasons import ReasonKind
from pipeline.standing import standings
from pipeline.store.published import published_path
from pipeline.store.warehouse import Draft
from tests.world.build import NO_SNAPSHOT, refreshed_from, warehouse_of
from tests.world.days import TODAY
from tests.world.disk import small_files
from tests.world.files import (
    WITH_CONDUCT,
    Cells,
    Event,
    forensic_rows,
    mindefensa_cells,
    ministry_rows,
    one_a_month,
    place_names,
    police_rows,
    sheet,
)
from tests.world.publishers import HASTY, Publishers, Table, serving, status

WORKBOOKS, EXPORTS, TOTALS = (
    next(one for one in CHANNELS if one.source == source_id)
    for source_id in ("mindefensa_workbooks", "mindefensa_exports", "mindefensa_totals")
)
EXPORTS = replace(EXPORTS, resources=EXPORTS.resources[:1])  # m8fd-ahd9 alone
HOMICIDES = (EXPORTS, TOTALS)
ALL = (WORKBOOKS, *HOMICIDES)
LISTING = WORKBOOKS.resources[0]
assert isinstance(LISTING, Listing)
ASSETS = LISTING.assets.removeprefix("https://")
JULY = date(2025, 7, 9)
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
SIXTEENTH = int(datetime(2026, 8, 16, 12, tzinfo=UTC).timestamp())


@pytest.fixture
def publishers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publishers]:
    """Publishers that offer nothing but an empty listing and portal."""
    with serving() as found:
        monkeypatch.setenv(GATEWAY, found.address)
        page = f"<html>channelToken={found.token}".encode()
        found.files[LISTING.page.removeprefix("https://")] = page
        yield found


def offer(publishers: Publishers, folder: Path, name: str, cells: Cells, day: str) -> Path:
    """List a workbook, as published on a day."""
    path = sheet(folder / day / f"{name}.xlsx", cells)
    offer_bytes(publishers, name, path.read_bytes(), day)
    return path


def offer_bytes(publishers: Publishers, name: str, content: bytes, day: str) -> None:
    identifier = f"CONT{len(publishers.listing)}"
    item = {
        "id": identifier,
        "name": f"{name}.xlsx",
        "updatedDate": {"value": f"{day}T10:00:00.000Z"},
    }
    publishers.listing.append(item)
    publishers.files[f"{ASSETS}/{identifier}/native/{name}.xlsx"] = content


def kidnappings(*quantities: int) -> Cells:
    """Kidnappings of July 2025, one row each, after the two of June that are known."""
    june = Event("05901", date(2025, 6, 1), 2, "SECUESTRO SIMPLE")
    return mindefensa_cells(
        [june, *(Event("13902", JULY, n, "SECUESTRO SIMPLE") for n in quantities)], WITH_CONDUCT
    )


def homicides(*events: tuple[str, str]) -> list[dict[str, str]]:
    """Rows of the portal: a code and a day each."""
    return [
        {
            "fecha_hecho": f"{day}T00:00:00.000",
            "cod_depto": code[:2],
            "departamento": place_names(code)[1],
            "cod_muni": code,
            "municipio": place_names(code)[0],
            "zona": "URBANA",
            "sexo": "FEMENINO",
            "arma_medio": "NINGUNA",
            "_modalidad_presunta": "NINGUNA",
            "spoa_caracterizacion": "INVENTADA",
            "cantidad": "1",
        }
        for code, day in events
    ]


def refresh(
    data_dir: Path, channels: Sequence[Channel], *, is_strict: bool = False, at: datetime = NOW
) -> live.Outcome:
    return live.refresh(
        data_dir,
        channels,
        is_strict=is_strict,
        snapshot_dir=NO_SNAPSHOT,
        asking=Asking(at=at, patience=HASTY),
    )


def sums(data_dir: Path, table: str = "core.crime_monthly") -> dict[str, int]:
    warehouse = warehouse_of(data_dir)
    try:
        return warehouse.table(table).groupby("series_id")["events"].sum().to_dict()
    finally:
        warehouse.close()


def test_a_new_release_is_fetched_once(publishers, data_dir, tmp_path):
    before = sums(data_dir)
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(1, 4), "2026-03-24")
    outcome = refresh(data_dir, [WORKBOOKS])
    assert (outcome.failures, outcome.quarantine, outcome.is_built) == ((), (), True)
    assert sums(data_dir) == before | {"kidnapping": 7}
    (file,) = outcome.adopted
    assert (file.cut_date, file.cut_basis) == ("2026-02-28", "publication")
    assert file.origin.startswith(LISTING.assets)
    assert file.etag.startswith("2026-03-24T10:00:00.000Z")
    assert datetime.fromisoformat(file.retrieved_at).tzinfo == UTC
    assert file in raw.read_lock(data_dir / "raw")
    cuts = warehouse_of(data_dir).table("core.revision").query("series_id == 'kidnapping'")
    assert cuts.groupby("cut_date")["events"].sum().tolist() == [2, 3, 7]

    publishers.asked.clear()
    again = refresh(data_dir, [WORKBOOKS])
    assert (again.adopted, again.is_built) == ((), False)
    assert not any("/assets/" in one for one in publishers.asked)


def test_two_refreshes_a_month_apart_keep_both_figures(publishers, data_dir, tmp_path):
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(14), "2026-06-25")
    refresh(data_dir, [replace(WORKBOOKS, revision_tolerance_share=9.0)])
    publishers.listing.clear()
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(14, 3), "2026-07-25")
    refresh(data_dir, [replace(WORKBOOKS, revision_tolerance_share=9.0)])
    figures = views.figure_history(
        warehouse_of(data_dir), "kidnapping", "13902", date(2025, 7, 1), date(2025, 7, 1)
    )
    assert figures["cut_date"].dt.strftime("%Y-%m-%d").tolist() == [
        *("2026-01-31", "2026-05-31", "2026-06-30")
    ]
    assert figures["events"].tolist() == [1, 14, 17]
    assert figures["is_shown"].tolist() == [False, False, True]
    told = history(warehouse_of(data_dir), "kidnapping", "peñon de ensayo", "2025-07")
    assert told.endswith("1 in the release of 2026-01-31, 17 now.")


def test_a_bad_file_is_set_aside_and_the_rest_goes_on(publishers, data_dir, tmp_path):
    before = sums(data_dir)
    unknown = mindefensa_cells([Event("77777", JULY, 1, "SECUESTRO SIMPLE")], WITH_CONDUCT)
    offer(publishers, tmp_path, "SECUESTRO", unknown, "2026-03-24")
    reports = [*one_a_month(2025), Event("05000", date(2025, 3, 3)), Event("05901", JULY)]
    offer(publishers, tmp_path, "EXTORSIÓN", mindefensa_cells(reports), "2026-03-24")
    outcome = refresh(data_dir, [WORKBOOKS])
    assert sums(data_dir) == before | {"extortion": 14}
    (held,) = outcome.quarantine
    assert "77777" in held.reason
    assert held.kind is ReasonKind.UNREADABLE
    kept = data_dir / "raw" / "quarantine" / held.file.path
    assert raw.sha256_of(kept) == held.file.sha256
    assert held.file.sha256 not in {one.sha256 for one in raw.read_lock(data_dir / "raw")}

    publishers.asked.clear()
    again = refresh(data_dir, [WORKBOOKS])
    assert again.quarantine == outcome.quarantine
    assert not any("/assets/" in one for one in publishers.asked)

    offer(publishers, tmp_path, "SECUESTRO", kidnappings(2), "2026-03-29")
    mended = refresh(data_dir, [WORKBOOKS])
    assert mended.quarantine == ()
    assert not kept.exists()
    assert sums(data_dir)["kidnapping"] == 4


def test_sums_that_move_too_far_are_set_aside_until_somebody_looks(publishers, data_dir, tmp_path):
    before = sums(data_dir)
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(40), "2026-03-24")
    (held,) = refresh(data_dir, [WORKBOOKS]).quarantine
    assert "kidnapping sums to 42 over 2025-06 to 2025-07, where the release before has 3" in (
        held.reason
    )
    assert sums(data_dir) == before
    refreshed_from(data_dir / "raw" / "quarantine", data_dir)
    assert sums(data_dir)["kidnapping"] == 42
    assert refresh(data_dir, [WORKBOOKS]).quarantine == ()


def test_a_source_is_stale_since_the_first_refresh_in_a_row_that_failed(
    publishers, data_dir, tmp_path
):
    (known,) = standings(data_dir, [WORKBOOKS], NO_SNAPSHOT)
    assert (known.asked_on, known.lapses) == (None, ())
    publishers.tables["m8fd-ahd9"] = Table(homicides(("05901", "2025-01-02")), SIXTEENTH)
    publishers.spoil("/published/", *[status(500)] * 100)
    for days in (0, 30):
        refresh(data_dir, [WORKBOOKS, EXPORTS], at=NOW + timedelta(days=days))
    (failing,) = standings(data_dir, [WORKBOOKS], NO_SNAPSHOT)
    assert failing.stale_since == NOW.date()
    assert [lapse.reason.kind for lapse in failing.lapses] == [ReasonKind.NOT_WHOLE]

    publishers.faults.clear()
    for days, odd in ((60, 40), (90, 50)):  # another odd file in place of the first
        offer(publishers, tmp_path, "SECUESTRO", kidnappings(odd), f"2026-0{days // 30 + 2}-24")
        refresh(data_dir, [WORKBOOKS], at=NOW + timedelta(days=days))
    (odd,) = standings(data_dir, [WORKBOOKS], NO_SNAPSHOT)
    assert odd.stale_since == NOW.date() + timedelta(days=60)
    assert [lapse.dataset for lapse in odd.lapses] == ["SECUESTRO"]


def test_a_release_that_ends_earlier_is_set_aside(publishers, data_dir, tmp_path):
    june = mindefensa_cells([Event("05901", date(2025, 6, 3), 3, "SECUESTRO")], WITH_CONDUCT)
    offer(publishers, tmp_path, "SECUESTRO", june, "2026-03-24")
    (held,) = refresh(data_dir, [WORKBOOKS]).quarantine
    assert "it ends in 2025-06, earlier than the release before, which ends in 2025-07" in (
        held.reason
    )


def test_another_dataset_under_the_right_name_is_set_aside(publishers, data_dir):
    wrong = next((data_dir / "raw").rglob("MASACRES.xlsx")).read_bytes()
    offer_bytes(publishers, "SECUESTRO", wrong, "2026-03-24")
    (held,) = refresh(data_dir, [WORKBOOKS]).quarantine
    assert "byte for byte the same as MASACRES.xlsx" in held.reason
    assert held.kind is ReasonKind.OTHER_DATASET


def test_one_source_down_does_not_block_the_others(publishers, data_dir, tmp_path):
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(1, 4), "2026-03-24")
    publishers.tables["m8fd-ahd9"] = Table(homicides(("05901", "2025-01-02")), SIXTEENTH)
    publishers.spoil("/api/views/", *[status(500)] * 100)
    outcome = refresh(data_dir, ALL)
    assert sums(data_dir)["kidnapping"] == 7
    assert {one.source_id for one in outcome.failures} == {
        "mindefensa_exports",
        "mindefensa_totals",
    }
    errors = {one.source_id: len(one.failures) for one in standings(data_dir, ALL, NO_SNAPSHOT)}
    assert errors == {"mindefensa_workbooks": 0, "mindefensa_exports": 1, "mindefensa_totals": 1}


def test_homicides_come_by_month_when_the_rows_are_here(publishers, data_dir):
    assert sums(data_dir, "core.crime_yearly")["homicide_mindefensa"] == 13
    rows = homicides(
        *[("05901", f"2023-0{n}-05") for n in (1, 2, 3, 4)],
        ("13902", "2023-11-30"),
        *[("05901", f"2024-0{n}-05") for n in (1, 2, 3, 4, 5, 6)],
        *[("98901", "2025-12-31")] * 2,
        ("05902", "2026-02-01"),
    )
    publishers.tables["m8fd-ahd9"] = Table(rows, SIXTEENTH)
    outcome = refresh(data_dir, HOMICIDES)
    assert (outcome.failures, outcome.quarantine) == ((), ())
    warehouse = warehouse_of(data_dir)
    monthly = warehouse.table("core.crime_monthly").query("series_id == 'homicide_mindefensa'")
    assert monthly["events"].sum() == 14
    assert monthly["month"].max().date() == date(2026, 2, 1)
    yearly = warehouse.table("core.crime_yearly")
    assert "homicide_mindefensa" not in set(yearly["series_id"])
    series = warehouse.table("core.series").set_index("series_id")
    assert series.loc["homicide_mindefensa", "grain"] == "municipality and month"
    files = warehouse.table("core.source_file").set_index("dataset")["role"]
    assert files["m8fd-ahd9"] == "current"
    assert set(files["homicidio"]) == {"control", "history", "revision"}


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file of the portal, as the portal holds them."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_rows_of_every_publisher_come_from_the_portal(publishers, data_dir, tmp_path):
    """Threats by rows reach further than the workbook and take its place; the two never add up."""
    assert sums(data_dir)["threats"] == 8
    threats = one_a_month(2025, "05901", range(1, 11))
    injuries = [
        Event("05901", date(2025, 1, 5), 2, "LESIONES PERSONALES"),
        Event("05901", date(2025, 1, 6), 5, "LESIONES CULPOSAS"),
    ]
    deaths = [Event("05902", date(2025, n, 6), 1, "1 Presuntos Homicidios") for n in (4, 5, 6)]
    offered = {
        "csb4-y6v2": ministry_rows(
            tmp_path / "csb4-y6v2.csv", [Event("13901", date(2025, 7, 1), 4)], "tipo_delito", "zona"
        ),
        "meew-mguv": police_rows(tmp_path / "meew-mguv.csv", threats),
        "72sg-cybi": police_rows(tmp_path / "72sg-cybi.csv", injuries, "descripci_n_conducta"),
        "2kpj-cktv": forensic_rows(tmp_path / "2kpj-cktv.csv", deaths),
    }
    for view, path in offered.items():
        publishers.tables[view] = Table(rows_of(path), SIXTEENTH)
    channels = [
        replace(one, resources=tuple(r for r in one.resources if getattr(r, "view", "") in offered))
        for one in CHANNELS
        if one.source in {"mindefensa_exports", "police_exports", "forensic_deaths"}
    ]
    outcome = refresh(data_dir, channels)
    assert outcome.failures == ()
    found = sums(data_dir)
    assert (found["theft_vehicles"], found["injuries_police"], found["threats"]) == (4, 2, 10)
    assert found["homicide_forensic"] == 2 + 3  # 2 final, and 3 in place of 2 preliminary ones
    assert {one.file.dataset for one in outcome.quarantine} == set()


def test_totals_that_the_rows_do_not_make_up_are_set_aside(publishers, data_dir):
    table = publishers.tables["m8fd-ahd9"] = Table(homicides(("05901", "2025-01-02")), SIXTEENTH)
    refresh(data_dir, [EXPORTS])
    table.rows = homicides(("05901", "2025-01-02"), ("05901", "2025-01-03"))
    before = sums(data_dir)
    (held,) = refresh(data_dir, [TOTALS]).quarantine
    assert held.file.source_id == "mindefensa_totals"
    assert held.kind is ReasonKind.BREAKS_LAW
    assert sums(data_dir) == before


def everything_below(data_dir: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in data_dir.rglob("*")
        if path.is_file() and path.name not in {"fetched.json", ".refresh"}
    }


def test_without_a_network_there_is_one_message_and_no_change(data_dir, monkeypatch):
    monkeypatch.setenv(GATEWAY, "http://127.0.0.1:1")
    before = everything_below(data_dir)
    with pytest.raises(NetworkError, match="none of the 3 sources can be reached"):
        refresh(data_dir, ALL)
    assert everything_below(data_dir) == before


@pytest.mark.parametrize("is_strict", [False, True])
def test_errors_and_silence_from_all_are_one_message_and_no_change(publishers, data_dir, is_strict):
    before = everything_below(data_dir)
    publishers.spoil("/api/views/", *[status(500)] * 100)
    told = "none of the 2 sources gave anything: 0 cannot be reached, 2 answered with an error"
    with pytest.raises(NetworkError, match=told):
        refresh(data_dir, HOMICIDES, is_strict=is_strict)
    assert everything_below(data_dir) == before


def test_an_error_from_one_and_silence_from_the_others_are_one_message(data_dir, monkeypatch):
    def spoilt(channel: Channel, *_: object) -> Harvest:
        reason = f"{channel.source} failed"
        kind = ReasonKind.NOT_WHOLE if channel is TOTALS else ReasonKind.UNREACHED
        return Harvest((), (Failure(channel.source, "", kind, reason),), False)

    monkeypatch.setattr(live.fetch, "fetch", spoilt)
    told = r"2 cannot be reached, 1 answered with an error \(mindefensa_totals failed\)"
    with pytest.raises(NetworkError, match=told):
        refresh(data_dir, ALL)


def test_a_publisher_that_has_nothing_new_is_enough_to_go_on(publishers, data_dir, tmp_path):
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(1, 4), "2026-03-24")
    refresh(data_dir, [WORKBOOKS])
    publishers.spoil("/api/views/", *[status(500)] * 100)
    outcome = refresh(data_dir, [WORKBOOKS, EXPORTS])
    assert not outcome.is_built
    assert [one.source_id for one in outcome.failures] == ["mindefensa_exports"]


def test_a_strict_refresh_stops(publishers, data_dir, tmp_path):
    before = everything_below(data_dir)
    publishers.spoil("/published/", *[status(500)] * 100)
    publishers.tables["m8fd-ahd9"] = Table(homicides(("05901", "2025-01-02")), SIXTEENTH)
    with pytest.raises(SourceError, match="1 things did not come"):
        refresh(data_dir, [WORKBOOKS, EXPORTS], is_strict=True)
    publishers.faults.clear()
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(40), "2026-03-24")
    with pytest.raises(SourceError, match="1 files were refused"):
        refresh(data_dir, [WORKBOOKS], is_strict=True)
    after = everything_below(data_dir)
    assert {path: after[path] for path in before} == before
    assert all(".incoming" in path.parts for path in after.keys() - before.keys())


def test_a_broken_law_that_no_source_explains_changes_nothing(
    publishers, data_dir, tmp_path, monkeypatch
):
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(1, 1), "2026-03-24")
    whole = Draft.check
    calls = []

    def refuse_first(draft: Draft) -> None:
        calls.append(draft)
        if len(calls) == 1:
            raise ContractError("a law is broken")
        whole(draft)

    monkeypatch.setattr(Draft, "check", refuse_first)
    before = sums(data_dir)
    with pytest.raises(ContractError, match="a law is broken"):
        refresh(data_dir, [WORKBOOKS])
    assert sums(data_dir) == before


def test_a_refresh_cut_off_after_its_files_were_taken_is_made_up_for(
    publishers, data_dir, tmp_path, monkeypatch
):
    def stop(_: Draft, **__: object) -> None:
        raise KeyboardInterrupt

    offer(publishers, tmp_path, "SECUESTRO", kidnappings(1, 4), "2026-03-24")
    with monkeypatch.context() as cut_off:
        cut_off.setattr(Draft, "publish", stop)
        with pytest.raises(KeyboardInterrupt):
            refresh(data_dir, [WORKBOOKS])
    assert sums(data_dir)["kidnapping"] == 3
    assert refresh(data_dir, [WORKBOOKS]).is_built
    assert sums(data_dir)["kidnapping"] == 7


def test_a_second_refresh_at_the_same_time_is_refused(data_dir, monkeypatch):
    holder = (
        "import sys; from pathlib import Path; from pipeline.ingest.guard import alone\n"
        f"with alone(Path({str(data_dir / 'raw')!r})):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(SourceError, match="another refresh"):
            refresh(data_dir, [WORKBOOKS])
        process.kill()
    monkeypatch.setenv(GATEWAY, "http://127.0.0.1:1")
    with pytest.raises(NetworkError):  # killed, it holds nothing back
        refresh(data_dir, [WORKBOOKS])


def test_the_command_tells_what_happened(publishers, data_dir, tmp_path, monkeypatch, capsys):
    def hasty(*arguments: object, **named: object) -> live.Outcome:
        return whole(*arguments, **named, asking=Asking(at=NOW, patience=HASTY))

    whole = live.refresh
    here = {"snapshot_dir": NO_SNAPSHOT}
    monkeypatch.setattr(live, "refresh", partial(hasty, **here))
    monkeypatch.setattr(commands, "standings", partial(standings, **here))
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(40), "2026-03-24")
    command = ["--data-dir", str(data_dir)]
    assert main([*command, "refresh", "--sources", "kidnapping"]) == 0
    told = capsys.readouterr()
    assert "fetched  mindefensa_workbooks SECUESTRO.xlsx" in told.err
    assert "Warning: not used since" in told.err
    publishers.asked.clear()
    assert main([*command, "status"]) == 0
    told = capsys.readouterr()
    assert publishers.asked == []
    assert "set aside      since" in told.out
    assert "next release   " in told.out
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(1, 4), "2026-04-24")
    assert main([*command, "refresh", "--sources", "kidnapping"]) == 0
    told = capsys.readouterr()
    report = max((data_dir / "processed" / commands.REPORTS).glob("*.txt"))
    changes = report.read_text("utf-8")
    assert changes.startswith("added    mindefensa_workbooks: 1 file\nmindefensa_exports did not")
    assert changes.endswith(told.out[told.out.index("Revised") : told.out.index("Published")])
    assert main([*command, "refresh", "--sources", "nonsense"]) == 1
    assert "'nonsense'" in capsys.readouterr().err
    monkeypatch.setenv(GATEWAY, "http://127.0.0.1:1")
    assert main([*command, "refresh", "--sources", "kidnapping,mindefensa_exports"]) == 2
    assert "The warehouse is as it was" in capsys.readouterr().err


def test_a_register_that_was_edited_is_refused(data_dir):
    (data_dir / "raw" / "fetched.json").write_text(json.dumps({"asked": 1}), "utf-8")
    with pytest.raises(SourceError, match="is no register"):
        Register.read(data_dir / "raw")


def test_a_refresh_cut_off_while_it_set_a_file_aside_adopts_no_other_bytes(
    publishers, data_dir, tmp_path, monkeypatch
):
    """The register still tells of the file before; its place holds the next one already."""
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(40), "2026-03-24")
    refresh(data_dir, [WORKBOOKS])
    publishers.listing.clear()
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(60), "2026-03-25")
    with monkeypatch.context() as cut_off:
        cut_off.setattr(Register, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            refresh(data_dir, [WORKBOOKS])
    publishers.listing.clear()
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(40), "2026-03-24")
    (held,) = refresh(data_dir, [WORKBOOKS]).quarantine
    assert raw.sha256_of(data_dir / "raw" / "quarantine" / held.file.path) == held.file.sha256


def test_a_file_set_aside_that_is_gone_is_fetched_again(publishers, data_dir, tmp_path):
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(40), "2026-03-24")
    (held,) = refresh(data_dir, [WORKBOOKS]).quarantine
    (data_dir / "raw" / "quarantine" / held.file.path).unlink()
    (again,) = refresh(data_dir, [WORKBOOKS]).quarantine
    assert again.file.sha256 == held.file.sha256


def test_two_links_of_one_name_do_not_stop_a_refresh(publishers, data_dir):
    police = next(one for one in CHANNELS if one.source == "police_workbooks")
    page = LinkPage("amenazas", "https://www.policia.gov.co/amenazas")
    content = (next((data_dir / "raw").rglob("Amenazas_5.xlsx"))).read_bytes()
    publishers.files["www.policia.gov.co/amenazas"] = (
        b'<html><a href="/a/Amenazas_5.xlsx"><a href="/b/Amenazas_5.xlsx">'
    )
    for folder in "ab":
        publishers.files[f"www.policia.gov.co/{folder}/Amenazas_5.xlsx"] = content
    assert refresh(data_dir, [replace(police, resources=(page,))]).failures == ()


def test_a_build_of_files_that_changed_meanwhile_publishes_nothing(data_dir, monkeypatch):
    """Its figures would be of the files before, its fingerprint of those after."""
    check = Draft.check

    def changed(draft: Draft) -> None:
        check(draft)
        raw.write_lock(data_dir / "raw", raw.read_lock(data_dir / "raw")[1:])

    before = published_path(data_dir).resolve()
    monkeypatch.setattr(Draft, "check", changed)
    with pytest.raises(SourceError, match="changed while they were read"):
        build.build(data_dir, snapshot_dir=NO_SNAPSHOT)
    assert published_path(data_dir).resolve() == before


def test_a_disk_that_is_full_is_told_in_one_message(
    publishers, data_dir, tmp_path, monkeypatch, capsys
):
    """Whatever is written last fails first; and the lock of the build is free again."""
    offer(publishers, tmp_path, "SECUESTRO", kidnappings(1, 4), "2026-03-24")
    before = sums(data_dir)
    whole = partial(live.refresh, snapshot_dir=NO_SNAPSHOT, asking=Asking(at=NOW, patience=HASTY))
    monkeypatch.setattr(live, "refresh", whole)
    command = ["--data-dir", str(data_dir), "refresh", "--sources", "kidnapping"]
    capsys.readouterr()
    with small_files(200_000):
        assert main(command) == 1
    assert "The warehouse in use is whole" in capsys.readouterr().err
    assert sums(data_dir) == before
    assert main(command) == 0
    assert sums(data_dir)["kidnapping"] == 7
