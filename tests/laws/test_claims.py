"""One module decides what may be said; nobody else does, and no string says more."""

import ast
import gc
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import pipeline.catalog.estimators
import pipeline.catalog.programmes
import pipeline.catalog.series
import pipeline.catalog.sources
from pipeline import api, views
from pipeline.analysis.claims import RULES, effect_phrases
from pipeline.catalog.text import Text
from pipeline.dictionary import rules_table

ROOT = Path(__file__).parents[2]
DASHBOARD = sorted((ROOT / "dashboard").rglob("*.py"))
SQL = ROOT / "pipeline/store/sql/view"
CLAIM_WORDS = frozenset(
    {"rise", "fall", "rising", "falling", "no clear change", "too few events", "not comparable"}
    | {"sources disagree", "documented", "covered", "not_covered", "candidate", "no_evidence"}
)
COVERAGE_BY_STATE = {
    "dashboard/legend.py",
    "dashboard/pages/programme.py",
    "dashboard/panel.py",
    "dashboard/scenes.py",
    "dashboard/sources.py",
}
"""Modules that tell states of coverage apart by name, to draw each as what it is."""


def compared_words(source: str) -> Iterator[str]:
    """Words of claims that a module compares a value with."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and inner.value in CLAIM_WORDS:
                yield str(inner.value)


@pytest.mark.parametrize("path", DASHBOARD, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_page_decides_by_the_word_of_a_claim(path: Path) -> None:
    found = set(compared_words(path.read_text("utf-8")))
    if path.relative_to(ROOT).as_posix() in COVERAGE_BY_STATE:
        found -= {"documented", "covered", "candidate", "no_evidence"}
    assert found == set()


def test_a_decision_by_the_word_is_seen() -> None:
    assert set(compared_words("percent if word in {'rise', 'fall'} else None")) == {"rise", "fall"}
    assert list(compared_words("word == 'not comparable'")) == ["not comparable"]
    assert list(compared_words("names = {'rise': '▲'}")) == []


def told_by_views() -> dict[str, list[str]]:
    """Queries that each function of the read door asks."""
    tree = ast.parse(inspect.getsource(views))
    return {
        node.name: re.findall(r'query\(\s*"view/(\w+)"', ast.unparse(node).replace("'", '"'))
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


def test_every_change_and_trend_passes_the_guard() -> None:
    sources = {path.stem: path.read_text("utf-8") for path in SQL.glob("*.sql")}
    telling = {
        name
        for name, source in sources.items()
        if re.search(r"\bmart\.(change|trend)", source)
        # that one hands out periods alone
        and name != "statistic_periods"
    }
    assert telling == {
        *("changes", "trends", "department_trends", "place_statistics", "comparison")
    }
    final = sources["statistic_periods"].partition("final as (")[2]
    assert not re.search(r"\b(word|percent|ratio)\b", final)
    for function, asked in told_by_views().items():
        if telling & set(asked):
            code = inspect.getsource(getattr(views, function))
            assert "told_changes(" in code or "told_trends(" in code, function
    # both statistics of a page and a comparison tell of changes and of trends
    for function in (views.place_statistics, views.comparison):
        code = inspect.getsource(function)
        assert "told_changes(" in code
        assert "told_trends(" in code


def test_the_python_interface_asks_the_views() -> None:
    asked = inspect.getsource(api)
    assert "views.trends" in asked
    assert not re.search(r"query\(\s*[\"']view/", asked)


def test_every_rule_has_a_test_that_exists() -> None:
    for rule in RULES:
        path, _, name = rule.test.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        tests = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert name in tests, rule.id


def test_the_table_of_rules_is_as_declared() -> None:
    written = (ROOT / "docs/claims.md").read_text("utf-8")
    assert written == rules_table(), "`python -m pipeline docs` writes it anew"


def interface_strings() -> Iterator[tuple[str, str]]:
    for locale in ("en", "es"):
        path = ROOT / f"dashboard/locale/{locale}/LC_MESSAGES/dashboard.po"
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                texts = message.string or message.id
                for text in [texts] if isinstance(texts, str) else texts:
                    if text and message.id:
                        yield locale, text


def catalogue_strings() -> Iterator[tuple[str, str]]:
    declared = (pipeline.catalog.estimators, pipeline.catalog.programmes,
                pipeline.catalog.series, pipeline.catalog.sources)  # fmt: skip
    assert all(declared)
    for one in gc.get_objects():
        if isinstance(one, Text):
            yield "es", one.es
            yield "en", one.en


def test_no_string_claims_an_effect() -> None:
    strings = [*interface_strings(), *catalogue_strings()]
    assert len(strings) > 1_000
    claimed = {
        text: found
        for locale, text in strings
        if (found := effect_phrases(text, locale))  # type: ignore[arg-type]
    }
    assert claimed == {}


def selected(source: str) -> str:
    """What the last step of a query hands out."""
    return source.rpartition("final as (")[2]


def test_no_view_pairs_before_and_after_of_covered_places() -> None:
    """Whatever knows who is covered hands out no change of theirs, the placebo fan excepted.

    There each row of theirs holds the quantiles of the placebo groups, too.
    """
    found = {
        path.stem
        for path in SQL.glob("*.sql")
        if re.search(r"core\.coverage|mart\.(group|coverage|placebo)_", path.read_text("utf-8"))
        and re.search(
            r"\b\w*(before|after|earlier|later|ratio|percent|change)\w*\b",
            selected(path.read_text("utf-8")).replace("compares_with_before", ""),
        )
    }
    assert found <= {"placebo_fan"}
