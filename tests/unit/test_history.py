"""What each release said of a figure of the invented country, and what a person may type.

Migrations in Villa Prueba: the release of January 2022 says 9 in February and 6 in June 2021, the
one of June 2023 says 10 and 8 (`tests.world`).
"""

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest

from pipeline import views
from pipeline.errors import CatalogError
from pipeline.gazetteer import country_code, municipality
from pipeline.history import history
from pipeline.store.warehouse import Warehouse
from tests import world


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = world.published(tmp_path_factory.mktemp("data"))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("period", "then", "now"), [("2021-02", 9, 10), ("2021-06", 6, 8), ("2021", 15, 18)]
)
def test_each_release_says_its_own(warehouse, period, then, now) -> None:
    lines = history(warehouse, "migrations", "05901", period).splitlines()
    (earlier, shown) = (line.split() for line in lines[3:5])
    assert earlier[0] == "2022-01-31"
    assert str(then) in earlier
    assert shown[0] == "2023-06-01"
    assert str(now) in shown
    assert "shown" in " ".join(shown)
    assert lines[-1] == f"{then} in the release of 2022-01-31, {now} now."


def test_all_that_was_revised_of_a_place_is_told_at_once(warehouse) -> None:
    said = views.revised_figures(warehouse, "05901")
    assert said[["series_id", "year", "events", "is_shown"]].to_numpy().tolist() == [
        ["migrations", 2021, 15, False],
        ["migrations", 2021, 18, True],
    ]
    assert said["cut_date"].is_monotonic_increasing


def test_a_series_of_one_release_says_so(warehouse) -> None:
    (row,) = views.figure_history(
        warehouse, "sightings", "05901", date(2021, 1, 1), date(2021, 12, 1)
    ).to_dict("records")
    assert (row["events"], row["is_shown"]) == (5, True)
    assert history(warehouse, "sightings", "05901", "2021").endswith("5; no other release is here.")


def test_no_event_is_zero_and_no_measurement_is_unknown(warehouse) -> None:
    assert history(warehouse, "sightings", "05902", "2021").splitlines()[-1].startswith("0;")
    measured = views.figure_history(
        warehouse, "rainfall", "05903", date(2021, 1, 1), date(2021, 12, 1)
    )
    assert measured["events"].isna().all()


@pytest.mark.parametrize(
    "place", ["05901", "villa prueba", "VILLA PRUEBA, tierra nuestra", "Prueba"]
)
@pytest.mark.parametrize("series", ["migrations", "Migrations"])
def test_places_and_series_may_be_written_in_words(warehouse, series, place) -> None:
    assert "(05901), 2021" in history(warehouse, series, place, "2021")


@pytest.mark.parametrize(
    ("series", "place", "period", "told"),
    [
        ("sighting", "05901", "2021", "is no series. Near it: sightings"),
        ("sightings", "Villa Preba", "2021", "Near it: 05901 Villa Prueba, Tierra Nuestra"),
        ("sightings", "a", "2021", "'a' is no municipality"),
        ("sightings", " ", "2021", "No place is named: write its DIVIPOLA code or its name, as in"),
        ("sightings", ",", "2021", "is no municipality"),
        ("sightings", "Villa Prueba, Otra", "2021", "is no municipality"),
        ("sightings", "05901", "2021-13", "is no year and no month"),
        ("sightings", "05901", "1999", "No release of sightings holds 1999. Published are 2021-01"),
        ("ghosts", "05901", "2021", "Nothing of it is published here"),
    ],
)
def test_what_is_not_known_is_told(warehouse, series, place, period, told) -> None:
    with pytest.raises(CatalogError, match=told.replace(".", r"\.")):
        history(warehouse, series, place, period)


def listed(*places: tuple[str, str, str]) -> pd.DataFrame:
    columns = ["municipality_code", "municipality_name", "department_name"]
    found = pd.DataFrame(places, columns=columns)
    return found.assign(department_code=found["municipality_code"].str[:2])


def test_a_name_that_many_have_is_asked_back() -> None:
    places = listed(
        ("05901", "San Pedro", "Uno"), ("13901", "San Pedro", "Dos"), ("13902", "Pedro", "Dos")
    )
    assert municipality(places, "pedro", "")["municipality_code"] == "13902"
    assert municipality(places, "San Pedro, Dos", "")["municipality_code"] == "13901"
    with pytest.raises(CatalogError, match="2 municipalities are called San Pedro"):
        municipality(places, "San Pedro", "")
    with pytest.raises(CatalogError, match="05901 San Pedro, Uno; 13901 San Pedro, Dos"):
        municipality(places, "san", "")


def test_the_department_that_tells_namesakes_apart_is_named_if_one_does() -> None:
    places = listed(
        ("05901", "Argelia", "Uno"), ("13901", "Argelia", "Dos"), ("13902", "Argelia", "Dos")
    )
    with pytest.raises(CatalogError, match="or the department after a comma: argelia, Uno"):
        municipality(places, "argelia", "")
    assert municipality(places, "argelia, Uno", "")["municipality_code"] == "05901"
    with pytest.raises(CatalogError, match=r"2 municipalities.*Write the code\.$"):
        municipality(places, "Argelia, Dos", "")


def test_a_department_of_one_municipality_is_not_confused_with_it() -> None:
    places = listed(("11001", "Capital", "Capital"), ("52001", "Pasto", "Pasto"))
    assert country_code(places, "capital", "") == "11"
    several = listed(("11001", "Capital", "Capital"), ("11002", "Otra", "Capital"))
    elsewhere = listed(("11001", "Capital", "Capital"), ("52001", "Capital", "Sur"))
    for ambiguous, also in ((several, "11001"), (elsewhere, "52001")):
        with pytest.raises(CatalogError, match=f"'Capital' is a department and a.*; {also} Cap"):
            country_code(ambiguous, "Capital", "")
