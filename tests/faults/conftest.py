"""The invented country after its first refresh from all of its publishers."""

import shutil
from pathlib import Path

import pytest

from tests.faults.offers import Country
from tests.faults.stopped import refresh
from tests.world.build import refreshed_from
from tests.world.files import OF_EXITS, Event, date, mindefensa_cells, publish_places, sheet
from tests.world.publishers import serving


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the first release of every publisher; not to be written to."""
    folder = tmp_path_factory.mktemp("begun")
    published = publish_places(folder / "published")
    exits = mindefensa_cells([Event("98901", date(2024, 5, 5))], OF_EXITS)
    sheet(published / "mindefensa" / "2025-06-30" / "DESVINCULADOS.xlsx", exits)
    data_dir = refreshed_from(published, folder / "data")
    with serving() as publishers:
        Country(publishers)
        refresh(data_dir, publishers.address, 0)
    return data_dir


@pytest.fixture
def data_dir(begun: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(begun, tmp_path / "data", symlinks=True)
