"""Every mart against figures reckoned by hand from the invented country (`tests.world`).

There, 36,525 residents for *d* days are 100 *d* person-years.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from pipeline.analysis.rates import rate_table
from pipeline.marts.rates import class_break_table, dispersion_table, with_classes
from pipeline.store.warehouse import Warehouse
from tests import world

CROWD_RATIO = (365 / 31 * 6 - 6) / 11
"""Six events in a March, none in the year's other eleven months."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = world.published(tmp_path_factory.mktemp("data"))
    yield opened
    opened.close()


def figures(mart: pd.DataFrame, series: str, place: str, *columns: str) -> list[tuple[object, ...]]:
    """Rows of one series and place, as tuples of the columns asked for."""
    of_place = mart[mart["series_id"].eq(series) & mart.iloc[:, 1].eq(place)]
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in of_place[list(columns)].itertuples(index=False)
    ]


def months_of(mart: pd.DataFrame, series: str, place: str) -> list[str]:
    of_place = mart[mart["series_id"].eq(series) & mart["municipality_code"].eq(place)]
    return [f"{month:%Y-%m}" for month in of_place["month"]]


def test_population_is_carried_for_one_year_and_zero_is_unknown(warehouse: Warehouse) -> None:
    table = warehouse.table("mart.population_yearly")
    young = table[table["municipality_code"].eq("05903")]
    assert young[["year", "population", "is_population_carried"]].to_numpy().tolist() == [
        [2022, 36_525, False],
        [2023, 36_525, True],
    ]
    assert table["year"].max() == 2023


def test_a_year_counts_its_published_days(warehouse: Warehouse) -> None:
    yearly = warehouse.table("mart.rate_yearly")
    columns = ("year", "months_published", "events", "population", "is_provisional")
    assert figures(yearly, "sightings", "05901", *columns) == [
        (2021, 12, 5, 36_525, False),
        (2022, 11, 5, 73_050, False),  # April is missing
        (2023, 5, 6, 73_050, True),  # May may still grow
    ]
    person_years = [value for (value,) in figures(yearly, "sightings", "05901", "person_years")]
    assert person_years == pytest.approx([100 * 365, 200 * (365 - 30), 200 * 151])
    rates = [value for (value,) in figures(yearly, "sightings", "05901", "rate_per_100k")]
    assert rates == pytest.approx([5 / 0.36500, 5 / 0.67000, 6 / 0.30200])
    carried = figures(yearly, "sightings", "05901", "is_population_carried", "crosses_edition")
    assert carried == [(False, False), (False, False), (True, False)]


def test_a_published_year_without_an_event_is_zero(warehouse: Warehouse) -> None:
    yearly = warehouse.table("mart.rate_yearly")
    zeros = figures(yearly, "sightings", "05902", "year", "events", "rate_per_100k")
    assert zeros == [(2021, 0, 0), (2022, 0, 0), (2023, 0, 0)]


def test_events_where_nobody_is_known_to_live_have_no_rate(warehouse: Warehouse) -> None:
    yearly = warehouse.table("mart.rate_yearly")
    columns = ("year", "events", "population", "rate_per_100k", "rate_upper_per_100k")
    before, *_ = figures(yearly, "sightings", "05903", *columns)
    assert before == (2021, 2, None, None, None)


def test_only_whole_windows_count(warehouse: Warehouse) -> None:
    windows = warehouse.table("mart.rate_window")
    columns = ("time_window", "period", "events", "population", "is_population_carried")
    # April 2022 is missing: its year, the fiscal year and the twelve months before are not whole,
    # and May 2023 may still grow.
    assert figures(windows, "sightings", "05901", *columns) == [
        ("rolling", pd.Timestamp("2023-04-01"), 1, 73_050, True),
        ("year", pd.Timestamp("2021-12-01"), 5, 36_525, False),
    ]


def test_a_place_is_judged_by_its_own_groups(warehouse: Warehouse) -> None:
    windows = warehouse.table("mart.rate_window")
    columns = ("time_window", "period", "dispersion")
    assert figures(windows, "crowds", "05902", *columns) == [
        ("rolling", pd.Timestamp("2021-12-01"), 6),  # one crowd of six: 36 / 6
        ("year", pd.Timestamp("2021-12-01"), 6),
    ]


