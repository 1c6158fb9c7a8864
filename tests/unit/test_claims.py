"""What may be said, against rows that say too much: the guard takes it back."""

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis import claims
from pipeline.analysis.claims import (
    contradicted,
    effect_phrases,
    guarded_changes,
    guarded_trends,
    is_uncovered,
    refuse_coverage_comparison,
    refuse_joint_statement,
)
from pipeline.errors import ContractError

CUTS = pd.DataFrame(
    {
        "series_id": ["homicide", "homicide", "homicide"],
        "start_month": pd.to_datetime(["2018-01-01", "2021-01-01", "2025-01-01"]),
        "end_month": pd.to_datetime(["2018-01-01", "2022-01-01", "2025-01-01"]),
        "kind": ["edition", "definition", "edition"],
    }
)
RISE = {
    "series_id": "homicide",
    "first_month": pd.Timestamp("2023-01-01"),
    "last_month": pd.Timestamp("2024-12-01"),
    "earlier_events": 20.0,
    "events": 60.0,
    "word": "rise",
    "refusal": None,
    "percent": 200.0,
    "ratio": 3.0,
    "ratio_lower": 1.8,
    "ratio_upper": 5.2,
    "is_contradicted": False,
}
"""A change that may be named: three times as many, and the limits far above one."""

RISING = {
    "series_id": "homicide",
    "first_month": pd.Timestamp("2003-01-01"),
    "last_month": pd.Timestamp("2017-12-01"),
    "events": 400.0,
    "word": "rising",
    "percent": 8.0,
    "percent_lower": 4.0,
    "percent_upper": 12.0,
    "is_contradicted": False,
}


def change(**facts: object) -> dict[str, object]:
    """What the guard lets pass of one change."""
    rows = pd.DataFrame([RISE | facts])
    return _only(rows.assign(**guarded_changes(rows, CUTS)))


def trend(**facts: object) -> dict[str, object]:
    """What the guard lets pass of one trend."""
    rows = pd.DataFrame([RISING | facts])
    return _only(rows.assign(**guarded_trends(rows, CUTS)))


def _only(told: pd.DataFrame) -> dict[str, object]:
    (row,) = told.astype(object).where(told.notna(), None).to_dict("records")
    return row


def test_what_may_be_said_passes() -> None:
    assert change() == RISE
    assert trend() == RISING


@pytest.mark.parametrize(
    "facts",
    [{"ratio_lower": 0.9}, {"ratio_lower": None}, {"word": "fall"}, {"word": "no clear change"}],
)
def test_a_change_without_proof_is_not_named(facts: dict[str, object]) -> None:
    told = change(**facts)
    assert (told["word"], told["percent"]) == ("no clear change", None)
    # the limits stay: they say how large a change could be
    assert told["ratio_upper"] == 5.2


def test_from_one_to_three_is_no_percent() -> None:
    told = change(earlier_events=1, events=3)
    assert (told["word"], told["percent"], told["refusal"]) == (
        "too few events",
        None,
        "too few events",
    )
    # twenty events in both periods: ten in either without a change, which is the floor
    assert change(earlier_events=5, events=15)["word"] == "rise"
    assert change(earlier_events=4, events=15)["word"] == "too few events"
    few = trend(events=19)
    assert (few["word"], few["percent"]) == ("not determined", None)


@pytest.mark.parametrize(
    ("first", "last"), [("2016-01-01", "2018-12-01"), ("2023-02-01", "2025-01-01")]
)
def test_nothing_is_told_across_an_edition(first: str, last: str) -> None:
    span = {"first_month": pd.Timestamp(first), "last_month": pd.Timestamp(last)}
    told = change(**span)
    assert (told["word"], told["refusal"]) == ("not comparable", "two editions of the population")
    assert [told[name] for name in ("percent", "ratio", "ratio_lower", "ratio_upper")] == [None] * 4
    fitted = trend(**span)
    assert (fitted["word"], fitted["percent"], fitted["percent_upper"]) == (
        "not determined",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("first", "last"), [("2020-01-01", "2021-12-01"), ("2021-01-01", "2022-12-01")]
)
def test_nothing_is_told_across_a_definition(first: str, last: str) -> None:
    span = {"first_month": pd.Timestamp(first), "last_month": pd.Timestamp(last)}
    told = change(**span)
    assert (told["word"], told["percent"], told["refusal"]) == (
        "not comparable",
        None,
        "the definition changed",
    )
    assert trend(**span)["word"] == "not determined"


def test_cuts_of_another_series_and_years_beside_a_cut_stand() -> None:
    span = {"first_month": pd.Timestamp("2020-01-01"), "last_month": pd.Timestamp("2021-12-01")}
    assert change(**span, series_id="extortion")["word"] == "rise"
    # the last month before a cut, and the first after it
    before = {"first_month": pd.Timestamp("2018-01-01"), "last_month": pd.Timestamp("2020-12-01")}
    after = {"first_month": pd.Timestamp("2022-01-01"), "last_month": pd.Timestamp("2024-12-01")}
    assert {change(**before)["word"], change(**after)["word"]} == {"rise"}


