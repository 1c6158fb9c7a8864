"""A refresh from published files: what is added, what is kept, what becomes history.

Expected figures are counted by hand in `tests.world.files.publish`.
"""

import json
import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
import shapely

from pipeline import build, snapshot, views
from pipeline.catalog.series import SERIES, Feed, Series
from pipeline.catalog.tables import TABLES
from pipeline.catalog.text import Text
from pipeline.dictionary import dictionary
from pipeline.errors import ContractError, SourceError
from pipeline.fingerprint import is_current
from pipeline.ingest import raw, withheld
from pipeline.store.published import published_path
from pipeline.store.warehouse import Draft, Warehouse, forget_replaced
from tests.world.build import NO_SNAPSHOT, refreshed_from, warehouse_of
from tests.world.days import TODAY
from tests.world.files import (
    OF_EXITS,
    PLACES,
    WITH_CONDUCT,
    Event,
    boundary_archive,
    coverage,
    coverage_row,
    mindefensa_cells,
    one_a_month,
    publish_places,
    sheet,
)

JULY = date(2025, 7, 9)


def sums(warehouse: Warehouse, table: str = "core.crime_monthly") -> dict[str, int]:
    return warehouse.table(table).groupby("series_id")["events"].sum().to_dict()


def kidnappings(folder: Path, cut: str, *events: Event) -> Path:
    """A folder with one release of one workbook."""
    cells = mindefensa_cells(events, WITH_CONDUCT)
    sheet(folder / cut / "SECUESTRO.xlsx", cells)
    return folder


def kidnapped(code: str, day: date, quantity: int) -> Event:
    return Event(code, day, quantity, "SECUESTRO SIMPLE")


def test_every_published_event_is_counted(first_refresh: Path) -> None:
    warehouse = warehouse_of(first_refresh)
    assert sums(warehouse) == {
        "child_soldier_exits": 2,
        "displacement": 37,
        "extortion": 13,
        "homicide_police": 8 * 12 + 4 * 12,
        "kidnapping": 3,
        "massacre_cases": 3,
        "massacre_victims": 11,
        "mine_victims": 3,
        "threats": 8,  # of the portal, which reaches further than the workbook
        "homicide_forensic": 4,
        "theft_homes": 3,
    }
    assert sums(warehouse, "core.crime_yearly") == {
        "homicide_mindefensa": 13,
        "leader_killings": 2,
        "mine_accidents": 1,
        "mine_clearance": 1,
    }
    assert sums(warehouse, "core.crime_department_yearly") == {"displacement": 40}
    assert warehouse.table("core.context_yearly")["value"].sum() == 15.75


def test_an_unlocated_event_stays_in_its_department(first_refresh: Path) -> None:
    monthly = warehouse_of(first_refresh).table("core.crime_monthly")
    unlocated = monthly[monthly["municipality_code"].eq("05000")]
    assert unlocated[["series_id", "events"]].to_numpy().tolist() == [["extortion", 1]]


def test_a_newer_release_replaces_and_the_older_becomes_history(
    data_dir: Path, tmp_path: Path
) -> None:
    before = sums(warehouse_of(data_dir))
    offered = kidnappings(
        tmp_path / "new",
        "2026-02-28",
        kidnapped("05901", JULY, 5),
        kidnapped("13902", date(2026, 2, 3), 1),
    )
    warehouse = warehouse_of(refreshed_from(offered, data_dir))
    assert sums(warehouse) == before | {"kidnapping": 6}
    revisions = warehouse.table("core.revision")
    own = revisions[revisions["series_id"].eq("kidnapping")]
    assert own.groupby("cut_date")["events"].sum().tolist() == [2, 3, 6]


def test_an_older_release_never_replaces_a_newer_one(data_dir: Path, tmp_path: Path) -> None:
    before = sums(warehouse_of(data_dir))
    offered = kidnappings(tmp_path / "old", "2024-06-30", kidnapped("05901", date(2024, 1, 1), 9))
    warehouse = warehouse_of(refreshed_from(offered, data_dir))
    assert sums(warehouse) == before
    files = warehouse.table("core.source_file")
    own = files[files["dataset"].eq("SECUESTRO")].set_index("cut_date")["role"]
    assert own[pd.Timestamp("2024-06-30")] == "history"
    assert own[pd.Timestamp("2026-01-31")] == "current"
    assert 9 in set(warehouse.table("core.revision")["events"])


def test_a_refresh_with_known_bytes_changes_nothing(data_dir: Path, published: Path) -> None:
    offered = raw.scan(published, TODAY)
    assert raw.unknown(offered.found, raw.read_lock(data_dir / "raw")) == []
    assert is_current(data_dir, NO_SNAPSHOT)


