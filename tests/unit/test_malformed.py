"""However a published file is damaged, it is read or refused: no other error escapes.

The damage is drawn at random with fixed seeds, from the invented files of every layout.
"""

import copy
import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pipeline.analysis.boundaries import repaired
from pipeline.catalog.series import SERIES
from pipeline.catalog.sources import SOURCES, Layout
from pipeline.errors import AtlasError
from pipeline.ingest import readers
from pipeline.ingest.conform import gazetteer
from pipeline.ingest.coverage import read_coverage
from pipeline.ingest.events import EVENT_LAYOUTS, read_events
from pipeline.ingest.geometry import read_polygons
from pipeline.ingest.programme_data import read_programme_data
from pipeline.ingest.raw import Found, scan
from pipeline.ingest.reference import read_divipola, read_pdet, read_population
from tests.world import files
from tests.world.days import TODAY

LAYOUTS = {source.id: source.layout for source in SOURCES}
SQUARES = files.boundaries()
TRIALS = 12

JUNK_CELLS = (
    "", " ", "x", "TOTAL", "2020-13-45", "31/02/2025", -1, 1.5, 45_000, 1e15, True,
    date(1905, 1, 1), date(9999, 12, 31), timedelta(hours=5),
)  # fmt: skip
JUNK_TEXT = (
    "", "NA", "x", "-1", "1e400", "nan", "inf", "9999-99-99", "5,1", "a\nb", '"', "9" * 30, "true",
)  # fmt: skip
JUNK_JSON = (
    None, "", " ", "x", -1, True, 1e300, 10**400, float("nan"), float("inf"), [], {}, [[]],
)  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Found, ...]:
    folder = files.publish(tmp_path_factory.mktemp("published"))
    files.population_areas(folder / "more" / "PPED-AreaMun-2018-2042_VP.xlsx")
    files.population_back(folder / "more" / "DCD-area-proypoblacion-Mun-2005-2017_VP.xlsx")
    asked = {"indicator_id": "feels_safer", "value": "62.5", "base": "240"}
    rows = [files.programme_data_row("05901"), files.programme_data_row("05902", **asked)]
    files.programme_data(folder / "more" / "somos_comunidad_data.csv", rows)
    return scan(folder, TODAY).found


@pytest.fixture(scope="module")
def read(published: tuple[Found, ...]) -> Any:
    """Read a file as the build does, and say whether it was accepted."""
    (listed,) = (one for one in published if one.file.source_id == "divipola")
    places = gazetteer(read_divipola(listed.location))
    references = {
        Layout.DIVIPOLA: read_divipola,
        Layout.POPULATION: lambda path: read_population(path, "edition", places),
        Layout.PDET: lambda path: read_pdet(path, places),
        Layout.COVERAGE: lambda path: read_coverage(path, places),
        Layout.PROGRAMME_DATA: lambda path: read_programme_data(path, places),
        Layout.MUNICIPALITY_POLYGONS: lambda path: repaired(read_polygons(path)),
        Layout.DEPARTMENT_POLYGONS: lambda path: read_polygons(path, unit="department"),
    }

    def accepted(one: Found, path: Path) -> bool:
        layout = LAYOUTS[one.file.source_id]
        try:
            if path.suffix == ".xls" and path != one.location:
                readers.refuse_exhausting_workbook(path)
            if layout in EVENT_LAYOUTS:
                read_events(Found(one.file, path), SERIES, places, SQUARES)
            else:
                references[layout](path)
        except AtlasError as refusal:
            message = str(refusal)
        else:
            return True
        # what mends geometries knows no files: the refresh names them
        assert path.name in message or "geometries" in message
        return False

    return accepted


def damaged(published: tuple[Found, ...], *suffixes: str) -> Iterator[tuple[Found, Random]]:
    """The files of some formats, each with its own source of chance."""
    for one in published:
        if one.location.suffix in suffixes:
            yield one, Random(one.file.path)  # noqa: S311 - chance that repeats


def test_undamaged_files_are_accepted(published: tuple[Found, ...], read: Any) -> None:
    assert all(read(one, one.location) for one in published)


def test_a_binary_or_structured_file_cut_anywhere_is_refused(
    published: tuple[Found, ...], read: Any, tmp_path: Path
) -> None:
    formats = (".xlsx", ".xls", ".json", ".geojson", ".topojson")
    for one, chance in damaged(published, *formats):
        content = one.location.read_bytes()
        for _ in range(TRIALS):
            path = tmp_path / one.location.name
            path.write_bytes(content[: chance.randrange(len(content) - 1)])
            assert not read(one, path)


