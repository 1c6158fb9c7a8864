"""A list of the places where a programme works: read, checked against its contract, laid out.

The same check judges the list of a build, one on the command line and one that a reader of the
dashboard holds.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pipeline.catalog.contracts import COVERAGE
from pipeline.catalog.programmes import PROGRAMMES, Extent, Programme
from pipeline.catalog.text import Text
from pipeline.ingest.conform import Gazetteer, code_of, gazetteer
from pipeline.ingest.contract import (
    HEADER_ROW,
    Problem,
    Row,
    cell_problems,
    is_iso_date,
    municipality,
    refusal,
    rows_of,
)

LIST_COLUMNS: Final = (
    "programme_id",
    "municipality_code",
    "state",
    "evidence",
    "component",
    "start_earliest",
    "start_latest",
    "end_date",
    "end_basis",
    "source_title",
    "source_url",
    "source_date",
)
"""What is kept of a list's rows: the public columns of its contract, and when work began."""

_DATES: Final = ("start_date", "end_date")


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
    rows, problems = rows_of(content, name, COVERAGE)
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
    codes = [municipality(row["municipality_code"], places) for row in rows]
    problems = [*_problems_of_lists(rows, codes)]
    seen: set[tuple[str, str]] = set()
    for number, (row, code) in enumerate(zip(rows, codes, strict=True), start=HEADER_ROW + 1):
        problems += [Problem(number, text) for text in cell_problems(row, COVERAGE, places)]
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
        The public columns of the contract, dates as timestamps and unknown text as missing; for the
        start, `start_earliest` and `start_latest`, no finer than the quarter.

    Raises
    ------
    SourceError
        With every problem at once, as `check_coverage` finds them.
    """
    rows, problems = rows_of(path.read_bytes(), path.name, COVERAGE)
    if problems := problems or check_coverage(rows, places):
        raise refusal(path, problems)
    return _frame(rows, places)


def no_list() -> pd.DataFrame:
    """A list that names no place, as `read_coverage` returns lists."""
    dates = ("start_earliest", "start_latest", "end_date")
    types = {name: "datetime64[s]" if name in dates else "str" for name in LIST_COLUMNS}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def is_official(rows: pd.DataFrame) -> bool:
    """Whether a list says of itself that it is complete: every row of it is official."""
    return bool(len(rows)) and bool(rows["evidence"].eq("official").all())


def coverage_of(
    documented: pd.DataFrame,
    municipalities: pd.DataFrame,
    programme: Programme,
    *,
    is_whole: bool = True,
) -> pd.DataFrame:
    """The coverage state of every municipality of the country for one programme.

    Parameters
    ----------
    documented
        Rows of a list, as `read_coverage` returns them; of no use to a programme that is no list's.
    municipalities
        Columns municipality_code, department_code, pdet_subregion.
    programme
        The programme, with its departments and the regions that a report names.
    is_whole
        Whether nothing of the list is withheld; else it cannot be complete.

    Returns
    -------
    pandas.DataFrame
        One row per municipality, the columns of a list and is_named_region. Places nobody
        documented are ``candidate`` (PDET in the programme's departments), ``no_evidence`` (others
        there) or ``outside``. A list in which every row is official is complete: the states
        collapse to covered and not_covered, and outside. So is the decree on PDET; where it is not
        here, nothing is known of it: ``no_evidence``.
    """
    if programme.extent is Extent.PDET:
        documented = _decreed(municipalities, programme)
    rows = documented[documented["programme_id"] == programme.id]
    is_complete = is_whole and is_official(rows)
    frame = municipalities[["municipality_code", "department_code", "pdet_subregion"]].merge(
        rows.drop(columns="programme_id"), on="municipality_code", how="left"
    )
    is_inside = np.full(len(frame), fill_value=True)
    if programme.departments:
        is_inside = frame["department_code"].isin(programme.departments).to_numpy()
    is_candidate = frame["pdet_subregion"].notna() & (programme.extent is Extent.LIST)
    is_known = frame["state"].notna()
    derived = np.select(
        [~is_inside, is_inside & is_complete, is_inside & is_candidate],
        ["outside", "not_covered", "candidate"],
        default="no_evidence",
    )
    known = "covered" if is_complete else frame["state"]
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


def _decreed(municipalities: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """The municipalities that the decree names, as a list of theirs would have them."""
    codes = municipalities.loc[municipalities["pdet_subregion"].notna(), "municipality_code"]
    (decree, *_later) = programme.milestones
    said = {
        "programme_id": programme.id,
        "municipality_code": codes.to_numpy(),
        "state": "covered",
        "evidence": "official",
        "component": pd.NA,
        "start_earliest": pd.Timestamp(programme.start),
        "start_latest": pd.Timestamp(programme.start),
        "end_date": pd.Timestamp(programme.end),
        "end_basis": programme.end_basis,
        "source_title": decree.source.title if decree.source else pd.NA,
        "source_url": pd.NA,
        "source_date": f"{decree.start}",
    }
    return pd.DataFrame(said, index=range(len(codes)))[list(LIST_COLUMNS)]


def _problems_of_lists(rows: Sequence[Row], codes: Sequence[str | None]) -> Iterator[Problem]:
    """What no single row shows: more places than a programme has, or all of them unofficially."""
    for programme in (one for one in PROGRAMMES if one.extent is Extent.LIST):
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
    """What the cells of a row say together that they may not."""
    programmes = {programme.id: programme for programme in PROGRAMMES}
    programme = programmes.get(row["programme_id"])
    if programme and programme.departments and code and code[:2] not in programme.departments:
        yield Text(
            f"el municipio {code} queda fuera de los departamentos del programa",
            f"municipality {code} lies outside the programme's departments",
        )
    start, end = (row[column] for column in _DATES)
    if is_iso_date(start) and is_iso_date(end) and end < start:
        yield Text(
            f"end_date {end} es anterior a start_date {start}",
            f"end_date {end} is before start_date {start}",
        )
    if (row["start_precision"] == "unknown") != (start == ""):
        yield Text(
            "start_date y start_precision no concuerdan: sin fecha, la precisión es unknown",
            "start_date and start_precision disagree: without a date the precision is unknown",
        )
    if row["evidence"] == "reported" and start:
        yield Text(
            "una noticia no da un comienzo: deje start_date vacío y escriba su fecha en "
            "source_date",
            "a report gives no start: leave start_date empty and write its date in source_date",
        )


def _frame(rows: Sequence[Row], places: Gazetteer) -> pd.DataFrame:
    """Checked rows as the warehouse may know them: codes in five digits, dates as dates."""
    raw = pd.DataFrame(list(rows), columns=list(COVERAGE.columns), dtype="str")
    codes = [code_of(code, places) for code in raw["municipality_code"]]
    frame = raw.assign(municipality_code=pd.array(codes, dtype="str")).replace("", pd.NA)
    starts = pd.DataFrame([_start(row) for row in rows], columns=["earliest", "latest"])
    for name, written in {
        "end_date": frame["end_date"],
        "start_earliest": starts["earliest"],
        "start_latest": starts["latest"],
    }.items():
        parsed = pd.to_datetime(written, format="%Y-%m-%d")
        frame[name] = parsed.astype("datetime64[s]")
    return frame[list(LIST_COLUMNS)]


def _start(row: Row) -> tuple[str | None, str | None]:
    """The first and the last day on which work may have begun, no finer than the quarter.

    Which day somebody came to a place is nobody's to see (`docs/do-no-harm.md`). A public source
    that has it begin with the programme tells of the first wave. Without a date, work cannot have
    begun before the programme, and nothing says by when it had.
    """
    programme = next(one for one in PROGRAMMES if one.id == row["programme_id"])
    if not row["start_date"]:
        return f"{programme.start}", None
    start = date.fromisoformat(row["start_date"])
    wave = programme.first_wave
    if wave and row["evidence"] != "official" and start.replace(day=1) == wave[0].replace(day=1):
        return f"{wave[0]}", f"{wave[1]}"
    if row["start_precision"] == "year":
        first, last = date(start.year, 1, 1), date(start.year, 12, 31)
        return f"{max(first, min(programme.start, last))}", f"{last}"
    quarter = pd.Period(start, freq="Q")
    return f"{quarter.start_time.date()}", f"{quarter.end_time.date()}"
