"""What the read door tells where there is something to tell: eleven years of the country."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipeline import views
from pipeline.store.warehouse import Warehouse

UNKNOWN = {"ratio", "ratio_lower", "ratio_upper", "percent", "p", "adjusted_p"}


def test_newest_years_of_two_editions_stand_beside_the_newest_that_compare(
    eleven_years: Warehouse,
) -> None:
    changes = views.changes(eleven_years, "sightings", "year")
    columns = ["municipality_name", "earlier_events", "events", "is_newest", "word"]
    newest, compared = (rows for _, rows in changes.groupby("is_newest", sort=False))
    assert newest[columns].iloc[:2].to_numpy().tolist() == [
        ["Villa Prueba", 120, 132, True, "not comparable"],
        ["Puerto Ensayo", 240, 240, True, "not comparable"],
    ]
    assert newest[list(UNKNOWN)].isna().all(axis=None)
    assert compared[columns].iloc[:2].to_numpy().tolist() == [
        ["Villa Prueba", 108, 120, False, "no clear change"],
        ["Puerto Ensayo", 240, 240, False, "no clear change"],
    ]
    # a leap year before
    assert compared["ratio"].iloc[:2].tolist() == pytest.approx([120 / 108 * 366 / 365, 366 / 365])
    assert set(changes["refusal"].iloc[[2, 5]]) == {"residents unknown"}


def test_a_department_changes_with_its_unlocated_events(eleven_years: Warehouse) -> None:
    changes = views.department_changes(eleven_years, "sightings", "year")
    columns = ["department_code", "department_name", "earlier_events", "events", "refusal"]
    assert changes[columns].astype(object).where(
        changes[columns].notna(), None
    ).to_numpy().tolist() == [
        ["05", "Tierra Nuestra", 361, 373, "two editions of the population"],
        ["05", "Tierra Nuestra", 349, 361, None],
    ]
    compared = changes.iloc[1]
    assert compared["ratio"] == pytest.approx(361 / 349 * 366 / 365)
    # one department is its own family of tests
    assert compared["adjusted_p"] == compared["p"]
    own = views.changes(eleven_years, "sightings", "year").query("not is_newest")
    assert (own["adjusted_p"].dropna() >= own["p"].dropna()).all()
    assert (own["adjusted_p"].dropna() > own["p"].dropna()).any()
    assert "municipality_name" not in changes
    assert set(views.department_changes(eleven_years, "migrations", "year")["department_code"]) <= {
        "05"
    }


def test_a_departments_own_file_is_what_changes(eleven_years: Warehouse) -> None:
    changes = views.department_changes(eleven_years, "migrations", "year")
    assert changes[["earlier_events", "events"]].to_numpy().tolist() == [[40, 55]]
    windows = eleven_years.table("mart.rate_department_window")
    filed = windows[windows["series_id"].eq("migrations")]
    assert filed["events"].tolist() == [40, 55]
    assert set(filed["time_window"]) == {"year"}


def test_trends_of_places_and_of_their_department(eleven_years: Warehouse) -> None:
    trends = views.trends(eleven_years, "sightings").set_index("municipality_name")
    # 12 times 1 to 10, and 240 every year, before the edition of 2022
    assert trends["events"].to_dict() == {"Villa Prueba": 660, "Puerto Ensayo": 2_400}
    assert trends["word"].to_dict() == {"Villa Prueba": "rising", "Puerto Ensayo": "stable"}
    assert set(trends["last_year"]) == {2021}
    (whole,) = views.department_trends(eleven_years, "sightings").to_dict("records")
    assert (whole["department_code"], whole["events"], whole["years"]) == ("05", 3_070, 10)
    assert (whole["word"], whole["adjusted_p"]) == ("rising", whole["p"])


def test_ranks_follow_the_lower_limit(eleven_years: Warehouse) -> None:
    ranks = views.ranks(eleven_years, "sightings", "year")
    assert ranks["position"].tolist() == [1, 2, 3]
    assert ranks["rate_lower_per_100k"].is_monotonic_decreasing
    # 132 among 36,525 and 240 among 73,050 cannot be told apart; none in Nueva Muestra can
    assert ranks.set_index("municipality_name")["alike"].to_dict() == {
        "Villa Prueba": 1,
        "Puerto Ensayo": 1,
        "Nueva Muestra": 0,
    }


def test_an_outbreak_is_unusually_high_among_the_newest_months(eleven_years: Warehouse) -> None:
    months = views.anomalies(eleven_years, "sightings")
    (high,) = months[months["anomaly"].eq("unusually high")].to_dict("records")
    assert (high["municipality_name"], high["month"]) == (
        "Villa Prueba",
        pd.Timestamp("2023-04-01"),
    )
    assert high["events"] == 60 > high["expected_upper"]
    # three places in the month, and this the smallest p of them
    assert high["adjusted_p"] == pytest.approx(3 * high["p"])
    assert months["p"].le(months["adjusted_p"]).all()


def test_clusters_of_one_map_have_figures(eleven_years: Warehouse) -> None:
    found = views.clusters(eleven_years, "sightings", "year", date(2021, 12, 1))
    # all are neighbours of all: nothing can lie together
    assert found["cluster"].tolist() == ["not significant", "not significant", "undefined"]
    assert found["local_moran"].notna().tolist() == [True, True, False]
    assert (found["p"].dropna() == 1).all()
    moran = views.moran(eleven_years, "sightings").set_index(["time_window", "period"])
    assert moran.loc[("year", pd.Timestamp("2021-12-01")), "moran_i"] == pytest.approx(-1 / 7)


def test_everything_of_one_place_is_what_the_other_views_tell(eleven_years: Warehouse) -> None:
    told = views.place_statistics(eleven_years, "05901").set_index("series_id").loc["sightings"]
    assert (told["year_period"], told["year_events"]) == (pd.Timestamp("2022-12-01"), 132)
    assert told["year_rate_per_100k"] == pytest.approx(132 / 0.365)
    # May to December 2022, eleven in each, twelve from January to March 2023, and 60
    assert (told["rolling_period"], told["rolling_events"]) == (
        pd.Timestamp("2023-04-01"),
        8 * 11 + 3 * 12 + 60,
    )
    assert told["year_refusal"] == "two editions of the population"
    assert (told["trend"], told["trend_last_year"]) == ("rising", 2021)
    assert (told["rank_lower"], told["ranked"], told["alike"]) == (1, 3, 1)
    assert (told["anomaly"], told["anomaly_events"]) == ("unusually high", 60)
    assert told["cluster"] == "not significant"
    assert told["pattern"] == "no pattern"
    assert np.isfinite(told["year_smoothed_per_100k"])
