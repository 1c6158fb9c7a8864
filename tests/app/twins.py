"""The files beside the pages, as the server answers with them, and what they say."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import frictionless
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from dashboard.twin_routes import TWIN_ROUTES


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


def problems(page: str, query: str, folder: Path) -> list[list[Any]]:
    """What Frictionless finds wrong with a table and its metadata, saved as browsers save them."""
    for file in ("view.csv", "view.metadata.json"):
        answer = fetched(f"{beside(page, file)}?{query}")
        name = answer.headers["content-disposition"].split('"')[1]
        (folder / name).write_bytes(answer.body)
    found: list[list[Any]] = frictionless.validate(str(folder / name)).flatten(["type", "message"])
    return found
