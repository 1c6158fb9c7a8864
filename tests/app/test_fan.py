"""What happened next in places like these: what is drawn and said, in both languages."""

from datetime import date

import pytest

from dashboard import facts, fan
from dashboard.facts import FanStep, Highest
from dashboard.language import words
from pipeline import Warehouse

BANDS = {
    "lower_95": 0.5,
    "lower_80": 0.6,
    "lower_50": 0.8,
    "median": 0.9,
    "upper_50": 1.1,
    "upper_80": 1.3,
    "upper_95": 1.6,
}


def step(years_after: int, **told: object) -> FanStep:
    """A step of the relative measure in which the group is told, unless said otherwise."""
    about = {
        **dict.fromkeys(FanStep._fields),
        "measure": "relative",
        "years_after": years_after,
        "last_month": date(2020 + years_after, 9, 1),
        "draws": 1_000,
        **BANDS,
        "level": 3.1,
        "placebo_level": 2.6,
        "own": 0.7,
        "below": 88.5,
        "heaviest_name": "Villa <i>Prueba",
        "below_without": 412.0,
    }
    return FanStep(**(about | told))


def hidden(years_after: int) -> FanStep:
    nothing = dict.fromkeys(["own", "below", "heaviest_name", "below_without"])
    return step(years_after, refusal="no groups as violent", **nothing)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse) -> Warehouse:
    fans = {"sightings": [hidden(1), hidden(2)], "meteors": [step(1), step(2)]}
    monkeypatch.setattr(facts, "placebo_fan", lambda _, name: fans.get(name, []))
    highest = Highest("country", 35, 13, 12, -25.2)
    monkeypatch.setattr(facts, "next_of_highest", lambda _, _name: highest)
    return warehouse


def test_the_place_in_the_fan_is_told_in_words(told: Warehouse) -> None:
    said = fan.next_section(told, words("en"))
    assert "A description, not an effect." in said
    assert "Up to September 2022: of 1,000 placebo groups, 88 fell more, or rose less." in said
    assert "Without Villa &lt;i&gt;Prueba, 412." in said
    fell = words("en").percent(-25.2)
    assert f"changed by {fell} on average in the next two; in 12 of 13 windows they fell" in said
    assert "Una descripción, no un efecto." in fan.next_section(told, words("es"))


def test_a_group_without_equals_has_no_line(told: Warehouse) -> None:
    said = str(fan.next_section(told, words("en")))
    without, with_line = said.split("</figure>")[:2]
    assert "polyline class='own'" not in without
    assert "circle class='own'" not in without
    assert "had 3.1 times the rate of the rest of the country, the placebo groups 2.6" in without
    assert with_line.count("polyline class='own'") == 1
    assert with_line.count("circle class='own'") == 2
    # every band opens from one point, and all of it stands in the table, too
    assert said.count("polygon class='band-") == 6
    assert "<td>0.9</td>" in said
    assert "role='img' aria-label=" in said


def test_nothing_is_told_where_nothing_is_documented(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "placebo_fan", lambda _, _name: [])
    assert fan.next_section(warehouse, words("en")) == ""
