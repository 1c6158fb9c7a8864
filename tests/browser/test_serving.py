"""What a browser gets around the pages: headers, the first document, wrong addresses, failures."""

import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError

import duckdb
import pytest
from playwright.sync_api import Browser, expect

from pipeline.store.published import published_path
from tests.app.country import publish
from tests.browser.conftest import Visit
from tests.browser.served import dashboard

PAGES = ["", "programme", "sources"]


@pytest.fixture(scope="module")
def half_broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A new server on a warehouse that has lost the table of coverage, and its log."""
    data_dir = tmp_path_factory.mktemp("broken")
    publish(data_dir).close()
    with duckdb.connect(published_path(data_dir).resolve()) as connection:
        connection.execute("drop table core.coverage")
    log = tmp_path_factory.mktemp("server") / "log"
    with dashboard(data_dir, log) as served:
        yield served, log


def headers(url: str) -> dict[str, str]:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback
            return {name.lower(): value for name, value in answer.headers.items()}
    except HTTPError as error:
        return {name.lower(): value for name, value in error.headers.items()}


@pytest.mark.parametrize(
    "path", ["/", "/programme", "/_stcore/health", "/app/static/atlas.js", "/atlas/no/such", "/x.y"]
)
def test_every_answer_is_cautious(address: str, path: str) -> None:
    found = headers(address + path)
    assert found["x-content-type-options"] == "nosniff"
    assert found["referrer-policy"] == "same-origin"
    assert "geolocation=()" in found["permissions-policy"]
    policy = found["content-security-policy"].split("; ")
    assert {"default-src 'self'", "object-src 'none'", "frame-ancestors 'self'"} <= {*policy}


def test_other_sites_may_frame_the_atlas_only_if_they_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dashboard.serving import policy  # noqa: PLC0415 - needs no server

    monkeypatch.setenv("FRAME_ANCESTORS", "https://ejemplo.org https://*.ejemplo.org:8443 *; x")
    named = "frame-ancestors 'self' https://ejemplo.org https://*.ejemplo.org:8443"
    assert policy().endswith(named)
    monkeypatch.setenv("FRAME_ANCESTORS", "*")
    assert policy().endswith("frame-ancestors 'self'")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_first_document_speaks_the_readers_language(address: str, path: str, lang: str) -> None:
    asked = {"Accept-Language": lang}
    request = urllib.request.Request(f"{address}/{path}", headers=asked)  # noqa: S310 - loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - the same
        text = answer.read().decode()
    title = {"es": "Atlas de Comunidades Resilientes", "en": "Resilient Communities Atlas"}[lang]
    assert f'<html lang="{lang}">' in text
    assert f"<title>{title}</title>" in text
    assert "agent" not in text


@pytest.mark.parametrize("path", PAGES[1:])
@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_page_opens_by_its_link_in_its_language_without_noise(
    visit: Callable[..., Visit], path: str, lang: str
) -> None:
    here = visit()
    here.page.goto(f"{here.address}/{path}?lang={lang}")
    expect(here.page.locator("h1")).to_be_visible()
    expect(here.page.locator("html")).to_have_attribute("lang", lang)
    expect(here.page.locator("section.part h2").first).to_be_visible()


def test_a_wrong_address_leads_to_the_map_and_says_so(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.open("lang=en&place=05902", path="/munipality")
    expect(here.page.locator(".note").first).to_have_text(
        "The link names a page that is not here; this is the map."
    )
    expect(here.page.locator(".place h2")).to_be_visible()
    assert here.parameter("lost") is None


@pytest.mark.parametrize(
    ("lang", "said"),
    [("es", "Esta página no se pudo mostrar"), ("en", "This page could not be shown")],
)
def test_a_failure_is_told_calmly_and_logged(
    browser: Browser, half_broken: tuple[str, Path], lang: str, said: str
) -> None:
    address, log = half_broken
    page = browser.new_page()
    # The very first visit of the server: the page's file must not run without the shell either.
    page.goto(f"{address}/programme?lang={lang}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(said)
    shown = page.locator("body").inner_text()
    assert "Traceback" not in shown
    assert "coverage" not in alert.inner_text()
    assert "core.coverage" not in shown
    assert "coverage" in log.read_text()
    page.close()
