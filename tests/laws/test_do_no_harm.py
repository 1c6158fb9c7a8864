"""What is above public reaches no door, and no answer joins coverage to figures of violence."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pandera.pandas as pa
import pytest

from dashboard.brief.document import brief
from dashboard.language import words
from pipeline import snapshot, views
from pipeline.catalog.contracts import CONTRACTS
from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.tables import TABLES, Table
from pipeline.dictionary import public_columns
from pipeline.errors import ContractError
from pipeline.export import bundle
from pipeline.store import warehouse as store
from pipeline.store.asked import refuse_joined_rows
from pipeline.store.warehouse import Warehouse
from tests.app.country import frames
from tests.world import published

SQL = Path(__file__).parents[2] / "pipeline" / "store" / "sql"
OFFICE = "Casa de Prueba 7"
"""What nobody may learn of a place, in a column that a test plants."""


def planted(sensitivity: Sensitivity) -> Table:
    """The table of coverage with one more column."""
    table = TABLES["core.coverage"]
    facts = {"sql_type": "varchar", "unit": "", "sensitivity": sensitivity}
    office = pa.Column("str", nullable=True, description="where staff work", metadata=facts)
    return replace(table, schema=table.schema.add_columns({"office": office}))


@pytest.fixture(params=[*Sensitivity], ids=lambda one: one.value)
def labelled(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Warehouse, Sensitivity]]:
    """The invented country with the planted column, and its label."""
    tables = frames()
    tables["core.coverage"]["office"] = OFFICE
    monkeypatch.setitem(TABLES, "core.coverage", planted(request.param))
    warehouse = published(tmp_path / "data", tables)
    yield warehouse, request.param
    warehouse.close()


def test_only_what_is_public_passes_any_door(
    labelled: tuple[Warehouse, Sensitivity], tmp_path: Path
) -> None:
    """With the label public the same doors let it pass: the test sees what it looks for."""
    warehouse, sensitivity = labelled
    bundle.write(warehouse, tmp_path / "export")
    exported = [one.read_bytes() for one in (tmp_path / "export").rglob("core.coverage.csv")]
    left = {
        "warehouse file": warehouse.path.read_bytes(),
        "table": warehouse.table("core.coverage").to_csv().encode(),
        "export": b"".join(exported),
    }
    is_public = sensitivity is Sensitivity.PUBLIC
    assert {door: OFFICE.encode() in said for door, said in left.items()} == dict.fromkeys(
        left, is_public
    )
    assert ("office" in {one["column_name"] for one in public_columns()}) is is_public
    # a snapshot holds named columns of a list, whatever else the table has
    assert "office" not in snapshot._listed_places(warehouse.table("core.coverage"))


def test_a_careless_view_finds_nothing_above_public(
    labelled: tuple[Warehouse, Sensitivity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, brief, routes and the programming interface ask the view that is made careless."""
    warehouse, sensitivity = labelled
    written = store._sql
    careless = written("view/coverage").replace(
        "coverage.source_title,", "coverage.office as source_title,"
    )
    monkeypatch.setattr(
        store, "_sql", lambda name: careless if name == "view/coverage" else written(name)
    )
    if sensitivity is Sensitivity.PUBLIC:
        assert OFFICE in set(views.coverage(warehouse, "somos_comunidad")["source_title"])
        assert b"%PDF" in brief(warehouse, "05901", words("es")).content
        return
    with pytest.raises(duckdb.BinderException, match="office"):
        views.coverage(warehouse, "somos_comunidad")
    with pytest.raises(duckdb.BinderException, match="office"):
        brief(warehouse, "05901", words("es"))


def test_what_a_contract_keeps_for_its_holder_is_in_no_table_of_places() -> None:
    for contract in CONTRACTS:
        hidden = {one.name for one in contract.fields if one.sensitivity is not Sensitivity.PUBLIC}
        assert hidden, f"{contract.id}: nothing in it is for its holder alone?"
        of_places = [
            one for one in TABLES.values() if {"programme_id", "municipality_code"} <= set(one.key)
        ]
        assert of_places
        for table in of_places:
            assert not hidden & set(table.stored), f"{contract.id}: in {table.name}"


def test_no_contract_has_a_column_for_people_or_organisations() -> None:
    told = ("name", "nombre", "person", "leader", "staff", "partner", "office", "organisation")
    for contract in CONTRACTS:
        assert not [one for one in contract.columns for word in told if word in one]


def test_no_table_says_of_a_place_its_coverage_and_its_figures() -> None:
    for table in TABLES.values():
        columns = set(table.schema.columns)
        assert not {"municipality_code", "series_id", "programme_id"} <= columns, table.name
        assert not {"presence", "events"} <= columns, table.name


@pytest.mark.parametrize("path", sorted(SQL.glob("view/*.sql")), ids=lambda path: path.stem)
def test_no_view_reads_coverage_beside_figures(path: Path) -> None:
    refuse_joined_rows(path.read_text("utf-8"), path.stem)


@pytest.mark.parametrize(
    ("coverage", "figures"),
    [
        ("core.coverage", "core.crime_yearly"),
        ("core.coverage", "mart.rate_yearly"),
        ("mart.coverage_monthly", "core.crime_monthly"),
        ("core.coverage_history", "mart.rate"),
        ("mart.coverage_monthly", "mart.anomaly"),
    ],
)
def test_a_view_that_joins_them_is_refused_at_the_door(
    labelled: tuple[Warehouse, Sensitivity],
    monkeypatch: pytest.MonkeyPatch,
    coverage: str,
    figures: str,
) -> None:
    """Under other names, in a step of its own: the tables that are read tell, not the words."""
    warehouse, _ = labelled
    query = (
        f"with quiet as (select municipality_code as place, state as word from {coverage}) "  # noqa: S608 - declared names
        f"select quiet.word, f.* from quiet inner join {figures} as f "
        "on quiet.place = f.municipality_code where f.series_id = $series_id"
    )
    monkeypatch.setattr(store, "_sql", lambda _name: query)
    for ask in (warehouse.query, warehouse.query_arrow):
        with pytest.raises(ContractError, match="no answer joins where a programme works"):
            ask("view/quiet", series_id="threats")
