"""The layers hold, and each contract that guards them would notice a breach."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = ROOT / "pyproject.toml"
MODULES = (
    "pipeline/__init__.py",
    "pipeline/errors.py",
    "pipeline/views.py",
    "pipeline/catalog/__init__.py",
    "pipeline/catalog/series.py",
    "pipeline/ingest/__init__.py",
    "pipeline/ingest/fetch/__init__.py",
    "pipeline/ingest/fetch/http.py",
    "pipeline/ingest/readers.py",
    "pipeline/analysis/__init__.py",
    "pipeline/analysis/rates.py",
    "pipeline/store/__init__.py",
    "pipeline/store/warehouse.py",
    "dashboard/__init__.py",
    "dashboard/app.py",
    "dashboard/pages/__init__.py",
    "dashboard/pages/map.py",
)
CATALOGUE, PURE, DOOR, UNAWARE, DUCKDB, NETWORK = (
    contract["name"]
    for contract in tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
)


def broken_contracts(folder: Path) -> set[str]:
    """Names of the project's contracts that the packages in `folder` break."""
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", lint, "--config", PYPROJECT, "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    verdicts = (line.rsplit(" ", 1) for line in run.stdout.splitlines() if " " in line)
    broken = {name for name, verdict in verdicts if verdict == "BROKEN"}
    assert bool(broken) == bool(run.returncode), run.stdout
    return broken


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """Modules in the project's layout, empty but for the one that opens DuckDB."""
    for module in MODULES:
        path = tmp_path / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "pipeline/store/warehouse.py").write_text("import duckdb")
    return tmp_path


def test_layers_hold() -> None:
    assert broken_contracts(ROOT) == set()


def test_intended_imports_are_allowed(skeleton: Path) -> None:
    intended = {
        "pipeline/__init__.py": "from pipeline import views",
        "pipeline/views.py": "import pipeline.store.warehouse, pipeline.analysis.rates",
        "pipeline/catalog/series.py": "import pipeline.errors",
        "pipeline/analysis/rates.py": "import pipeline.catalog.series, pipeline.errors",
        "pipeline/ingest/fetch/http.py": "import urllib.request, http.client, socket, httpx",
        "pipeline/store/warehouse.py": "import duckdb, pipeline.catalog.series",
        "dashboard/app.py": "import pipeline\nfrom pipeline import views",
        "dashboard/pages/map.py": "import dashboard.app",
    }
    for module, text in intended.items():
        (skeleton / module).write_text(text)

    assert broken_contracts(skeleton) == set()


def test_what_is_read_and_shown_does_not_even_load_a_client_of_the_network() -> None:
    asked = "import sys, pipeline.views, dashboard.app; pipeline.standings, pipeline.Warehouse"
    run = subprocess.run(
        [sys.executable, "-c", f"{asked}; print('httpx' in sys.modules, 'pandas' in sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("module", "text", "contract"),
    [
        ("pipeline/catalog/series.py", "import pipeline.ingest.readers", CATALOGUE),
        ("pipeline/catalog/series.py", "import pipeline.views", CATALOGUE),
        ("pipeline/analysis/rates.py", "import pipeline.store.warehouse", PURE),
        ("pipeline/analysis/rates.py", "import pipeline.ingest.readers", PURE),
        ("dashboard/app.py", "import pipeline.store.warehouse", DOOR),
        ("dashboard/app.py", "import pipeline.catalog.series", DOOR),
        ("dashboard/pages/map.py", "from pipeline.analysis import rates", DOOR),
        ("pipeline/views.py", "import dashboard.app", UNAWARE),
        ("pipeline/views.py", "import duckdb", DUCKDB),
        ("dashboard/pages/map.py", "import duckdb", DUCKDB),
        ("pipeline/ingest/readers.py", "import urllib.request", NETWORK),
        ("pipeline/views.py", "import socket", NETWORK),
        ("pipeline/views.py", "import httpx", NETWORK),
        ("dashboard/app.py", "import requests", NETWORK),
    ],
)
def test_breach_is_noticed(skeleton: Path, module: str, text: str, contract: str) -> None:
    (skeleton / module).write_text(text)

    assert broken_contracts(skeleton) == {contract}
