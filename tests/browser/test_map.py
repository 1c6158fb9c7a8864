"""The map as a reader meets it, in a browser that reaches nothing but its own server."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Route, WebSocketRoute, expect

from pipeline import colours as palette
from tests.app.country import MARKUP, publish
from tests.browser.conftest import Visit
from tests.browser.served import MAP, dashboard, painted

VILLA, PUERTO, MUESTRA = 0, 1, 2
"""Where the squares stand in the order of shapes."""


def colours(frame: FrameLocator) -> list[str]:
    places = frame.locator("path.municipality")
    return [places.nth(i).get_attribute("fill") for i in range(places.count())]


def place(frame: FrameLocator, i: int):
    return frame.locator("path.municipality").nth(i)


def zoom(frame: FrameLocator) -> float:
    return frame.locator("body").evaluate("() => window.map.getZoom()")


def repainted(frame: FrameLocator, view: str) -> None:
    """Wait until the map shows a view."""
    expect(frame.locator("body")).to_have_attribute("data-painted", re.compile(view))


def choose(here: Visit, label: str, option: str) -> None:
    """Choose an option of a list by its label."""
    here.page.get_by_role("combobox", name=re.compile(label)).click()
    here.page.get_by_role("option", name=option, exact=True).click()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@contextmanager
def elsewhere(folder: Path) -> Iterator[str]:
    """Address of another site, which serves a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_every_place_is_painted_by_its_class(visit: Callable[..., Visit]) -> None:
    frame = visit().open("series=migrations&measure=count")
    villa, puerto, muestra = colours(frame)
    assert villa.startswith("#")
    # Who publishes nothing is hatched, never coloured as zero.
    assert puerto == muestra == "url(#atlas-not-published)"
    expect(frame.locator(".step.missing")).to_contain_text("not published")


