"""The figures that people look at most as one Excel workbook, with notes on how to read them.

Codes are text, numbers are numbers, days are days; nothing is a formula.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final, NamedTuple

import pyarrow as arrow
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.catalog.tables import TABLES, column_facts
from pipeline.export.package import TITLE, Build
from pipeline.export.resources import exported
from pipeline.export.rows import rows

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_TABLES: Final = {
    "department_years": "mart.rate_department_yearly",
    "trends": "mart.trend",
    "series": "core.series",
    "breaks": "core.series_break",
    "sources": "core.source",
    "municipalities": "core.municipality",
}
"""Declared tables by the name of their sheet."""

_NEWEST: Final = {
    "series_id": "core.series",
    "municipality_code": "core.municipality",
    "municipality_name": "core.municipality",
    "department_name": "core.department",
    "year": "mart.rate_yearly",
    "events": "mart.rate_yearly",
    "population": "mart.rate_yearly",
    "rate_per_100k": "mart.rate_yearly",
    "rate_lower_per_100k": "mart.rate_yearly",
    "rate_upper_per_100k": "mart.rate_yearly",
    "is_population_carried": "mart.rate_yearly",
    "smoothed_per_100k": "mart.rate_smoothed",
    "smoothed_lower_per_100k": "mart.rate_smoothed",
    "smoothed_upper_per_100k": "mart.rate_smoothed",
    "reliability": "mart.rate_smoothed",
}
"""Columns of the newest whole year in the seven departments, and where each is declared."""

_NOTES: Final = (
    (
        "Lo que falta no es cero",
        "Una celda vacía es desconocida o no determinada, nunca cero. Un cero fue publicado.",
    ),
    ("Missing is not zero", "An empty cell is unknown or not told, never zero. A zero is one."),
    (
        "Números pequeños",
        "Una tasa de pocos hechos oscila por azar: lea sus límites del 95 % y la tasa suavizada.",
    ),
    (
        "Small numbers",
        "A rate of few events swings by chance: read its 95 % limits and the smoothed rate.",
    ),
    ("No es una lista de lugares peligrosos", "El orden de las filas es el de los códigos."),
    ("No list of dangerous places", "Rows stand in the order of their codes."),
    ("Códigos / codes", "DIVIPOLA, texto / text: 05001."),
)


class _Formats(NamedTuple):
    """How a cell shows its value, which it keeps to the last digit."""

    day: Format
    part: Format


class _Sheet(NamedTuple):
    """A table in the workbook: its rows, and what each column means."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    meanings: Sequence[tuple[str, str]]


def workbook(build: Build) -> bytes:
    """The workbook.

    Parameters
    ----------
    build
        What is exported.
    """
    sheets = [_newest(build), *(_declared(build, *one) for one in _TABLES.items())]
    file = BytesIO()
    with Workbook(file, _OPTIONS) as book:
        built_at = datetime.strptime(build.facts["built_at"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - Excel knows no zones
        book.set_properties(
            {"title": TITLE, "comments": f"Build {build.build_id}", "created": built_at}
        )
        head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        formats = _Formats(
            book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0.0#"})
        )
        _fill_notes(book.add_worksheet("notes"), build, wrapped)
        for one in sheets:
            _fill(book.add_worksheet(one.name), one, head, formats)
        _fill(book.add_worksheet("columns"), _meanings(sheets), head, formats)
    return file.getvalue()


def _newest(build: Build) -> _Sheet:
    found = build.warehouse.query("view/newest_year")
    if build.series:
        found = found[found["series_id"].isin(build.series)]
    own = arrow.Table.from_pandas(
        found.loc[found["is_programme_department"], list(_NEWEST)], preserve_index=False
    )
    meanings = [_said(*one) for one in _NEWEST.items()]
    return _Sheet("newest_year", list(_NEWEST), _rows(own), meanings)


def _declared(build: Build, sheet: str, table: str) -> _Sheet:
    (one,) = exported({table: TABLES[table]})
    return _Sheet(
        sheet, one.columns, _rows(rows(build, one)), [_said(name, table) for name in one.columns]
    )


def _said(column: str, table: str) -> tuple[str, str]:
    facts = column_facts(TABLES[table])[column]
    return facts["unit"], facts["meaning"]


def _meanings(sheets: Iterable[_Sheet]) -> _Sheet:
    rows = [
        (sheet.name, column, *said)
        for sheet in sheets
        for column, said in zip(sheet.columns, sheet.meanings, strict=True)
    ]
    return _Sheet("columns", ("sheet", "column", "unit", "meaning"), rows, [])


def _rows(table: arrow.Table) -> Iterable[Sequence[Any]]:
    """Rows with plain values; what is missing, or no number, is None."""
    columns = [
        [None if one != one else one for one in column.to_pylist()]  # noqa: PLR0124 - not a number
        for column in table.columns
    ]
    return zip(*columns, strict=True)


def _fill_notes(sheet: Worksheet, build: Build, wrapped: Format) -> None:
    facts = build.facts
    notes = [
        (TITLE, f"{facts['build_id']}, {facts['built_at']}"),
        ("Corte más reciente / newest cut", facts["newest_cut"]),
        *_NOTES,
        *((one["title"], _origin(one)) for one in build.sources),
    ]
    sheet.set_column(0, 0, 46, wrapped)
    sheet.set_column(1, 1, 100, wrapped)
    for down, note in enumerate(notes):
        for across, text in enumerate(note):
            sheet.write_string(down, across, text, wrapped)


def _origin(source: Mapping[str, str]) -> str:
    terms = f"{source['licence_es']} / {source['licence']}"
    return f"{source['citation']} {source['cut_date']}. {terms}"


def _fill(sheet: Worksheet, table: _Sheet, head: Format, formats: _Formats) -> None:
    sheet.freeze_panes(1, 0)
    for across, name in enumerate(table.columns):
        sheet.write_string(0, across, name, head)
        sheet.set_column(across, across, max(10, min(28, len(name) + 3)))
    count = 0
    for count, row in enumerate(table.rows, start=1):
        for across, cell in enumerate(row):
            _write(sheet, (count, across), cell, formats)
    sheet.autofilter(0, 0, max(count, 1), len(table.columns) - 1)


def _write(sheet: Worksheet, at: tuple[int, int], cell: Any, formats: _Formats) -> None:  # noqa: ANN401 - any plain value
    if isinstance(cell, str):
        sheet.write_string(*at, cell)
    elif isinstance(cell, bool):
        sheet.write_boolean(*at, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(*at, cell, formats.day)
    elif isinstance(cell, float) and not cell.is_integer():
        sheet.write_number(*at, cell, formats.part)
    elif cell is not None:
        sheet.write_number(*at, cell)
