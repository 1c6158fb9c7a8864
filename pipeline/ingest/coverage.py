"""A list of the places where a programme works: read, checked against its contract, laid out.

The same check judges the list of a build and one that a reader of the dashboard holds: every
problem at once, in both languages, by the row as a spreadsheet numbers it.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pandas as pd

from pipeline.catalog.programmes import PROGRAMMES, Programme
from pipeline.catalog.text import Text
from pipeline.errors import SourceError
from pipeline.ingest import readers
from pipeline.ingest.conform import Gazetteer, code_of, gazetteer

COLUMNS: Final = (
    "programme_id",
    "municipality_code",
    "state",
    "evidence",
    "component",
    "start_date",
    "start_precision",
    "end_date",
    "end_basis",
    "source_title",
    "source_url",
    "source_date",
    "note",
)
"""The contract's columns, in this order."""

LARGEST_BYTES: Final = 1_000_000
"""A list of all 1,122 municipalities takes a third of it."""

_TERMS: Final = {
    "state": ("documented", "covered"),
    "evidence": ("confirmed", "official", "reported"),
    "component": ("", "1", "2", "both"),
    "start_precision": ("day", "month", "unknown", "year"),
    "end_basis": ("actual", "planned", "unknown"),
}
_DATES: Final = ("start_date", "end_date")
_WORKBOOKS: Final = (".xlsx", ".xls")
_HEADER_ROW: Final = 1
_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - memory, not disk, where a system has it

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a list that its contract does not allow.

    Attributes
    ----------
    row
        As a spreadsheet numbers it: the header is 1; 0 where it is the list as a whole.
    text
        What is wrong and what is expected.
    """

    row: int
    text: Text


@dataclass(frozen=True, slots=True)
class CheckedList:
    """What came of checking a list.

    Attributes
    ----------
    rows
        Number of rows below the header.
    problems
        Everything that its contract does not allow, by row; none if it can be used.
    states
        One row per municipality of the country, as `coverage_of` gives them; empty if there are
        problems.
    """

    rows: int
    problems: tuple[Problem, ...]
    states: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Number of municipalities by state, largest first; none if there are problems."""
        return dict(Counter(self.states["state"]).most_common()) if len(self.states) else {}


def checked_list(
    content: bytes, name: str, municipalities: pd.DataFrame, programme: Programme
) -> CheckedList:
    """Check a list that somebody holds, and lay out what it would say; nothing of it is kept.

    Parameters
    ----------
    content
        Bytes of a CSV in UTF-8 or of a workbook.
    name
        The file's name, whose ending says which.
    municipalities
        Columns municipality_code, municipality_name, department_code, department_name,
        pdet_subregion; the whole country.
    programme
        The programme whose list it should be.

    Returns
    -------
    CheckedList
        All problems at once, or the states.
    """
    rows, problems = _read(content, name)
    if not problems:
        problems = check_coverage(rows, gazetteer(municipalities))
    if problems:
        return CheckedList(len(rows), tuple(problems), pd.DataFrame())
    frame = _frame(rows, gazetteer(municipalities))
    return CheckedList(len(rows), (), coverage_of(frame, municipalities, programme))


def check_coverage(rows: Sequence[Row], places: Gazetteer) -> list[Problem]:
    """Everything in the rows of a list that the contract does not allow.

    Parameters
    ----------
    rows
        Cells by column, as text; the first one is the spreadsheet's second row.
    places
        Codes in force.

    Returns
    -------
    list of Problem
        By row; those of the list as a whole come first.
    """
    codes = [_municipality(row["municipality_code"], places) for row in rows]
    problems = [*_problems_of_lists(rows, codes)]
    seen: set[tuple[str, str]] = set()
    for number, (row, code) in enumerate(zip(rows, codes, strict=True), start=_HEADER_ROW + 1):
        problems += [Problem(number, text) for text in _problems_of_row(row, code)]
        if code is not None and (key := (row["programme_id"], code)) in seen:
            text = Text("el municipio aparece dos veces", "the municipality appears twice")
            problems.append(Problem(number, text))
        elif code is not None:
            seen.add(key)
    return problems


