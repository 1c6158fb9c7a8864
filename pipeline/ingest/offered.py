"""A file that somebody holds, judged by the contract that its name or its columns point to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.catalog.programmes import PROGRAMMES, Extent
from pipeline.catalog.text import Text
from pipeline.errors import SourceError
from pipeline.ingest.contract import LARGEST_BYTES, told
from pipeline.ingest.coverage import checked_list

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
    return _coverage(content, path.name, municipalities)


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
