"""Every notebook runs offline on the bundled snapshot; its answer holds figures known elsewhere.

What is expected was published, counted in the files with other tools, or is reckoned here another
way: row by row from the core tables.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import pipeline as atlas
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.catalog.series import SERIES
from tests.published_figures import HOMICIDES_POLICE, RELEASES
from tools import notebooks

Figures = dict[str, Any]
PATHS = {path.stem[:2]: path for path in notebooks.paths()}


class Asked(HTMLParser):
    """What a page makes a browser ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: Counter[str] = Counter()
        self.bare_pictures = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        told = dict(attrs)
        self.addresses += [told[name] or "" for name in ("src", "srcset", "data") if name in told]
        if tag == "img":
            self.bare_pictures += not told.get("alt")


@pytest.fixture(scope="module")
def executed(bundled_data_dir: Path) -> Callable[[str], Any]:
    """An executed notebook by its number; each runs once."""
    return cache(lambda number: notebooks.executed(PATHS[number], DATA_DIR=str(bundled_data_dir)))


@pytest.fixture(scope="module")
def answered(executed: Callable[[str], Any]) -> Callable[[str], Figures]:
    """The figures of a notebook's answer, by its number."""

    def figures(number: str) -> Figures:
        (told,) = (
            output.metadata["figures"]
            for cell in executed(number).cells[:2]
            for output in cell.get("outputs", ())
            if "figures" in output.metadata
        )
        return dict(told)

    return figures


@pytest.fixture(scope="module")
def warehouse(bundled_data_dir: Path) -> atlas.Warehouse:
    return atlas.open(bundled_data_dir)


@pytest.mark.parametrize("number", PATHS)
def test_it_runs_and_its_page_asks_for_nothing_else(executed, tmp_path, number) -> None:
    page, *figures = notebooks.rendered(executed(number), number, tmp_path)
    text = page.read_text("utf-8")
    asked = Asked(text)
    assert figures
    assert asked.tags["img"] == len(figures)
    assert not asked.bare_pictures
    assert not asked.tags.keys() & {"script", "link", "iframe", "object", "embed"}
    assert not [address for address in asked.addresses if not address.startswith("data:")]
    assert "@import" not in text
    assert "url(" not in text
    for figure in figures:
        assert "<svg" in figure.read_text("utf-8")


def test_the_tour_tells_published_totals(answered, warehouse) -> None:
    told = answered("01")
    assert told["homicides"] == sum(HOMICIDES_POLICE.values())
    assert told["newest_police"] == max(HOMICIDES_POLICE)
    assert told["declared"] == len(SERIES)
    assert (told["met"], told["stated"]) == (24, 24)  # 2003-2026
    assert told["before"] == RELEASES["kidnapping", "2025-12-31"][2025]
    assert told["after"] == RELEASES["kidnapping", "2026-01-31"][2025]
    assert told["municipalities"] == 373
    assert told["spoken_of"] == 139  # counted in the register's file
    people = warehouse.table("core.population_yearly")
    known = {
        (code, year): residents
        for code, year, residents in zip(
            people["municipality_code"], people["year"], people["population"], strict=True
        )
        if code[:2] in PROGRAMME_DEPARTMENTS and residents
    }
    for seam, moved in ((2018, "first_moved"), (2025, "last_moved")):
        before = {code: n for (code, year), n in known.items() if year == seam - 1}
        steps = [abs(known[code, seam] - n) / n for code, n in before.items()]
        assert told[moved] == sum(step > 0.1 for step in steps)
