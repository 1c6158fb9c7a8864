"""The machine-readable twin of every page: what it shows as a plain file, and what that means."""

import re
from collections.abc import Callable
from contextlib import closing
from html import unescape
from io import StringIO
from pathlib import Path

import frictionless
import pandas as pd
import pytest
from starlette.exceptions import HTTPException

import pipeline as atlas
from dashboard import alerts, cached, meanings
from dashboard.language import words
from dashboard.pages import alerts as alerts_page
from dashboard.shell import PAGES
from pipeline import Warehouse, published_path, views
from pipeline.catalog.tables import TABLES, column_facts
from tests.app.country import MARKUP, years_frames
from tests.app.reading import everything, opened, opened_at, text
from tests.app.test_alerts import told
from tests.app.twins import beside, columns, fetched, figures_of, problems, table, told_of
from tests.world import published

QUERIES = {
    "": "series=sightings&measure=count",
    "trends": "series=sightings&places=05901",
    "municipality": "place=05901&series=sightings",
    "compare": "series=sightings",
    "alerts": "series=sightings",
    "programme": "",
    "sources": "",
}


@pytest.fixture(autouse=True)
def _published(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "warehouse", lambda: warehouse)


def test_every_page_has_a_twin() -> None:
    assert set(QUERIES) == set(PAGES)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("page", QUERIES)
def test_the_metadata_describe_every_column_of_every_part(page: str, language: str) -> None:
    first = told_of(page, f"{QUERIES[page]}&lang={language}")
    assert first["parts"]
    for part in first["parts"]:
        query = f"{QUERIES[page]}&lang={language}&part={part}"
        about = told_of(page, query)
        content = bytes(fetched(f"{beside(page, 'view.csv')}?{query}").body).decode("utf-8")
        head = content.partition("\r\n")[0].split(",")
        assert [one["name"] for one in about["schema"]["fields"]] == head
        for one in about["schema"]["fields"]:
            assert one["title"], one
            assert one["description"], one
        frame = pd.read_csv(StringIO(content), dtype=str)
        assert about["rows"] == len(frame)
        assert about["language"] == language
        for one in about["series"]:
            assert one["citation"], one
            assert one["licence"] == {"es": "libre", "en": "free"}[language]


@pytest.mark.parametrize("page", QUERIES)
def test_an_address_in_the_metadata_leads_to_the_same_file(page: str) -> None:
    about = told_of(page, QUERIES[page])
    again = fetched(about["csv"]).body
    assert again == fetched(f"{beside(page, 'view.csv')}?{QUERIES[page]}").body


