"""What the pages say of sources that are stale; the observatory stands in for a fetched source."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import pipeline
from dashboard import cached, freshness
from dashboard.language import LANGUAGES, words
from pipeline import ReasonKind
from pipeline.catalog.channels import Channel
from pipeline.ingest.raw import RawFile
from pipeline.ingest.register import QUARANTINE, Asked, Failed, Quarantined, Register
from tests.app.country import publish
from tests.app.reading import everything, notes, opened
from tests.world.build import NO_SNAPSHOT

ASKED_AT = "2023-08-20T12:00:00+00:00"
HELD = Quarantined(
    RawFile("observatory/sightings/sky.csv", "observatory", "sightings", "1" * 64, 1, "2023-07-18"),
    ReasonKind.SUM_MOVED,
    "sky.csv is set aside: <i>sightings</i> sums to 99",
    "2023-07-18",
)
DOWN = Failed("crowds", ReasonKind.UNREACHED, "no connection", "2023-08-20")


@pytest.fixture
def country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The published country, whose observatory is fetched and publishes on the sixteenth."""
    publish(tmp_path).close()
    channels = [Channel("observatory", ("sky.test",), (), publication_day=16)]
    known = partial(pipeline.standings, channels=channels, snapshot_dir=NO_SNAPSHOT)
    monkeypatch.setattr(pipeline, "standings", known)
    monkeypatch.setattr(freshness, "today", lambda: date(2023, 9, 2))
    yield tmp_path
    cached._opened.cache_clear()
    cached._standings.cache_clear()


def note(data_dir: Path, *failures: Failed, quarantine: tuple[Quarantined, ...] = (HELD,)) -> None:
    """Leave what a refresh notes that built nothing."""
    (data_dir / "raw" / QUARANTINE).mkdir(parents=True, exist_ok=True)
    asked = {"observatory": Asked(ASKED_AT, failures)}
    Register(asked, {}, quarantine).write(data_dir / "raw")


def sources_page(data_dir: Path, monkeypatch: pytest.MonkeyPatch, **query: Any) -> str:
    page = opened(data_dir, monkeypatch, **query).switch_page("pages/sources.py").run()
    assert not page.exception
    return everything(page)


def links(page: AppTest) -> list[str]:
    return [one.proto.label for one in page.get("page_link")]


LINES = {
    "en": "The source of this series is stale since July 18, 2023: the totals of the newest file "
    "lie far from those in use; somebody has to look at it.",
    "es": "La fuente de esta serie está desactualizada desde el 18 de julio de 2023: los totales "
    "del archivo más reciente distan mucho de los que están en uso; alguien debe revisarlo.",
}


@pytest.mark.parametrize(("lang", "link"), [("en", "Data and methods"), ("es", "Datos y métodos")])
@pytest.mark.parametrize("place", ["", "05901"], ids=["series panel", "place panel"])
def test_the_map_says_above_and_beside_that_its_series_is_stale(
    country, monkeypatch, lang, link, place
):
    note(country)
    page = opened(country, monkeypatch, lang=lang, series="sightings", place=place)
    assert notes(page)[-1:] == [LINES[lang]]
    assert f"<li>{LINES[lang]}</li>" in everything(page)
    assert links(page) == [link]


def test_a_series_of_another_dataset_is_not_touched(country, monkeypatch):
    note(country)
    page = opened(country, monkeypatch, lang="en", series="crowds")
    assert "stale since" not in everything(page)
    assert links(page) == []


def test_never_refreshed_is_nothing_to_tell(country, monkeypatch):
    page = opened(country, monkeypatch, lang="en", series="sightings")
    assert "stale since" not in everything(page)
    said = sources_page(country, monkeypatch, lang="en")
    assert "<div class='stale'>" not in said
    assert "Last asked" not in said


def test_a_refresh_that_built_nothing_is_noticed(country, monkeypatch):
    page = opened(country, monkeypatch, lang="en", series="sightings")
    note(country)
    page.run()
    assert "stale since July 18, 2023" in everything(page)
    note(country, quarantine=())
    page.run()
    assert "stale since" not in everything(page)


def test_the_longest_lapse_is_told(country, monkeypatch):
    note(country, replace(DOWN, dataset="", since="2023-06-17"))
    page = opened(country, monkeypatch, lang="en", series="sightings")
    (line,) = notes(page)
    assert line.endswith("stale since June 17, 2023: its publisher could not be reached.")


def test_sources_say_how_old_they_are_and_by_what_they_are_stale(country, monkeypatch):
    note(country, DOWN, replace(DOWN, dataset="wind", reason="no answer"))
    said = unescape(sources_page(country, monkeypatch, lang="en"))
    assert "<dt>Cut</dt><dd>June 1, 2023 (3 months ago)</dd>" in said
    assert "<dt>Last asked</dt><dd>August 20, 2023</dd>" in said
    told = freshness.reason_words(words("en"))
    blocks = re.findall("<div class='stale'>(.*?)</div>", said)
    assert [re.sub("<details>.*", "", one) for one in blocks] == [
        f"<p>Stale since July 18, 2023: {told[ReasonKind.SUM_MOVED]} Datasets: sightings.</p>",
        f"<p>Stale since August 20, 2023: {told[ReasonKind.UNREACHED]} Datasets: crowds, wind.</p>",
    ]
    assert "<p lang='en'>no connection</p><p lang='en'>no answer</p>" in blocks[1]


def test_the_words_of_the_pipeline_are_text_and_not_markup(country, monkeypatch):
    note(country, replace(DOWN, dataset="<b>crowds</b>", reason="<script>alert(1)</script>"))
    said = sources_page(country, monkeypatch)
    assert "&lt;i&gt;sightings&lt;/i&gt; sums to 99" in said
    assert "Conjuntos de datos: &lt;b&gt;crowds&lt;/b&gt;." in said
    assert "&lt;script&gt;alert(1)" in said
    assert "<script>alert" not in said


def test_what_is_noted_and_unreadable_takes_no_page_down(country, monkeypatch, caplog):
    note(country)
    (country / "raw" / "fetched.json").write_text("{}")
    page = opened(country, monkeypatch, lang="en", series="sightings")
    assert "stale since" not in everything(page)
    assert "is no register" in caplog.text


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_kind_of_reason_ends_the_sentence(code):
    told = freshness.reason_words(words(code))
    assert set(told) == set(ReasonKind)
    assert len(set(told.values())) == len(ReasonKind)
    assert all(one[0].islower() and one.endswith(".") for one in told.values())


@pytest.mark.parametrize(
    ("day", "english", "spanish"),
    [
        (date(2023, 9, 2), "today", "hoy"),
        (date(2023, 9, 1), "1 day ago", "hace 1 día"),
        (date(2023, 7, 31), "33 days ago", "hace 33 días"),
        (date(2022, 10, 1), "11 months ago", "hace 11 meses"),
        (date(2017, 3, 1), "6 years ago", "hace 6 años"),  # and a half: not seven
    ],
)
def test_an_age_is_of_whole_units_that_have_passed(day, english, spanish):
    today = date(2023, 9, 2)
    assert (words("en").age(day, today), words("es").age(day, today)) == (english, spanish)
