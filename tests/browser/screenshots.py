"""Take the pictures in docs/screenshots: ``python -m tests.browser.screenshots`` after a build."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image

from tests.browser.served import ROOT, chromium, dashboard, painted

SIZES: Final = {"phone": (390, 844), "laptop": (1280, 960), "wide": (1920, 1080)}
_VIEW: Final = "series=homicide_police&measure=rate&window=rolling&place=19698"
_DRAW_MS: Final = 2_000


def take(data_dir: Path, folder: Path) -> None:
    """Photograph the map in both languages at every size."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as logs,
        dashboard(data_dir, Path(logs) / "log") as address,
        chromium() as browser,
    ):
        for name, (width, height) in SIZES.items():
            context = browser.new_context(viewport={"width": width, "height": height})
            page = context.new_page()
            for language in ("es", "en"):
                page.goto(f"{address}/?{_VIEW}&lang={language}")
                painted(page)
                page.wait_for_timeout(_DRAW_MS)
                path = folder / f"map-{name}-{language}.png"
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
