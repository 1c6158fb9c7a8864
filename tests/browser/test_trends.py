"""The page of trends in a browser: what it draws, what a pointer finds, and what a file holds."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.served import painted


def opened(visit: Callable[..., Visit], query: str, **how: object) -> Page:
    here = visit(**how)
    here.page.goto(f"{here.address}/trends?{query}")
    expect(here.page.locator("h1")).to_be_visible()
    expect(here.page.locator(".provenance:not(.twin)")).to_be_visible()
    return here.page


@pytest.mark.parametrize(("language", "title"), [("es", "Tendencias"), ("en", "Trends")])
def test_the_page_opens_in_both_languages(
    visit: Callable[..., Visit], language: str, title: str
) -> None:
    page = opened(visit, f"lang={language}&places=05901,05902&groups=documented")
    expect(page.locator("h1")).to_have_text(title)
    # one chart, drawn, of three lines
    expect(page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg")).to_have_count(1)
    expect(page.locator("i.swatch")).to_have_count(3)


def test_more_lines_stand_side_by_side_and_fit_a_phone(visit: Callable[..., Visit]) -> None:
    page = opened(visit, "lang=en&places=05901,05902,05903&groups=05", width=390, height=844)
    expect(page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg")).to_have_count(4)
    widths = page.evaluate(
        "() => [document.documentElement.scrollWidth, "
        "document.querySelector('[data-testid=stMain]').scrollWidth]"
    )
    assert max(widths) <= 390


def test_a_pointer_finds_the_figures_of_every_line(visit: Callable[..., Visit]) -> None:
    page = opened(visit, "lang=en&places=05901,05902&pace=month")
    chart = page.locator(".stVegaLiteChart").first
    expect(chart.locator("canvas, svg")).to_have_count(1)
    box = chart.bounding_box()
    tip = page.locator("#vg-tooltip-element")
    for share in (0.2, 0.3, 0.4):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + 120)
    expect(tip).to_contain_text("Villa Prueba")
    expect(tip).to_contain_text("Peñón")


def test_a_place_is_found_without_its_accents(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.page.goto(f"{here.address}/trends?lang=en")
    field = here.page.get_by_role("combobox", name="Municipalities")
    for typed in ("penon", "peñón"):
        field.fill(typed)
        expect(here.page.get_by_role("option")).to_have_count(1)
    here.page.keyboard.press("Enter")
    here.page.wait_for_url("**places=05902**")


def test_a_file_holds_what_the_table_shows(visit: Callable[..., Visit], tmp_path: Path) -> None:
    page = opened(visit, "lang=en&places=05901&groups=05&pace=month")
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").click()
    file = tmp_path / "lines.csv"
    started.value.save_as(file)
    text = file.read_text("utf-8-sig")
    notes = [line for line in text.splitlines() if line.startswith("# ")]
    assert "# Series: Series sightings" in notes
    assert "# Lines: Villa Prueba; Tierra Nuestra" in notes
    rows = list(csv.DictReader(io.StringIO("".join(text.partition("\nline,")[1:]).lstrip())))
    first = rows[0]
    assert (first["line"], first["code"], first["when"]) == (
        "Villa Prueba",
        "05901",
        "January 2021",
    )
    assert {row["line"] for row in rows} == {"Villa Prueba", "Tierra Nuestra"}
    assert first["is_provisional"] == "0"


def test_a_name_leads_to_its_page(visit: Callable[..., Visit]) -> None:
    page = opened(visit, "lang=en&places=05901&groups=05")
    page.get_by_role("link", name="Villa Prueba").click()
    page.wait_for_url("**/municipality?**place=05901**")


def test_lines_are_found_again_by_the_menu(visit: Callable[..., Visit]) -> None:
    page = opened(visit, "lang=en&series=sightings&places=05901,05902&pace=month&measure=count")
    menu = page.get_by_test_id("stTopNavLink")
    menu.filter(has_text="Map").first.click()
    frame = painted(page)
    page.wait_for_url(re.compile("place=05902"))
    frame.locator("path.municipality").nth(2).click()
    expect(page.locator(".place h2")).to_be_visible()
    page.wait_for_url(re.compile("place=05903"))
    menu.filter(has_text="Trends").click()
    # What was chosen on the map since then is a line more.
    page.wait_for_url(re.compile("places=05901(,|%2C)05902(,|%2C)05903"))
    assert "pace=month" in page.url
    assert "measure=count" in page.url