@pytest.mark.parametrize("page", QUERIES)
def test_the_page_leads_to_its_twin(
    page: str, country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = dict(one.split("=") for one in QUERIES[page].split("&") if one)
    shown = (
        opened_at(page, country, monkeypatch, **query)
        if page
        else opened(country, monkeypatch, lang="en", **query)
    )
    links = [unescape(one) for one in re.findall(r"href='([^']*view\.[^']*)'", text(shown))]
    assert {one.partition("?")[0] for one in links} == {
        beside(page, "view.csv"),
        beside(page, "view.metadata.json"),
    }
    for link in links:
        assert fetched(link).body


KINDS = {
    "bigint": "integer",
    "smallint": "integer",
    "tinyint": "integer",
    "boolean": "boolean",
    "date": "date",
    "double": "number",
    "varchar": "string",
}


@pytest.mark.parametrize("subject", ["", "trend"])
def test_units_and_kinds_are_those_of_the_declared_tables(subject: str) -> None:
    declared: dict[str, set[tuple[str, str]]] = {}
    for table_name, one in TABLES.items():
        for name, about in column_facts(one).items():
            if not subject or table_name == f"mart.{subject}":
                kind_of = KINDS.get(about["sql_type"], "")
                declared.setdefault(name, set()).add((about["unit"], kind_of))
    subjects = (name.rpartition(".") for name in meanings._MEANINGS)
    meant = {name for its_subject, _dot, name in subjects if its_subject == subject}
    known = sorted(meant & set(declared))
    assert len(known) > (40 if not subject else 1)
    for name in known:
        _text, unit = meanings.meaning(name, "en", subject)
        kinds = {kind_of for its_unit, kind_of in declared[name] if its_unit == unit}
        kind = meanings.kind(name, subject)
        # a count of one table is a sum or mean of another
        assert kind in kinds or (kind, kinds) == ("number", {"integer"}), (name, unit, kinds)


def test_a_trend_on_the_map_is_told_by_the_year(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with closing(published(tmp_path, years_frames())) as eleven:
        monkeypatch.setattr(cached, "warehouse", lambda: eleven)
        fields = columns("", "series=sightings&measure=trend&lang=en")
        assert fields["percent"]["unit"] == "percent a year"
        assert "a year" in fields["percent"]["title"]
        changed = columns("", "series=sightings&measure=change&lang=en")
        assert changed["percent"]["unit"] == "percent"
        rows = table("trends", "series=sightings&places=05901,05902&part=trends")
        # one a month more every year, and always twenty
        assert [(row["code"], row["trend"], row["trend_last_year"]) for row in rows] == [
            ("05901", "rising", "2021"),
            ("05902", "stable", "2021"),
        ]
        assert fields["municipality_code"]["type"] == "string"


@pytest.fixture(scope="module")
def eleven_years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("years")
    published(data_dir, years_frames()).close()
    return data_dir


OF_WORDS = {"100,000", "95", "1"}
"""Of what a rate is told, what limits hold, and the first of a rank or the middle of a fan."""

DRAWN = re.compile(
    r"<(svg|style|script)\b.*?</\1>|<div class='lifeline'.*?</div>"
    r"|(?<=<li>)(<i [^>]*></i>)?<b>\d*</b>",
    re.DOTALL,
)
"""Drawings, whose figures stand in tables beside them, and the numbers of marks on an axis."""


@pytest.mark.parametrize(
    ("page", "query", "reckoned"),
    [
        ("municipality", "place=05901&series=sightings", ""),
        ("municipality", "department=05&series=migrations", ""),
        # 35 less the one that is known; and what the bands of a fan are called
        ("programme", "", "34 50 80"),
        ("programme", "programme=pdet", ""),
        ("compare", "series=sightings", ""),
        ("trends", "series=sightings&places=05901,05902&groups=05", ""),
        # three series with a past, three places, three months
        ("alerts", "series=sightings", "27"),
        ("sources", "part=revisions", ""),
        ("", "series=sightings&place=05901", ""),
        ("", "series=sightings&place=05901&measure=change", ""),
        ("", "series=sightings&place=05902&measure=trend", ""),
        ("", "series=sightings&place=05902&measure=smoothed", ""),
    ],
)
def test_every_number_that_a_page_says_is_in_its_files(
    eleven_years: Path, monkeypatch: pytest.MonkeyPatch, page: str, query: str, reckoned: str
) -> None:
    asked = dict(one.split("=") for one in query.split("&") if one)
    monkeypatch.undo()
    shown = (
        opened_at(page, eleven_years, monkeypatch, **asked)
        if page
        else opened(eleven_years, monkeypatch, lang="en", **asked)
    )
    said = unescape(re.sub(r"<[^>]*>", " ", DRAWN.sub(" ", everything(shown))))
    known = figures_of(page, f"{query}&lang=en") | OF_WORDS | set(reckoned.split())
    if "place" in asked and not page:
        # coverage stands apart, in a file of the place
        known |= figures_of("municipality", f"place={asked['place']}&lang=en", only=["coverage"])
    missing = [
        re.sub(r"\s+", " ", said[max(0, found.start() - 40) : found.end() + 20])
        for found in re.finditer(r"\d(?:[\d,.]*\d)?", said)
        if found.group() not in known
    ]
    assert not missing, "\n".join(missing)


def test_the_map_and_its_twin_say_the_same(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"series": "sightings", "measure": "count", "period": "2021", "table": "1"}
    page = opened(country, monkeypatch, lang="en", **query)
    (shown,) = page.dataframe
    rows = table("", "&".join(f"{name}={value}" for name, value in query.items()))
    # 2021: five in 05901, none in 05902, two in 05903
    assert {row["municipality_code"]: float(row["events"]) for row in rows} == {
        "05901": 5,
        "05902": 0,
        "05903": 2,
    }
    assert [float(row["events"]) for row in rows] == shown.value["events"].tolist()
    asked = "series=sightings&measure=count&period=2021&lang=en"
    about, fields = told_of("", asked), columns("", asked)
    assert fields["events"]["unit"] == "cases"
    assert fields["rate_per_100k"]["unit"] == "per 100,000 person-years"
    assert fields["municipality_code"]["type"] == "string"
    assert ("Period", "2021") in {(one["name"], one["text"]) for one in about["notes"]}


def test_two_maps_have_a_file_each() -> None:
    query = "series=sightings&measure=count&period=2021&two=1&series2=crowds"
    assert list(told_of("", query)["parts"]) == ["map", "map2"]
    second = table("", f"{query}&part=map2")
    assert {row["municipality_code"]: float(row["events"]) for row in second} == {
        "05901": 0,
        "05902": 6,
        "05903": 0,
    }


def test_a_place_on_the_map_has_its_history_and_what_lies_nowhere() -> None:
    asked = "series=sightings&measure=count&period=2021&place=05901&lang=en"
    assert list(told_of("", asked)["parts"]) == ["map", "place", "unlocated"]
    years = {row["period"]: float(row["events"]) for row in table("", f"{asked}&part=place")}
    # three and two; four and one, without April; six so far
    assert years == {"2021-01-01": 5, "2022-01-01": 5, "2023-01-01": 6}
    # one of June 2021 lies in no known municipality
    assert table("", f"{asked}&part=unlocated") == [{"department_code": "05", "events": "1.0"}]
    notes = {one["name"]: one["text"] for one in told_of("", f"{asked}&part=place")["notes"]}
    address = notes["Programme coverage"].removeprefix("In a file apart: ")
    assert b"documented" in fetched(address).body


def test_trends_and_their_twin_say_the_same(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"series": "sightings", "places": "05901", "has_table": "1"}
    (shown,) = opened_at("trends", country, monkeypatch, **query).dataframe
    rows = table("trends", "series=sightings&places=05901&lang=en")
    assert [(row["line"], row["when"], float(row["events"])) for row in rows] == list(
        shown.value[["line", "when", "events"]].itertuples(index=False, name=None)
    )
    assert {(row["code"], row["when"]): row["events"] for row in rows}["05901", "2021"] == "5.0"
    assert {row["is_partial"] for row in rows} == {"true", "false"}


def test_a_comparison_and_its_twin_say_the_same(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = {"series": "sightings", "sort": "count", "department": "05"}
    page = unescape(everything(opened_at("compare", country, monkeypatch, **query)))
    rows = table("compare", "series=sightings&sort=count&department=05")
    names = [row["municipality_name"] for row in rows]
    assert names
    places = [page.index(f">{name}<") for name in names]
    assert places == sorted(places)


def test_a_place_and_its_twin_say_the_same() -> None:
    rows = table("municipality", "place=05901&series=sightings")
    counts = {(row["series_id"], row["year"]): float(row["events"]) for row in rows}
    assert counts["sightings", "2021"] == 5
    assert counts["rainfall", "2021"] == 12.5
    assert "ghosts" not in {row["series_id"] for row in rows}
    months = table("municipality", "place=05901&series=sightings&window=month&part=chart")
    assert {row["period"]: float(row["events"]) for row in months}["2021-12-01"] == 2
    assert "2022-04-01" not in {row["period"] for row in months}  # never published


def test_alerts_and_their_twin_say_the_same(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch)
    for name in ("newest_anomalies", "checks", "map_tests", "clustered", "histories"):
        monkeypatch.setattr(alerts_page, name, getattr(alerts, name))
    (row,) = table("alerts", "listed=sightings")
    assert row == {
        "series_id": "sightings",
        "municipality_code": "05901",
        "municipality_name": "Villa Prueba",
        "department_name": "Tierra Nuestra",
        "month": "2023-05-01",
        "events": "9",
        "expected": "2.1",
        "expected_lower": "0",
        "expected_upper": "6",
        "anomaly": "unusually high",
        "is_provisional": "true",
    }
    page = unescape(everything(opened_at("alerts", country, monkeypatch, listed="sightings")))
    assert "unusually high" in page
    clusters = table("alerts", "series=sightings&window=year&part=clusters")
    assert [(one["municipality_code"], one["cluster"]) for one in clusters] == [
        ("05901", "high-high"),
        ("05902", "low-high"),
        ("05903", "not significant"),
    ]
    likeness = table("alerts", "series=sightings&window=year&part=likeness")
    assert [(one["time_window"], one["moran_i"], one["p"]) for one in likeness] == [
        ("year", "0.4", "0.0002")
    ]
    assert {one["is_sparse"] for one in likeness} == {"true"}
    patterns = table("alerts", "series=sightings&part=patterns")
    assert [(one["municipality_name"], one["pattern"]) for one in patterns] == [
        ("Villa Prueba", "sporadic hot spot"),
        (MARKUP, "no pattern"),
    ]
    checked = table("alerts", "part=checks")
    assert [one["judged"] for one in checked] == ["3", "2"]
    assert len(alerts.checks(cached.warehouse())) == len(checked)


FIGURES = {"series_id", "events", "rate_per_100k", "percent", "own", "trend"}
COVERAGE = {"programme_id", "state", "evidence", "indicator_id", "component"}


@pytest.mark.parametrize("page", QUERIES)
def test_no_file_joins_coverage_with_a_figure(page: str) -> None:
    with_coverage = set()
    for part in told_of(page, QUERIES[page])["parts"]:
        about = told_of(page, f"{QUERIES[page]}&part={part}")
        names = {one["name"] for one in about["schema"]["fields"]}
        if names & COVERAGE:
            with_coverage.add(part)
            assert not names & FIGURES, part
            assert about["series"] == []
    assert with_coverage == {"municipality": {"coverage"}, "programme": {"coverage"}}.get(
        page, set()
    )


@pytest.mark.parametrize("page", QUERIES)
def test_every_part_is_valid_to_other_programs(page: str, tmp_path: Path) -> None:
    for part in told_of(page, QUERIES[page])["parts"]:
        assert problems(page, f"{QUERIES[page]}&part={part}", tmp_path) == [], part


def test_a_table_that_was_changed_is_seen(tmp_path: Path) -> None:
    problems("compare", "series=sightings", tmp_path)
    (path,) = tmp_path.glob("*.csv")
    path.write_text(path.read_text("utf-8").replace("05901", "5901"), "utf-8")
    (about,) = tmp_path.glob("*.json")
    assert not frictionless.validate(str(about)).valid


def test_sources_list_what_feeds_each_series() -> None:
    rows = table("sources", "lang=en")
    assert {"gauges", "observatory"} <= {row["source_id"] for row in rows}
    by_series = {row["series_id"]: row for row in rows}
    assert by_series["rainfall"]["source_id"] == "gauges"
    assert by_series["ghosts"]["is_published"] == "false"
    sightings = by_series["sightings"]
    # May 2023 may still grow
    assert (sightings["first_month"], sightings["last_complete_month"]) == (
        "2021-01-01",
        "2023-04-01",
    )
    assert {row["licence"] for row in rows} == {"free"}
    revised = table("sources", "part=revisions")
    assert all(row["series_id"] for row in revised)
    laws = {row["check"]: row["law"] for row in table("sources", "part=checks&lang=en")}
    assert laws == {name: text.en for name, text in views.laws().items()}
    found = table("sources", "part=dictionary&search=person-years")
    assert {row["column_name"] for row in found} >= {"person_years"}


def test_answers_may_change_and_are_saved_under_a_name() -> None:
    answer = fetched("compare/view.csv?series=sightings")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-disposition"].endswith('"compare-municipalities.csv"')
    assert answer.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    "address", ["nowhere/view.csv", "compare/view.csv?part=everything", "municipality/view.csv"]
)
def test_what_is_not_there_is_not_found(address: str) -> None:
    with pytest.raises(HTTPException) as refused:
        fetched(address)
    assert refused.value.status_code == 404


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("view.csv?series=extorsion", "series=extorsion"),
        ("view.csv?measure=speed&window=year", "measure=speed"),
        ("view.csv?series=sightings&period=1950", "period=1950"),
        ("compare/view.metadata.json?series=sightings&department=99", "department=99"),
        ("municipality/view.csv?place=99999", "place=99999"),
        ("trends/view.csv?series=nothing", "series=nothing"),
    ],
)
def test_a_program_is_not_given_the_nearest_view(address: str, wrong: str) -> None:
    with pytest.raises(HTTPException) as refused:
        fetched(f"{address}&lang=en")
    assert refused.value.status_code == 400
    assert refused.value.detail.startswith(f"Not here: {wrong}. The nearest view is ?")


