"""What the page is about to say, for the map to show before the page has said it.

A choice runs the page's script, and the browser then rebuilds what changed: that takes a while. The
map asks this address at the same time. What answers is made by the same functions from the same
build, so the page only confirms it; of a build that was replaced nothing is answered.
"""

import json
from dataclasses import asdict
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from dashboard.address import from_query
from dashboard.panel import known, panel
from dashboard.routes import asked_language, current, route
from dashboard.scenes import scene
from dashboard.state import Selection
from dashboard.view import View, resolved

_A_WHILE: Final = {"Cache-Control": "private, max-age=60"}
"""Whether a source is stale depends on the day."""


def _view(request: Request) -> View:
    """The view that the parameters of an address describe, found as the page finds it."""
    wanted, _ = from_query(Selection, request.query_params)
    return resolved(current(request), asked_language(request), wanted)[0]


def _view_answer(request: Request) -> Response:
    view = _view(request)
    said = panel(view)
    shown = asdict(scene(view, heard=0))
    return _json({"scene": shown, "panel": {"top": said.top, "below": said.below}})


def _known_answer(request: Request) -> Response:
    # Apart from the figures: no answer holds both.
    return _json({"known": known(_view(request))})


def _json(content: dict[str, Any]) -> Response:
    text = json.dumps(content, ensure_ascii=False)
    return Response(text, media_type="application/json", headers=_A_WHILE)


ROUTES: Final = [
    route("{build}/view/{language}", _view_answer),
    route("{build}/known/{language}", _known_answer),
]
