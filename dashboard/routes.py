"""What the map fetches by itself: shapes, colour classes, the figures of one period, coverage.

Each address names the build (or the shapes' own checksum), so an answer never changes and browsers
keep it. No answer of data holds both coverage and figures: they meet on the screen only, and in
parts of their own on the sheets of a brief.
"""

import hashlib
import json
from collections.abc import Callable, Container
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import Any, Final, NamedTuple, cast

import numpy as np
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import cached, facts
from dashboard.brief.document import Printed, brief
from dashboard.cached import remembered
from dashboard.facts import Figure, Series
from dashboard.geography import bounds, geometry_file
from dashboard.language import LANGUAGES, LanguageCode, Window, Words, words
from dashboard.pieces import figure_notes, likely_range, period_badge
from dashboard.state import MEASURES, WINDOWS, Measure, Period
from pipeline import PROGRAMMES, AtlasError, Warehouse, views

NOT_PUBLISHED: Final = 255
"""Colour class of a place without a figure."""

_LETTERS: Final = bytes(range(ord("0"), ord("9") + 1)).ljust(NOT_PUBLISHED + 1, b"-")
_ROOT: Final = "atlas"
_TYPESETTER: Final = Lock()
_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_PROGRAMMES: Final = tuple(programme.id for programme in PROGRAMMES)
_DRAWN_STATES: Final = ("documented", "candidate", "covered")


class Shapes(NamedTuple):
    """The drawn shapes of a build."""

    file: bytes
    checksum: str
    codes: tuple[str, ...]
    bounds: list[list[float]]


@remembered
def shapes(warehouse: Warehouse) -> Shapes:
    """The shapes as the browser loads them, and the order in which municipalities come."""
    municipalities = views.municipality_outlines(warehouse)
    file = geometry_file(municipalities, views.department_outlines(warehouse))
    return Shapes(
        file=file,
        checksum=hashlib.sha256(file).hexdigest()[:16],
        codes=tuple(municipalities["municipality_code"]),
        bounds=bounds(municipalities),
    )


@remembered
def classes(warehouse: Warehouse, series_id: str, window: Window, measure: Measure) -> bytes:
    """Colour class of each municipality in each period, one byte each.

    Returns
    -------
    matrix
        Rows are the periods of `facts.periods`; columns are municipalities as in `Shapes`.
    """
    codes, matrix_periods, matrix = views.class_matrix(warehouse, series_id, window, measure)
    periods = facts.periods(warehouse, series_id, window)
    row = {period.start: i for i, period in enumerate(periods)}
    column = {code: i for i, code in enumerate(shapes(warehouse).codes)}
    wire = np.full((len(row), len(column)), NOT_PUBLISHED, dtype=np.uint8)
    cells = np.ix_(
        [row[period.date()] for period in matrix_periods], [column[code] for code in codes]
    )
    wire[cells] = matrix
    return wire.tobytes()


def levels(warehouse: Warehouse, series_id: str, window: Window, measure: Measure, at: int) -> str:
    """Colour classes of one period in letters: a digit each, a dash where nothing is published."""
    width = len(shapes(warehouse).codes)
    row = classes(warehouse, series_id, window, measure)[at * width : (at + 1) * width]
    return row.translate(_LETTERS).decode()


def named(period: Period, window: Window, language: Words) -> dict[str, str | bool]:
    """One period as a reader sees it; the edition is a word on rates only."""
    _, is_year = language.text, window == "year"
    return {
        "start": period.start.isoformat(),
        "label": language.period(period.start, window),
        "short": str(period.start.year) if is_year else language.month(period.start, short=True),
        "badge": period_badge(language, period),
        "edition": _("mixes two populations") if period.crosses_edition else "",
        "is_open": not period.is_complete,
    }


def warm() -> None:
    """Ask what the first readers will ask: the shapes, and every series by year."""
    with suppress(AtlasError):
        warehouse = cached.warehouse()
        shapes(warehouse)
        for series_id, series in facts.all_series(warehouse).items():
            if "year" in series.offer.windows:
                measure: Measure = "rate" if series.has_rate else "count"
                facts.colour_classes(warehouse, series_id, "year", measure)
                classes(warehouse, series_id, "year", measure)


def shapes_url(warehouse: Warehouse) -> str:
    """Where the browser finds the shapes, from the server's root."""
    return f"{_ROOT}/shapes/{shapes(warehouse).checksum}.json"


def classes_url(warehouse: Warehouse, series_id: str, window: Window, measure: Measure) -> str:
    """Where the browser finds the colour classes of a series."""
    return f"{_ROOT}/{warehouse.build_id}/classes/{series_id}/{window}/{measure}"


def periods_url(
    warehouse: Warehouse, series_id: str, window: Window, language: LanguageCode
) -> str:
    """Where the browser finds the names of the periods."""
    return f"{_ROOT}/{warehouse.build_id}/periods/{series_id}/{window}/{language}"


def figures_url(
    warehouse: Warehouse, series_id: str, window: Window, language: LanguageCode
) -> str:
    """Where the browser finds the figures of a period, whose first day it appends."""
    return f"{_ROOT}/{warehouse.build_id}/figures/{series_id}/{window}/{language}/"


