"""The coverage contract: what a list must say, and what it makes of every municipality."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from pipeline.catalog.programmes import PDET, SOMOS_COMUNIDAD
from pipeline.errors import SourceError
from pipeline.ingest import coverage
from pipeline.ingest.conform import Gazetteer, gazetteer
from pipeline.ingest.contract import told
from pipeline.ingest.coverage import (
    CheckedList,
    checked_list,
    coverage_of,
    read_coverage,
)
from pipeline.ingest.reference import read_divipola
from tests.world import files


@pytest.fixture(scope="module")
def municipalities(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return read_divipola(files.divipola(tmp_path_factory.mktemp("places") / "divipola.csv"))


@pytest.fixture(scope="module")
def places(municipalities: pd.DataFrame) -> Gazetteer:
    return gazetteer(municipalities)


class TestCoverage:
    def read(self, tmp_path: Path, places: Gazetteer, *rows: tuple[str, ...]) -> pd.DataFrame:
        return read_coverage(files.coverage(tmp_path / "coverage.csv", rows), places)

    def test_the_contract_is_read_as_it_is_written(self, tmp_path: Path, places: Gazetteer) -> None:
        frame = self.read(tmp_path, places, files.coverage_row("05901", end_date=""))
        (row,) = frame.to_dict("records")
        assert (row["municipality_code"], row["state"]) == ("05901", "documented")
        assert pd.isna(row["end_date"])
        assert pd.isna(row["component"])
        assert not {"start_date", "start_precision", "note"} & set(frame)  # not the reader's

    @pytest.mark.parametrize(
        ("facts", "earliest", "latest"),
        [
            # a source that has it begin with the programme tells of the first wave
            ({}, "2020-10-01", "2021-12-31"),
            ({"evidence": "official"}, "2020-10-01", "2020-12-31"),
            ({"start_date": "2022-05-17", "start_precision": "day"}, "2022-04-01", "2022-06-30"),
            ({"start_date": "2022-12-01"}, "2022-10-01", "2022-12-31"),
            ({"start_date": "2022-01-01", "start_precision": "year"}, "2022-01-01", "2022-12-31"),
            ({"start_date": "2020-01-01", "start_precision": "year"}, "2020-10-01", "2020-12-31"),
            ({"start_date": "", "start_precision": "unknown"}, "2020-10-01", None),
        ],
        ids=["wave", "official", "day", "month", "year", "first year", "unknown"],
    )
    def test_a_start_is_no_firmer_than_its_source_and_no_finer_than_the_quarter(
        self,
        tmp_path: Path,
        places: Gazetteer,
        facts: dict[str, str],
        earliest: str,
        latest: str | None,
    ) -> None:
        frame = self.read(tmp_path, places, files.coverage_row("05901", **facts))
        (row,) = frame.to_dict("records")
        assert row["start_earliest"] == pd.Timestamp(earliest)
        assert row["start_latest"] == pd.Timestamp(latest) or latest is None
        assert pd.isna(row["start_latest"]) == (latest is None)

    def test_a_lost_leading_zero_is_mended(self, tmp_path: Path, places: Gazetteer) -> None:
        frame = self.read(tmp_path, places, files.coverage_row("5901"))
        assert frame["municipality_code"].tolist() == ["05901"]

    def test_every_problem_is_told_at_once(self, tmp_path: Path, places: Gazetteer) -> None:
        rows = [
            files.coverage_row("05901"),
            files.coverage_row("77777", component="3"),
            files.coverage_row("05901", start_date="20201001", programme_id="otro"),
            files.coverage_row("05000", evidence="rumour", end_date="2025-02-30"),
            files.coverage_row("5901"),
        ]
        with pytest.raises(SourceError) as refusal:
            self.read(tmp_path, places, *rows)
        assert str(refusal.value).splitlines() == [
            f"{tmp_path.name}/coverage.csv: 8 problems. Mend these rows and refresh again.",
            "  row 3: unknown municipality '77777'",
            "  row 3: component is '3', expected one of ['', '1', '2', 'both']",
            "  row 4: programme_id is 'otro', expected one of ['somos_comunidad']",
            "  row 4: start_date '20201001' is no date like 2020-10-01",
            "  row 5: unknown municipality '05000'",
            "  row 5: evidence is 'rumour', expected one of ['confirmed', 'official', 'reported']",
            "  row 5: end_date '2025-02-30' is no date like 2020-10-01",
            "  row 6: the municipality appears twice",
        ]

    @pytest.mark.parametrize("text", ["", "programme_id\n", "programme_id,state\na,b\n"])
    def test_another_table_is_no_contract(
        self, tmp_path: Path, places: Gazetteer, text: str
    ) -> None:
        path = tmp_path / "coverage.csv"
        path.write_text(text, "utf-8")
        with pytest.raises(SourceError, match=r"coverage\.csv"):
            read_coverage(path, places)


class TestCoverageOf:
    """05901 and 05902 are PDET, one of them in a region that a report names."""

    def states(
        self, municipalities: pd.DataFrame, documented: pd.DataFrame
    ) -> tuple[dict[str, str], list[str]]:
        subregions = {"05901": "Montes de María", "05902": "Sur de Prueba", "98901": "Catatumbo"}
        known = municipalities.assign(
            pdet_subregion=municipalities["municipality_code"].map(subregions)
        )
        frame = coverage_of(documented, known, SOMOS_COMUNIDAD)
        states = dict(zip(frame["municipality_code"], frame["state"], strict=True))
        return states, frame.loc[frame["is_named_region"], "municipality_code"].tolist()

    def test_what_nobody_documented_is_never_not_covered(
        self, tmp_path: Path, places: Gazetteer, municipalities: pd.DataFrame
    ) -> None:
        path = files.coverage(tmp_path / "c.csv", [files.coverage_row("13902")])
        states, named = self.states(municipalities, read_coverage(path, places))
        assert states == {
            "05901": "candidate",
            "05902": "candidate",
            "05903": "no_evidence",
            "13901": "no_evidence",
            "13902": "documented",
            "98901": "outside",
        }
        assert named == ["05901"]  # 98901 lies in a named region and outside the departments

    def test_an_official_list_leaves_nothing_unknown(
        self, tmp_path: Path, places: Gazetteer, municipalities: pd.DataFrame
    ) -> None:
        rows = [files.coverage_row(code, evidence="official") for code in ("05901", "13902")]
        path = files.coverage(tmp_path / "c.csv", rows)
        states, named = self.states(municipalities, read_coverage(path, places))
        assert states == {
            "05901": "covered",
            "05902": "not_covered",
            "05903": "not_covered",
            "13901": "not_covered",
            "13902": "covered",
            "98901": "outside",
        }
        assert named == []

    def test_a_list_with_one_report_in_it_is_not_official(
        self, tmp_path: Path, places: Gazetteer, municipalities: pd.DataFrame
    ) -> None:
        rows = [files.coverage_row("05901", evidence="official"), files.coverage_row("13902")]
        path = files.coverage(tmp_path / "c.csv", rows)
        states, _ = self.states(municipalities, read_coverage(path, places))
        assert states["05902"] == "candidate"


class TestPdet:
    def test_the_decree_is_complete_in_the_whole_country(
        self, municipalities: pd.DataFrame
    ) -> None:
        subregions = {"05901": "Montes de María", "98901": "Catatumbo"}
        known = municipalities.assign(
            pdet_subregion=municipalities["municipality_code"].map(subregions)
        )
        frame = coverage_of(pd.DataFrame(), known, PDET).set_index("municipality_code")
        covered = frame[frame["state"] == "covered"]
        assert covered.index.tolist() == ["05901", "98901"]
        assert set(frame.loc[~frame.index.isin(covered.index), "state"]) == {"not_covered"}
        assert covered["start_earliest"].tolist() == [pd.Timestamp("2017-05-28")] * 2
        assert set(covered["source_title"]) == {"Decreto Ley 893 de 2017"}
        assert not frame["is_named_region"].any()

    def test_without_the_decree_nothing_is_known(self, municipalities: pd.DataFrame) -> None:
        frame = coverage_of(pd.DataFrame(), municipalities.assign(pdet_subregion=None), PDET)
        assert set(frame["state"]) == {"no_evidence"}


class TestCheckedList:
    """What a reader of the dashboard learns of a list, which is not kept."""

    @pytest.fixture
    def check(self, tmp_path: Path, municipalities: pd.DataFrame):
        known = municipalities.assign(pdet_subregion=None)

        def checked(*rows: tuple[str, ...]) -> CheckedList:
            content = files.coverage(tmp_path / "list.csv", rows).read_bytes()
            return checked_list(content, "list.csv", known, SOMOS_COMUNIDAD)

        return checked

    @staticmethod
    def words(checked: CheckedList) -> list[str]:
        return [told(problem).en for problem in checked.problems]

    def test_a_good_list_says_what_it_would_make_of_every_place(self, check) -> None:
        checked = check(
            *(files.coverage_row(one, evidence="official") for one in ("05901", "5902"))
        )
        assert (checked.rows, checked.problems) == (2, ())
        states = checked.states.set_index("municipality_code")["state"]
        assert states[["05901", "05902", "05903", "98901"]].tolist() == [
            "covered",
            "covered",
            "not_covered",
            "outside",
        ]

    def test_problems_are_told_in_both_languages(self, check) -> None:
        (problem,) = check(files.coverage_row("05901"), files.coverage_row("77777")).problems
        assert told(problem).es == "fila 3: no existe el municipio '77777'"
        assert told(problem).en == "row 3: unknown municipality '77777'"

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"source_title": ""}, "source_title is missing: the source"),
            ({"end_date": "2019-01-01"}, "end_date 2019-01-01 is before start_date 2020-10-01"),
            ({"start_precision": "unknown"}, "without a date the precision is unknown"),
            ({"start_date": ""}, "without a date the precision is unknown"),
            ({"municipality_code": "98901"}, "municipality 98901 lies outside the programme's"),
        ],
    )
    def test_what_a_build_would_refuse_later(self, check, facts: dict[str, str], said: str) -> None:
        (told_once,) = self.words(check(files.coverage_row("05901", **facts)))
        assert said in told_once

    def test_more_places_than_the_programme_has(
        self, check, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one_place = replace(SOMOS_COMUNIDAD, municipality_count=1)
        monkeypatch.setattr(coverage, "PROGRAMMES", (one_place,))
        rows = [files.coverage_row(code, evidence="official") for code in ("05901", "05902")]
        assert self.words(check(*rows)) == [
            "the list names 2 municipalities; the programme says it works in 1"
        ]
        assert self.words(check(files.coverage_row("05901"))) == [
            "the list names all 1 municipalities, but not every row is official"
        ]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "row 1: columns are ''"),
            (b"a;b\n1;2\n", "row 1: columns are 'a;b', the contract has"),
            (b"\xff\xfe", "it cannot be read as CSV (UTF-8, with commas), nor as a workbook"),
            (b"x" * 1_000_001, "it is larger than 1 MB"),
            (",".join(files.COVERAGE_HEADER).encode(), "it has no rows"),
            (
                b"\n".join([",".join(files.COVERAGE_HEADER).encode(), b"", b"a,b"]),
                "row 2: the row is empty\nrow 3: has 2 values, the header has 13",
            ),
        ],
        ids=["empty", "semicolons", "no text", "large", "header only", "ragged"],
    )
    def test_what_is_no_list(self, municipalities: pd.DataFrame, content: bytes, said: str) -> None:
        checked = checked_list(content, "list.csv", municipalities, SOMOS_COMUNIDAD)
        assert "\n".join(self.words(checked)).startswith(said)
        assert checked.states.empty

    def workbook(self, path: Path, rows: Sequence[Sequence[object]]) -> bytes:
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        return path.read_bytes()

    def test_a_workbook_says_the_same_as_its_text(
        self, tmp_path: Path, municipalities: pd.DataFrame
    ) -> None:
        facts = dict(zip(files.COVERAGE_HEADER, files.coverage_row("05901"), strict=True))
        typed = facts | {"municipality_code": 5901, "start_date": date(2020, 10, 1), "component": 2}
        rows = [[*files.COVERAGE_HEADER], [*typed.values()], [""] * 13]
        content = self.workbook(tmp_path / "list.xlsx", rows)
        known = municipalities.assign(pdet_subregion=None)
        checked = checked_list(content, "list.XLSX", known, SOMOS_COMUNIDAD)
        assert (checked.rows, checked.problems) == (1, ())
        row = checked.states.set_index("municipality_code").loc["05901"]
        assert (row["component"], row["start_earliest"]) == ("2", pd.Timestamp("2020-10-01"))
        assert list(tmp_path.iterdir()) == [tmp_path / "list.xlsx"]

    def test_a_damaged_workbook_is_a_problem(
        self, tmp_path: Path, municipalities: pd.DataFrame
    ) -> None:
        content = self.workbook(tmp_path / "list.xlsx", [[*files.COVERAGE_HEADER]])[:900]
        checked = checked_list(content, "list.xlsx", municipalities, SOMOS_COMUNIDAD)
        assert self.words(checked)[0].startswith("it cannot be read")
