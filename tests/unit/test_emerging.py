"""Every published pattern on a history of ten years written out."""

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.emerging import Pattern, emerging_hot_spots
from pipeline.errors import ContractError

YEARS = range(2015, 2025)

# H and C: significantly hot and cold, a dot: neither. The newest year last; the second word is the
# course of Gi* over the ten years.
HISTORIES = {
    ".........H flat": "new",
    "C........H flat": "new",
    ".......HHH flat": "consecutive",
    "C......HHH flat": "consecutive",
    "H.......HH flat": "sporadic",
    "H........H flat": "sporadic",
    "H...C...HH flat": "oscillating",
    "HHHHHHHHHH up": "intensifying",
    ".HHHHHHHHH up": "intensifying",
    "HHHHHHHHHH flat": "persistent",
    ".HHHHHHHHH flat": "persistent",
    "HHHHHHHHHH down": "diminishing",
    "HHHHHHHHH. flat": "historical",
    "HHHHHHHHH. up": "historical",
    "HHHHHHHH.. flat": "no pattern",
    ".......... up": "no pattern",
    "HHHHHHHH.H flat": "persistent",
}
COURSES = {
    "up": np.arange(10.0),
    "down": -np.arange(10.0),
    "flat": np.array([1.0, 2, 1, 2, 1, 2, 1, 2, 1, 2]),
}


def frames(sign: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    marks = {"H": sign, "C": -sign, ".": 0}
    spot = {one: [marks[mark] for mark in one.split()[0]] for one in HISTORIES}
    star = {one: sign * COURSES[one.split()[1]] for one in HISTORIES}
    return (
        pd.DataFrame.from_dict(star, orient="index", columns=YEARS),
        pd.DataFrame.from_dict(spot, orient="index", columns=YEARS),
    )


@pytest.mark.parametrize(("sign", "kind"), [(1, "hot spot"), (-1, "cold spot")])
def test_published_definitions(sign: int, kind: str) -> None:
    expected = {
        one: name if name == "no pattern" else f"{name} {kind}" for one, name in HISTORIES.items()
    }
    assert emerging_hot_spots(*frames(sign)).to_dict() == expected


def test_every_pattern_is_one_that_is_declared() -> None:
    named = {*emerging_hot_spots(*frames(1)), *emerging_hot_spots(*frames(-1))}
    assert named == {pattern.value for pattern in Pattern} - {Pattern.NOT_DETERMINED}


def test_too_short_or_unknown_now_is_not_determined() -> None:
    star, spot = frames(1)
    assert set(emerging_hot_spots(star.iloc[:, 1:], spot.iloc[:, 1:])) == {Pattern.NOT_DETERMINED}
    star.loc["HHHHHHHHHH up", 2024] = np.nan
    assert emerging_hot_spots(star, spot)["HHHHHHHHHH up"] == Pattern.NOT_DETERMINED


def test_an_unknown_year_is_left_out() -> None:
    star, spot = frames(1)
    eleven = range(2014, 2025)
    star = star.reindex(columns=eleven)
    spot = spot.reindex(columns=eleven, fill_value=0)
    pd.testing.assert_series_equal(emerging_hot_spots(star, spot), emerging_hot_spots(*frames(1)))
    # An unknown 2021 does not interrupt 2022-2024, nor count as a year before it.
    star.loc[".......HHH flat", 2014] = 1.0
    star.loc[".......HHH flat", 2021] = np.nan
    assert emerging_hot_spots(star, spot)[".......HHH flat"] == Pattern.CONSECUTIVE_HOT


def test_refuses_other_places_and_years_out_of_order() -> None:
    star, spot = frames(1)
    for wrong in ((star, spot.iloc[1:]), (star.iloc[:, ::-1], spot.iloc[:, ::-1])):
        with pytest.raises(ContractError, match="newest year last"):
            emerging_hot_spots(*wrong)
