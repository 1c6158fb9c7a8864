"""The published totals, reproduced to the last event from the published files."""

import pandas as pd
import pytest

from pipeline.store.warehouse import Warehouse
from tests.published_figures import (
    DEPARTMENTS,
    HOMICIDES_POLICE,
    MASSACRES,
    RELEASES,
    WHOLE_SERIES,
    YEARLY,
)

CACERES = {"series_id": "displacement", "municipality_code": "05120", "time_window": "year"}


@pytest.fixture(scope="module")
def monthly(refreshed: Warehouse) -> pd.DataFrame:
    frame = refreshed.table("core.crime_monthly")
    return frame.assign(year=frame["month"].dt.year, department=frame["municipality_code"].str[:2])


@pytest.fixture(scope="module")
def yearly(refreshed: Warehouse) -> pd.DataFrame:
    frame = refreshed.table("core.crime_yearly")
    return frame.assign(department=frame["municipality_code"].str[:2])


def by_year(frame: pd.DataFrame, series_id: str) -> dict[int, int]:
    own = frame[frame["series_id"].eq(series_id)]
    return {int(year): int(sum_) for year, sum_ in own.groupby("year")["events"].sum().items()}


def test_police_homicides_equal_the_published_totals(monthly: pd.DataFrame) -> None:
    assert by_year(monthly, "homicide_police") == HOMICIDES_POLICE


@pytest.mark.parametrize("series_id", YEARLY)
def test_ministry_series_equal_the_published_totals(monthly: pd.DataFrame, series_id: str) -> None:
    found = by_year(monthly, series_id)
    assert tuple(found[year] for year in range(2019, 2026)) == YEARLY[series_id]


@pytest.mark.parametrize("series_id", MASSACRES)
def test_massacres_equal_the_published_totals(monthly: pd.DataFrame, series_id: str) -> None:
    found = by_year(monthly, series_id)
    assert tuple(found[year] for year in range(2022, 2026)) == MASSACRES[series_id]


@pytest.mark.parametrize("series_id", DEPARTMENTS)
@pytest.mark.parametrize("department", ["05", "19", "52"])
def test_department_homicides_equal_the_published_ones(
    monthly: pd.DataFrame, yearly: pd.DataFrame, series_id: str, department: str
) -> None:
    frame = pd.concat([monthly, yearly])
    found = by_year(frame[frame["department"].eq(department)], series_id)
    expected = DEPARTMENTS[series_id][department]
    assert tuple(found[2019 + position] for position in range(len(expected))) == expected


@pytest.mark.parametrize("series_id", WHOLE_SERIES)
def test_whole_series_equal_the_sum_of_their_file(monthly: pd.DataFrame, series_id: str) -> None:
    own = monthly[monthly["series_id"].eq(series_id)]
    assert own["events"].sum() == WHOLE_SERIES[series_id]


@pytest.mark.parametrize(("series_id", "cut"), RELEASES)
def test_every_release_keeps_its_own_totals(refreshed: Warehouse, series_id: str, cut: str) -> None:
    frame = refreshed.table("core.revision")
    own = frame[frame["cut_date"].eq(pd.Timestamp(cut))]
    found = by_year(own.assign(year=own["period_start"].dt.year), series_id)
    expected = RELEASES[series_id, cut]
    assert {year: found[year] for year in expected} == expected


def test_equal_totals_hide_moves_between_municipalities(refreshed: Warehouse) -> None:
    """471 municipality-months of kidnapping differ between 2023 and 2026 for a net of -7."""
    frame = refreshed.table("core.revision")
    own = frame[frame["series_id"].eq("kidnapping")]
    own = own[own["period_start"].between("2003-01-01", "2023-08-31")]
    cells = own.pivot_table(
        index=["municipality_code", "period_start"],
        columns="cut_date",
        values="events",
        aggfunc="sum",
        fill_value=0,
    )
    change = cells[pd.Timestamp("2026-01-31")] - cells[pd.Timestamp("2023-09-30")]
    assert (change != 0).sum() == 471
    assert change.sum() == -7


@pytest.mark.parametrize(
    ("series_id", "year", "events"),
    [
        ("threats", 2023, 64_639),
        ("threats", 2024, 56_300),
        ("sexual_offences", 2019, 38_204),
        ("sexual_offences", 2021, 34_733),
        ("sexual_offences", 2024, 31_474),
    ],
)
def test_police_series_equal_their_total_row(
    monthly: pd.DataFrame, series_id: str, year: int, events: int
) -> None:
    assert by_year(monthly, series_id)[year] == events


def test_missing_years_stay_missing(refreshed: Warehouse, monthly: pd.DataFrame) -> None:
    assert set(by_year(monthly, "sexual_offences")) == {2019, 2021, 2024, 2025}
    published = refreshed.table("core.availability")
    own = published[published["series_id"].eq("sexual_offences")]
    assert set(own["month"].dt.year) == {2019, 2021, 2024, 2025}


