"""Datasets that are not plain rows of events, fetched from loopback and used.

The data folder begins with `tests.world.files.publish`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
import shapely

from pipeline import live
from pipeline.catalog.channels import CHANNELS, GATEWAY, FirstOf, StaticFile
from pipeline.errors import NetworkError
from pipeline.ingest.fetch import Asking
from tests.world.build import NO_SNAPSHOT, warehouse_of
from tests.world.days import TODAY
from tests.world.files import (
    MINE_VICTIM_FIELDS,
    boundary_archive,
    centre,
    displaced_groups,
    divipola_records,
    mine_point_records,
    mine_victim_rows,
    official_features,
    population_areas,
    population_back,
    residents,
)
from tests.world.publishers import HASTY, Layer, Publishers, Table, serving

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
AUGUST = int(datetime(2026, 8, 16, 12, tzinfo=UTC).timestamp())


@pytest.fixture
def publishers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publishers]:
    with serving() as found:
        monkeypatch.setenv(GATEWAY, found.address)
        yield found


def refresh(data_dir: Path, source_id: str) -> live.Outcome:
    channels = [one for one in CHANNELS if one.source == source_id]
    asking = Asking(at=NOW, patience=HASTY)
    return live.refresh(data_dir, channels, snapshot_dir=NO_SNAPSHOT, asking=asking)


def stored(data_dir: Path, table: str) -> pd.DataFrame:
    warehouse = warehouse_of(data_dir)
    try:
        return warehouse.table(table)
    finally:
        warehouse.close()


class TestMunicipalities:
    def test_the_list_is_fetched(self, publishers, data_dir):
        rows = divipola_records()
        rows[2]["nom_mpio"] = "VILLA RENOMBRADA"
        publishers.tables["gdxc-w37w"] = Table(rows, AUGUST)
        outcome = refresh(data_dir, "divipola")
        assert (outcome.failures, outcome.quarantine) == ((), ())
        names = stored(data_dir, "core.municipality").set_index("municipality_code")
        assert len(names) == 6
        assert names["municipality_name"]["05903"] == "Villa Renombrada"
        assert names["pdet_subregion"]["05902"] == "Sur de Prueba"

    def test_a_list_that_lost_a_municipality_is_set_aside(self, publishers, data_dir):
        publishers.tables["gdxc-w37w"] = Table(divipola_records()[:-1], AUGUST)
        (held,) = refresh(data_dir, "divipola").quarantine
        assert "1 municipalities of the list before are not in it, e.g. 98901" in held.reason
        assert len(stored(data_dir, "core.municipality")) == 6


class TestMineVictims:
    def test_rows_of_the_interface_take_the_place_of_the_export(self, publishers, data_dir):
        rows = [("05901", 2006, 1), ("05901", 2006, 1), ("13902", 2007, 12), ("05902", 2023, 10)]
        values = mine_victim_rows(rows)
        publishers.tables["yhxn-eqqw"] = Table(
            [dict(zip(MINE_VICTIM_FIELDS, one, strict=True)) for one in values], AUGUST
        )
        outcome = refresh(data_dir, "mine_victims")
        assert (outcome.failures, outcome.quarantine) == ((), ())
        monthly = stored(data_dir, "core.crime_monthly").query("series_id == 'mine_victims'")
        assert monthly["events"].tolist() == [2, 1, 1]
        held = stored(data_dir, "core.source_file").query("source_id == 'mine_victims'")
        assert sorted(held["role"]) == ["current", "history"]


class TestCoca:
    def rows(self, **last: str) -> list[dict[str, str]]:
        place = {"coddepto": "5", "departamento": "DEPARTAMENTO UNO", "municipio": "VILLA PRUEBA"}
        return [
            {**place, "codmpio": "5901", "_2016": "12.5", "_2020": "- 0", "_2021": "3.25"} | last
        ]

    def test_every_year_takes_the_place_of_three(self, publishers, data_dir):
        publishers.tables["acs4-3wgp"] = Table(self.rows(), AUGUST)
        outcome = refresh(data_dir, "coca")
        assert (outcome.failures, outcome.quarantine) == ((), ())
        values = stored(data_dir, "core.context_yearly")
        found = values[["municipality_code", "year", "value"]].to_numpy().tolist()
        assert sorted(found) == [["05901", 2016, 12.5], ["05901", 2020, 0], ["05901", 2021, 3.25]]

    def test_a_column_that_came_is_told_before_anything_is_fetched(self, publishers, data_dir):
        publishers.tables["acs4-3wgp"] = Table(self.rows(_2024="1", observacion="x"), AUGUST)
        with pytest.raises(NetworkError, match="columns: observacion came, none went"):
            refresh(data_dir, "coca")
        assert not any("/resource/" in one for one in publishers.asked)


class TestMineEvents:
    def test_the_whole_dataset_takes_the_place_of_yearly_files(self, publishers, data_dir):
        before = stored(data_dir, "core.crime_yearly").query("series_id == 'mine_accidents'")
        assert before["events"].tolist() == [1]  # of 2018, whose file calls its year's end a cut
        points = [
            ("05901", "2018", "1", *centre("05901")),
            ("05901", "2018", "2", *centre("05902")),
            ("13901", "2016", "1", *centre("13901")),
            ("13901", "2016", "4", *centre("13901")),
        ]
        last_update = int(datetime(2018, 10, 2, tzinfo=UTC).timestamp())
        publishers.tables["sgp4-3e6k"] = Table(mine_point_records(points), last_update)
        outcome = refresh(data_dir, "mine_events")
        assert (outcome.failures, outcome.quarantine) == ((), ())
        yearly = stored(data_dir, "core.crime_yearly").query("series_id == 'mine_accidents'")
        found = yearly[["municipality_code", "year", "events"]].to_numpy().tolist()
        assert sorted(found) == [["05901", 2018, 1], ["05902", 2018, 1], ["13901", 2016, 1]]
        held = stored(data_dir, "core.source_file").query("source_id == 'mine_events'")
        roles = dict(zip(held["part"], held["role"], strict=True))
        assert roles == {"all": "current", "2018": "history"}


class TestRegister:
    def test_only_the_newest_cut_is_asked_for_and_earlier_ones_are_history(
        self, publishers, data_dir
    ):
        groups = [
            ("31/07/2026", "05901", "2024", "Mujer", 30),
            ("31/07/2026", "05901", "2024", "Hombre", 20),
            ("30/09/2025", "05901", "2024", "Mujer", 999),
        ]
        table = publishers.tables["krnc-8azs"] = Table(displaced_groups(groups), AUGUST)
        outcome = refresh(data_dir, "ruv_years")
        assert (outcome.failures, outcome.quarantine) == ((), ())
        assert outcome.adopted[0].cut_date == "2026-07-31"
        sums = [one for one in publishers.asked if "sum(per_ocu)" in one]
        assert all("fecha_corte='31/07/2026'" in one for one in sums)

        newer = [("31/08/2026", "05901", "2024", "Mujer", 51), groups[0]]
        table.rows, table.updated = displaced_groups(newer), AUGUST + 30 * 86_400
        outcome = refresh(data_dir, "ruv_years")
        assert outcome.quarantine == ()
        yearly = stored(data_dir, "core.crime_yearly").query("series_id == 'displacement_yearly'")
        assert yearly[["municipality_code", "year", "events"]].to_numpy().tolist() == [
            ["05901", 2024, 51]
        ]
        history = stored(data_dir, "core.revision").query("series_id == 'displacement_yearly'")
        assert history.groupby("cut_date")["events"].sum().tolist() == [50, 51]
        months = stored(data_dir, "core.crime_monthly").query("series_id == 'displacement'")
        assert months["events"].sum() == 37  # the panel of months is as it was

    def test_a_cut_that_cannot_be_dated_is_told(self, publishers, data_dir):
        groups = [("31/07/2026", "05901", "2024", "Mujer", 3), ("julio", "05901", "2024", "", 3)]
        publishers.tables["krnc-8azs"] = Table(displaced_groups(groups), AUGUST)
        with pytest.raises(NetworkError, match="has 2 cuts, and of 1 the day cannot be read, such"):
            refresh(data_dir, "ruv_years")


class TestBoundaries:
    """DANE's own edition is better than the simplified one that is there."""

    @pytest.fixture
    def both_ways(self) -> FirstOf:
        (channel,) = (one for one in CHANNELS if one.source == "municipality_boundaries")
        (resource,) = channel.resources
        assert isinstance(resource, FirstOf)
        return resource

    def vertices(self, data_dir: Path) -> set[int]:
        """Vertices of each municipality of the finest boundaries: four for each piece of a side."""
        grounds = stored(data_dir, "core.municipality")["geometry"].map(bytes)
        return set(shapely.get_num_coordinates(shapely.from_wkb(grounds.to_numpy(dtype=object))))

    def test_the_file_is_used_and_fetched_once(self, publishers, both_ways, data_dir, tmp_path):
        assert self.vertices(data_dir) == {5}
        path = boundary_archive(tmp_path / "a.zip", pieces=20)
        publishers.files[both_ways.primary.url.removeprefix("https://")] = path.read_bytes()
        outcome = refresh(data_dir, "municipality_boundaries")
        assert (outcome.failures, outcome.quarantine) == ((), ())
        assert self.vertices(data_dir) == {4 * 20 + 1}
        (file,) = outcome.adopted
        assert file.dataset == "mgn_2025"
        assert file.licence.startswith("use and transform with the citation")
        publishers.asked.clear()
        assert refresh(data_dir, "municipality_boundaries").adopted == ()
        assert len(publishers.asked) == 1

    def test_the_layer_stands_in(self, publishers, both_ways, data_dir):
        layer = both_ways.fallback.layer.removeprefix("https://")
        publishers.layers[layer] = Layer(official_features(pieces=30), most=4)
        outcome = refresh(data_dir, "municipality_boundaries")
        assert (outcome.failures, outcome.quarantine) == ((), ())
        assert self.vertices(data_dir) == {4 * 30 + 1}

    def test_departments_are_checked(self, publishers, data_dir):
        (channel,) = (one for one in CHANNELS if one.source == "department_boundaries")
        (resource,) = channel.resources
        assert isinstance(resource, FirstOf)
        layer = resource.fallback.layer.removeprefix("https://")
        publishers.layers[layer] = Layer(official_features("dpto"))
        assert [one.dataset for one in refresh(data_dir, "department_boundaries").adopted] == [
            "mgn_2025"
        ]

    def test_a_country_of_other_municipalities_is_set_aside(self, publishers, both_ways, data_dir):
        layer = both_ways.fallback.layer.removeprefix("https://")
        publishers.layers[layer] = Layer(official_features()[:-1])
        (held,) = refresh(data_dir, "municipality_boundaries").quarantine
        assert "1 municipalities are only here or only in DIVIPOLA, e.g. 98901" in held.reason
        assert self.vertices(data_dir) == {5}


def test_both_population_workbooks_are_fetched_and_used(publishers, data_dir, tmp_path):
    (channel,) = (one for one in CHANNELS if one.source == "population")
    back, ahead = (one.url for one in channel.resources if isinstance(one, StaticFile))
    for url, write in ((back, population_back), (ahead, population_areas)):
        path = write(tmp_path / url.rpartition("/")[2])
        publishers.files[url.removeprefix("https://")] = path.read_bytes()
    outcome = refresh(data_dir, "population")
    assert (outcome.failures, outcome.quarantine) == ((), ())
    population = stored(data_dir, "core.population_yearly")
    editions = population.groupby("edition")["year"].agg(["min", "max"]).T.to_dict("list")
    # the older base is left with the years that the back-projection does not reach
    assert editions == {
        "census 2005": [2003, 2004],
        "census 2018, back-projected": [2005, 2017],
        "census 2018, to 2042": [2018, 2026],
    }
    held = population.set_index(["municipality_code", "year"])["population"]
    assert held["05901", 2010] == residents("05901", 2010)
    assert held["98901", 2026] == residents("98901", 2026)
