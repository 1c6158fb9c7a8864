"""How long a reader waits for the map, and how much travels for it."""

import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copy, copytree
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from playwright.sync_api import Browser, Error, Page

from tests.bench.crowd import crowd_figures
from tests.browser.served import MAP, ROOT, chromium, painted, serving

REPETITIONS: Final = 50
_VISITS: Final = 4
_SETTLE_MS: Final = 400
_PATIENCE: Final = 20

# Both clocks count from the epoch: what happens in the page and in the map's frame compares. A wait
# ends when the frame that shows its result has been handed to the screen.
_NOW: Final = "performance.timeOrigin + performance.now()"
_WATCH_ACTIONS: Final = f"""() => {{
  const note = () => {{ window.acted = {_NOW}; }};
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, note, true);
}}"""
_WATCH_MAP: Final = f"""() => {{
  const count = () => document.querySelectorAll("path.municipality[fill]").length;
  const look = () => {{
    window.fewest = Math.min(window.fewest, count());
    requestAnimationFrame(look);
  }};
  const shown = () => requestAnimationFrame(() => setTimeout(() => {{ window.painted = {_NOW}; }}));
  addEventListener("pointerdown", () => {{ window.acted = {_NOW}; }}, true);
  new MutationObserver(shown).observe(document.body, {{ attributeFilter: ["data-painted"] }});
  window.fewest = count();
  look();
}}"""
_WATCH_PANEL: Final = f"""() => {{
  let last = null;
  const shown = () => requestAnimationFrame(() => setTimeout(() => {{ window.opened = {_NOW}; }}));
  const look = () => {{
    const name = document.querySelector(".place h2")?.textContent;
    if (name && name !== last) shown();
    last = name;
  }};
  const everything = {{ childList: true, subtree: true, characterData: true }};
  new MutationObserver(look).observe(document.body, everything);
}}"""
_SHAPES_SIZE: Final = """performance.getEntriesByType("resource")
  .filter((one) => one.name.includes("/shapes/"))
  .reduce((size, one) => size + one.encodedBodySize, 0)"""


_WATCH_HEADING: Final = f"""() => {{
  let last = document.querySelector("h1")?.textContent;
  const shown = () => requestAnimationFrame(() => setTimeout(() => {{ window.headed = {_NOW}; }}));
  const look = () => {{
    const name = document.querySelector("h1")?.textContent;
    if (name && name !== last) shown();
    last = name ?? last;
  }};
  const everything = {{ childList: true, subtree: true, characterData: true }};
  new MutationObserver(look).observe(document.body, everything);
}}"""
_STEP: Final = """async (steps) => {
  const slider = document.querySelector(".time input");
  const waits = [];
  slider.value = slider.max - steps;
  for (let i = 0; i < steps; i++) {
    await new Promise(requestAnimationFrame);
    const started = performance.now();
    slider.value = +slider.value + 1;
    slider.dispatchEvent(new Event("input"));
    document.body.getBoundingClientRect();
    waits.push(performance.now() - started);
  }
  return waits;
}"""
_FILLS: Final = """[...document.querySelectorAll("path.leaflet-interactive")]
  .map((one) => one.getAttribute("fill")).join()"""
_IN_SIGHT: Final = """[...document.querySelectorAll("path.municipality")].flatMap((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  const middle = [x + width / 2, y + height / 2];
  return document.elementFromPoint(...middle) === one ? [middle] : [];
})"""
"""Middles of the municipalities that a click there would choose."""

_PAGES: Final = (-1, -2, 0)
"""Where the pages stand in the list: the last two, which are of text, and the map."""

_PLAIN_REPETITIONS: Final = 8
_PLAIN_PATIENCE: Final = 2000
_FEWEST_PLAIN: Final = 300


@dataclass(frozen=True, slots=True)
class Waits:
    """How long something took, in milliseconds."""

    median: float
    p95: float


def dashboard_figures(data_dir: Path) -> dict[str, float]:
    """Measure a dashboard on the warehouse of a data folder.

    Parameters
    ----------
    data_dir
        Folder with a published warehouse.

    Returns
    -------
    dict
        Medians and 95th percentiles of waits in milliseconds, polygons in the emptiest frame while
        the variable changed, shapes on the wire in KB, seconds to the first map, memory of one of
        many sessions in MB, and the same change on a plain st_folium map.
    """
    with (
        TemporaryDirectory() as folder,
        serving(ROOT / "dashboard/app.py", data_dir, Path(folder) / "log") as (address, pid),
    ):
        with chromium() as browser:
            first_seconds = first_map_seconds(browser, address)
            repaint, fewest = change_to_repaint(browser, address)
            panel = click_to_panel(browser, address)
            step = slider_step(browser, address)
            pages = page_to_page(browser, address)
            shapes_bytes = geometry_bytes(browser, address)
        crowd = crowd_figures(address, pid)
    return {
        "plain_repaint_median_ms": plain_repaint(data_dir),
        "slider_step_p95_ms": step.p95,
        "page_median_ms": pages.median,
        "page_p95_ms": pages.p95,
        "crowd_median_ms": crowd.median_ms,
        "crowd_p95_ms": crowd.p95_ms,
        "session_mb": crowd.session_mb,
        "first_map_seconds": first_seconds,
        "repaint_median_ms": repaint.median,
        "repaint_p95_ms": repaint.p95,
        "repaint_fewest_polygons": fewest,
        "panel_median_ms": panel.median,
        "panel_p95_ms": panel.p95,
        "geometry_kb": shapes_bytes / 1000,
    }


