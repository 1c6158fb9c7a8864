"""What an export holds: the declared tables, their public columns, in which files they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import pandera.pandas as pa
import pyarrow as arrow

from pipeline.analysis import claims
from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.tables import LOCATED_CODE, TABLES, Table, column_facts
from pipeline.errors import ContractError

CSV: Final = "csv"
PARQUET: Final = "parquet"

_KEPT_BACK: Final = frozenset({"core.build", "mart.computation", "mart.group_leave_one_out"})
"""What is said of a build stands in the package itself; how it was reused is its own affair; and a
rate beside the name of a documented place that it leaves out would join coverage with figures."""

_KEPT_BACK_COLUMNS: Final = frozenset({"heaviest_code"})
"""Likewise the documented place that carries a group, beside the group's figures without it."""

_LONG: Final = frozenset({"mart.rate_monthly", "mart.rate_rolling", "mart.rate_window"})
"""More than a million rows: Parquet alone, which every program that takes so many reads."""

_BOTH: Final = frozenset({"core.crime_monthly", "mart.rate_yearly", "mart.rate_smoothed"})
"""Hundreds of thousands of rows: Parquet besides."""

_CLAIMS: Final = frozenset(
    {"mart.change", "mart.change_department", "mart.trend", "mart.trend_department"}
)
"""Tables that say something of what they count, which may be taken back on the way out."""

_TAKEN_BACK: Final[Mapping[str, tuple[str, ...]]] = {
    "word": (claims.NOT_DETERMINED, claims.SOURCES_DISAGREE),
    "refusal": tuple(claims.Refusal),
}
"""What a claim may say once it has passed the guard, besides what is stored."""

REFERENCES: Final[Mapping[str, str]] = {
    "department_code": "core.department",
    "municipality_code": "core.municipality",
    "neighbour_code": "core.municipality",
    "peer_code": "core.municipality",
    "programme_id": "core.programme",
    "series_id": "core.series",
    "source_id": "core.source",
}
"""Tables that a column of a name refers to, by their one key; one name has one meaning."""