def test_unlocated_events_have_rows_only_where_there_are_any(warehouse: Warehouse) -> None:
    yearly = warehouse.table("mart.rate_yearly")
    columns = ("year", "events", "population", "rate_per_100k", "is_population_carried")
    assert figures(yearly, "sightings", "05000", *columns) == [
        (2021, 1, None, None, False),
        (2022, 2, None, None, False),
    ]
    assert figures(yearly, "sightings", "00000", "year", "events") == [(2021, 1)]
    assert figures(yearly, "crowds", "05000", "year") == []


def test_yearly_figures_stand_beside_monthly_ones(warehouse: Warehouse) -> None:
    yearly = warehouse.table("mart.rate_yearly")
    columns = ("year", "months_published", "events")
    assert figures(yearly, "meteors", "05901", *columns) == [(2020, 12, 2), (2021, 6, 0)]
    assert figures(yearly, "meteors", "05000", *columns) == [(2021, 6, 1)]
    person_years = figures(yearly, "meteors", "05901", "person_years")
    assert person_years == [(pytest.approx(100 * 366),), (pytest.approx(100 * 181),)]


def test_context_shows_what_was_measured_and_nothing_else(warehouse: Warehouse) -> None:
    yearly = warehouse.table("mart.rate_yearly")
    rain = yearly[yearly["series_id"].eq("rainfall")]
    assert rain[["municipality_code", "year", "events"]].to_numpy().tolist() == [
        ["05901", 2021, 12.5],
        ["05902", 2021, 0.0],
    ]
    assert rain[["population", "person_years", "rate_per_100k"]].isna().all(axis=None)
    assert "rainfall" not in set(warehouse.table("mart.rate_department_yearly")["series_id"])


def test_a_place_published_on_its_own_is_missing_elsewhere(warehouse: Warehouse) -> None:
    for mart in ("mart.rate_yearly", "mart.rate_monthly", "mart.rate_rolling"):
        table = warehouse.table(mart)
        assert set(table.loc[table["series_id"].eq("migrations"), "municipality_code"]) == {"05901"}


def test_every_published_month_has_a_row_and_no_other(warehouse: Warehouse) -> None:
    monthly = warehouse.table("mart.rate_monthly")
    published = [
        month[:7] for month in world.months("2021-01", "2023-05") if month[:7] != "2022-04"
    ]
    assert months_of(monthly, "sightings", "05902") == published
    assert months_of(monthly, "sightings", "05000") == ["2021-06", "2022-07"]
    assert set(monthly["municipality_code"]) == {"05000", "05901", "05902", "05903"}
    assert "meteors" not in set(monthly["series_id"])


def test_a_month_is_as_long_as_its_days(warehouse: Warehouse) -> None:
    monthly = warehouse.table("mart.rate_monthly").set_index(
        ["series_id", "municipality_code", "month"]
    )
    january, february, may = (
        monthly.loc[("sightings", "05901", pd.Timestamp(month))]
        for month in ("2021-01-01", "2022-02-01", "2023-05-01")
    )
    assert [january["events"], january["person_years"]] == [3, pytest.approx(3_100)]
    assert january["rate_per_100k"] == pytest.approx(3 / 0.03100)
    assert [february["events"], february["person_years"]] == [4, pytest.approx(2 * 2_800)]
    assert [may["is_population_carried"], may["is_provisional"]] == [True, True]


def test_twelve_months_need_twelve_published_in_a_row(warehouse: Warehouse) -> None:
    rolling = warehouse.table("mart.rate_rolling")
    # January to March 2022 end whole windows; the missing April breaks the next eleven.
    assert months_of(rolling, "sightings", "05901") == [
        "2021-12", "2022-01", "2022-02", "2022-03", "2023-04", "2023-05",
    ]  # fmt: skip
    assert months_of(rolling, "sightings", "05000") == [
        "2021-12", "2022-01", "2022-02", "2022-03", "2023-04", "2023-05",
    ]  # fmt: skip
    assert months_of(rolling, "migrations", "05901") == ["2021-12"]


