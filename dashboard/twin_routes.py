"""``view.csv`` and ``view.metadata.json`` beside every page: what it shows at the same query."""

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final, cast

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import cached
from dashboard.address import from_query, to_query
from dashboard.language import Words, spoken, words
from dashboard.twin import METADATA, PART, TABLE, Twin, metadata, saved_name, table
from pipeline import AtlasError, Warehouse

_PAGES: Final = {
    "": "map",
    **{
        page: page
        for page in ("trends", "municipality", "compare", "alerts", "programme", "sources")
    },
}
"""Module of each page by its address; imported when its file is first asked for."""

_Build = Callable[[Warehouse, Words, Mapping[str, str]], Twin]


def _answer(request: Request) -> Response:
    page = str(request.path_params.get("page", ""))
    if page not in _PAGES:
        raise HTTPException(404)
    try:
        warehouse = cached.warehouse()
    except AtlasError as error:
        raise HTTPException(503) from error
    query = dict(request.query_params)
    language = words(spoken([query.get("lang"), request.headers.get("accept-language")]))
    module = import_module(f"dashboard.pages.{_PAGES[page]}")
    twin = cast("_Build", module.twin)(warehouse, language, query)
    _refuse_bent(language, module.Selection, query, twin)
    name = query.get(PART) or next(iter(twin.parts), "")
    if name not in twin.parts:
        parts = ", ".join(twin.parts) or "-"
        _ = language.text
        said = _("There is no such table here. Tables: {tables}.").format(tables=parts)
        raise HTTPException(404, said)
    file = request.url.path.rpartition("/")[2]
    if file == TABLE:
        content, kind = table(twin.parts[name]), "text/csv; charset=utf-8"
    else:
        told = metadata(warehouse, language, twin, name)
        content, kind = json.dumps(told, ensure_ascii=False, indent=1).encode(), "application/json"
    return Response(
        content,
        media_type=kind,
        headers={
            # The address names no build: whoever asks again may get newer figures.
            "Cache-Control": "no-cache",
            "Content-Disposition": f'attachment; filename="{saved_name(twin, name, file)}"',
        },
    )


def _refuse_bent(language: Words, kind: type[Any], query: Mapping[str, str], twin: Twin) -> None:
    """Refuse a question that a page would answer with its nearest view and a note.

    A program reads no note: it would take the figures of one series for those of another.
    """
    _ = language.text
    asked, misread = from_query(kind, {name: query[name] for name in query if name != PART})
    bent = [name for name, value in to_query(asked).items() if twin.query.get(name) != value]
    if misread or bent:
        wrong = ", ".join(f"{name}={query[name]}" for name in dict.fromkeys([*misread, *bent]))
        nearest = str(QueryParams(twin.query))
        said = _("Not here: {wrong}. The nearest view is ?{nearest}")
        raise HTTPException(400, said.format(wrong=wrong, nearest=nearest))


TWIN_ROUTES: Final = [
    Route(f"/{prefix}{file}", _answer) for prefix in ("", "{page}/") for file in (TABLE, METADATA)
]
"""Served beside the pages; Starlette runs each answer in a thread of its own."""
