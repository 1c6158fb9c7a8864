"""Files to fill in: what they hold, that their own checks read them, and what is said of them."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline import commands
from pipeline.catalog.contracts import CONTRACTS, COVERAGE, Cell
from pipeline.catalog.programmes import SOMOS_COMUNIDAD
from pipeline.errors import SourceError
from pipeline.ingest.coverage import checked_list
from pipeline.ingest.offered import judged
from pipeline.ingest.reference import read_divipola
from pipeline.templates import contract_pages, write_templates
from tests.world import files


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("templates")
    write_templates(folder)
    return folder


@pytest.fixture(scope="module")
def municipalities(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("places") / "divipola.csv"
    return read_divipola(files.divipola(path)).assign(pdet_subregion=None)


@pytest.fixture
def listed(tmp_path: Path, municipalities: pd.DataFrame, monkeypatch: pytest.MonkeyPatch):
    """Write a list, and have the invented country as the one in force."""
    monkeypatch.setattr(commands, "_municipalities", lambda _: municipalities)

    def written(*rows: tuple[str, ...]) -> Path:
        return files.coverage(tmp_path / "list.csv", rows)

    return written


def test_every_contract_has_a_text_and_a_workbook(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{one.file}.{kind}" for one in CONTRACTS for kind in ("csv", "xlsx")}


def test_a_template_holds_no_row(folder: Path) -> None:
    for one in CONTRACTS:
        assert (folder / f"{one.file}.csv").read_text() == ",".join(one.columns) + "\n"
        sheet, *notes = openpyxl.load_workbook(folder / f"{one.file}.xlsx").worksheets
        assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [[*one.columns]]
        assert [note.title for note in notes] == ["Notas", "Notes"]


def test_the_notes_explain_every_column_in_both_languages(folder: Path) -> None:
    for one in CONTRACTS:
        book = openpyxl.load_workbook(folder / f"{one.file}.xlsx")
        for sheet, locale in (("Notas", "es"), ("Notes", "en")):
            told = {row[0].value: [cell.value or "" for cell in row] for row in book[sheet]}
            for column in one.fields:
                name, meaning, allowed, _required, _audience, example = told[column.name]
                assert (name, meaning) == (column.name, column.meaning[locale])
                assert example == column.example
                assert all(f"{term}: " in allowed for term in column.terms)


def test_the_same_templates_are_written_twice(folder: Path, tmp_path: Path) -> None:
    write_templates(tmp_path)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_a_workbook_that_was_filled_in_is_read(
    folder: Path, tmp_path: Path, municipalities: pd.DataFrame
) -> None:
    book = openpyxl.load_workbook(folder / f"{COVERAGE.file}.xlsx")
    book.worksheets[0].append(files.coverage_row("05901", evidence="official"))
    book.save(tmp_path / "filled.xlsx")
    content = (tmp_path / "filled.xlsx").read_bytes()
    checked = checked_list(content, "filled.xlsx", municipalities, SOMOS_COMUNIDAD)
    assert (checked.rows, checked.problems) == (1, ())


def test_every_example_is_allowed_by_its_own_column() -> None:
    for contract in CONTRACTS:
        for column in contract.fields:
            assert (column.cell is Cell.TERM) == bool(column.terms), column.name
            assert not column.terms or column.example in column.terms, column.name


def test_the_page_of_contracts_is_the_one_in_the_documentation() -> None:
    page = Path(__file__).parents[2] / "docs" / "contracts.md"
    assert page.read_text("utf-8") == contract_pages(), "run `python -m pipeline docs`"


def test_a_check_tells_every_problem_in_both_languages_and_fails(
    listed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = listed(
        files.coverage_row("77777"),
        files.coverage_row("05901", evidence="reported"),
    )
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SourceError, match=r"^list\.csv: 2 problems\. Nothing was stored\."):
        commands.check_file(tmp_path, path)
    assert capsys.readouterr().out.splitlines() == [
        "es  fila 2: no existe el municipio '77777'",
        "en  row 2: unknown municipality '77777'",
        (
            "es  fila 3: una noticia no da un comienzo: deje start_date vacío y escriba su fecha "
            "en source_date"
        ),
        (
            "en  row 3: a report gives no start: leave start_date empty and write its date in "
            "source_date"
        ),
    ]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_check_says_what_an_official_list_would_make_of_the_country(
    listed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = ("05901", "13902")
    path = listed(*(files.coverage_row(code, evidence="official") for code in codes))
    commands.check_file(tmp_path, path)
    english = [line for line in capsys.readouterr().out.splitlines() if line.startswith("en")]
    assert english == [
        "en  The list is in order: 2 rows. With it, of Resilient Communities would be said:",
        "en    3 in its departments and not on the list: not covered",
        "en    2 covered",
        "en    1 in other departments",
        (
            "en  Careful: the list names 2 of the programme's 35 municipalities, and the others "
            "would be shown as not covered."
        ),
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path, municipalities: pd.DataFrame) -> None:
    with pytest.raises(SourceError, match=r"no file .*none\.csv\. Give FILE="):
        judged(tmp_path / "none.csv", municipalities)


def test_only_programmes_with_a_list_of_their_own_take_one() -> None:
    (programme_id, *_rest) = COVERAGE.fields
    assert set(programme_id.terms) == {"somos_comunidad"}