def read_coverage(path: Path, places: Gazetteer) -> pd.DataFrame:
    """Places where a programme is known to work, one row each, as the contract says.

    Parameters
    ----------
    path
        CSV or workbook with exactly the columns of the contract.
    places
        Codes in force.

    Returns
    -------
    pandas.DataFrame
        The contract's columns; dates as timestamps, unknown text as missing.

    Raises
    ------
    SourceError
        With every problem at once, as `check_coverage` finds them.
    """
    rows, problems = _read(path.read_bytes(), path.name)
    if problems := problems or check_coverage(rows, places):
        message = (
            f"{readers.shown(path)}: {len(problems)} problems. Mend these rows and refresh again."
            + "".join(f"\n  {told(problem).en}" for problem in problems)
        )
        raise SourceError(message)
    return _frame(rows, places)


def told(problem: Problem) -> Text:
    """A problem with its row in front, where it has one."""
    if not problem.row:
        return problem.text
    return Text(f"fila {problem.row}: {problem.text.es}", f"row {problem.row}: {problem.text.en}")


def coverage_of(
    documented: pd.DataFrame, municipalities: pd.DataFrame, programme: Programme
) -> pd.DataFrame:
    """The coverage state of every municipality of the country for one programme.

    Parameters
    ----------
    documented
        Rows of the contract, as `read_coverage` returns them.
    municipalities
        Columns municipality_code, department_code, pdet_subregion.
    programme
        The programme, with its departments and the regions that a report names.

    Returns
    -------
    pandas.DataFrame
        One row per municipality, the contract's columns and is_named_region. Places nobody
        documented are ``candidate`` (PDET in the programme's departments), ``no_evidence`` (others
        there) or ``outside``. A list in which every row is official is complete: the states
        collapse to covered and not_covered, and outside.
    """
    rows = documented[documented["programme_id"] == programme.id]
    is_official = bool(len(rows)) and bool(rows["evidence"].eq("official").all())
    frame = municipalities[["municipality_code", "department_code", "pdet_subregion"]].merge(
        rows.drop(columns="programme_id"), on="municipality_code", how="left"
    )
    is_inside = frame["department_code"].isin(programme.departments)
    is_pdet = frame["pdet_subregion"].notna()
    is_known = frame["state"].notna()
    derived = np.select(
        [~is_inside, is_inside & is_official, is_inside & is_pdet],
        ["outside", "not_covered", "candidate"],
        default="no_evidence",
    )
    known = "covered" if is_official else frame["state"]
    frame["state"] = np.where(is_known, known, derived)
    is_named = np.zeros(len(frame), dtype=bool)
    for subregion, department in programme.named_regions:
        is_here = frame["pdet_subregion"].eq(subregion).fillna(value=False).to_numpy(dtype=bool)
        if department is not None:
            is_here = is_here & frame["department_code"].eq(department).to_numpy()
        is_named |= is_here
    frame["is_named_region"] = is_named & frame["state"].eq("candidate").to_numpy()
    frame.insert(0, "programme_id", programme.id)
    return frame


def _problems_of_lists(rows: Sequence[Row], codes: Sequence[str | None]) -> Iterator[Problem]:
    """What no single row shows: more places than a programme has, or all of them unofficially."""
    for programme in PROGRAMMES:
        own = [
            (row["evidence"], code)
            for row, code in zip(rows, codes, strict=True)
            if row["programme_id"] == programme.id and code is not None
        ]
        named, most = len({code for _, code in own}), programme.municipality_count
        if named > most:
            yield Problem(
                0,
                Text(
                    f"la lista nombra {named} municipios; el programa dice trabajar en {most}",
                    f"the list names {named} municipalities; the programme says it works in {most}",
                ),
            )
        if named == most and any(evidence != "official" for evidence, _ in own):
            yield Problem(
                0,
                Text(
                    f"la lista nombra los {most} municipios, pero no todas sus filas son official",
                    f"the list names all {most} municipalities, but not every row is official",
                ),
            )


