"""Reference files: municipalities, residents, PDET."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.errors import SourceError
from pipeline.ingest.conform import Gazetteer, gazetteer
from pipeline.ingest.reference import (
    read_divipola,
    read_pdet,
    read_population,
)
from tests.world import files


@pytest.fixture(scope="module")
def municipalities(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return read_divipola(files.divipola(tmp_path_factory.mktemp("places") / "divipola.csv"))


@pytest.fixture(scope="module")
def places(municipalities: pd.DataFrame) -> Gazetteer:
    return gazetteer(municipalities)


class TestDivipola:
    @pytest.mark.parametrize("spelling", ["text", "number", "thousands"])
    def test_all_spellings_give_one_list(self, tmp_path: Path, spelling: str) -> None:
        frame = read_divipola(files.divipola(tmp_path / "divipola.csv", spelling))
        assert frame["municipality_code"].tolist() == sorted(files.PLACES)
        assert frame.iloc[4].to_dict() == {
            "municipality_code": "13902",
            "municipality_name": "Peñón de Ensayo",
            "department_code": "13",
            "department_name": "Departamento Dos",
            "kind": "Municipio",
        }

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("05902", "05901"),
            ("05902", "5902x"),
            ("05902", "13903"),  # another department's
            ("05902", "059022"),
            ("PUERTO ENSAYO", ""),
            ("05902", ""),
        ],
    )
    def test_spoilt_rows_are_told(self, tmp_path: Path, old: str, new: str) -> None:
        path = files.divipola(tmp_path / "divipola.csv")
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
        with pytest.raises(SourceError, match=r"divipola\.csv: [12] municipalities.*in row [23]"):
            read_divipola(path)

    def test_a_renamed_column_is_told(self, tmp_path: Path) -> None:
        path = files.divipola(tmp_path / "divipola.csv")
        path.write_text(path.read_text("utf-8").replace("Código Municipio", "Clave"), "utf-8")
        with pytest.raises(SourceError, match=r"none of the columns \['CODIGO MUNICIPIO'"):
            read_divipola(path)


class TestPopulation:
    @pytest.mark.parametrize(
        ("write", "name", "years"),
        [
            (files.population_wide, "poblacion_2003_2017.xls", range(2003, 2018)),
            (files.population_official_wide, "poblacion_2005_2006.xls", range(2005, 2007)),
            (files.population_long, "poblacion_2018_2024.xlsx", range(2018, 2025)),
            (files.population_areas, "PPED-AreaMun-2018-2042_VP.xlsx", range(2018, 2027)),
            (files.population_back, "DCD-area-proypoblacion.xlsx", range(2005, 2018)),
        ],
    )
    def test_all_layouts_say_the_same(
        self, tmp_path: Path, places: Gazetteer, write: Any, name: str, years: range
    ) -> None:
        frame = read_population(write(tmp_path / name, list(years)), "an edition", places)
        expected = {
            (code, year): files.residents(code, year) for code in files.PLACES for year in years
        }
        keys = zip(frame["municipality_code"], frame["year"], strict=True)
        assert dict(zip(keys, frame["population"], strict=True)) == expected
        assert set(frame["edition"]) == {"an edition"}

    def test_a_place_not_yet_founded_has_nobody(self, tmp_path: Path, places: Gazetteer) -> None:
        path = files.population_wide(tmp_path / "poblacion_2003_2017.xls", range(2009, 2011))
        frame = read_population(path, "e", places).set_index(["municipality_code", "year"])
        assert frame["population"]["05903", 2009] == 0
        assert frame["population"]["05903", 2010] == 3_000 + 2_010

    @pytest.mark.parametrize("suffix", [".json", ".JSON"])
    def test_records_take_the_year_of_the_name(
        self, tmp_path: Path, places: Gazetteer, suffix: str
    ) -> None:
        path = files.population_json(tmp_path / f"poblacion_2025{suffix}")
        frame = read_population(path, "e", places)
        assert frame["year"].tolist() == [2025] * 6
        assert frame["population"].tolist() == [n * 1_000 + 2_025 for n in range(1, 7)]

    def test_an_obsolete_code_is_added_to_its_successor(self, tmp_path: Path) -> None:
        records = [{"divipola": "94343", "poblacion": 10}, {"divipola": "94663", "poblacion": 5}]
        path = files.document(tmp_path / "poblacion_2025.json", records)
        frame = read_population(path, "e", Gazetteer(frozenset({"94343"}), {}, {}))
        assert frame.to_dict("records") == [
            {"municipality_code": "94343", "year": 2025, "population": 15, "edition": "e"}
        ]

    @pytest.mark.parametrize(
        ("record", "said"),
        [
            (
                {"divipola": "77777", "poblacion": 1},
                "unknown municipality code, e.g. '77777' in row 2",
            ),
            ({"divipola": "05000", "poblacion": 1}, "unknown municipality code"),
            ({"divipola": "5901", "poblacion": 1}, "second figure for a municipality and year"),
            ({"divipola": "05902", "poblacion": None}, "population that is no whole number"),
            ({"divipola": "05902", "poblacion": -1}, "population that is no whole number"),
            ({"divipola": "05902", "poblacion": 1.5}, "population that is no whole number"),
            ({"divipola": "05902"}, "population that is no whole number"),
            ({"divipola": "05902", "poblacion": [1]}, "record 2 is not flat"),
        ],
        ids=repr,
    )
    def test_spoilt_records_are_told(
        self, tmp_path: Path, places: Gazetteer, record: dict[str, Any], said: str
    ) -> None:
        path = files.document(
            tmp_path / "poblacion_2025.json", [{"divipola": "05901", "poblacion": 7}, record]
        )
        with pytest.raises(SourceError, match=rf"(?s)poblacion_2025\.json.*{said}"):
            read_population(path, "e", places)

    def test_a_year_that_is_no_year_is_told(self, tmp_path: Path, places: Gazetteer) -> None:
        path = files.population_long(tmp_path / "poblacion.xlsx", [2018, 20_180])
        with pytest.raises(SourceError, match=r"year that is no whole number from 1985 to 2100"):
            read_population(path, "e", places)

    def test_areas_without_their_column_are_told(self, tmp_path: Path, places: Gazetteer) -> None:
        header = ["DP", "DPNOM", "DPMP", "MPIO", "AÑO", "Población"]
        rows = [["05", "Departamento Uno", "05901", "Villa Prueba", 2018, n] for n in (1, 2, 3)]
        path = files.sheet(tmp_path / "poblacion.xlsx", [header, *rows])
        with pytest.raises(SourceError, match=r"2 rows: second figure .*is an area column missing"):
            read_population(path, "e", places)

    @pytest.mark.parametrize(
        ("cells", "said"),
        [
            ([["nada"], ["de", "nada"]], "no sheet has a header with a municipality code"),
            ([["MPIO", "AÑO", "Total"]], "has no municipality"),
            ([["MPIO", "AÑO", "Total"], ["00", 2018, 9]], "has no municipality"),
            ([["MPIO", "AÑO", "Otra"], ["05901", 2018, 9]], "none of the columns"),
            ([["MPIO", "Cuándo", "Total"], ["05901", 2018, 9]], "none of the columns"),
        ],
    )
    def test_what_is_no_projection_is_told(
        self, tmp_path: Path, places: Gazetteer, cells: files.Cells, said: str
    ) -> None:
        path = files.sheet(tmp_path / "poblacion.xlsx", cells)
        with pytest.raises(SourceError, match=rf"poblacion\.xlsx.*{said}"):
            read_population(path, "e", places)

    def test_records_need_a_year_in_the_name(self, tmp_path: Path, places: Gazetteer) -> None:
        records = [{"divipola": "05901", "poblacion": 7}]
        path = files.document(tmp_path / "poblacion.json", records)
        with pytest.raises(SourceError, match="no year in its name"):
            read_population(path, "e", places)


class TestPdet:
    def test_codes_and_subregions(self, tmp_path: Path, places: Gazetteer) -> None:
        path = files.pdet(tmp_path / "pdet_170.csv", {"13902": " Sur de Prueba "})
        assert read_pdet(path, places).to_dict("records") == [
            {"municipality_code": "13902", "pdet_subregion": "Sur de Prueba"}
        ]

    @pytest.mark.parametrize("code", ["77777", "05000", "05901", ""])
    def test_unknown_and_repeated_codes_are_told(
        self, tmp_path: Path, places: Gazetteer, code: str
    ) -> None:
        path = files.pdet(tmp_path / "pdet_170.csv", {"05901": "S", "05902": "S"})
        path.write_text(path.read_text("utf-8").replace("\n05902,", f"\n{code},"), "utf-8")
        with pytest.raises(SourceError, match=r"pdet_170\.csv: [12] unknown or repeated codes"):
            read_pdet(path, places)
