"""How long a reader waits for the map, and how much travels for it."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from playwright.sync_api import Browser, Page

from tests.browser.served import MAP, chromium, dashboard, painted

REPETITIONS: Final = 30
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
        the variable changed, shapes on the wire in KB, seconds to the first map.
    """
    with (
        TemporaryDirectory() as folder,
        dashboard(data_dir, Path(folder) / "log") as address,
        chromium() as browser,
    ):
        first_seconds = first_map_seconds(browser, address)
        repaint, fewest = change_to_repaint(browser, address)
        panel = click_to_panel(browser, address)
        shapes_bytes = geometry_bytes(browser, address)
    return {
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
        waits = []
        for turn in range(REPETITIONS):
            if turn % 2:
                page.get_by_role("radio", name=("Count", "Rate")[turn // 2 % 2]).click()
            else:
                series.click()
                series.press("ArrowDown")
                series.press("Enter")
            waits.append(_wait(page, acted=page, where=frame, what="painted"))
        return _summary(waits), frame.evaluate("window.fewest")


def click_to_panel(browser: Browser, address: str) -> Waits:
    """From clicking a municipality to its panel."""
    with _page(browser, address) as page:
        frame = _map_frame(page)
        frame.evaluate(_WATCH_MAP)
        page.evaluate(_WATCH_PANEL)
        places = frame.locator("path.municipality")
        step = max(1, places.count() // REPETITIONS)
        waits = []
        for turn in range(min(REPETITIONS, places.count())):
            box = places.nth(turn * step).bounding_box()
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            waits.append(_wait(page, acted=frame, where=page, what="opened"))
        return _summary(waits)


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