def test_twelve_months_across_editions_mix_their_populations(warehouse: Warehouse) -> None:
    rolling = warehouse.table("mart.rate_rolling")
    columns = ("events", "person_years", "crosses_edition", "is_population_carried")
    expected = [
        (5, 36_500, False, False),
        (2, 100 * 334 + 200 * 31, True, False),
        (6, 100 * 306 + 200 * 59, True, False),
        (6, 100 * 275 + 200 * 90, True, False),
        (1, 73_000, False, True),
        (6, 73_000, False, True),
    ]
    found = figures(rolling, "sightings", "05901", *columns)
    assert found == [(e, pytest.approx(p), x, c) for e, p, x, c in expected]
    population = figures(rolling, "sightings", "05901", "population")[1]
    assert population == (pytest.approx((334 * 36_525 + 31 * 73_050) / 365),)
    provisional = figures(rolling, "sightings", "05901", "is_provisional")
    assert provisional == [(False,)] * 5 + [(True,)]


def test_twelve_months_are_undefined_where_one_has_no_residents(warehouse: Warehouse) -> None:
    rolling = warehouse.table("mart.rate_rolling")
    found = figures(rolling, "sightings", "05903", "events", "population", "crosses_edition")
    assert found == [
        (2, None, False),
        (2, None, False),
        (2, None, False),
        (2, None, False),
        (1, 36_525, False),
        (1, 36_525, False),
    ]


def test_a_department_is_its_municipalities_and_the_unlocated(warehouse: Warehouse) -> None:
    departments = warehouse.table("mart.rate_department_yearly")
    columns = ("year", "months_published", "events", "unlocated_events", "population")
    assert figures(departments, "sightings", "05", *columns) == [
        (2021, 12, 8, 1, 73_050),  # 5 + 2 where nobody is known to live + 1 unlocated
        (2022, 11, 8, 2, 146_100),
        (2023, 5, 6, 0, 146_100),
    ]
    rates = [value for (value,) in figures(departments, "sightings", "05", "rate_per_100k")]
    assert rates == pytest.approx([8 / 0.73000, 8 / 1.34000, 6 / 0.60400])


def test_a_departments_own_file_is_never_mixed_with_sums(warehouse: Warehouse) -> None:
    departments = warehouse.table("mart.rate_department_yearly")
    columns = ("year", "events", "unlocated_events")
    assert figures(departments, "migrations", "05", *columns) == [(2020, 40, 0), (2021, 55, 0)]
    assert figures(departments, "migrations", "98", *columns) == [(2021, 9, 0)]
    leap, _ = figures(departments, "migrations", "05", "person_years")
    assert leap == (pytest.approx(73_050 * 366 / 365.25),)


def test_unknown_department_belongs_to_no_department(warehouse: Warehouse) -> None:
    departments = warehouse.table("mart.rate_department_yearly")
    assert set(departments["department_code"]) == {"05", "98"}


def test_independent_events_have_exact_limits(warehouse: Warehouse) -> None:
    yearly = warehouse.table("mart.rate_yearly")
    limits = ("rate_lower_per_100k", "rate_upper_per_100k")
    (five, *_) = figures(yearly, "sightings", "05901", *limits)
    # Garwood's table: 5 events, 1.623 to 11.668.
    assert [limit * 0.36500 for limit in five] == pytest.approx([1.623, 11.668], abs=5e-4)


def test_grouped_events_have_wider_limits(warehouse: Warehouse) -> None:
    (row,) = warehouse.table("mart.dispersion").to_dict("records")
    assert row == {"series_id": "crowds", "dispersion": pytest.approx(CROWD_RATIO)}
    # One crowd of six: V = 36, more than six times the ratio.
    lower = 36 / 6 * gamma.ppf(0.025, 1)
    around, beside = 36 + CROWD_RATIO**2, 6 + CROWD_RATIO
    upper = around / beside * gamma.ppf(0.975, beside**2 / around)
    limits = ("rate_lower_per_100k", "rate_upper_per_100k", "person_years")
    for mart, place in {
        "rate_monthly": "05902",
        "rate_rolling": "05902",
        "rate_yearly": "05902",
        "rate_department_yearly": "05",
    }.items():
        found = [
            tuple(limit * years / 1e5 for limit in (low, high))
            for low, high, years in figures(
                warehouse.table(f"mart.{mart}"), "crowds", place, *limits
            )
            if low > 0
        ]
        assert found == [pytest.approx((lower, upper))]