def test_a_table_cut_anywhere_is_read_or_refused(
    published: tuple[Found, ...], read: Any, tmp_path: Path
) -> None:
    outcomes = []
    for one, chance in damaged(published, ".csv"):
        content = one.location.read_bytes()
        for _ in range(TRIALS):
            path = tmp_path / one.location.name
            path.write_bytes(content[: chance.randrange(len(content))])
            outcomes.append(read(one, path))
    assert outcomes.count(False) > len(outcomes) / 2


def test_a_workbook_with_spoilt_cells_is_read_or_refused(
    published: tuple[Found, ...], read: Any, tmp_path: Path
) -> None:
    outcomes = []
    for one, chance in damaged(published, ".xlsx", ".xls"):
        content = readers.read_sheets(one.location)
        for _ in range(TRIALS):
            spoilt = copy.deepcopy(content)
            cells = spoilt[chance.choice(list(spoilt))]
            row, column = chance.randrange(len(cells)), chance.randrange(len(cells[0]))
            kind = chance.random()
            if kind < 0.7:
                cells[row][column] = chance.choice(JUNK_CELLS)
            elif kind < 0.8:
                del cells[row]
            elif kind < 0.9:
                cells.insert(row, list(cells[row]))
            else:
                for values in cells:
                    del values[column]
            path = tmp_path / one.location.name
            outcomes.append(read(one, files.sheets(path, _writable(spoilt))))
    assert {True, False} == set(outcomes)


def _writable(content: dict[str, Any]) -> dict[str, Any]:
    """Cells without durations: the writer of .xls has no such kind."""
    return {
        name: [[str(v) if isinstance(v, timedelta) else v for v in row] for row in cells]
        for name, cells in content.items()
    }


def test_a_table_with_spoilt_values_is_read_or_refused(
    published: tuple[Found, ...], read: Any, tmp_path: Path
) -> None:
    outcomes = []
    for one, chance in damaged(published, ".csv"):
        rows = list(csv.reader(io.StringIO(one.location.read_text("utf-8-sig"))))
        for _ in range(2 * TRIALS):
            spoilt = copy.deepcopy(rows)
            values = spoilt[chance.randrange(len(spoilt))]
            column = chance.randrange(len(values))
            kind = chance.random()
            if kind < 0.6:
                values[column] = chance.choice(JUNK_TEXT)
            elif kind < 0.7:
                del values[column]
            elif kind < 0.8:
                values.insert(column, "z")
            elif kind < 0.9:
                spoilt.remove(values)
            else:
                spoilt.append(values)
            path = tmp_path / one.location.name
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows(spoilt)
            outcomes.append(read(one, path))
    assert {True, False} == set(outcomes)


def test_a_document_with_spoilt_values_is_read_or_refused(
    published: tuple[Found, ...], read: Any, tmp_path: Path
) -> None:
    outcomes = []
    for one, chance in damaged(published, ".json", ".geojson", ".topojson"):
        content = json.loads(one.location.read_text("utf-8"))
        for _ in range(3 * TRIALS):
            spoilt = copy.deepcopy(content)
            _spoil(spoilt, chance)
            path = files.document(tmp_path / one.location.name, spoilt)
            outcomes.append(read(one, path))
    assert {True, False} == set(outcomes)


def _spoil(node: Any, chance: Random) -> None:
    """Remove or replace one value, at any depth."""
    while True:
        keys = list(node) if isinstance(node, dict) else range(len(node))
        key = chance.choice(keys)
        is_leaf = not isinstance(node[key], dict | list) or not node[key]
        if is_leaf or chance.random() < 0.25:
            if chance.random() < 0.3:
                del node[key]
            else:
                node[key] = chance.choice(JUNK_JSON)
            return
        node = node[key]


def test_flipped_bytes_are_read_or_refused(
    published: tuple[Found, ...], read: Any, tmp_path: Path
) -> None:
    # .xls holds no checksum: flipped bytes there can pass for figures, or for cells far apart
    formats = (".xlsx", ".xls", ".csv", ".json", ".geojson", ".topojson")
    outcomes = []
    for one, chance in damaged(published, *formats):
        for _ in range(TRIALS):
            content = bytearray(one.location.read_bytes())
            for _ in range(chance.choice([1, 3, 30])):
                content[chance.randrange(len(content))] = chance.randrange(256)
            path = tmp_path / one.location.name
            path.write_bytes(content)
            outcomes.append(read(one, path))
    assert outcomes.count(False) > len(outcomes) / 2
