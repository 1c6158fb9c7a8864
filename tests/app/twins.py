"""The files beside the pages, as the server answers with them, and what they say."""

import csv
import json
import re
from collections.abc import Sequence
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, Final

import frictionless
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from dashboard.language import words
from dashboard.twin_routes import TWIN_ROUTES

_EN: Final = words("en")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")


def fetched(address: str) -> Response:
    """What the server answers at an address with its query."""
    path, _, query = address.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/{path}",
        "headers": [],
        "query_string": query.encode(),
    }
    for route in TWIN_ROUTES:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return route.endpoint(Request({**scope, **child}))
    message = f"no route for {address}"
    raise AssertionError(message)


def beside(page: str, file: str) -> str:
    """Address of a file of a page."""
    return f"{page}/{file}" if page else file


def table(page: str, query: str) -> list[dict[str, str]]:
    """Rows of a table as texts."""
    content = bytes(fetched(f"{beside(page, 'view.csv')}?{query}").body)
    return list(csv.DictReader(StringIO(content.decode("utf-8"), newline="")))


def told_of(page: str, query: str) -> dict[str, Any]:
    """What the metadata say."""
    told: dict[str, Any] = json.loads(fetched(f"{beside(page, 'view.metadata.json')}?{query}").body)
    return told


def columns(page: str, query: str) -> dict[str, dict[str, Any]]:
    """Fields of a table by name."""
    return {one["name"]: one for one in told_of(page, query)["schema"]["fields"]}


def figures_of(page: str, query: str, only: Sequence[str] = ()) -> set[str]:
    """Every number of the files of a view, in each form in which a page may write it."""
    told = {*numbers(str(told_of(page, query)))}
    for part in only or told_of(page, query)["parts"]:
        about = told_of(page, f"{query}&part={part}")
        told |= {*numbers(str({name: about[name] for name in ("series", "notes", "marks")}))}
        cells = {cell for row in table(page, f"{query}&part={part}") for cell in row.values()}
        days = {date.fromisoformat(one["day"]) for one in about["marks"]}
        days |= {date.fromisoformat(cell) for cell in cells if _DAY.fullmatch(cell)}
        days |= {date.fromisoformat(day) for day in _DAY.findall(str(about["series"]))}
        told |= {number for day in days for number in numbers(_EN.day(day))}
        for cell in cells:
            told |= {*numbers(cell)} | (_written(float(cell)) if _NUMBER.fullmatch(cell) else set())
    return told


def _written(value: float) -> set[str]:
    forms = (_EN.number, _EN.rate, _EN.percent, _EN.ratio, _EN.share, _EN.statistic)
    written = [write(one) for write in forms for one in (value, abs(value))]
    return {number for one in [*written, _EN.number(round(value))] for number in numbers(one)}


def numbers(text: str) -> list[str]:
    """Every number in a text, with its separators."""
    return re.findall(r"\d(?:[\d,.]*\d)?", text)


def problems(page: str, query: str, folder: Path) -> list[list[Any]]:
    """What Frictionless finds wrong with a table and its metadata, saved as browsers save them."""
    for file in ("view.csv", "view.metadata.json"):
        answer = fetched(f"{beside(page, file)}?{query}")
        name = answer.headers["content-disposition"].split('"')[1]
        (folder / name).write_bytes(answer.body)
    found: list[list[Any]] = frictionless.validate(str(folder / name)).flatten(["type", "message"])
    return found
