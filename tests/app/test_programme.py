"""The programme's page: what it says, what it must never say, and the check of an official list."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached, facts
from dashboard.brief.document import DETAILS, document
from dashboard.facts import Estimate
from dashboard.language import words
from dashboard.panel import coverage_section
from dashboard.phrases import programme_data_lines
from dashboard.profile import Profile
from pipeline import (
    EVALUATION_ESTIMATORS,
    EVALUATION_LIMITS,
    EVALUATION_VERDICTS,
    PDET,
    SOMOS_COMUNIDAD,
    Text,
)
from pipeline.catalog import programmes
from tests.app.country import MARKUP, frames, frames_with_programme_data
from tests.world import files, published

APP = Path(__file__).parents[2] / "dashboard/app.py"


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("data")
    tables = frames()
    series = tables["core.series"].set_index("series_id")
    series.loc["sightings", "expected_results"] = "1"
    series.loc["meteors", "expected_results"] = "1,2"
    series.loc["ghosts", "expected_results"] = "2"
    tables["core.series"] = series.reset_index()
    published(data_dir, tables).close()
    return data_dir


def opened(data_dir: Path, monkeypatch: pytest.MonkeyPatch, lang: str = "en") -> AppTest:
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    page = AppTest.from_file(str(APP), default_timeout=30)
    page.query_params["lang"] = lang
    page.run()
    page.switch_page("pages/programme.py").run()
    assert not page.exception
    return page


def text(page: AppTest) -> str:
    return unescape("\n".join(one.proto.body for one in page.get("html")))


def part(said: str, anchor: str) -> str:
    return said.partition(f"id='{anchor}'")[2].partition("</section>")[0]


@pytest.mark.parametrize("lang", ["es", "en"])
def test_everything_declared_is_told_in_the_readers_language(
    country: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    said = text(opened(country, monkeypatch, lang))
    for one in SOMOS_COMUNIDAD.milestones:
        assert one.label[lang] in said
    for component in SOMOS_COMUNIDAD.components:
        assert all(activity[lang] in said for activity in component.activities)
    for figure in SOMOS_COMUNIDAD.reported:
        assert f"{figure.source.title}, {figure.source.when[lang]}. {figure.caveat[lang]}" in said
    assert all(one[lang] in said for one in SOMOS_COMUNIDAD.unknowns)


def test_a_result_lists_its_series_and_how_far_they_reach(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = part(text(opened(country, monkeypatch)), "results")
    assert results.count("Context, not a measure of this result.") == 3
    first, second, third = results.split("<article>")[1:]
    assert "Series sightings" in first
    assert "April 2023" in first
    assert "ends before the planned end of the programme" in first
    assert "Series meteors" in first
    assert "Series meteors" in second
    assert "not published here: unknown, not zero" in second.partition("Series ghosts")[2]
    assert "<tr><th scope='row'>" not in third


def test_a_series_that_ends_before_the_programme_says_nothing_of_it(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = replace(SOMOS_COMUNIDAD, start=programmes.date(2024, 1, 1))
    monkeypatch.setattr("dashboard.view.PROGRAMMES", (late,))
    results = part(text(opened(country, monkeypatch)), "results")
    assert "ends before the programme starts: says nothing of its years" in results


def test_documented_places_have_evidence_start_and_source(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = part(text(opened(country, monkeypatch)), "places")
    assert "Public sources name 1 of the programme's 35 municipalities." in places
    # On a phone the heads of the columns stand before the cells.
    cells = {
        "Department": "Tierra Nuestra",
        "Evidence": "confirmed by several sources",
        "Start": "between October 2020 and December 2020",
        "Source": "Diario de Prueba, 2022",
    }
    assert "municipality?place=05901&lang=en" in places
    row = "".join(f"<td data-head='{head}'>{cell}</td>" for head, cell in cells.items())
    assert f"Villa Prueba</a></th>{row}" in places


def test_candidates_stay_candidates(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = text(opened(country, monkeypatch))
    places = part(said, "places")
    assert "1 other municipalities may be among the 34" in places
    assert f"<li>{MARKUP}" in places  # unescaped here: the page escapes it
    assert "likelier, inferred" in places
    assert "Nueva Muestra" not in said  # nothing was found of it
    assert "not covered" not in said.replace("no municipality is shown as not covered", "")
    assert all(step.en in places for step in SOMOS_COMUNIDAD.inference)


def test_an_official_list_leaves_no_candidates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = frames()
    states = {"05901": "covered", "05902": "not_covered", "05903": "not_covered"}
    rows = tables["core.coverage"].set_index(["programme_id", "municipality_code"])
    for code, state in states.items():
        rows.loc[("somos_comunidad", code), "state"] = state
    rows["is_named_region"] = False
    rows.loc[("somos_comunidad", "05901"), "evidence"] = "official"
    tables["core.coverage"] = rows.reset_index()[tables["core.coverage"].columns]
    tables["core.coverage_list"]["is_official"] = [False, True]
    published(tmp_path, tables).close()
    places = part(text(opened(tmp_path, monkeypatch)), "places")
    assert "The programme's own list names 1 municipalities." in places
    assert "<details>" not in places
    assert "June 30, 2021: compiled from public reports, 1 municipalities." in places
    assert (
        "January 31, 2022: the programme's own list, 1 municipalities; 1 added and 1 dropped "
        "against the one before." in places
    )


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_second_programme_is_told_with_its_own_dates_places_and_limits(
    country: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    page = opened(country, monkeypatch, lang)
    (choice,) = [one for one in page.get("button_group") if one.key == "programme.programme"]
    choice.set_value("pdet").run()
    assert not page.exception
    assert page.query_params["programme"] in ("pdet", ["pdet"])
    said = text(page)
    for one in (*PDET.milestones, *PDET.unknowns):
        assert (one if isinstance(one, Text) else one.label)[lang] in said
    places = part(said, "places")
    assert f"<li>Villa Prueba</li><li>{MARKUP}</li>" in places
    assert "Nueva Muestra" not in places
    for anchor in ("components", "results", "reported", "concerns", "list"):
        assert f"id='{anchor}'" not in said
    assert SOMOS_COMUNIDAD.label[lang] not in said
    assert not page.file_uploader


def test_a_link_in_a_source_is_a_web_address_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = frames()
    tables["core.coverage"].loc[0, "source_url"] = "javascript:alert(1)"
    published(tmp_path, tables).close()
    assert "javascript:" not in text(opened(tmp_path, monkeypatch))


def checked(page: AppTest, name: str, content: bytes) -> str:
    """What the page says of a list that is given to it."""
    page.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not page.exception
    return text(page).partition("role='status'>")[2]


def the_list(tmp_path: Path, *rows: tuple[str, ...]) -> bytes:
    return files.coverage(tmp_path / "list.csv", rows).read_bytes()


def test_a_list_in_order_is_shown_as_what_it_would_say(
    country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = the_list(tmp_path, files.coverage_row("05901", evidence="official"))
    said = checked(opened(country, monkeypatch), "list.csv", content)
    assert "The list is in order: 1 row." in said
    assert "<th scope='row'>Covered</th><td>1</td>" in said
    assert "<th scope='row'>Not on the list</th><td>2</td>" in said


def test_every_problem_is_told_in_both_languages_and_as_text(
    country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        files.coverage_row("05901", evidence="<b>rumour</b>"),
        files.coverage_row("77777"),
    ]
    page = opened(country, monkeypatch, "es")
    said = checked(page, "list.csv", the_list(tmp_path, *rows))
    assert "2 problemas: la lista no se puede usar así." in said
    assert "evidence dice '<b>rumour</b>'" in said  # unescaped here
    assert "&lt;b&gt;rumour" in "\n".join(one.proto.body for one in page.get("html"))
    assert "<th scope='row'>3</th><td>no existe el municipio '77777'</td>" in said
    assert "unknown municipality '77777'" in said


def test_a_list_changes_nothing_and_is_gone_with_the_file(
    country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.stat().st_mtime_ns for path in country.rglob("*")}
    page = opened(country, monkeypatch)
    content = the_list(tmp_path, files.coverage_row("05901", evidence="official"))
    checked(page, "list.csv", content)
    assert "Public sources name 1 of the programme's 35 municipalities." in text(page)
    page.file_uploader[0].set_value(None).run()
    assert "role='status'" not in text(page)
    assert {path: path.stat().st_mtime_ns for path in country.rglob("*")} == before


ESTIMATE = Estimate(
    series_id="sightings",
    label_es="Serie sightings",
    label_en="Series sightings",
    evaluated="first_wave",
    estimator="recommended",
    places=10,
    compared=67,
    before_first=date(2018, 1, 1),
    before_last=date(2020, 9, 1),
    after_first=date(2022, 1, 1),
    after_last=date(2024, 12, 1),
    percent=-20.6,
    percent_lower=-53.2,
    percent_upper=34.7,
    is_useless=False,
    difference_lower=None,
    difference_upper=None,
    detectable_fall=0.519,
    refusal=None,
    verdict="cannot tell",
)
STARTED = ESTIMATE._replace(
    evaluated="all_covered",
    estimator="staggered",
    percent_lower=None,
    percent_upper=None,
    difference_lower=-12.34,
    difference_upper=3.21,
)
"""Dates of start once they are known."""

OUTCOMES = [
    ESTIMATE,
    ESTIMATE._replace(estimator="leave_one_out", percent=None, percent_lower=-31.5),
    ESTIMATE._replace(estimator="trends_relative_1", is_useless=True),
    ESTIMATE._replace(estimator="score_bootstrap", percent_lower=None, percent_upper=None),
    ESTIMATE._replace(
        series_id="meteors", percent_lower=12.1, percent_upper=394.0, verdict="tests disagree"
    ),
    ESTIMATE._replace(
        series_id="ghosts",
        label_en="Series ghosts",
        percent_lower=None,
        percent_upper=None,
        detectable_fall=None,
        refusal="too few places with events",
        verdict=None,
    ),
]


@pytest.mark.parametrize("lang", ["es", "en"])
def test_an_evaluation_is_told_by_its_limits_and_never_by_its_figure_alone(
    country: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setattr(facts, "evaluation", lambda _warehouse: OUTCOMES)
    told = part(text(opened(country, monkeypatch, lang)), "evaluation")
    assert EVALUATION_VERDICTS["cannot tell"][lang] in told
    assert all(one[lang] in told for one in EVALUATION_LIMITS)
    low, high = {"en": ("-53%", "+35%"), "es": ("-53\xa0%", "+35\xa0%")}[lang]
    assert f"{low} {'and' if lang == 'en' else 'y'} {high}" in told
    assert {"en": "52%", "es": "52\xa0%"}[lang] in told
    assert EVALUATION_VERDICTS["tests disagree"][lang] in told
    assert "394" not in told
    # The figure between the limits is not told, nor is a test without limits.
    assert "-21" not in told
    assert {"en": "Bootstrap of signs", "es": "Remuestreo de signos"}[lang] not in told
    assert {"en": "too wide to be of use", "es": "demasiado ancho para servir"}[lang] in told
    assert {"en": "too few of the places", "es": "en muy pocos de los lugares"}[lang] in told
    assert not re.search(r"significa", told)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_staggered_starts_are_told_by_their_limits_once_they_are_evaluated(
    country: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    refused = STARTED._replace(
        estimator="staggered_component_1",
        difference_lower=None,
        difference_upper=None,
        refusal="component unknown",
    )
    heading = {"en": "Places that started at different times", "es": "Lugares que empezaron en"}
    monkeypatch.setattr(facts, "evaluation", lambda _warehouse: [*OUTCOMES, STARTED, refused])
    told = part(text(opened(country, monkeypatch, lang)), "evaluation")
    assert heading[lang] in told
    assert {"en": "-12.3 and 3.2", "es": "-12,3 y 3,2"}[lang] in told
    assert EVALUATION_ESTIMATORS["staggered"][lang] in told
    assert EVALUATION_ESTIMATORS["staggered_component_1"][lang] not in told
    monkeypatch.setattr(facts, "evaluation", lambda _warehouse: OUTCOMES)
    assert heading[lang] not in text(opened(country, monkeypatch, lang))


def test_without_a_first_wave_no_group_of_none_is_told(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = ESTIMATE._replace(places=0, refusal="too few places", verdict=None)
    monkeypatch.setattr(facts, "evaluation", lambda _warehouse: [nobody])
    told = part(text(opened(country, monkeypatch, "es")), "evaluation")
    assert "no confirma una primera ola" in told
    assert EVALUATION_LIMITS[0]["es"] not in told


def test_without_an_evaluation_the_page_is_silent_about_one(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "id='evaluation'" not in text(opened(country, monkeypatch))


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The country with data of the programme that everybody may see."""
    data_dir = tmp_path_factory.mktemp("given")
    published(data_dir, frames_with_programme_data("Informe de Prueba")).close()
    return data_dir


