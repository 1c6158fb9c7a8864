"""Pieces of page: what a provenance says of several sources, what a row of a table carries."""

from datetime import date

import pytest

from dashboard import facts
from dashboard.facts import Series
from dashboard.language import LanguageCode, words
from dashboard.phrases import cited
from dashboard.pieces import provenance_text, table
from pipeline import Warehouse


@pytest.fixture
def two(warehouse: Warehouse) -> list[Series]:
    first = next(iter(facts.all_series(warehouse).values()))
    known = first._replace(cut_date=date(2024, 1, 31), is_bundled=False)
    day = date(2024, 2, 3)
    return [known._replace(citation=name, retrieved_date=day) for name in ("Una.", "Otra.")]


def test_what_was_fetched_on_one_day_says_so_once(two: list[Series]) -> None:
    assert provenance_text(words("en"), "7", two) == (
        "Source: Una · cut January 31, 2024 · Source: Otra · cut January 31, 2024 · "
        "retrieved February 3, 2024 · boundaries: DANE, MGN 2025, and Natural Earth · build 7"
    )


def test_what_was_fetched_on_several_days_says_each(two: list[Series]) -> None:
    later = [two[0], two[1]._replace(retrieved_date=date(2024, 2, 9))]
    assert provenance_text(words("en"), "7", later).startswith(
        "Source: Una · cut January 31, 2024 · retrieved February 3, 2024 · "
        "Source: Otra · cut January 31, 2024 · retrieved February 9, 2024 · "
    )


def test_a_page_without_series_still_begins_a_sentence() -> None:
    assert provenance_text(words("es"), "7", []).startswith("Límites: DANE")


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("es", "2023-08-29", "29 de agosto de 2023"),
        ("en", "2023-08-29", "August 29, 2023"),
        ("es", "2023", "2023"),
        ("es", "hacia 2023", "hacia 2023"),
        ("es", "29/08/2023", "29/08/2023"),
    ],
)
def test_a_source_is_dated_in_the_readers_language(
    warehouse: Warehouse, language: LanguageCode, written: str, said: str
) -> None:
    (coverage, *_others) = facts.coverage(warehouse, "somos_comunidad").values()
    known = coverage._replace(source_title="Diario", source_date=written)
    assert cited(words(language), known) == f"Diario, {said}"


def test_only_rows_that_stack_carry_their_heads() -> None:
    heads, rows = ("Place", "O'Hare"), [("<b>", "1")]
    assert "<td>1</td>" in table(heads, rows)
    assert "<th scope='row'>&lt;b&gt;</th><td data-head='O&#39;Hare'>1</td>" in table(
        heads, rows, stacks=True
    )
