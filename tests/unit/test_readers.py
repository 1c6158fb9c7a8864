"""Bytes to columns: every layout is told apart from its titles, totals and notes."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.catalog.shapes import SHAPES, Shape
from pipeline.errors import SourceError
from pipeline.ingest import readers
from tests.world import files
from tests.world.files import Event

MINISTRY = SHAPES["mindefensa_workbooks"]
POLICE = SHAPES["police_workbooks"]
YEARS = SHAPES["mindefensa_years"]
POINTS = SHAPES["mine_events"]
COCA = SHAPES["coca"]
TWO = (Event("05901", date(2025, 1, 5), 2), Event("13902", date(2025, 2, 6), 3))


class TestExhaustingWorkbooks:
    @pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
    def test_cells_that_span_more_than_memory_are_refused(
        self, tmp_path: Path, suffix: str
    ) -> None:
        # decoding it in this very process would end the process
        path = files.far_apart(tmp_path / f"homicidios_2024{suffix}")
        with pytest.raises(SourceError, match=rf"homicidios_2024\{suffix}: its cells span more"):
            readers.refuse_exhausting_workbook(path)

    @pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
    def test_a_workbook_that_can_be_held_passes(self, tmp_path: Path, suffix: str) -> None:
        path = files.sheet(tmp_path / f"X{suffix}", files.mindefensa_cells(TWO))
        readers.refuse_exhausting_workbook(path)

    def test_what_is_damaged_otherwise_is_left_to_the_reader(self, tmp_path: Path) -> None:
        path = tmp_path / "X.xls"
        path.write_bytes(b"no workbook")
        readers.refuse_exhausting_workbook(path)
        with pytest.raises(SourceError, match="cannot be opened as a workbook"):
            readers.read_sheets(path)


class TestEventWorkbooks:
    @pytest.mark.parametrize("header", [files.PLAIN, files.OF_2023, files.OF_EXITS])
    def test_drifting_headers_are_one_layout(self, tmp_path: Path, header: tuple[str, ...]) -> None:
        path = files.sheet(tmp_path / "X.xlsx", files.mindefensa_cells(TWO, header))
        rows = readers.read_event_workbook(path, MINISTRY)
        assert len(rows) == 2
        assert rows.first_row == 2
        assert rows.columns["COD MUNI"] == ("05901", "13902")
        assert rows.columns["CANTIDAD"] == (2, 3)

    def test_blank_rows_below_and_blank_columns_beside_are_no_data(self, tmp_path: Path) -> None:
        cells = [[*row, "", ""] for row in files.mindefensa_cells(TWO)]
        path = files.sheet(tmp_path / "X.xlsx", [*cells, [" "], [""], ["  "]])
        rows = readers.read_event_workbook(path, MINISTRY)
        assert len(rows) == 2
        assert "" not in rows.columns

    def test_an_empty_first_sheet_is_passed_over(self, tmp_path: Path) -> None:
        content = {"Hoja1": [["solo un título"]], "Datos": files.mindefensa_cells(TWO)}
        rows = readers.read_event_workbook(files.sheets(tmp_path / "X.xlsx", content), MINISTRY)
        assert len(rows) == 2

    @pytest.mark.parametrize(
        ("header", "said"),
        [
            (("FECHA", *files.PLAIN[1:]), "no date column.*unknown columns.*FECHA"),
            ((*files.PLAIN[:-1], "NÚMERO"), "no quantity column.*unknown columns.*NUMERO"),
            ((*files.PLAIN[:3], "CÓDIGO", "LUGAR", "CANTIDAD"), "no municipality code or name"),
            ((*files.PLAIN[:4], "SORPRESA", "CANTIDAD"), "unknown columns.*SORPRESA.*declare it"),
            ((*files.PLAIN[:4], "CANTIDAD", "CANTIDAD "), "columns that appear twice.*CANTIDAD"),
        ],
    )
    def test_missing_renamed_unknown_and_repeated_columns_are_told(
        self, tmp_path: Path, header: tuple[str, ...], said: str
    ) -> None:
        path = files.sheet(tmp_path / "X.xlsx", files.mindefensa_cells(TWO, header))
        with pytest.raises(SourceError, match=rf"(?s){tmp_path.name}/X\.xlsx.*{said}"):
            readers.read_event_workbook(path, MINISTRY)

    @pytest.mark.parametrize("cells", [[], [list(files.PLAIN)], [list(files.PLAIN), [""]]])
    def test_a_workbook_without_rows_is_refused(self, tmp_path: Path, cells: files.Cells) -> None:
        path = files.sheet(tmp_path / "X.xlsx", cells)
        with pytest.raises(SourceError, match=r"X\.xlsx has no rows"):
            readers.read_event_workbook(path, MINISTRY)

    def test_a_protected_workbook_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match=r"password protected.*Download it again"):
            readers.read_event_workbook(files.protected(tmp_path / "X.xlsx"), MINISTRY)

    @pytest.mark.parametrize("name", ["X.xlsx", "X.xls"])
    @pytest.mark.parametrize(
        "content", [b"", b"PK", b"<html>Not found</html>", b"\xd0\xcf\x11\xe0"]
    )
    def test_what_is_no_workbook_is_refused(
        self, tmp_path: Path, name: str, content: bytes
    ) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(SourceError, match="cannot be opened as a workbook"):
            readers.read_sheets(path)

    @pytest.mark.parametrize("name", ["X.xlsx", "X.xls"])
    def test_a_truncated_workbook_is_refused_wherever_it_ends(
        self, tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        events = [Event("05901", date(2025, 1, 5), n) for n in range(300)]
        whole = files.sheet(tmp_path / name, files.mindefensa_cells(events)).read_bytes()
        cut = tmp_path / "cut" / name
        cut.parent.mkdir()
        for end in range(0, len(whole), max(1, len(whole) // 60)):
            cut.write_bytes(whole[:end])
            with pytest.raises(SourceError, match="cannot be opened as a workbook"):
                readers.read_sheets(cut)
        assert capfd.readouterr().err == ""  # the decoder did not panic


class TestPoliceWorkbooks:
    @pytest.mark.parametrize(
        ("layout", "name", "first_row", "total"),
        [
            ("2003", "homicidios_2025.xlsx", 12, None),
            ("2011", "homicidios_2025.xlsx", 12, 5),
            ("2019", "homicidios_2025.xlsx", 12, 5),
            ("2020", "homicidios_2025.xls", 11, 5),
            ("2024", "homicidios_2025.xls", 11, 5),
            ("2025", "amenazas_5.xlsx", 12, None),
        ],
    )
    def test_the_table_is_told_from_what_surrounds_it(
        self, tmp_path: Path, layout: str, name: str, first_row: int, total: float | None
    ) -> None:
        path = files.sheet(tmp_path / name, files.police_cells(TWO, layout))
        rows = readers.read_police_workbook(path, POLICE)
        assert len(rows) == 2
        assert rows.first_row == first_row
        assert rows.columns["CANTIDAD"] == (2, 3)
        assert rows.stated_total == total
        assert rows.declared_period == (date(2025, 1, 1), date(2025, 12, 1))
        assert rows.extraction == date(2026, 2, 3)

    def test_a_leading_blank_row_moves_the_header(self, tmp_path: Path) -> None:
        cells = [[""], *files.police_cells(TWO, "2011")]
        path = files.sheet(tmp_path / "homicidios_2012.xlsx", cells)
        assert readers.read_police_workbook(path, POLICE).first_row == 13

    def test_notes_below_the_total_are_no_rows(self, tmp_path: Path) -> None:
        cells = files.police_cells(TWO, "2024")
        essay = ["Nota metodológica", "", *["" for _ in range(6)]]
        path = files.sheet(tmp_path / "x.xlsx", [*cells, [""], essay, [""], ["Con el propósito"]])
        assert len(readers.read_police_workbook(path, POLICE)) == 2

    @pytest.mark.parametrize(
        ("title", "period"),
        [
            ("PERÍODO DEL 01 DE ENERO AL 31 DE DICIEMBRE AÑO 2012", ("2012-01", "2012-12")),
            ("PERÍODO DEL 01 ENERO AL 31 DE DICIEMBRE DEL AÑO 2021", ("2021-01", "2021-12")),
            ("PERÍODO DEL 01 DE ENERO AL 31 AGOSTO DEL 2022", ("2022-01", "2022-08")),
            ("PERÍODO DEL 01 DE ENERO AL 31 DE DICIEMBRE  DEL 2023", ("2023-01", "2023-12")),
            (
                "PERIODO COMPRENDIDO DEL 01 DE ENERO AL 31 DE DICIEMBRE DE 2003-2010",
                ("2003-01", "2010-12"),
            ),
            ("PERÍODO DEL 01 DE ENERO AL 31 DE BRUMARIO DEL 2022", None),
            ("PERÍODO DEL 01 DE ENERO AL 31 DE JULIO DEL 0000", None),
            ("PERÍODO DEL 01 DE ENERO AL 31 DE JULIO DE 2012-2003", None),
            ("AÑO 2012", None),
        ],
    )
    def test_periods_as_titles_word_them(
        self, tmp_path: Path, title: str, period: tuple[str, str] | None
    ) -> None:
        cells = files.police_cells(TWO, "2024")
        cells[8][0] = title
        rows = readers.read_police_workbook(files.sheet(tmp_path / "x.xlsx", cells), POLICE)
        declared = rows.declared_period
        assert (declared and tuple(f"{day:%Y-%m}" for day in declared)) == period

    @pytest.mark.parametrize(
        ("note", "day"),
        [
            ("DATOS EXTRAIDOS EL DIA 05 DE MAYO 2025. ", date(2025, 5, 5)),
            ("DATOS EXTRAIDOS EL DÍA 1 DE MAYO DE 2024", date(2024, 5, 1)),
            ("DATOS EXTRAIDOS EL DIA 08 DE SEPTIEMBRE DEL AÑO 2020. CIFRAS", date(2020, 9, 8)),
            ("DATOS EXTRAIDOS EL DIA 5 DE ENERO  DEL AÑO 2023.", date(2023, 1, 5)),
            ("DATOS EXTRAIDOS EL DIA 31 DE FEBRERO DE 2023.", None),
            ("DATOS EXTRAIDOS EN MAYO", None),
        ],
    )
    def test_days_of_extraction_as_notes_word_them(
        self, tmp_path: Path, note: str, day: date | None
    ) -> None:
        cells = [*files.police_cells(TWO, "2024", drawn=None), [f"FUENTE:    DIJIN. {note}"]]
        rows = readers.read_police_workbook(files.sheet(tmp_path / "x.xlsx", cells), POLICE)
        assert rows.extraction == day

    def test_a_total_that_disagrees_is_refused(self, tmp_path: Path) -> None:
        path = files.sheet(tmp_path / "x.xlsx", files.police_cells(TWO, total=6))
        with pytest.raises(SourceError, match="TOTAL row says 6, the 2 rows sum to 5"):
            readers.read_police_workbook(path, POLICE)

    def test_the_last_row_without_a_date_is_not_taken_for_a_note(self, tmp_path: Path) -> None:
        cells = files.police_cells(TWO, "2025")
        row = next(row for row in reversed(cells) if "13902000" in row)
        row[cells[10].index("FECHA HECHO ")] = ""
        path = files.sheet(tmp_path / "x.xlsx", cells)
        with pytest.raises(SourceError, match="row 13 states a quantity, has no date"):
            readers.read_police_workbook(path, POLICE)

    @pytest.mark.parametrize("lost", ["CANTIDAD ", "MUNICIPIO "])
    def test_without_a_header_the_file_is_refused(self, tmp_path: Path, lost: str) -> None:
        cells = files.police_cells(TWO, "2024")
        header = cells[9]
        header[header.index(lost)] = "OTRA COSA"
        path = files.sheet(tmp_path / "x.xlsx", cells)
        with pytest.raises(SourceError, match="none of the first 25 rows is a header"):
            readers.read_police_workbook(path, POLICE)

    def test_a_renamed_date_is_told(self, tmp_path: Path) -> None:
        cells = files.police_cells(TWO, "2024")
        cells[9][cells[9].index("FECHA HECHO ")] = "CUÁNDO"
        path = files.sheet(tmp_path / "x.xlsx", cells)
        with pytest.raises(SourceError, match="no date column: expected FECHA HECHO"):
            readers.read_police_workbook(path, POLICE)

    def test_swapped_headings_beside_a_code_do_no_harm(self, tmp_path: Path) -> None:
        cells = files.police_cells(TWO, "2024")
        weapon, department = (cells[9].index(name) for name in ("ARMAS MEDIOS", "DEPARTAMENTO "))
        cells[9][weapon], cells[9][department] = cells[9][department], cells[9][weapon]
        rows = readers.read_police_workbook(files.sheet(tmp_path / "x.xlsx", cells), POLICE)
        assert rows.columns["CODIGO DANE"] == ("05901000", "13902000")


class TestCsv:
    def test_values_stay_text_under_normalised_names(self, tmp_path: Path) -> None:
        path = files.coca(tmp_path / "coca.csv", [("05901", 2016, 1.5), ("13902", 2016, 0.0)])
        rows = readers.read_csv(path, COCA)
        assert dict(rows.columns) == {
            "CODIGO": ("5901", "13902"),
            "ANNO": ("2016", "2016"),
            "COCA HA": ("1.5", "0.0"),
        }

    def test_a_mark_blank_lines_and_line_breaks_in_quotes_are_harmless(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "coca.csv"
        path.write_bytes('\ufeffcodigo,anno,coca_ha\r\n\r\n"59\r\n01",2016,"1,5"\r\n'.encode())
        assert readers.csv_columns(path) == {
            "codigo": ("59\r\n01",),
            "anno": ("2016",),
            "coca_ha": ("1,5",),
        }

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "no rows"),
            ("\n\n", "no rows"),
            ("codigo,anno,coca_ha\n", "no rows"),
            ("codigo,anno,coca_ha\n5901,2016\n", "row 2 has 2 values, the header has 3"),
            ("codigo,anno,coca_ha\n5901,2016,1\n13902,20", "row 3 has 2 values"),
            ("codigo,anno,coca_ha\n5901,2016,1,1\n", "row 2 has 4 values"),
            ("codigo,anno,coca_ha\n5901,2016,1\n5902,2016,1,1\n", "row 3 has 4 values"),
            ('codigo,anno,coca_ha\n5901,2016,"1', "cannot be read as CSV"),
            ("codigo,anno,coca_ha,CODIGO \n5901,2016,1,2\n", "columns that appear twice"),
            ("codigo,anno\n5901,2016\n", "no quantity column"),
            ("codigo,anno,coca_ha,otra\n5901,2016,1,2\n", "unknown columns"),
            ("codigo,anno,coca_ha,\n5901,2016,1,2\n", "unknown columns"),
        ],
    )
    def test_what_is_not_the_table_is_refused(self, tmp_path: Path, text: str, said: str) -> None:
        path = tmp_path / "coca.csv"
        path.write_text(text, "utf-8")
        with pytest.raises(SourceError, match=rf"coca\.csv.*{said}"):
            readers.read_csv(path, COCA)

    def test_another_encoding_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "coca.csv"
        path.write_bytes("codigo,anno,coca_ha\nPEÑÓN,2016,1\n".encode("latin-1"))
        with pytest.raises(SourceError, match="cannot be read as CSV in UTF-8"):
            readers.read_csv(path, COCA)


class TestRecords:
    RECORD = {"municipio": "M", "departamento": "D", "anio": "2020", "total": "3"}  # noqa: RUF012

    def test_fields_become_columns(self, tmp_path: Path) -> None:
        path = files.yearly_records(tmp_path / "x.json", [("05901", 2020, 3), ("05000", 2021, 1)])
        rows = readers.read_records(path, YEARS)
        assert rows.first_row == 1
        assert rows.columns["MUNICIPIO"] == ["VILLA PRUEBA", "SIN ESTABLECER"]
        assert rows.columns["TOTAL"] == ["3", "1"]

    def test_an_omitted_or_null_field_is_empty(self, tmp_path: Path) -> None:
        omitted = {name: value for name, value in self.RECORD.items() if name != "municipio"}
        path = files.document(tmp_path / "x.json", [omitted, self.RECORD | {"total": None}])
        rows = readers.read_records(path, YEARS)
        assert rows.columns["MUNICIPIO"] == ["", "M"]
        assert rows.columns["TOTAL"] == ["3", ""]

    @pytest.mark.parametrize(
        "content",
        [{}, [], None, 3, "x", [3], [None], [[1]], [{"anio": {}}], [{"anio": [1]}], [{}, []]],
        ids=repr,
    )
    def test_what_is_no_list_of_flat_records_is_refused(
        self, tmp_path: Path, content: object
    ) -> None:
        path = files.document(tmp_path / "x.json", content)
        with pytest.raises(SourceError, match=r"x\.json"):
            readers.read_records(path, YEARS)

    def test_a_field_unknown_in_any_record_is_told(self, tmp_path: Path) -> None:
        path = files.document(tmp_path / "x.json", [self.RECORD, self.RECORD | {"zona": "rural"}])
        with pytest.raises(SourceError, match=r"unknown columns \['ZONA'\]"):
            readers.read_records(path, YEARS)

    def test_two_fields_of_one_name_are_told(self, tmp_path: Path) -> None:
        path = files.document(
            tmp_path / "x.json", [self.RECORD, self.RECORD | {"Año": 1, "ano": 2}]
        )
        with pytest.raises(SourceError, match=r"columns that appear twice: \['ANO'\]"):
            readers.read_records(path, YEARS)

    @pytest.mark.parametrize(
        "text",
        ["", "<html>", '[{"anio": "20', "[" * 100_000, "9" * 5_000, "\ud800"],
        ids=["empty", "page", "cut", "deep", "long", "surrogate"],
    )
    def test_what_is_no_json_is_refused(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "x.json"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        with pytest.raises(SourceError, match="is not JSON"):
            readers.read_json(path)


class TestPoints:
    def features(self, tmp_path: Path) -> list[dict[str, Any]]:
        rows = [("05901", "1", -74.95, 6.05), ("05902", "4", -74.85, 6.05)]
        path = files.mine_points(tmp_path / "2018.json", rows)
        document: dict[str, list[dict[str, Any]]] = json.loads(path.read_text("utf-8"))
        return document["features"]

    def read(self, tmp_path: Path, features: object) -> readers.Rows:
        content = {"type": "FeatureCollection", "features": features}
        return readers.read_points(files.document(tmp_path / "2018.json", content), POINTS)

    def test_positions_stand_beside_properties(self, tmp_path: Path) -> None:
        rows = self.read(tmp_path, self.features(tmp_path))
        assert rows.points == ((-74.95, -74.85), (6.05, 6.05))
        assert rows.columns["TIPO EVENTO"] == ["1", "4"]

    def test_a_zero_stays_a_zero(self, tmp_path: Path) -> None:
        features = self.features(tmp_path)
        features[0]["properties"]["TIPO_EVENTO"] = 0
        features[1]["properties"]["TIPO_EVENTO"] = None
        assert self.read(tmp_path, features).columns["TIPO EVENTO"] == [0, ""]

    @pytest.mark.parametrize(
        "geometry",
        [
            None,
            {},
            {"type": "Point"},
            {"type": "Point", "coordinates": None},
            {"type": "Point", "coordinates": []},
            {"type": "Point", "coordinates": [-74.9]},
            {"type": "Point", "coordinates": ["-74.9", "6.0"]},
            {"type": "Point", "coordinates": [None, 6.0]},
            {"type": "Point", "coordinates": [float("nan"), 6.0]},
            {"type": "Point", "coordinates": [float("inf"), 6.0]},
            {"type": "Point", "coordinates": [4_857_000.5, 2_112_000.5]},  # metres
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
        ],
        ids=repr,
    )
    def test_what_is_no_position_in_degrees_is_refused(
        self, tmp_path: Path, geometry: object
    ) -> None:
        features = self.features(tmp_path)
        features[1]["geometry"] = geometry
        with pytest.raises(SourceError, match="feature 2 is not a point in degrees"):
            self.read(tmp_path, features)

    @pytest.mark.parametrize("features", [None, [], {}, "x", [1], [None], [{"properties": {}}]])
    def test_what_is_no_collection_is_refused(self, tmp_path: Path, features: object) -> None:
        with pytest.raises(SourceError, match=r"2018\.json"):
            self.read(tmp_path, features)


class TestAnyOrder:
    """What a file says does not depend on the order of its rows."""

    @settings(max_examples=30)  # each writes a file
    @given(order=st.permutations(range(6)))
    def test_columns_keep_their_rows_together(
        self, tmp_path_factory: pytest.TempPathFactory, order: list[int]
    ) -> None:
        rows = [(code, 2016, float(n)) for n, code in enumerate(files.PLACES)]
        folder = tmp_path_factory.mktemp("order")
        path = files.coca(folder / "coca.csv", [rows[position] for position in order])
        read = readers.read_csv(path, COCA)
        pairs = set(zip(read.columns["CODIGO"], read.columns["COCA HA"], strict=True))
        assert pairs == {(str(int(code)), str(n)) for code, _, n in rows}


def test_a_shape_without_a_known_column_accepts_none(tmp_path: Path) -> None:
    path = files.coca(tmp_path / "coca.csv", [("05901", 2016, 1.0)])
    with pytest.raises(SourceError, match=r"unknown columns \['ANNO', 'COCA HA', 'CODIGO'\]"):
        readers.read_csv(path, Shape())
