"""What the programme's page tells in figures, found again in the files beside it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dashboard import cached, facts
from dashboard.facts import FanStep, GroupYear, Highest, LeftOut
from pipeline import EVALUATION_LIMITS, PDET, SOMOS_COMUNIDAD, Warehouse
from tests.app.test_fan import BANDS, hidden, step
from tests.app.test_programme import OUTCOMES, STARTED
from tests.app.twins import columns, problems, table, told_of


@pytest.fixture(autouse=True)
def _published(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "warehouse", lambda: warehouse)


def group(group_id: str, year: int, rate: float, *, is_provisional: bool = False) -> GroupYear:
    """Ten events and their rate, which is reckoned nowhere here."""
    return GroupYear(group_id, date(year, 12, 1), 2, 10.0, rate, rate - 1, rate + 1, is_provisional)


@pytest.fixture
def fans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fans of two series, of which one has no equals, and the group beside another."""
    known: dict[str, list[FanStep]] = {
        "sightings": [hidden(1), hidden(2)],
        "meteors": [step(1), step(2)],
    }
    monkeypatch.setattr(facts, "placebo_fan", lambda _warehouse, name: known.get(name, []))
    highest = Highest("country", 35, 13, 12, -25.2)
    monkeypatch.setattr(facts, "next_of_highest", lambda *_asked: highest)
    years = [
        *(group("documented", year, 40.0 + year - 2020) for year in range(2020, 2024)),
        group("documented", 2024, 9.0, is_provisional=True),
        *(group("pdet_elsewhere", year, 30.0) for year in range(2020, 2024)),
    ]
    monkeypatch.setattr(facts, "group_years", lambda *_asked: years)
    left = [LeftOut(date(2023, 12, 1), "Villa Prueba", 12.5, 43.0, is_largest=True)]
    monkeypatch.setattr(facts, "left_out", lambda *_asked: left)


def test_coverage_comes_first_and_tells_nothing_else(warehouse: Warehouse) -> None:
    rows = table("programme", "")
    known = facts.coverage(warehouse, SOMOS_COMUNIDAD.id)
    assert {row["municipality_code"]: row["state"] for row in rows} == {
        code: known[code].state for code in facts.places(warehouse)
    }
    assert {row["programme_id"] for row in rows} == {SOMOS_COMUNIDAD.id}
    decreed = table("programme", "programme=pdet")
    assert [row["state"] for row in decreed] == ["covered", "covered", "not_covered"]
    assert list(told_of("programme", "programme=pdet")["parts"]) == ["coverage", "dates"]


def test_dates_and_reported_figures_are_as_declared() -> None:
    dates = table("programme", "part=dates&lang=es")
    assert [(row["start_date"], row["end_date"], row["event"]) for row in dates] == [
        (f"{one.start}", f"{one.end or ''}", one.label.es) for one in SOMOS_COMUNIDAD.milestones
    ]
    reported = table("programme", "part=reported&lang=en")
    assert [(int(row["value"]), row["is_percent"] == "true", row["caveat"], row["source_title"])
            for row in reported] == [
        (one.value, one.is_percent, one.caveat.en, one.source.title)
        for one in SOMOS_COMUNIDAD.reported
    ]  # fmt: skip
    assert columns("programme", "part=reported")["value"]["type"] == "number"


def test_lists_before_say_what_changed() -> None:
    # one place in each: the second list adds its own and drops that of the first
    first, second = table("programme", "part=lists")
    assert (first["cut_date"], first["municipalities"], first["is_compiled"]) == (
        "2021-06-30", "1", "true",
    )  # fmt: skip
    assert (second["added"], second["dropped"], second["is_current"]) == ("1", "1", "true")


