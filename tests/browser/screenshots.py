"""Take the pictures in docs/screenshots: ``python -m tests.browser.screenshots`` after a build."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser

from tests.browser.served import MAP, ROOT, chromium, dashboard

_DRAW_MS: Final = 2_500


class _Picture(NamedTuple):
    """How pictures of a kind are taken."""

    name: str
    width: int
    height: int
    language: Literal["es", "en"]
    theme: Literal["light", "dark"] = "light"


_PICTURES: Final = (
    _Picture("phone-es", 390, 844, "es"),
    _Picture("tablet-es", 820, 1180, "es"),
    _Picture("projector-es", 1280, 720, "es"),
    _Picture("laptop-es", 1280, 960, "es"),
    _Picture("laptop-en", 1280, 960, "en"),
    _Picture("laptop-es-dark", 1280, 960, "es", "dark"),
    _Picture("wide-es", 1920, 1080, "es"),
)
_VIEWS: Final = {
    "map": "/?series=homicide_police&measure=rate&window=rolling&place=19698",
    "two-maps": "/?series=homicide_police&two=1&series2=extortion&place=19698",
    "trends": "/trends?series=homicide_police",
    "municipality": "/municipality?place=52835",
    "compare": "/compare?series=homicide_police",
    "alerts": "/alerts?series=homicide_police",
    "programme": "/programme",
    "sources": "/sources",
}


def take(data_dir: Path, folder: Path) -> None:
    """Photograph every page in both languages, both themes and every size."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as logs,
        dashboard(data_dir, Path(logs) / "log") as address,
        chromium() as browser,
    ):
        for picture in _PICTURES:
            _photograph(browser, address, picture, folder)


def _photograph(browser: Browser, address: str, picture: _Picture, folder: Path) -> None:
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.theme
    )
    page = context.new_page()
    for name, view in _VIEWS.items():
        page.goto(f"{address}{view}{'&' if '?' in view else '?'}lang={picture.language}")
        page.locator("h1").wait_for()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        for i in range(page.locator(MAP).count()):
            map_ = page.locator(MAP).nth(i).content_frame
            map_.locator("body[data-painted]").wait_for()
        page.wait_for_timeout(_DRAW_MS)
        path = folder / f"{name}-{picture.name}.png"
        page.screenshot(path=path)
        _fewer_colours(path)
    context.close()


def _fewer_colours(path: Path) -> None:
    """Keep the repository light: a flat map needs no more than 256 colours."""
    with Image.open(path) as image:
        reduced = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)


if __name__ == "__main__":
    take(ROOT / os.environ.get("DATA_DIR", "data"), ROOT / "docs/screenshots")
