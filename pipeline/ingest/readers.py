"""Bytes to columns: one reader per file format, none per series.

Each reader returns `Rows`: the data rows of one file as columns under normalised names, without
titles, totals and signatures, checked against the declared `Shape`. What a value means is decided
in `pipeline.ingest.conform`.
"""

import csv
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from sys import intern
from typing import Any, Final

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from pipeline.catalog.shapes import Shape
from pipeline.errors import SourceError
from pipeline.ingest.archives import is_archive, refuse_harmful_workbook
from pipeline.ingest.decoding import exhausts
from pipeline.ingest.raw import period_end
from pipeline.words import MONTHS, normalised

_HEADER_SEARCH_ROWS: Final = 25
_PERIOD = re.compile(
    r"(\d+) (?:DE )?([A-Z]+) AL (\d+) (?:DE )?([A-Z]+) (?:DE |DEL )?(?:ANO )?(\d{4})(?: (\d{4}))?"
)
_EXTRACTION = re.compile(r"EXTRAIDOS EL DIA (\d+) DE ([A-Z]+) (?:DE |DEL )?(?:ANO )?(\d{4})")

_DEGREES: Final = re.compile(r"(-?[0-9]{1,3}(\.[0-9]+)?)?")

_MEASURED_CELL: Final = re.compile(r"\s*(-?\s*0?|[0-9]+(,[0-9]{3})*(\.[0-9]+)?)\s*")
"""A number, or one of the ways in which nothing is written where somebody looked."""

_COMPUTED: Final = ":@computed_region"
"""How the portal begins the names of the columns it adds to rows that have a position."""

_WORKBOOKS: Final = (".xls", ".xlsx")
_COMPOUND_MARK: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_SECTOR_BYTES: Final = 512
_TABLES_START: Final = 76
_FIRST_SPECIAL_SECTOR: Final = 0xFFFFFFFA
_FREE_SECTOR: Final = 0xFFFFFFFF

_TURN: Final = 360.0
"""No coordinate in degrees is larger; one that is was measured in metres."""

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
    cuts: tuple[date, ...] = ()
    """Up to when each row counts, in files that stack several releases."""
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
        As for `read_event_workbook`, or if no header row is found, a row of events has no date, or
        the TOTAL row disagrees with the sum of the rows.
    """
    sheet = _first_sheet(path)
    header_index = _header_index(path, sheet, shape)
    header = [normalised(str(cell)) for cell in sheet[header_index]]
    date_index = _position(path, header, shape.date, "date")
    quantity_index = _position(path, header, shape.quantities, "quantity")
    below = sheet[header_index + 1 :]
    end = len(below)
    while end and _is_blank(below[end - 1][date_index]):
        end -= 1
    data, tail = below[:end], below[end:]
    _refuse_undated(path, tail, quantity_index, first_row=header_index + 2 + end)
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

    Columns that the portal works out from the position of a row are left out.

    Raises
    ------
    SourceError
        As for `csv_columns`, or if the columns are not the declared ones.
    """
    columns = {
        normalised(name): values
        for name, values in csv_columns(path).items()
        if not name.startswith(_COMPUTED)
    }
    _check_names(path, list(columns), shape)
    return Rows(columns)


def read_stacked_cuts(path: Path, shape: Shape) -> Rows:
    """Rows of a CSV or a JSON list in which several releases lie one below the other.

    The quantity is handed out under the first of its names, whichever the file uses.

    Raises
    ------
    SourceError
        As for `read_csv` or `read_records`, or if a row does not say up to when it counts.
    """
    rows = (read_csv if path.suffix.lower() == ".csv" else read_records)(path, shape)
    names = list(rows.columns)
    stated = rows.columns[names[_position(path, names, shape.cut, "cut")]]
    known = {text: period_end(str(text)) for text in set(stated)}
    if undated := sorted(str(text) for text, day in known.items() if day is None):
        message = (
            f"{shown(path)}: {len(undated)} cuts are no date like 31/01/2024, e.g. {undated[0]!r}. "
            "Download it again."
        )
        raise SourceError(message)
    columns = {
        shape.quantities[0] if name in shape.quantities else name: values
        for name, values in rows.columns.items()
    }
    cuts = tuple(day for text in stated if (day := known[text]))
    return Rows(columns, rows.first_row, extraction=max(cuts), cuts=cuts)


