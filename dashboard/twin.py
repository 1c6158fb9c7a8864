"""The machine-readable twin of a view: the same figures as a plain file, and what they mean.

Beside the address of every page lie ``view.csv`` and ``view.metadata.json``: with the query of the
page they hold what the page shows. A page that shows several tables has several parts, which the
parameter ``part`` names; the first is given where none is asked for. The metadata are a Data
Resource of Frictionless, so that its tools check the table beside which they lie.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import streamlit as st
from markupsafe import Markup
from starlette.datastructures import QueryParams

from dashboard import facts
from dashboard.exports import Cell, Column, plain_csv
from dashboard.facts import Series
from dashboard.language import Words
from dashboard.meanings import kind, meaning
from pipeline import MARKS, Warehouse

TABLE: Final = "view.csv"
METADATA: Final = "view.metadata.json"
PART: Final = "part"


class Part(NamedTuple):
    """One table of a view.

    Attributes
    ----------
    title
        What it holds.
    columns
        Its columns in order.
    rows
        What the columns read.
    series
        Series whose figures are in it.
    notes
        What must be known of it, each under a name.
    key
        Columns that name a row, where some do.
    subject
        What it is of, where columns mean something of their own in it.
    """

    title: str
    columns: Sequence[Column[Any]]
    rows: Sequence[Any]
    series: Sequence[Series] = ()
    notes: Sequence[tuple[str, str]] = ()
    key: Sequence[str] = ()
    subject: str = ""


class Twin(NamedTuple):
    """What a page shows.

    Attributes
    ----------
    page
        Its address without slash; empty for the first one.
    query
        Parameters of the view that is shown, which is the nearest to what was asked for.
    parts
        Its tables by name, the first one first.
    """

    page: str
    query: Mapping[str, str]
    parts: Mapping[str, Part]


def table(part: Part) -> bytes:
    """One table as comma-separated text, without any line before its head."""
    return plain_csv([_typed(part, one) for one in part.columns], part.rows)


def saved_name(twin: Twin, name: str, file: str) -> str:
    """Name under which a file of a part is saved: ``compare-municipalities.csv``."""
    page = twin.page or "map"
    is_page_itself = name == page == next(iter(twin.parts), "")
    saved = page if is_page_itself else f"{page}-{name}"
    return f"{saved}.{file.partition('.')[2]}"


def metadata(warehouse: Warehouse, words: Words, twin: Twin, name: str) -> dict[str, Any]:
    """What somebody, or a program, has to know who gets the table without the page.

    Parameters
    ----------
    warehouse
        Where the figures come from.
    words
        Language.
    twin
        What the page shows.
    name
        Of the part.
    """
    _ = words.text
    part, build = twin.parts[name], facts.build(warehouse)
    licences = {one.source_id: one.licence(words.code) for one in facts.sources(warehouse)}
    content = table(part)
    path = saved_name(twin, name, TABLE)
    return {
        "profile": "tabular-data-resource",
        "name": path.removesuffix(".csv").replace("_", "-"),
        "type": "table",
        "path": path,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "title": part.title,
        "page": address(twin, "", words, ""),
        "csv": address(twin, TABLE, words, name),
        "parts": {key: one.title for key, one in twin.parts.items()},
        "part": name,
        "language": words.code,
        "selection": dict(twin.query),
        "build_id": build.build_id,
        "newest_cut": build.newest_cut.isoformat(),
        "rows": len(part.rows),
        "missing": _("An empty cell is unknown or not told, never zero."),
        "schema": {
            "fields": [_field(words, part, one) for one in part.columns],
            **({"primaryKey": list(part.key)} if part.key else {}),
            "missingValues": [""],
        },
        "series": [_series(warehouse, words, one, licences) for one in part.series],
        "marks": _marks(words) if _is_over_time(part) else [],
        "notes": [{"name": key, "text": text} for key, text in part.notes],
    }


def address(twin: Twin, file: str, words: Words, part: str) -> str:
    """Where a page or its file lies, from the server's root, without slash at the start."""
    more = {PART: part} if part and part != next(iter(twin.parts)) else {}
    query = QueryParams({**twin.query, **more, "lang": words.code})
    return f"{'/'.join(filter(None, (twin.page, file))) or '.'}?{query}"


