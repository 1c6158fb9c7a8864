"""A page as it runs without a browser, and what it says."""

import json
import re
from pathlib import Path
from typing import Final

import pytest
from streamlit.testing.v1 import AppTest

APP: Final = Path(__file__).parents[2] / "dashboard/app.py"


def opened(data_dir: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    """The map, opened by a link."""
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    page = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def opened_at(name: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    """Another page by its name, opened by a link; in English unless the link says otherwise."""
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    page = AppTest.from_file(str(APP), default_timeout=30).run()
    page.query_params.clear()
    page.query_params.update({"lang": "en", **query})
    page.session_state["language"] = query.get("lang", "en")
    page.switch_page(f"pages/{name}.py").run()
    assert not page.exception
    return page


def text(page: AppTest) -> str:
    """Everything the page says in pieces of its own."""
    return "\n".join(one.proto.body for one in page.get("html"))


def everything(page: AppTest) -> str:
    """All that the page says, tables and maps that the server draws included."""
    drawn = [json.loads(one.proto.json) for one in page.get("bidi_component") if one.proto.json]
    return "\n".join([text(page), *(one for one in drawn if isinstance(one, str))])


def notes(page: AppTest) -> list[str]:
    return re.findall("<p class='note'>(.*?)</p>", text(page))
