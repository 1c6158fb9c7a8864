"""Tables as files: comma-separated text and Excel, each with what must be known of its figures.

No cell is ever a formula, whatever a publisher wrote in it.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import Any, Generic, NamedTuple, TypeVar

from xlsxwriter import Workbook

from pipeline import inert

R = TypeVar("R")

Cell = str | float | bool | date | None


class Column(NamedTuple, Generic[R]):
    """A column of an export.

    Attributes
    ----------
    name
        What programs call it.
    label
        What readers call it.
    value
        Its cell in a row; ``None`` where unknown.
    """

    name: str
    label: str
    value: Callable[[R], Cell]


def csv_file(
    columns: Sequence[Column[Any]], rows: Iterable[object], notes: Sequence[tuple[str, str]]
) -> bytes:
    """Rows as comma-separated text in UTF-8, after a line with ``#`` for each note.

    Parameters
    ----------
    columns
        In order; their names head the table.
    rows
        What the columns read.
    notes
        What must be known: a name and what is to be said of it.
    """
    text = StringIO()
    for name, said in notes:
        text.write(f"# {name}: {' '.join(said.split())}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([_plain(column.value(row)) for column in columns])
    # The mark at the start tells spreadsheets that accents are UTF-8.
    return text.getvalue().encode("utf-8-sig")


def plain_csv(columns: Sequence[Column[Any]], rows: Iterable[object]) -> bytes:
    """Rows as comma-separated text in UTF-8 after RFC 4180, for programs: a head, then the rows.

    Parameters
    ----------
    columns
        In order; their names head the table.
    rows
        What the columns read.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        cells = (column.value(row) for column in columns)
        writer.writerow(
            str(cell).lower() if isinstance(cell, bool) else _plain(cell) for cell in cells
        )
    return text.getvalue().encode()


def excel_file(
    sheets: tuple[str, str],
    columns: Sequence[Column[Any]],
    rows: Iterable[object],
    notes: Sequence[tuple[str, str]],
) -> bytes:
    """Rows as an Excel workbook, whose second sheet says what must be known of them.

    Parameters
    ----------
    sheets
        Names of the two sheets.
    columns, rows, notes
        As of `csv_file`; the columns' labels head the table.
    """
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        table, said = (book.add_worksheet(name) for name in sheets)
        table.freeze_panes(1, 2)
        count = 0
        for across, column in enumerate(columns):
            table.write_string(0, across, column.label, head)
            table.set_column(across, across, max(11, min(24, len(column.label))))
        for down, row in enumerate(rows, start=1):
            count = down
            for across, column in enumerate(columns):
                _write(table, (down, across), column.value(row), day)
        table.autofilter(0, 0, max(count, 1), len(columns) - 1)
        said.set_column(0, 0, 24, wrapped)
        said.set_column(1, 1, 100, wrapped)
        for down, note in enumerate([*notes, *((one.label, one.name) for one in columns)]):
            for across, text in enumerate(note):
                said.write_string(down, across, text, wrapped)
    return file.getvalue()


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return int(cell)
    return inert(cell) if isinstance(cell, str) else cell


def _write(sheet: Any, at: tuple[int, int], cell: Cell, day: Any) -> None:  # noqa: ANN401 - untyped
    """Write a cell as what it is: a code stays text, with its leading zero."""
    if isinstance(cell, str):
        sheet.write_string(*at, cell)
    elif isinstance(cell, bool):
        sheet.write_boolean(*at, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(*at, cell, day)
    elif cell is not None:
        sheet.write_number(*at, cell)
