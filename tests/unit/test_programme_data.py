"""Data of a programme by municipality: what their contract allows, and what goes no further."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline import snapshot, views
from pipeline.catalog.contracts import PROGRAMME_DATA
from pipeline.catalog.indicators import INDICATORS
from pipeline.catalog.programmes import SOMOS_COMUNIDAD
from pipeline.catalog.tables import TABLES
from pipeline.errors import SourceError
from pipeline.ingest import bundle, raw
from pipeline.ingest.conform import Gazetteer, gazetteer
from pipeline.ingest.offered import judged
from pipeline.ingest.programme_data import no_data, read_programme_data
from pipeline.ingest.reference import read_divipola
from pipeline.store.asked import refuse_joined_rows
from pipeline.store.warehouse import Warehouse
from tests import world
from tests.world import files
from tests.world.files import programme_data_row

DOCUMENT = "Acta reservada 77"
"""Source of a row that only its holder may see."""


@pytest.fixture(scope="module")
def municipalities(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("places") / "divipola.csv"
    return read_divipola(files.divipola(path)).assign(pdet_subregion=None)


@pytest.fixture(scope="module")
def places(municipalities: pd.DataFrame) -> Gazetteer:
    return gazetteer(municipalities)


def read(folder: Path, places: Gazetteer, *rows: tuple[str, ...]) -> pd.DataFrame:
    return read_programme_data(files.programme_data(folder / "given.csv", rows), places)


def test_the_invented_rows_have_the_columns_of_the_contract() -> None:
    assert PROGRAMME_DATA.columns == files.PROGRAMME_DATA_HEADER


def test_a_public_row_says_its_figure_by_the_first_day_of_its_quarter(
    tmp_path: Path, places: Gazetteer
) -> None:
    asked = {"indicator_id": "feels_safer", "value": "62.5", "base": "240", "note": "casa 4"}
    counted = programme_data_row("05901")
    found = read(tmp_path, places, counted, programme_data_row("5902", quarter="2021-Q1", **asked))
    assert [*map(tuple, found.astype(object).where(found.notna(), None).to_numpy())] == [
        ("somos_comunidad", "trainings", "05901", pd.Timestamp("2024-07-01"), 12.0, None,
         "Informe de Prueba", None),
        ("somos_comunidad", "feels_safer", "05902", pd.Timestamp("2021-01-01"), 62.5, 240,
         "Informe de Prueba", None),
    ]  # fmt: skip
    schema = TABLES["core.programme_indicator"].schema
    assert list(schema.validate(found)) == list(schema.validate(no_data()))


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"municipality_code": "77777"}, "unknown municipality '77777'"),
        ({"municipality_code": "98901"}, "98901 lies outside the programme's departments"),
        ({"indicator_id": "arrests"}, "indicator_id is 'arrests', expected one of"),
        ({"quarter": "2024-Q5"}, "quarter '2024-Q5' is no quarter like 2024-Q3"),
        ({"quarter": ""}, "quarter is missing"),
        ({"quarter": "2020-Q3"}, "2020-Q3 lies outside the programme's years, 2020-Q4 to 2025-Q3"),
        ({"quarter": "0000-Q1"}, "0000-Q1 lies outside the programme's years"),
        ({"value": "9" * 30}, "value is above 10000000"),
        ({"value": "9" * 400}, "value inf is no whole number"),
        ({"indicator_id": "feels_safer", "value": "5", "base": "9" * 30}, "base is above 10000000"),
        ({"value": "-1"}, "value '-1' is no number"),
        ({"value": "2.5"}, "value 2.5 is no whole number"),
        ({"base": "10"}, "base goes with a percentage only"),
        ({"sensitivity": "secret"}, "sensitivity is 'secret', expected one of"),
        ({"source_title": ""}, "source_title is missing"),
        ({"indicator_id": "feels_safer", "value": "62"}, "base is missing"),
        ({"indicator_id": "feels_safer", "value": "62", "base": "0"}, "base is missing"),
        ({"indicator_id": "feels_safer", "value": "101", "base": "90"}, "101 is no percentage"),
        ({"indicator_id": "people_in_dialogues", "value": "2"}, "one or two may point at somebody"),
        ({"indicator_id": "organisations_strengthened", "value": "1"}, "one or two may point"),
        ({"indicator_id": "self_protection_models", "value": "1"}, "one or two may point"),
        # 1 of 4 improved, and 1 of 4 did not
        ({"indicator_id": "organisations_improved", "value": "25", "base": "4"}, "one or two may"),
        ({"indicator_id": "organisations_improved", "value": "75", "base": "4"}, "one or two may"),
        ({"indicator_id": "organisations_improved", "value": "0", "base": "2"}, "one or two may"),
        ({"indicator_id": "feels_safer", "value": "50", "base": "29"}, "fewer than 30 people"),
        # 2 of 40 apart from the others
        ({"indicator_id": "feels_safer", "value": "95", "base": "40"}, "one or two answered apart"),
    ],
)
def test_what_the_contract_does_not_allow_is_named_by_its_row(
    tmp_path: Path, places: Gazetteer, facts: dict[str, str], problem: str
) -> None:
    wrong = programme_data_row("05901", **facts)
    with pytest.raises(SourceError, match=r"given\.csv: 1 problems") as refused:
        read(tmp_path, places, programme_data_row("05901", quarter="2023-Q1"), wrong)
    (line,) = str(refused.value).splitlines()[1:]
    assert line.startswith("  row 3: ")
    assert problem in line


@pytest.mark.parametrize(
    "facts",
    [
        {"indicator_id": "people_in_dialogues", "value": "3"},
        {"indicator_id": "people_in_dialogues", "value": "0"},
        {"indicator_id": "trainings", "value": "1"},  # one training names nobody
        {"indicator_id": "organisations_improved", "value": "50", "base": "6"},
        {"indicator_id": "feels_safer", "value": "50", "base": "30"},
    ],
)
def test_what_names_nobody_may_be_public(
    tmp_path: Path, places: Gazetteer, facts: dict[str, str]
) -> None:
    assert len(read(tmp_path, places, programme_data_row("05901", **facts))) == 1


def test_a_small_cell_may_stay_with_its_holder(tmp_path: Path, places: Gazetteer) -> None:
    small = {"indicator_id": "people_in_dialogues", "value": "2", "sensitivity": "internal"}
    assert read(tmp_path, places, programme_data_row("05901", **small)).empty


def test_all_problems_are_told_at_once_and_internal_rows_are_checked_too(
    tmp_path: Path, places: Gazetteer
) -> None:
    rows = (
        programme_data_row("05901"),
        programme_data_row("05901", sensitivity="internal"),
        programme_data_row("77777", value="x", sensitivity="internal"),
    )
    with pytest.raises(SourceError, match=r"given\.csv: 3 problems") as refused:
        read(tmp_path, places, *rows)
    assert str(refused.value).splitlines()[1:] == [
        "  row 3: repeats indicator, municipality and quarter of row 2",
        "  row 4: unknown municipality '77777'",
        "  row 4: value 'x' is no number like 12 or 62.5",
    ]


@pytest.fixture(params=["public", "internal", ""], ids=lambda word: word or "empty")
def told(
    request: pytest.FixtureRequest, tmp_path: Path, places: Gazetteer
) -> Iterator[tuple[Warehouse, str]]:
    """The invented country with a row of that document, and how the row is marked."""
    marked = {"source_title": DOCUMENT, "sensitivity": request.param}
    tables = world.core_frames()
    tables["core.programme_indicator"] = read(
        tmp_path,
        places,
        programme_data_row("05901", quarter="2024-Q2"),
        programme_data_row("05901", **marked),
    )
    warehouse = world.published(tmp_path / "data", tables)
    yield warehouse, request.param
    warehouse.close()


def test_only_a_row_that_is_marked_public_enters_the_warehouse(
    told: tuple[Warehouse, str],
) -> None:
    """Marked public the same row is found in the same places: the test sees what it looks for."""
    warehouse, word = told
    is_public = word == "public"
    assert (DOCUMENT.encode() in warehouse.path.read_bytes()) is is_public
    data = views.programme_data(warehouse, SOMOS_COMUNIDAD.id)
    assert (DOCUMENT in set(data["source_title"])) is is_public
    months = [f"{quarter:%Y-%m}" for quarter in data["quarter"]]
    assert months == (["2024-04", "2024-07"] if is_public else ["2024-04"])
    assert data["is_newest"].tolist() == ([False, True] if is_public else [True])


def test_nothing_of_another_programme_is_told(told: tuple[Warehouse, str]) -> None:
    assert views.programme_data(told[0], "pdet").empty


@pytest.mark.parametrize("figures", ["core.crime_monthly", "mart.rate_yearly"])
def test_no_row_joins_it_to_figures_of_violence(figures: str) -> None:
    query = (
        "select p.value, f.events from core.programme_indicator as p "  # noqa: S608 - declared names
        f"inner join {figures} as f on p.municipality_code = f.municipality_code"
    )
    with pytest.raises(Exception, match="no answer joins where a programme works"):
        refuse_joined_rows(query, "careless")


def test_a_file_is_known_by_its_name_and_leaves_with_no_bundle(tmp_path: Path) -> None:
    given = files.programme_data(
        tmp_path / "raw" / "somos_comunidad_data_2024.csv", [programme_data_row("05901")]
    )
    (found,) = raw.scan(given.parent, date(2026, 11, 28)).found
    assert found.file.source_id == PROGRAMME_DATA.id
    raw.write_lock(given.parent, [found.file])
    assert bundle.kept_back(given.parent) == ["somos_comunidad_data_2024.csv"]


def test_a_snapshot_says_nothing_of_it() -> None:
    assert "programme_indicator" not in snapshot._TABLES
    kept = pd.DataFrame({"source_id": [PROGRAMME_DATA.id, "coverage"], "path": ["a", "b"]})
    assert snapshot._passed_on(kept)["path"].tolist() == ["b"]


def test_a_check_says_how_much_would_be_seen(tmp_path: Path, municipalities: pd.DataFrame) -> None:
    rows = [programme_data_row("05901"), programme_data_row("05902", sensitivity="")]
    # the name says nothing: the columns do
    given = files.programme_data(tmp_path / "datos.csv", rows)
    found = judged(given, municipalities)
    assert found.problems == 0
    assert [text.en for text in found.told] == [
        (
            "The data are in order: 2 rows. Everybody could see 1; the other 1 would not enter the "
            "warehouse."
        )
    ]
    wrong = files.programme_data(tmp_path / "malos.csv", [programme_data_row("05901", value="")])
    assert [text.es for text in judged(wrong, municipalities).told] == [
        (
            "fila 2: falta value: un número entero o, si el indicador es un porcentaje, de 0 a "
            "100; lo que no se sabe no lleva fila: cero es cero"
        )
    ]


def test_a_standard_name_stands_at_its_own_indicator_alone() -> None:
    named = {one.id: one.standard for one in INDICATORS if one.standard}
    assert named == {"organisations_improved": "CBLD-9"}


def test_every_percent_says_how_small_its_base_may_be() -> None:
    assert all((one.smallest_base > 0) == one.is_percent for one in INDICATORS)