def coverage_url(warehouse: Warehouse, programme_id: str) -> str:
    """Where the browser finds which municipalities a programme's coverage marks."""
    return f"{_ROOT}/{warehouse.build_id}/coverage/{programme_id}"


def _shapes_answer(request: Request) -> Response:
    drawn = shapes(_published())
    if request.path_params["checksum"] != drawn.checksum:
        raise HTTPException(404)
    headers = {**_FOR_EVER, "Content-Encoding": "gzip"}
    return Response(drawn.file, media_type="application/json", headers=headers)


def _classes_answer(request: Request) -> Response:
    warehouse, series, window = _question(request)
    measure = cast("Measure", _known(request, "measure", MEASURES))
    matrix = classes(warehouse, series.series_id, window, measure)
    return Response(matrix, media_type="application/octet-stream", headers=_FOR_EVER)


def _periods_answer(request: Request) -> Response:
    warehouse, series, window = _question(request)
    language = _language(request)
    periods = facts.periods(warehouse, series.series_id, window)
    return _json([named(period, window, language) for period in periods])


def _figures_answer(request: Request) -> Response:
    warehouse, series, window = _question(request)
    language = _language(request)
    published = facts.periods(warehouse, series.series_id, window)
    starts = {period.start.isoformat(): period.start for period in published}
    start = starts[_known(request, "period", starts)]
    figures = facts.figures(warehouse, series.series_id, window, start)
    return _json({code: _written(figure, language, series) for code, figure in figures.items()})


def _coverage_answer(request: Request) -> Response:
    coverage = facts.coverage(_current(request), _known(request, "programme", _PROGRAMMES))
    return _json({code: one.state for code, one in coverage.items() if one.state in _DRAWN_STATES})


def _written(figure: Figure, language: Words, series: Series) -> dict[str, Any]:
    """One municipality's figures of one period as a reader sees them."""
    rate = figure.rate_per_100k
    return {
        "events": language.number(figure.events),
        "rate": None if rate is None else language.rate(rate),
        "likely": likely_range(language, figure.rate_lower_per_100k, figure.rate_upper_per_100k),
        "notes": list(figure_notes(language, figure, has_rate=series.has_rate)),
    }


def brief_url(warehouse: Warehouse, code: str, language: LanguageCode) -> str:
    """Where the browser finds the brief of a municipality or department."""
    return f"{_ROOT}/{warehouse.build_id}/brief/{code}/{language}"


def _published() -> Warehouse:
    try:
        return cached.warehouse()
    except AtlasError as error:
        raise HTTPException(503) from error


def _brief_answer(request: Request) -> Response:
    warehouse = _current(request)
    places = {*facts.places(warehouse), *facts.departments(warehouse)}
    printed = _brief(warehouse, _known(request, "place", places), _language(request))
    # A page in the place of the PDF is one only until its libraries are there.
    lasting = _FOR_EVER if printed.name.endswith(".pdf") else {"Cache-Control": "no-store"}
    headers = {**lasting, "Content-Disposition": f'attachment; filename="{printed.name}"'}
    return Response(printed.content, media_type=printed.media_type, headers=headers)


@lru_cache(maxsize=32)
def _brief(warehouse: Warehouse, code: str, language: Words) -> Printed:
    """A brief, one at a time: setting it keeps a processor busy for some seconds."""
    with _TYPESETTER:
        return brief(warehouse, code, language)


def _current(request: Request) -> Warehouse:
    """The published warehouse, if it is the one the page was painted from."""
    warehouse = _published()
    _known(request, "build", (warehouse.build_id,))
    return warehouse


def _question(request: Request) -> tuple[Warehouse, Series, Window]:
    """Warehouse, series and window that an address names."""
    warehouse = _current(request)
    published = {key: one for key, one in facts.all_series(warehouse).items() if one.is_published}
    window = cast("Window", _known(request, "window", WINDOWS))
    return warehouse, published[_known(request, "series", published)], window


def _language(request: Request) -> Words:
    return words(cast("LanguageCode", _known(request, "language", LANGUAGES)))


def _known(request: Request, part: str, known: Container[str]) -> str:
    """A part of an address, if it is one that is served."""
    value = str(request.path_params[part])
    if value not in known:
        raise HTTPException(404, headers={"Cache-Control": "no-store"})
    return value


def _json(content: dict[str, Any] | list[Any]) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(text, media_type="application/json", headers=_FOR_EVER)


def _route(path: str, endpoint: Callable[[Request], Response]) -> Route:
    return Route(f"/{_ROOT}/{path}", endpoint)


ROUTES: Final = [
    _route("shapes/{checksum}.json", _shapes_answer),
    _route("{build}/classes/{series}/{window}/{measure}", _classes_answer),
    _route("{build}/periods/{series}/{window}/{language}", _periods_answer),
    _route("{build}/figures/{series}/{window}/{language}/{period}.json", _figures_answer),
    _route("{build}/coverage/{programme}", _coverage_answer),
    _route("{build}/brief/{place}/{language}", _brief_answer),
]
"""Served beside the pages; Starlette runs each answer in a thread of its own."""