_TYPES: Final[Mapping[str, tuple[str, arrow.DataType]]] = {
    "bigint": ("integer", arrow.int64()),
    "boolean": ("boolean", arrow.bool_()),
    "date": ("date", arrow.date32()),
    "double": ("number", arrow.float64()),
    "smallint": ("integer", arrow.int16()),
    "timestamp": ("datetime", arrow.timestamp("s")),
    "tinyint": ("integer", arrow.int8()),
    "utinyint": ("integer", arrow.uint8()),
    "varchar": ("string", arrow.string()),
}
"""Types of a field in a package and in a Parquet file, by type in the warehouse."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A declared table as it leaves.

    Attributes
    ----------
    table
        The declaration.
    columns
        Its public columns, without outlines: these stand in files of their own.
    """

    table: Table
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name in the warehouse, the dictionary and the package alike."""
        return self.table.name

    @property
    def paths(self) -> dict[str, str]:
        """Where it stands in the export, by format.

        Coverage has a folder of its own: whoever passes on the others passes on none of it.
        """
        formats = [PARQUET] if self.name in _LONG else [CSV]
        if self.name in _BOTH:
            formats.append(PARQUET)
        folders = {one: "coverage" if self.is_coverage else one for one in formats}
        return {one: f"{folder}/{self.name}.{one}" for one, folder in folders.items()}

    @property
    def is_coverage(self) -> bool:
        """Whether it tells where a programme works, by itself or as a group of places."""
        return _tells_of_coverage(self.table)

    @property
    def is_claim(self) -> bool:
        """Whether it says something of what it counts: the guard of claims sees it first."""
        return self.name in _CLAIMS

    @property
    def schema(self) -> arrow.Schema:
        """Columns with their types; each says its meaning and unit."""
        facts = column_facts(self.table)
        return arrow.schema(
            [
                arrow.field(
                    one,
                    _TYPES[facts[one]["sql_type"]][1],
                    nullable=True,
                    metadata={"meaning": facts[one]["meaning"], "unit": facts[one]["unit"]},
                )
                for one in self.columns
            ]
        )

    @property
    def table_schema(self) -> dict[str, Any]:
        """The declaration as a Table Schema: fields, key, and what refers to other tables."""
        declared = self.table.schema.columns
        references = {
            one: REFERENCES[one]
            for one in self.columns
            if one in REFERENCES and REFERENCES[one] != self.name and _is_whole(declared[one])
        }
        return {
            "fields": [_field(self.table, one) for one in self.columns],
            "primaryKey": list(self.table.key),
            "foreignKeys": [
                {
                    "fields": [one],
                    "reference": {"resource": there, "fields": list(TABLES[there].key)},
                }
                for one, there in references.items()
            ],
            "missingValues": [""],
        }


def exported(tables: Mapping[str, Table] = TABLES) -> tuple[Exported, ...]:
    """Every table that leaves, in the order of declaration.

    Parameters
    ----------
    tables
        Declared tables by name.

    Raises
    ------
    ContractError
        If a table would say of a place both where a programme works and what happened there, or if
        a part of its key may not be seen.
    """
    leaving = [
        Exported(table, _public(table)) for name, table in tables.items() if name not in _KEPT_BACK
    ]
    wrong = [
        f"{one.name}: {what}"
        for one in leaving
        for what, is_so in (
            (
                "joins coverage with figures, which must stay apart; export neither or split it",
                _tells_of_coverage(one.table)
                and {"series_id", "municipality_code"} <= set(one.table.schema.columns),
            ),
            (
                "a part of its key is not public; keep the table back",
                not set(one.table.key) <= set(one.columns),
            ),
        )
        if is_so
    ]
    if wrong:
        raise ContractError("\n- ".join([f"{len(wrong)} tables may not be exported:", *wrong]))
    return tuple(leaving)


def _tells_of_coverage(table: Table) -> bool:
    columns = set(table.schema.columns)
    return "programme_id" in columns or {"group_id", "municipality_code"} <= columns


def _public(table: Table) -> tuple[str, ...]:
    return tuple(
        name
        for name, facts in column_facts(table).items()
        if facts["sensitivity"] is Sensitivity.PUBLIC
        and not facts["sql_type"].startswith("geometry")
        and name not in _KEPT_BACK_COLUMNS
    )


def _is_whole(column: pa.Column) -> bool:
    """Whether every value of a column names a row of the table it refers to."""
    return column.name != "municipality_code" or LOCATED_CODE in _stated(column, "pattern")


def _stated(column: pa.Column, fact: str) -> list[Any]:
    """What the checks of a column say of one thing, such as its least value."""
    said = [one.statistics or {} for one in column.checks]
    return [one[fact] for one in said if fact in one]


def _field(table: Table, name: str) -> dict[str, Any]:
    """One column in the words of Table Schema, its unit beside them."""
    facts, column = column_facts(table)[name], table.schema.columns[name]
    kind = _TYPES[facts["sql_type"]][0]
    constraints: dict[str, Any] = {}
    for pattern in _stated(column, "pattern"):
        constraints["pattern"] = pattern
    for allowed in _stated(column, "allowed_values"):
        taken_back = _TAKEN_BACK.get(name, ()) if table.name in _CLAIMS else ()
        constraints["enum"] = list(dict.fromkeys(map(str, (*allowed, *taken_back))))
    for fact, constraint in (("min_value", "minimum"), ("max_value", "maximum")):
        for bound in filter(isfinite, _stated(column, fact)):
            constraints[constraint] = bound
    # A text without any rule may be empty, which a file cannot tell from missing.
    is_ruled = kind != "string" or constraints or name in table.key
    if not column.nullable and is_ruled:
        constraints["required"] = True
    field = {"name": name, "type": kind, "description": facts["meaning"]}
    if facts["unit"]:
        field["unit"] = facts["unit"]
    return {**field, "constraints": constraints} if constraints else field
