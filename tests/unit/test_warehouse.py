"""A warehouse is checked, published at once, and never harmed by a build that fails."""

import threading
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import shapely

from pipeline.catalog.tables import TABLES
from pipeline.errors import ContractError
from pipeline.store.published import published_fingerprint, published_path
from pipeline.store.warehouse import _SQL, Draft, Warehouse, frame_breaches, laws
from tests import world


def crimes(*values: tuple[object, ...]) -> pd.DataFrame:
    return world.rows("core.crime_monthly", *values)


def publish(data_dir: Path, fingerprint: str = "one") -> Path:
    with Draft(data_dir) as draft:
        return draft.publish(
            fingerprint=fingerprint, newest_cut=pd.Timestamp("2023-06-01"), is_snapshot_only=False
        ).resolve()


def files(data_dir: Path) -> set[str]:
    return {path.name for path in (data_dir / "processed").iterdir()} - {"warehouse.lock"}


def test_all_breaches_come_in_one_message(tmp_path: Path) -> None:
    wrong = crimes(
        ("extortion", "05901", "2021-01-01", 1),
        ("Extortion!", "5901", "2021-01-02", -1),
        ("Extortion!", "05901", "2021-01-01", -2),
    )
    with Draft(tmp_path) as draft, pytest.raises(ContractError) as error:
        draft.store("core.crime_monthly", wrong)
    message = str(error.value)
    assert "core.crime_monthly" in message
    assert "series_id: 2 of 3 values" in message
    assert "Extortion!" in message
    assert "municipality_code: 1 of 3 values" in message
    assert "month: 1 of 3 values fail first_of_month" in message
    assert "events: 2 of 3 values" in message


def test_a_repeated_key_is_a_breach(tmp_path: Path) -> None:
    march = ("extortion", "05901", "2021-03-01")
    repeated = crimes((*march, 1), ("extortion", "05902", "2021-01-01", 1), (*march, 2))
    with (
        Draft(tmp_path) as draft,
        pytest.raises(ContractError, match=r"1 rows repeat .* extortion, 05901, 2021-03-01"),
    ):
        draft.store("core.crime_monthly", repeated)


def test_a_table_is_stored_once(tmp_path: Path) -> None:
    with Draft(tmp_path) as draft:
        draft.store("core.crime_monthly", crimes(("extortion", "05901", "2021-01-01", 1)))
        with pytest.raises(ContractError, match="stored already"):
            draft.store("core.crime_monthly", crimes(("extortion", "05901", "2021-01-01", 1)))


def test_a_number_is_finite() -> None:
    rain = world.rows("core.context_yearly", ("rainfall", "05901", 2021, float("inf")))
    (breach,) = frame_breaches(TABLES["core.context_yearly"], rain)
    assert breach.startswith("value: 1 of 1 values")


def test_missing_and_surplus_columns_are_named(tmp_path: Path) -> None:
    wrong = crimes(("extortion", "05901", "2021-01-01", 1)).drop(columns="events").assign(sum=1)
    with Draft(tmp_path) as draft, pytest.raises(ContractError) as error:
        draft.store("core.crime_monthly", wrong)
    assert "events" in str(error.value)
    assert "sum" in str(error.value)


def test_a_missing_value_is_a_breach_where_it_may_not_be() -> None:
    table = TABLES["core.crime_monthly"]
    frame = crimes(("extortion", "05901", "2021-01-01", 1), ("extortion", None, "2021-01-01", 1))
    (breach,) = frame_breaches(table, frame)
    assert breach.startswith("municipality_code: 1 of 2 values fail not_nullable")
    assert frame_breaches(table, frame.dropna()) == []


def test_every_declared_table_and_column_is_explained_in_the_file(tmp_path: Path) -> None:
    path = publish(tmp_path)
    with duckdb.connect(path, read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name, comment from duckdb_tables()"
        ).fetchall()
        columns = connection.execute(
            "select column_name, comment, is_nullable, data_type from duckdb_columns() "
            "where schema_name = 'core' and table_name = 'municipality' order by column_index"
        ).fetchall()
    assert dict(tables) == {name: table.grain for name, table in TABLES.items()}
    area, geometry, outline = (columns[n] for n in (4, 7, 8))
    assert area == ("area_km2", "equal-area size (EPSG:6933) [km²]", False, "DOUBLE")
    assert geometry[2:] == (True, "GEOMETRY")
    assert outline[2] is False


def test_rows_come_back_as_they_went_in_ordered_by_key(tmp_path: Path) -> None:
    frames = world.core_frames()
    warehouse = world.published(tmp_path)
    for name, frame in frames.items():
        expected = frame.sort_values(list(TABLES[name].key)).reset_index(drop=True)
        pd.testing.assert_frame_equal(warehouse.table(name), expected, check_dtype=False)
    outline = warehouse.table("core.department")["web_geometry"].iloc[0]
    assert shapely.from_wkb(outline).equals(shapely.box(-75, 6, -74, 7))
    warehouse.close()


