"""The snapshot is the refreshed warehouse in small: it gives the same tables, and it is current."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline import build, bundled, snapshot
from pipeline.catalog.tables import TABLES
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse


def comparable(warehouse: Warehouse, table: str) -> pd.DataFrame:
    """A table without what a snapshot cannot or should not keep."""
    frame = warehouse.table(table)
    if "path" in frame:
        frame["path"] = frame["path"].str.removeprefix(bundled.SNAPSHOT_PREFIX)
        frame = frame.sort_values(list(TABLES[table].key), ignore_index=True)
    return frame.drop(
        columns=["geometry", "is_bundled", "retrieved_date", "origin"], errors="ignore"
    )


@pytest.fixture(scope="module")
def from_snapshot(refreshed: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("snapshot")
    snapshot.write(refreshed, folder)
    data_dir = tmp_path_factory.mktemp("from snapshot")
    build.build(data_dir, snapshot_dir=folder)
    return Warehouse.open(published_path(data_dir))


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"core.build"}))
def test_a_build_from_the_snapshot_gives_the_same_tables(
    refreshed: Warehouse, from_snapshot: Warehouse, table: str
) -> None:
    pd.testing.assert_frame_equal(comparable(refreshed, table), comparable(from_snapshot, table))


def test_the_bundled_snapshot_is_current(refreshed: Warehouse, tmp_path: Path) -> None:
    """Whoever changes how files are read runs `make snapshot` in the same commit."""
    snapshot.write(refreshed, tmp_path)
    for path in sorted(tmp_path.glob("*.parquet")):
        fresh, kept = (
            pd.read_parquet(folder / path.name).drop(
                columns=["retrieved_date", "is_bundled"], errors="ignore"
            )
            for folder in (tmp_path, bundled.FOLDER)
        )
        pd.testing.assert_frame_equal(fresh, kept, obj=path.name)
