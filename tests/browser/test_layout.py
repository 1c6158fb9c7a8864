"""What is in sight at the sizes people hold and project: menu, maps, rows of tables."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from dashboard.language import LanguageCode, words
from tests.browser.conftest import Visit
from tests.browser.served import MAP, painted
from tests.browser.test_accessibility import PATHS, breaches

IN_SIGHT = """() => {
  const links = "[data-testid=stTopNavLink], [data-testid=stSidebarNavLink]";
  const isInSight = (link) => {
    const { left, right, top, bottom } = link.getBoundingClientRect();
    const on = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return left >= 0 && right <= innerWidth && top >= 0 && bottom - top >= 24 && link.contains(on);
  };
  const all = [...document.querySelectorAll(links)];
  return all.filter(isInSight).map((link) => link.querySelector("p").innerText);
}"""


@pytest.mark.parametrize("width", [360, 390, 640, 767, 768, 820, 1280])
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_is_in_sight(
    visit: Callable[..., Visit], width: int, language: LanguageCode
) -> None:
    here = visit(width)
    here.open(f"lang={language}")
    _ = words(language).text
    pages = [
        _("Map"),
        _("Trends"),
        _("Municipality"),
        _("Compare"),
        _("Clusters and alerts"),
        _("Programme"),
        _("Data and methods"),
    ]
    here.page.wait_for_function(f"({IN_SIGHT})().length === {len(pages)}")
    told = here.page.evaluate(IN_SIGHT)
    assert told == pages
    here.page.get_by_role("link", name=_("Compare"), exact=True).click()
    expect(here.page.locator("h1")).to_have_text(_("Compare"))


@pytest.mark.parametrize(("query", "maps"), [("", 1), ("two=1&series=crowds&series2=sightings", 2)])
def test_a_projector_shows_maps_whole_and_large(
    visit: Callable[..., Visit], query: str, maps: int
) -> None:
    here = visit(1280, 720)
    here.page.goto(f"{here.address}/?{query}")
    expect(here.page.locator(MAP)).to_have_count(maps)
    for map_ in here.page.locator(MAP).all():
        map_.content_frame.locator("body[data-painted]").wait_for()
        box = map_.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 720
        assert box["height"] >= 0.65 * 720


def test_the_second_map_speaks_the_readers_language(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.page.goto(f"{here.address}/?lang=es&two=1")
    expect(here.page.get_by_placeholder("La misma serie")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "skip", "nothing"),
    [
        ("es", "Ir al contenido de la página", "No se encontró nada"),
        ("en", "Skip to the page's content", "Nothing found"),
    ],
)
def test_what_streamlit_says_itself_is_in_the_readers_language(
    visit: Callable[..., Visit], language: LanguageCode, skip: str, nothing: str
) -> None:
    here = visit()
    here.page.goto(f"{here.address}/compare?lang={language}")
    expect(here.page.locator("h1")).to_have_text(words(language).text("Compare"))
    here.page.get_by_label(words(language).text("Department")).fill("xyz")
    shown = "one => getComputedStyle(one, '::after').content"
    link = here.page.get_by_test_id("stSkipToContent")
    empty = here.page.locator("[role=listbox] [role=option] > span")
    assert [one.evaluate(shown) for one in (link, empty)] == [f'"{skip}"', f'"{nothing}"']


def test_a_row_is_a_paragraph_on_a_phone(visit: Callable[..., Visit]) -> None:
    here = visit(390, 844)
    here.page.goto(f"{here.address}/trends?lang=en")
    cells = here.page.locator(".stacks tbody tr").first.locator("td")
    expect(cells.first).to_be_visible()
    boxes = [cell.bounding_box() for cell in cells.all()]
    assert len(boxes) > 1
    assert all(box and box["x"] + box["width"] <= 390 for box in boxes)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_breaks_no_rule_on_a_phone(browser: Browser, address: str, path: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{address}{path}?lang=es&place=05901")
    page.locator("h1").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_load_state("networkidle")
    if page.locator(MAP).count():
        painted(page)
    found = breaches(page)
    context.close()
    assert found == []
