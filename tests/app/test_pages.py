"""The pages as they run, without a browser: what they say, also when there is nothing to show."""

from html import unescape
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached, paint
from pipeline.store.published import published_path
from tests.app.country import MARKUP, frames, publish
from tests.app.reading import everything, notes, opened
from tests.world import published


def test_the_first_visit(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(country, monkeypatch, lang="en")
    assert page.selectbox[0].label == "Series"
    assert page.selectbox[0].options == [
        "Violence · Series sightings",
        "Violence · Series sightings_by_day",
        "Violence · Series sightings_by_night",
        "Violence · Series crowds",
        "Violence · Series meteors",
        "Violence · Series migrations",
        "Violence · Series ghosts (not published here)",
        "Context · Series rainfall",
    ]
    assert "<h2>Series sightings</h2>" in everything(page)
    assert "cut June 1, 2023" in everything(page)
    assert dict(page.query_params) == {
        "series": "sightings",
        "period": "2021-01",
        "lang": "en",
    }


def test_the_whole_page_is_spanish_by_default(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(country, monkeypatch)
    assert page.selectbox[0].label == "Serie"
    assert page.toggle[0].label == "Cobertura del programa"
    assert "<h2>Serie sightings</h2>" in everything(page)


def test_a_link_opens_a_place(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(country, monkeypatch, lang="en", series="sightings", period="2022", place="05901")
    said = everything(page)
    assert "<h2>Villa Prueba</h2>" in said
    assert "<span class='value'>5</span>" in said
    assert "incomplete" in said
    # The month that was never published lies within; two are known of the department alone.
    assert "not on the map: 2" in said
    assert "confirmed by several sources" in said
    assert "Start: between October 2020 and December 2020." in said
    assert "PDET: one of its municipalities. Start: May 2021." in said
    assert "Diario de Prueba, 2022" in said


def test_a_place_without_figures_says_so(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(country, monkeypatch, lang="en", series="migrations", place="05902")
    assert "Not published here: unknown, not zero." in everything(page)
    assert "Candidate, to be confirmed" in everything(page)


def test_a_candidate_is_never_called_uncovered(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("05902", "05903"):
        said = everything(opened(country, monkeypatch, lang="en", place=place)).lower()
        assert "not covered" not in said
        assert "not on the list" not in said


def test_names_are_text_and_not_markup(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(country, monkeypatch, place="05902")
    assert "Peñón &lt;i&gt;Raro&lt;/i&gt;" in everything(page)
    assert MARKUP not in everything(page)


def test_a_stale_link_shows_the_nearest_view_and_says_so(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(country, monkeypatch, lang="en", series="dragons", period="1999", place="99999")
    assert notes(page) == [
        "The link names a series that is not known here; this is the first one.",
        "The link names a municipality that is not on this map.",
        "Nothing is published for the period asked for; this is the nearest one.",
    ]
    assert page.query_params["series"] == "sightings"
    assert page.query_params["period"] == "2021-01"


def test_a_choice_changes_the_link(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(country, monkeypatch, lang="en", place="05901")
    page.selectbox[0].set_value("rainfall").run()
    assert page.query_params["series"] == "rainfall"
    assert page.query_params["measure"] == "count"
    assert page.query_params["place"] == "05901"
    assert notes(page) == ["This series has no such measure; this is the nearest one."]
    page.toggle[0].set_value(False).run()
    assert page.query_params["coverage"] == "0"


def test_the_map_has_a_table_twin(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(country, monkeypatch, lang="en", series="crowds", measure="count", table="1")
    (table,) = page.dataframe
    assert list(table.value["events"]) == [0, 6, 0]
    assert "2021. Municipalities that are not listed" in page.caption[-1].value


def test_a_series_without_data_is_shown_as_unpublished(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(country, monkeypatch, lang="en", series="ghosts", place="05901", table="1")
    assert "Not published here: unknown, not zero." in everything(page)


def test_sources(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(country, monkeypatch, lang="en")
    page.switch_page("pages/sources.py").run()
    assert not page.exception
    said = unescape(everything(page))
    assert "Nadie, Nada." in said
    assert "June 1, 2023" in said
    assert "Public sources name 1 of the programme's 35 municipalities." in said
    assert "Not published here" in said


def test_the_bundled_snapshot_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = frames()
    tables["core.source_file"]["is_bundled"] = True
    published(tmp_path, tables).close()
    page = opened(tmp_path, monkeypatch, lang="en")
    assert "bundled snapshot, cut June 1, 2023" in everything(page)


def test_a_new_build_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = publish(tmp_path)
    page = opened(tmp_path, monkeypatch, lang="en")
    assert f"build {first.build_id}" in everything(page)
    second = publish(tmp_path)
    page.run()
    assert f"build {second.build_id}" in everything(page)
    first.close()
    second.close()


PROBLEMS = {
    "missing": ("No warehouse has been built yet", "Aún no se ha construido ningún almacén"),
    "outdated": ("built by another version", "lo construyó otra versión"),
    "broken": ("The warehouse cannot be read", "El almacén no se puede leer"),
}


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_without_a_usable_warehouse_the_page_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: str, lang: str
) -> None:
    path = published_path(tmp_path)
    if problem == "outdated":
        publish(tmp_path).close()
        with duckdb.connect(path.resolve()) as connection:
            connection.execute("update core.build set layout_version = 'of last year'")
    if problem == "broken":
        path.parent.mkdir()
        path.write_bytes(b"not a database")
    page = opened(tmp_path, monkeypatch, lang=lang)
    title = {"en": "nothing to show yet", "es": "aún no tiene nada"}[lang]
    assert title in page.title[0].value
    said = page.markdown[-1].value
    assert PROBLEMS[problem][lang == "es"] in said
    assert "`make build`" in said


def test_a_failure_within_a_page_is_told_calmly() -> None:
    """Streamlit calls it after it has written the log; the browser tests let a page fail."""

    def fail() -> None:
        from dashboard.shell import apologise  # noqa: PLC0415 - runs as a script of its own

        assert apologise(ValueError("a secret path"))

    page = AppTest.from_function(fail)
    page.session_state["language"] = "en"
    page.run()
    assert "This page could not be shown whole" in everything(page)
    assert "a secret path" not in everything(page)


def test_a_fault_nobody_foresaw_is_no_traceback_either(
    country: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_path: Path) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(cached, "_opened", fail)
    page = opened(country, monkeypatch, lang="en")
    monkeypatch.undo()
    assert "`make build`" in page.markdown[-1].value
    assert "the disk is gone" in caplog.text


def test_missing_front_end_files_are_named(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paint, "_STATIC", country)
    assert "vendor/leaflet/leaflet.js" in paint.missing_front_end()
    page = opened(country, monkeypatch, lang="en")
    assert "`make setup`" in page.markdown[-1].value
