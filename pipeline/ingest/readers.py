"""Bytes to columns: one reader per file format, none per series.

Each reader returns `Rows`: the data rows of one file as columns under normalised names, without titles,
totals and signatures, checked against the declared `Shape`. What a value means is decided in
`pipeline.ingest.conform`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from pipeline.catalog.shapes import Shape
from pipeline.errors import SourceError
from pipeline.words import normalised

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        "ENERO FEBRERO MARZO ABRIL MAYO JUNIO JULIO AGOSTO SEPTIEMBRE OCTUBRE NOVIEMBRE "
        "DICIEMBRE".split(),
        start=1,
    )
}
_HEADER_SEARCH_ROWS: Final = 25
_PERIOD = re.compile(
    r"(\d+) (?:DE )?([A-Z]+) AL (\d+) (?:DE )?([A-Z]+) (?:DE |DEL )?(?:ANO )?(\d{4})(?: (\d{4}))?"
)
_EXTRACTION = re.compile(r"EXTRAIDOS EL DIA (\d+) DE ([A-Z]+) (?:DE |DEL )?(?:ANO )?(\d{4})")

Sheet = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Rows:
    """The data rows of one file.

    Attributes
    ----------
    columns
        Values by normalised column name, all of one length, in file order.
    first_row
        Number of the first data row as a spreadsheet counts it, from 1: for messages.
    declared_period
        First and last month that the file's title states.
    extraction
        Day on which the publisher says the figures were drawn.
    stated_total
        The TOTAL row, where there is one.
    """

    columns: Mapping[str, Sequence[Any]]
    first_row: int = 2
    declared_period: tuple[date, date] | None = None
    extraction: date | None = None
    stated_total: float | None = None
    points: tuple[Sequence[float], Sequence[float]] | None = field(default=None)
    """Longitude and latitude of each row, in degrees, in files of points."""

    def __len__(self) -> int:
        """Number of data rows."""
        return len(next(iter(self.columns.values()), ()))


def read_event_workbook(path: Path, shape: Shape) -> Rows:
    """Rows of a workbook whose first row is the header.

    Raises
    ------
    SourceError
        If the file is no readable workbook, is empty, lacks a column or has an unknown one.
    """
    sheet = _first_sheet(path)
    return Rows(_columns(path, sheet[0], sheet[1:], shape))


def read_police_workbook(path: Path, shape: Shape) -> Rows:
    """Rows of a police workbook: titles above, TOTAL and signatures below are told apart.

    Raises
    ------
    SourceError
        As for `read_event_workbook`, or if no header row is found, a row between the first and the
        last has no date, or the TOTAL row disagrees with the sum of the rows.
    """
    sheet = _first_sheet(path)
    header_index = _header_index(path, sheet, shape)
    header = [normalised(str(cell)) for cell in sheet[header_index]]
    date_index = _position(path, header, shape.date, "date")
    quantity_index = _position(path, header, shape.quantities, "quantity")
    below = sheet[header_index + 1 :]
    end = len(below)
    while end and below[end - 1][date_index] == "":
        end -= 1
    data, tail = below[:end], below[end:]
    titles = _text_of(sheet[:header_index])
    rows = Rows(
        columns=_columns(path, sheet[header_index], data, shape),
        first_row=header_index + 2,
        declared_period=_declared_period(titles),
        extraction=_extraction_day(_text_of(tail)),
        stated_total=_stated_total(tail, quantity_index),
    )
    _check_total(path, rows, [row[quantity_index] for row in data])
    return rows


def read_csv(path: Path, shape: Shape) -> Rows:
    """Rows of a CSV with a header, every value as text.

    Raises
    ------
    SourceError
        If the file is empty, is not UTF-8 text, or its columns are not the declared ones.
    """
    frame = read_text_frame(path)
    _check_names(path, list(frame.columns), shape)
    return Rows({name: frame[name].to_numpy(dtype=object) for name in frame.columns})


def read_text_frame(path: Path) -> pd.DataFrame:
    """A CSV as a frame of text under normalised column names, nothing guessed.

    Raises
    ------
    SourceError
        If the file is empty or is not UTF-8 text with a header.
    """
    try:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        message = f"{path.name} cannot be read as CSV: {error}. Download it again."
        raise SourceError(message) from error
    frame.columns = [normalised(name) for name in frame.columns]
    if frame.empty:
        message = f"{path.name} has a header and no rows. Download it again."
        raise SourceError(message)
    return frame


def read_records(path: Path, shape: Shape) -> Rows:
    """Rows of a JSON list of objects.

    Raises
    ------
    SourceError
        If the file is not such a list, is empty, or its fields are not the declared ones.
    """
    records = read_json(path)
    if not isinstance(records, list) or not records or not isinstance(records[0], dict):
        message = f"{path.name} is not a list of records. Download it again."
        raise SourceError(message)
    _check_names(path, [normalised(name) for name in records[0]], shape)
    names = list(records[0])
    try:
        columns = {normalised(name): [record[name] for record in records] for name in names}
    except KeyError as error:
        row = next(n for n, record in enumerate(records, 1) if set(record) != set(names))
        message = f"{path.name}: record {row} has no {error.args[0]!r}; the first one has."
        raise SourceError(message) from error
    return Rows(columns, first_row=1)


def read_points(path: Path, shape: Shape) -> Rows:
    """Rows of a GeoJSON collection of points, with their properties.

    Raises
    ------
    SourceError
        If the file is no such collection, is empty, or its properties are not the declared ones.
    """
    document = read_json(path)
    features = document.get("features") if isinstance(document, dict) else None
    if not features or any(
        (one.get("geometry") or {}).get("type") != "Point" for one in features
    ):
        message = f"{path.name} is not a collection of points. Download it again."
        raise SourceError(message)
    names = list(features[0]["properties"])
    _check_names(path, [normalised(name) for name in names], shape)
    columns = {
        normalised(name): [one["properties"].get(name) or "" for one in features] for name in names
    }
    longitude, latitude = zip(
        *(one["geometry"]["coordinates"][:2] for one in features), strict=True
    )
    return Rows(columns, first_row=1, points=(longitude, latitude))


def read_json(path: Path) -> Any:  # noqa: ANN401 - a JSON document can be anything
    """A JSON document.

    Raises
    ------
    SourceError
        If the bytes are not JSON in UTF-8: a truncated download, an error page.
    """
    try:
        return json.loads(path.read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        message = f"{path.name} is not JSON ({error}). It may be cut short: download it again."
        raise SourceError(message) from error


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Every sheet of a workbook as rows of cells, leading empty rows and columns kept.

    Raises
    ------
    SourceError
        If the file is no readable workbook: truncated, encrypted, empty or something else.
    """
    try:
        workbook = CalamineWorkbook.from_path(path)
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in workbook.sheet_names
        }
    except (CalamineError, PasswordError, OSError, ValueError) as error:
        message = (
            f"{path.name} cannot be opened as a workbook ({error or type(error).__name__}): it may "
            "be cut short, protected by a password or not a workbook at all. Download it again."
        )
        raise SourceError(message) from error


