"""A reader's own SQL: one question, answered by reading, and never coverage beside threats.

What may not stand together is told by the plan that the database makes of the question, so that it
does not matter how the question is written: every figure read beside coverage must be of series
that are named, and none of them kept apart from coverage.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import duckdb
import pyarrow as arrow

from pipeline.catalog.programmes import SOMOS_COMUNIDAD
from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.tables import TABLES, Table, column_facts
from pipeline.errors import ContractError

_NAMED: Final = re.compile(r"series_id(?:='(\w+)'| IN \(('\w+'(?:, '\w+')*)\))(?= AND |$)")
"""A filter on series in a plan, as in ``series_id='kidnapping' AND year=2020``."""

_WITHOUT_FIGURES: Final = frozenset({"core.series", "core.feed", "core.series_break"})
"""Tables of series that count nothing."""


def answer(
    cursor: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any]
) -> arrow.Table:
    """Rows that a reader's query finds.

    Parameters
    ----------
    cursor
        Of a warehouse that is opened read only and without other files; not to be used again.
    query
        One statement in DuckDB's SQL.
    parameters
        Values of its ``$named`` parameters; a frame or an Arrow table is a table of that name.

    Returns
    -------
    table
        One row per row.

    Raises
    ------
    ContractError
        If the query does not only ask, cannot be answered, or reads coverage beside series that are
        kept apart from it.
    """
    refuse_hidden_columns(TABLES)
    values = dict(parameters)
    for name, value in parameters.items():
        if hasattr(value, "__arrow_c_stream__"):
            cursor.register(name, arrow.table(values.pop(name)))
    try:
        statements = duckdb.extract_statements(query)
        if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
            message = "a query asks one thing and changes nothing: write one select"
            raise ContractError(message)
        plan = cursor.execute(f"explain (format json) {query}", values).fetchall()[0][1]
        apart = cursor.execute(
            "select series_id from core.series where is_apart_from_coverage"
        ).fetchall()
        hidden = {series for (series,) in apart}
        beside = _coverage_beside(list(_scans(json.loads(plan))), hidden)
        if beside:
            raise ContractError(_beside_refusal(cursor, *beside, hidden))
        return cursor.execute(query, values).to_arrow_table()
    except duckdb.Error as error:
        raise ContractError(str(error)) from error


@cache
def refuse_joined_rows(query: str, name: str) -> None:
    """Refuse a question of the read door that sets coverage beside figures of violence.

    Judged by the tables that the query reads, so that no other name of a column hides it. A query
    of the door is the same in every call: it is judged once.

    Parameters
    ----------
    query
        Its text.
    name
        How it is called.

    Raises
    ------
    ContractError
        If it reads both.
    """
    with duckdb.connect() as parser:
        ((tree,),) = parser.execute(
            "select json_serialize_sql($query)", {"query": query}
        ).fetchall()
    read = set(_tables(json.loads(tree)))
    coverage = sorted(read & _declared("programme_id", "municipality_code"))
    figures = sorted(
        table
        for table in read
        if (table in _declared("series_id") and table not in _WITHOUT_FIGURES)
        or (table.startswith("mart.") and table not in TABLES)
    )
    if coverage and figures:
        message = (
            f"{name} reads {coverage[0]} beside {figures[0]}: no answer joins where a programme "
            "works with figures of violence (docs/do-no-harm.md). Ask for each apart"
        )
        raise ContractError(message)


def refuse_hidden_columns(tables: Mapping[str, Table]) -> None:
    """Refuse SQL altogether while the warehouse holds anything that is not public.

    Raises
    ------
    ContractError
        If a column is declared otherwise: the file could not keep it from whoever asks.
    """
    hidden = [
        f"{table.name}.{name}"
        for table in tables.values()
        for name, facts in column_facts(table).items()
        if facts["sensitivity"] is not Sensitivity.PUBLIC
    ]
    if hidden:
        message = (
            f"the warehouse holds {len(hidden)} columns that are not public, for example "
            f"{hidden[0]}; it is not open to SQL until they are stored elsewhere"
        )
        raise ContractError(message)


def _coverage_beside(scans: list[tuple[str, str]], apart: set[str]) -> tuple[str, str] | None:
    """A table of coverage and one of figures that may not be read beside it, if both are read."""
    coverage = sorted(
        {table for table, _ in scans} & _declared("programme_id", "municipality_code")
    )
    figures = _declared("series_id", "series_id") - {"core.series", "core.feed"}
    for table, filters in scans:
        named = _named_series(filters)
        if coverage and table in figures and (not named or named & apart):
            return coverage[0], table
    return None


def _beside_refusal(
    cursor: duckdb.DuckDBPyConnection, coverage: str, figures: str, apart: set[str]
) -> str:
    """Why coverage is not read beside these figures, and a filter that finds rows."""
    query = f"select min(series_id) from {figures} where not list_contains($apart, series_id)"  # noqa: S608 - declared by ourselves
    ((other,),) = cursor.execute(query, {"apart": sorted(apart)}).fetchall()
    example = f", for example series_id = '{other}'" if other else ""
    return (
        "to protect people, coverage is not set beside threats or killings of leaders: name "
        f"another series for {figures}{example}; {coverage} holds several programmes, so name one, "
        f"as in: and programme_id = '{SOMOS_COMUNIDAD.id}'"
    )


def _named_series(filters: str) -> set[str]:
    return {
        series.strip("'")
        for found in _NAMED.finditer(filters)
        for series in (found[1] or found[2]).split(", ")
    }


def _tables(tree: Any) -> Iterator[str]:  # noqa: ANN401 - any node of a parsed query
    """Every table that a parsed query names, with its schema."""
    if isinstance(tree, list):
        for one in tree:
            yield from _tables(one)
    elif isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            yield f"{tree['schema_name']}.{tree['table_name']}"
        yield from _tables([*tree.values()])


def _declared(*columns: str) -> set[str]:
    """Tables that have all these columns."""
    return {name for name, one in TABLES.items() if {*columns} <= {*one.schema.columns}}


def _scans(plan: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each table that a plan reads, with the filters that it is read with."""
    for step in plan:
        facts = step["extra_info"]
        if "Table" in facts:
            filters = facts.get("Filters", "")
            yield (
                facts["Table"].rpartition('".')[2],
                filters if isinstance(filters, str) else " AND ".join(filters),
            )
        yield from _scans(step["children"])
