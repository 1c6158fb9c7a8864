"""One warehouse refreshed from the mirror of published files, shared by all acceptance tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import build
from pipeline.ingest import raw
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests.world.days import TODAY

MIRROR = Path(__file__).resolve().parents[3] / "shared" / "mirror"


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of published files."""
    if not MIRROR.is_dir():
        pytest.skip("../shared/mirror is absent: the published files are not on this machine")
    return MIRROR


@pytest.fixture(scope="session")
def refreshed_dir(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one refresh from the mirror, without the bundled snapshot."""
    data_dir = tmp_path_factory.mktemp("refreshed")
    offered = raw.scan(mirror, TODAY)
    build.refresh(raw.unknown(offered.found, ()), data_dir, snapshot_dir=data_dir / "no snapshot")
    return data_dir


@pytest.fixture(scope="session")
def refreshed(refreshed_dir: Path) -> Iterator[Warehouse]:
    """The warehouse in it."""
    warehouse = Warehouse.open(published_path(refreshed_dir))
    yield warehouse
    warehouse.close()