def test_a_failed_build_leaves_the_old_warehouse_serving(tmp_path: Path) -> None:
    old = publish(tmp_path)
    broken = world.core_frames()
    broken["core.crime_monthly"].loc[0, "events"] += 1
    with pytest.raises(ContractError, match="do not add up"):
        world.published(tmp_path, broken)
    assert published_path(tmp_path).resolve() == old
    assert files(tmp_path) == {"warehouse.duckdb", old.name}
    assert Warehouse.open(published_path(tmp_path)).path == old


def test_a_folder_may_be_named_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    published = publish(Path("data"))
    assert published.is_file()


def test_nothing_is_published_without_a_check(tmp_path: Path) -> None:
    with Draft(tmp_path) as draft:
        draft.check()
        draft.store("core.crime_monthly", crimes(("undeclared", "05901", "2021-01-01", 1)))
        with pytest.raises(ContractError, match="do not add up"):
            draft.publish(
                fingerprint="", newest_cut=pd.Timestamp("2023-06-01"), is_snapshot_only=False
            )
    assert not published_path(tmp_path).exists()


def test_the_replaced_build_stays_for_its_readers_and_older_ones_go(tmp_path: Path) -> None:
    first = publish(tmp_path)
    reader = Warehouse.open(published_path(tmp_path))
    second = publish(tmp_path)
    assert len(reader.query("view/build")) == 1
    assert reader.path == first
    reader.close()
    third = publish(tmp_path)
    assert published_path(tmp_path).readlink() == Path(third.name)
    assert files(tmp_path) == {"warehouse.duckdb", second.name, third.name}


def test_a_new_build_is_seen_in_the_same_process(tmp_path: Path) -> None:
    publish(tmp_path)
    first = Warehouse.open(published_path(tmp_path))
    publish(tmp_path)
    second = Warehouse.open(published_path(tmp_path))
    assert first.build_id < second.build_id
    first.close()
    second.close()


def test_what_a_crashed_build_left_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / "processed" / "warehouse-20200101T000000000.duckdb.part"
    left.parent.mkdir()
    left.write_bytes(b"unfinished")
    build = publish(tmp_path)
    assert files(tmp_path) == {"warehouse.duckdb", build.name}


def test_two_builds_do_not_run_at_once(tmp_path: Path) -> None:
    with Draft(tmp_path), pytest.raises(ContractError, match="another build is running"):
        Draft(tmp_path)
    publish(tmp_path)


def test_no_warehouse_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"no warehouse at .*make build"):
        Warehouse.open(published_path(tmp_path))
    assert published_fingerprint(tmp_path) is None


def test_another_layout_is_refused(tmp_path: Path) -> None:
    path = publish(tmp_path)
    with duckdb.connect(path) as connection:
        connection.execute("update core.build set layout_version = 'older'")
    with pytest.raises(ContractError, match="another layout"):
        Warehouse.open(path)
    # What it was built from can still be told, so that a rebuild is known to be needed.
    assert published_fingerprint(tmp_path) == "one"


def test_a_file_that_is_no_warehouse_is_refused(tmp_path: Path) -> None:
    path = published_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"not a database, only some bytes")
    with pytest.raises(ContractError, match="cannot be read"):
        Warehouse.open(path)
    assert published_fingerprint(tmp_path) is None


def test_the_fingerprint_is_known_without_pandas(tmp_path: Path) -> None:
    publish(tmp_path, fingerprint="f1")
    assert published_fingerprint(tmp_path) == "f1"


def test_threads_share_a_warehouse(tmp_path: Path) -> None:
    warehouse = world.published(tmp_path)
    answers: list[int] = []

    def ask() -> None:
        for _ in range(20):
            answers.append(len(warehouse.query("view/municipalities")))  # noqa: PERF401 - one by one

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [3] * 80
    warehouse.close()


def test_a_published_warehouse_cannot_be_written(tmp_path: Path) -> None:
    warehouse = world.published(tmp_path)
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        warehouse._connection.execute("delete from core.crime_monthly")
    warehouse.close()


def test_every_law_is_told_in_both_languages() -> None:
    told = laws()
    assert len(told) == len(list(_SQL.glob("check/*.sql")))
    for path in _SQL.glob("check/*.sql"):
        english, spanish, *_ = path.read_text("utf-8").splitlines()
        assert english == f"-- {told[path.stem].en}"
        assert spanish == f"-- es: {told[path.stem].es}"