def test_limits_are_unknown_where_the_dispersion_is() -> None:
    exposures = pd.DataFrame(
        {
            "series_id": ["crowds", "sightings"],
            "events": [3.0, 3.0],
            "group_squares": [np.nan, np.nan],
            "population": [36_525.0, 36_525.0],
            "days": [365, 365],
            "is_population_carried": [False, True],
            "crosses_edition": [False, False],
        }
    )
    table = rate_table(exposures, pd.Series({"crowds": np.nan, "sightings": 1.0}))
    assert table["rate_per_100k"].tolist() == pytest.approx([3 / 0.36500] * 2)
    assert table["rate_lower_per_100k"].isna().tolist() == [True, False]
    assert table["rate_upper_per_100k"].isna().tolist() == [True, False]
    assert table.index.equals(exposures.index)


def test_dispersion_leaves_out_months_that_may_grow_and_unlocated_events() -> None:
    places = ["05902"] * 4 + ["05000"] * 2
    monthly = pd.DataFrame(
        {
            "series_id": "crowds",
            "municipality_code": pd.array(places, dtype="str"),
            "month": pd.to_datetime(
                ["2021-01-01", "2021-03-01", "2021-05-01", "2021-07-01", "2021-01-01", "2021-03-01"]
            ),
            "days": 31,
            "events": [4.0, 2.0, 0.0, 90.0, 70.0, 0.0],
            "is_provisional": [False, False, False, True, False, False],
        }
    )
    table = dispersion_table(monthly, ["crowds"])
    # 4, 2 and 0 around their mean of 2: (4 + 0 + 4) / 2, over 3 - 1 degrees of freedom.
    assert table.to_dict("records") == [{"series_id": "crowds", "dispersion": pytest.approx(2.0)}]
    assert dispersion_table(monthly, ["sightings"]).empty


def test_dispersion_is_the_same_to_the_last_digit_in_any_order_of_rows() -> None:
    random = np.random.default_rng(5)
    places = pd.DataFrame({"municipality_code": [f"0590{place}" for place in range(9)]})
    months = pd.DataFrame({"month": pd.date_range("2015-01-01", periods=72, freq="MS", unit="s")})
    monthly = places.merge(months, how="cross").assign(
        series_id="crowds",
        days=lambda rows: rows["month"].dt.days_in_month,
        events=random.poisson(0.7, 9 * 72) * 3.0,
        is_provisional=False,
    )
    found = {
        dispersion_table(monthly.sample(frac=1, random_state=seed), ["crowds"])["dispersion"].item()
        for seed in range(20)
    }
    assert len(found) == 1


def test_breaks_come_from_the_mapped_departments_alone() -> None:
    rates = pd.DataFrame(
        {
            "series_id": "sightings",
            "municipality_code": pd.array(
                [f"0590{n}" for n in range(1, 9)] + ["98901", "05000"], dtype="str"
            ),
            "events": [0.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 900.0, 900.0],
            "rate_per_100k": np.nan,
        }
    )
    breaks = class_break_table(rates, "year", ["05"])
    assert set(breaks["measure"]) == {"count"}
    assert breaks["class"].tolist() == list(range(1, len(breaks) + 1))
    assert breaks["lower"].max() <= 7
    assert breaks["upper"].tolist()[:-1] == breaks["lower"].tolist()[1:]
    assert np.isnan(breaks["upper"].iloc[-1])
    classed = with_classes(rates, breaks)
    assert set(classed["rate_class"]) == {255}
    for row in classed[classed["events"] > 0].itertuples():
        (own,) = breaks[breaks["class"].eq(row.count_class)].itertuples()
        assert own.lower <= row.events
        assert np.isnan(own.upper) or row.events < own.upper


def test_the_same_input_makes_the_same_tables(warehouse: Warehouse, tmp_path: Path) -> None:
    shuffled = {
        name: frame.sample(frac=1, random_state=1) for name, frame in world.core_frames().items()
    }
    again = world.published(tmp_path, shuffled)
    for name in ("core.crime_monthly", "mart.rate_rolling", "mart.class_break"):
        pd.testing.assert_frame_equal(again.table(name), warehouse.table(name))
    again.close()
