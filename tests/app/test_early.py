"""What the map shows early is what the page then says, and holds no coverage beside figures."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

from dashboard import cached, early, routes
from pipeline import Warehouse
from tests.app.country import MARKUP
from tests.app.reading import opened


@pytest.fixture
def served(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setattr(cached, "warehouse", lambda: warehouse)
    return warehouse


def answer(address: str, **query: str) -> Any:
    """What the server says early at an address."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/{address}",
        "headers": [],
        "query_string": urlencode(query).encode(),
    }
    for route in early.ROUTES:
        match, child = route.matches(scope)
        if match is Match.FULL:
            response = route.endpoint(Request({**scope, **child}))
            assert "private" in response.headers["cache-control"]
            return json.loads(response.body)
    message = f"no route for {address}"
    raise AssertionError(message)


def pieces(page: Any) -> set[str]:
    """What the page hands to the pieces that the map may fill."""
    return {json.loads(one.proto.json) for one in page.get("bidi_component") if one.proto.json}


@pytest.mark.parametrize(
    "query",
    [
        {"series": "sightings", "place": "05901", "period": "2021-01"},
        {"series": "crowds", "place": "05902", "measure": "count", "window": "month"},
        {"series": "migrations"},
        {"series": "nothing known", "window": "month", "place": "99999"},
    ],
)
def test_early_is_what_the_page_says(
    query: dict[str, str], country: Any, served: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(country, monkeypatch, lang="en", **query)
    shown = answer(routes.view_url(served, "en"), **query)
    panel = {**shown["panel"], **answer(routes.known_url(served, "en"), **query)}
    assert set(panel.values()) <= pieces(page)
    # The page has written the view in its address, as the scene has it.
    assert {**shown["scene"]["query"], "lang": "en"} == dict(page.query_params)
    series = page.selectbox[0]
    assert shown["scene"]["choices"]["series"][shown["scene"]["chosen"]["series"]] in series.options


def test_coverage_and_figures_come_apart(served: Warehouse) -> None:
    query = {"series": "sightings", "place": "05901", "period": "2021-01"}
    said = json.dumps(answer(routes.view_url(served, "en"), **query)["panel"])
    assert "<span class='value'>5</span>" in said
    assert "coverage" not in said
    known = answer(routes.known_url(served, "en"), **query)["known"]
    assert "October 2020" in known
    assert "class='value'" not in known
    assert "sightings" not in known


def test_names_are_text(served: Warehouse) -> None:
    said = answer(routes.view_url(served, "en"), place="05902")["panel"]["top"]
    assert "Peñón &lt;i&gt;Raro&lt;/i&gt;" in said
    assert MARKUP not in said


def test_of_another_build_nothing_is_said(served: Warehouse) -> None:
    address = routes.view_url(served, "en").replace(served.build_id, "20010101T000000000")
    with pytest.raises(HTTPException):
        answer(address)
