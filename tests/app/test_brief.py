"""The brief: what stands on its two sheets, and what happens where it cannot be set or found."""

import re
import sys
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from markupsafe import Markup
from pypdf import PdfReader

from dashboard import cached, facts
from dashboard.brief import paper
from dashboard.brief.__main__ import main
from dashboard.brief.document import DETAILS, Printed, brief, document
from dashboard.facts import ProgrammeDatum, Statistics, Year
from dashboard.language import words
from dashboard.profile import Profile
from pipeline import INDICATORS, Warehouse
from tests.app.country import MARKUP
from tests.app.reading import everything, opened

PLACE, DEPARTMENT = "05901", "05"


@pytest.fixture(scope="module")
def printed(warehouse: Warehouse) -> Printed:
    return brief(warehouse, PLACE, words("en"))


@pytest.fixture(autouse=True)
def _published(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(country))


def said(content: bytes) -> str:
    """All words of a PDF, whatever lines they stand on."""
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def plain(html: str) -> str:
    """All words of a page or a piece of it."""
    body = html.partition("<body>")[2] or html
    return " ".join(unescape(re.sub("<[^>]+>", " ", body)).split())


@pytest.fixture
def no_typesetter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)


@pytest.mark.parametrize(("kind", "code"), [("place", PLACE), ("department", DEPARTMENT)])
def test_the_brief_says_what_the_page_says(
    country: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, kind: str, code: str
) -> None:
    page = opened(country, monkeypatch, lang="en")
    page.switch_page("pages/municipality.py")
    page.query_params[kind] = code
    page.run()
    assert not page.exception
    (lead,) = re.findall("<div class='in-words'>(.*?)</div>", everything(page), re.DOTALL)
    sentences = [plain(one) for one in re.findall("<(?:p|li).*?>(.*?)</(?:p|li)>", lead)]
    on_paper = said(brief(warehouse, code, words("en")).content)
    assert len(sentences) > 1
    assert [one for one in sentences if one not in on_paper] == []
    assert f"atlas/{facts.build(cached.warehouse()).build_id}/brief/{code}/en" in everything(page)


def test_figures_coverage_and_sources_are_on_it(printed: Printed) -> None:
    on_paper = said(printed.content)
    # Five sightings in the only whole year, of 12,000 residents: see `tests.world`.
    assert "Villa Prueba" in on_paper
    assert "Evidence: confirmed by several sources." in on_paper
    assert "Start: between October 2020 and December 2020." in on_paper
    assert (
        "PDET: one of its municipalities. Start: May 2021. Source: Decreto de Prueba, May 28, 2021."
        in on_paper
    )
    assert "Source: Nadie, Nada · cut June 1, 2023" in on_paper
    assert f"build {facts.build(cached.warehouse()).build_id}" in on_paper
    assert "1 / 2" in on_paper
    assert "2 / 2" in on_paper


def test_coverage_stands_apart_from_every_figure(warehouse: Warehouse) -> None:
    html = document(Profile(warehouse, words("en"), PLACE), DETAILS[0])
    (part,) = re.findall("<h2>Programme coverage</h2>(.*?)</div>", html, re.DOTALL)
    labels = [one.label_en for one in facts.all_series(warehouse).values()]
    assert "Documented" in part
    assert not any(label in part for label in labels)


