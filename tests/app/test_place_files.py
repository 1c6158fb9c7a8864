"""What the page of one place tells in words, found again in the files beside it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import chi2

from dashboard import cached, facts
from dashboard.facts import Peer, PeerRule
from pipeline import PDET, SOMOS_COMUNIDAD, Warehouse, views
from tests.app.country import MARKUP, frames_with_programme_data, years_frames
from tests.app.twins import columns, problems, table, told_of
from tests.world import published

PLACE = "place=05901&series=sightings"
PARTS = ["years", "chart", "statistics", "publishers", "revisions", "coverage"]


@pytest.fixture(autouse=True)
def _published(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "warehouse", lambda: warehouse)


@pytest.fixture(scope="module")
def eleven_years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = published(tmp_path_factory.mktemp("years"), years_frames())
    yield opened
    opened.close()


def of_series(query: str, series: str = "sightings") -> dict[str, str]:
    (row,) = [
        one for one in table("municipality", f"{query}&part=statistics")
        if one["series_id"] == series
    ]  # fmt: skip
    return row


def test_a_place_has_a_table_for_everything_that_it_tells() -> None:
    assert list(told_of("municipality", PLACE)["parts"]) == PARTS
    # without a part it is still the years
    assert {"series_id", "year"} <= set(table("municipality", PLACE)[0])


def test_the_newest_figures_have_their_rate_and_exact_limits() -> None:
    told = of_series(PLACE)
    # 2022 lacks a month: the newest whole year is 2021, with 3 and 2 among 36,525 for 365 days
    assert (told["year_period"], told["year_events"]) == ("2021-12-01", "5.0")
    limits = [chi2.ppf(0.025, 10) / 2, 5, chi2.ppf(0.975, 12) / 2]
    for name, events in zip(("_lower", "", "_upper"), limits, strict=True):
        assert float(told[f"year_rate{name}_per_100k"]) == pytest.approx(events / 0.365)
    # one of May 2022 up to April 2023, among twice as many, of whom those of 2023 are not known
    assert (told["rolling_period"], told["rolling_events"]) == ("2023-04-01", "1.0")
    assert float(told["rolling_rate_per_100k"]) == pytest.approx(1 / 0.73)
    assert told["rolling_is_population_carried"] == "true"
    assert told["rolling_crosses_edition"] == "false"
    assert told["newest_window"] == "rolling"
    assert of_series(PLACE, "rainfall")["newest_window"] == "year"
    assert of_series(PLACE, "rainfall")["year_rate_per_100k"] == ""  # measured: it has no rate


def test_change_trend_rank_and_outbreak_are_told_as_far_as_they_may_be(
    eleven_years: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached, "warehouse", lambda: eleven_years)
    told = of_series(PLACE)
    # eleven a month in 2022 after ten, but residents are of another edition
    assert (told["year_events"], told["year_earlier_events"]) == ("132.0", "120.0")
    assert (told["year_change"], told["year_change_percent"]) == ("not comparable", "")
    assert told["year_refusal"] == "two editions of the population"
    # one a month more every year from 2012 to 2021
    years = (told["trend_first_year"], told["trend_last_year"])
    assert (told["trend"], *years) == ("rising", "2012", "2021")
    assert 0 < float(told["trend_percent_lower"]) < float(told["trend_percent"])
    assert float(told["trend_percent"]) < float(told["trend_percent_upper"])
    assert (told["rank_lower"], told["ranked"], told["alike"]) == ("1.0", "3", "1")
    assert (told["anomaly"], told["anomaly_month"]) == ("unusually high", "2023-04-01")
    assert told["anomaly_events"] == "60.0"
    assert float(told["anomaly_expected_upper"]) < 60


@pytest.mark.parametrize("code", ["05901", "05902", "05"])
def test_every_statistic_is_the_view_s(eleven_years: Warehouse, monkeypatch: pytest.MonkeyPatch,
                                       code: str) -> None:  # fmt: skip
    monkeypatch.setattr(cached, "warehouse", lambda: eleven_years)
    query = f"{'department' if code == '05' else 'place'}={code}"
    view = views.place_statistics(eleven_years, code)
    shown = table("municipality", f"{query}&part=statistics")
    fields = columns("municipality", f"{query}&part=statistics")
    assert [row["series_id"] for row in shown] == view["series_id"].tolist()
    same = set(fields) & set(view.columns)
    assert len(fields) - len(same) == 1  # of which window the page tells
    for name in same:
        for row, value in zip(shown, view[name], strict=True):
            if pd.isna(value):
                assert row[name] == "", name
            elif fields[name]["type"] in {"number", "integer"}:
                assert float(row[name]) == value, name
            elif fields[name]["type"] == "date":
                assert pd.Timestamp(row[name]) == value, name
            else:
                assert row[name] == (str(value).lower() if value in {True, False} else value)


def test_publishers_and_releases_are_there() -> None:
    counts = table("municipality", f"{PLACE}&part=publishers")
    # five and none of the same lights in 2021, and none of half a year
    of_2021 = [(one["series_id"], one["events"], one["gap"], one["is_partial"]) for one in counts
               if one["year"] == "2021"]  # fmt: skip
    assert of_2021 == [
        ("sightings", "5.0", "", "false"),
        ("crowds", "0.0", "-5.0", "false"),
        ("meteors", "0.0", "", "true"),
    ]
    # 9 and 6 in the first release, 10 and 8 in the second
    revised = table("municipality", f"{PLACE}&part=revisions")
    assert [(one["cut_date"], one["events"], one["is_shown"]) for one in revised] == [
        ("2022-01-31", "15.0", "false"),
        ("2023-06-01", "18.0", "true"),
    ]


def test_peers_stand_beside_the_place_and_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = Peer("=Otra", "Tierra Ajena", "05001", 31.5, 36_525.0, 12.0, 30.0, 40_000.0, None)
    rule = PeerRule(2017, 2019, "Los más parecidos.", "Those most alike.")
    monkeypatch.setattr(facts, "peers", lambda *_asked: [peer])
    monkeypatch.setattr(facts, "peer_rule", lambda _warehouse: rule)
    (row,) = table("municipality", f"{PLACE}&part=peers")
    assert (row["peer_code"], row["rate_before_per_100k"]) == ("05001", "31.5")
    assert (row["own_rate_before_per_100k"], row["own_density_per_km2"]) == ("30.0", "")
    assert row["municipality_name"] == "'=Otra"  # no spreadsheet takes it for a formula
    about = told_of("municipality", f"{PLACE}&part=peers&lang=es")
    assert {"2017–2019", "Los más parecidos.", "Villa Prueba"} <= {
        one["text"] for one in about["notes"]
    }


def test_coverage_of_a_place_is_what_both_programmes_say() -> None:
    first, second = table("municipality", f"{PLACE}&part=coverage")
    assert (first["programme_id"], first["state"], first["evidence"]) == (
        SOMOS_COMUNIDAD.id, "documented", "confirmed",
    )  # fmt: skip
    assert (first["start_earliest"], first["start_latest"]) == ("2020-10-01", "2020-12-31")
    assert (first["end_date"], first["end_basis"]) == ("2025-09-30", "planned")
    assert (first["source_title"], first["source_date"]) == ("Diario de Prueba", "2022")
    assert (second["programme_id"], second["state"]) == (PDET.id, "covered")


def test_candidates_of_a_department_are_counted_and_not_named() -> None:
    states = table("municipality", "department=05&part=states")
    counts = {(one["programme_id"], one["state"]): one["municipalities"] for one in states}
    assert counts == {
        (SOMOS_COMUNIDAD.id, "documented"): "1",
        (SOMOS_COMUNIDAD.id, "candidate"): "1",
        (SOMOS_COMUNIDAD.id, "no_evidence"): "1",
        (PDET.id, "covered"): "2",
        (PDET.id, "not_covered"): "1",
    }
    named = table("municipality", "department=05&part=coverage")
    assert [one["municipality_name"] for one in named] == ["Villa Prueba"]
    parts = told_of("municipality", "department=05")["parts"]
    for part in set(parts) - {"years", "chart"}:
        assert all(
            MARKUP not in one.values()
            for one in table("municipality", f"department=05&part={part}")
        )


def test_a_department_says_nothing_of_ranks_and_months() -> None:
    told = of_series("department=05")
    # five, two and one of unknown municipality
    assert (told["year_events"], told["rank_lower"], told["anomaly"]) == ("8.0", "", "")


def test_data_of_the_programme_are_in_a_table_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = frames_with_programme_data("=HYPERLINK(1)")
    with closing(published(tmp_path, tables)) as given:
        monkeypatch.setattr(cached, "warehouse", lambda: given)
        query = "place=05902&part=programme_data"
        told = table("municipality", query)
        # the trainings of the quarter before are not the newest
        assert [
            (one["indicator_id"], one["quarter"], one["value"], one["base"]) for one in told
        ] == [
            ("feels_safer", "2024-07-01", "62.5", "240"),
            ("trainings", "2024-07-01", "12.0", ""),
        ]
        assert {one["source_title"] for one in told} == {"'=HYPERLINK(1)"}
        assert {one["municipality_code"] for one in told} == {"05902"}
        assert told_of("municipality", query)["series"] == []
        every = table("programme", "part=data")
        assert [one["is_newest"] for one in every].count("false") == 1
        assert len(every) == 4
        for page, asked in (("municipality", query), ("programme", "part=data")):
            assert problems(page, asked, tmp_path) == []
        assert "programme_data" not in told_of("municipality", "place=05903")["parts"]


def test_dates_on_the_time_axis_are_in_the_metadata() -> None:
    marks = told_of("municipality", f"{PLACE}&part=chart&lang=en")["marks"]
    assert {"2020-10-01", "2025-09-30"} <= {one["day"] for one in marks}
    assert told_of("municipality", f"{PLACE}&part=coverage")["marks"] == []
    assert date.fromisoformat(marks[0]["day"])
