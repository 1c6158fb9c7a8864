"""The warehouse in DuckDB's own shell: every view is there to be asked, and nothing is written."""

import re
from pathlib import Path
from typing import Final

from pipeline.catalog.methods import DISPERSION_LARGEST
from pipeline.catalog.programmes import SOMOS_COMUNIDAD
from pipeline.catalog.tables import TABLES
from pipeline.store.asked import refuse_hidden_columns

_VIEWS: Final = Path(__file__).parent / "sql" / "view"
_PARAMETER: Final = re.compile(r"\$(\w+)")
_GUARD: Final = "_contradicted"
"""Ends a column that only the guard of claims asks for: Python tells such a view, SQL does not."""

_IN_PYTHON: Final = frozenset({"group_history", "group_judge", "rate_events"})
"""Views that are half of an answer: limits, or a refusal, come with the other half."""

_USUAL: Final = {
    "codes": "null",
    "digits": "5",
    "is_programme_only": "true",
    "largest": f"{DISPERSION_LARGEST}",
    "last_month": "null",
    "programme_id": f"'{SOMOS_COMUNIDAD.id}'",
    "time_window": "'year'",
}
"""What a parameter is unless it is given, in SQL."""


def session() -> str:
    """Statements that a shell reads before its user asks anything.

    Returns
    -------
    str
        One table macro for each file of ``sql/view`` that is a whole answer and needs no guard of
        claims. A ``$named`` parameter is called ``_named``; those without a usual value come first.
        ``questions`` lists the macros with their parameters and what one row is.

    Raises
    ------
    ContractError
        If the warehouse holds columns that are not public.
    """
    refuse_hidden_columns(TABLES)
    macros, questions = [], []
    for path in sorted(_VIEWS.glob("*.sql")):
        query = path.read_text(encoding="utf-8")
        if _GUARD in query or path.stem in _IN_PYTHON:
            continue
        names = sorted(
            dict.fromkeys(_PARAMETER.findall(query)),
            key=lambda name: (name in _USUAL, name != "series_id"),
        )
        asked = ", ".join(f"_{name}{_default(name)}" for name in names)
        body = _PARAMETER.sub(r"_\1", query)
        macros.append(f"create temp macro {path.stem}({asked}) as table\n{body};")
        grain = _PARAMETER.sub(r"_\1", query.partition("\n")[0].removeprefix("-- "))
        questions.append(f"({_literal(f'{path.stem}({asked})')}, {_literal(grain)})")
    listed = ",\n".join(questions)
    return "\n".join(
        [
            "set autoinstall_known_extensions = false;",
            "set autoload_known_extensions = false;",
            *macros,
            "create temp view questions as",
            f"select * from (values\n{listed}\n) as questions (question, answer);",  # noqa: S608 - the project's own files
            "",
        ]
    )


def _default(name: str) -> str:
    return f" := {_USUAL[name]}" if name in _USUAL else ""


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
