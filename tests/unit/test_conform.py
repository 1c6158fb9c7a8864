"""Codes, names, months and quantities as publishers write them, and what they mean."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalog.places import NO_DEPARTMENT
from pipeline.ingest.conform import (
    Gazetteer,
    code_of,
    code_of_name,
    gazetteer,
    located_by_code,
    located_by_name,
    months_of,
    numbers_of,
    title_case,
    whole_numbers,
)
from tests.world import files

HERE = gazetteer(
    pd.DataFrame(
        [
            {
                "municipality_code": code,
                "municipality_name": title_case(municipality),
                "department_code": code[:2],
                "department_name": title_case(department),
            }
            for code, (municipality, department) in files.PLACES.items()
        ]
    )
)
KNOWN = st.sampled_from(sorted(files.PLACES))


class TestGazetteer:
    def test_names_join_with_their_department_only(self) -> None:
        assert HERE.names["05", "VILLA PRUEBA"] == "05901"
        assert HERE.names["13", "VILLA PRUEBA"] == "13901"
        assert HERE.departments["DEPARTAMENTO AJENO"] == "98"

    def test_aliases_of_absent_places_are_left_out(self) -> None:
        assert "VALLE" not in HERE.departments
        assert ("54", "CUCUTA") not in HERE.names

    def test_aliases_of_present_places_are_names(self) -> None:
        valley = pd.DataFrame(
            {
                "municipality_code": ["76001"],
                "municipality_name": ["Santiago de Cali"],
                "department_code": ["76"],
                "department_name": ["Valle del Cauca"],
            }
        )
        places = gazetteer(valley)
        assert places.departments == {"VALLE DEL CAUCA": "76", "VALLE": "76"}
        assert places.names == {("76", "SANTIAGO DE CALI"): "76001", ("76", "CALI"): "76001"}


class TestCodes:
    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("05901", "05901"),
            ("5901", "05901"),
            (5901, "05901"),
            (5901.0, "05901"),
            ("5,901", "05901"),
            (" 05901 ", "05901"),
            ("05901000", "05901"),  # police: with the populated centre
            ("5901000", "05901"),
            (5901012.0, "05901"),
            ("13902017", "13902"),
            ("05000", "05000"),  # municipality unknown
            ("5000", "05000"),
            (13000.0, "13000"),
            ("98000000", "98000"),
            ("0", NO_DEPARTMENT),
            (0, NO_DEPARTMENT),
            (0.0, NO_DEPARTMENT),
            ("", NO_DEPARTMENT),
            ("   ", NO_DEPARTMENT),
            ("00000000", NO_DEPARTMENT),
        ],
        ids=repr,
    )
    def test_every_spelling_of_a_known_place(self, written: object, code: str) -> None:
        assert code_of(written, HERE) == code

    @pytest.mark.parametrize(
        "written",
        [
            "05999",  # no such municipality
            "77000",  # no such department
            "0590100012",  # longer than any code
            "VILLA PRUEBA",
            "05901A",
            "-5901",
            -5901.0,
            5901.5,
            float("nan"),
            float("inf"),
            "5,9,01",
            "59,01",
            "5.901",
            "٠٥٩٠١",
            True,
            None,
        ],
        ids=repr,
    )
    def test_what_is_no_code_is_never_guessed(self, written: object) -> None:
        assert code_of(written, HERE) is None

    @pytest.mark.parametrize(("obsolete", "successor"), [("94663", "94343"), ("27086", "27493")])
    def test_obsolete_codes_follow_their_municipality(self, obsolete: str, successor: str) -> None:
        places = Gazetteer(frozenset({successor}), {}, {})
        assert code_of(obsolete, places) == successor
        assert code_of(int(obsolete), places) == successor
        assert code_of(f"{obsolete}000", places) == successor
        assert code_of(obsolete, HERE) is None

    @given(KNOWN, st.integers(0, 999))
    def test_spellings_round_trip(self, code: str, centre: int) -> None:
        number = int(code)
        spellings = [
            number, float(number), str(number), f"{number:,}", f"{code}{centre:03d}",
            float(f"{code}{centre:03d}"), int(f"{code}{centre:03d}"),
        ]  # fmt: skip
        assert [code_of(spelling, HERE) for spelling in spellings] == [code] * len(spellings)

    @given(st.one_of(st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.none()))
    def test_any_value_is_a_place_of_the_country_or_nothing(self, value: object) -> None:
        unlocated = {f"{department}000" for department in files.DEPARTMENTS} | {NO_DEPARTMENT}
        assert code_of(value, HERE) in {None, *files.PLACES, *unlocated}

    def test_a_fault_tells_all_rows_of_one_value(self) -> None:
        codes, faults = located_by_code(["05901", "77777", "5,902", "77777", "x"], HERE)
        assert codes.tolist() == ["05901", None, "05902", None, None]
        told = {fault.example: fault.rows.tolist() for fault in faults}
        assert told == {"77777": [1, 3], "x": [4]}
        assert faults[0].told(first_row=2) == (
            "2 rows: unknown municipality code, e.g. '77777' in row 3"
        )


class TestNames:
    @pytest.mark.parametrize(
        ("department", "municipality", "code"),
        [
            ("Departamento Uno", "Villa Prueba (CT)", "05901"),
            ("DEPARTAMENTO DOS", "VILLA PRUEBA", "13901"),
            ("departamento dos ", " Peñon de ensayo", "13902"),
            ("DEPARTAMENTO UNO", "SIN ESTABLECER", "05000"),
            ("DEPARTAMENTO UNO", "-", "05000"),
            ("DEPARTAMENTO UNO", "NO RESPORTADO ", "05000"),
            ("DEPARTAMENTO UNO", "", "05000"),
            ("NO REPORTADO", "No reportado", NO_DEPARTMENT),
            ("", "", NO_DEPARTMENT),
        ],
    )
    def test_pairs_join(self, department: str, municipality: str, code: str) -> None:
        assert code_of_name(department, municipality, HERE) == code

    @pytest.mark.parametrize(
        ("department", "municipality"),
        [
            ("DEPARTAMENTO TRES", "VILLA PRUEBA"),
            ("DEPARTAMENTO AJENO", "VILLA PRUEBA"),  # the name is elsewhere, twice
            ("", "VILLA PRUEBA"),
            ("DEPARTAMENTO UNO", "VILLA"),
        ],
    )
    def test_a_name_without_its_department_never_joins(
        self, department: str, municipality: str
    ) -> None:
        assert code_of_name(department, municipality, HERE) is None

    def test_names_that_nobody_can_place_stay_in_their_department(self) -> None:
        cauca = Gazetteer(frozenset({"19001"}), {"CAUCA": "19"}, {})
        assert code_of_name("Cauca", "Honduras", cauca) == "19000"

    def test_pairs_with_slashes_and_numbers_are_told_as_they_are(self) -> None:
        codes, faults = located_by_name(
            ["DEPARTAMENTO UNO", "UNO / DOS", "5"], ["PUERTO ENSAYO", "TRES / CUATRO", "901"], HERE
        )
        assert codes.tolist() == ["05902", None, None]
        assert sorted(fault.example for fault in faults) == ["5 / 901", "UNO / DOS / TRES / CUATRO"]


class TestMonths:
    def test_dates_and_times_keep_their_month(self) -> None:
        late = datetime(2024, 12, 31, 23, 59)  # noqa: DTZ001 - workbooks know no zones
        months, days, faults = months_of([date(2024, 2, 29), late], "%d/%m/%Y")
        assert months.astype(str).tolist() == ["2024-02", "2024-12"]
        assert days.astype(str).tolist() == ["2024-02-29", "2024-12-31"]
        assert not faults

    @pytest.mark.parametrize(
        ("text_format", "written"),
        [
            ("%d/%m/%Y", "05/03/2025"),
            ("%m/%d/%Y %I:%M:%S %p", "03/05/2025 12:00:00 AM"),
            ("%Y-%m-%dT%H:%M:%S.%f", "2025-03-05T00:00:00.000"),
            ("%Y-%m-%d", "2025-03-05"),
        ],
    )
    def test_text_is_read_in_its_own_format(self, text_format: str, written: str) -> None:
        _, days, faults = months_of([written], text_format)
        assert days.astype(str).tolist() == ["2025-03-05"]
        assert not faults

    def test_dates_and_text_may_stand_in_one_column(self) -> None:
        months, _, faults = months_of(["25/07/2025", date(2025, 1, 1)], "%d/%m/%Y")
        assert months.astype(str).tolist() == ["2025-07", "2025-01"]
        assert not faults

    @pytest.mark.parametrize(
        "value",
        ["", "31/02/2025", "2025-07-25", "13/13/2025", 45000, 45000.0, True, None,
         timedelta(days=3), time(1, 2)],
        ids=repr,
    )  # fmt: skip
    def test_what_is_no_date_is_no_month(self, value: object) -> None:
        months, days, faults = months_of(["01/01/2025", value], "%d/%m/%Y")
        assert np.isnat(months).tolist() == [False, True]
        assert np.isnat(days).tolist() == [False, True]
        assert [(fault.what, fault.rows.tolist()) for fault in faults] == [("unreadable date", [1])]

    def test_a_date_from_before_any_source_is_a_fault(self) -> None:
        months, _, faults = months_of([date(1984, 12, 31), date(1985, 1, 1)], "%Y")
        assert np.isnat(months).tolist() == [True, False]
        assert [fault.what for fault in faults] == ["date before 1985-01"]

    @given(st.lists(st.dates(date(1985, 1, 1), date(2100, 12, 31)), min_size=1))
    def test_text_and_dates_agree(self, days: list[date]) -> None:
        _, as_dates, _ = months_of(days, "%d/%m/%Y")
        _, as_text, _ = months_of([f"{day:%d/%m/%Y}" for day in days], "%d/%m/%Y")
        assert (as_dates == as_text).all()


class TestNumbers:
    def test_separators_and_decimal_zeros_go(self) -> None:
        values, faults = whole_numbers(["2,006", "344.0", 7, 8.0, " 9 ", "1,234,567"], "people")
        assert values.tolist() == [2006, 344, 7, 8, 9, 1_234_567]
        assert not faults

    @pytest.mark.parametrize(
        "value",
        ["", "NA", "1,5", "0,313", "1.5", 2.5, -1, "-3", "nan", "inf", float("nan"), 1e300,
         pytest.param(10**400, id="long"), "9" * 30, True, None, date(2020, 1, 1), "1 000"],
        ids=repr,
    )  # fmt: skip
    def test_what_is_no_count_is_a_fault_and_counts_nothing(self, value: object) -> None:
        values, faults = whole_numbers([4, value], "people")
        assert values.tolist() == [4, 0]
        (fault,) = faults
        assert fault.rows.tolist() == [1]
        assert fault.what == "people that is no whole number from 0 to 1000000000"

    def test_bounds_are_allowed_themselves(self) -> None:
        values, faults = whole_numbers([1, 12, 0, 13], "month", lowest=1, highest=12)
        assert values.tolist() == [1, 12, 0, 0]
        assert [fault.rows.tolist() for fault in faults] == [[2], [3]]

    def test_fractions_are_numbers_but_not_counts(self) -> None:
        assert numbers_of(["12.25", 0.5, "1,000.5"]).tolist() == [12.25, 0.5, 1000.5]

    @given(st.lists(st.integers(0, 10**9), min_size=1))
    def test_counts_are_read_alike_however_written(self, counts: list[int]) -> None:
        for written in (counts, map(float, counts), map(str, counts), map("{:,}".format, counts)):
            values, faults = whole_numbers(list(written), "people")
            assert values.tolist() == counts
            assert not faults


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("VILLA DE LA PRUEBA Y EL ENSAYO", "Villa de la Prueba y El Ensayo"),
        ("EL PEÑÓN, D.C.", "El Peñón, D.C."),
        ("LA (MUESTRA)", "La (Muestra)"),
        ("  DE PRUEBA ", "De Prueba"),
    ],
)
def test_official_names_are_cased_as_running_text(printed: str, name: str) -> None:
    assert title_case(printed) == name