def test_what_has_no_word_is_not_determined() -> None:
    told = change(word=None, refusal="groups too uneven", percent=40.0)
    assert (told["word"], told["percent"]) == ("not determined", None)
    nothing = dict.fromkeys(["word", "refusal", "percent", "earlier_events", "first_month"])
    assert change(**nothing)["word"] is None


def test_a_publisher_that_moves_the_other_way_undoes_a_claim() -> None:
    words = ["rise", "rise", "fall", "no clear change", "falling", "rise"]
    moves = [0.4, 0.4, -0.3, 0.1, -5.0, 0.4]
    others = [-0.01, 0.0, 0.2, -0.1, 3.0, np.nan]
    assert contradicted(words, moves, others).tolist() == [True, False, True, False, True, False]
    told = change(is_contradicted=True)
    assert (told["word"], told["percent"], told["refusal"]) == (
        "sources disagree",
        None,
        "sources disagree",
    )
    assert trend(is_contradicted=True)["word"] == "sources disagree"
    assert trend(is_contradicted=True)["percent"] is None
    # what is not claimed is not disputed
    assert change(is_contradicted=True, word="no clear change")["word"] == "no clear change"


@pytest.mark.parametrize(
    "facts",
    [{"percent_lower": -1.0}, {"word": "falling"}, {"word": "stable"}, {"percent_lower": None}],
)
def test_a_trend_without_proof_is_not_determined(facts: dict[str, object]) -> None:
    sen = {"sen_slope_per_100k": 2.1, "sen_lower_per_100k": 0.4, "sen_upper_per_100k": 3.9}
    told = trend(**facts, **sen)
    assert (told["word"], told["percent"], told["percent_lower"]) == ("not determined", None, None)
    # by another method no more is said
    assert [told[name] for name in sen] == [None] * 3
    assert trend(**sen) == RISING | sen


def test_the_guard_changes_nothing_twice() -> None:
    rows = pd.DataFrame(
        [RISE, RISE | {"earlier_events": 1, "events": 3}, RISE | {"is_contradicted": True}]
    )
    once = rows.assign(**guarded_changes(rows, CUTS))
    twice = once.assign(**guarded_changes(once, CUTS))
    pd.testing.assert_frame_equal(twice, once)
    assert rows["word"].eq("rise").all()  # what came in is as it was


def test_a_percent_stands_beside_a_named_change_alone() -> None:
    assert claims.told_percent("rise", 12.0) == claims.told_percent("stable", 12.0) == 12.0
    quiet = ["no clear change", "too few events", "not comparable", "sources disagree", None]
    assert [claims.told_percent(word, 12.0) for word in quiet] == [None] * 5
    assert claims.told_reason("too few events", "too few events") is None
    assert claims.told_reason("not comparable", "residents unknown") == "residents unknown"
    assert claims.stands_out("high-high")
    assert not any(map(claims.stands_out, [*quiet, "stable", "not significant", "usual"]))


def test_many_places_make_some_limits_exclude_one() -> None:
    assert claims.is_one_of_many("no clear change", 1.1, 2.0)
    assert not claims.is_one_of_many("no clear change", 0.9, 2.0)
    assert not claims.is_one_of_many("rise", 1.1, 2.0)
    assert not claims.is_one_of_many("no clear change", None, 2.0)


def test_a_candidate_is_never_uncovered() -> None:
    open_states = ["documented", "candidate", "no_evidence", "outside"]
    assert not any(is_uncovered(state, open_states) for state in open_states)
    # nor is anybody else while one place is open
    assert not is_uncovered("not_covered", ["covered", "not_covered", "candidate"])
    assert is_uncovered("not_covered", ["covered", "not_covered"])
    with pytest.raises(ContractError, match="2 municipalities may or may not be covered"):
        refuse_coverage_comparison(open_states)
    refuse_coverage_comparison(["covered", "not_covered"])


def test_threats_are_told_of_no_chosen_group() -> None:
    with pytest.raises(ContractError, match="threats is never told of 2 municipalities"):
        refuse_joint_statement("threats", ["05120", "05154"], is_apart_from_coverage=True)
    refuse_joint_statement("threats", ["05120"], is_apart_from_coverage=True)
    refuse_joint_statement("homicide", ["05120", "05154"], is_apart_from_coverage=False)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("The programme had an effect: homicide fell.", "en"),
        ("Homicide fell thanks to the programme.", "en"),
        ("El programa tuvo un impacto.", "es"),
        ("Bajó gracias al programa. No es un efecto.", "es"),
    ],
)
def test_a_claimed_effect_is_seen(text: str, locale: str) -> None:
    assert effect_phrases(text, locale)  # type: ignore[arg-type]


def test_a_denied_effect_is_none() -> None:
    assert effect_phrases("A description, not an effect of the programme.", "en") == []
    assert effect_phrases("Una descripción, no un efecto.", "es") == []
