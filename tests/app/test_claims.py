"""A warehouse that says too much is not believed: on no page, brief, file nor in Python.

The country over eleven years is published, and then its marts are made to lie.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import pipeline as atlas
from dashboard import facts, statistics
from dashboard.brief.document import DETAILS, document
from dashboard.comparison import compared
from dashboard.comparison_files import file_columns
from dashboard.downloads import KINDS, Wanted
from dashboard.exports import plain_csv
from dashboard.language import words
from dashboard.profile import Profile
from dashboard.state import Shown
from pipeline import SOMOS_COMUNIDAD, views
from pipeline.errors import ContractError
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests.app.country import years_frames
from tests.app.reading import everything, opened_at
from tests.app.twins import table
from tests.world import published

LIES = (
    # three in 05901 after one, in the newest two years that compare
    """
        update mart.change set word = 'rise', percent = 200, ratio = 3, ratio_lower = 1.8,
        ratio_upper = 5, refusal = null, earlier_events = 1, events = 3
        where series_id = 'sightings' and municipality_code = '05901'
        and time_window = 'year' and not is_newest
    """,
    # across the edition of 2022
    """
        update mart.change set word = 'rise', percent = 200, ratio = 3, ratio_lower = 1.8,
        ratio_upper = 5, refusal = null
        where series_id = 'sightings' and municipality_code = '05902'
        and time_window = 'year' and is_newest
    """,
    """
        update mart.trend set last_year = 2022, word = 'rising', percent = 77, percent_lower = 66,
        percent_upper = 88 where series_id = 'sightings' and municipality_code = '05902'
    """,
    # another publisher of the same lights saw 05901 fall
    """
        insert into mart.disagreement
        values ('sightings', '05901', 'trend', 'year', '2021-12-01', 'crowds')
    """,
    # and a part of the series, which truly rises, is left out
    "delete from mart.trend where series_id = 'sightings_by_day'",
)
FALSE = re.compile(r"\b(200|77|66|88)([.,]0+)?\s?%")
"""The percents that the marts were made to hold."""


@pytest.fixture(scope="module")
def lying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of the country whose marts lie."""
    data_dir = tmp_path_factory.mktemp("lying")
    published(data_dir, years_frames()).close()
    with duckdb.connect(published_path(data_dir)) as connection:
        true = "select word from mart.trend where series_id = 'sightings' order by all"
        assert connection.sql(true).fetchall() == [("rising",), ("stable",)]
        for lie in LIES:
            connection.execute(lie)
    return data_dir


@pytest.fixture
def warehouse(lying: Path) -> Iterator[Warehouse]:
    opened = Warehouse.open(published_path(lying))
    yield opened
    opened.close()


