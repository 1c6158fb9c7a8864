"""The page of one place, without a browser: what it says, and what it never joins."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.country import MARKUP
from tests.app.reading import notes, opened, text


def profile(country: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    """The page with a place chosen in its address."""
    page = opened(country, monkeypatch, lang=query.get("lang", "en"))
    page.switch_page("pages/municipality.py")
    page.query_params.clear()
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def charts(page: AppTest) -> str:
    """The page's drawings."""
    pieces = [one.proto.json for one in page.get("bidi_component")]
    return "".join(str(json.loads(piece)) for piece in pieces if piece)


def test_a_place_is_told_in_words_and_drawn(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = profile(country, monkeypatch, lang="en", place="05901")
    said = text(page)
    assert "<h2>Villa Prueba</h2>" in said
    assert (
        "Series sightings, 12 months to April 2023: 1 case; rate 1.4 per 100,000 residents a year, "
        "likely between 0.0 and 7.6." in said
    )
    assert "That is no proof of calm" in said
    assert "confirmed by several sources" in said
    assert "cut June 1, 2023" in said
    drawn = charts(page)
    assert drawn.count("<svg") == 7
    assert "2022: 5; rate 7.5 (2.4–17); incomplete" in drawn
    assert "Not published here, so unknown: Series ghosts." in drawn
    assert dict(page.query_params) == {"place": "05901", "series": "sightings", "lang": "en"}


def test_publishers_and_releases_stand_side_by_side(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = text(profile(country, monkeypatch, lang="en", place="05901"))
    row = re.search("<tr><th scope='row'>2021</th>(.*?)</tr>", said)
    assert row
    assert re.findall("<td>(.*?)</td>", row[1]) == ["5", "0", "0 (incomplete)", "−5", "–"]
    assert (
        "Series migrations, 2021: 15 in the release of January 2022, 18 in the release of" in said
    )


def test_the_tables_hold_what_is_drawn(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = profile(country, monkeypatch, lang="en", place="05901", has_table="1")
    table = next(one.proto.body for one in page.get("html") if "part years" in one.proto.body)
    drawn = unescape(charts(page))
    for year in re.findall("<tr>(.*?)</tr>", table)[1:]:
        number, *cells = re.findall("<t[hd].*?>(.*?)</t[hd]>", year)
        for cell in cells:
            assert cell == "–" or f"<title>{number}: {cell}</title>" in drawn
    assert len(re.findall("<title>", drawn)) == len(re.findall("<td>[^–]", table))


def test_a_department_is_told_with_its_states_of_coverage(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = profile(country, monkeypatch, lang="es", department="05")
    said = text(page)
    assert "<h2>Tierra Nuestra</h2>" in said
    assert "Serie sightings, 2021: 8 casos" in said
    (coverage,) = [piece for piece in said.split("\n") if "<h2>Cobertura del programa" in piece]
    assert "<b>Documentado: 1.</b> Villa Prueba." in coverage
    assert "Peñón" not in coverage  # a candidate is counted, not named
    assert "Serie" not in coverage
    assert "se dicen solo de los municipios" in text(page)
    assert page.query_params["department"] == "05"


def test_a_choice_goes_from_a_municipality_to_a_department_and_back(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = profile(country, monkeypatch, lang="en")
    assert "Find a municipality or a department above." in text(page)
    assert "municipality?place=05901&amp;lang=en" in text(page)  # the one that is documented
    place = page.selectbox(key="municipality.code")
    assert place.options[:2] == ["Tierra Nuestra (department)", "Villa Prueba, Tierra Nuestra"]
    place.set_value("05902").run()
    assert page.query_params["place"] == "05902"
    page.selectbox(key="municipality.code").set_value("05").run()
    assert page.query_params["department"] == "05"
    assert "place" not in page.query_params


def test_names_are_text_and_not_markup(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = profile(country, monkeypatch, lang="en", place="05902", series="migrations")
    assert "Peñón &lt;i&gt;Raro&lt;/i&gt;" in text(page)
    assert MARKUP not in text(page) + charts(page)
    assert "Candidate, to be confirmed" in text(page)


def test_a_stale_link_shows_what_there_is_and_says_so(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = profile(
        country, monkeypatch, lang="en", place="99999", department="77", series="x", measure="y"
    )
    assert notes(page) == [
        "The link asks for something that this page does not know.",
        "The link names a municipality that is not on this map.",
        "The link names a department that is not on this map.",
        "The link names a series that is not published here; this is the first one.",
    ]


def test_coverage_stands_in_a_panel_of_its_own(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = profile(country, monkeypatch, lang="en", place="05901", has_table="1")
    pieces = [one.proto.body for one in page.get("html")]
    (coverage,) = [piece for piece in pieces if "<h3>Programme coverage" in piece]
    assert "Series" not in coverage
    assert "Documented" not in charts(page)
