"""The read door: what it answers about the invented country, and what it never shows."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
import shapely

import pipeline
from pipeline import views
from pipeline.store.warehouse import Warehouse
from tests import world


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = world.published(tmp_path_factory.mktemp("data"))
    yield opened
    opened.close()


def test_the_build_is_one_row(warehouse: Warehouse) -> None:
    (row,) = views.build(warehouse).to_dict("records")
    assert row["build_id"] == warehouse.build_id
    assert row["fingerprint"] == "invented"
    assert row["newest_cut"] == pd.Timestamp("2023-06-01")


def test_series_say_what_is_published_and_since_when(warehouse: Warehouse) -> None:
    series = views.series(warehouse).set_index("series_id")
    assert series.index.tolist() == [one.id for one in world.SERIES]
    sightings = series.loc["sightings"]
    assert sightings["windows"] == "year,rolling,month"
    assert sightings["first_month"] == pd.Timestamp("2021-01-01")
    assert sightings["last_month"] == pd.Timestamp("2023-05-01")
    assert sightings["last_complete_month"] == pd.Timestamp("2023-04-01")
    assert sightings["cut_date"] == pd.Timestamp("2023-06-01")
    assert series.loc["meteors", "windows"] == "year"
    ghosts = series.loc["ghosts"]
    assert ghosts["windows"] == ""
    assert not ghosts["is_published"]
    assert ghosts[["first_month", "last_month", "cut_date"]].isna().all()


def test_periods_tell_partial_and_provisional_apart(warehouse: Warehouse) -> None:
    years = views.periods(warehouse, "sightings", "year")
    assert years["period"].dt.year.tolist() == [2021, 2022, 2023]
    assert years["is_partial"].tolist() == [False, True, True]
    assert years["is_provisional"].tolist() == [False, False, True]
    assert len(views.periods(warehouse, "sightings", "rolling")) == 6
    assert len(views.periods(warehouse, "sightings", "month")) == 28
    assert not views.periods(warehouse, "sightings", "month")["is_partial"].any()
    assert views.periods(warehouse, "meteors", "month").empty


def test_the_map_shows_the_programmes_departments_alone(warehouse: Warehouse) -> None:
    values = views.map_values(warehouse, "sightings", "year", date(2021, 1, 1))
    assert values["municipality_code"].tolist() == ["05901", "05902", "05903"]
    assert values["events"].tolist() == [5, 0, 2]
    assert values["rate_per_100k"].tolist()[:2] == pytest.approx([5 / 0.36500, 0])
    assert pd.isna(values["rate_per_100k"].iloc[2])
    assert set(values["department_name"]) == {"Tierra Nuestra"}


def test_the_map_leaves_out_what_is_not_published(warehouse: Warehouse) -> None:
    values = views.map_values(warehouse, "migrations", "month", date(2021, 2, 1))
    assert values["municipality_code"].tolist() == ["05901"]
    assert views.map_values(warehouse, "sightings", "month", date(2022, 4, 1)).empty
    assert views.map_values(warehouse, "ghosts", "year", date(2021, 1, 1)).empty


def test_classes_of_the_matrix_are_those_of_the_map(warehouse: Warehouse) -> None:
    codes, periods, matrix = views.class_matrix(warehouse, "sightings", "year", "rate")
    assert list(codes) == ["05901", "05902", "05903"]
    assert periods.year.tolist() == [2021, 2022, 2023]
    assert matrix.shape == (3, 3)
    for period, row in zip(periods, matrix, strict=True):
        values = views.map_values(warehouse, "sightings", "year", period.date())
        assert values["rate_class"].tolist() == row.tolist()
    assert matrix[0].tolist()[1:] == [0, 255]  # none recorded; nobody known to live there
    counts = views.class_matrix(warehouse, "sightings", "year", "count")[2]
    assert counts[0, 1] == 0
    assert 0 < counts[0, 2] < 255


def test_classes_are_missing_where_a_place_publishes_nothing(warehouse: Warehouse) -> None:
    codes, periods, matrix = views.class_matrix(warehouse, "migrations", "month", "count")
    assert (list(codes), len(periods), matrix.shape) == (["05901"], 12, (12, 1))
    assert matrix.nonzero()[0].tolist() == [1, 5]  # February and June


def test_breaks_join_without_a_gap(warehouse: Warehouse) -> None:
    breaks = views.class_breaks(warehouse, "sightings", "month", "count")
    assert breaks["class"].tolist() == list(range(1, len(breaks) + 1))
    assert breaks["lower"].tolist()[1:] == breaks["upper"].tolist()[:-1]
    assert views.class_breaks(warehouse, "rainfall", "year", "rate").empty


def test_a_places_history_has_a_gap_where_nothing_was_published(warehouse: Warehouse) -> None:
    history = views.place_history(warehouse, "sightings", "05901", "month")
    assert pd.Timestamp("2022-04-01") not in set(history["period"])
    assert history["period"].is_monotonic_increasing
    assert history["events"].sum() == 16


def test_every_year_of_a_place_is_told_at_once(warehouse: Warehouse) -> None:
    years = views.place_years(warehouse, "05901")
    assert list(dict.fromkeys(years["series_id"])) == [
        one.id for one in world.SERIES if one.id != "ghosts"
    ]
    sightings = years[years["series_id"].eq("sightings")]
    assert sightings[["year", "events", "is_partial", "is_provisional"]].to_numpy().tolist() == [
        [2021, 5, False, False],
        [2022, 5, True, False],
        [2023, 6, True, True],
    ]
    assert sightings["rate_per_100k"].iloc[0] == pytest.approx(5 / 0.36500)


def test_a_departments_years_hold_what_no_municipality_is_known_of(warehouse: Warehouse) -> None:
    years = views.place_years(warehouse, "05")
    sightings = years[years["series_id"].eq("sightings")]
    # Two of 2022 and one of 2021 lie somewhere in the department.
    assert sightings["events"].tolist() == [8, 8, 6]
    assert views.place_years(warehouse, "77").empty


def test_the_newest_of_a_place_is_whole_and_stands(warehouse: Warehouse) -> None:
    told = views.place_statistics(warehouse, "05901").set_index("series_id")
    assert list(told.index) == [one.id for one in world.SERIES if one.id != "ghosts"]
    sightings = told.loc["sightings"]
    # A month of 2022 is not published, and May of 2023 may still grow.
    assert sightings["year_period"] == pd.Timestamp("2021-12-01")
    assert sightings["year_events"] == 5
    assert sightings["rolling_period"] == pd.Timestamp("2023-04-01")
    assert sightings["anomaly_month"] == pd.Timestamp("2023-05-01")
    assert sightings["anomaly_is_provisional"]
    assert told.loc["rainfall", "year_events"] == 12.5
    assert told.loc[["meteors", "rainfall"], "rolling_period"].isna().all()
    assert told.loc["rainfall", ["year_rate_per_100k", "rank_lower", "trend"]].isna().all()


def test_less_is_told_of_a_department(warehouse: Warehouse) -> None:
    told = views.place_statistics(warehouse, "05").set_index("series_id")
    sightings = told.loc["sightings"]
    assert (sightings["year_period"], sightings["year_events"]) == (pd.Timestamp("2021-12-01"), 8)
    assert told[["rolling_period", "rank_period", "cluster", "anomaly"]].isna().all(axis=None)
    # Of 2021 and 2020 migrations are published whole: 55 after 40.
    assert told.loc["migrations", ["year_events", "year_earlier_events"]].tolist() == [55, 40]


def test_what_is_told_of_a_place_is_what_is_told_of_the_map(warehouse: Warehouse) -> None:
    told = views.place_statistics(warehouse, "05901").set_index("series_id").loc["sightings"]
    (rate,) = (
        views.smoothed_rates(warehouse, "sightings", "year", date(2021, 12, 1))
        .query("municipality_code == '05901'")
        .to_dict("records")
    )
    for name in ("rate_per_100k", "rate_lower_per_100k", "smoothed_upper_per_100k", "reliability"):
        assert told[f"year_{name}"] == rate[name]
    (rank,) = (
        views.ranks(warehouse, "sightings", "year")
        .query("municipality_code == '05901'")
        .to_dict("records")
    )
    for name in ("rank_lower", "rank_upper", "ranked", "alike"):
        assert told[name] == rank[name]


def test_a_comparison_holds_everyone_and_stops_where_figures_stop(warehouse: Warehouse) -> None:
    sightings = views.comparison(warehouse, "sightings", "year").set_index("municipality_code")
    assert list(sightings.index) == ["05901", "05902", "05903"]
    # 2022 lacks a month and 2023 has begun: the newest year that stands is 2021.
    assert (sightings["period"] == pd.Timestamp("2021-12-01")).all()
    assert sightings["events"].tolist() == [5, 0, 2]
    assert sightings["rate_per_100k"].tolist()[:2] == pytest.approx([5 / 0.36500, 0])
    assert pd.isna(sightings.loc["05903", "rate_per_100k"])
    assert sightings["history_first_year"].tolist() == [2021] * 3
    assert [len(one) for one in sightings["history"]] == [1] * 3
    ranks = views.ranks(warehouse, "sightings", "year").set_index("municipality_code")
    for name in ("rank_lower", "rank_upper", "ranked", "alike"):
        assert sightings.loc["05901", name] == ranks.loc["05901", name]


def test_a_comparison_tells_unpublished_from_none(warehouse: Warehouse) -> None:
    rainfall = views.comparison(warehouse, "rainfall", "year").set_index("municipality_code")
    assert rainfall["events"].iloc[:2].tolist() == [12.5, 0]
    assert pd.isna(rainfall.loc["05903", "events"])
    assert [list(one) for one in rainfall["history"]][:2] == [[12.5], [0]]
    assert np.isnan(rainfall.loc["05903", "history"]).all()
    assert views.comparison(warehouse, "rainfall", "pooled")["period"].isna().all()
    ghosts = views.comparison(warehouse, "ghosts", "year")
    assert len(ghosts) == 3
    assert ghosts[["period", "events"]].isna().all(axis=None)


def test_the_newest_months_of_all_series_are_told_at_once(warehouse: Warehouse) -> None:
    checks = views.anomaly_checks(warehouse).set_index("series_id")
    assert checks.loc["sightings", "month"].dt.month.tolist() == [3, 4, 5]
    assert checks.loc["sightings", "is_provisional"].tolist() == [False, False, True]
    # Two years are too few to judge any month by.
    assert checks["not_determined"].loc["sightings"].tolist() == [3, 3, 3]
    assert not checks[["judged", "high", "low"]].any(axis=None)
    assert views.newest_anomalies(warehouse).empty


class Answer:
    """Stands for a warehouse that answers everything with one frame."""

    def __init__(self, **columns: list[object]) -> None:
        self.frame = pd.DataFrame(columns)

    def query(self, _name: str, **_parameters: object) -> pd.DataFrame:
        """The frame."""
        return self.frame


def test_a_rate_of_few_events_is_unstable_and_of_groups_sooner() -> None:
    # The error of 6 events is 41 %, of 7 it is 38 %; 40 % is the most. Twice the variance of chance
    # alone makes 7 as shaky as 3.5 would be.
    few = Answer(
        municipality_code=["05902", "05901", "05903"],
        period=[pd.Timestamp("2021-01-01")] * 3,
        events=[7.0, 6.0, 7.0],
        dispersion=[1.0, 1.0, 2.0],
    )
    codes, _, unstable = views.unstable_matrix(cast("Warehouse", few), "sightings", "year")
    assert codes == ["05901", "05902", "05903"]
    assert unstable.tolist() == [[True, False, True]]


def test_words_are_numbered_as_a_legend_tells_them() -> None:
    told = Answer(
        municipality_code=["05901", "05902", "05903"],
        period=[pd.Timestamp("2021-01-01")] * 3,
        value=[np.nan] * 3,
        word=["unstable", "reliable", "not determined"],
    )
    _, _, words = views.statistic_matrix(
        cast("Warehouse", told), "sightings", "reliability", "year"
    )
    assert words.tolist() == [[2, 0, 3]]


def test_maps_show_the_statistics_of_whole_windows_that_stand(warehouse: Warehouse) -> None:
    spans = views.statistic_periods(warehouse, "sightings")
    by_year = spans[spans["time_window"] == "year"].set_index("measure")["period"]
    # 2022 mixes two editions of the population, 2023 is not over: neither is smoothed.
    assert by_year.to_dict() == dict.fromkeys(
        ("cluster", "reliability", "smoothed"), pd.Timestamp("2021-01-01")
    )
    codes, periods, classes = views.statistic_matrix(warehouse, "sightings", "smoothed", "year")
    rates = views.smoothed_rates(warehouse, "sightings", "year", date(2021, 12, 1))
    breaks = views.class_breaks(warehouse, "sightings", "year", "rate")["lower"]
    # In the classes of the crude rates, counted by hand: how many begin at or below the rate.
    expected = [int((breaks <= rate).sum()) for rate in rates["smoothed_per_100k"]]
    assert (codes, list(periods)) == (list(rates["municipality_code"]), [by_year["smoothed"]])
    assert classes.tolist() == [expected]


def test_unlocated_events_are_told_by_department(warehouse: Warehouse) -> None:
    unlocated = views.unlocated(warehouse, "sightings", "year", date(2022, 1, 1))
    assert unlocated.to_dict("records") == [
        {"department_code": "05", "department_name": "Tierra Nuestra", "events": 2.0}
    ]


def test_every_programme_is_named_in_order(warehouse: Warehouse) -> None:
    found = views.programmes(warehouse)
    assert found["programme_id"].tolist() == ["prueba", "decreto"]
    assert found["known"].tolist() == [1, 2]
    assert found["is_complete"].tolist() == [False, True]


def test_coverage_by_month_is_no_firmer_than_what_is_known(warehouse: Warehouse) -> None:
    monthly = views.coverage_monthly(warehouse, "prueba")
    # October 2020 to September 2025 are sixty months of four municipalities.
    assert len(monthly) == 60 * 4
    spans: dict[str, list[str]] = {}
    for code, of_place in monthly.groupby("municipality_code"):
        words = of_place.set_index("month")["presence"]
        changes = words[words != words.shift()]
        spans[code] = [f"{month:%Y-%m} {word}" for month, word in changes.items()]
    assert spans == {
        # begun between October and December 2020; last seen in November 2024
        "05901": ["2020-10 maybe", "2020-12 yes", "2024-12 planned"],
        "05902": ["2020-10 unknown"],
        "05903": ["2020-10 unknown"],
        "98901": ["2020-10 no"],
    }


def test_a_place_that_ended_and_one_that_had_not_begun(tmp_path: Path) -> None:
    tables = world.core_frames()
    rows = tables["core.coverage"].set_index(["programme_id", "municipality_code"])
    place = ("prueba", "05901")
    dates = {"start_earliest": "2022-01-01", "start_latest": "2022-03-31", "end_date": "2023-02-10"}
    for name, day in dates.items():
        rows.loc[place, name] = pd.Timestamp(day)
    rows.loc[place, "end_basis"] = "actual"
    tables["core.coverage"] = rows.reset_index()
    warehouse = world.published(tmp_path, tables)
    monthly = views.coverage_monthly(warehouse, "prueba")
    words = monthly[monthly["municipality_code"] == "05901"].set_index("month")["presence"]
    changes = words[words != words.shift()]
    assert [f"{month:%Y-%m} {word}" for month, word in changes.items()] == [
        "2020-10 not yet",
        "2022-01 maybe",
        "2022-03 yes",
        "2023-03 over",
    ]
    spans = views.coverage_spans(warehouse, "prueba").set_index("municipality_code")
    ends = spans.loc["05901", ["first_month", "certain_month", "last_month"]]
    assert [f"{month:%Y-%m}" for month in ends] == ["2022-01", "2022-03", "2023-02"]


def test_the_months_of_a_decree_hold_its_places_alone(warehouse: Warehouse) -> None:
    spans = views.coverage_spans(warehouse, "decreto")
    assert spans["municipality_code"].tolist() == ["05901", "05902"]
    assert {f"{month:%Y-%m}" for month in spans["first_month"]} == {"2021-05"}
    assert {f"{month:%Y-%m}" for month in spans["last_month"]} == {"2022-02"}


def test_a_list_that_was_replaced_stays_askable(warehouse: Warehouse) -> None:
    lists = views.coverage_lists(warehouse, "prueba")
    assert lists["municipalities"].tolist() == [1, 1]
    assert lists["added"].tolist() == [1, 1]
    assert lists["dropped"].tolist() == [0, 1]
    assert lists["is_current"].tolist() == [False, True]
    said = views.coverage_history(warehouse, "prueba")
    assert list(zip(said["position"], said["municipality_code"], strict=True)) == [
        (1, "05902"),
        (2, "05901"),
    ]
    assert views.coverage_lists(warehouse, "decreto").empty


def test_coverage_is_told_apart_from_figures(warehouse: Warehouse) -> None:
    coverage = views.coverage(warehouse, "prueba")
    assert coverage["state"].tolist() == ["documented", "candidate", "no_evidence", "outside"]
    assert not {"events", "rate_per_100k"} & set(coverage)
    assert "state" not in views.map_values(warehouse, "sightings", "year", date(2021, 1, 1))
    assert views.coverage(warehouse, "another").empty


def test_places_and_outlines(warehouse: Warehouse) -> None:
    assert views.municipalities(warehouse)["municipality_code"].tolist() == [
        "05901", "05902", "05903",
    ]  # fmt: skip
    municipalities = views.municipality_outlines(warehouse)
    square = shapely.box(-75, 6, -74, 7)
    assert all(shapely.from_wkb(wkb).equals(square) for wkb in municipalities["web_geometry"])
    departments = views.department_outlines(warehouse)
    assert departments["is_programme_department"].tolist() == [True, False]


def test_sources_name_what_each_series_rests_on(warehouse: Warehouse) -> None:
    sources = views.sources(warehouse)
    meteors = sources[sources["series_id"].eq("meteors")].set_index("role")
    assert set(meteors.index) == {"control", "current"}
    assert (meteors["cut_date"] == pd.Timestamp("2023-06-01")).all()
    assert "ghosts" not in set(sources["series_id"])


def test_breaks_of_a_series(warehouse: Warehouse) -> None:
    (row,) = views.series_breaks(warehouse, "meteors").to_dict("records")
    assert (row["kind"], row["note_en"]) == ("definition", "Another lens")
    assert views.series_breaks(warehouse, "crowds").empty


def test_revisions_tell_releases_apart(warehouse: Warehouse) -> None:
    revisions = views.revisions(warehouse, "migrations")
    assert revisions[["year", "events"]].to_numpy().tolist() == [[2021, 15], [2021, 18]]
    assert revisions["cut_date"].is_monotonic_increasing


def test_years_that_publishers_counted_anew(warehouse: Warehouse) -> None:
    revised = views.revised_years(warehouse)
    assert revised[["series_id", "dataset", "year", "events"]].to_numpy().tolist() == [
        ["migrations", "migrations", 2021, 15],
        ["migrations", "migrations", 2021, 18],
    ]
    assert revised["cut_date"].is_monotonic_increasing


def test_the_dictionary_tells_units_and_ranges() -> None:
    columns = views.dictionary().set_index(["table_name", "column_name"])
    assert columns.loc[("core.crime_monthly", "events"), "range"] == "≥ 0"
    assert columns.loc[("core.population_yearly", "year"), "range"] == "1900 – 2100"
    assert columns.loc[("core.series", "kind"), "range"] == "violence, context"
    assert columns.loc[("core.municipality", "area_km2"), "unit"] == "km²"
    assert not columns.loc[("core.build", "build_id"), "may_be_empty"]


def test_the_public_names_are_there() -> None:
    assert all(hasattr(pipeline, name) for name in pipeline.__all__)
    with pytest.raises(AttributeError, match="no attribute 'warehouse_of_another'"):
        pipeline.warehouse_of_another  # noqa: B018 - asking for it is the test