def test_an_edited_raw_file_is_noticed(data_dir: Path) -> None:
    workbook = next((data_dir / "raw").rglob("SECUESTRO.xlsx"))
    workbook.write_bytes(workbook.read_bytes() + b" ")
    with pytest.raises(ValueError, match="is not the file that was locked"):
        build.build(data_dir, snapshot_dir=NO_SNAPSHOT)


def test_the_same_input_gives_the_same_tables(first_refresh: Path, data_dir: Path) -> None:
    before = published_path(data_dir).resolve()
    build.build(data_dir, snapshot_dir=NO_SNAPSHOT)
    assert published_path(data_dir).resolve() != before
    one, two = warehouse_of(first_refresh), warehouse_of(data_dir)
    for table in set(TABLES) - {"core.build"}:
        pd.testing.assert_frame_equal(one.table(table), two.table(table), obj=table)


def test_a_reader_keeps_its_build_and_the_next_one_sees_the_new(
    data_dir: Path, tmp_path: Path
) -> None:
    reader = warehouse_of(data_dir)
    refreshed_from(kidnappings(tmp_path, "2026-02-28", kidnapped("05901", JULY, 5)), data_dir)
    assert sums(reader)["kidnapping"] == 3
    assert sums(warehouse_of(data_dir))["kidnapping"] == 5


def test_a_broken_law_leaves_raw_data_and_warehouse_as_they_were(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Draft) -> None:
        message = "a law is broken"
        raise ContractError(message)

    before = {path: path.stat().st_mtime_ns for path in data_dir.rglob("*") if path.is_file()}
    monkeypatch.setattr(Draft, "check", refuse)
    with pytest.raises(ContractError, match="a law is broken"):
        refreshed_from(kidnappings(tmp_path, "2026-02-28", kidnapped("05901", JULY, 5)), data_dir)
    after = {path: path.stat().st_mtime_ns for path in data_dir.rglob("*") if path.is_file()}
    assert after == before


def test_a_build_cut_off_before_publishing_is_made_up_for(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: Draft, **__: object) -> None:
        raise KeyboardInterrupt

    offered = kidnappings(tmp_path, "2026-02-28", kidnapped("05901", JULY, 5))
    with monkeypatch.context() as cut_off:
        cut_off.setattr(Draft, "publish", stop)
        with pytest.raises(KeyboardInterrupt):
            refreshed_from(offered, data_dir)
    assert sums(warehouse_of(data_dir))["kidnapping"] == 3
    assert not is_current(data_dir, NO_SNAPSHOT)
    build.build(data_dir, snapshot_dir=NO_SNAPSHOT)
    assert sums(warehouse_of(data_dir))["kidnapping"] == 5


def test_an_official_list_collapses_the_coverage_states(data_dir: Path, tmp_path: Path) -> None:
    states = warehouse_of(data_dir).table("core.coverage")
    states = states[states["programme_id"] == "somos_comunidad"].set_index("municipality_code")
    states = states["state"]
    assert states.to_dict() == {
        "05901": "documented",
        "05902": "candidate",
        "05903": "no_evidence",
        "13901": "no_evidence",
        "13902": "no_evidence",
        "98901": "outside",
    }
    official = [
        coverage_row(code, evidence="official", state="covered") for code in ("05901", "13901")
    ]
    coverage(tmp_path / "2026-10-01" / "somos_comunidad_coverage_official.csv", official)
    warehouse = warehouse_of(refreshed_from(tmp_path, data_dir))
    states = warehouse.table("core.coverage")
    states = states[states["programme_id"] == "somos_comunidad"].set_index("municipality_code")
    states = states["state"]
    assert states.to_dict() == {
        "05901": "covered",
        "05902": "not_covered",
        "05903": "not_covered",
        "13901": "covered",
        "13902": "not_covered",
        "98901": "outside",
    }


def test_a_list_that_was_replaced_is_remembered(data_dir: Path, tmp_path: Path) -> None:
    official = [coverage_row(code, evidence="official") for code in ("05901", "13901")]
    path = coverage(tmp_path / "2026-10-01" / "somos_comunidad_coverage_official.csv", official)
    warehouse = warehouse_of(refreshed_from(tmp_path, data_dir))
    lists = views.coverage_lists(warehouse, "somos_comunidad")
    assert lists["municipalities"].tolist() == [1, 2]
    assert lists["is_official"].tolist() == [False, True]
    assert lists["is_current"].tolist() == [False, True]
    assert (lists["added"].tolist(), lists["dropped"].tolist()) == ([1, 1], [0, 0])
    assert lists["sha256"].iloc[1] == sha256(path.read_bytes()).hexdigest()
    assert f"{lists['cut_date'].iloc[1]:%Y-%m-%d}" == "2026-10-01"
    said = views.coverage_history(warehouse, "somos_comunidad")
    assert said["evidence"].tolist() == ["confirmed", "official", "official"]
    monthly = views.coverage_monthly(warehouse, "somos_comunidad").set_index("municipality_code")
    assert set(monthly.loc["13902", "presence"]) == {"no"}


