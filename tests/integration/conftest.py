"""The invented country, published once and refreshed once for all tests that only read it."""

import shutil
from pathlib import Path

import pytest

from tests.world.build import refreshed_from
from tests.world.files import publish


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one published file of every layout."""
    return publish(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def first_refresh(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one refresh; not to be written to."""
    return refreshed_from(published, tmp_path_factory.mktemp("first"))


@pytest.fixture
def data_dir(first_refresh: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(first_refresh, tmp_path / "data", symlinks=True)
