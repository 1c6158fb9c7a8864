"""The data dictionary: every table and series in words, made from their declarations."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Final

import pandera.pandas as pa

from pipeline.analysis.claims import RULES, Rule
from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.series import SERIES, Role, Series
from pipeline.catalog.sources import SOURCES
from pipeline.catalog.tables import TABLES, Table, column_facts


def dictionary(tables: Mapping[str, Table] = TABLES, series: Sequence[Series] = SERIES) -> str:
    """The dictionary as Markdown.

    Parameters
    ----------
    tables
        Declared tables by name.
    series
        Declared series.

    Returns
    -------
    str
        One section per series and per table, in the order of declaration.
    """
    lines = [
        "# Data dictionary",
        "",
        "Generated from `pipeline/catalog` by `python -m pipeline docs`; edit the declarations.",
        "",
        "## Series",
        "",
        *_series_table(series),
        "",
        "### Breaks",
        "",
        "Figures before and after are not set side by side without a mark.",
        "",
        *_break_table(series),
        "",
        "### Caveats",
        "",
        *_caveats(series),
        "",
        "## Tables",
    ]
    for table in tables.values():
        lines += ["", f"### {table.name}", "", f"{_sentence(table.grain)} Key: {_code(table.key)}."]
        lines += ["", *_column_table(table)]
    return "\n".join(lines) + "\n"


def public_columns(tables: Mapping[str, Table] = TABLES) -> list[dict[str, Any]]:
    """Every public column in plain values, one row each, in the order of declaration.

    Parameters
    ----------
    tables
        Declared tables by name.
    """
    return [
        {
            "table_name": table.name,
            "grain": table.grain,
            "column_name": name,
            "type": facts["sql_type"],
            "unit": facts["unit"],
            "range": _range(table.schema.columns[name]),
            "may_be_empty": facts["nullable"],
            "meaning": facts["meaning"],
        }
        for table in tables.values()
        for name, facts in column_facts(table).items()
        if facts["sensitivity"] is Sensitivity.PUBLIC
    ]


def _range(column: pa.Column) -> str:
    """The values that a column's checks allow; empty where any is."""
    told = []
    for check in column.checks:
        facts = check.statistics or {}
        if "allowed_values" in facts:
            told.append(", ".join(map(str, facts["allowed_values"])))
        least, most = facts.get("min_value"), facts.get("max_value")
        if least is not None and most is not None and isfinite(most):
            told.append(f"{least:g} – {most:g}")
        elif least is not None and isfinite(least):
            told.append(f"≥ {least:g}")
        elif most is not None and isfinite(most):
            told.append(f"≤ {most:g}")
    return "; ".join(told)


def _series_table(series: Iterable[Series]) -> list[str]:
    publishers = {source.id: source.publisher for source in SOURCES}
    rows = [
        "| series | name | unit | kind | published by | publisher | interval | rate | remarks |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in series:
        shown = next(feed for feed in one.feeds if feed.role is Role.CURRENT)
        rows.append(
            f"| `{one.id}` | {one.label.en} / {one.label.es} | {one.unit.en} | {one.kind.value} "
            f"| {one.grain.value} | {publishers[shown.source]}: {shown.dataset} "
            f"| {one.interval.name.lower()} | {'per residents' if one.has_rate else 'none'} "
            f"| {_remarks(one)} |"
        )
    return rows


def _remarks(series: Series) -> str:
    """What else is declared of a series."""
    told = [
        f"part of `{series.part_of}`" if series.part_of else "",
        f"one of several counts of {series.phenomenon}" if series.phenomenon else "",
        "never beside coverage" if series.is_apart_from_coverage else "",
        f"context of expected result {' and '.join(map(str, series.expected_results))}"
        if series.expected_results
        else "",
    ]
    return "; ".join(filter(None, told))


def _break_table(series: Iterable[Series]) -> list[str]:
    rows = ["| series | from | until | kind | what changes |", "|---|---|---|---|---|"]
    return rows + [
        f"| `{one.id}` | {at.start:%Y-%m} | {at.end:%Y-%m} | {at.kind.value} | {at.note.en} |"
        for one in series
        for at in one.breaks
    ]


def _caveats(series: Iterable[Series]) -> list[str]:
    return [f"- `{one.id}`: {text.en}" for one in series for text in one.caveats]


def _column_table(table: Table) -> list[str]:
    rows = [
        "| column | type | unit | range | may be empty | sensitivity | meaning |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, facts in column_facts(table).items():
        rows.append(
            f"| `{name}` | {facts['sql_type']} | {facts['unit']} "
            f"| {_range(table.schema.columns[name])} | {'yes' if facts['nullable'] else ''} "
            f"| {facts['sensitivity']} | {facts['meaning']} |"
        )
    return rows


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def rules_table(rules: Sequence[Rule] = RULES) -> str:
    """The rules on what may be said, as Markdown.

    Parameters
    ----------
    rules
        As `pipeline.analysis.claims` declares them.

    Returns
    -------
    str
        The whole of ``docs/claims.md``.
    """
    rows = [
        f"| **{one.id}**: {one.rule} | {one.why} | *{one.instead.es}* / *{one.instead.en}* | "
        f"{one.enforced} | `{one.test}` |"
        for one in rules
    ]
    return "\n".join([_CLAIMS_HEAD, *rows, _CLAIMS_SOURCES])


_CLAIMS_HEAD: Final = """\
# What may be said

One module, `pipeline/analysis/claims.py`, decides what pages, briefs, exports and the Python
interface may say. Marts hold estimates; the views hand them through this guard. Generated from
`pipeline/analysis/claims.py` by `python -m pipeline docs`; edit the rules there.

| rule | why | said instead (es / en) | enforced by | test |
|---|---|---|---|---|"""

_CLAIMS_SOURCES: Final = """
## Where sources can be set against one another

Homicide has two publishers, the police and the Ministry of Defence. Their claims are compared at
every grain where both have one: municipalities and departments, over calendar years and three
calendar years; over fiscal years and the newest twelve months only where the other one has the same
months; trends where both are fitted over the same years. The ministry publishes years alone, so a
claim on other twelve months has no counterpart, and stands. By department and year
`mart.source_gap` tells both directions, each under its publisher's name.
"""
