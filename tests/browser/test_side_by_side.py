"""The comparison and the alerts as a browser has them: orders, links, files, widths."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.served import painted

NAMES = ["Nueva Muestra", "Peñón <i>Raro</i>", "Villa Prueba"]


def names(page: Page) -> Locator:
    return page.locator(".comparison tbody th a")


def head(page: Page, name: str) -> Locator:
    return page.locator(".comparison thead").get_by_role("link", name=name, exact=True)


@pytest.mark.parametrize(("language", "title"), [("en", "Compare"), ("es", "Comparar")])
def test_the_comparison_opens_by_name(
    visit: Callable[..., Visit], language: str, title: str
) -> None:
    here = visit()
    here.page.goto(f"{here.address}/compare?lang={language}")
    expect(here.page.locator("h1")).to_have_text(title)
    expect(names(here.page)).to_have_text(NAMES)
    expect(here.page.locator(".comparison svg.spark")).to_have_count(2)
    expect(here.page.locator(".comparison svg.bar")).to_have_count(4)


def test_a_head_orders_without_leaving_the_session(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.page.goto(f"{here.address}/compare?lang=en&series=sightings")
    expect(names(here.page)).to_have_text(NAMES)
    here.page.evaluate("window.stayed = true")
    head(here.page, "Rate").click()
    # One has no rate: who is unknown comes last in either direction.
    expect(names(here.page)).to_have_text([NAMES[2], NAMES[1], NAMES[0]])
    expect(here.page.locator("[aria-sort=descending]")).to_contain_text("Rate")
    assert here.parameter("sort") == "rate"
    head(here.page, "Rate").focus()
    here.page.keyboard.press("Enter")
    expect(names(here.page)).to_have_text([NAMES[1], NAMES[2], NAMES[0]])
    assert here.parameter("reverse") == "1"
    assert here.page.evaluate("window.stayed")


def test_a_link_restores_the_comparison(visit: Callable[..., Visit]) -> None:
    here = visit()
    query = "lang=en&series=sightings&sort=count&coverage=documented"
    here.page.goto(f"{here.address}/compare?{query}")
    expect(names(here.page)).to_have_text(["Villa Prueba"])
    expect(here.page.locator("[aria-sort=descending]")).to_have_count(1)


def test_a_name_leads_to_its_own_page(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.page.goto(f"{here.address}/compare?lang=en&series=sightings")
    names(here.page).nth(2).click()
    here.page.wait_for_url("**/municipality?**")
    expect(here.page.locator("[data-testid=stMain]")).to_contain_text("Villa Prueba")
    assert here.parameter("place") == "05901"


def test_the_file_equals_the_screen(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.page.goto(f"{here.address}/compare?lang=en&series=sightings&sort=rate")
    expect(names(here.page)).to_have_text([NAMES[2], NAMES[1], NAMES[0]])
    with here.page.expect_download() as waiting:
        here.page.get_by_role("button", name="CSV").click()
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(line for line in StringIO(text) if not line.startswith("# ")))
    assert [row["municipality_name"] for row in rows] == names(here.page).all_inner_texts()
    assert [row["municipality_code"] for row in rows] == ["05901", "05902", "05903"]
    counts = here.page.locator(".comparison td.count").all_inner_texts()
    assert [f"{float(row['events']):g}" for row in rows] == [count.strip() for count in counts]


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Clusters and alerts"), ("es", "Conglomerados y alertas")]
)
def test_alerts_open_with_a_map_and_its_words(
    visit: Callable[..., Visit], language: str, title: str
) -> None:
    here = visit()
    here.page.goto(f"{here.address}/alerts?lang={language}&series=sightings")
    expect(here.page.locator("h1")).to_have_text(title)
    expect(here.page.locator(".cluster-map path[data-kind]")).to_have_count(3)
    expect(here.page.locator(".tile .value").first).to_have_text("0")


@pytest.mark.parametrize("path", ["compare", "alerts"])
def test_a_phone_scrolls_no_page_sideways(visit: Callable[..., Visit], path: str) -> None:
    here = visit(390, 844)
    here.page.goto(f"{here.address}/{path}?lang=es")
    expect(here.page.locator(".comparison, .cluster-map").first).to_be_visible()
    wide = "[...document.querySelectorAll('html, [data-testid=stMain]')].map(e => e.scrollWidth)"
    assert here.page.evaluate(wide) == [390, 390]


def test_the_small_map_leads_to_the_big_one(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.page.goto(f"{here.address}/alerts?lang=en&series=sightings")
    here.page.get_by_role("link", name="On the big map").click()
    painted(here.page)
    assert here.parameter("measure") == "cluster"
