"""Every word that a mart may hold has a phrase, and no phrase is without its word."""

from collections.abc import Callable, Mapping

import pytest

from dashboard import phrases
from dashboard.language import Words, words
from pipeline import claims
from pipeline.catalog.tables import TABLES


@pytest.mark.parametrize(
    ("table", "column", "told"),
    [
        ("mart.change", "word", phrases.change_phrases),
        ("mart.change", "refusal", phrases.refusal_phrases),
        ("mart.trend", "word", phrases.trend_phrases),
        ("mart.rate_smoothed", "reliability", phrases.reliability_phrases),
        ("mart.cluster", "cluster", phrases.cluster_phrases),
        ("mart.emerging_hot_spot", "pattern", phrases.pattern_phrases),
        ("mart.anomaly", "anomaly", phrases.anomaly_phrases),
    ],
)
def test_marts_and_the_guard_of_claims_speak_no_word_that_is_not_told(
    table: str, column: str, told: Callable[[Words], Mapping[str, object]]
) -> None:
    (check,) = TABLES[table].schema.columns[column].checks
    guarded = {
        ("mart.change", "word"): {claims.NOT_DETERMINED, claims.SOURCES_DISAGREE},
        ("mart.change", "refusal"): {claims.SOURCES_DISAGREE},
        ("mart.trend", "word"): {claims.SOURCES_DISAGREE},
    }.get((table, column), set())
    assert set(told(words("en"))) == set(check.statistics["allowed_values"]) | guarded


def test_a_sign_belongs_to_a_word() -> None:
    told = {
        **phrases.change_phrases(words("en")),
        **phrases.trend_phrases(words("en")),
        **phrases.reliability_phrases(words("en")),
    }
    assert set(phrases.SYMBOLS) == set(told)