def test_a_list_that_is_refused_leaves_the_warehouse_standing(
    data_dir: Path, tmp_path: Path
) -> None:
    before = published_path(data_dir).resolve()
    rows = [coverage_row("05901", evidence="official", end_basis="rumour"), coverage_row("77777")]
    coverage(tmp_path / "2026-10-01" / "somos_comunidad_coverage_official.csv", rows)
    with pytest.raises(SourceError) as refused:
        refreshed_from(tmp_path, data_dir)
    assert "row 2: end_basis is 'rumour'" in str(refused.value)
    assert "row 3: unknown municipality '77777'" in str(refused.value)
    assert published_path(data_dir).resolve() == before
    states = warehouse_of(data_dir).table("core.coverage")
    assert "covered" not in set(states.loc[states["programme_id"] == "somos_comunidad", "state"])


def test_a_place_that_is_taken_down_is_told_nowhere_and_stands_out_nowhere(
    data_dir: Path, tmp_path: Path
) -> None:
    codes = ("05901", "13901")
    official = [coverage_row(code, evidence="official", state="covered") for code in codes]
    coverage(tmp_path / "2026-10-01" / "somos_comunidad_coverage_official.csv", official)
    refreshed_from(tmp_path, data_dir)
    withheld.withhold(data_dir, "13901")
    assert not is_current(data_dir, NO_SNAPSHOT)
    build.build(data_dir, snapshot_dir=NO_SNAPSHOT)
    forget_replaced(data_dir)
    assert is_current(data_dir, NO_SNAPSHOT)
    warehouse = warehouse_of(data_dir)
    states = views.coverage(warehouse, "somos_comunidad").set_index("municipality_code")["state"]
    # Nobody is called not covered, and the place is one of many of which nothing was found.
    assert states.to_dict() == {
        "05901": "documented",
        "05902": "candidate",
        "05903": "no_evidence",
        "13901": "no_evidence",
        "13902": "no_evidence",
        "98901": "outside",
    }
    history = views.coverage_history(warehouse, "somos_comunidad")
    assert set(history["municipality_code"]) == {"05901"}
    assert [path.name for path in (data_dir / "processed").glob("warehouse-*.duckdb")] == [
        published_path(data_dir).resolve().name
    ]
    (data_dir / "withheld.txt").write_text("13901\nSan Jacinto\n", "utf-8")
    with pytest.raises(SourceError, match=r"1 lines are no code .*'San Jacinto'"):
        build.build(data_dir, snapshot_dir=NO_SNAPSHOT)


BURGLARIES = Series(
    id="burglaries",
    label=Text("Hurto inventado", "Invented burglaries"),
    unit=Text("casos", "cases"),
    feeds=(Feed("mindefensa_workbooks", "HURTO INVENTADO"),),
)


def test_a_new_series_is_one_declaration(tmp_path: Path) -> None:
    folder = publish_places(tmp_path / "published")
    events = [*one_a_month(2024, "05902"), Event("05902", date(2024, 12, 30), 4)]
    sheet(folder / "2025-01-31" / "HURTO INVENTADO.xlsx", mindefensa_cells(events))
    series = (*SERIES, BURGLARIES)
    warehouse = warehouse_of(refreshed_from(folder, tmp_path / "data", series))
    listed = views.series(warehouse).set_index("series_id")
    assert listed.loc["burglaries", ["label_es", "is_published", "windows"]].tolist() == [
        "Hurto inventado",
        True,
        "year,rolling,month",
    ]
    drawn = views.map_values(warehouse, "burglaries", "year", date(2024, 1, 1))
    assert drawn.set_index("municipality_code")["events"].to_dict() == {
        "05901": 0,
        "05902": 16,
        "05903": 0,
        "13901": 0,
        "13902": 0,
    }
    panel = views.place_history(warehouse, "burglaries", "05902", "month")
    assert panel["events"].tolist() == [1] * 11 + [5]
    assert "Invented burglaries / Hurto inventado" in dictionary(series=series)