@pytest.mark.parametrize(("code", "language"), [("05903", "es"), (DEPARTMENT, "en")])
def test_every_place_has_two_sheets(warehouse: Warehouse, code: str, language: str) -> None:
    content = brief(warehouse, code, words(language)).content  # type: ignore[arg-type]
    reader = PdfReader(BytesIO(content))
    assert len(reader.pages) == 2
    assert reader.trailer["/Root"]["/Lang"] == language
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_place_with_more_than_the_sheets_hold_still_has_two(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = facts.all_series(warehouse)["sightings"]
    names = [f"s{number}" for number in range(34)]
    long = "A series of a very long name, number"
    many = {
        name: one._replace(
            series_id=name, label_en=f"{long} {name}", part_of=None, caveats_en="To mind. " * 20
        )
        for name in names
    }
    years = [
        Year(year, 1234.0, 56.7, 5.6, 123.4, False, False, False, False) for year in (2020, 2021)
    ]
    told = {
        name: Statistics(
            name,
            year_period=date(2021, 12, 1),
            year_events=1234,
            year_rate_per_100k=56.7,
            year_rate_lower_per_100k=5.6,
            year_rate_upper_per_100k=123.4,
            year_earlier_events=12,
            year_change="rise",
            year_change_percent=900,
            trend="rising",
            trend_first_year=2003,
            trend_last_year=2021,
            trend_percent=8.1,
            trend_percent_lower=2.2,
            trend_percent_upper=12.1,
        )
        for name in names
    }
    monkeypatch.setattr(facts, "all_series", lambda _: many)
    monkeypatch.setattr(facts, "years", lambda *_: dict.fromkeys(names, years))
    monkeypatch.setattr(facts, "statistics", lambda *_: told)
    monkeypatch.setattr(facts, "publisher_counts", lambda *_: [])
    data = [
        ProgrammeDatum(PLACE, "", one.id, date(2024, 7, 1), 1234.5, 678, "Paper " * 9, None, True)
        for one in INDICATORS
    ]
    monkeypatch.setattr(facts, "programme_data", lambda *_: data)
    content = brief(warehouse, PLACE, words("en")).content
    assert len(PdfReader(BytesIO(content)).pages) == 2
    assert f"{long} s33" in said(content)
    assert "tells 8 more figures of the programme" in said(content)


def test_the_same_figures_give_the_same_bytes(warehouse: Warehouse, printed: Printed) -> None:
    assert brief(warehouse, PLACE, words("en")).content == printed.content


def test_its_typefaces_are_within(printed: Printed) -> None:
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in PdfReader(BytesIO(printed.content)).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


def test_names_are_text_and_not_markup(warehouse: Warehouse) -> None:
    html = document(Profile(warehouse, words("es"), "05902"), DETAILS[0])
    assert MARKUP not in html
    assert str(Markup.escape(MARKUP)) in html
    assert MARKUP in said(brief(warehouse, "05902", words("es")).content)


def test_nothing_is_fetched(tmp_path: Path) -> None:
    picture = tmp_path / "picture.svg"
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text y='9'>fetched</text></svg>")
    body = Markup("<p>kept</p><img alt='' src='{}'>").format(picture.as_uri())
    on_paper = said(paper.pdf([paper.page("Title", "en", body)]))
    assert "kept" in on_paper
    assert "fetched" not in on_paper


@pytest.mark.usefixtures("no_typesetter")
def test_without_a_typesetter_it_is_a_page_to_print(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([PLACE, "--locale", "en", "--out", str(tmp_path / "mine.pdf")]) == 0
    told = capsys.readouterr()
    assert paper.PACKAGES in told.err
    html = (tmp_path / "mine.html").read_text("utf-8")
    assert "<h1>Villa Prueba</h1>" in html
    assert not re.search(r"""(?:src|href)=['"](?!data:)""", html)
    assert list(tmp_path.iterdir()) == [tmp_path / "mine.html"]


def test_the_command_writes_a_pdf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mi país.pdf"
    assert main(["villa prueba", "--out", str(target)]) == 0
    assert str(target) in capsys.readouterr().out
    assert "Villa Prueba" in said(target.read_bytes())


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("Villa Preba", "is no municipality. Near it: 05901 Villa Prueba"),
        ("99", "is no municipality"),
        ("", "No place is named: write its DIVIPOLA code or its name, as in make brief PLACE="),
        ("98901", "lies outside the departments that the atlas tells of: Tierra Nuestra"),
    ],
)
def test_a_place_that_is_not_known_is_told(
    place: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([place]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_no_warehouse_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert main([PLACE]) == 1
    error = capsys.readouterr().err
    assert "`make build` makes one" in error
    assert error.count("\n") == 1


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([PLACE, "--out", str(tmp_path / "missing/brief.pdf")]) == 1
    assert "cannot be written" in capsys.readouterr().err
