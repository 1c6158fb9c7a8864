"""A selection and its URL: every view is a link, and a link that is off degrades."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pytest

from dashboard.address import from_query, to_query


@dataclass(frozen=True)
class Picnic:
    """One field of each kind that an address knows."""

    weather: Literal["sun", "rain"] = "sun"
    guests: int | None = None
    has_cake: bool = True
    day: date | None = None
    dishes: tuple[str, ...] = ()
    place: str | None = None


@pytest.mark.parametrize(
    "picnic",
    [
        Picnic(),
        Picnic("rain", 12, has_cake=False),
        Picnic(day=date(2024, 5, 1), dishes=("soup", "salad"), place="Cabo Ensayo"),
    ],
)
def test_a_selection_survives_its_url(picnic: Picnic) -> None:
    assert from_query(Picnic, to_query(picnic)) == (picnic, [])


def test_only_what_was_changed_is_written() -> None:
    assert to_query(Picnic()) == {}
    picnic = Picnic(has_cake=False, dishes=("soup", "salad"), day=date(2024, 5, 1))
    assert to_query(picnic) == {"has_cake": "0", "dishes": "soup,salad", "day": "2024-05"}


def test_what_is_not_understood_falls_back_and_is_named() -> None:
    query = {"weather": "snow", "guests": "many", "day": "May", "has_cake": "maybe", "lang": "en"}
    picnic, misread = from_query(Picnic, query)
    assert picnic == Picnic()
    assert sorted(misread) == ["day", "guests", "has_cake", "weather"]


@pytest.mark.parametrize(("text", "day"), [("2024", (2024, 1, 1)), ("2024-05", (2024, 5, 1))])
def test_a_day_may_be_a_year_or_a_month(text: str, day: tuple[int, int, int]) -> None:
    assert from_query(Picnic, {"day": text})[0].day == date(*day)
