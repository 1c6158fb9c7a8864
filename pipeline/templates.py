"""Empty files for a holder of programme data to fill in, and their contracts in words.

Everything here is made from `pipeline.catalog.contracts`, as the checks are.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from pipeline.catalog.contracts import CONTRACTS, Cell, Contract, Field
from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.text import Locale, Text

_HEADS: Final = (
    Text("Columna", "Column"),
    Text("Qué dice", "Meaning"),
    Text("Valores", "Allowed values"),
    Text("Obligatoria", "Required"),
    Text("Quién puede verla", "Who may see it"),
    Text("Ejemplo", "Example"),
)
_SHEETS: Final[tuple[tuple[str, Locale], ...]] = (("Notas", "es"), ("Notes", "en"))
_WIDTHS: Final = (22, 58, 58, 12, 22, 26)
_ROWS_WITH_CHOICES: Final = 2_000
_LONGEST_CHOICE: Final = 255
"""What a spreadsheet takes of a list of choices."""
_WRITTEN: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed date: equal templates, equal bytes


def write_templates(folder: Path, contracts: Sequence[Contract] = CONTRACTS) -> list[Path]:
    """Write the template of every contract, as CSV and as a workbook with notes.

    Parameters
    ----------
    folder
        Where to write; existing files of the same names are replaced.
    contracts
        Declared contracts.

    Returns
    -------
    list of Path
        The files, in the order of the declarations.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for contract in contracts:
        text, workbook = (folder / f"{contract.file}.{suffix}" for suffix in ("csv", "xlsx"))
        with text.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened, lineterminator="\n").writerow(contract.columns)
        _write_workbook(workbook, contract)
        written += [text, workbook]
    return written


def contract_pages(contracts: Sequence[Contract] = CONTRACTS) -> str:
    """Every contract in words, as Markdown in English and in Spanish.

    Parameters
    ----------
    contracts
        Declared contracts.
    """
    told = (
        "Generated from `pipeline/catalog/contracts.py` by `python -m pipeline docs`. `make "
        "templates OUT=<folder>` writes each as CSV and XLSX; `make coverage-check FILE=<file>` "
        "checks one and stores nothing; `make refresh FROM=<folder>` uses it. What is above "
        "public never enters the warehouse: see `docs/do-no-harm.md`."
    )
    lines = ["# Files that a holder of programme data can bring", "", told]
    locales: tuple[Locale, ...] = ("en", "es")
    for contract in contracts:
        lines += ["", f"## {contract.title.en} / {contract.title.es}: `{contract.file}`", ""]
        lines += [f"{contract.grain.en} / {contract.grain.es}."]
        for locale in locales:
            lines += [
                "",
                *_markdown([[*(one[locale] for one in _HEADS)], *_notes(contract, locale)]),
            ]
    return "\n".join(lines) + "\n"


def _notes(contract: Contract, locale: Locale) -> Iterable[Sequence[str]]:
    """A row per column: what a person who fills it in must know."""
    yes = {"es": "sí", "en": "yes"}[locale]
    return (
        (
            one.name,
            one.meaning[locale],
            _allowed(one, locale),
            yes if one.is_required else "",
            _audience(one.sensitivity)[locale],
            one.example,
        )
        for one in contract.fields
    )


def _allowed(one: Field, locale: Locale) -> str:
    """The words with their meanings, or what else a cell may hold."""
    if one.cell is not Cell.TERM:
        return one.allowed[locale]
    return "; ".join(f"{term}: {meaning[locale]}" for term, meaning in one.terms.items())


def _audience(sensitivity: Sensitivity) -> Text:
    return {
        Sensitivity.PUBLIC: Text("todos", "everybody"),
        Sensitivity.INTERNAL: Text("solo quien tiene el archivo", "only whoever holds the file"),
        Sensitivity.RESTRICTED: Text("nadie más", "nobody else"),
    }[sensitivity]


def _markdown(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    head, *body = rows
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for name, *rest in body:
        yield f"| {' | '.join([f'`{name}`', *rest])} |"


def _write_workbook(path: Path, contract: Contract) -> None:
    # else a text that begins with "internal:" becomes a link
    with xlsxwriter.Workbook(path, {"strings_to_urls": False}) as book:
        book.set_properties({"created": _WRITTEN})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        _write_sheet(book, contract, bold)
        for name, locale in _SHEETS:
            notes = book.add_worksheet(name)
            notes.write_row(0, 0, [contract.title[locale], contract.grain[locale]], bold)
            notes.write_row(2, 0, [one[locale] for one in _HEADS], bold)
            for number, row in enumerate(_notes(contract, locale), start=3):
                notes.write_row(number, 0, row, wrapped)
            for column, width in enumerate(_WIDTHS):
                notes.set_column(column, column, width)


def _write_sheet(book: Any, contract: Contract, bold: Any) -> None:  # noqa: ANN401 - has no types
    """The sheet to fill in: cells are text, so that no zero is lost and no date is turned."""
    sheet = book.add_worksheet("datos")
    as_text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    for column, one in enumerate(contract.fields):
        sheet.set_column(column, column, max(14, len(one.name) + 2), as_text)
        sheet.write(0, column, one.name, bold)
        choices = [*one.terms]
        if choices and len(",".join(choices)) <= _LONGEST_CHOICE:
            sheet.data_validation(
                1, column, _ROWS_WITH_CHOICES, column, {"validate": "list", "source": choices}
            )