def _problems_of_row(row: Row, code: str | None) -> Iterator[Text]:
    programmes = {programme.id: programme for programme in PROGRAMMES}
    programme = programmes.get(row["programme_id"])
    written = row["municipality_code"]
    if code is None:
        yield Text(f"no existe el municipio {written!r}", f"unknown municipality {written!r}")
    elif programme and code[:2] not in programme.departments:
        yield Text(
            f"el municipio {code} queda fuera de los departamentos del programa",
            f"municipality {code} lies outside the programme's departments",
        )
    for column, terms in {"programme_id": tuple(programmes), **_TERMS}.items():
        if row[column] not in terms:
            yield Text(
                f"{column} dice {row[column]!r}; se espera uno de {list(terms)}",
                f"{column} is {row[column]!r}, expected one of {list(terms)}",
            )
    for column in _DATES:
        if row[column] and not _is_iso_date(row[column]):
            yield Text(
                f"{column} {row[column]!r} no es una fecha como 2020-10-01",
                f"{column} {row[column]!r} is no date like 2020-10-01",
            )
    start, end = (row[column] for column in _DATES)
    if _is_iso_date(start) and _is_iso_date(end) and end < start:
        yield Text(
            f"end_date {end} es anterior a start_date {start}",
            f"end_date {end} is before start_date {start}",
        )
    if (row["start_precision"] == "unknown") != (start == ""):
        yield Text(
            "start_date y start_precision no concuerdan: sin fecha, la precisión es unknown",
            "start_date and start_precision disagree: without a date the precision is unknown",
        )
    if not row["source_title"]:
        yield Text("falta source_title: la fuente", "source_title is missing: the source")


def _read(content: bytes, name: str) -> tuple[list[Row], list[Problem]]:
    """The rows of a list by column, or why it cannot be read as one."""
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
    if problems := [*_problems_of_shape(header, body)]:
        return [], problems
    return [dict(zip(COLUMNS, row, strict=True)) for row in body], []


def _problems_of_shape(header: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[Problem]:
    if tuple(header) != COLUMNS:
        expected = ", ".join(COLUMNS)
        yield Problem(
            _HEADER_ROW,
            Text(
                f"las columnas son {', '.join(header)!r}; se espera, en este orden: {expected}",
                f"columns are {', '.join(header)!r}, the contract has, in this order: {expected}",
            ),
        )
        return
    if not body:
        yield Problem(0, Text("no tiene filas", "it has no rows"))
    for number, row in enumerate(body, start=_HEADER_ROW + 1):
        if not any(row):
            yield Problem(number, Text("la fila está vacía", "the row is empty"))
        elif len(row) != len(COLUMNS):
            yield Problem(
                number,
                Text(
                    f"tiene {len(row)} valores y el encabezado {len(COLUMNS)}",
                    f"has {len(row)} values, the header has {len(COLUMNS)}",
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


def _frame(rows: Sequence[Row], places: Gazetteer) -> pd.DataFrame:
    """Checked rows as the contract's columns: codes in five digits, dates as dates."""
    raw = pd.DataFrame(list(rows), columns=list(COLUMNS), dtype="str")
    codes = [code_of(code, places) for code in raw["municipality_code"]]
    frame = raw.assign(municipality_code=pd.array(codes, dtype="str")).replace("", pd.NA)
    for column in _DATES:
        parsed = pd.to_datetime(frame[column], format="%Y-%m-%d")
        frame[column] = parsed.astype("datetime64[s]")
    return frame


def _municipality(written: str, places: Gazetteer) -> str | None:
    """The code of a municipality proper; None for an unknown or unlocated one."""
    code = code_of(written, places)
    return code if code in places.codes else None


def _is_iso_date(text: str) -> bool:
    try:
        return _ISO_DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
