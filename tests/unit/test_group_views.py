"""Peers, and places told of together, in the invented country over eleven years."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from pipeline import views
from pipeline.analysis.peers import PeerRule
from pipeline.errors import ContractError
from pipeline.marts import peers
from pipeline.store.warehouse import Warehouse
from tests.world import PEOPLE, years


def test_peers_are_compared_by_what_was_before_the_programme(eleven_years: Warehouse) -> None:
    found = views.peers(eleven_years, "05901")
    assert found["position"].tolist() == [1, 2, 3, 4, 5]
    assert set(found["peer_code"]) < set(years.OTHERS)
    assert found["distance"].is_monotonic_increasing
    # 6, 7 and 8 a month from 2017 to 2019, and 1,095 days
    own = found[["own_rate_before_per_100k", "own_population", "own_density_per_km2"]]
    assert own.drop_duplicates().to_numpy().tolist() == [
        pytest.approx([12 * 21 / 1.09500, PEOPLE, PEOPLE])
    ]
    nearest = found.iloc[0]
    assert nearest["population"] == int(nearest["peer_code"][-1]) * PEOPLE
    assert found["rate_before_per_100k"].to_numpy() == pytest.approx(36 / 1.09500)
    # nobody lived in Nueva Muestra, and the other department is no part of the group
    assert views.peers(eleven_years, "05903").empty
    assert views.peers(eleven_years, "98901").empty


def test_the_documented_places_are_judged_by_the_peers_of_all(eleven_years: Warehouse) -> None:
    balance = views.peer_balance(eleven_years).set_index(["compared_group", "covariate"])
    assert balance[["places", "peers"]].drop_duplicates().to_numpy().tolist() == [[2, 6], [1, 5]]
    # Residents of 1 and 2 beside 1 to 6, in logarithms; the deviations are those of both.
    ours, theirs = np.log([1, 2]), np.log(range(1, 7))
    spread = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / 2)
    population = balance.loc[("departments", "population")]
    assert population["difference_before"] == pytest.approx((ours.mean() - theirs.mean()) / spread)
    # one documented place has no deviation
    assert balance.loc["documented", "difference_after"].isna().all()
    assert not balance.loc["documented", "is_balanced"].any()


def test_the_rule_is_told_in_words(eleven_years: Warehouse) -> None:
    (rule,) = views.peer_rule(eleven_years).to_dict("records")
    assert (rule["first_year"], rule["last_year"], rule["peers"]) == (2017, 2019, 5)
    assert (rule["rule_es"], rule["rule_en"]) == (PeerRule().sentence.es, PeerRule().sentence.en)


def test_no_rates_before_no_peers(tmp_path_factory: pytest.TempPathFactory) -> None:
    with years.stored(tmp_path_factory.mktemp("data")) as draft:
        peers.store(draft, "crowds")
        assert draft.frame("view/peer_rule").empty
        assert draft.frame("view/peers", municipality_code="05901").empty


def test_a_group_is_the_sum_of_its_places(eleven_years: Warehouse) -> None:
    history = views.group_history(eleven_years, "sightings", ["98902", "98904", "98902"], "year")
    assert history["period"].dt.year.tolist() == list(range(2012, 2024))
    assert set(history["members"]) == set(history["members_published"]) == {2}
    year = history.set_index(history["period"].dt.year).loc[2021]
    assert (year["events"], year["population"]) == (72, 6 * PEOPLE)
    assert year["person_years"] == pytest.approx(600 * 365)
    # exact limits of 72 events
    expected = [72, gamma.ppf(0.025, 72), gamma.ppf(0.975, 73)]
    limits = year[["rate_per_100k", "rate_lower_per_100k", "rate_upper_per_100k"]].to_numpy(float)
    assert limits == pytest.approx(np.array(expected) / 2.19)
    newest = history.iloc[-1]
    assert newest[["is_partial", "is_provisional", "is_population_carried"]].all()
    assert history["edition"].tolist() == ["edition 1"] * 10 + ["edition 2"] * 2
    assert not history["crosses_edition"].any()


def test_a_group_of_one_is_the_place(eleven_years: Warehouse) -> None:
    columns = ["period", "events", "population", "rate_per_100k", "rate_lower_per_100k",
               "rate_upper_per_100k", "is_provisional", "crosses_edition"]  # fmt: skip
    for window in ("year", "rolling", "month"):
        group = views.group_history(eleven_years, "sightings", ["05901"], window)
        alone = views.place_history(eleven_years, "sightings", "05901", window)
        pd.testing.assert_frame_equal(group[columns], alone[columns], check_dtype=False)
        crowd = views.group_history(eleven_years, "crowds", ["05902"], window)
        alone = views.place_history(eleven_years, "crowds", "05902", window)
        pd.testing.assert_frame_equal(crowd[columns], alone[columns], check_dtype=False)


def test_a_quarter_counts_its_own_days(eleven_years: Warehouse) -> None:
    quarters = views.group_history(eleven_years, "sightings", ["98902", "98904"], "quarter")
    assert len(quarters) == 4 * 11 + 2
    first = quarters.set_index("period").loc["2021-01-01"]
    # three months of two and four, 90 days
    assert (first["events"], first["person_years"]) == (18, pytest.approx(600 * 90))
    assert not first[["is_partial", "crosses_edition"]].any()
    assert quarters["is_partial"].tolist() == [False] * 45 + [True]
    assert quarters["is_provisional"].tolist() == [False] * 45 + [True]


def test_a_fiscal_year_begins_in_october(eleven_years: Warehouse) -> None:
    fiscal = views.group_history(eleven_years, "sightings", ["98902", "98904"], "fiscal_year")
    assert fiscal["period"].astype("str").tolist() == [
        f"{year}-10-01" for year in range(2011, 2023)
    ]
    # nine months of the first, from January, and eight of the last, to May
    assert fiscal["events"].tolist() == [54] + [72] * 10 + [48]
    assert fiscal["is_partial"].tolist() == [True] + [False] * 10 + [True]
    # the edition changes with January 2022
    assert fiscal["crosses_edition"].tolist() == [False] * 10 + [True, False]


def test_groups_of_victims_of_all_members_widen_the_limits(eleven_years: Warehouse) -> None:
    (year,) = views.group_history(eleven_years, "crowds", ["05901", "05902"], "year").to_dict(
        "records"
    )
    # one crowd of six: V = 36 beside a mean of 6
    assert year["rate_lower_per_100k"] * 1.095 == pytest.approx(6 * gamma.ppf(0.025, 1))


def test_a_department_has_its_unlocated_events_and_whoever_lives_there(
    eleven_years: Warehouse,
) -> None:
    group = views.group_history(eleven_years, "sightings", ["05"], "year")
    stored = views.department_history(eleven_years, "sightings", "05")
    columns = ["events", "population", "rate_per_100k", "rate_lower_per_100k",
               "rate_upper_per_100k", "is_provisional", "is_partial", "edition"]  # fmt: skip
    pd.testing.assert_frame_equal(group[columns], stored[columns], check_dtype=False)
    assert stored["unlocated_events"].tolist() == [1] * 11 + [0]
    assert group["events"].iloc[0] == 12 + 240 + 1
    assert set(group["members"]) == {3}


def test_a_group_with_a_member_nobody_lives_in_has_no_rate(eleven_years: Warehouse) -> None:
    history = views.group_history(eleven_years, "sightings", ["05902", "05903"], "year")
    assert history["members_with_residents"].tolist() == [1] * 10 + [2] * 2
    assert history["rate_per_100k"].notna().tolist() == [False] * 10 + [True] * 2
    assert history["events"].iloc[0] == 240


def test_a_member_that_publishes_nothing_is_said(eleven_years: Warehouse) -> None:
    (year,) = views.group_history(eleven_years, "migrations", ["05901", "05902"], "year").to_dict(
        "records"
    )
    assert (year["events"], year["members"], year["members_published"]) == (18, 2, 1)
    assert np.isnan(year["rate_per_100k"])
    assert np.isnan(year["rate_upper_per_100k"])
    assert views.group_history(eleven_years, "migrations", ["05902"], "year").empty


def test_yearly_and_measured_series(eleven_years: Warehouse) -> None:
    meteors = views.group_history(eleven_years, "meteors", ["05901", "98901"], "year")
    assert meteors["events"].tolist() == [2, 1]
    assert meteors["is_partial"].tolist() == [False, True]
    assert views.group_history(eleven_years, "meteors", ["05901"], "rolling").empty
    assert views.group_history(eleven_years, "rainfall", ["05901"], "year").empty


def test_unknown_places_are_refused(eleven_years: Warehouse) -> None:
    with pytest.raises(ContractError, match="1 of 2 codes are no place, for example '05999'"):
        views.group_history(eleven_years, "sightings", ["05901", "05999"], "year")
    with pytest.raises(ContractError, match="0 of 0 codes"):
        views.group_history(eleven_years, "sightings", [], "year")


def test_what_is_kept_from_coverage_is_not_told_of_chosen_places_together(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    frames = years.frames()
    frames["core.series"]["is_apart_from_coverage"] = True
    opened = years.world.published(tmp_path_factory.mktemp("data"), frames)
    with pytest.raises(ContractError, match="never told of 2 municipalities"):
        views.group_history(opened, "sightings", ["05901", "05902", "98901"], "year")
    for asked in (["05901"], ["05"], ["05901", "98901"], ["98901", "98902"]):
        assert len(views.group_history(opened, "sightings", asked, "year")) == 12
    opened.close()