def test_mine_points_are_counted_where_they_lie(refreshed: Warehouse, yearly: pd.DataFrame) -> None:
    assert sum(by_year(yearly, "mine_accidents").values()) == 6_909
    assert sum(by_year(yearly, "mine_clearance").values()) == 24_136
    differing = refreshed.table("core.point_disagreement")
    is_outside = differing["municipality_code"].str.endswith("000")
    assert differing.loc[is_outside, "points"].sum() == 96
    assert differing.loc[~is_outside, "points"].sum() == 1_381
    other = differing["municipality_code"].str[:2] != differing["stated_code"].str[:2]
    assert differing.loc[~is_outside & other, "points"].sum() == 326


def test_unlocated_events_stay_in_their_department(monthly: pd.DataFrame) -> None:
    own = monthly[monthly["municipality_code"].str.endswith("000")]
    found = own.groupby(["series_id", "municipality_code"])["events"].sum().to_dict()
    assert found == {
        ("child_soldier_exits", "00000"): 2,
        **{("extortion", f"{code}000"): 1 for code in ("08", "47", "54", "70", "95")},
        **{("kidnapping", f"{code}000"): 1 for code in ("41", "50", "95")},
        ("kidnapping", "70000"): 3,
        ("sexual_offences", "52000"): 2,
        ("threats", "52000"): 6,
        ("threats", "54000"): 2,
    }


def test_leader_killings_are_yearly_and_all_placed(yearly: pd.DataFrame) -> None:
    own = yearly[yearly["series_id"].eq("leader_killings")]
    assert own["events"].sum() == 420
    unlocated = own[own["municipality_code"].str.endswith("000")]
    assert unlocated.set_index("municipality_code")["events"].to_dict() == {"19000": 1, "52000": 1}


def test_coca_is_measured_in_318_municipalities(refreshed: Warehouse) -> None:
    frame = refreshed.table("core.context_yearly")
    assert frame["municipality_code"].nunique() == 318
    assert set(frame["year"]) == {2011, 2016, 2021}
    seven = frame["municipality_code"].str[:2].isin(["05", "13", "19", "23", "52", "54", "70"])
    assert frame.loc[seven, "municipality_code"].nunique() == 156


def test_every_row_read_is_stored_or_dropped_with_a_reason(refreshed: Warehouse) -> None:
    files = refreshed.table("core.source_file")
    drops = refreshed.table("core.source_drop").groupby("path")[["rows", "events"]].sum()
    assert (files["rows_read"] == files["rows_stored"] + files["rows_dropped"]).all()
    dropped = files.set_index("path")["rows_dropped"]
    assert dropped[dropped > 0].to_dict() == drops["rows"].to_dict()
    assert len(files) == 86


def test_series_without_a_usable_file_are_not_published(refreshed: Warehouse) -> None:
    series = refreshed.table("core.series").set_index("series_id")["is_published"]
    assert set(series[~series].index) == {
        "displacement_yearly",
        "domestic_violence",
        "homicide_forensic",
        "illegal_mining_seizures",
        "injuries_mindefensa",
        "injuries_police",
        "sexual_offences_mindefensa",
        "terrorism_police",
        "theft_homes",
        "theft_persons",
        "theft_shops",
        "theft_vehicles",
    }


@pytest.mark.parametrize(
    ("series_id", "first", "newest_complete"),
    [("human_trafficking", "2006-05", "2025-12"), ("migrant_smuggling", "2003-12", "2025-03")],
)
def test_series_that_share_a_file_span_their_own_events(
    refreshed: Warehouse, series_id: str, first: str, newest_complete: str
) -> None:
    published = refreshed.table("core.availability")
    own = published[published["series_id"].eq(series_id)]
    complete = own.loc[own["status"].eq("complete"), "month"].max()
    assert (f"{own['month'].min():%Y-%m}", f"{complete:%Y-%m}") == (first, newest_complete)


def test_no_limits_where_one_ratio_describes_no_place(refreshed: Warehouse) -> None:
    """A few mass displacements carry the ratio far beyond what most municipalities show."""
    rates = refreshed.query("view/place_history", **CACERES)
    assert rates["rate_per_100k"].notna().any()
    assert rates["rate_upper_per_100k"].isna().all()


@pytest.mark.parametrize(
    ("series_id", "newest_complete"),
    [
        ("homicide_police", "2024-12"),
        ("extortion", "2025-10"),
        ("kidnapping", "2025-05"),
        ("terrorism", "2025-12"),
        ("child_soldier_exits", "2025-07"),
        ("threats", "2024-12"),
        ("homicide_mindefensa", "2025-12"),
        ("leader_killings", "2020-04"),
    ],
)
def test_incomplete_months_are_provisional(
    refreshed: Warehouse, series_id: str, newest_complete: str
) -> None:
    published = refreshed.table("core.availability")
    own = published[published["series_id"].eq(series_id)]
    complete = own.loc[own["status"].eq("complete"), "month"].max()
    assert f"{complete:%Y-%m}" == newest_complete