@pytest.mark.parametrize("place", ["05901", "05902"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_says_it(
    lying: Path, monkeypatch: pytest.MonkeyPatch, place: str, language: str
) -> None:
    about = {"place": place, "series": "sightings", "lang": language}
    said = everything(opened_at("municipality", lying, monkeypatch, **about))
    assert not FALSE.search(said)
    told = {"en": ["sources disagree", "not determined"], "es": ["las fuentes no coinciden", "no "]}
    assert any(one in said for one in told[language])


def test_no_line_of_the_trends_says_it(lying: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = {"series": "sightings", "places": "05901,05902"}
    said = everything(opened_at("trends", lying, monkeypatch, **about))
    assert not FALSE.search(said)
    assert "▲" not in said


def test_no_row_of_the_comparison_says_it(lying: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = everything(opened_at("compare", lying, monkeypatch, series="sightings"))
    assert not FALSE.search(said)
    assert 'data-word="rising"' not in said.replace("'", '"')
    assert 'data-word="rise"' not in said.replace("'", '"')


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_brief_says_it(warehouse: Warehouse, language: str) -> None:
    for place in ("05901", "05902"):
        profile = Profile(warehouse, words(language), place)  # type: ignore[arg-type]
        said = document(profile, DETAILS[0])
        assert not FALSE.search(said)
        assert "▲" not in said


def test_no_file_says_it(warehouse: Warehouse) -> None:
    rows = compared(warehouse, "sightings", "year")
    series = facts.all_series(warehouse)["sightings"]
    written = plain_csv(file_columns(words("en"), series, rows), rows).decode("utf-8-sig")
    assert "05901" in written
    for measure in ("change", "trend"):
        period = statistics.periods(warehouse, "sightings", measure, "year")[-1]
        wanted = Wanted(warehouse, words("en"), Shown("sightings", measure, "year", period))
        on_map = KINDS["csv"].content(wanted).decode("utf-8-sig")
        assert not re.search(r"\brising\b|\brise\b|,200\b|,77\b", on_map)
    assert not re.search(r"\brising\b|\brise\b|,200\b|,200\.0", written)


def test_no_file_beside_a_page_says_it(lying: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(lying))
    trends = {}
    for place in ("05901", "05902"):
        rows = table("municipality", f"place={place}&part=statistics")
        (told,) = [row for row in rows if row["series_id"] == "sightings"]
        assert told["year_change"] in {"too few events", "not comparable", "no clear change"}
        assert not {name: told[name] for name in told if "percent" in name and told[name]}
        trends[place] = told["trend"]
    assert trends == {"05901": "sources disagree", "05902": "not determined"}
    lines = table("trends", "series=sightings&places=05901,05902&part=trends")
    assert {row["code"]: row["trend"] for row in lines} == trends
    assert {row["trend_percent"] for row in lines} == {""}


def test_no_answer_in_python_says_it(warehouse: Warehouse) -> None:
    trends = atlas.trends("sightings", warehouse=warehouse).set_index("municipality_code")
    assert trends["word"].to_dict() == {"05901": "sources disagree", "05902": "not determined"}
    assert trends[["percent", "percent_lower", "percent_upper"]].isna().all(axis=None)
    arrow = atlas.trends("sightings", warehouse=warehouse, form="arrow")
    assert arrow.column("word").to_pylist() == ["sources disagree", "not determined"]
    told = atlas.compare("sightings", warehouse=warehouse).set_index("municipality_code")
    assert told["change_percent"].isna().all()
    assert set(told["change"].dropna()) <= {"too few events", "not comparable", "not determined"}
    for place in ("05901", "05902"):
        one = atlas.municipality(place, warehouse=warehouse).set_index("series_id").loc["sightings"]
        assert pd.isna(one["year_change_percent"])
        assert one["year_change"] in {"too few events", "not comparable", "no clear change"}
    changes = views.changes(warehouse, "sightings", "year").set_index(
        ["municipality_code", "is_newest"]
    )
    assert changes["percent"].isna().all()
    assert changes.loc[("05902", True), ["word", "refusal"]].tolist() == [
        "not comparable",
        "two editions of the population",
    ]


def test_no_map_colours_it(warehouse: Warehouse) -> None:
    _, _, changed = views.statistic_matrix(warehouse, "sightings", "change", "year")
    rise = views.STATISTIC_WORDS["change"].index("rise")
    assert not (changed == rise).any()
    codes, _, trends = views.statistic_matrix(warehouse, "sightings", "trend", "year")
    known = len(views.STATISTIC_WORDS["trend"])
    column = [list(codes).index(one) for one in ("05901", "05902")]
    assert (trends[:, column] == known).all()


def test_a_candidate_is_counted_and_drawn_as_what_it_is(
    lying: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    coverage = views.coverage(warehouse, SOMOS_COMUNIDAD.id)
    states = list(coverage["state"])
    assert {"candidate", "no_evidence"} <= set(states)
    assert not any(atlas.claims.is_uncovered(state, states) for state in states)
    with pytest.raises(ContractError, match="may or may not be covered"):
        atlas.claims.refuse_coverage_comparison(states)
    groups = set(views.group_members(warehouse)["group_id"])
    assert groups <= {"documented", "first_wave", "pdet_elsewhere", "documented_peers",
                      "first_wave_peers"}  # fmt: skip
    for name in ("programme", "map", "municipality", "compare"):
        asked = {"place": "05902"} if name == "municipality" else {}
        said = everything(opened_at(name, lying, monkeypatch, **asked)).lower()
        said = re.sub(r"no municipality is shown as not covered|no place is shown as not covered",
                      "", said)  # fmt: skip
        assert "not covered" not in said
        assert "uncovered" not in said
