"""What a build changed against the one before, in figures and in words."""

import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline.diff import Difference, difference, last_difference, render
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests import world

# The newer build differs from the invented country in four ways:
# crowds: one event more in March, a month that was there before; and a January in another place
# migrations: nothing; meteors: another year, 2022; sightings: an April 2022 that was missing.


def newer_frames() -> dict[str, pd.DataFrame]:
    frames = world.core_frames()
    monthly = frames["core.crime_monthly"]
    monthly.loc[monthly["series_id"].eq("crowds"), "events"] = 7
    additions = {
        "core.crime_group_monthly": (("crowds", "05901", "2021-01-01", 4),),
        "core.crime_monthly": (
            ("crowds", "05901", "2021-01-01", 2),
            ("sightings", "05901", "2022-04-01", 5),
            ("sightings_by_day", "05901", "2022-04-01", 5),
        ),
        "core.crime_yearly": (("meteors", "98901", 2022, 3),),
        "core.availability": (
            *(
                (name, "all", "2022-04-01", "complete")
                for name in ("sightings", "sightings_by_day")
            ),
            ("sightings_by_night", "all", "2022-04-01", "complete"),
            ("meteors", "all", "2022-01-01", "complete"),
        ),
    }
    for table, rows in additions.items():
        frames[table] = pd.concat([frames[table], world.rows(table, *rows)], ignore_index=True)
    files = frames["core.source_file"]
    for dataset, more in {"crowds": 3, "sightings": 5, "meteors": 3}.items():
        files.loc[files["dataset"].eq(dataset), ["events_read", "events_stored"]] += more
    return frames


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for frames in (world.core_frames(), newer_frames()):
        world.published(folder, frames).close()
    return folder


@pytest.fixture(scope="module")
def report(data_dir: Path) -> Difference:
    return last_difference(data_dir)


def test_every_series_is_compared_in_extent(report: Difference) -> None:
    series = report.series.set_index(["series_id", "grain"])
    crowds = series.loc[("crowds", "month")]
    assert [crowds["cells_before"], crowds["cells"]] == [1, 2]
    assert [crowds["events_before"], crowds["events"]] == [6, 9]
    meteors = series.loc[("meteors", "year")]
    assert [meteors["events_before"], meteors["events"]] == [4, 7]
    assert [meteors["last_period_before"].year, meteors["last_period"].year] == [2021, 2022]
    migrations = series.loc[("migrations", "department year")]
    assert [migrations["events_before"], migrations["events"]] == [104, 104]


def test_revised_months_are_those_both_builds_publish(report: Difference) -> None:
    # April 2022 of the sightings and the meteors of 2022 are new, not revised.
    assert report.revised.drop(columns="grain").to_dict("list") == {
        "series_id": ["crowds", "crowds"],
        "period": [pd.Timestamp("2021-01-01"), pd.Timestamp("2021-03-01")],
        "events_before": [0, 6],
        "events": [2, 7],
        "places": [1, 1],
    }
    assert report.revised_years.drop(columns="grain").to_dict("records") == [
        {"series_id": "crowds", "year": 2021, "events_before": 6, "events": 9, "places": 2}
    ]


def test_a_move_between_places_is_a_revision_of_equal_sum(tmp_path: Path) -> None:
    moved = world.core_frames()
    for table in ("core.crime_monthly", "core.crime_group_monthly"):
        moved[table].loc[moved[table]["series_id"].eq("crowds"), "municipality_code"] = "05903"
    old, new = world.published(tmp_path / "a"), world.published(tmp_path / "b", moved)
    report = difference(old, new)
    (row,) = report.revised.to_dict("records")
    assert (row["events_before"], row["events"], row["places"]) == (6, 6, 2)
    assert report.revised_years.empty
    assert re.search(r"crowds +2021-03 +6 +2\b", render(report))


def test_the_text_says_what_changed_and_counts_what_did_not(report: Difference) -> None:
    text = render(report)
    first, header, *_ = text.splitlines()
    assert first == f"Build {report.after} against {report.before}:"
    assert header.split() == ["series", "by", "figures", "events", "last", "period"]
    assert re.search(r"crowds +month +1 → 2 +6 → 9 +2021-12$", text, re.MULTILINE)
    assert re.search(r"meteors +year +3 → 4 +4 → 7 +2021-01 → 2022-01$", text, re.MULTILINE)
    # sightings by night, both migrations and the rainfall
    assert "4 others as before." in text
    assert re.search(r"crowds +2021-01 +0 → 2 +1$", text, re.MULTILINE)
    assert re.search(r"crowds +2021 +6 → 9$", text, re.MULTILINE)


def test_long_lists_are_cut_and_counted() -> None:
    months = pd.to_datetime(world.months("2021-01", "2021-09"))
    revised = pd.DataFrame(
        {
            "series_id": "crowds",
            "grain": "month",
            "period": months,
            "events_before": 0.0,
            "events": range(1, 10),
            "places": 1,
        }
    )
    nothing = pd.DataFrame(columns=["series_id", "grain", "year", "events_before", "events"])
    extent = {"cells": 9.0, "events": 45.0, "last_period": months[-1]}
    series = pd.DataFrame(
        [{"series_id": "crowds", "grain": "month", **extent}
         | {f"{name}_before": value for name, value in extent.items()}]
    )  # fmt: skip
    lines = render(Difference("a", "b", series, revised, nothing)).splitlines()
    shown = [line.split()[1] for line in lines if line.startswith("crowds")]
    assert shown == ["2021-09", "2021-08", "2021-07", "2021-06", "2021-05", "2021-04", "and"]
    assert lines[-1].endswith("and 3 more")


def test_a_first_build_has_nothing_to_compare_with(tmp_path: Path) -> None:
    world.published(tmp_path).close()
    report = last_difference(tmp_path)
    assert report.before is None
    assert report.revised.empty
    assert report.revised_years.empty
    assert "no earlier one of this layout" in render(report)
    assert re.search(r"crowds +month +nothing → 1 +nothing → 6", render(report))


def test_a_build_of_another_layout_is_as_good_as_none(tmp_path: Path) -> None:
    world.published(tmp_path).close()
    with duckdb.connect(published_path(tmp_path).resolve()) as connection:
        connection.execute("update core.build set layout_version = 'older'")
    world.published(tmp_path).close()
    assert last_difference(tmp_path).before is None


def test_a_series_that_is_gone_is_said(tmp_path: Path) -> None:
    frames = world.core_frames()
    for table in ("core.crime_monthly", "core.crime_group_monthly", "core.availability"):
        frames[table] = frames[table].query("series_id != 'crowds'").reset_index(drop=True)
    frames["core.source_file"] = frames["core.source_file"].query("dataset != 'crowds'")
    series = frames["core.series"]
    series.loc[series["series_id"].eq("crowds"), "is_published"] = False
    old, new = world.published(tmp_path / "a"), world.published(tmp_path / "b", frames)
    text = render(difference(old, new))
    assert re.search(r"crowds +month +1 → nothing +6 → nothing +2021-12 → nothing", text)


def test_an_unchanged_rebuild_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        world.published(tmp_path).close()
    report = last_difference(tmp_path)
    assert render(report).splitlines()[1:] == ["8 others as before."]
    assert Warehouse.open(published_path(tmp_path)).build_id == report.after
