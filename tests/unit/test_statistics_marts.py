"""The marts of statistics against figures reckoned by hand from the invented country."""

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from pipeline import views
from pipeline.analysis.smoothing import credible_rates_per_100k
from pipeline.marts.change import change_table
from pipeline.marts.ranks import ranked_table
from pipeline.marts.smoothing import smoothed_table
from pipeline.marts.trend import trend_table
from pipeline.store.warehouse import Draft, Warehouse
from tests import world

SMOOTHED = ["smoothed_per_100k", "smoothed_lower_per_100k", "smoothed_upper_per_100k"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = world.published(tmp_path_factory.mktemp("data"))
    yield opened
    opened.close()


class TestSmoothed:
    def test_whole_windows_of_one_edition_have_rows_in_the_seven_departments(
        self, warehouse: Warehouse
    ) -> None:
        table = warehouse.table("mart.rate_smoothed")
        sightings = table[table["series_id"].eq("sightings")]
        windows = sightings[["municipality_code", "time_window", "period"]]
        assert [(code, window, f"{end:%Y-%m}") for code, window, end in windows.to_numpy()] == [
            ("05901", "rolling", "2023-04"),
            ("05901", "year", "2021-12"),
            ("05902", "rolling", "2023-04"),
            ("05902", "year", "2021-12"),
            ("05903", "rolling", "2023-04"),  # in 2021 nobody lived there
        ]

    def test_the_whole_country_says_what_is_usual(self, warehouse: Warehouse) -> None:
        table = warehouse.table("mart.rate_smoothed")
        year = table[table["series_id"].eq("sightings") & table["time_window"].eq("year")]
        # Villa Prueba, Puerto Ensayo and, ten times their size, Otra Parte
        country = credible_rates_per_100k(
            np.array([5.0, 0.0, 7.0]), np.array([36_500.0, 36_500.0, 365_000.0])
        )
        own = credible_rates_per_100k(np.array([5.0, 0.0]), np.array([36_500.0, 36_500.0]))
        for prefix, found in {"": country, "department_": own}.items():
            columns = [f"{prefix}{name}" for name in SMOOTHED]
            expected = np.column_stack(found)[:2]
            assert np.isfinite(expected).all()
            assert year[columns].to_numpy() == pytest.approx(expected)

    def test_few_events_make_a_rate_unstable(self, warehouse: Warehouse) -> None:
        table = warehouse.table("mart.rate_smoothed")
        year = table[table["series_id"].eq("sightings") & table["time_window"].eq("year")]
        # one over the root of 5; 0.2 / 0.23^2 = 3.8 years; without events nobody knows
        five, none = year.iloc[0], year.iloc[1]
        assert five["relative_standard_error"] == pytest.approx(0.4472, abs=5e-5)
        assert [five["reliability"], five["years_to_reliable"]] == ["unstable", 4]
        assert none["reliability"] == "unstable"
        assert none[["relative_standard_error", "years_to_reliable"]].isna().all()

    def test_the_view_sets_the_crude_rate_beside_it(self, warehouse: Warehouse) -> None:
        rates = views.smoothed_rates(warehouse, "sightings", "year", date(2021, 12, 1))
        columns = ["municipality_name", "events", "reliability"]
        assert rates[columns].to_numpy().tolist() == [
            ["Villa Prueba", 5, "unstable"],
            ["Puerto Ensayo", 0, "unstable"],
        ]
        assert rates["rate_per_100k"].tolist() == pytest.approx([5 / 0.36500, 0])
        assert rates["smoothed_per_100k"].gt(0).all()

    def test_three_years_together_count_as_three(self) -> None:
        rates = _rates(("05901", "pooled", 15.0, 1.0), ("05902", "pooled", 2.0, 1.0))
        # fifteen in three years are five a year: 3 / 15 / 0.23^2 = 3.8 years
        assert smoothed_table(rates, 1.0)["years_to_reliable"].tolist() == [4, 29]

    def test_one_mass_event_has_no_limits(self) -> None:
        rates = _rates(
            ("05901", "year", 80.0, 70.0), ("05902", "year", 1.0, 2.0), ("98901", "year", 2.0, 2.0)
        )
        table = smoothed_table(rates, 2.0)
        assert table["municipality_code"].tolist() == ["05901", "05902"]
        assert table["smoothed_per_100k"].notna().all()
        assert table[SMOOTHED[1:]].isna().to_numpy().tolist() == [[True, True], [False, False]]

    def test_unknown_dispersion_smooths_nothing(self) -> None:
        table = smoothed_table(_rates(("05901", "year", 8.0, np.nan)), np.nan)
        assert table[[*SMOOTHED, "reliability", "years_to_reliable"]].isna().all(axis=None)


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Draft]:
    """The invented country with the missing April of 2022, so that two whole years follow."""
    frames = world.core_frames()
    april = world.rows("core.availability", ("sightings", "all", "2022-04-01", "complete"))
    frames["core.availability"] = pd.concat([frames["core.availability"], april])
    with world.stored(tmp_path_factory.mktemp("data"), frames) as draft:
        yield draft


