"""A table as a file: comma-separated text after RFC 4180, and Parquet. Equal rows, equal bytes."""

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from math import fsum
from typing import Any, Final

import pyarrow as arrow
import pyarrow.csv
import pyarrow.parquet
from pyarrow import compute

from pipeline.words import inert

_CSV: Final = pyarrow.csv.WriteOptions(eol="\r\n", quoting_header="none")
ROW_GROUP: Final = 131_072
"""Rows that a reader of Parquet takes at a time."""

_LEVEL: Final = 9


def csv_bytes(rows: arrow.Table) -> bytes:
    """Rows as comma-separated text in UTF-8 with a head, after RFC 4180.

    Empty where unknown; days as ``2025-01-31``; ``true`` and ``false``. Text that a spreadsheet
    would take for a formula begins with an apostrophe.

    Parameters
    ----------
    rows
        In the order in which they are to stand.
    """
    for at, field in enumerate(rows.schema):
        if arrow.types.is_string(field.type):
            rows = rows.set_column(at, field, _harmless(rows.column(at)))
    file = BytesIO()
    pyarrow.csv.write_csv(rows, file, _CSV)
    return file.getvalue()


def parquet_bytes(rows: arrow.Table, about: Mapping[str, Any]) -> bytes:
    """Rows as Parquet, with what is said of them.

    Parameters
    ----------
    rows
        In the order in which they are to stand.
    about
        What programs find in the file's own metadata under ``atlas``.
    """
    stated = {b"atlas": json.dumps(about, ensure_ascii=False).encode()}
    file = BytesIO()
    pyarrow.parquet.write_table(
        rows.replace_schema_metadata(stated),
        file,
        row_group_size=ROW_GROUP,
        version="2.6",
        compression="zstd",
        compression_level=_LEVEL,
    )
    return file.getvalue()


def sums(rows: arrow.Table, apart: tuple[str, ...]) -> dict[str, float]:
    """Sum of each column of numbers, rounded once: the same in whatever order it is added.

    Parameters
    ----------
    rows
        What is summed; missing values count nothing.
    apart
        Columns whose sum means nothing: the key.
    """
    found: dict[str, float] = {}
    for field in rows.schema:
        if field.name in apart:
            continue
        column = rows.column(field.name)
        if arrow.types.is_integer(field.type):
            found[field.name] = compute.sum(column).as_py() or 0
        elif arrow.types.is_floating(field.type):
            found[field.name] = fsum(column.drop_null().to_numpy())
    return found


def sha256(content: bytes) -> str:
    """Checksum of a file."""
    return hashlib.sha256(content).hexdigest()


def _harmless(column: arrow.ChunkedArray) -> arrow.ChunkedArray:
    """Text with nothing that could be a formula, and missing where it is empty."""
    distinct = column.unique().drop_null().to_pylist()
    dangerous = {one: inert(one) for one in distinct if one and inert(one) != one}
    if "" in distinct:
        column = compute.if_else(compute.equal(column, ""), None, column)
    for text, harmless in dangerous.items():
        column = compute.if_else(compute.equal(column, text), harmless, column)
    return column