def _first_sheet(path: Path) -> Sheet:
    sheet = next((rows for rows in read_sheets(path).values() if rows), [])
    if len(sheet) < 2:  # noqa: PLR2004 - a header and one row
        message = f"{path.name} has no rows. Download it again."
        raise SourceError(message)
    return sheet


def _header_index(path: Path, sheet: Sheet, shape: Shape) -> int:
    for index, row in enumerate(sheet[:_HEADER_SEARCH_ROWS]):
        names = {normalised(str(cell)) for cell in row}
        if names & set(shape.quantities) and names & set(shape.municipality):
            return index
    message = (
        f"{path.name}: none of the first {_HEADER_SEARCH_ROWS} rows is a header with "
        f"{' or '.join(shape.municipality)} and {' or '.join(shape.quantities)}. Is it the right file?"
    )
    raise SourceError(message)


def _position(path: Path, header: Sequence[str], names: Sequence[str], what: str) -> int:
    for index, name in enumerate(header):
        if name in names:
            return index
    message = f"{path.name} has no {what} column: expected {' or '.join(names)}, found {header}."
    raise SourceError(message)


def _columns(path: Path, header: Sequence[Any], data: Sheet, shape: Shape) -> dict[str, Any]:
    names = [normalised(str(cell)) for cell in header]
    _check_names(path, [name for name in names if name], shape)
    if not data:
        message = f"{path.name} has a header and no rows. Download it again."
        raise SourceError(message)
    columns = zip(*data, strict=True)
    return {name: values for name, values in zip(names, columns, strict=True) if name}


def _check_names(path: Path, names: list[str], shape: Shape) -> None:
    """Refuse a file that lacks a declared column, has an unknown one, or one twice."""
    faults = []
    required = {
        "date": shape.date if not shape.year else (),
        "year": shape.year if not shape.date else (),
        "municipality code or name": shape.code + shape.municipality,
        "quantity": shape.quantities,
    }
    for what, accepted in required.items():
        if accepted and not set(accepted) & set(names):
            faults.append(f"no {what} column (expected {' or '.join(accepted)})")
    if unknown := sorted(set(names) - shape.known):
        faults.append(f"unknown columns {unknown}: declare them in pipeline/catalog/shapes.py")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        faults.append(f"columns that appear twice: {twice}")
    if faults:
        message = f"{path.name}: {'; '.join(faults)}. Found {names}."
        raise SourceError(message)


def _text_of(rows: Sheet) -> str:
    return " ".join(normalised(str(cell)) for row in rows for cell in row if cell != "")


def _declared_period(text: str) -> tuple[date, date] | None:
    match = _PERIOD.search(text)
    if match is None or match[2] not in _MONTHS or match[4] not in _MONTHS:
        return None
    first_year, last_year = int(match[5]), int(match[6] or match[5])
    return date(first_year, _MONTHS[match[2]], 1), date(last_year, _MONTHS[match[4]], 1)


def _extraction_day(text: str) -> date | None:
    match = _EXTRACTION.search(text)
    if match is None or match[2] not in _MONTHS:
        return None
    return date(int(match[3]), _MONTHS[match[2]], int(match[1]))


def _stated_total(tail: Sheet, quantity_index: int) -> float | None:
    for row in tail:
        label = next((normalised(str(cell)) for cell in row if cell != ""), "")
        if label == "TOTAL" and isinstance(row[quantity_index], int | float):
            return float(row[quantity_index])
    return None


def _check_total(path: Path, rows: Rows, quantities: Sequence[Any]) -> None:
    if rows.stated_total is None:
        return
    total = sum(value for value in quantities if isinstance(value, int | float))
    if total != rows.stated_total:
        message = (
            f"{path.name}: the TOTAL row says {rows.stated_total:,.0f}, the rows sum to {total:,.0f}. "
            "Rows are missing or were added by hand: download it again."
        )
        raise SourceError(message)
