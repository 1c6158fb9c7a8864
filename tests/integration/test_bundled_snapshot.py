"""The bundled snapshot, built as on a new machine, tells the publishers' own totals."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipeline import bundled
from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.series import SERIES
from pipeline.catalog.sources import SOURCES
from pipeline.catalog.tables import TABLES, column_facts
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests.published_figures import (
    HOMICIDES_MINISTRY_2024,
    HOMICIDES_POLICE,
    RELEASES,
    WHOLE_SERIES,
    YEARLY,
)

SIZE_MAX_BYTES = 6_000_000


@pytest.fixture(scope="module")
def warehouse(bundled_data_dir: Path) -> Iterator[Warehouse]:
    found = Warehouse.open(published_path(bundled_data_dir))
    yield found
    found.close()


def yearly_sums(frame: pd.DataFrame, period: str) -> dict[int, int]:
    sums = frame.groupby(frame[period].dt.year)["events"].sum()
    return {int(year): int(total) for year, total in sums.items()}


def test_it_is_small_and_carries_every_publisher() -> None:
    assert sum(path.stat().st_size for path in bundled.FOLDER.iterdir()) < SIZE_MAX_BYTES
    manifest = bundled.read_manifest()
    assert manifest is not None
    note = (bundled.FOLDER / "SOURCES.md").read_text("utf-8")
    cited = {
        source.id
        for source in SOURCES
        if all(words in note for words in (source.publisher, source.citation, source.licence.en))
    }
    assert {file.source_id for file in manifest.files} <= cited


def test_every_bundled_column_is_public() -> None:
    for table in TABLES.values():
        for name, facts in column_facts(table).items():
            assert facts["sensitivity"] is Sensitivity.PUBLIC, f"{table.name}.{name}"


def test_it_reproduces_the_published_totals(warehouse: Warehouse) -> None:
    monthly = warehouse.table("core.crime_monthly")
    by_series = dict(iter(monthly.groupby("series_id")))
    assert yearly_sums(by_series["homicide_police"], "month") == HOMICIDES_POLICE
    for series_id, expected in YEARLY.items():
        found = yearly_sums(by_series[series_id], "month")
        assert tuple(found[year] for year in range(2019, 2026)) == expected
    sums = {series_id: by_series[series_id]["events"].sum() for series_id in WHOLE_SERIES}
    assert sums == WHOLE_SERIES


def test_homicide_of_2024_is_a_minimum_by_the_totals_of_both_files(warehouse: Warehouse) -> None:
    yearly = warehouse.table("core.crime_yearly")
    ministry = yearly[yearly["series_id"].eq("homicide_mindefensa") & yearly["year"].eq(2024)]
    assert ministry["events"].sum() == HOMICIDES_MINISTRY_2024
    totals = [HOMICIDES_POLICE[2024], HOMICIDES_MINISTRY_2024]
    (police,) = (one for one in SERIES if one.id == "homicide_police")
    caveat = police.caveats[-1]
    assert re.findall(r"\d+,\d{3}", caveat.en) == [f"{one:,}" for one in totals]
    spanish = [f"{one:,}".replace(",", ".") for one in totals]
    assert re.findall(r"\d+\.\d{3}", caveat.es) == spanish


def test_it_keeps_the_releases_before(warehouse: Warehouse) -> None:
    revisions = warehouse.table("core.revision")
    for (series_id, cut), expected in RELEASES.items():
        own = revisions[
            revisions["series_id"].eq(series_id) & revisions["cut_date"].eq(pd.Timestamp(cut))
        ]
        found = yearly_sums(own, "period_start")
        assert {year: found[year] for year in expected} == expected


def test_it_says_that_it_is_a_snapshot(warehouse: Warehouse) -> None:
    assert warehouse.table("core.build")["is_snapshot_only"].tolist() == [True]
    assert warehouse.table("core.source_file")["is_bundled"].all()
    assert warehouse.table("core.municipality")["geometry"].isna().all()