def test_data_of_the_programme_are_told_with_what_they_count(
    given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = part(text(opened(given, monkeypatch)), "data")
    lines = [re.sub("<[^>]+>", "|", row) for row in said.split("<tr>")[2:]]
    assert len(lines) == 4
    assert "Q3 2024||62.5 % of the people asked, 240 in all||Informe de Prueba" in lines[1]
    assert "Q2 2024||3 trainings" in lines[2]
    assert "not a sample of the population" in said
    assert "Standard name: CBLD-9." in said
    assert "not what it changed" in said
    assert "make templates" not in said


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        (
            "en",
            "No data of the programme by municipality has been given; templates: make templates.",
        ),
        ("es", "Nadie ha entregado datos del programa por municipio; plantillas: make templates."),
    ],
)
def test_without_data_of_the_programme_one_sentence_says_so(
    country: Path, monkeypatch: pytest.MonkeyPatch, lang: str, sentence: str
) -> None:
    said = part(text(opened(country, monkeypatch, lang)), "data")
    assert sentence in said
    assert "<table>" not in said


def test_a_place_tells_the_newest_of_its_own_data_and_nothing_without_any(
    given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(given))
    warehouse = cached.warehouse()
    told = {
        code: [*programme_data_lines(warehouse, words("en"), SOMOS_COMUNIDAD, code)]
        for code in ("05902", "05903")
    }
    source = "Source: Informe de Prueba, October 31, 2024."
    assert told == {
        "05902": [
            (
                "Data of the programme: Say that they feel safer, Q3 2024: 62.5 % of the people "
                f"asked, 240 in all. {source} These are the people asked: not a sample of the "
                "population."
            ),
            f"Data of the programme: Trainings held, Q3 2024: 12 trainings. {source}",
        ],
        "05903": [],
    }
    for code, lines in told.items():
        brief = document(Profile(warehouse, words("en"), code), DETAILS[0])
        for said in map(unescape, (str(coverage_section(warehouse, words("en"), code)), brief)):
            assert all(line in said for line in lines)
            assert ("Data of the programme" in said) is bool(lines)
