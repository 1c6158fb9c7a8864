"""What the map fetches by itself: shapes, colour classes, figures of one period, coverage, files.

Each address names the build (or the shapes' own checksum), so an answer never changes and browsers
keep it. No answer of data holds both coverage and figures: they meet on the screen only, and in
parts of their own on the sheets of a brief.
"""

import hashlib
import json
from collections.abc import Callable, Container, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import cached, downloads, facts, statistics
from dashboard.brief.document import Printed, brief
from dashboard.cached import remembered
from dashboard.facts import Figure, Series
from dashboard.geography import bounds, geometry_file
from dashboard.language import LANGUAGES, LanguageCode, Window, Words, words
from dashboard.pieces import figure_notes, likely_range, period_badge
from dashboard.state import (
    COMPONENTS,
    Component,
    MapMeasure,
    MapWindow,
    Measure,
    Period,
    Shown,
)
from dashboard.statistics import STATISTICS
from pipeline import PROGRAMMES, AtlasError, Warehouse, views

NOT_PUBLISHED: Final = 255
"""Colour class of a place without a figure."""

UNSTABLE: Final = 64
"""Added to the class of a crude rate that rests on too few events."""

_LETTERS: Final = (b"0123456789".ljust(UNSTABLE, b"-") + b"abcdefghij").ljust(
    NOT_PUBLISHED + 1, b"-"
)
ROOT: Final = "atlas"
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
def classes(warehouse: Warehouse, series_id: str, window: MapWindow, measure: MapMeasure) -> bytes:
    """Colour class of each municipality in each period, one byte each.

    Returns
    -------
    matrix
        Rows are the periods of `statistics.periods`; columns are municipalities as in `Shapes`.
        Of crude rates those that are unstable are marked by `UNSTABLE`.
    """
    if measure in STATISTICS:
        return _wire(
            warehouse,
            statistics.periods(warehouse, series_id, measure, window),
            *views.statistic_matrix(
                warehouse, series_id, measure, cast("views.StatisticWindow", window)
            ),
        ).tobytes()
    of_rate = cast("tuple[Window, Measure]", (window, measure))
    periods = facts.periods(warehouse, series_id, of_rate[0])
    wire = _wire(warehouse, periods, *views.class_matrix(warehouse, series_id, *of_rate))
    if measure == "rate":
        unstable = views.unstable_matrix(warehouse, series_id, of_rate[0])
        wire[_wire(warehouse, periods, *unstable) == 1] |= UNSTABLE
    return wire.tobytes()


def _wire(
    warehouse: Warehouse,
    periods: list[Period],
    codes: Sequence[str],
    matrix_periods: pd.DatetimeIndex,
    matrix: npt.NDArray[Any],
) -> npt.NDArray[np.uint8]:
    """A matrix of a view with a row for each period shown and a column for each shape."""
    row = {period.start: i for i, period in enumerate(periods)}
    column = {code: i for i, code in enumerate(shapes(warehouse).codes)}
    wire = np.full((len(row), len(column)), NOT_PUBLISHED, dtype=np.uint8)
    shown = [i for i, period in enumerate(matrix_periods) if period.date() in row]
    rows = [row[matrix_periods[i].date()] for i in shown]
    wire[np.ix_(rows, [column[code] for code in codes])] = matrix[shown]
    return wire


def levels(
    warehouse: Warehouse, series_id: str, window: MapWindow, measure: MapMeasure, at: int
) -> str:
    """Colour classes of one period in letters.

    A digit each, a letter where the rate is unstable, a dash where nothing is published.
    """
    width = len(shapes(warehouse).codes)
    row = classes(warehouse, series_id, window, measure)[at * width : (at + 1) * width]
    return row.translate(_LETTERS).decode()


def named(
    period: Period, window: MapWindow, language: Words, measure: MapMeasure = "rate"
) -> dict[str, str | bool]:
    """One period as a reader sees it; the edition is a word on rates only."""
    _, is_year = language.text, window == "year"
    label = language.period(period.start, window)
    if measure == "trend" and period.since:
        label = f"{period.since.year}–{period.start.year}"
    elif period.since:
        label = _("{later} against {earlier}").format(
            later=label, earlier=language.period(period.since, window)
        )
    length = {"year": 12, "pooled": 36, "rolling": 12, "month": 1}[window]
    last = period.start.replace(month=12) if is_year else period.start
    years, months = divmod(last.year * 12 + last.month - length, 12)
    return {
        "start": period.start.isoformat(),
        "label": label,
        "short": language.period(period.start, window)
        if window in {"year", "pooled"}
        else language.month(period.start, short=True),
        "first": f"{years}-{months + 1:02}",
        "last": last.isoformat()[:7],
        "badge": period_badge(language, period),
        "edition": _("mixes two populations") if period.crosses_edition else "",
        "is_open": not period.is_complete,
    }


