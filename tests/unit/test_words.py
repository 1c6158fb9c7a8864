"""Names written by many hands meet in one form."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.words import normalised, unaccented

NAMES = st.text(st.characters(categories=["L", "Nd", "Zs", "Po"]), max_size=30)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Peñón de Ensayo", "PENON DE ENSAYO"),
        ("  PEÑÓN   DE\tENSAYO (CT)", "PENON DE ENSAYO"),
        ("Peñón de Ensayo ( CT )", "PENON DE ENSAYO"),
        ("Departamento Uno, D.C.", "DEPARTAMENTO UNO D C"),
        ("FECHA_HECHO", "FECHA HECHO"),
        ("*AGRUPA_EDAD_PERSONA*", "AGRUPA EDAD PERSONA"),
        ("CANTIDAD ", "CANTIDAD"),
        ("AÑO", "ANO"),
        ("-", ""),
        ("", ""),
    ],
)
def test_spellings_of_one_name_meet(written: str, meant: str) -> None:
    assert normalised(written) == meant


def test_a_mark_of_the_seat_is_no_part_of_a_longer_word() -> None:
    assert normalised("CTALAMOCHITA") == "CTALAMOCHITA"


def test_accents_go_and_letters_stay() -> None:
    assert unaccented("Ángel, güe, ñandú, Ölçü") == "Angel, gue, nandu, Olcu"


@given(NAMES)
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)


@given(NAMES)
def test_composed_and_decomposed_letters_are_the_same(name: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert normalised(composed) == normalised(decomposed)


@given(st.text(st.characters(codec="latin-1", categories=["L"]), max_size=20))
def test_case_does_not_matter(name: str) -> None:
    assert normalised(name.lower().upper()) == normalised(name.upper().lower().upper())
