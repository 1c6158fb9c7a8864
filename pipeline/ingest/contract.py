"""A file that somebody fills in, read and held against its declared contract.

Every problem is told at once, in both languages, by the row as a spreadsheet numbers it.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pipeline.catalog.contracts import Cell, Contract, Field
from pipeline.catalog.text import Text
from pipeline.errors import SourceError
from pipeline.ingest import readers
from pipeline.ingest.conform import Gazetteer, code_of

LARGEST_BYTES: Final = 1_000_000
"""A list of all 1,122 municipalities takes a third of it."""

HEADER_ROW: Final = 1

_WORKBOOKS: Final = (".xlsx", ".xls")
_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_QUARTER: Final = re.compile(r"\d{4}-Q[1-4]")
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - memory, not disk, where a system has it

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that its contract does not allow.

    Attributes
    ----------
    row
        As a spreadsheet numbers it: the header is 1; 0 where it is the file as a whole.
    text
        What is wrong and what is expected.
    """

    row: int
    text: Text


def told(problem: Problem) -> Text:
    """A problem with its row in front, where it has one."""
    if not problem.row:
        return problem.text
    return Text(f"fila {problem.row}: {problem.text.es}", f"row {problem.row}: {problem.text.en}")


def refusal(path: Path, problems: Sequence[Problem]) -> SourceError:
    """The error that names every problem of a file at once."""
    message = (
        f"{readers.shown(path)}: {len(problems)} problems. Mend these rows and refresh again."
        + "".join(f"\n  {told(problem).en}" for problem in problems)
    )
    return SourceError(message)


def rows_of(content: bytes, name: str, contract: Contract) -> tuple[list[Row], list[Problem]]:
    """The rows of a file by column, or why it cannot be read as its contract says.

    Parameters
    ----------
    content
        Bytes of a CSV in UTF-8 or of a workbook.
    name
        The file's name, whose ending says which.
    contract
        What it should be.

    Returns
    -------
    rows
        Cells by column, as text; the first one is the spreadsheet's second row.
    problems
        Why there are no rows; empty if there are.
    """
    if len(content) > LARGEST_BYTES:
        most = f"{LARGEST_BYTES // 1_000_000} MB"
        return [], [Problem(0, Text(f"pasa de {most}", f"it is larger than {most}"))]
    suffix = Path(name).suffix.lower()
    try:
        cells = _workbook_cells(content, suffix) if suffix in _WORKBOOKS else _text_cells(content)
    except (SourceError, csv.Error, UnicodeDecodeError):
        text = Text(
            "no se puede leer ni como CSV (UTF-8, con comas) ni como libro de Excel; guárdelo de "
            "nuevo en uno de los dos",
            "it cannot be read as CSV (UTF-8, with commas), nor as a workbook; save it anew as one",
        )
        return [], [Problem(0, text)]
    header, *body = cells or [[]]
    if problems := [*_problems_of_shape(header, body, contract.columns)]:
        return [], problems
    return [dict(zip(contract.columns, row, strict=True)) for row in body], []


def cell_problems(row: Row, contract: Contract, places: Gazetteer) -> Iterator[Text]:
    """What single cells of a row say that the contract does not allow, column by column."""
    for one in contract.fields:
        written = row[one.name]
        if not written and one.is_required and one.cell is not Cell.TERM:
            yield Text(
                f"falta {one.name}: {one.meaning.es}", f"{one.name} is missing: {one.meaning.en}"
            )
        elif written or one.is_required:
            yield from _problem_of_cell(one, written, places)


def municipality(written: str, places: Gazetteer) -> str | None:
    """The code of a municipality proper; None for an unknown or unlocated one."""
    code = code_of(written, places)
    return code if code in places.codes else None


def is_iso_date(text: str) -> bool:
    """Whether a text is a day that exists, written as 2020-10-01."""
    try:
        return _ISO_DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _problem_of_cell(one: Field, written: str, places: Gazetteer) -> Iterator[Text]:
    if one.cell is Cell.MUNICIPALITY and municipality(written, places) is None:
        yield Text(f"no existe el municipio {written!r}", f"unknown municipality {written!r}")
    elif one.cell is Cell.TERM and written not in one.terms:
        terms = [*([] if one.is_required else [""]), *one.terms]
        yield Text(
            f"{one.name} dice {written!r}; se espera uno de {terms}",
            f"{one.name} is {written!r}, expected one of {terms}",
        )
    elif one.cell is Cell.DATE and not is_iso_date(written):
        yield Text(
            f"{one.name} {written!r} no es una fecha como 2020-10-01",
            f"{one.name} {written!r} is no date like 2020-10-01",
        )
    elif one.cell is Cell.QUARTER and not _QUARTER.fullmatch(written):
        yield Text(
            f"{one.name} {written!r} no es un trimestre como 2024-Q3",
            f"{one.name} {written!r} is no quarter like 2024-Q3",
        )
    elif one.cell is Cell.NUMBER and not _NUMBER.fullmatch(written):
        yield Text(
            f"{one.name} {written!r} no es un número como 12 o 62.5",
            f"{one.name} {written!r} is no number like 12 or 62.5",
        )


def _problems_of_shape(
    header: Sequence[str], body: Sequence[Sequence[str]], columns: Sequence[str]
) -> Iterator[Problem]:
    if tuple(header) != tuple(columns):
        expected = ", ".join(columns)
        yield Problem(
            HEADER_ROW,
            Text(
                f"las columnas son {', '.join(header)!r}; se espera, en este orden: {expected}",
                f"columns are {', '.join(header)!r}, the contract has, in this order: {expected}",
            ),
        )
        return
    if not body:
        yield Problem(0, Text("no tiene filas", "it has no rows"))
    for number, row in enumerate(body, start=HEADER_ROW + 1):
        if not any(row):
            yield Problem(number, Text("la fila está vacía", "the row is empty"))
        elif len(row) != len(columns):
            yield Problem(
                number,
                Text(
                    f"tiene {len(row)} valores y el encabezado {len(columns)}",
                    f"has {len(row)} values, the header has {len(columns)}",
                ),
            )


def _text_cells(content: bytes) -> list[list[str]]:
    lines = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    return _without_tail([[cell.strip() for cell in line] for line in lines])


def _workbook_cells(content: bytes, suffix: str) -> list[list[str]]:
    """Cells of a workbook's first sheet as text, as far as its header reaches."""
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        path = Path(folder) / f"list{suffix}"
        path.write_bytes(content)
        readers.refuse_exhausting_workbook(path)
        sheet = next(iter(readers.read_sheets(path).values()), [])
    rows = _without_tail([[_written(cell) for cell in row] for row in sheet])
    width = max((n for n, cell in enumerate(rows[0], start=1) if cell), default=0) if rows else 0
    return [row[:width] for row in rows]


def _without_tail(rows: list[list[str]]) -> list[list[str]]:
    """The rows up to the last one that says something; one before it keeps its number."""
    end = max((n for n, row in enumerate(rows, start=1) if any(row)), default=0)
    return rows[:end]


def _written(cell: Any) -> str:  # noqa: ANN401 - a cell can be anything
    """A cell as the contract writes it: dates in ISO, whole numbers without a point."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
