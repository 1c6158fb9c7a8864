"""One file of events to counts: every row is counted once or dropped for a reason."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.catalog.series import SERIES, Feed, Series
from pipeline.catalog.text import Text
from pipeline.errors import SourceError
from pipeline.ingest.conform import gazetteer
from pipeline.ingest.events import Reading, read_events
from pipeline.ingest.raw import Found, RawFile
from pipeline.ingest.reference import read_divipola
from tests.world import files
from tests.world.files import Event

SQUARES = files.boundaries()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = files.divipola(tmp_path_factory.mktemp("places") / "divipola.csv")
    return gazetteer(read_divipola(path))


@pytest.fixture
def read(places: Any) -> Any:
    def reading(
        path: Path, source: str, dataset: str, series: Sequence[Series] = SERIES, **known: str
    ) -> Reading:
        facts = {"retrieved_date": "2026-11-22"} | known
        file = RawFile(path.name, source, dataset, "0" * 64, path.stat().st_size, **facts)
        return read_events(Found(file, path), series, places, SQUARES)

    return reading


def counts(reading: Reading, series_id: str) -> dict[tuple[str, str], float]:
    """Events of a series by place and period."""
    own = reading.cells[reading.cells["series_id"] == series_id]
    months = own["month"].dt.strftime("%Y-%m")
    return dict(zip(zip(own["place_code"], months, strict=True), own["events"], strict=True))


def balance(reading: Reading) -> tuple[int, float]:
    """Rows and events that are read and neither in a drop nor in the cells of one series."""
    (series_id,) = reading.cells["series_id"].unique()
    stored = reading.cells.loc[reading.cells["series_id"] == series_id, "events"].sum()
    return reading.rows_dropped, reading.events_read - reading.events_dropped - stored


class TestMinistryWorkbooks:
    def test_equal_rows_are_separate_events(self, tmp_path: Path, read: Any) -> None:
        day = date(2025, 3, 9)
        events = [Event("05901", day), Event("05901", day), Event("05901", day, 3)]
        path = files.sheet(tmp_path / "EXTORSIÓN.xlsx", files.mindefensa_cells(events))
        reading = read(path, "mindefensa_workbooks", "EXTORSIÓN")
        assert counts(reading, "extortion") == {("05901", "2025-03"): 5}
        assert (reading.rows_read, reading.events_read, reading.drops) == (3, 5, ())
        assert (reading.first_day, reading.last_day) == (day, day)

    def test_a_group_is_a_day_however_many_rows_tell_of_it(self, tmp_path: Path, read: Any) -> None:
        """Three on one day and one on another: 3² + 1², in one row a day or one a victim."""
        first, second, later = date(2025, 3, 9), date(2025, 3, 20), date(2025, 4, 1)
        releases = [
            [("05901", first, 3), ("05901", second, 1), ("05902", later, 2)],
            [("05901", first, 1)] * 3 + [("05901", second, 1)] + [("05902", later, 1)] * 2,
        ]
        for number, release in enumerate(releases):
            (folder := tmp_path / str(number)).mkdir()
            cells = files.mindefensa_cells([Event(*row) for row in release])
            path = files.sheet(folder / "SECUESTRO.xlsx", cells)
            groups = read(path, "mindefensa_workbooks", "SECUESTRO").groups
            assert groups.astype({"month": "str"}).to_numpy().tolist() == [
                ["kidnapping", "05901", "2025-03-01", 10],
                ["kidnapping", "05902", "2025-04-01", 4],
            ]

    def test_events_one_by_one_have_no_groups(self, tmp_path: Path, read: Any) -> None:
        cells = files.mindefensa_cells([Event("05901", date(2025, 3, 9), 3)])
        path = files.sheet(tmp_path / "EXTORSIÓN.xlsx", cells)
        assert read(path, "mindefensa_workbooks", "EXTORSIÓN").groups is None

    def test_unlocated_events_stay_in_their_department(self, tmp_path: Path, read: Any) -> None:
        cells = files.mindefensa_cells(
            [Event("05000", date(2025, 1, 1)), Event("0", date(2025, 1, 2), 2)], files.OF_EXITS
        )
        cells[2] = [cells[2][0], "0", "", "0", "", "GRUPO", 2]
        path = files.sheet(tmp_path / "DESVINCULADOS.xlsx", cells)
        reading = read(path, "mindefensa_workbooks", "DESVINCULADOS")
        assert counts(reading, "child_soldier_exits") == {
            ("05000", "2025-01"): 1,
            ("00000", "2025-01"): 2,
        }

    def test_names_speak_where_the_code_says_nothing(self, tmp_path: Path, read: Any) -> None:
        cells = files.mindefensa_cells([Event("13902", date(2025, 1, 1))] * 2)
        cells[1][3] = ""
        path = files.sheet(tmp_path / "EXTORSIÓN.xlsx", cells)
        reading = read(path, "mindefensa_workbooks", "EXTORSIÓN")
        assert counts(reading, "extortion") == {("13902", "2025-01"): 2}

    def test_a_code_is_believed_before_a_name(self, tmp_path: Path, read: Any) -> None:
        cells = files.mindefensa_cells([Event("13902", date(2025, 1, 1))])
        cells[1][2], cells[1][4] = "DEPARTAMENTO UNO", "VILLA PRUEBA"
        path = files.sheet(tmp_path / "EXTORSIÓN.xlsx", cells)
        reading = read(path, "mindefensa_workbooks", "EXTORSIÓN")
        assert counts(reading, "extortion") == {("13902", "2025-01"): 1}

    def test_a_row_of_nothing_is_dropped_with_its_reason(self, tmp_path: Path, read: Any) -> None:
        events = [Event("05901", date(2025, 3, 9), 0), Event("05902", date(2025, 3, 9), 4)]
        path = files.sheet(tmp_path / "EXTORSIÓN.xlsx", files.mindefensa_cells(events))
        reading = read(path, "mindefensa_workbooks", "EXTORSIÓN")
        (drop,) = reading.drops
        assert (drop.reason, drop.rows, drop.events) == ("quantity 0: no event", 1, 0)
        assert drop.example == "05901, 2025-03"
        assert counts(reading, "extortion") == {("05902", "2025-03"): 4}

    def test_one_row_feeds_cases_and_victims(self, tmp_path: Path, read: Any) -> None:
        rows = [("05901", date(2025, 1, 2), 1, 4), ("05901", date(2025, 1, 9), 2, 7)]
        path = files.sheet(tmp_path / "MASACRES.xlsx", files.massacre_cells(rows))
        reading = read(path, "mindefensa_workbooks", "MASACRES")
        assert counts(reading, "massacre_cases") == {("05901", "2025-01"): 3}
        assert counts(reading, "massacre_victims") == {("05901", "2025-01"): 11}

    def test_a_case_without_victims_is_an_event_of_one_series(
        self, tmp_path: Path, read: Any
    ) -> None:
        path = files.sheet(
            tmp_path / "MASACRES.xlsx", files.massacre_cells([("05901", date(2025, 1, 2), 1, 0)])
        )
        reading = read(path, "mindefensa_workbooks", "MASACRES")
        assert counts(reading, "massacre_cases") == {("05901", "2025-01"): 1}
        assert counts(reading, "massacre_victims") == {("05901", "2025-01"): 0}
        assert reading.drops == ()

    def test_terms_part_a_file_into_series(self, tmp_path: Path, read: Any) -> None:
        day = date(2025, 5, 5)
        events = [
            Event("05901", day, 1, "ARTICULO 343. TERRORISMO"),
            Event("05901", day, 2, "Artículo 144.  Actos de Terrorismo"),
        ]
        cells = files.mindefensa_cells(events, files.WITH_CONDUCT)
        reading = read(
            files.sheet(tmp_path / "TERRORISMO.xlsx", cells), "mindefensa_workbooks", "TERRORISMO"
        )
        assert counts(reading, "terrorism") == {("05901", "2025-05"): 3}
        assert counts(reading, "terrorism_article_343") == {("05901", "2025-05"): 1}
        assert counts(reading, "terrorism_article_144") == {("05901", "2025-05"): 2}
        assert reading.events_read == 3

    def test_every_fault_of_a_file_is_told_at_once(self, tmp_path: Path, read: Any) -> None:
        known = "ARTICULO 343. TERRORISMO"
        events = [
            Event("05901", date(2025, 5, 5), 1, known),
            Event("77777", date(2025, 5, 5), 1, known),
            Event("05901", date(2025, 5, 5), -1, known),
            Event("05901", date(2026, 2, 5), 1, known),
            Event("05901", date(2025, 5, 5), 1, "ARTICULO 999. INVENTADO"),
        ]
        cells = files.mindefensa_cells(events, files.WITH_CONDUCT)
        cells.append([*cells[1][:-1], "muchos"])
        cells.append(["ayer", *cells[1][1:]])
        path = files.sheet(tmp_path / "TERRORISMO.xlsx", cells)
        cut = {"cut_date": "2026-01-31", "cut_basis": "path"}
        with pytest.raises(SourceError) as refusal:
            read(path, "mindefensa_workbooks", "TERRORISMO", **cut)
        assert str(refusal.value).splitlines() == [
            "TERRORISMO.xlsx: 6 faults that nothing declares",
            "  1 rows: unreadable date, e.g. 'ayer' in row 8",
            "  1 rows: unknown municipality code, e.g. '77777' in row 3",
            "  1 rows: date after the file's cut 2026-01-31, e.g. '2026-02' in row 5",
            (
                "  1 rows: term of DESCRIPCION CONDUCTA that no series declares, "
                "e.g. 'ARTICULO 999 INVENTADO' in row 6"
            ),
            "  1 rows: CANTIDAD that is no whole number from 0 to 1000000000, e.g. '-1.0' in row 4",
            (
                "  1 rows: CANTIDAD that is no whole number from 0 to 1000000000, "
                "e.g. 'muchos' in row 7"
            ),
            (
                "  If a value is right, declare it in pipeline/catalog (places, series or shapes); "
                "if it is wrong, fetch the file again."
            ),
        ]

    def test_a_long_list_of_faults_is_cut(self, tmp_path: Path, read: Any) -> None:
        events = [Event(f"777{n:02d}", date(2025, 5, 5)) for n in range(1, 21)]
        path = files.sheet(tmp_path / "EXTORSIÓN.xlsx", files.mindefensa_cells(events))
        with pytest.raises(SourceError, match=r"(?s)20 faults.*and 8 more"):
            read(path, "mindefensa_workbooks", "EXTORSIÓN")

    def test_a_date_after_today_is_a_fault(self, tmp_path: Path, read: Any) -> None:
        events = [Event("05901", date(2025, 5, 5)), Event("05901", date(2052, 5, 5))]
        path = files.sheet(tmp_path / "EXTORSIÓN.xlsx", files.mindefensa_cells(events))
        with pytest.raises(SourceError, match=r"date after 2026-11-22.*'2052-05' in row 3"):
            read(path, "mindefensa_workbooks", "EXTORSIÓN")

    def test_a_file_without_one_date_is_refused(self, tmp_path: Path, read: Any) -> None:
        cells = files.mindefensa_cells([Event("05901", date(2025, 5, 5))])
        cells[1][0] = 45_782
        path = files.sheet(tmp_path / "EXTORSIÓN.xlsx", cells)
        with pytest.raises(SourceError, match=r"unreadable date, e.g. '45782.0' in row 2"):
            read(path, "mindefensa_workbooks", "EXTORSIÓN")

    @pytest.mark.parametrize(
        ("dataset", "cells", "lost"),
        [
            ("TERRORISMO", files.mindefensa_cells([Event("05901", date(2025, 1, 1))]),
             "DESCRIPCION CONDUCTA"),
            ("MASACRES", files.mindefensa_cells([Event("05901", date(2025, 1, 1))]), "CASOS"),
        ],
    )  # fmt: skip
    def test_a_column_that_a_series_needs_is_named_with_its_file(
        self, tmp_path: Path, read: Any, dataset: str, cells: files.Cells, lost: str
    ) -> None:
        path = files.sheet(tmp_path / f"{dataset}.xlsx", cells)
        with pytest.raises(SourceError, match=rf"{dataset}\.xlsx has no column {lost}"):
            read(path, "mindefensa_workbooks", dataset)

    def test_a_dataset_that_no_series_takes_is_dropped_and_says_so(
        self, tmp_path: Path, read: Any
    ) -> None:
        cells = files.mindefensa_cells([Event("05901", date(2025, 1, 1))])
        reading = read(files.sheet(tmp_path / "x.xlsx", cells), "mindefensa_workbooks", "NADA")
        assert [drop.reason for drop in reading.drops] == ["no declared series takes this dataset"]
        assert (reading.rows_read, reading.rows_dropped, len(reading.cells)) == (1, 1, 0)

    def test_a_new_series_is_one_declaration(self, tmp_path: Path, read: Any) -> None:
        unicorns = Series(
            "unicorns", Text("Unicornios", "Unicorns"), Text("casos", "cases"),
            (Feed("mindefensa_workbooks", "UNICORNIOS ROBADOS"),),
        )  # fmt: skip
        cells = files.mindefensa_cells([Event("05901", date(2025, 1, 1), 2)])
        path = files.sheet(tmp_path / "Unicornios robados.xlsx", cells)
        reading = read(path, "mindefensa_workbooks", "UNICORNIOS ROBADOS", (unicorns,))
        assert counts(reading, "unicorns") == {("05901", "2025-01"): 2}


class TestLaws:
    """Whatever a file holds: read = stored + dropped, and the order of rows is irrelevant."""

    ROWS = st.lists(
        st.builds(
            Event,
            st.sampled_from([*files.PLACES, "05000", "13000", "0"]),
            st.dates(date(2023, 1, 1), date(2025, 12, 31)),
            st.integers(0, 30),
        ),
        min_size=1,
        max_size=40,
    )

    @settings(max_examples=30)  # each writes two workbooks
    @given(events=ROWS, data=st.data())
    def test_rows_and_sums_are_preserved_in_any_order(
        self, tmp_path_factory: pytest.TempPathFactory, places: Any, events: Any, data: Any
    ) -> None:
        folder = tmp_path_factory.mktemp("law")
        frames = []
        for number, rows in enumerate((events, data.draw(st.permutations(events)))):
            path = files.sheet(folder / f"{number}.xlsx", files.mindefensa_cells(rows))
            file = RawFile(
                path.name, "mindefensa_workbooks", "EXTORSIÓN", "0" * 64, 1, "2026-11-22"
            )
            reading = read_events(Found(file, path), SERIES, places, SQUARES)
            is_zero = [row for row in rows if row.quantity == 0]
            assert reading.rows_read == len(rows)
            assert reading.rows_dropped == len(is_zero)
            assert reading.events_read == sum(row.quantity for row in rows)
            assert reading.cells["events"].sum() == reading.events_read
            frames.append(reading.cells)
        pd.testing.assert_frame_equal(frames[0], frames[1])

    def test_departments_keep_their_sums(self, tmp_path: Path, read: Any) -> None:
        events = [Event(code, date(2025, 1, 1), n) for n, code in enumerate(files.PLACES, start=1)]
        events += [Event("05000", date(2025, 1, 1), 10)]
        path = files.sheet(tmp_path / "EXTORSIÓN.xlsx", files.mindefensa_cells(events))
        cells = read(path, "mindefensa_workbooks", "EXTORSIÓN").cells
        by_department = cells.groupby(cells["place_code"].str[:2])["events"].sum()
        assert by_department.to_dict() == {"05": 1 + 2 + 3 + 10, "13": 4 + 5, "98": 6}


class TestPoliceWorkbooks:
    @pytest.mark.parametrize(
        ("layout", "name"),
        [
            ("2003", "homicidios_2025.xlsx"),
            ("2011", "homicidios_2025.xlsx"),
            ("2019", "homicidios_2025.xlsx"),
            ("2020", "homicidios_2025.xls"),
            ("2024", "homicidios_2025.xls"),
            ("2025", "homicidios_2025.xlsx"),
        ],
    )
    def test_all_layouts_say_the_same(
        self, tmp_path: Path, read: Any, layout: str, name: str
    ) -> None:
        events = [*files.one_a_month(2025), Event("13902", date(2025, 2, 2), 4)]
        path = files.sheet(tmp_path / name, files.police_cells(events, layout))
        reading = read(path, "police_workbooks", "homicidios")
        expected = {("05901", f"2025-{month:02d}"): 1 for month in range(1, 13)}
        assert counts(reading, "homicide_police") == expected | {("13902", "2025-02"): 4}
        assert (reading.rows_read, reading.events_read) == (13, 16)
        assert (reading.file.part, reading.file.cut_date) == ("2025", "2026-02-03")
        assert not reading.is_open

    def test_a_populated_centre_belongs_to_its_municipality(
        self, tmp_path: Path, read: Any
    ) -> None:
        cells = files.police_cells(files.one_a_month(2025), "2024")
        cells[10][6] = "05902017"
        path = files.sheet(tmp_path / "homicidios_2025.xls", cells)
        reading = read(path, "police_workbooks", "homicidios")
        assert counts(reading, "homicide_police")["05902", "2025-01"] == 1

    def test_names_that_do_not_join_are_told_with_their_department(
        self, tmp_path: Path, read: Any
    ) -> None:
        cells = files.police_cells(files.one_a_month(2025), "2003")
        cells[11][1] = "Ninguna Parte (CT)"
        path = files.sheet(tmp_path / "homicidios_2025.xlsx", cells)
        said = (
            r"1 rows: name that does not join.*'DEPARTAMENTO UNO / Ninguna Parte \(CT\)' in row 12"
        )
        with pytest.raises(SourceError, match=said):
            read(path, "police_workbooks", "homicidios")

    def test_a_running_year_is_open(self, tmp_path: Path, read: Any) -> None:
        cells = files.police_cells(
            files.one_a_month(2025, months=range(1, 8)),
            "2025",
            period=(date(2025, 1, 1), date(2025, 7, 31)),
            drawn=date(2025, 8, 13),
        )
        path = files.sheet(tmp_path / "Amenazas_5.xlsx", cells)
        reading = read(path, "police_workbooks", "amenazas")
        assert reading.is_open
        assert reading.months.astype(str).tolist() == [f"2025-{month:02d}" for month in range(1, 8)]
        assert (reading.file.cut_date, reading.file.cut_basis) == ("2025-08-13", "footer")

    def test_an_event_after_the_day_it_was_drawn_is_a_fault(
        self, tmp_path: Path, read: Any
    ) -> None:
        cells = files.police_cells(files.one_a_month(2025), drawn=date(2025, 10, 31))
        path = files.sheet(tmp_path / "homicidios_2025.xls", cells)
        with pytest.raises(SourceError, match=r"2 rows: date after 2025-10-31.*'2025-11'"):
            read(path, "police_workbooks", "homicidios")


class TestPortal:
    def test_an_export_gives_the_cells_of_its_workbook(self, tmp_path: Path, read: Any) -> None:
        rows = [("05901", date(2022, 1, 2), 1, 4), ("13901", date(2022, 12, 31), 1, 3)]
        book = files.sheet(tmp_path / "MASACRES.xlsx", files.massacre_cells(rows))
        export = files.massacre_export(tmp_path / "Masacres_en_Colombia.csv", rows)
        by_book = read(book, "mindefensa_workbooks", "MASACRES")
        by_export = read(export, "mindefensa_exports", "massacres")
        assert counts(by_book, "massacre_victims") == counts(by_export, "massacre_victims")
        assert set(by_export.cells["role"]) == {"revision"}

    def test_text_dates_and_long_codes(self, tmp_path: Path, read: Any) -> None:
        events = [Event("05901", date(2024, 2, 1), 2), Event("52000", date(2024, 2, 1))]
        path = files.police_rows(tmp_path / "fpe5-yrmw.csv", events[:1], "delito")
        reading = read(path, "police_exports", "fpe5-yrmw")
        assert counts(reading, "sexual_offences") == {("05901", "2024-02"): 2}

    @pytest.mark.parametrize(
        ("view", "series_id", "own"),
        [
            ("q2ib-t9am", "extortion", ()),
            ("d7zw-hpf4", "kidnapping", ("tipo_delito",)),
            ("8rpn-wpty", "public_force_casualties", ("accion",)),
            ("4rxi-8m8d", "theft_persons", ()),
            ("7mn7-vzqp", "theft_homes", ("zona",)),
            ("7i2x-h5vp", "theft_shops", ()),
            ("csb4-y6v2", "theft_vehicles", ("tipo_delito", "zona")),
            ("gepp-dxcs", "domestic_violence", ("zona",)),
            ("bz43-8ahq", "sexual_offences_mindefensa", ("zona", "sexo")),
            ("jr6v-i33g", "injuries_mindefensa", ("sexo",)),
        ],
    )
    def test_rows_of_the_ministry_feed_one_series_each(
        self, view: str, series_id: str, own: tuple[str, ...], tmp_path: Path, read: Any
    ) -> None:
        day = date(2025, 2, 28)
        events = [Event("05901", day, 3), Event("05901", day, 3), Event("13000", day)]
        reading = read(files.ministry_rows(tmp_path / f"{view}.csv", events, *own),
                       "mindefensa_exports", view)  # fmt: skip
        assert set(reading.cells["series_id"]) == {series_id}
        assert counts(reading, series_id) == {("05901", "2025-02"): 6, ("13000", "2025-02"): 1}

    @pytest.mark.parametrize(
        ("view", "series_id"), [("meew-mguv", "threats"), ("37p5-impc", "terrorism_police")]
    )
    def test_rows_of_the_police_feed_series_of_their_own(
        self, view: str, series_id: str, tmp_path: Path, read: Any
    ) -> None:
        """The third of April, not the fourth of March; what nobody located stays unlocated."""
        events = [Event("05901", date(2024, 4, 3), 2), Event("05000", date(2024, 4, 30), 5)]
        path = files.police_rows(tmp_path / f"{view}.csv", events)
        reading = read(path, "police_exports", view)
        assert counts(reading, series_id) == {("05901", "2024-04"): 2, ("05000", "2024-04"): 5}

    def test_injuries_in_traffic_are_no_violence(self, tmp_path: Path, read: Any) -> None:
        day = date(2024, 4, 3)
        events = [
            Event("05901", day, 2, "ARTÍCULO 111. LESIONES PERSONALES"),
            Event("05901", day, 9, "ARTICULO 120. LESIONES CULPOSAS ( EN ACCIDENTE DE TRANSITO )"),
        ]
        path = files.police_rows(tmp_path / "72sg-cybi.csv", events, "descripci_n_conducta")
        reading = read(path, "police_exports", "72sg-cybi")
        assert counts(reading, "injuries_police") == {("05901", "2024-04"): 2}
        assert (reading.events_read, reading.events_dropped) == (11, 9)
        (drop,) = reading.drops
        assert "traffic" in drop.reason

    @pytest.mark.parametrize(
        ("own", "told"),
        [
            (("descripci_n_conducta",), "LESIONES INVENTADAS"),
            ((), "no column DESCRIPCI N CONDUCTA"),
        ],
    )
    def test_injuries_of_an_unknown_kind_are_refused_by_name(
        self, own: tuple[str, ...], told: str, tmp_path: Path, read: Any
    ) -> None:
        events = [Event("05901", date(2024, 4, 3), 1, "LESIONES INVENTADAS")]
        path = files.police_rows(tmp_path / "72sg-cybi.csv", events, *own)
        with pytest.raises(SourceError, match=told):
            read(path, "police_exports", "72sg-cybi")

    def test_yearly_totals_join_by_name_and_stay_yearly(self, tmp_path: Path, read: Any) -> None:
        rows = [("05901", 2024, 3), ("13901", 2024, 2), ("05000", 2024, 1), ("05901", 2025, 4)]
        path = files.yearly_records(tmp_path / "hist_municipio_homicidio.json", rows)
        cut = {"cut_date": "2025-06-30", "cut_basis": "path"}
        reading = read(path, "mindefensa_years", "homicidio", **cut)
        assert counts(reading, "homicide_mindefensa") == {
            ("05000", "2024-01"): 1,
            ("05901", "2024-01"): 3,
            ("05901", "2025-01"): 4,
            ("13901", "2024-01"): 2,
        }
        assert set(reading.cells["grain"]) == {"municipality_year"}
        assert (str(reading.months[-1]), reading.months.size) == ("2025-06", 18)
        assert reading.first_day is None

    def test_rows_of_an_open_year_without_a_cut_are_dropped_and_said(
        self, tmp_path: Path, read: Any
    ) -> None:
        rows = [("05901", 2025, 3), ("05901", 2026, 2)]
        path = files.yearly_records(tmp_path / "hist_municipio_homicidio.json", rows)
        reading = read(path, "mindefensa_years", "homicidio")
        (drop,) = reading.drops
        assert (drop.rows, drop.events) == (1, 2)
        assert "the year is open" in drop.reason
        assert balance(reading) == (1, 0)

    @pytest.mark.parametrize("size", [1_000, 3_000])
    def test_an_answer_cut_at_the_limit_is_refused(
        self, tmp_path: Path, read: Any, size: int
    ) -> None:
        rows = [("05901", 2003, 1)] * size
        path = files.yearly_records(tmp_path / "hist_municipio_hurto_personas.json", rows)
        with pytest.raises(SourceError, match=rf"has exactly {size:,} rows.*count\(\*\)"):
            read(path, "mindefensa_years", "hurto_personas")

    def test_a_second_row_of_a_place_and_year_is_a_fault(self, tmp_path: Path, read: Any) -> None:
        rows = [("05901", 2024, 3), ("13901", 2024, 1), ("05901", 2024, 3)]
        path = files.yearly_records(tmp_path / "hist_municipio_homicidio.json", rows)
        said = "1 rows: second row of one place and period, e.g. 'DEPARTAMENTO UNO, VILLA PRUEBA, "
        with pytest.raises(SourceError, match=said):
            read(path, "mindefensa_years", "homicidio")

    def test_national_totals_have_no_place(self, tmp_path: Path, read: Any) -> None:
        path = files.national_records(tmp_path / "hist_nacional_homicidio.json", {2023: 5, 2024: 6})
        reading = read(path, "mindefensa_totals", "homicidio")
        assert counts(reading, "homicide_mindefensa") == {("", "2023-01"): 5, ("", "2024-01"): 6}
        assert set(reading.cells["role"]) == {"control"}

    def test_monthly_national_totals_keep_their_months(self, tmp_path: Path, read: Any) -> None:
        totals = {date(2024, 1, 1): 3, date(2024, 2, 1): 4}
        path = files.monthly_records(tmp_path / "homicidio_mensual.json", totals)
        reading = read(path, "mindefensa_totals", "homicidio_mensual")
        assert counts(reading, "homicide_mindefensa") == {("", "2024-01"): 3, ("", "2024-02"): 4}
        assert set(reading.cells["grain"]) == {"nation_month"}


class TestForensicDeaths:
    def read_view(self, read: Any, folder: Path, view: str, *deaths: Event) -> Reading:
        path = files.forensic_rows(folder / f"{view}.csv", deaths)
        return read(path, "forensic_deaths", view)

    def test_a_row_is_a_death_of_a_named_month(self, tmp_path: Path, read: Any) -> None:
        deaths = [
            Event("05901", date(2023, 9, 30)),
            Event("05901", date(2023, 9, 1)),
            Event("13902", date(2024, 12, 31)),
        ]
        reading = self.read_view(read, tmp_path, "vtub-3de2", *deaths)
        assert counts(reading, "homicide_forensic") == {
            ("05901", "2023-09"): 2,
            ("13902", "2024-12"): 1,
        }
        assert not reading.is_open

    def test_what_nobody_knows_is_said_in_the_column_of_codes(
        self, tmp_path: Path, read: Any
    ) -> None:
        deaths = [Event("05000", date(2024, 1, 1)), Event("00000", date(2024, 1, 1))]
        reading = self.read_view(read, tmp_path, "vtub-3de2", *deaths)
        assert counts(reading, "homicide_forensic") == {
            ("05000", "2024-01"): 1,
            ("00000", "2024-01"): 1,
        }

    def test_preliminary_deaths_are_homicides_only_and_stay_open(
        self, tmp_path: Path, read: Any
    ) -> None:
        deaths = [
            Event("05901", date(2025, 1, 1), 1, "1 Presuntos Homicidios"),
            Event("05901", date(2025, 2, 1), 1, "2 Presuntos Suicidios"),
        ]
        reading = self.read_view(read, tmp_path, "2kpj-cktv", *deaths)
        assert counts(reading, "homicide_forensic") == {("05901", "2025-01"): 1}
        assert [str(month) for month in reading.months] == ["2025-01", "2025-02"]
        assert reading.is_open
        assert balance(reading) == (1, 0)

    def test_a_manner_of_death_that_nobody_declared_is_refused(
        self, tmp_path: Path, read: Any
    ) -> None:
        death = Event("05901", date(2025, 1, 1), 1, "9 Manera inventada")
        with pytest.raises(SourceError, match="9 MANERA INVENTADA"):
            self.read_view(read, tmp_path, "2kpj-cktv", death)

    @pytest.mark.parametrize(
        ("view", "own", "other"), [("vtub-3de2", 2024, 2025), ("2kpj-cktv", 2025, 2024)]
    )
    def test_years_of_the_other_dataset_are_dropped_and_said(
        self, view: str, own: int, other: int, tmp_path: Path, read: Any
    ) -> None:
        """Final and preliminary figures of one year are never added."""
        deaths = [
            Event("05901", date(year, 6, 1), 1, "1 Presuntos Homicidios") for year in (own, other)
        ]
        reading = self.read_view(read, tmp_path, view, *deaths)
        assert counts(reading, "homicide_forensic") == {("05901", f"{own}-06"): 1}
        assert {str(month)[:4] for month in reading.months} == {str(own)}
        assert [drop.reason for drop in reading.drops] == [
            "year that another dataset of the series states"
        ]
        assert balance(reading) == (1, 0)

    def test_a_word_that_is_no_month_is_a_fault(self, tmp_path: Path, read: Any) -> None:
        path = files.forensic_rows(tmp_path / "vtub-3de2.csv", [Event("05901", date(2024, 5, 1))])
        path.write_text(path.read_text("utf-8").replace(",mayo,", ",floreal,"), "utf-8")
        with pytest.raises(SourceError, match=r"month that is no whole number.*'floreal'"):
            read(path, "forensic_deaths", "vtub-3de2")


class TestMines:
    def test_victims_are_rows_and_repeat(self, tmp_path: Path, read: Any) -> None:
        rows = [("05901", 2006, 1), ("05901", 2006, 1), ("13902", 2007, 12)]
        path = files.mine_victims(tmp_path / "situacion_victimas_yhxn-eqqw.csv", rows)
        reading = read(path, "mine_victims", "yhxn-eqqw")
        assert counts(reading, "mine_victims") == {("05901", "2006-01"): 2, ("13902", "2007-12"): 1}
        assert (reading.events_read, reading.drops) == (3, ())

    def test_victims_come_from_the_portals_interface_too(self, tmp_path: Path, read: Any) -> None:
        rows = [("05901", 2006, 1), ("05901", 2006, 1), ("13902", 2007, 12)]
        path = tmp_path / "yhxn-eqqw.csv"
        header = [*files.MINE_VICTIM_FIELDS, ":@computed_region_ab12_cd34"]
        files.table(path, header, [(*row, "7") for row in files.mine_victim_rows(rows)])
        reading = read(path, "mine_victims", "yhxn-eqqw")
        assert counts(reading, "mine_victims") == {("05901", "2006-01"): 2, ("13902", "2007-12"): 1}

    def test_a_thousand_rows_are_believed_only_if_they_were_counted(
        self, tmp_path: Path, read: Any
    ) -> None:
        path = files.mine_victims(tmp_path / "yhxn-eqqw.csv", [("05901", 2006, 1)] * 1_000)
        with pytest.raises(SourceError, match="has exactly 1,000 rows, a multiple of"):
            read(path, "mine_victims", "yhxn-eqqw")
        fetched = read(path, "mine_victims", "yhxn-eqqw", retrieved_at="2026-11-22T12:00:00+00:00")
        assert counts(fetched, "mine_victims") == {("05901", "2006-01"): 1_000}

    @pytest.mark.parametrize(
        ("year", "month", "said"),
        [
            (2006, 13, "month that is no whole number from 1 to 12, e.g. '13' in row 3"),
            (2006, 0, "month that is no whole number"),
            (20_060, 1, "year that is no whole number from 1985 to 2100, e.g. '20,060' in row 3"),
            (2099, 1, "date after 2026-11-22"),
        ],
    )
    def test_impossible_months_are_faults(
        self, tmp_path: Path, read: Any, year: int, month: int, said: str
    ) -> None:
        rows = [("05901", 2006, 1), ("05901", year, month)]
        path = files.mine_victims(tmp_path / "situacion_victimas_yhxn-eqqw.csv", rows)
        with pytest.raises(SourceError, match=said):
            read(path, "mine_victims", "yhxn-eqqw")

    def test_a_point_counts_where_it_lies_and_disagreements_are_listed(
        self, tmp_path: Path, read: Any
    ) -> None:
        sea = (files.WEST - 0.009, files.SOUTH + 0.05)  # a kilometre off the coast of 05901
        points = [
            ("05901", "1", *files.centre("05901")),
            ("05901", "2", *files.centre("05902")),
            ("05901", "4", *files.centre("05902")),
            ("05901", "1", *sea),
            ("05000", "1", *files.centre("98901")),
            ("05901", "7", *files.centre("05901")),
        ]
        path = files.mine_points(tmp_path / "2018.json", points)
        reading = read(path, "mine_events", "sgp4-3e6k")
        assert counts(reading, "mine_accidents") == {
            ("05000", "2018-01"): 1,
            ("05901", "2018-01"): 1,
            ("05902", "2018-01"): 1,
            ("98901", "2018-01"): 1,
        }
        assert counts(reading, "mine_clearance") == {("05902", "2018-01"): 1}
        (drop,) = reading.drops
        assert (drop.rows, drop.events) == (1, 1)
        assert "neither accident (1, 2) nor clearance (4)" in drop.reason
        listed = reading.disagreements
        assert listed is not None
        found = {
            (row.stated_code, row.municipality_code): row.points
            for row in listed.itertuples(index=False)
        }
        assert found == {("05901", "05902"): 2, ("05901", "05000"): 1, ("05000", "98901"): 1}
        by_place = listed.set_index("municipality_code")["largest_distance_km"]
        assert by_place["05000"] == pytest.approx(0.996, abs=0.01)  # 0.009° at 6° N
        assert pd.isna(by_place["98901"])  # nobody knows how far an unknown place is

    def test_points_of_the_portal_lie_where_those_of_the_yearly_files_do(
        self, tmp_path: Path, read: Any
    ) -> None:
        sea = (files.WEST - 0.009, files.SOUTH + 0.05)
        points = [
            ("05901", "1", *files.centre("05901")),
            ("05901", "2", *files.centre("05902")),
            ("05901", "4", *files.centre("05902")),
            ("05901", "1", *sea),
            ("05901", "7", *files.centre("05901")),
        ]
        yearly = read(files.mine_points(tmp_path / "2018.json", points), "mine_events", "sgp4-3e6k")
        records = files.mine_point_records((code, "2018", *one) for code, *one in points)
        earlier = files.mine_point_records([("13901", "2016", "1", *files.centre("13901"))])
        path = files.records_table(tmp_path / "sgp4-3e6k.csv", [*records, *earlier])
        whole = read(path, "mine_events", "sgp4-3e6k", cut_date="2019-09-30")
        for series_id in ("mine_accidents", "mine_clearance"):
            found = counts(whole, series_id)
            assert found.pop(("13901", "2016-01"), 1) == 1
            assert found == counts(yearly, series_id)
        assert (whole.drops[0].reason, whole.rows_dropped) == (yearly.drops[0].reason, 1)
        assert (whole.file.part, whole.file.cut_date) == ("all", "2019-09-30")
        assert (whole.months.size, yearly.months.size) == (36, 12)
        columns = ["stated_code", "municipality_code", "points", "largest_distance_km"]
        assert whole.disagreements is not None
        assert yearly.disagreements is not None
        pd.testing.assert_frame_equal(whole.disagreements[columns], yearly.disagreements[columns])

    def test_a_row_without_a_position_counts_where_its_names_say(
        self, tmp_path: Path, read: Any
    ) -> None:
        records = files.mine_point_records([("05901", "2018", "1", "", "")])
        path = files.records_table(tmp_path / "sgp4-3e6k.csv", records)
        reading = read(path, "mine_events", "sgp4-3e6k")
        assert counts(reading, "mine_accidents") == {("05901", "2018-01"): 1}

    @pytest.mark.parametrize("text", ["-75,05", "oeste", "999.5", "nan", "-"])
    def test_a_position_that_is_not_in_degrees_is_told(
        self, tmp_path: Path, read: Any, text: str
    ) -> None:
        records = files.mine_point_records([("05901", "2018", "1", text, 6.05)])
        path = files.records_table(tmp_path / "sgp4-3e6k.csv", records)
        with pytest.raises(SourceError, match=f"'{text}' in row 2, column LONGITUD CABECERA, is"):
            read(path, "mine_events", "sgp4-3e6k")

    def test_swapped_axes_are_a_fault(self, tmp_path: Path, read: Any) -> None:
        longitude, latitude = files.centre("05901")
        points = [("05901", "1", longitude, latitude), ("05901", "1", latitude, longitude)]
        path = files.mine_points(tmp_path / "2018.json", points)
        with pytest.raises(SourceError, match=r"axes look swapped.*'6\.05, -74\.95' in row 2"):
            read(path, "mine_events", "sgp4-3e6k")

    def test_a_lost_sign_is_no_swap_and_stays_in_its_department(
        self, tmp_path: Path, read: Any
    ) -> None:
        path = files.mine_points(tmp_path / "2018.json", [("05901", "1", 74.95, 6.05)])
        reading = read(path, "mine_events", "sgp4-3e6k")
        assert counts(reading, "mine_accidents") == {("05000", "2018-01"): 1}

    def test_an_unknown_kind_is_a_fault(self, tmp_path: Path, read: Any) -> None:
        path = files.mine_points(tmp_path / "2018.json", [("05901", "9", *files.centre("05901"))])
        with pytest.raises(SourceError, match="term of TIPO EVENTO that no series declares"):
            read(path, "mine_events", "sgp4-3e6k")

    def test_points_need_boundaries(self, tmp_path: Path, places: Any) -> None:
        path = files.mine_points(tmp_path / "2018.json", [("05901", "1", *files.centre("05901"))])
        file = RawFile("2018.json", "mine_events", "sgp4-3e6k", "0" * 64, 1, "2026-11-22")
        with pytest.raises(SourceError, match=r"2018\.json holds points.*Add the municipal"):
            read_events(Found(file, path), SERIES, places, None)


class TestPanels:
    def test_repeats_of_a_join_count_once(self, tmp_path: Path, read: Any) -> None:
        rows = [("05901", "200501", 30.0), ("13902", "200501", 30.0), ("05901", "200501", 30.0)]
        path = files.displacement_months(tmp_path / "ruv_municipality_month.csv", rows)
        reading = read(path, "ruv_months", "desplazamiento")
        assert counts(reading, "displacement") == {
            ("05901", "2005-01"): 30,
            ("13902", "2005-01"): 30,
        }
        (drop,) = reading.drops
        assert (drop.rows, drop.events) == (1, 30)
        assert "join" in drop.reason
        assert (reading.rows_read, reading.events_read) == (3, 90)

    def test_a_contradiction_is_no_repeat(self, tmp_path: Path, read: Any) -> None:
        rows = [("05901", "200501", 30.0), ("05901", "200501", 31.0)]
        path = files.displacement_months(tmp_path / "ruv_municipality_month.csv", rows)
        with pytest.raises(SourceError, match=r"second row of one place and period.*in row 3"):
            read(path, "ruv_months", "desplazamiento")

    def test_a_place_has_the_months_of_its_own_years(self, tmp_path: Path, read: Any) -> None:
        rows = [
            ("05901", "200501", 30.0),
            ("05901", "200503", 0.0),  # measured: nobody was displaced
            ("13902", "200502", 7.0),
            ("13902", "200601", 1.0),
            ("98901", "200603", 2.0),
        ]
        path = files.displacement_months(tmp_path / "ruv_municipality_month.csv", rows)
        reading = read(path, "ruv_months", "desplazamiento")
        assert reading.groups is None  # a month of a panel is no group
        own = reading.own_months
        assert own is not None
        months = own["month"].dt.strftime("%Y-%m")
        found = {
            place: dict(
                zip(months[own["place_code"] == place], rows_of["is_measured"], strict=True)
            )
            for place, rows_of in own.groupby("place_code")
        }
        # 2006-02 is in nobody's rows: missing for all, not a zero
        assert found == {
            "05901": {"2005-01": True, "2005-02": False, "2005-03": True},
            "13902": {
                "2005-01": False, "2005-02": True, "2005-03": False, "2006-01": True,
                "2006-03": False,
            },
            "98901": {"2006-01": False, "2006-03": True},
        }  # fmt: skip
        assert counts(reading, "displacement")["05901", "2005-03"] == 0

    def test_departments_keep_zeros_and_drop_what_is_not_available(
        self, tmp_path: Path, read: Any
    ) -> None:
        rows = [("05", 2020, 40), ("13", 2020, "NA"), ("98", 2020, 0)]
        path = files.displacement_years(tmp_path / "displacement_department_year.csv", rows)
        reading = read(path, "ruv_departments", "desplazamiento")
        assert counts(reading, "displacement") == {("05", "2020-01"): 40, ("98", "2020-01"): 0}
        assert [(drop.reason, drop.rows) for drop in reading.drops] == [
            ("no value published (NA)", 1)
        ]

    def test_a_department_stated_twice_is_a_fault(self, tmp_path: Path, read: Any) -> None:
        rows = [("05", 2020, 40), ("05", 2020, 40)]
        path = files.displacement_years(tmp_path / "displacement_department_year.csv", rows)
        with pytest.raises(SourceError, match="second row of one place and period"):
            read(path, "ruv_departments", "desplazamiento")

    def test_an_unknown_department_is_a_fault(self, tmp_path: Path, read: Any) -> None:
        path = files.displacement_years(tmp_path / "x.csv", [("05", 2020, 40)])
        path.write_text(path.read_text("utf-8").replace("\n05,", "\n77,"), "utf-8")
        with pytest.raises(SourceError, match=r"unknown municipality code, e.g. '77000'"):
            read(path, "ruv_departments", "desplazamiento")

    GROUPS = (
        ("31/07/2026", "05901", "2024", "Mujer", 50),
        ("31/08/2026", "05901", "2024", "Mujer", 30),
        ("31/08/2026", "05901", "2024", "Hombre", 25),
        ("30/06/2026", "05901", "2024", "Hombre", 999),  # later as text, earlier as a day
        ("31/08/2026", "05901", "2025", "Mujer", 4),
        ("31/08/2026", "13902", "2025", "Mujer", 0),
        ("31/08/2026", "13000", "2025", "Mujer", 3),
    )

    def test_only_the_newest_of_stacked_cuts_counts(self, tmp_path: Path, read: Any) -> None:
        groups = files.displaced_groups(self.GROUPS)
        path = files.records_table(tmp_path / "krnc-8azs.csv", groups)
        reading = read(path, "ruv_years", "krnc-8azs", cut_date="2026-10-31")
        assert counts(reading, "displacement_yearly") == {
            ("05901", "2024-01"): 55,
            ("05901", "2025-01"): 4,
            ("13000", "2025-01"): 3,
        }
        assert {(drop.reason[:14], drop.rows, drop.events) for drop in reading.drops} == {
            ("an earlier cut", 2, 1049),
            ("quantity 0: no", 1, 0),
        }
        assert (reading.events_read, balance(reading)) == (1111, (3, 0))
        assert (reading.file.cut_date, reading.file.cut_basis) == ("2026-08-31", "column")
        assert str(reading.months[-1]) == "2025-12"

    def test_sums_of_the_register_say_the_same_as_its_rows(self, tmp_path: Path, read: Any) -> None:
        groups = files.displaced_groups(one for one in self.GROUPS if one[0] == "31/08/2026")
        rows = read(
            files.records_table(tmp_path / "krnc-8azs.csv", groups), "ruv_years", "krnc-8azs"
        )
        keys = ("fecha_corte", "estado_depto", "cod_ciudad_muni", "ciudad_municipio", "vigencia")
        summed = (
            pd.DataFrame(groups)
            .astype({"per_ocu": int})
            .groupby(list(keys), as_index=False)["per_ocu"]
            .sum()
            .rename(columns={"per_ocu": "personas"})
            .astype(str)
        )
        records = [*summed.to_dict("records"), {**summed.iloc[0], "vigencia": "2020"}]
        del records[-1]["personas"]  # the portal leaves out a sum of nothing
        path = files.document(tmp_path / "krnc-8azs.json", records)
        sums = read(path, "ruv_years", "krnc-8azs")
        name = "displacement_yearly"
        assert counts(sums, name) == counts(rows, name)
        assert [drop.reason for drop in sums.drops] == [
            "no value published (NA)",
            "quantity 0: no event",
        ]

    @pytest.mark.parametrize("cut", ["", "agosto", "2026/08/31"])
    def test_a_cut_without_a_day_is_told(self, tmp_path: Path, read: Any, cut: str) -> None:
        groups = files.displaced_groups([(cut, "05901", "2024", "Mujer", 5)])
        path = files.records_table(tmp_path / "krnc-8azs.csv", groups)
        with pytest.raises(SourceError, match=f"1 cuts are no date like 31/01/2024, e.g. '{cut}'"):
            read(path, "ruv_years", "krnc-8azs")

    def test_a_year_after_the_cut_is_a_fault(self, tmp_path: Path, read: Any) -> None:
        groups = files.displaced_groups([("31/08/2025", "05901", "2026", "Mujer", 5)])
        path = files.records_table(tmp_path / "krnc-8azs.csv", groups)
        with pytest.raises(SourceError, match="date after 2025-08-31"):
            read(path, "ruv_years", "krnc-8azs")

    def test_measured_hectares_keep_fractions_and_zeros(self, tmp_path: Path, read: Any) -> None:
        rows = [("05901", 2016, 12.5), ("13902", 2016, 0.0), ("05901", 2021, 3.25)]
        path = files.coca(tmp_path / "coca_hectares.csv", rows)
        reading = read(path, "coca", "coca")
        assert counts(reading, "coca_hectares") == {
            ("05901", "2016-01"): 12.5,
            ("05901", "2021-01"): 3.25,
            ("13902", "2016-01"): 0.0,
        }
        assert reading.months.size == 24  # 2016 and 2021, nothing between

    @pytest.mark.parametrize("value", ["-1", "", "inf", "mucho"])
    def test_hectares_must_be_measured(self, tmp_path: Path, read: Any, value: str) -> None:
        path = tmp_path / "coca.csv"
        path.write_text(f"codigo,anno,coca_ha\n5901,2016,1.0\n5902,2016,{value}\n", "utf-8")
        with pytest.raises(SourceError, match=r"coca_ha that is no measured value.*in row 3"):
            read(path, "coca", "coca")

    def test_a_column_for_every_year_says_zero_where_it_is_empty(
        self, tmp_path: Path, read: Any
    ) -> None:
        cells = {"05901": ["1,234.5", "", "- 0"], "13902": [" 7 ", "0", "-"]}
        path = files.coca_by_column(tmp_path / "acs4-3wgp.csv", (2001, 2002, 2024), cells)
        reading = read(path, "coca", "coca")
        assert counts(reading, "coca_hectares") == {
            ("05901", "2001-01"): 1234.5,
            ("05901", "2002-01"): 0,
            ("05901", "2024-01"): 0,
            ("13902", "2001-01"): 7,
            ("13902", "2002-01"): 0,
            ("13902", "2024-01"): 0,
        }
        assert (reading.rows_read, reading.events_read, reading.drops) == (6, 1241.5, ())
        assert set(reading.months.astype("datetime64[Y]").astype(str)) == {"2001", "2002", "2024"}

    @pytest.mark.parametrize("cell", ["-5", "1,5", "NA", "12 34", "- 1"])
    def test_a_cell_of_a_year_that_is_no_number_is_told(
        self, tmp_path: Path, read: Any, cell: str
    ) -> None:
        cells = {"05901": ["1", "2"], "13902": ["3", cell]}
        path = files.coca_by_column(tmp_path / "acs4-3wgp.csv", (2001, 2002), cells)
        with pytest.raises(SourceError, match=f"'{cell}' in row 3, column 2002, is no measured"):
            read(path, "coca", "coca")

    def test_a_column_that_is_no_year_is_told(self, tmp_path: Path, read: Any) -> None:
        path = files.coca_by_column(tmp_path / "acs4-3wgp.csv", (2001, 12001), {"05901": "12"})
        with pytest.raises(SourceError, match=r"unknown columns \['12001'\]"):
            read(path, "coca", "coca")

    def test_values_of_an_obsolete_code_are_added_to_its_successor(self, tmp_path: Path) -> None:
        path = tmp_path / "coca.csv"
        path.write_text("codigo,anno,coca_ha\n94343,2016,1.5\n94663,2016,2.25\n", "utf-8")
        here = gazetteer(
            pd.DataFrame(
                {
                    "municipality_code": ["94343"],
                    "municipality_name": ["Barranco Inventado"],
                    "department_code": ["94"],
                    "department_name": ["Departamento Nueve"],
                }
            )
        )
        file = RawFile("coca.csv", "coca", "coca", "0" * 64, 1, "2026-11-22")
        reading = read_events(Found(file, path), SERIES, here, None)
        assert counts(reading, "coca_hectares") == {("94343", "2016-01"): 3.75}


class TestLeaders:
    def test_killings_are_counted_by_year_only(self, tmp_path: Path, read: Any) -> None:
        rows = [
            (date(2016, 1, 2), "Villa Prueba", "Departamento Uno"),
            (date(2016, 8, 9), "Villa prueba ", "DEPARTAMENTO UNO"),
            (date(2017, 1, 1), "Villa Prueba", "Departamento Dos"),
        ]
        path = files.leaders(tmp_path / "lideres_2016_2020.csv", rows)
        reading = read(path, "leaders", "lideres")
        assert counts(reading, "leader_killings") == {
            ("05901", "2016-01"): 2,
            ("13901", "2017-01"): 1,
        }
        assert set(reading.cells["grain"]) == {"municipality_year"}
        assert (reading.first_day, reading.last_day) == (date(2016, 1, 2), date(2017, 1, 1))