def test_a_snapshot_gives_the_same_tables_and_keeps_what_a_refresh_does_not_touch(
    first_refresh: Path, tmp_path: Path
) -> None:
    original = warehouse_of(first_refresh)
    snapshot.write(original, tmp_path / "snapshot")
    data_dir = tmp_path / "data"
    build.build(data_dir, snapshot_dir=tmp_path / "snapshot")
    carried = warehouse_of(data_dir)
    for table in set(TABLES) - {"core.build", "core.source_file", "core.municipality"}:
        one, two = original.table(table), carried.table(table)
        if "path" in two:
            two["path"] = two["path"].str.removeprefix("snapshot/")
            two = two.sort_values(list(TABLES[table].key), ignore_index=True)
        pd.testing.assert_frame_equal(one, two, obj=table)
    offered = kidnappings(tmp_path / "new", "2026-02-28", kidnapped("05901", JULY, 5))
    refreshed_from(offered, data_dir, snapshot_dir=tmp_path / "snapshot")
    assert sums(warehouse_of(data_dir)) == sums(original) | {"kidnapping": 5}


def test_a_snapshot_of_another_layout_is_refused(first_refresh: Path, tmp_path: Path) -> None:
    snapshot.write(warehouse_of(first_refresh), tmp_path)
    manifest = tmp_path / "snapshot.json"
    stated = json.loads(manifest.read_text("utf-8"))
    del stated["tables"]["crime_group_monthly"]
    manifest.write_text(json.dumps(stated), "utf-8")
    with pytest.raises(SourceError, match="another version of this code: crime_group_monthly"):
        snapshot.read(tmp_path, SERIES)


def test_a_spoilt_snapshot_is_refused(first_refresh: Path, tmp_path: Path) -> None:
    snapshot.write(warehouse_of(first_refresh), tmp_path)
    table = tmp_path / "crime_monthly.parquet"
    table.write_bytes(table.read_bytes()[:-8])
    with pytest.raises(SourceError, match="crime_monthly"):
        snapshot.read(tmp_path, SERIES)


def test_an_unchanged_build_does_without_pandas(data_dir: Path) -> None:
    """Built once by the command itself, then asked again in a fresh interpreter."""
    program = (
        "import sys; from pathlib import Path; from pipeline import bundled;"
        "bundled.FOLDER = Path('nowhere');"
        "from pipeline.fingerprint import is_current;"
        f"assert is_current(Path({str(data_dir)!r}), bundled.FOLDER);"
        "sys.exit('pandas' in sys.modules)"
    )
    command = [sys.executable, "-W", "error", "-c", program]
    assert subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode == 0


def test_places_are_the_invented_ones(first_refresh: Path) -> None:
    municipalities = warehouse_of(first_refresh).table("core.municipality")
    assert municipalities["municipality_code"].tolist() == sorted(PLACES)


def test_the_official_boundaries_are_better_than_simplified_ones(
    data_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    boundary_archive(folder / "MGN2024_MPIO_POLITICO.zip", pieces=25)
    boundary_archive(folder / "MGN2025_ADM_MPIO_GRAFICO_(geojson).zip")
    boundary_archive(folder / "MGN2025_ADM_DPTO_POLITICO_(geojson).zip", "dpto")
    refreshed_from(folder, data_dir)
    warehouse = warehouse_of(data_dir)
    stored = warehouse.table("core.municipality").set_index("municipality_code")
    grounds = shapely.from_wkb(stored["geometry"].map(bytes).to_numpy(dtype=object))
    # a side of the official squares has fifty pieces, one of the simplified ones a single one
    assert set(shapely.get_num_coordinates(grounds)) == {4 * 50 + 1}
    files = warehouse.table("core.source_file")
    own = files[files["source_id"].str.endswith("_boundaries")]
    assert set(own["dataset"]) == {"nacional", "departamental", "mgn_2024", "mgn_2025"}
    official = own[own["dataset"].str.startswith("mgn")]
    assert official["licence"].str.contains("www.dane.gov.co").all()
    assert len(official) == 3


def test_files_of_no_mapped_series_are_enough_for_a_warehouse(tmp_path):
    folder = publish_places(tmp_path / "published")
    exits = mindefensa_cells([Event("98901", date(2024, 5, 5))], OF_EXITS)
    sheet(folder / "mindefensa" / "2025-06-30" / "DESVINCULADOS.xlsx", exits)
    warehouse = warehouse_of(refreshed_from(folder, tmp_path / "data"))
    assert warehouse.table("core.crime_monthly")["events"].tolist() == [1]
    warehouse.close()
