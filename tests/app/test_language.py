"""Words, numbers and dates in both languages, and catalogues without a gap."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from dashboard.language import CATALOGUES, LANGUAGES, LanguageCode, Window, spoken, words

SOURCES = sorted((Path(__file__).parents[2] / "dashboard").rglob("*.py"))


def catalogue(code: str) -> Catalog:
    with (CATALOGUES / code / "LC_MESSAGES" / "dashboard.po").open("rb") as file:
        return read_po(file, locale=code)


def strings_in_source() -> set[str | tuple[str, ...]]:
    """Every string that some module hands to ``_`` or ``plural``, also within f-strings."""
    calls = [
        node
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]
    single = {
        ast.literal_eval(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "_"
    }
    counted = {
        tuple(ast.literal_eval(one) for one in call.args[:2])
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "plural"
    }
    return single | counted


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_has_the_strings_of_the_source_and_no_other(code: str) -> None:
    assert {message.id for message in catalogue(code) if message.id} == strings_in_source()


def test_every_string_has_its_spanish() -> None:
    for message in catalogue("es"):
        if message.id:
            pairs = [(message.id, message.string)]
            if not isinstance(message.id, str):
                pairs = list(zip(message.id, message.string, strict=True))
            for english, spanish in pairs:
                assert spanish, f"{english!r} is not translated"
                assert not message.fuzzy, f"{english!r} is marked as doubtful"
                names = [set(re.findall(r"{\w+}", text)) for text in (english, spanish)]
                assert names[0] == names[1], f"{english!r} is translated with other values"


def test_english_is_as_in_the_source() -> None:
    assert not any("".join(message.string) for message in catalogue("en") if message.id)
    assert words("en").text("Map") == "Map"
    assert words("es").text("Map") == "Mapa"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (["en", "es-CO"], "en"),
        ([None, "en-GB"], "en"),
        (["xx", "fr-FR"], "es"),
        ([None, None], "es"),
        (["ES"], "es"),
    ],
)
def test_the_first_language_spoken_here_is_taken(wanted: list[str | None], code: str) -> None:
    assert spoken(wanted) == code


@pytest.mark.parametrize(
    ("value", "spanish", "english"),
    [(0, "0", "0"), (12180, "12.180", "12,180"), (12.5, "12,5", "12.5")],
)
def test_numbers_are_grouped_as_readers_expect(value: float, spanish: str, english: str) -> None:
    assert (words("es").number(value), words("en").number(value)) == (spanish, english)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.04, "0.0"), (9.94, "9.9"), (41.4, "41"), (1234.5, "1,234")]
)
def test_a_rate_claims_no_more_than_it_knows(value: float, text: str) -> None:
    assert words("en").rate(value) == text


@pytest.mark.parametrize(
    ("code", "window", "text"),
    [
        ("es", "year", "2026"),
        ("es", "month", "enero de 2026"),
        ("es", "rolling", "12 meses hasta enero de 2026"),
        ("en", "rolling", "12 months to January 2026"),
    ],
)
def test_a_period_has_a_name(code: LanguageCode, window: Window, text: str) -> None:
    assert words(code).period(date(2026, 1, 1), window) == text


@pytest.mark.parametrize(
    ("start", "span", "text"),
    [
        (date(2024, 10, 1), "quarter", "Q4 2024"),
        (date(2024, 10, 1), "fiscal_quarter", "Q1 US fiscal year 2025"),
        (date(2025, 7, 1), "fiscal_quarter", "Q4 US fiscal year 2025"),
        (date(2024, 10, 1), "fiscal_year", "US fiscal year 2025"),
    ],
)
def test_a_fiscal_year_begins_in_october_and_is_named_for_its_end(start, span, text) -> None:
    assert words("en").period(start, span) == text