def shapes_url(warehouse: Warehouse) -> str:
    """Where the browser finds the shapes, from the server's root."""
    return f"{ROOT}/shapes/{shapes(warehouse).checksum}.json"


def classes_url(
    warehouse: Warehouse, series_id: str, window: MapWindow, measure: MapMeasure
) -> str:
    """Where the browser finds the colour classes of a series."""
    return f"{ROOT}/{warehouse.build_id}/classes/{series_id}/{window}/{measure}"


def periods_url(
    warehouse: Warehouse,
    series_id: str,
    window: MapWindow,
    measure: MapMeasure,
    language: LanguageCode,
) -> str:
    """Where the browser finds the names of the periods."""
    return f"{ROOT}/{warehouse.build_id}/periods/{series_id}/{window}/{measure}/{language}"


def figures_url(
    warehouse: Warehouse,
    series_id: str,
    window: MapWindow,
    measure: MapMeasure,
    language: LanguageCode,
) -> str:
    """Where the browser finds what is said of a period, whose first day and kind it appends."""
    return f"{ROOT}/{warehouse.build_id}/figures/{series_id}/{window}/{measure}/{language}/"


def coverage_url(warehouse: Warehouse, programme_id: str, component: Component) -> str:
    """Where the browser finds which municipalities a programme's coverage marks."""
    return f"{ROOT}/{warehouse.build_id}/coverage/{programme_id}/{component}"


def _shapes_answer(request: Request) -> Response:
    drawn = shapes(_published())
    if request.path_params["checksum"] != drawn.checksum:
        raise HTTPException(404)
    headers = {**_FOR_EVER, "Content-Encoding": "gzip"}
    return Response(drawn.file, media_type="application/json", headers=headers)


def _classes_answer(request: Request) -> Response:
    matrix = classes(*_question(request))
    return Response(matrix, media_type="application/octet-stream", headers=_FOR_EVER)


def _periods_answer(request: Request) -> Response:
    warehouse, series_id, window, measure = _question(request)
    language = asked_language(request)
    periods = statistics.periods(warehouse, series_id, measure, window)
    return _json([named(period, window, language, measure) for period in periods])


def _figures_answer(request: Request) -> Response:
    warehouse, shown = _shown(request)
    language = asked_language(request)
    if shown.measure in STATISTICS:
        said = statistics.said(warehouse, language, shown)
        return _json({code: one._asdict() for code, one in said.items()})
    series = facts.all_series(warehouse)[shown.series_id]
    window = cast("Window", shown.window)
    figures = facts.figures(warehouse, shown.series_id, window, shown.period.start)
    return _json({code: _written(figure, language, series) for code, figure in figures.items()})


def _download_answer(request: Request) -> Response:
    warehouse, shown = _shown(request)
    kind = _known(request, "kind", downloads.KINDS)
    file = downloads.KINDS[kind]
    month = shown.period.start.isoformat()[:7]
    name = f"{shown.series_id}-{shown.measure}-{shown.window}-{month}.{kind}"
    return Response(
        file.content(downloads.Wanted(warehouse, asked_language(request), shown)),
        media_type=file.media_type,
        headers={**_FOR_EVER, "Content-Disposition": f'attachment; filename="{name}"'},
    )


def _coverage_answer(request: Request) -> Response:
    warehouse = current(request)
    programme_id = _known(request, "programme", _PROGRAMMES)
    component = _known(request, "component", COMPONENTS)
    coverage = facts.coverage(warehouse, programme_id)
    return _json(
        {
            one.municipality_code: {
                "state": one.state,
                "from": f"{one.first_month}"[:7],
                "certain": f"{one.certain_month}"[:7] if one.certain_month else None,
                "to": f"{one.last_month}"[:7],
            }
            for one in facts.coverage_spans(warehouse, programme_id)
            if one.state in _DRAWN_STATES
            and component
            in {"all", *(coverage[one.municipality_code].component or "").replace("both", "12")}
        }
    )