def test_series_around_a_result_are_context(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = dict(facts.all_series(warehouse))
    series["sightings"] = series["sightings"]._replace(expected_results="1,3")
    monkeypatch.setattr(facts, "all_series", lambda _warehouse: series)
    rows = table("programme", "part=results&lang=en")
    assert [(row["result"], row["series_id"], row["last_complete_month"]) for row in rows] == [
        ("1", "sightings", "2023-04-01"),
        ("3", "sightings", "2023-04-01"),
    ]
    assert {row["reach"] for row in rows} == {"ends before the planned end of the programme"}
    notes = told_of("programme", "part=results&lang=en")["notes"]
    assert "not a measure" in notes[0]["text"]


@pytest.mark.usefixtures("fans")
def test_a_fan_has_its_bands_and_the_group_only_among_its_equals(tmp_path: Path) -> None:
    rows = table("programme", "part=fan")
    assert [(row["series_id"], row["years_after"]) for row in rows] == [
        ("sightings", "1"), ("sightings", "2"), ("meteors", "1"), ("meteors", "2"),
    ]  # fmt: skip
    for row in rows:
        assert {name: float(row[name]) for name in BANDS} == BANDS
    assert [row["own"] for row in rows] == ["", "", "0.7", "0.7"]
    assert [row["below"] for row in rows] == ["", "", "88.5", "88.5"]
    assert {row["level"] for row in rows} == {"3.1"}
    assert rows[0]["refusal"] == "no groups as violent"
    assert not {"heaviest_name", "municipality_name"} & set(rows[0])
    about = told_of("programme", "part=fan&lang=en")
    assert about["notes"][0]["text"].startswith("A description, not an effect.")
    assert [one["series_id"] for one in about["series"]] == ["sightings", "meteors"]
    for part in ("fan", "highest", "groups"):
        assert problems("programme", f"part={part}", tmp_path) == []


@pytest.mark.usefixtures("fans")
def test_a_group_stands_beside_others_in_three_years_and_no_place_is_named() -> None:
    rows = table("programme", "part=groups")
    assert [(row["group_id"], row["year"], row["rate_per_100k"]) for row in rows] == [
        ("documented", "2021", "41.0"),
        ("documented", "2022", "42.0"),
        ("documented", "2023", "43.0"),
        *(("pdet_elsewhere", year, "30.0") for year in ("2021", "2022", "2023")),
    ]
    assert [row["rate_without_largest_per_100k"] for row in rows] == ["", "", "12.5", "", "", ""]
    assert not any("Villa Prueba" in row.values() for row in rows)
    (highest,) = table("programme", "part=highest")
    assert (highest["places"], highest["windows"], highest["windows_falling"]) == ("35", "13", "12")
    assert highest["percent_mean"] == "-25.2"


def test_estimates_are_told_with_the_limits_that_the_page_tells(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(facts, "evaluation", lambda _warehouse: [*OUTCOMES, STARTED])
    rows = table("programme", "part=evaluation&lang=en")
    told = {
        (row["series_id"], row["estimator"]): (row["percent_lower"], row["percent_upper"])
        for row in rows
    }
    assert told == {
        ("sightings", "recommended"): ("-53.2", "34.7"),
        ("meteors", "recommended"): ("", ""),  # its tests disagree
        ("ghosts", "recommended"): ("", ""),
        ("sightings", "leave_one_out"): ("-31.5", "34.7"),
        ("sightings", "trends_relative_1"): ("", ""),  # too wide to be of use
        ("sightings", "staggered"): ("", ""),
    }
    assert [row["is_useless"] for row in rows].count("true") == 1
    by = {(row["series_id"], row["estimator"]): row for row in rows}
    assert by["sightings", "recommended"]["verdict"] == "cannot tell"
    assert by["sightings", "recommended"]["detectable_fall"] == "0.519"
    assert by["meteors", "recommended"]["verdict"] == "tests disagree"
    assert by["ghosts", "recommended"]["refusal"] == "too few places with events"
    assert by["sightings", "staggered"]["difference_lower"] == "-12.34"
    assert "percent" not in rows[0]  # never the figure between the limits
    assert "394" not in str(rows)
    about = told_of("programme", "part=evaluation&lang=en")
    assert [one["text"] for one in about["notes"]] == [one.en for one in EVALUATION_LIMITS]
    assert problems("programme", "part=evaluation", tmp_path) == []
    nobody = replace(SOMOS_COMUNIDAD, extent=PDET.extent)
    monkeypatch.setattr("dashboard.view.PROGRAMMES", (nobody,))
    assert "evaluation" not in told_of("programme", "")["parts"]