def test_a_browser_asks_in_its_own_language() -> None:
    spanish = told_of("sources", "")
    assert spanish["language"] == "es"
    assert spanish["missing"] == words("es").text(
        "An empty cell is unknown or not told, never zero."
    )


SIGHTINGS = "sightings"


@pytest.mark.parametrize(
    ("asked", "answer", "more"),
    [
        (
            "municipality?place=05901&part=statistics",
            lambda one: atlas.municipality("05901", warehouse=one),
            {"newest_window"},
        ),
        ("programme?", lambda one: atlas.coverage(warehouse=one), {"programme_id"}),
        (
            "?series=sightings&measure=trend",
            lambda one: atlas.trends(SIGHTINGS, warehouse=one),
            {"period", "is_published"},
        ),
        (
            "?series=sightings",
            lambda one: atlas.rates(SIGHTINGS, warehouse=one),
            {"period", "is_published"},
        ),
        (
            "alerts?series=sightings&part=likeness",
            lambda one: views.moran(one, SIGHTINGS),
            set(),
        ),
        ("sources?part=revisions", views.revised_years, set()),
    ],
)
def test_columns_are_named_as_in_python(
    eleven_years: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    answer: Callable[[Warehouse], pd.DataFrame],
    more: set[str],
) -> None:
    page, _, query = asked.partition("?")
    with closing(Warehouse.open(published_path(eleven_years))) as warehouse:
        monkeypatch.setattr(cached, "warehouse", lambda: warehouse)
        assert set(columns(page, query)) - set(answer(warehouse)) == more