def _written(figure: Figure, language: Words, series: Series) -> dict[str, Any]:
    """One municipality's figures of one period as a reader sees them."""
    _ = language.text
    rows = [(series.unit(language.code).capitalize(), language.number(figure.events), "")]
    if figure.rate_per_100k is not None:
        likely = likely_range(language, figure.rate_lower_per_100k, figure.rate_upper_per_100k)
        rate = language.rate(figure.rate_per_100k)
        rows.append((_("Per 100,000 residents a year"), rate, likely))
    notes = list(figure_notes(language, figure, has_rate=series.has_rate))
    return {"word": "", "rows": rows, "notes": notes}


def view_url(warehouse: Warehouse, language: LanguageCode) -> str:
    """Where the browser finds what the page is about to say of a view, whose query it appends."""
    return f"{ROOT}/{warehouse.build_id}/view/{language}"


def known_url(warehouse: Warehouse, language: LanguageCode) -> str:
    """Where the browser finds what that page says of the programme, by the same query."""
    return f"{ROOT}/{warehouse.build_id}/known/{language}"


def brief_url(warehouse: Warehouse, code: str, language: LanguageCode) -> str:
    """Where the browser finds the brief of a municipality or department."""
    return f"{ROOT}/{warehouse.build_id}/brief/{code}/{language}"


def _published() -> Warehouse:
    try:
        return cached.warehouse()
    except AtlasError as error:
        raise HTTPException(503) from error


def _brief_answer(request: Request) -> Response:
    warehouse = current(request)
    places = {*facts.places(warehouse), *facts.departments(warehouse)}
    printed = _brief(warehouse, _known(request, "place", places), asked_language(request))
    # A page in the place of the PDF is one only until its libraries are there.
    lasting = _FOR_EVER if printed.name.endswith(".pdf") else {"Cache-Control": "no-store"}
    headers = {**lasting, "Content-Disposition": f'attachment; filename="{printed.name}"'}
    return Response(printed.content, media_type=printed.media_type, headers=headers)


@lru_cache(maxsize=32)
def _brief(warehouse: Warehouse, code: str, language: Words) -> Printed:
    """A brief, one at a time: setting it keeps a processor busy for some seconds."""
    with _TYPESETTER:
        return brief(warehouse, code, language)


def current(request: Request) -> Warehouse:
    """The published warehouse, if it is the one the page was painted from.

    Parameters
    ----------
    request
        Names a build in its address.
    """
    warehouse = _published()
    _known(request, "build", (warehouse.build_id,))
    return warehouse


def _question(request: Request) -> tuple[Warehouse, str, MapWindow, MapMeasure]:
    """Warehouse, series, window and measure that an address names."""
    warehouse = current(request)
    series_id = _known(request, "series", facts.all_series(warehouse))
    offered = statistics.offered(warehouse, series_id)
    measure = cast("MapMeasure", _known(request, "measure", offered))
    window = cast("MapWindow", _known(request, "window", offered[measure]))
    return warehouse, series_id, window, measure


def _shown(request: Request) -> tuple[Warehouse, Shown]:
    """What an address names, down to the period by its first day."""
    warehouse, series_id, window, measure = _question(request)
    published = statistics.periods(warehouse, series_id, measure, window)
    starts = {period.start.isoformat(): period for period in published}
    period = starts[_known(request, "period", starts)]
    return warehouse, Shown(series_id, measure, window, period)


def asked_language(request: Request) -> Words:
    """The words of the language that an address names.

    Parameters
    ----------
    request
        Names a language in its address.
    """
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


def route(path: str, endpoint: Callable[[Request], Response]) -> Route:
    """Where an answer is served, below the root of all that the map fetches.

    Parameters
    ----------
    path
        Its address from there.
    endpoint
        What answers.
    """
    return Route(f"/{ROOT}/{path}", endpoint)


ROUTES: Final = [
    route("shapes/{checksum}.json", _shapes_answer),
    route("{build}/classes/{series}/{window}/{measure}", _classes_answer),
    route("{build}/brief/{place}/{language}", _brief_answer),
    route("{build}/periods/{series}/{window}/{measure}/{language}", _periods_answer),
    route("{build}/figures/{series}/{window}/{measure}/{language}/{period}.json", _figures_answer),
    route(
        "{build}/figures/{series}/{window}/{measure}/{language}/{period}.{kind}", _download_answer
    ),
    route("{build}/coverage/{programme}/{component}", _coverage_answer),
]
"""Served beside the pages; Starlette runs each answer in a thread of its own."""
