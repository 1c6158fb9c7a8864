"""Properties are tried on the same examples every time, however busy the machine is."""

from pathlib import Path

import pytest
from hypothesis import settings

from pipeline import build

settings.register_profile("atlas", deadline=None, derandomize=True)
settings.load_profile("atlas")


@pytest.fixture(scope="session")
def bundled_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled snapshot built as on a new machine, once for all tests that only read it."""
    data_dir = tmp_path_factory.mktemp("new machine")
    build.build(data_dir)
    return data_dir
