"""The page of one place, used as a reader uses it."""

import re

import pytest
from playwright.sync_api import Page, expect


def at(page: Page, address: str, query: str) -> Page:
    """The page of an address, once its charts are drawn."""
    page.goto(f"{address}/municipality?{query}")
    page.locator("svg.multiple").first.wait_for()
    return page


@pytest.mark.parametrize(
    ("language", "title"), [("en", "One municipality"), ("es", "Un municipio")]
)
def test_a_link_opens_a_place_with_all_its_charts(visit, language, title) -> None:
    one = visit()
    page = at(one.page, one.address, f"place=05901&series=migrations&lang={language}")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("h2").first).to_have_text("Villa Prueba")
    expect(page.locator("svg.multiple")).to_have_count(7)
    # What streamlit sanitises loses its drawings; what a pointer is told is drawn too.
    assert page.locator("svg.multiple .hit title").count() > 7
    page.get_by_test_id("stVegaLiteChart").locator("svg.marks").wait_for()
    assert one.parameter("series") == "migrations"


@pytest.mark.parametrize("typed", ["penon", "peñón", "PENON"])
def test_a_name_is_found_with_and_without_its_accents(visit, typed) -> None:
    one = visit()
    page = at(one.page, one.address, "place=05901&lang=en")
    field = page.locator(".st-key-search input")
    field.fill(typed)
    page.get_by_role("option").first.wait_for()
    field.press("Enter")
    expect(page.locator("h2").first).to_have_text("Peñón <i>Raro</i>")
    assert one.parameter("place") == "05902"


def test_a_small_chart_leads_to_the_large_one_without_a_reload(visit) -> None:
    one = visit()
    page = at(one.page, one.address, "place=05901&lang=en")
    page.evaluate("window.isSameVisit = true")
    page.get_by_role("link", name="Series crowds").click()
    expect(page.locator("h2.detail")).to_have_text("Series crowds")
    assert page.evaluate("window.isSameVisit")
    assert one.parameter("series") == "crowds"


def test_a_phone_needs_no_sideways_scroll(visit) -> None:
    one = visit(390, 800, has_touch=True)
    page = at(one.page, one.address, "place=05901&lang=es&has_table=1")
    page.locator("section.years").wait_for()
    content, window = page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert content <= window


def test_every_figure_of_the_charts_stands_in_the_table(visit) -> None:
    one = visit()
    page = at(one.page, one.address, "place=05901&lang=en&has_table=1")
    table = page.locator("section.years")
    table.wait_for()
    cells = re.findall(r"\d{4}: (.*)", "\n".join(page.locator(".hit title").all_text_contents()))
    held = table.locator("td").all_text_contents()
    assert sorted(cells) == sorted(cell for cell in held if cell != "–")
