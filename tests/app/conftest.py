"""The invented country, published once for all tests of pages: they read it and never change it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import cached
from pipeline import Warehouse
from pipeline.store.published import published_path
from tests.app.country import publish


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of the country."""
    data_dir = tmp_path_factory.mktemp("country")
    publish(data_dir).close()
    return data_dir


@pytest.fixture(scope="session")
def warehouse(country: Path) -> Iterator[Warehouse]:
    opened = Warehouse.open(published_path(country))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    cached._opened.cache_clear()
