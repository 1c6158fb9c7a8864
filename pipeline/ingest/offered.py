"""A file that somebody holds, judged by the contract that its name or its columns point to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.catalog.contracts import CONTRACTS, COVERAGE, PROGRAMME_DATA, Contract
from pipeline.catalog.programmes import PROGRAMMES, Extent
from pipeline.catalog.text import Text
from pipeline.errors import SourceError
from pipeline.ingest.conform import gazetteer
from pipeline.ingest.contract import HEADER_ROW, LARGEST_BYTES, rows_of, told
from pipeline.ingest.coverage import checked_list
from pipeline.ingest.programme_data import PUBLIC, check_programme_data

_STATES: Final[Mapping[str, Text]] = {
    "covered": Text("cubiertos", "covered"),
    "not_covered": Text(
        "en sus departamentos y fuera de la lista: no cubiertos",
        "in its departments and not on the list: not covered",
    ),
    "outside": Text("en otros departamentos", "in other departments"),
    "documented": Text("documentados", "documented"),
    "candidate": Text(
        "candidatos: pueden estar cubiertos o no", "candidates: covered or not, nobody knows"
    ),
    "no_evidence": Text("sin indicio en ningún sentido", "no evidence either way"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of a file: all its problems, or what it would say; and how many problems."""

    told: tuple[Text, ...]
    problems: int


def judged(path: Path, municipalities: pd.DataFrame) -> Judged:
    """Check a file of any contract, and keep nothing of it.

    Parameters
    ----------
    path
        CSV or workbook.
    municipalities
        Columns municipality_code, municipality_name, department_code, department_name,
        pdet_subregion; the whole country.

    Raises
    ------
    SourceError
        If there is no such file.
    """
    if not path.is_file():
        message = f"no file {path}. Give FILE=<path of a CSV or XLSX>."
        raise SourceError(message)
    with path.open("rb") as opened:
        content = opened.read(LARGEST_BYTES + 1)
    if _contract_of(content, path.name) is PROGRAMME_DATA:
        return _programme_data(content, path.name, municipalities)
    return _coverage(content, path.name, municipalities)


def _contract_of(content: bytes, name: str) -> Contract:
    """The contract that a file's name says, or else its columns; a list of coverage otherwise."""
    for contract in CONTRACTS:
        if name.lower().startswith(contract.file):
            return contract
    for contract in CONTRACTS:
        _, problems = rows_of(content, name, contract)
        if all(problem.row != HEADER_ROW for problem in problems):
            return contract
    return COVERAGE


def _programme_data(content: bytes, name: str, municipalities: pd.DataFrame) -> Judged:
    rows, problems = rows_of(content, name, PROGRAMME_DATA)
    problems = problems or check_programme_data(rows, gazetteer(municipalities))
    if problems:
        return Judged(tuple(told(problem) for problem in problems), len(problems))
    public = sum(row["sensitivity"] == PUBLIC for row in rows)
    said = Text(
        f"Los datos están en orden: {len(rows)} filas. Todos podrían ver {public}; las otras "
        f"{len(rows) - public} no entrarían a la base.",
        f"The data are in order: {len(rows)} rows. Everybody could see {public}; the other "
        f"{len(rows) - public} would not enter the warehouse.",
    )
    return Judged((said,), 0)


def _coverage(content: bytes, name: str, municipalities: pd.DataFrame) -> Judged:
    said: list[Text] = []
    for programme in (one for one in PROGRAMMES if one.extent is Extent.LIST):
        checked = checked_list(content, name, municipalities, programme)
        if checked.problems:
            problems = tuple(told(problem) for problem in checked.problems)
            return Judged(problems, len(problems))
        said.append(
            Text(
                f"La lista está en orden: {checked.rows} filas. Con ella, de "
                f"{programme.label.es} se diría:",
                f"The list is in order: {checked.rows} rows. With it, of {programme.label.en} "
                "would be said:",
            )
        )
        said += [
            Text(f"  {count} {_STATES[state].es}", f"  {count} {_STATES[state].en}")
            for state, count in checked.counts.items()
        ]
        known = checked.counts.get("covered")
        if known is not None and known < programme.municipality_count:
            said.append(
                Text(
                    f"Cuidado: la lista nombra {known} de los {programme.municipality_count} "
                    "municipios del programa, y los demás se mostrarían como no cubiertos.",
                    f"Careful: the list names {known} of the programme's "
                    f"{programme.municipality_count} municipalities, and the others would be "
                    "shown as not covered.",
                )
            )
    return Judged(tuple(said), 0)
