"""The marts of statistics against figures reckoned by hand from the invented country."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.smoothing import credible_rates_per_100k
from pipeline.marts.smoothing import smoothed_table
from pipeline.store.warehouse import Warehouse
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


def _rates(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Rates of one map, 100,000 person-years each."""
    columns = ["municipality_code", "time_window", "events", "dispersion"]
    table = pd.DataFrame(list(rows), columns=columns)
    return table.assign(
        series_id="crowds", period=pd.Timestamp("2021-12-01"), person_years=100_000.0
    )
