"""The whole export, ready to be stored and cited: figures, their description, terms, checksums.

The same warehouse gives the same bytes: rows in the order of their keys, times from the build.
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as arrow

from pipeline.errors import CatalogError, SourceError
from pipeline.export import texts
from pipeline.export.files import csv_bytes, parquet_bytes, sha256, sums
from pipeline.export.geography import geopackage, geoparquet, layers
from pipeline.export.package import DESCRIPTOR, Build, descriptor, resource
from pipeline.export.resources import CSV, Exported, exported
from pipeline.export.rows import rows
from pipeline.export.workbook import workbook
from pipeline.ingest.bundle import member
from pipeline.store.warehouse import Warehouse

CHECKSUMS: Final = "CHECKSUMS.sha256"
_CSV_FACTS: Final = {
    "type": "table",
    "dialect": {"csv": {"delimiter": ",", "lineTerminator": "\r\n"}},
}


class Written(NamedTuple):
    """How much was exported."""

    files: int
    bytes: int


class _File(NamedTuple):
    """One file of the export, and what the package says of it; nothing of the texts beside it."""

    path: str
    content: bytes
    stated: dict[str, Any] | None = None


def write(warehouse: Warehouse, target: Path, series: Sequence[str] = ()) -> Written:
    """Write every public figure of a warehouse, whole or not at all.

    Parameters
    ----------
    warehouse
        An open warehouse.
    target
        A folder, or an archive if its name ends in ``.zip``; an earlier export there is replaced.
    series
        Ids of the series wanted; all if empty.

    Returns
    -------
    Written
        Files in it, and their size before packing.

    Raises
    ------
    CatalogError
        If a series is not known.
    SourceError
        If the place is taken by something else, or cannot be written.
    """
    build = Build(warehouse, _known(warehouse, series))
    _refuse_foreign(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as place:
            folder = Path(place) / "export"
            written = _fill(folder, build)
            if target.suffix == ".zip":
                _packed(folder).replace(target)
            else:
                if target.exists():
                    shutil.rmtree(target)
                folder.replace(target)
    except OSError as error:
        message = f"{target} cannot be written ({error.strerror}). Choose another place."
        raise SourceError(message) from error
    return written


def _known(warehouse: Warehouse, series: Sequence[str]) -> tuple[str, ...]:
    known = list(warehouse.query("view/series")["series_id"])
    unknown = [one for one in series if one not in known]
    if unknown:
        message = (
            f"{len(unknown)} unknown series: {', '.join(unknown)}. Choose from: {', '.join(known)}"
        )
        raise CatalogError(message)
    return tuple(series)


def _refuse_foreign(target: Path) -> None:
    if not target.name:
        message = "Say where the export goes: make export OUT=<folder or file.zip>."
        raise SourceError(message)
    is_archive = target.suffix == ".zip"
    is_free = not target.exists() or (is_archive and target.is_file())
    is_own = target.is_dir() and ((target / DESCRIPTOR).is_file() or not any(target.iterdir()))
    if not (is_free or (is_own and not is_archive)):
        message = f"{target} holds something that is no export. Choose another place, or remove it."
        raise SourceError(message)


def _fill(folder: Path, build: Build) -> Written:
    """Write all files; of each only its checksum and what is said of it stay in memory."""
    digests: dict[str, str] = {}
    stated = []
    size = 0

    def place(file: _File) -> None:
        nonlocal size
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        digests[file.path] = sha256(file.content)
        size += len(file.content)

    for file in _figures(build):
        place(file)
        stated.append(file.stated or {})
    place(_File(DESCRIPTOR, descriptor(build, stated)))
    for path, text in texts.beside(build).items():
        place(_File(path, text.encode()))
    sums_of = "".join(f"{digests[path]}  {path}\n" for path in sorted(digests))
    place(_File(CHECKSUMS, sums_of.encode()))
    return Written(len(digests), size)


def _figures(build: Build) -> Iterator[_File]:
    """Every file of figures, tables first."""
    for one in exported():
        yield from _table_files(one, build)
    places = layers(build)
    for layer in places:
        path, content = f"geo/{layer.name}.parquet", geoparquet(layer)
        told = {
            "description": "outlines with the newest whole year of each series; GeoParquet 1.1",
            "statistics": {
                "rows": len(layer.frame),
                "sums": sums(arrow.Table.from_pandas(layer.figures, preserve_index=False), ()),
            },
            "schema": {"fields": layer.fields, "primaryKey": [layer.fields[0]["name"]]},
        }
        yield _File(path, content, resource(f"geo.{layer.name}", path, content, told))
    for path, content, what in (
        ("geo/atlas.gpkg", geopackage(build, places), "the same with a styled layer per series"),
        ("atlas.xlsx", workbook(build), "newest whole year, departments by year, trends, notes"),
    ):
        name = path.replace("/", ".")
        yield _File(path, content, resource(name, path, content, {"description": what}))


def _table_files(one: Exported, build: Build) -> Iterable[_File]:
    found = rows(build, one)
    facts = {
        "title": one.name,
        "description": one.table.grain,
        "statistics": {"rows": found.num_rows, "sums": sums(found, one.table.key)},
        "schema": one.table_schema,
    }
    for form, path in one.paths.items():
        if form == CSV:
            content, name = csv_bytes(found), one.name
            told = {**facts, **_CSV_FACTS, "rows": found.num_rows, "fields": found.num_columns}
        else:
            content = parquet_bytes(found, {"grain": one.table.grain, **build.facts})
            name, told = f"{one.name}.parquet", facts
        yield _File(path, content, resource(name, path, content, told))


def _packed(folder: Path) -> Path:
    """All files of a folder in one archive beside it, in the order of their names."""
    archive = folder.with_suffix(".zip")
    with archive.open("wb") as stream:
        with zipfile.ZipFile(stream, "w") as packed:
            for path in sorted(one for one in folder.rglob("*") if one.is_file()):
                content = path.read_bytes()
                packed.writestr(member(path.relative_to(folder).as_posix(), len(content)), content)
        stream.flush()
        os.fsync(stream.fileno())
    return archive