def pairs_after(draft: Draft, *changes: str) -> pd.DataFrame:
    """Pairs of sightings by year, once the stored tables were changed; then all is as before."""
    draft._connection.execute("begin")
    for change in changes:
        draft._connection.execute(change)
    pairs = draft.frame("mart/change", departments=["05"], digits=5)
    draft._connection.execute("rollback")
    pairs = pairs[pairs["series_id"].eq("sightings") & pairs["time_window"].eq("year")]
    return pairs.sort_values("municipality_code", ignore_index=True)


MARK = "insert into core.series_break values ('sightings', 'START', 'END', 'KIND', '', '')"
ONE_EDITION = "update mart.population_yearly set edition = 'edition 1'"


class TestChange:
    def test_the_view_asks_for_one_window(self, warehouse: Warehouse) -> None:
        changes = views.changes(warehouse, "sightings", "year")
        assert changes.empty  # a month of 2022 is missing
        assert {"municipality_name", "word", "refusal"} <= set(changes)

    def test_newest_two_years_of_one_edition(self, two_years: Draft) -> None:
        pairs = pairs_after(two_years, ONE_EDITION)
        columns = ["municipality_code", "earlier_events", "events", "is_newest"]
        assert pairs[columns].to_numpy().tolist() == [
            ["05901", 5, 5, True],
            ["05902", 0, 0, True],
            ["05903", 2, 1, True],
        ]
        assert set(pairs["earlier_period"]) == {pd.Timestamp("2021-12-01")}
        assert set(pairs["period"]) == {pd.Timestamp("2022-12-01")}
        assert not pairs[["crosses_edition", "crosses_definition"]].any(axis=None)
        table = change_table(pairs)
        # as many among twice the residents; nobody lived in Nueva Muestra the year before
        assert table["ratio"].tolist() == pytest.approx([0.5, np.nan, np.nan], nan_ok=True)
        assert table["refusal"].tolist()[:2] == ["too few events"] * 2
        assert table["refusal"].iloc[2] == "residents unknown"
        assert table["word"].isna().tolist() == [False, False, True]

    def test_two_editions_do_not_compare(self, two_years: Draft) -> None:
        table = change_table(pairs_after(two_years))
        assert table["word"].tolist()[:2] == ["not comparable"] * 2
        assert table["refusal"].tolist()[:2] == ["two editions of the population"] * 2
        assert table[["ratio", "ratio_lower", "ratio_upper", "percent", "p"]].isna().all(axis=None)

    @pytest.mark.parametrize(
        ("start", "end", "crosses"),
        [
            ("2022-06-01", "2022-06-01", True),
            ("2020-06-01", "2021-01-01", False),  # over before the first month
            ("2020-06-01", "2021-02-01", True),
            ("2022-12-01", "2023-06-01", True),
            ("2023-01-01", "2023-06-01", False),
        ],
    )
    def test_a_change_of_definition_lies_between(
        self, two_years: Draft, start: str, end: str, *, crosses: bool
    ) -> None:
        marks = [
            MARK.replace("KIND", kind).replace("START", start).replace("END", end)
            for kind in ("definition", "contested")
        ]
        defined, contested = (pairs_after(two_years, ONE_EDITION, mark) for mark in marks)
        assert defined["crosses_definition"].tolist() == [crosses] * 3
        assert not contested["crosses_definition"].any()

    def test_where_the_newest_do_not_compare_the_newest_that_do_stand_beside(
        self, two_years: Draft
    ) -> None:
        year_before = """
            insert into mart.rate_window by name
            select * replace (period - interval 12 month as period) from mart.rate_window
            where time_window = 'year' and period = '2021-12-01'
        """
        pairs = pairs_after(two_years, year_before)
        assert [f"{end:%Y}" for end in pairs["period"].unique()] == ["2022", "2021"]
        newest = pairs["period"].eq("2022-12-01")
        assert pairs["is_newest"].eq(newest).all()
        assert not pairs.loc[~newest, "crosses_edition"].any()

    def test_months_that_may_grow_are_compared_with_nothing(self, two_years: Draft) -> None:
        open_year = "update mart.rate_window set is_provisional = true where period = '2022-12-01'"
        assert pairs_after(two_years, ONE_EDITION, open_year).empty

    def test_words_and_limits(self) -> None:
        # The limits are those of R's documentation of poisson.test: 11 in 800 and 21 in 3,011.
        table = change_table(
            _pairs(
                ("05901", 21.0, 3_011.0, 1.0, 11.0, 800.0, 1.0),
                ("05902", 90.0, 1e5, 1.0, 40.0, 1e5, 1.0),
                ("05903", 0.0, 1e5, 1.0, 30.0, 1e5, 1.0),
            )
        )
        first, second, third = (row for _, row in table.iterrows())
        limits = first[["ratio", "ratio_lower", "ratio_upper"]].to_numpy(dtype=float)
        assert limits == pytest.approx([1.971488, 0.8584264, 4.2772659])
        assert [first["word"], second["word"], third["word"]] == ["too few events", "fall", "rise"]
        assert np.isnan(first["percent"])
        assert second["percent"] == pytest.approx(100 * (40 / 90 - 1))
        assert third[["ratio", "ratio_upper", "percent"]].isna().all()
        # of two tests the larger p is its own adjusted one
        assert second["adjusted_p"] == pytest.approx(max(second["p"], 2 * third["p"]))
        assert np.isnan(first["adjusted_p"])

    def test_groups_of_both_windows_count(self) -> None:
        # 20 with a ratio of 2 and 80 with one of 7: (40 + 560) / 100 = 6, so 50 / 6 were expected
        table = change_table(
            _pairs(
                ("05901", 20.0, 1e5, 2.0, 80.0, 1e5, 7.0),
                ("05902", 20.0, 1e5, 2.0, 80.0, 1e5, 2.0),
                ("05903", 20.0, 1e5, np.nan, 80.0, 1e5, np.nan),
            )
        )
        assert table["word"].tolist()[:2] == ["too few events", "rise"]
        assert table["word"].isna().tolist() == [False, False, True]
        assert table["refusal"].iloc[2] == "groups too uneven"
        assert np.isnan(table["ratio"].iloc[2])


