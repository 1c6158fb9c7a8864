"""WCAG 2.2 AA on every page, in both languages and both themes, by axe."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page

from tests.browser.served import MAP, painted

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATHS = ["/", "/trends", "/municipality", "/compare", "/alerts", "/programme", "/sources"]


def breaches(where: Page | Frame) -> list[str]:
    """What axe finds, one line per rule: the rule, how often, and the first element."""
    found = Axe().run(where, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{rule['id']} x{len(rule['nodes'])}: {rule['nodes'][0]['html'][:300]}"
        f" {rule['nodes'][0].get('failureSummary', '')[:300]}"
        for rule in found.response["violations"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_breaks_no_rule(
    browser: Browser, address: str, path: str, language: str, theme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{address}{path}?lang={language}&place=05901")
    page.locator("h1").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    # Some controls are drawn only when their own script has come.
    page.wait_for_load_state("networkidle")
    found = breaches(page)
    if page.locator(MAP).count():
        painted(page)
        (frame,) = (one for one in page.frames if "streamlit_folium" in one.url)
        found += [f"map: {line}" for line in breaches(frame)]
    context.close()
    assert found == []
