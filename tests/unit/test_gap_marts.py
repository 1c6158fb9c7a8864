"""Publishers side by side, as stored: which years compare, and figures by hand."""

from collections.abc import Iterator

import pandas as pd
import pytest

from pipeline import views
from pipeline.analysis.disagreement import Agreement
from pipeline.catalog.tables import TABLES
from pipeline.marts.gaps import Refusal, gap_table, with_refusals
from pipeline.store.warehouse import Warehouse
from tests import world

NO_CUTS = pd.DataFrame({"series_id": pd.array([], "str"), "year": pd.array([], "int64")})


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = world.published(tmp_path_factory.mktemp("data"))
    yield opened
    opened.close()


def figures(series_id: str, place_code: str, events: list[float], **facts: object) -> pd.DataFrame:
    """Years of one publisher from 2020 on, a million person-years each."""
    rows = pd.DataFrame({"events": events, "year": range(2020, 2020 + len(events))})
    given = {
        "series_id": series_id,
        "place_code": place_code,
        "person_years": 1e6,
        "months_published": 12,
        "is_provisional": False,
        "edition": "edition 1",
    }
    return rows.assign(**(given | facts)).astype({"series_id": "str", "place_code": "str"})


def test_a_department_counts_its_unlocated_events_too(warehouse: Warehouse) -> None:
    gaps = views.source_gaps(warehouse)
    columns = [
        "series_id",
        "other_series_id",
        "place_code",
        "year",
        "events",
        "other_events",
        "gap",
    ]
    # Sightings of 2021: 5 + 2 + 1 unlocated. Crowds: six. Meteors: one in half a year.
    assert gaps[columns].astype(object).where(gaps[columns].notna(), None).to_numpy().tolist() == [
        ["sightings", "crowds", "05", 2021, 8, 6, 2],
        ["sightings", "crowds", "programme", 2021, 8, 6, 2],
        ["sightings", "meteors", "05", 2021, 8, 1, None],
        ["sightings", "meteors", "programme", 2021, 8, 1, None],
        ["crowds", "meteors", "05", 2021, 6, 1, None],
        ["crowds", "meteors", "programme", 2021, 6, 1, None],
    ]
    assert gaps["gap_share"].tolist()[:2] == pytest.approx([2 / 7] * 2)
    assert gaps["refusal"].tolist()[:2] == [Refusal.FIRST] * 2
    assert gaps["department_name"].isna().tolist() == [False, True] * 3
    assert set(gaps["phenomenon"]) == {"lights"}


def test_one_municipality_shows_counts_and_their_difference_alone(warehouse: Warehouse) -> None:
    counts = views.publisher_counts(warehouse, "05901")
    columns = ["year", "series_id", "events", "gap", "is_partial", "is_provisional"]
    told = counts[columns].astype(object).where(counts[columns].notna(), None)
    # Of 2021 meteors are counted for half a year, and sightings are the first of the list.
    assert told.to_numpy().tolist() == [
        [2020, "meteors", 2, None, False, False],
        [2021, "sightings", 5, None, False, False],
        [2021, "crowds", 0, -5, False, False],
        [2021, "meteors", 0, None, True, False],
        [2022, "sightings", 5, None, True, False],
        [2023, "sightings", 6, None, True, True],
    ]


def test_a_departments_publishers_count_what_has_no_municipality_too(warehouse: Warehouse) -> None:
    counts = views.publisher_counts(warehouse, "05").set_index(["year", "series_id"])
    assert counts.loc[(2021, "sightings"), "events"] == 8
    assert counts.loc[(2021, "crowds"), ["events", "gap"]].tolist() == [6, -2]


def test_a_change_that_both_see_and_one_that_they_see_the_other_way_round() -> None:
    one = [figures("one", "90", [500, 800]), figures("one", "91", [400, 600])]
    other = [figures("other", "90", [520, 790]), figures("other", "91", [600, 400])]
    table = side_by_side([*one, *other]).set_index(["place_code", "year"])
    assert table.loc[("90", 2021), ["gap", "direction", "agreement"]].tolist() == [
        10,
        "rise",
        Agreement.SAME,
    ]
    assert table.loc[("91", 2021), "agreement"] == Agreement.OPPOSITE
    assert table.loc[("90", 2020), "refusal"] == Refusal.FIRST
    assert pd.isna(table.loc[("90", 2021), "refusal"])


def side_by_side(frames: list[pd.DataFrame], cuts: pd.DataFrame = NO_CUTS) -> pd.DataFrame:
    told = with_refusals(pd.concat(frames, ignore_index=True), cuts)
    return gap_table(told[told["series_id"].eq("one")], told[told["series_id"].eq("other")])


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"edition": ["edition 1", "edition 2"]}, Refusal.EDITION),
        ({"months_published": [12, 11]}, Refusal.NOT_COMPLETE),
        ({"is_provisional": [False, True]}, Refusal.NOT_COMPLETE),
    ],
)
def test_years_that_do_not_compare(facts: dict[str, object], refusal: Refusal) -> None:
    frames = [figures("one", "90", [500, 800]), figures("other", "90", [500, 800], **facts)]
    newest = side_by_side(frames).iloc[-1]
    assert newest["refusal"] == refusal
    assert newest[["direction", "other_direction"]].isna().all()
    assert newest["agreement"] == Agreement.NOT_DETERMINED
    assert newest["is_provisional"] == ("is_provisional" in facts)
    assert pd.isna(newest["gap"]) == ("months_published" in facts)


def test_a_change_of_one_publishers_definition_leaves_both_without_direction() -> None:
    frames = [figures(one, "90", [500, 800, 1_200]) for one in ("one", "other")]
    cuts = pd.DataFrame({"series_id": pd.array(["other"], "str"), "year": [2021]})
    table = side_by_side(frames, cuts)
    assert table["refusal"].tolist()[:2] == [Refusal.FIRST, Refusal.DEFINITION]
    assert table["agreement"].tolist()[1:] == [Agreement.NOT_DETERMINED, Agreement.SAME]


def test_a_year_that_one_does_not_publish_is_no_year_before() -> None:
    one = figures("one", "90", [500, 520, 800])
    other = figures("other", "90", [500, 520, 800])
    table = side_by_side([one, other[other["year"] != 2021]])
    assert table["year"].tolist() == [2020, 2022]
    assert table["refusal"].tolist() == [Refusal.FIRST] * 2
    assert side_by_side([one, other.assign(place_code="91")]).empty


@pytest.mark.parametrize(("column", "words"), [("agreement", Agreement), ("refusal", Refusal)])
def test_declared_words_are_those_of_the_code(column: str, words: type[Refusal]) -> None:
    (declared,) = TABLES["mart.source_gap"].schema.columns[column].checks
    assert set(declared.statistics["allowed_values"]) == set(words)