def _pairs(*rows: tuple[str, float, float, float, float, float, float]) -> pd.DataFrame:
    """Pairs of two years that may be compared."""
    facts = ["events", "person_years", "dispersion"]
    columns = ["municipality_code", *(f"earlier_{name}" for name in facts), *facts]
    return pd.DataFrame(list(rows), columns=columns).assign(
        series_id="sightings",
        time_window="year",
        period=pd.Timestamp("2022-12-01"),
        crosses_edition=False,
        crosses_definition=False,
    )


class TestTrend:
    def test_five_years_are_needed(self, warehouse: Warehouse) -> None:
        assert views.trends(warehouse, "sightings").empty

    def test_a_change_of_definition_that_takes_time_cuts_twice(self, two_years: Draft) -> None:
        # The meteors' lens changes from January to February 2021: 2021 itself is neither.
        cuts = two_years.frame("mart/definition_year")
        assert sorted(cuts["year"]) == [2021, 2022]

    def test_months_that_may_grow_are_left_out(self, two_years: Draft) -> None:
        years = two_years.frame("mart/trend", departments=["05"], digits=5)
        villa = years[years["series_id"].eq("sightings") & years["municipality_code"].eq("05901")]
        columns = ["year", "events", "edition"]
        assert villa.sort_values("year")[columns].to_numpy().tolist() == [
            [2021, 5, "edition 1"],
            [2022, 5, "edition 2"],
        ]

    def test_ranks_and_slopes_of_a_straight_line(self) -> None:
        table = trend_table(_years(range(20, 120, 10)), [])
        assert table[["first_year", "last_year", "years", "events"]].to_numpy().tolist() == [
            [2010, 2019, 10, 650]
        ]
        # all 45 pairs rise; the variance is 10 x 9 x 25 / 18 = 125, and z is 44 / 11.18
        assert table["mann_kendall_p"].tolist() == pytest.approx([2 * norm.sf(44 / 125**0.5)])
        slopes = ["sen_slope_per_100k", "sen_lower_per_100k", "sen_upper_per_100k"]
        assert table[slopes].to_numpy() == pytest.approx(np.full((1, 3), 10.0))
        assert table["word"].tolist() == ["rising"]

    def test_only_the_newest_years_of_one_meaning_count(self) -> None:
        falling = [900, 500, 300, 200, 100]
        rising = [80, 95, 120, 150, 180, 230]
        table = trend_table(_years([*falling, *rising]), [2015])
        assert table[["first_year", "last_year"]].to_numpy().tolist() == [[2015, 2020]]
        # the slope that `log_linear_slope` is documented with; six years are too few for ranks
        assert table["percent"].round(1).tolist() == [23.8]
        assert table["mann_kendall_p"].isna().all()
        assert table["word"].tolist() == ["rising"]

    def test_groups_widen_the_limits_and_unknown_ones_leave_none(self) -> None:
        events = [80, 95, 120, 150, 180, 230]
        lone, grouped, uneven = (
            trend_table(_years(events).assign(dispersion=ratio), []) for ratio in (1.0, 9.0, np.nan)
        )
        assert lone["percent_lower"].item() > grouped["percent_lower"].item()
        assert grouped["dispersion"].tolist() == [9.0]
        assert uneven["percent"].isna().all()
        assert uneven["word"].tolist() == ["not determined"]

    def test_no_span_has_no_row(self) -> None:
        assert trend_table(_years([80, 95, 120, 150, 180, 230]), [2013]).empty