def twin_links(words: Words, page: str, query: Mapping[str, str], parts: Mapping[str, str]) -> None:
    """Lead to the files of what is shown, unobtrusively.

    Parameters
    ----------
    words
        Language.
    page
        Address of the page; empty for the first one.
    query
        Parameters of what is shown.
    parts
        Names of its tables, and what each is called; one without a name is the view itself.
    """
    _ = words.text
    twin = Twin(page, query, {name: Part(title, (), ()) for name, title in parts.items()})
    files = Markup(" · ").join(
        Markup("{} {} {}").format(
            title,
            _file_link(address(twin, TABLE, words, name), _("CSV"), title),
            _file_link(address(twin, METADATA, words, name), _("metadata"), title),
        )
        for name, title in parts.items()
    )
    st.html(Markup("<p class='provenance twin'>{} {}</p>").format(_("This view as data:"), files))


def _file_link(address: str, text: str, title: str) -> Markup:
    """A link to a file, whose name says of what it is where the sentence around is not read."""
    named = ": ".join(filter(None, (text, title)))
    return Markup("<a href='{}' aria-label='{}' download>{}</a>").format(address, named, text)


def _field(words: Words, part: Part, column: Column[Any]) -> dict[str, Any]:
    """A column in the words of Table Schema, its unit beside them."""
    text, unit = meaning(column.name, words.code, part.subject)
    units = {one.unit(words.code) for one in part.series}
    # Figures of one series have its unit; of several, each has its own.
    is_of_series = unit in {"the series' unit", "la unidad de la serie"}
    return {
        "name": column.name,
        "type": kind(column.name, part.subject),
        "title": column.label,
        "description": text,
        "unit": units.pop() if is_of_series and len(units) == 1 else unit,
        **({"constraints": {"required": True}} if column.name in part.key else {}),
    }


def _is_over_time(part: Part) -> bool:
    """Whether rows of series follow one another in time, so that charts of them bear marks."""
    times = {"period", "year"} & {one.name for one in part.columns}
    return bool(part.series and times)


def _marks(words: Words) -> list[dict[str, str]]:
    """The dates that every time axis bears; those of one series are its breaks."""
    return [
        {"day": one.day.isoformat(), "kind": one.kind.value, "text": one.label[words.code]}
        for one in MARKS
    ]


def _typed(part: Part, column: Column[Any]) -> Column[Any]:
    """A column as it is declared: frames hold whole numbers that may be unknown as decimals."""
    if kind(column.name, part.subject) != "integer":
        return column

    def whole(row: object) -> Cell:
        value = column.value(row)
        return int(value) if isinstance(value, float) and value == int(value) else value

    return column._replace(value=whole)


def _series(
    warehouse: Warehouse, words: Words, one: Series, licences: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "series_id": one.series_id,
        "label": one.label(words.code),
        "unit": one.unit(words.code),
        "source_id": one.source_id,
        "publisher": one.publisher,
        "citation": one.citation,
        "licence": licences.get(one.source_id, ""),
        "first_month": one.first_month and one.first_month.isoformat(),
        "last_complete_month": one.last_complete_month and one.last_complete_month.isoformat(),
        "cut_date": one.cut_date and one.cut_date.isoformat(),
        "retrieved_date": one.retrieved_date and one.retrieved_date.isoformat(),
        "caveats": one.caveats(words.code),
        "breaks": [
            {"from": each.start_month.isoformat(), "kind": each.kind, "note": each.note(words.code)}
            for each in facts.breaks(warehouse, one.series_id)
        ],
    }
