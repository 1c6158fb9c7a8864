"""What is said of a place, word for word, in both languages."""

from datetime import date
from typing import Any

import pytest

from dashboard.facts import Revised, Series, Statistics
from dashboard.language import LanguageCode, words
from dashboard.sentences import (
    anomaly_sentence,
    change_sentence,
    cluster_sentence,
    counted,
    data_until,
    key_figures,
    pattern_sentence,
    rank_sentence,
    rank_tile,
    revision_sentence,
    signed,
    standing_out,
    told,
    trend_sentence,
)
from pipeline.catalog.series import SERIES

EN, ES = words("en"), words("es")


def series(series_id: str = "lights", **facts: Any) -> Series:
    """A series of which only what sentences need is given."""
    given = dict.fromkeys(Series._fields)
    given |= {"series_id": series_id, "label_es": "Luces", "label_en": "Lights"}
    given |= {"unit_es": "víctimas", "unit_en": "victims", **facts}
    return Series(**given)


YEAR = Statistics(
    "lights",
    year_period=date(2024, 12, 1),
    year_events=18,
    year_rate_per_100k=41.4,
    year_rate_lower_per_100k=25.6,
    year_rate_upper_per_100k=62.3,
    year_earlier_events=14,
    year_change="no clear change",
    year_change_percent=28.6,
    year_reliability="with care",
)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            (
                "Lights, 2024: 18 victims; rate 41 per 100,000 residents a year, likely between 26 "
                "and 62; no clear change (14 in the year before)."
            ),
        ),
        (
            "es",
            (
                "Luces, 2024: 18 víctimas; tasa de 41 por 100.000 habitantes al año, probablemente "
                "entre 26 y 62; sin cambio claro (14 en el año anterior)."
            ),
        ),
    ],
)
def test_key_figures_are_one_sentence(language: LanguageCode, sentence: str) -> None:
    assert key_figures(words(language), series(), YEAR) == sentence


def test_the_newest_twelve_months_come_first() -> None:
    newer = YEAR._replace(
        rolling_period=date(2025, 6, 1), rolling_events=1, rolling_crosses_edition=False
    )
    assert key_figures(EN, series(), newer) == "Lights, 12 months to June 2025: 1 victim."


def test_twelve_months_of_two_editions_give_way_to_the_year() -> None:
    mixed = YEAR._replace(
        rolling_period=date(2025, 6, 1), rolling_events=1, rolling_crosses_edition=True
    )
    assert key_figures(EN, series(), mixed) == key_figures(EN, series(), YEAR)


def test_a_series_without_a_whole_year_says_so() -> None:
    assert key_figures(EN, series(), Statistics("lights")) == (
        "Lights: no whole year of figures yet."
    )
    assert told(EN, series(), Statistics("lights")) == []


def test_what_does_not_compare_has_a_reason_and_no_figure() -> None:
    apart = YEAR._replace(
        year_change="not comparable", year_refusal="two editions of the population"
    )
    assert apart.newest
    assert change_sentence(EN, apart.newest) == (
        "Not comparable with the year before: the two periods use different editions of the "
        "population figures."
    )


def test_only_a_change_that_is_named_has_a_size() -> None:
    assert YEAR.newest
    assert "%" not in change_sentence(EN, YEAR.newest)
    risen = YEAR._replace(year_change="rise").newest
    assert risen
    assert change_sentence(EN, risen) == (
        "Rise (14 in the year before), +29%. The rate rose by more than chance explains."
    )
    assert "+29\N{NO-BREAK SPACE}%" in change_sentence(ES, risen)


def test_a_trend_names_its_years_and_its_size() -> None:
    rising = YEAR._replace(
        trend="rising",
        trend_first_year=2018,
        trend_last_year=2024,
        trend_percent=12.3,
        trend_percent_lower=3.04,
        trend_percent_upper=22.1,
    )
    assert trend_sentence(EN, rising) == (
        "2018–2024: rising, +12% a year, likely between +3.0% and +22%. Over these years the rate "
        "rose by more than chance."
    )
    unsettled = rising._replace(trend="not determined")
    assert trend_sentence(EN, unsettled) == (
        "2018–2024: not determined. The figures do not settle whether the rate rises or falls."
    )


def test_a_rank_is_never_told_without_its_limits() -> None:
    ranked = YEAR._replace(
        rank_period=date(2024, 12, 1), rank_lower=2.9, rank_upper=40.03, ranked=373, alike=52
    )
    assert rank_sentence(EN, ranked) == (
        "In 2024 its rate ranks between 3 and 40 of 373 municipalities, where 1 is the highest. It "
        "cannot be told apart from 52 others."
    )
    assert rank_sentence(ES, ranked._replace(alike=1)).endswith(
        "No se distingue de 1 municipio más."
    )
    assert rank_tile(EN, ranked) == (
        "Rank by rate among 373",
        "3–40",
        "cannot be told apart from 52 others",
    )


def test_maps_and_months_are_told_with_their_meaning() -> None:
    placed = YEAR._replace(
        cluster_window="pooled",
        cluster_period=date(2024, 12, 1),
        cluster="high-high",
        pattern="persistent hot spot",
        pattern_first_year=2003,
        pattern_last_year=2024,
        anomaly="unusually high",
        anomaly_month=date(2025, 1, 1),
        anomaly_events=9,
        anomaly_expected_lower=0,
        anomaly_expected_upper=5,
        anomaly_is_provisional=True,
    )
    assert cluster_sentence(EN, placed) == (
        "2022–2024: high among high. A high rate beside neighbours with high rates."
    )
    assert pattern_sentence(EN, placed) == (
        "2003–2024: persistent hot spot. Hot nearly every year."
    )
    assert anomaly_sentence(EN, series(), placed) == (
        "January 2025: 9 victims, where 0 to 5 were to be expected; unusually high. More than the "
        "place's own past leads to expect. Provisional: the figure may still grow."
    )
    assert len(standing_out(EN, {"lights": series()}, [placed])) == 3


def test_what_chance_explains_does_not_stand_out() -> None:
    quiet = YEAR._replace(
        trend="stable", cluster="not significant", pattern="no pattern", anomaly="usual"
    )
    assert standing_out(EN, {"lights": series()}, [quiet, Statistics("lights")]) == []


def test_each_release_says_its_own() -> None:
    said = [
        Revised("lights", 2024, date(2025, 5, 31), 14, is_shown=False),
        Revised("lights", 2024, date(2026, 1, 31), 17, is_shown=True),
    ]
    assert revision_sentence(EN, series(), said) == (
        "Lights, 2024: 14 in the release of May 2025, 17 in the release of January 2026 (shown "
        "here)."
    )


@pytest.mark.parametrize("one", SERIES, ids=lambda one: one.id)
def test_every_unit_has_a_singular(one: Any) -> None:
    known = series(unit_en=one.unit.en, unit_es=one.unit.es)
    for language in (EN, ES):
        assert counted(language, known, 18) == f"18 {known.unit(language.code)}"
        assert counted(language, known, 1) != f"1 {known.unit(language.code)}"


def test_what_is_measured_has_decimals() -> None:
    assert counted(ES, series(unit_es="hectáreas"), 12.5) == "12,5 hectáreas"


def test_differences_have_a_sign() -> None:
    assert [signed(EN, one) for one in (3, 0, -2)] == ["+3", "0", "−2"]


def test_an_end_of_the_data_is_a_month() -> None:
    assert data_until(ES, series(last_complete_month=date(2020, 4, 1))) == (
        "Datos hasta abril de 2020."
    )
    assert data_until(EN, series()) == "Not published here."
