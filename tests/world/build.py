"""Data folders of the invented country, built without the bundled snapshot of the real one."""

from collections.abc import Sequence
from pathlib import Path

from pipeline import build
from pipeline.catalog.series import SERIES, Series
from pipeline.ingest import raw
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests.world.days import TODAY

NO_SNAPSHOT = Path("no snapshot here")


def refreshed_from(
    folder: Path,
    data_dir: Path,
    series: Sequence[Series] = SERIES,
    snapshot_dir: Path = NO_SNAPSHOT,
) -> Path:
    """Refresh a data folder from a folder of published files, as the command does."""
    new = raw.unknown(raw.scan(folder, TODAY, series).found, raw.read_lock(data_dir / "raw"))
    build.refresh(new, data_dir, series, snapshot_dir)
    return data_dir


def warehouse_of(data_dir: Path) -> Warehouse:
    """The published warehouse of a data folder."""
    return Warehouse.open(published_path(data_dir))
