"""The documented places as a group, in the invented country over eleven years."""

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest
from scipy.stats import gamma

from pipeline import SOMOS_COMUNIDAD, views
from pipeline.errors import ContractError
from pipeline.marts import peers
from pipeline.store.warehouse import Draft, Warehouse
from tests import world
from tests.world import PEOPLE, years


def reader(draft: Draft) -> Warehouse:
    """A draft as the views ask it."""
    return cast("Warehouse", SimpleNamespace(query=draft.frame))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """05901 and 05902 are documented, the first of them in the first wave; 98906 is PDET."""
    tables = years.frames()
    coverage, places = tables["core.coverage"], tables["core.municipality"]
    named = {"state": "documented", "evidence": "reported", "source_title": "Hoja de Prueba"}
    own = coverage["municipality_code"].eq("05902") & coverage["programme_id"].eq("prueba")
    coverage.loc[own, list(named)] = list(named.values())
    coverage.loc[own, "is_named_region"] = False
    for name in ("core.programme", "core.coverage"):
        tables[name]["programme_id"] = tables[name]["programme_id"].replace(
            "prueba", SOMOS_COMUNIDAD.id
        )
    places.loc[places["municipality_code"].eq("98906"), "pdet_subregion"] = "Montes"
    with world.stored(tmp_path_factory.mktemp("data"), tables) as draft:
        peers.store(draft, "sightings")
        for law in ("groups", "groups_left_out", "placebo_fans"):
            assert draft.frame(f"check/{law}").empty
        yield reader(draft)


def test_groups_are_who_they_say(warehouse: Warehouse) -> None:
    members = views.group_members(warehouse).groupby("group_id")["municipality_code"].agg(list)
    assert members["documented"] == ["05901", "05902"]
    assert members["first_wave"] == ["05901"]
    assert members["pdet_elsewhere"] == ["98906"]


def test_peers_are_a_group_each_once(warehouse: Warehouse) -> None:
    asked = {"programme_id": SOMOS_COMUNIDAD.id, "wave_end": date(2021, 12, 1)}
    members = warehouse.query("mart/group_member", **asked)
    of = members.groupby("group_id")["municipality_code"].agg(list)
    picked = set(views.peers(warehouse, "05901")["peer_code"])
    assert set(of["first_wave_peers"]) == picked
    both = picked | set(views.peers(warehouse, "05902")["peer_code"])
    assert of["documented_peers"] == sorted(both)


def test_a_group_has_the_rate_of_all_its_members(warehouse: Warehouse) -> None:
    rates = views.group_rates(warehouse, "sightings", "year").set_index(["group_id", "period"])
    year = rates.loc[("documented", pd.Timestamp("2021-12-01"))]
    # ten and twenty a month, and three times 36,525 residents for 365 days
    assert (year["events"], year["population"], year["members"]) == (360, 3 * PEOPLE, 2)
    expected = [360, gamma.ppf(0.025, 360), gamma.ppf(0.975, 361)]
    limits = year[["rate_per_100k", "rate_lower_per_100k", "rate_upper_per_100k"]]
    assert limits.to_numpy(float) == pytest.approx([one / 1.095 for one in expected])


def test_no_line_is_drawn_across_an_edition(warehouse: Warehouse) -> None:
    rates = views.group_rates(warehouse, "sightings", "year")
    own = rates[rates["group_id"].eq("documented")].set_index("period")
    own.index = own.index.year
    # nothing before 2012, and residents of another edition from 2022 on
    assert own.index[~own["compares_with_before"]].tolist() == [2012, 2022]
    assert own["event_year"].isna().all()


def test_event_years_are_as_exact_as_the_start(warehouse: Warehouse) -> None:
    rates = views.group_rates(warehouse, "sightings", "fiscal")
    own = rates[rates["group_id"].eq("first_wave")].set_index("event_year")
    assert own.loc[0, "period"] == pd.Timestamp("2021-09-01")
    assert own.index[own["may_have_begun"]].tolist() == [0, 1]
    # nine a month in 2020, ten a month in 2021
    assert own.loc[0, "events"] == 3 * 9 + 9 * 10


def test_a_group_without_a_member_has_no_rate(warehouse: Warehouse) -> None:
    rates = views.group_rates(warehouse, "meteors", "year")
    short = rates[rates["members_with_residents"] < rates["members"]]
    assert short["rate_per_100k"].isna().all()
    whole = rates[rates["members_with_residents"].eq(rates["members"])]
    assert whole["rate_per_100k"].notna().all()


def test_each_member_is_left_out_once(warehouse: Warehouse) -> None:
    found = views.group_leave_one_out(warehouse, "sightings", "documented")
    year = found[found["period"].eq(pd.Timestamp("2021-12-01"))].set_index("municipality_code")
    # 240 of 360 events, and two thirds of the residents, are of the larger place
    assert year["events"].to_dict() == {"05901": 240, "05902": 120}
    assert year["rate_per_100k"].to_dict() == pytest.approx(
        {"05901": 240 / 0.73, "05902": 120 / 0.365}
    )
    assert year["group_rate_per_100k"].to_list() == pytest.approx([360 / 1.095] * 2)
    # both without the other have the same rate in 2021: neither shifts it, none is largest
    assert not year["is_largest"].any()
    year = found[found["period"].eq(pd.Timestamp("2012-12-01"))].set_index("municipality_code")
    # 12 in the smaller place and 240 in the larger one, in 366 days
    assert year["shift_per_100k"].to_dict() == pytest.approx(
        {"05901": 240 / 0.732 - 252 / 1.098, "05902": 12 / 0.366 - 252 / 1.098}
    )
    assert year["is_largest"].to_dict() == {"05901": False, "05902": True}
    # a group of one has nothing to leave out
    assert views.group_leave_one_out(warehouse, "sightings", "first_wave").empty


def test_a_country_too_small_for_placebo_groups_says_why(warehouse: Warehouse) -> None:
    fan = views.placebo_fan(warehouse, "sightings", "documented")
    assert set(fan["refusal"]) == {"no window in the past"}
    assert fan[["own", "below", "median"]].isna().all(axis=None)
    assert fan["years_after"].tolist() == [0]


def test_a_series_kept_apart_from_coverage_is_told_of_no_group(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    tables = years.frames()
    series, coverage = tables["core.series"], tables["core.coverage"]
    series.loc[series["series_id"].eq("sightings"), "is_apart_from_coverage"] = True
    named = {"state": "documented", "evidence": "reported", "source_title": "Hoja de Prueba"}
    own = coverage["municipality_code"].eq("05902") & coverage["programme_id"].eq("prueba")
    coverage.loc[own, list(named)] = list(named.values())
    coverage.loc[own, "is_named_region"] = False
    for name in ("core.programme", "core.coverage"):
        tables[name]["programme_id"] = tables[name]["programme_id"].replace(
            "prueba", SOMOS_COMUNIDAD.id
        )
    with world.stored(tmp_path_factory.mktemp("data"), tables) as draft:
        told = draft.frame("mart/group_rate")
        assert "sightings" not in set(told["series_id"])
        assert len(told)
        opened = reader(draft)
        for ask in (
            lambda: views.group_rates(opened, "sightings", "year"),
            lambda: views.group_leave_one_out(opened, "sightings", "documented"),
            lambda: views.placebo_fan(opened, "sightings", "documented"),
        ):
            with pytest.raises(ContractError, match="sightings is never told of"):
                ask()