def _years(events: Iterable[float]) -> pd.DataFrame:
    """Years of one place from 2010 on, 100,000 person-years each."""
    counts = list(map(float, events))
    return pd.DataFrame(
        {
            "series_id": "sightings",
            "municipality_code": pd.array(["05901"] * len(counts), dtype="str"),
            "year": np.arange(2010, 2010 + len(counts)),
            "events": counts,
            "person_years": 100_000.0,
            "dispersion": 1.0,
            "edition": "edition 1",
        }
    )


class TestRanks:
    def test_the_newest_whole_year_is_ranked_among_the_seven_departments(
        self, warehouse: Warehouse
    ) -> None:
        ranks = views.ranks(warehouse, "sightings", "year")
        # five events and none among as many residents; nobody lived in Nueva Muestra
        columns = ["municipality_name", "position", "ranked"]
        assert ranks[columns].to_numpy().tolist() == [
            ["Villa Prueba", 1, 2],
            ["Puerto Ensayo", 2, 2],
        ]
        assert set(ranks["period"]) == {pd.Timestamp("2021-12-01")}
        assert ranks["rank_mean"].sum() == pytest.approx(3)
        assert views.ranks(warehouse, "sightings", "pooled").empty

    def test_far_apart_and_alike(self) -> None:
        rates = _rates(
            ("05901", "year", 900.0, 1.0),
            ("05902", "year", 10.0, 1.0),
            ("05903", "year", 10.0, 1.0),
            ("98901", "year", 300.0, 1.0),
        )
        table = ranked_table(rates, 1.0).set_index("municipality_code")
        assert table["alike"].tolist() == [0, 1, 1]
        assert table.loc["05901", ["rank_lower", "rank_upper"]].tolist() == [1, 1]
        assert table.loc["05902", ["rank_lower", "rank_upper"]].tolist() == [2, 3]
        assert set(table["ranked"]) == {3}  # Otra Parte is not on the map

    def test_a_map_of_equal_rates_has_no_ranks(self) -> None:
        rates = _rates(("05901", "year", 10.0, 1.0), ("05902", "year", 10.0, 1.0))
        assert ranked_table(rates, 1.0).empty


def _rates(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Rates of one map, 100,000 person-years each."""
    columns = ["municipality_code", "time_window", "events", "dispersion"]
    table = pd.DataFrame(list(rows), columns=columns)
    return table.assign(
        series_id="crowds", period=pd.Timestamp("2021-12-01"), person_years=100_000.0
    )