def read_measurements(path: Path, shape: Shape) -> Rows:
    """Rows of a CSV of measured values: one row a year, or one column a year.

    In a file with a column for every year an empty cell, ``-`` and ``- 0`` are a measured zero:
    whoever measured looked everywhere. A place that has no row has no value in either.

    Raises
    ------
    SourceError
        As for `read_csv`, or if a cell of a year is no number.
    """
    rows = read_csv(path, shape)
    years = shape.years(rows.columns)
    if not years:
        return rows
    for year in years:
        for number, cell in enumerate(rows.columns[year], start=rows.first_row):
            if not _MEASURED_CELL.fullmatch(cell):
                message = (
                    f"{shown(path)}: {cell!r} in row {number}, column {year}, is no measured "
                    "value. Download it again."
                )
                raise SourceError(message)
    kept = [name for name in rows.columns if name not in years]
    columns: dict[str, list[str]] = {
        name: [value for value in rows.columns[name] for _ in years] for name in kept
    }
    cells = zip(*(rows.columns[year] for year in years), strict=True)
    columns[shape.year[0]] = years * len(rows)
    columns[shape.quantities[0]] = [cell.strip(" -") or "0" for row in cells for cell in row]
    return Rows(columns, rows.first_row)


def csv_columns(path: Path) -> dict[str, tuple[str, ...]]:
    """The columns of a CSV with a header as text, nothing guessed.

    Raises
    ------
    SourceError
        If the file is not UTF-8 text, has no row, has rows of unequal length as a file that was cut
        short has, or has a column twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.reader(stream, strict=True)
            # a million rows hold few distinct values: each is kept once
            header, *rows = [[*map(intern, line)] for line in lines if line] or [[]]
    except (csv.Error, UnicodeDecodeError) as error:
        message = f"{shown(path)} cannot be read as CSV in UTF-8: {error}. Download it again."
        raise SourceError(message) from error
    if not rows:
        message = f"{shown(path)} has no rows. Download it again."
        raise SourceError(message)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            message = (
                f"{shown(path)}: row {number} has {len(row)} values, the header has {len(header)}; "
                "it may be cut short. Download it again."
            )
            raise SourceError(message)
    _refuse_twice(path, header)
    return dict(zip(header, zip(*rows, strict=True), strict=True))


def read_text_frame(path: Path) -> pd.DataFrame:
    """A CSV as a frame of text under normalised column names.

    Raises
    ------
    SourceError
        As for `csv_columns`.
    """
    columns = csv_columns(path)
    return pd.DataFrame({normalised(name): columns[name] for name in columns}, dtype="str")


def read_records(path: Path, shape: Shape) -> Rows:
    """Rows of a JSON list of objects.

    Raises
    ------
    SourceError
        As for `record_columns`, or if the fields are not the declared ones.
    """
    columns = record_columns(path)
    _check_names(path, list(columns), shape)
    return Rows(columns, first_row=1)


def record_columns(path: Path) -> dict[str, list[Any]]:
    """The fields of a JSON list of flat objects, by normalised name.

    A field that a record leaves out, as the portal does with empty ones, or that is null, is empty
    text.

    Raises
    ------
    SourceError
        If the file is not such a list, is empty, or has a field twice.
    """
    records = read_json(path)
    if not isinstance(records, list) or not records:
        message = f"{shown(path)} is not a list of records. Download it again."
        raise SourceError(message)
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict) or not all(map(_is_scalar, record.values())):
            message = (
                f"{shown(path)}: record {number} is not flat: {record!r:.80}. Download it again."
            )
            raise SourceError(message)
    names = list(dict.fromkeys(name for record in records for name in record))
    _refuse_twice(path, names)
    return {normalised(name): [_or_empty(record, name) for record in records] for name in names}


def read_points(path: Path, shape: Shape) -> Rows:
    """Rows of points: a GeoJSON collection with properties, or a CSV with columns of degrees.

    Raises
    ------
    SourceError
        If the file is neither, is empty, a feature is not a point in degrees, or the properties or
        columns are not the declared ones.
    """
    if path.suffix.lower() == ".csv":
        return _point_rows(path, shape)
    document = read_json(path)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        message = f"{shown(path)} is not a collection of points. Download it again."
        raise SourceError(message)
    for number, feature in enumerate(features, start=1):
        if not _is_point(feature):
            message = (
                f"{shown(path)}: feature {number} is not a point in degrees with flat properties: "
                f"{feature!r:.80}. Download it again."
            )
            raise SourceError(message)
    properties = [feature["properties"] for feature in features]
    names = list(dict.fromkeys(name for one in properties for name in one))
    _refuse_twice(path, names)
    _check_names(path, [normalised(name) for name in names], shape)
    longitude, latitude = zip(
        *(feature["geometry"]["coordinates"][:2] for feature in features), strict=True
    )
    return Rows(
        {normalised(name): [_or_empty(one, name) for one in properties] for name in names},
        first_row=1,
        points=(longitude, latitude),
    )


def _point_rows(path: Path, shape: Shape) -> Rows:
    rows = read_csv(path, shape)
    names = list(rows.columns)
    axes = [
        _degrees(path, rows, names[_position(path, names, accepted, what)])
        for what, accepted in (("longitude", shape.longitude), ("latitude", shape.latitude))
    ]
    return Rows(rows.columns, rows.first_row, points=(axes[0], axes[1]))


def _degrees(path: Path, rows: Rows, name: str) -> list[float]:
    """A column of degrees; NaN where nothing is written."""
    values = []
    for number, text in enumerate(rows.columns[name], start=rows.first_row):
        if not (_DEGREES.fullmatch(text) and abs(float(text or 0)) <= _TURN):
            message = (
                f"{shown(path)}: {text!r} in row {number}, column {name}, is no position in "
                "degrees. Download it again."
            )
            raise SourceError(message)
        values.append(float(text or "nan"))
    return values


def read_json(path: Path) -> Any:  # noqa: ANN401 - a JSON document can be anything
    """A JSON document.

    Raises
    ------
    SourceError
        If the bytes are not JSON in UTF-8: a truncated download, an error page.
    """
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        message = f"{shown(path)} is not JSON ({error}). It may be cut short: download it again."
        raise SourceError(message) from error


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Every sheet of a workbook as rows of cells, leading empty rows and columns kept.

    Raises
    ------
    SourceError
        If the file is no readable workbook: truncated, encrypted, empty or something else; or if
        it would unpack absurdly.
    """
    try:
        _require_decodable(path)
        workbook = CalamineWorkbook.from_path(path)
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in workbook.sheet_names
        }
    except SourceError:
        raise
    except (CalamineError, PasswordError, OSError, ValueError) as error:
        raise _unopened(path, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how the decoder says that it gave up
            raise
        raise _unopened(path, error) from error


def refuse_exhausting_workbook(path: Path) -> None:
    """Stop at a workbook that no machine could hold; for files that were never decoded before.

    Raises
    ------
    SourceError
        If its cells span more memory than any published workbook takes. What is wrong with it
        otherwise is told where it is read.
    """
    if path.suffix.lower() in _WORKBOOKS and exhausts(path):
        message = (
            f"{shown(path)}: its cells span more than can be held in memory; one of them lies far "
            "off by mistake, or the file is damaged. Download it again."
        )
        raise SourceError(message)


def _require_decodable(path: Path) -> None:
    """Stop at a workbook that would harm the decoder, by what its bytes are, not by its name."""
    if is_archive(path):
        refuse_harmful_workbook(path)
        return
    content = path.read_bytes()
    if content.startswith(_COMPOUND_MARK):
        _require_whole_compound(content)


def _unopened(path: Path, error: BaseException) -> SourceError:
    return SourceError(
        f"{shown(path)} cannot be opened as a workbook ({error}): it may be cut short, protected "
        "by a password or not a workbook at all. Download it again."
    )


def _require_whole_compound(content: bytes) -> None:
    """Stop at an .xls that lacks a sector which its own tables list; the decoder would panic.

    References
    ----------
    [MS-CFB], *Compound File Binary File Format*, sections 2.2 and 2.3.
    """
    size = _SECTOR_BYTES
    held = len(content) // size - 1  # the header comes before the first sector
    if held < 0:
        message = f"{len(content)} bytes of a header of {size}"
        raise ValueError(message)
    tables = [one for one in _numbers(content[_TABLES_START:size]) if one < _FIRST_SPECIAL_SECTOR]
    entries = [
        entry
        for table in tables
        if table < held
        for entry in _numbers(content[(table + 1) * size : (table + 2) * size])
    ]
    used = [sector for sector, entry in enumerate(entries) if entry != _FREE_SECTOR]
    needed = max([*tables, *used], default=0) + 1
    if held < needed:
        message = f"{len(content):,} bytes of at least {(needed + 1) * size:,}"
        raise ValueError(message)


def _numbers(sector: bytes) -> list[int]:
    return [number for (number,) in struct.iter_unpack("<I", sector)]


def shown(path: Path) -> str:
    """A file as messages name it: with its folder, since releases share their names."""
    return f"{path.parent.name}/{path.name}"


def _first_sheet(path: Path) -> Sheet:
    """The first sheet that is not empty, without the blank rows below its last."""
    for sheet in read_sheets(path).values():
        end = len(sheet)
        while end and all(map(_is_blank, sheet[end - 1])):
            end -= 1
        if end > 1:
            return sheet[:end]
    message = f"{shown(path)} has no rows. Download it again."
    raise SourceError(message)


def _header_index(path: Path, sheet: Sheet, shape: Shape) -> int:
    for index, row in enumerate(sheet[:_HEADER_SEARCH_ROWS]):
        names = {normalised(str(cell)) for cell in row}
        if names & set(shape.quantities) and names & set(shape.municipality):
            return index
    message = (
        f"{shown(path)}: none of the first {_HEADER_SEARCH_ROWS} rows is a header with "
        f"{' or '.join(shape.municipality)} and {' or '.join(shape.quantities)}. "
        "Is it the right file?"
    )
    raise SourceError(message)


def _refuse_undated(path: Path, tail: Sheet, quantity_index: int, first_row: int) -> None:
    """Stop at a row of events without a date among the notes below the table."""
    for number, row in enumerate(tail, start=first_row):
        if not _is_blank(row[quantity_index]) and not _is_total(row, quantity_index):
            message = (
                f"{shown(path)}: row {number} states a quantity, has no date and is no TOTAL: "
                f"{[cell for cell in row if not _is_blank(cell)]}. Download it again."
            )
            raise SourceError(message)


def _is_total(row: Sequence[Any], quantity_index: int) -> bool:
    label = next((normalised(str(cell)) for cell in row if not _is_blank(cell)), "")
    return label == "TOTAL" and isinstance(row[quantity_index], int | float)


def _is_blank(cell: object) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _position(path: Path, header: Sequence[str], names: Sequence[str], what: str) -> int:
    for index, name in enumerate(header):
        if name in names:
            return index
    message = f"{shown(path)} has no {what} column: expected {' or '.join(names)}, found {header}."
    raise SourceError(message)


def _columns(path: Path, header: Sequence[Any], data: Sheet, shape: Shape) -> dict[str, Any]:
    names = [normalised(str(cell)) for cell in header]
    _refuse_twice(path, [name for name in names if name])
    _check_names(path, [name for name in names if name], shape)
    if not data:
        message = f"{shown(path)} has a header and no rows. Download it again."
        raise SourceError(message)
    columns = zip(*data, strict=True)
    return {name: values for name, values in zip(names, columns, strict=True) if name}


def _refuse_twice(path: Path, names: Sequence[str]) -> None:
    known = [normalised(name) for name in names]
    if twice := sorted({name for name in known if known.count(name) > 1}):
        message = f"{shown(path)}: columns that appear twice: {twice}. Download it again."
        raise SourceError(message)


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _or_empty(record: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - a value can be anything
    value = record.get(name)
    return "" if value is None else value


def _is_point(feature: object) -> bool:
    if not isinstance(feature, dict):
        return False
    geometry, properties = feature.get("geometry"), feature.get("properties")
    if not isinstance(geometry, dict) or not isinstance(properties, dict):
        return False
    position = geometry.get("coordinates")
    return (
        geometry.get("type") == "Point"
        and isinstance(position, list)
        and len(position) > 1
        and all(isinstance(axis, int | float) and abs(axis) <= _TURN for axis in position[:2])
        and all(map(_is_scalar, properties.values()))
    )


def _check_names(path: Path, names: list[str], shape: Shape) -> None:
    """Refuse a file that lacks a declared column or has an unknown one."""
    faults = []
    is_wide = bool(shape.years(names))
    required = {
        "date": shape.date if not shape.year else (),
        "year": shape.year if not (shape.date or is_wide) else (),
        "municipality code or name": shape.code + shape.municipality,
        "quantity": shape.quantities if not is_wide else (),
    }
    for what, accepted in required.items():
        if accepted and not set(accepted) & set(names):
            faults.append(f"no {what} column (expected {' or '.join(accepted)})")
    if unknown := shape.unknown(names):
        faults.append(f"unknown columns {unknown}")
    if faults:
        message = (
            f"{shown(path)}: {'; '.join(faults)}. Found {names}. If the publisher renamed or added "
            "one, declare it in pipeline/catalog/shapes.py; else download the file again."
        )
        raise SourceError(message)


def _text_of(rows: Sheet) -> str:
    return " ".join(normalised(str(cell)) for row in rows for cell in row if not _is_blank(cell))


def _declared_period(text: str) -> tuple[date, date] | None:
    match = _PERIOD.search(text)
    if match is None:
        return None
    first, last = _day("1", match[2], match[5]), _day("1", match[4], match[6] or match[5])
    return (first, last) if first and last and first <= last else None


def _extraction_day(text: str) -> date | None:
    match = _EXTRACTION.search(text)
    return None if match is None else _day(match[1], match[2], match[3])


def _day(day: str, month: str, year: str) -> date | None:
    """A date written in words, or None where there is no such day."""
    try:
        return date(int(year), MONTHS[month], int(day))
    except (KeyError, ValueError):
        return None


def _stated_total(tail: Sheet, quantity_index: int) -> float | None:
    totals = (float(row[quantity_index]) for row in tail if _is_total(row, quantity_index))
    return next(totals, None)


def _check_total(path: Path, rows: Rows, quantities: Sequence[Any]) -> None:
    if rows.stated_total is None:
        return
    total = sum(value for value in quantities if isinstance(value, int | float))
    if total != rows.stated_total:
        message = (
            f"{shown(path)}: the TOTAL row says {rows.stated_total:,.0f}, the {len(rows):,} rows "
            f"sum to {total:,.0f}. Rows are missing or were added by hand: download it again."
        )
        raise SourceError(message)
