"""A build copies what it would compute again, and computes all that rests on something else."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline.catalog import methods
from pipeline.catalog.tables import TABLES
from pipeline.marts import reuse
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests import world

MARTS = [name for name in TABLES if name.startswith("mart.")]
STEPS = {
    *("smoothed_table", "trend_table", "ranked_tables", "cluster_tables", "series_anomalies"),
    "placebo_tables",
}
"""What there is to compute: the invented country has no two windows side by side."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after its first build; not to be written to."""
    folder = tmp_path_factory.mktemp("first")
    world.published(folder).close()
    return folder


@pytest.fixture(scope="module")
def from_nothing(first: Path) -> dict[str, pd.DataFrame]:
    warehouse = Warehouse.open(published_path(first))
    found = {name: warehouse.table(name) for name in MARTS}
    warehouse.close()
    return found


@pytest.fixture
def data_dir(first: Path, tmp_path: Path) -> Path:
    return shutil.copytree(first, tmp_path / "data", symlinks=True)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """Every step and series that is computed from now on."""
    seen: list[tuple[str, str]] = []
    compute_all = reuse.computed

    def counted(compute: Callable[..., object], arguments: tuple[object, ...]) -> object:
        (series_id,) = arguments[0]["series_id"].unique() if len(arguments[0]) else ("",)
        seen.append((compute.__name__, series_id))
        return compute_all(compute, arguments)

    monkeypatch.setattr(reuse, "computed", counted)
    return seen


def marts(data_dir: Path, frames: dict[str, pd.DataFrame] | None = None) -> dict[str, pd.DataFrame]:
    """All marts of a new build in a data folder."""
    warehouse = world.published(data_dir, frames)
    found = {name: warehouse.table(name) for name in MARTS}
    warehouse.close()
    return found


def assert_equal(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    for name in MARTS:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True, obj=name)


def with_a_larger_crowd() -> dict[str, pd.DataFrame]:
    """One crowd of seven where there was one of six."""
    frames = world.core_frames()
    for table, column, value in (
        ("core.crime_monthly", "events", 7),
        ("core.crime_group_monthly", "group_squares", 49),
    ):
        frames[table].loc[frames[table]["series_id"] == "crowds", column] = value
    files = frames["core.source_file"]
    files.loc[files["dataset"] == "crowds", ["events_read", "events_stored"]] = 7.0
    return frames


def edit(data_dir: Path, statement: str) -> None:
    with duckdb.connect(published_path(data_dir).resolve()) as connection:
        connection.execute(statement)


def test_a_build_of_the_same_figures_computes_nothing(
    data_dir: Path, from_nothing: dict[str, pd.DataFrame], steps: list[tuple[str, str]]
) -> None:
    assert_equal(marts(data_dir), from_nothing)
    assert steps == []


def test_other_figures_of_one_series_cost_its_own_statistics(
    data_dir: Path, tmp_path: Path, steps: list[tuple[str, str]]
) -> None:
    again = marts(data_dir, with_a_larger_crowd())
    assert set(steps) == {(step, "crowds") for step in STEPS}
    steps.clear()
    assert_equal(again, marts(tmp_path / "from nothing", with_a_larger_crowd()))
    assert {step for step, _ in steps} == STEPS


def test_another_constant_or_code_computes_everything(
    data_dir: Path, steps: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as changed:
        changed.setattr(methods, "RANK_SEED", methods.RANK_SEED + 1)
        marts(data_dir)
    everything = sorted(steps)
    assert {step for step, _ in everything} == STEPS
    steps.clear()
    code = [shutil.copytree(one, tmp_path / f"code of {one.name}") for one in reuse._CODE]
    monkeypatch.setattr(reuse, "_CODE", code)
    with (code[0] / "ranks.py").open("a") as module:
        module.write("# no longer what it was\n")
    marts(data_dir)
    assert sorted(steps) == everything


@pytest.mark.parametrize(
    ("statement", "computed"),
    [
        ("update core.build set layout_version = 'older'", STEPS),
        ("delete from mart.computation where mart = 'mart.trend'", {"trend_table"}),
        ("update mart.rate_smoothed set smoothed_per_100k = 1", {"smoothed_table"}),
        ("delete from mart.moran", {"cluster_tables"}),
    ],
)
def test_what_was_edited_is_computed_anew(
    data_dir: Path,
    from_nothing: dict[str, pd.DataFrame],
    steps: list[tuple[str, str]],
    statement: str,
    computed: set[str],
) -> None:
    edit(data_dir, statement)
    assert_equal(marts(data_dir), from_nothing)
    assert {step for step, _ in steps} == computed


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_damaged_warehouse_is_no_hindrance(
    data_dir: Path, from_nothing: dict[str, pd.DataFrame], kept: float
) -> None:
    file = published_path(data_dir).resolve()
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.seek(int(size * kept))
        stream.write(b"\xa5" * (size - stream.tell()))
    assert_equal(marts(data_dir), from_nothing)
