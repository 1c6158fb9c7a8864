"""Data and methods: each part of the page, in both languages."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached
from pipeline import ESTIMATORS, LIMITS
from pipeline.store.warehouse import laws

APP = Path(__file__).parents[2] / "dashboard/app.py"
PARTS = ("sources", "revisions", "checks", "methods", "dictionary", "cite")


@pytest.fixture(scope="module")
def page(country: Path) -> Iterator[AppTest]:
    """One reader who goes from part to part."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(country))
        one = AppTest.from_file(str(APP), default_timeout=30)
        one.query_params["lang"] = "en"
        one.run()
        one.switch_page("pages/sources.py").run()
        yield one


def said(page: AppTest, part: str, **more: str) -> str:
    for name, value in {"part": part, **more}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return unescape("\n".join(one.proto.body for one in page.get("html")))


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_by_its_link_and_names_the_build(page: AppTest, part: str) -> None:
    assert "<p class='provenance'>" in said(page, part)
    assert page.query_params.get("part", ["sources"]) in (part, [part])


def test_a_revision_is_told_as_what_was_said_and_what_is_said_now(page: AppTest) -> None:
    text = said(page, "revisions")
    assert "Series migrations <span>1 year revised</span>" in text
    assert "<td data-head='Said in words'>15 in the release of January 2022, 18 now</td>" in text


def test_every_law_is_told(page: AppTest) -> None:
    text = said(page, "checks")
    assert f"{len(laws())} laws were checked" in text
    assert all(law.en[1:] in text for law in laws().values())


def test_each_method_says_what_it_is_not_for(page: AppTest) -> None:
    text = said(page, "methods")
    for one in ESTIMATORS:
        assert one.answers.en in text
        assert one.not_for.en in text


def test_the_dictionary_is_searched_without_accents_or_case(page: AppTest) -> None:
    found = said(page, "dictionary", search="PDET_Subregión")
    assert "1 column found" in found
    assert "<th scope='row'>pdet_subregion</th>" in found
    assert "<code>core.municipality</code>" in found
    assert "<code>core.build</code>" not in found
    assert "0 columns found" in said(page, "dictionary", search="no such thing")


def test_it_is_cited_by_its_build_and_its_limits_are_named(page: AppTest) -> None:
    text = said(page, "cite")
    build = cached.warehouse().build_id
    assert page.code[0].value.startswith(f"Resilient Communities Atlas. Build {build}, figures cut")
    assert "From: Nadie, Nada." in page.code[0].value
    assert all(one.en in text for one in LIMITS)


def test_a_part_that_is_not_there_degrades(page: AppTest) -> None:
    text = said(page, "rumours")
    assert "The link asks for something that is not offered here." in text
    assert "<h2>Nadie</h2>" in text


def test_what_the_catalogue_says_is_there_in_both_languages() -> None:
    for one in ESTIMATORS:
        for text in (one.label, one.term, one.answers, one.not_for):
            assert text.es.strip() == text.es != text.en.strip() == text.en != ""
    assert all(one.es != one.en for one in LIMITS)