def change_to_repaint(browser: Browser, address: str) -> tuple[Waits, int]:
    """From choosing another series or measure to the repainted map, and the emptiest frame."""
    with _page(browser, address) as page:
        frame = _map_frame(page)
        page.evaluate(_WATCH_ACTIONS)
        frame.evaluate(_WATCH_MAP)
        series = page.get_by_role("combobox").first
        options = page.get_by_role("option")
        waits: list[float] = []
        for turn in range(2 * REPETITIONS):
            if turn % 2:
                page.get_by_role("combobox", name=re.compile("Show")).click()
                if options.count() == 1:  # a series without rates is shown as counts alone
                    page.keyboard.press("Escape")
                    continue
                is_first = options.first.get_attribute("aria-selected") == "true"
                page.keyboard.press("ArrowDown" if is_first else "ArrowUp")
                page.keyboard.press("Enter")
            else:
                series.click()
                series.press("ArrowDown")
                series.press("Enter")
            waits.append(_wait(page, acted=page, where=frame, what="painted"))
            if len(waits) == REPETITIONS:
                break
        return _summary(waits), frame.evaluate("window.fewest")


def click_to_panel(browser: Browser, address: str) -> Waits:
    """From clicking a municipality to its panel."""
    with _page(browser, address) as page:
        frame = _map_frame(page)
        frame.evaluate(_WATCH_MAP)
        page.evaluate(_WATCH_PANEL)
        points = frame.evaluate(_IN_SIGHT)
        corner = page.query_selector(MAP).bounding_box()
        waits = []
        for x, y in points[:: max(1, len(points) // REPETITIONS)]:
            page.mouse.click(corner["x"] + x, corner["y"] + y)
            waits.append(_wait(page, acted=frame, where=page, what="opened"))
        return _summary(waits)


def slider_step(browser: Browser, address: str) -> Waits:
    """From a step of the time slider to the map laid out anew, by month."""
    with _page(browser, f"{address}/?window=month") as page:
        frame = _map_frame(page)
        frame.wait_for_function("document.querySelector('.time input').max > 12")
        return _summary(frame.evaluate(_STEP, REPETITIONS))


def page_to_page(browser: Browser, address: str) -> Waits:
    """From a click on another page's name to its heading."""
    with _page(browser, address) as page:
        page.evaluate(_WATCH_ACTIONS)
        page.evaluate(_WATCH_HEADING)
        waits = []
        for turn in range(REPETITIONS):
            page.get_by_test_id("stTopNavLink").nth(_PAGES[turn % len(_PAGES)]).click()
            waits.append(_wait(page, acted=page, where=page, what="headed"))
        # The first visit of each page imports it.
        return _summary(waits[len(_PAGES) :])


def plain_repaint(data_dir: Path) -> float:
    """Milliseconds from choosing another measure to the repainted map of plain st_folium."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        copy(Path(__file__).with_name("plain_map.py"), folder)
        vendor = "static/vendor/leaflet"
        copytree(ROOT / "dashboard" / vendor, folder / vendor)
        with (
            serving(folder / "plain_map.py", data_dir, folder / "log") as (address, _),
            chromium() as browser,
        ):
            page = browser.new_page()
            page.goto(address)
            shown = _plain_fills(page, "")
            page.evaluate(_WATCH_ACTIONS)
            waits = []
            for turn in range(_PLAIN_REPETITIONS):
                page.wait_for_timeout(_SETTLE_MS)
                page.get_by_role("combobox").first.click()
                page.keyboard.press(("ArrowDown", "ArrowUp")[turn % 2])
                page.keyboard.press("Enter")
                shown = _plain_fills(page, shown)
                waits.append(page.evaluate(f"{_NOW} - window.acted"))
            return statistics.median(waits)


def _plain_fills(page: Page, before: str) -> str:
    """Colours of a plain map once all its municipalities wear others than before."""
    for _ in range(_PLAIN_PATIENCE):
        for frame in page.frames[1:]:
            with suppress(Error):
                fills = frame.evaluate(_FILLS)
                if fills.count(",") >= _FEWEST_PLAIN and fills != before:
                    return str(fills)
        page.wait_for_timeout(10)
    message = "the plain map was not drawn"
    raise RuntimeError(message)


def geometry_bytes(browser: Browser, address: str) -> int:
    """Size of the shapes as they travel."""
    with _page(browser, address) as page:
        return int(_map_frame(page).evaluate(_SHAPES_SIZE))


def first_map_seconds(browser: Browser, address: str) -> float:
    """From opening a warm server's address, with nothing cached, to the painted map."""
    waits = []
    for _ in range(_VISITS):
        started = perf_counter()
        with _page(browser, address, settle_ms=0):
            waits.append(perf_counter() - started)
    return statistics.median(waits[1:])  # the first visit warms the server


@contextmanager
def _page(browser: Browser, address: str, settle_ms: int = _SETTLE_MS) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.goto(address)
    painted(page)
    page.wait_for_timeout(settle_ms)
    yield page
    context.close()


def _map_frame(page: Page) -> Any:
    return page.query_selector(MAP).content_frame()


def _wait(page: Page, *, acted: Any, where: Any, what: str) -> float:
    """Milliseconds from the last action to what it led to."""
    for _ in range(_PATIENCE):
        page.wait_for_timeout(_SETTLE_MS)
        end = where.evaluate(f"window.{what} ?? 0")
        start = acted.evaluate("window.acted")
        if end > start:
            return float(end - start)
    message = f"nothing was {what} within {_PATIENCE * _SETTLE_MS} ms"
    raise RuntimeError(message)


def _summary(waits: list[float]) -> Waits:
    return Waits(statistics.median(waits), statistics.quantiles(waits, n=20)[-1])
