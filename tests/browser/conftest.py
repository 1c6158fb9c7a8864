"""One server and one browser for all tests; a page of its own for each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.app.country import publish
from tests.browser.served import chromium, dashboard, painted

_PATIENCE_MS: Final = 15_000
"""A busy machine answers late; what is wrong stays wrong."""

expect.set_options(timeout=_PATIENCE_MS)


@dataclass
class Visit:
    """A page on the dashboard and what went on behind it."""

    page: Page
    address: str
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, query: str = "", *, path: str = "/") -> FrameLocator:
        """The map's frame once it is painted at an address."""
        self.page.goto(f"{self.address}{path}?{query}")
        return painted(self.page)

    def parameter(self, name: str) -> str | None:
        """Value of a parameter in the page's address."""
        pairs = (pair.partition("=") for pair in urlsplit(self.page.url).query.split("&"))
        return {key: value for key, _, value in pairs}.get(name)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("country")
    publish(folder).close()
    return folder


@pytest.fixture(scope="session")
def address(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dashboard(data_dir, tmp_path_factory.mktemp("server") / "log") as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Open a page of some size and browser language; every test ends on a silent one."""
    opened: list[Visit] = []

    def new(
        width: int = 1280, height: int = 900, *, locale: str = "en-US", has_touch: bool = False
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, has_touch=has_touch
        )
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        one = Visit(page, address)
        page.on("request", lambda request: _note_stranger(one, request.url))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: one.complaints.append(said.text) if said.type == "error" else None,
        )
        opened.append(one)
        return one

    yield new
    for one in opened:
        one.page.context.close()
        assert one.strangers == []
        assert one.complaints == []


def _note_stranger(visit: Visit, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and not visit.address.endswith(parts.netloc):
        visit.strangers.append(url)
