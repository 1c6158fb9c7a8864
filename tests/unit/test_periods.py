"""What a file covers: its cut, its part, its published months."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from pipeline.catalog.sources import Layout
from pipeline.errors import SourceError
from pipeline.ingest.periods import Period, period_of
from pipeline.ingest.raw import RawFile
from pipeline.ingest.readers import Rows


def file(name: str = "x.csv", **known: str) -> RawFile:
    facts: dict[str, Any] = {"path": name, "source_id": "s", "dataset": "d", "sha256": "0" * 64}
    return RawFile(**facts, bytes=1, retrieved_date="2026-11-22", **known)


def period(
    layout: Layout,
    months: str,
    raw: RawFile | None = None,
    *,
    is_yearly: bool = False,
    **said: Any,
) -> Period:
    values = months.split()
    rows = Rows({"CANTIDAD": values}, **said)
    dated = np.array(values, dtype="datetime64[M]")
    return period_of(raw or file(), layout, rows, dated, is_yearly=is_yearly)


def year(number: int, months: int = 12) -> str:
    return " ".join(f"{number}-{month:02d}" for month in range(1, months + 1))


def span(of: Period) -> str:
    """The published months, as first, last and how many."""
    return f"{of.months[0]} {of.months[-1]} {of.months.size}"


class TestCuts:
    def test_a_cut_that_is_known_beats_the_footer(self) -> None:
        raw = file(cut_date="2026-01-31", cut_basis="manifest")
        found = period(Layout.EVENT_WORKBOOK, "2025-01", raw, extraction=date(2025, 8, 13))
        assert (found.file.cut_date, found.file.cut_basis) == ("2026-01-31", "manifest")

    def test_the_footer_beats_the_last_event(self) -> None:
        found = period(Layout.EVENT_WORKBOOK, "2025-01", extraction=date(2025, 8, 13))
        assert (found.file.cut_date, found.file.cut_basis) == ("2025-08-13", "footer")

    def test_else_it_is_the_end_of_the_last_month_with_an_event(self) -> None:
        found = period(Layout.EVENT_WORKBOOK, "2024-01 2024-02")
        assert (found.file.cut_date, found.file.cut_basis) == ("2024-02-29", "last event")

    @pytest.mark.parametrize(
        ("years", "cut", "months"),
        [
            ("2023-01 2024-01", "2024-12-31", "2023-01 2024-12 24"),
            ("2025-01 2026-01", "2025-12-31", "2025-01 2025-12 12"),  # 2026 is not over
        ],
    )
    def test_a_yearly_file_without_a_cut_ends_with_the_last_closed_year(
        self, years: str, cut: str, months: str
    ) -> None:
        found = period(Layout.YEAR_RECORDS, years, is_yearly=True)
        assert (found.file.cut_date, span(found)) == (cut, months)

    def test_a_date_after_a_stated_cut_is_a_fault(self) -> None:
        raw = file(cut_date="2025-02-28", cut_basis="path")
        (fault,) = period(Layout.EVENT_WORKBOOK, "2025-02 2025-03 2025-01 2025-04", raw).faults
        assert fault.rows.tolist() == [1, 3]
        assert fault.told(first_row=2) == (
            "2 rows: date after the file's cut 2025-02-28, e.g. '2025-03' in row 3"
        )


class TestPublishedMonths:
    def test_a_history_runs_from_its_first_to_its_last_event(self) -> None:
        found = period(Layout.EVENT_WORKBOOK, "2024-11 2023-02 2024-01")
        assert (span(found), found.file.part) == ("2023-02 2024-11 22", "all")

    def test_whole_years_end_at_the_cut(self) -> None:
        raw = file(cut_date="2026-06-30", cut_basis="path")
        found = period(Layout.YEAR_RECORDS, "2025-01 2026-01", raw, is_yearly=True)
        assert span(found) == "2025-01 2026-06 18"

    def test_measured_years_are_whole_and_others_absent(self) -> None:
        found = period(Layout.CONTEXT_CSV, "2016-01 2011-01 2016-01", is_yearly=True)
        assert span(found) == "2011-01 2016-12 24"
        assert np.datetime64("2013-06") not in found.months

    def test_a_file_of_points_covers_the_year_of_its_name(self) -> None:
        found = period(Layout.MINE_POINTS, "2018-01 2018-01", file("a/2018.json"), is_yearly=True)
        assert (span(found), found.file.part, found.faults) == ("2018-01 2018-12 12", "2018", ())
        assert (found.file.cut_date, found.file.cut_basis) == ("2018-12-31", "path")

    def test_points_of_another_year_are_faults(self) -> None:
        found = period(Layout.MINE_POINTS, "2018-01 2017-01", file("a/2018.json"), is_yearly=True)
        (fault,) = found.faults
        assert fault.rows.tolist() == [1]
        assert "not 2018" in fault.what


class TestPoliceYears:
    LAYOUT = Layout.POLICE_WORKBOOK

    @pytest.mark.parametrize(
        ("name", "months", "part"),
        [
            ("homicidios_2024.xls", year(2024), "2024"),
            ("Amenazas2024_0.xlsx", year(2024), "2024"),
            ("delitos_sexuales_2019_0.xlsx", year(2019), "2019"),
            ("homicidios_20032004.xlsx", f"{year(2003)} {year(2004)}", "2003-2004"),
        ],
    )
    def test_a_name_claims_its_years(self, name: str, months: str, part: str) -> None:
        found = period(self.LAYOUT, months, file(f"a/{name}"))
        assert (found.file.part, found.months.size) == (part, len(months.split()))
        assert not found.is_open

    def test_a_name_without_a_year_claims_its_title(self) -> None:
        said = (date(2021, 1, 1), date(2021, 12, 1))
        found = period(
            self.LAYOUT, year(2021), file("delitos_sexuales_9.xlsx"), declared_period=said
        )
        assert (found.file.part, span(found)) == ("2021", "2021-01 2021-12 12")

    def test_a_title_of_part_of_a_year_is_an_open_year(self) -> None:
        said = (date(2025, 1, 1), date(2025, 7, 1))
        found = period(self.LAYOUT, year(2025, 7), file("Amenazas_5.xlsx"), declared_period=said)
        assert (found.file.part, span(found), found.is_open) == ("2025", "2025-01 2025-07 7", True)

    def test_without_name_and_title_the_first_date_tells_the_year(self) -> None:
        found = period(self.LAYOUT, year(2023), file("amenzas.xlsx"))
        assert (found.file.part, span(found)) == ("2023", "2023-01 2023-12 12")

    def test_eight_months_named_as_a_year_are_refused_whatever_the_title_says(self) -> None:
        said = (date(2022, 1, 1), date(2022, 8, 1))
        raw = file("a/homicidios_2022.xls")
        message = (
            r"a/homicidios_2022\.xls claims 2022-01 to 2022-12, and its 8 rows hold 2022-01 to "
            r"2022-08: 4 months are missing \(the first is 2022-09\), and no extraction date in "
            r"its footer explains it; its title says 2022-01–2022-08.*fetch the full file"
        )
        with pytest.raises(SourceError, match=message):
            period(self.LAYOUT, year(2022, 8), raw, declared_period=said)

    @pytest.mark.parametrize("drawn", [date(2022, 9, 1), date(2022, 8, 31)])
    def test_months_that_had_not_come_when_it_was_drawn_may_be_missing(self, drawn: date) -> None:
        found = period(self.LAYOUT, year(2022, 8), file("homicidios_2022.xls"), extraction=drawn)
        assert (span(found), found.is_open) == ("2022-01 2022-08 8", True)

    def test_a_month_that_was_over_when_it_was_drawn_may_not(self) -> None:
        with pytest.raises(SourceError, match="4 months are missing"):
            period(
                self.LAYOUT,
                year(2022, 8),
                file("homicidios_2022.xls"),
                extraction=date(2022, 10, 1),
            )

    def test_a_hole_in_the_year_is_refused(self) -> None:
        months = year(2022).replace("2022-05 ", "")
        with pytest.raises(SourceError, match=r"1 months are missing \(the first is 2022-05\)"):
            period(self.LAYOUT, months, file("homicidios_2022.xls"))

    def test_a_date_of_another_year_is_a_fault(self) -> None:
        found = period(self.LAYOUT, f"{year(2022)} 2023-01", file("homicidios_2022.xls"))
        (fault,) = found.faults
        assert fault.rows.tolist() == [12]
        assert "date outside 2022-01 to 2022-12" in fault.what
        assert span(found) == "2022-01 2022-12 12"


def test_rows_without_a_date_do_not_disturb_the_period() -> None:
    values = np.array(["2024-02", "NaT", "2024-03"], dtype="datetime64[M]")
    rows = Rows({"CANTIDAD": [1, 1, 1]})
    found = period_of(file(), Layout.EVENT_CSV, rows, values, is_yearly=False)
    assert (span(found), found.faults) == ("2024-02 2024-03 2", ())
