"""Files beside the pages, as a script and a reader fetch them from a running server."""

import csv
import json
import urllib.request
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import frictionless
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.served import dashboard, painted


def fetched(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback
        content: bytes = answer.read()
    return content.decode("utf-8")


def test_a_script_that_comes_before_any_reader_leaves_the_pages_whole(
    data_dir: Path, browser: Browser, tmp_path: Path
) -> None:
    # A page's module that is first imported for its file must not take the page's parts with it.
    with dashboard(data_dir, tmp_path / "log") as served:
        rows = list(csv.DictReader(StringIO(fetched(f"{served}/view.csv?series=sightings"))))
        assert [row["municipality_code"] for row in rows] == ["05901", "05902", "05903"]
        fetched(f"{served}/alerts/view.csv")
        page = browser.new_page()
        page.goto(f"{served}/?lang=en&series=sightings")
        painted(page)
        page.goto(f"{served}/alerts?lang=en&series=sightings")
        expect(page.locator(".drawn svg").first).to_be_visible()
        page.close()


def foot_within(page: Page, width: int) -> Locator:
    """The links to a page's files, which are in sight and no wider than the page."""
    foot = page.locator(".twin")
    foot.scroll_into_view_if_needed()
    expect(foot).to_be_visible()
    box = foot.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    return foot


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(("locale", "label"), [("es-CO", "metadatos"), ("en-US", "metadata")])
def test_a_reader_saves_what_the_page_shows(
    visit: Callable[..., Visit], width: int, locale: str, label: str
) -> None:
    one = visit(width, locale=locale)
    page = one.page
    page.goto(f"{one.address}/compare?series=sightings")
    foot = foot_within(page, width)
    with page.expect_download() as saved:
        foot.get_by_role("link", name="CSV").click()
    assert saved.value.suggested_filename == "compare-municipalities.csv"
    rows = list(csv.DictReader(StringIO(Path(saved.value.path()).read_text("utf-8"))))
    assert [row["municipality_code"] for row in rows] == ["05903", "05902", "05901"]  # by name
    with page.expect_download() as saved:
        foot.get_by_role("link", name=label).click()
    about = json.loads(Path(saved.value.path()).read_text("utf-8"))
    assert about["language"] == locale[:2]
    assert [one["name"] for one in about["schema"]["fields"]] == list(rows[0])


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        (
            "municipality?place=05901",
            {"years", "chart", "statistics", "publishers", "revisions", "coverage"},
        ),
        ("programme", {"coverage", "lists", "dates", "reported", "fan", "groups"}),
    ],
)
def test_every_table_of_a_page_is_led_to_and_valid(
    visit: Callable[..., Visit], tmp_path: Path, width: int, asked: str, parts: set[str]
) -> None:
    one = visit(width, locale="en-US")
    page = one.page
    page.goto(f"{one.address}/{asked}")
    foot = foot_within(page, width)
    saved = set()
    # Browsers refuse to save more than ten files in a second: all are asked for, one is saved.
    for link in foot.get_by_role("link").all():
        answer = page.request.get(f"{one.address}/{link.get_attribute('href')}")
        name = answer.headers["content-disposition"].split('"')[1]
        (tmp_path / name).write_bytes(answer.body())
        saved.add(name)
    with page.expect_download() as last:
        foot.get_by_role("link", name="CSV").last.click()
    assert last.value.suggested_filename in saved
    assert (
        Path(last.value.path()).read_bytes()
        == (tmp_path / last.value.suggested_filename).read_bytes()
    )
    names = {f"{asked.partition('?')[0]}-{part}" for part in parts}
    assert saved == {f"{name}.{end}" for name in names for end in ("csv", "metadata.json")}
    for name in names:
        found = frictionless.validate(str(tmp_path / f"{name}.metadata.json"))
        assert found.valid, found.flatten(["type", "message"])
