"""The bundled snapshot's warehouse, for tests and for the examples in docstrings alike."""

from pathlib import Path

import pytest

from pipeline import build
from pipeline.api import open as opened
from pipeline.commands import REPOSITORY
from pipeline.fingerprint import is_current


@pytest.fixture(scope="session")
def bundled_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled snapshot built as on a new machine, once for all tests that only read it."""
    data_dir = tmp_path_factory.mktemp("new machine")
    build.build(data_dir)
    return data_dir


@pytest.fixture(scope="session")
def examples_data_dir(request: pytest.FixtureRequest) -> Path:
    """The same: the checkout's own, if this very code built it from the snapshot alone."""
    own = REPOSITORY / "data"
    if is_current(own) and opened(own).query("view/build")["is_snapshot_only"].item():
        return own
    built: Path = request.getfixturevalue("bundled_data_dir")
    return built


@pytest.fixture(autouse=True)
def _examples_read_the_snapshot(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Give the examples of `pipeline.api` the warehouse that ``make build`` makes."""
    if isinstance(request.node, pytest.DoctestItem) and "pipeline.api" in request.node.name:
        monkeypatch.setenv("DATA_DIR", str(request.getfixturevalue("examples_data_dir")))