def test_a_change_repaints_and_keeps_frame_and_zoom(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings")
    frame.locator(".leaflet-control-zoom-in").click()
    frame.locator("body").evaluate("() => { window.same = 'frame'; }")
    here.page.wait_for_timeout(400)
    before, level = colours(frame), zoom(frame)

    choose(here, "Show", "Count")
    repainted(frame, "sightings/year/count")
    here.page.get_by_role("radio", name="Month", exact=True).click()
    repainted(frame, "sightings/month/count")
    series = here.page.get_by_role("combobox").first
    series.click()
    series.press("ArrowDown")
    series.press("Enter")
    repainted(frame, "sightings_by_day/month/count")

    assert frame.locator("body").evaluate("() => window.same") == "frame"
    assert zoom(frame) == level
    assert colours(frame) != before


def test_a_note_does_not_rebuild_the_map(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=migrations&window=rolling&period=1999")
    expect(here.page.get_by_text("this is the nearest one")).to_be_visible()
    frame.locator("body").evaluate("() => { window.same = 'frame'; }")
    here.page.get_by_role("radio", name="Month", exact=True).click()
    repainted(frame, "migrations/month")
    expect(here.page.get_by_text("this is the nearest one")).to_have_count(0)
    assert frame.locator("body").evaluate("() => window.same") == "frame"


def test_a_click_opens_the_place(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=crowds")
    place(frame, PUERTO).click()
    expect(here.page.locator(".place h2")).to_have_text(MARKUP)
    expect(here.page.locator(".tile .value").first).to_have_text("6")
    expect(here.page.locator("section.coverage")).to_contain_text("Candidate")
    here.page.wait_for_url("**place=05902**")
    here.page.get_by_role("button", name="Close").click()
    expect(here.page.locator(".place")).to_have_count(0)


@contextmanager
def held_back(here: Visit) -> Iterator[list[bytes | str]]:
    """Nothing that the page's script says reaches the browser until the block ends."""
    waiting: list[bytes | str] = []
    sockets: list[WebSocketRoute] = []
    holding = False

    def hear(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        server = socket.connect_to_server()
        server.on_message(lambda said: waiting.append(said) if holding else socket.send(said))

    here.page.route_web_socket(re.compile("_stcore/stream"), hear)
    yield_to = here.open("series=sightings&period=2021-01&lang=en")
    expect(yield_to.locator(".time .label b")).to_have_text("2021")
    here.page.wait_for_timeout(500)
    holding = True
    yield waiting
    holding = False
    for said in waiting:
        sockets[-1].send(said)


def test_what_the_page_will_say_is_shown_before_it_says_it(visit: Callable[..., Visit]) -> None:
    here = visit()
    page = here.page
    panel = page.locator(".st-key-side")
    with held_back(here) as waiting:
        frame = page.frame_locator(MAP)
        place(frame, VILLA).click()
        expect(page.locator(".place h2")).to_have_text("Villa Prueba")
        # Five sightings in the whole year, of which one is of a month nobody published.
        expect(page.locator(".tile .value").first).to_have_text("5")
        expect(page.locator("section.coverage")).to_contain_text("between October 2020")
        expect(page.get_by_role("button", name="Close")).to_have_count(0)
        choose(here, "Series", "Violence · Series crowds")
        repainted(frame, "crowds/year")
        expect(frame.locator(".legend .title")).to_contain_text("Series crowds")
        expect(page.locator("h3.series")).to_have_text("Series crowds")
        said = [panel.locator(one).inner_html() for one in (".place", ".tiles", ".coverage")]
        painted_so = colours(frame)
        assert waiting
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    expect(page.locator(".st-key-history .stVegaLiteChart")).to_be_visible()
    assert [panel.locator(one).inner_html() for one in (".place", ".tiles", ".coverage")] == said
    assert colours(frame) == painted_so


def test_what_the_page_confirms_is_not_painted_again(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings&lang=en")
    body = frame.locator("body")
    body.evaluate("""body => {
      const count = () => { body.dataset.paints = 1 + +(body.dataset.paints ?? 0); };
      new MutationObserver(count).observe(body, { attributeFilter: ["data-painted"] });
    }""")
    choose(here, "Show", "Count")
    repainted(frame, "sightings/year/count")
    # What was shown early stands for a second and a half before another answer of the page's.
    here.page.wait_for_timeout(2_000)
    expect(body).to_have_attribute("data-paints", "1")


def test_the_page_is_right_in_the_end(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings&lang=en")

    def tamper(route: Route) -> None:
        answer = route.fetch().json()
        answer["panel"]["top"] = "<div class='place'><h2>Somewhere else</h2></div>"
        answer["scene"]["title"] = "Something else"
        route.fulfill(json=answer)

    here.page.route("**/view/**", tamper)
    place(frame, VILLA).click()
    expect(here.page.locator(".place h2")).to_have_text("Somewhere else")
    expect(frame.locator(".legend .title")).to_have_text("Something else")
    expect(here.page.locator(".place h2")).to_have_text("Villa Prueba")
    expect(frame.locator(".legend .title")).to_contain_text("Series sightings")


def test_without_an_early_answer_the_page_says_it(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings&lang=en")
    here.page.route("**/known/**", lambda route: route.fulfill(json={"unforeseen": 1}, status=200))
    here.page.route("**/view/**", lambda route: route.fulfill(body="no answer", status=200))
    place(frame, VILLA).click()
    expect(here.page.locator(".place h2")).to_have_text("Villa Prueba")
    choose(here, "Show", "Count")
    repainted(frame, "sightings/year/count")


def test_a_tooltip_tells_count_rate_and_interval(visit: Callable[..., Visit]) -> None:
    frame = visit().open("series=sightings&period=2023")
    place(frame, VILLA).hover()
    tip = frame.locator(".atlas-tip")
    expect(tip).to_contain_text("Villa Prueba")
    expect(tip).to_contain_text("likely between 7.3 and 43")
    expect(tip).to_contain_text("may still grow")
    expect(tip).to_contain_text("Source: Nadie")


def test_a_name_is_written_as_it_is(visit: Callable[..., Visit]) -> None:
    frame = visit().open("series=crowds")
    place(frame, PUERTO).hover()
    expect(frame.locator(".atlas-tip b").first).to_have_text(MARKUP)
    expect(frame.locator(".atlas-tip i")).to_have_count(0)


def test_time_plays_in_the_browser_and_settles_in_the_url(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings&measure=count&window=month&period=2021-01")
    label = frame.locator(".time .label b")
    expect(label).to_have_text("January 2021")
    at_first = colours(frame)
    sent: list[object] = []
    here.page.on("websocket", lambda socket: socket.on("framesent", sent.append))

    frame.get_by_role("button", name="Play").click()
    expect(label).to_have_text("February 2021")
    assert sent == []
    assert here.parameter("period") == "2021-01"
    # January had three sightings in Villa Prueba, February none.
    assert colours(frame) != at_first
    frame.get_by_role("button", name="Pause").click()
    stopped = label.text_content()
    here.page.wait_for_function("() => !location.search.includes('period=2021-01')")
    here.page.wait_for_timeout(500)
    assert label.text_content() == stopped


def test_figures_never_lag_behind_the_period(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings&measure=count&period=2021")
    slider = frame.get_by_role("slider")
    place(frame, VILLA).hover()
    tip = frame.locator(".atlas-tip")
    expect(tip.locator(".when")).to_have_text("2021")
    expect(tip.locator(".row b").first).to_have_text("5")
    # 2022 also has five, 2023 six: the label and the figure change together.
    slider.press("End")
    expect(tip.locator(".when")).to_have_text("2023")
    expect(tip.locator(".row b").first).to_have_text("6")
    expect(frame.locator(".time .badge")).to_have_text("incomplete")


def test_a_link_restores_the_view(visit: Callable[..., Visit]) -> None:
    here = visit()
    query = "series=sightings&measure=count&window=rolling&period=2022-02&place=05901&lang=en"
    frame = here.open(query)
    expect(frame.locator(".time .label b")).to_have_text("12 months to February 2022")
    expect(frame.locator(".legend .title")).to_have_text("Series sightings: cases")
    expect(here.page.locator(".place h2")).to_have_text("Villa Prueba")
    assert {*urlsplit(here.page.url).query.split("&")} == {*query.split("&")}


@pytest.mark.parametrize(
    ("locale", "title", "lang"),
    [
        ("es-CO", "Atlas de Comunidades Resilientes", "es"),
        ("en-GB", "Resilient Communities Atlas", "en"),
    ],
)
def test_the_browser_chooses_the_language(
    visit: Callable[..., Visit], locale: str, title: str, lang: str
) -> None:
    here = visit(locale=locale)
    frame = here.open()
    expect(here.page.get_by_role("heading", level=1)).to_have_text(title)
    expect(here.page.locator("html")).to_have_attribute("lang", lang)
    expect(frame.locator("html")).to_have_attribute("lang", lang)


def test_the_reader_changes_the_language_of_everything(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("lang=en&place=05901")
    here.page.get_by_role("radio", name="Español").click()
    repainted(frame, "/es$")
    expect(frame.locator(".search input")).to_have_attribute("placeholder", "Buscar un municipio")
    expect(here.page.locator("section.coverage h3")).to_have_text("Cobertura del programa")
    here.page.wait_for_url("**lang=es**")
    here.page.get_by_role("link", name="Datos y métodos").click()
    expect(here.page.get_by_role("heading", level=1)).to_have_text("Datos y métodos")
    assert here.parameter("lang") == "es"


def test_a_place_is_found_by_keyboard_without_accents(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=crowds")
    search = frame.get_by_role("combobox")
    search.fill("penon")
    expect(frame.get_by_role("option")).to_have_count(1)
    search.press("Enter")
    expect(here.page.locator(".place h2")).to_have_text(MARKUP)
    search.fill("nowhere")
    expect(frame.locator(".search .none")).to_be_visible()


def test_coverage_is_drawn_by_state_and_can_be_put_away(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings")
    expect(frame.locator("path.documented:visible")).to_have_count(1)
    expect(frame.locator("path.candidate")).to_have_count(1)
    expect(frame.locator(".legend .documented")).to_have_text(
        "Resilient Communities, documented: 1 of 35"
    )
    assert "not covered" not in frame.locator(".legend.coverage").inner_text().lower()
    here.page.get_by_test_id("stCheckbox").first.locator("label").click()
    expect(frame.locator("path.documented:visible")).to_have_count(0)
    expect(frame.locator(".legend.coverage")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_is_wider_than_the_window(visit: Callable[..., Visit], width: int) -> None:
    here = visit(width=width)
    frame = here.open("series=sightings&window=month&place=05901&lang=es")
    for where in (here.page.locator("html"), frame.locator("html")):
        assert where.evaluate("root => root.scrollWidth <= root.clientWidth")
    panel, view = here.page.locator(".place").bounding_box(), frame.locator(".view").bounding_box()
    if width < 640:
        assert panel["y"] > view["y"] + view["height"]
    else:
        assert panel["x"] > view["x"] + view["width"]
    # The legend stands above the map, not on it.
    legend = frame.locator(".heads").bounding_box()
    assert legend["y"] + legend["height"] <= view["y"] + 1


def test_a_tap_tells_what_a_pointer_would(visit: Callable[..., Visit]) -> None:
    frame = visit(width=390, height=844, has_touch=True).open("series=crowds")
    place(frame, PUERTO).tap()
    expect(frame.locator(".atlas-tip")).to_contain_text("Peñón")


def test_an_open_page_moves_on_to_a_new_build(visit: Callable[..., Visit], tmp_path: Path) -> None:
    first = publish(tmp_path)
    with dashboard(tmp_path, tmp_path / "log") as address:
        here = visit()
        here.address = address
        frame = here.open("series=sightings&lang=en")
        expect(here.page.locator(".provenance:not(.twin)")).to_contain_text(first.build_id)
        second = publish(tmp_path)
        place(frame, VILLA).click()
        expect(here.page.locator(".provenance:not(.twin)")).to_contain_text(second.build_id)
        painted(here.page)
        # What the map asked of the replaced build was not found, and is asked of the new one.
        assert all("404" in complaint for complaint in here.complaints)
        here.complaints.clear()
        here.page.goto("about:blank")
    first.close()
    second.close()


def saved(here: Visit, frame: FrameLocator, name: str) -> bytes:
    """What a link of the map's list of files gives."""
    frame.get_by_text("Download", exact=True).click()
    with here.page.expect_download() as waited:
        frame.get_by_role("link", name=name).click()
    return Path(waited.value.path()).read_bytes()


def test_files_hold_what_is_on_the_screen(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings&measure=count&period=2021&table=1")
    text = saved(here, frame, "Figures (CSV with metadata)").decode("utf-8-sig")
    about = [line for line in text.splitlines() if line.startswith("#")]
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert [(row["municipality_code"], float(row["events"])) for row in rows] == [
        ("05901", 5),
        ("05902", 0),
        ("05903", 2),
    ]
    assert "# title: Series sightings" in about
    assert any("Nadie, Nada ·" in line and "cut June 1, 2023" in line for line in about)
    place(frame, VILLA).hover()
    expect(frame.locator(".atlas-tip .row b").first).to_have_text("5")

    shapes = json.loads(saved(here, frame, "Shapes and figures (GeoJSON)"))
    assert [one["properties"]["events"] for one in shapes["features"]] == [5, 0, 2]
    # The square of Villa Prueba, in degrees.
    corners = {tuple(one) for one in shapes["features"][0]["geometry"]["coordinates"][0]}
    assert corners == {(-76, 6), (-75, 6), (-75, 7), (-76, 7)}
    assert "coverage" not in json.dumps(shapes).lower()


def test_a_picture_shows_the_map_in_its_colours(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings&measure=count&period=2021&coverage=0")
    with Image.open(io.BytesIO(saved(here, frame, "Picture (PNG)"))) as picture:
        assert picture.width == 2000
        drawn = {colour for _, colour in picture.convert("RGB").getcolors(1_000_000)}
    for colour in colours(frame):
        assert tuple(bytes.fromhex(colour[1:])) in drawn


def test_two_maps_move_together_and_both_answer(visit: Callable[..., Visit]) -> None:
    here = visit()
    query = "series=sightings&measure=count&period=2021&two=1&series2=sightings_by_day&period2=2022"
    here.page.goto(f"{here.address}/?{query}")
    expect(here.page.locator(MAP)).to_have_count(2)
    one, other = (here.page.frame_locator(MAP).nth(i) for i in range(2))
    repainted(one, "sightings/year/count/2021")
    repainted(other, "sightings_by_day/year/count/2022")
    here.page.wait_for_timeout(500)
    level = zoom(one)
    other.locator(".leaflet-control-zoom-in").click()
    here.page.wait_for_timeout(600)
    assert zoom(one) == zoom(other) == level + 0.5
    other.locator("path.municipality").nth(PUERTO).click()
    here.page.wait_for_url("**place=05902**")
    expect(here.page.locator(".place h2")).to_have_text(MARKUP)


def test_a_statistic_is_told_in_words_and_signs(visit: Callable[..., Visit]) -> None:
    here = visit()
    frame = here.open("series=sightings&measure=reliability")
    expect(frame.locator(".legend .words")).to_contain_text("unstable")
    # Five cases: one in some two hundred of the reliable size of twenty.
    assert colours(frame)[VILLA].startswith("url(#atlas-class-")
    place(frame, VILLA).hover()
    expect(frame.locator(".atlas-tip .word")).to_have_text("unstable")
    rate = here.open("series=sightings&measure=rate")
    # The same is hatched over the crude rate.
    assert colours(rate)[VILLA].startswith("url(#atlas-class-6")
    expect(rate.locator(".step.unstable")).to_be_visible()


def test_coverage_appears_in_the_month_it_began(visit: Callable[..., Visit]) -> None:
    here = visit()
    began = {"state": "documented", "from": "2021-03", "certain": "2021-04", "to": "2022-04"}
    here.page.route("**/coverage/**", lambda route: route.fulfill(json={"05901": began}))
    frame = here.open("series=sightings&measure=count&window=month&period=2021-02")
    expect(frame.locator("path.documented:visible")).to_have_count(0)
    slider = frame.get_by_role("slider")
    slider.press("ArrowRight")
    expect(frame.locator(".time .label b")).to_have_text("March 2021")
    dashes = "one => getComputedStyle(one).strokeDasharray"
    outline = frame.locator("path.documented:visible")
    expect(outline).to_have_count(1)
    assert outline.evaluate(dashes) != "none"  # may have begun
    slider.press("ArrowRight")
    expect(frame.locator(".time .label b")).to_have_text("April 2021")
    assert outline.evaluate(dashes) == "none"
    slider.press("End")
    expect(frame.locator("path.documented:visible")).to_have_count(0)


def test_the_map_wears_the_dark_of_the_page(browser: Browser, address: str) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}/?series=sightings&measure=count&period=2021")
    frame = painted(page)
    ground = frame.locator(".atlas").evaluate("one => getComputedStyle(one).backgroundColor")
    assert ground == "rgb(28, 30, 33)"
    assert colours(frame)[PUERTO] == palette.ZERO[1]
    context.close()


def test_another_site_that_is_named_frames_the_map_alone(
    browser: Browser, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere(tmp_path) as site:
        monkeypatch.setenv("FRAME_ANCESTORS", site)
        with dashboard(data_dir, tmp_path / "log") as address:
            query = "embed=true&view=map&series=sightings&measure=count&lang=en"
            frame = f"<iframe src='{address}/?{query}' width=800 height=600></iframe>"
            (tmp_path / "index.html").write_text(frame)
            page = browser.new_page()
            page.goto(site)
            framed = page.frame_locator("iframe")
            inner = framed.frame_locator(MAP)
            inner.locator("body[data-painted]").wait_for()
            expect(framed.locator(".provenance:not(.twin)")).to_contain_text("Nadie, Nada ·")
            expect(inner.locator(".legend .title")).to_have_text("Series sightings: cases")
            gone = ("h1", ".st-key-controls", "[data-testid=stTopNavLink]", ".st-key-side *")
            for one in gone:
                expect(framed.locator(one)).to_have_count(0)
            expect(inner.locator(".tools")).to_be_hidden()
            expect(inner.get_by_role("button", name="Play")).to_be_hidden()
            page.close()
