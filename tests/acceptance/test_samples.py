"""Published layouts of which only a part is at hand: read whole here, refused by a refresh.

Expected counts are made from the same files with the csv module alone.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from pipeline import build
from pipeline.catalog.series import Feed, Series
from pipeline.catalog.shapes import shape_of
from pipeline.catalog.text import Text
from pipeline.errors import SourceError
from pipeline.ingest import raw, readers
from pipeline.ingest.conform import gazetteer
from pipeline.ingest.events import Reading, read_events
from pipeline.ingest.raw import Found, RawFile
from pipeline.ingest.reference import read_divipola
from tests.world.days import TODAY

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
ANSWERS = SAMPLES / "datos-gov-co" / "first-10000-rows"
CODES = {"m8fd-ahd9": "cod_muni", "fpe5-yrmw": "codigo_dane"}
SOURCES = {"m8fd-ahd9": "mindefensa_exports", "fpe5-yrmw": "police_exports"}


def present(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"../shared/samples is absent: no {path.name} on this machine")
    return path


def divipola(mirror: Path) -> Path:
    return mirror / "dane" / "divipola" / "divipola_1122_decimal_comma.csv"


@pytest.mark.parametrize(
    "name", ["dl_municipios_1121.csv", "divipola_1121_thousands_sep_codes.csv"]
)
def test_lists_of_municipalities_agree_whatever_their_spelling(mirror: Path, name: str) -> None:
    sample = read_divipola(present(SAMPLES / "divipola" / name)).set_index("municipality_code")
    official = read_divipola(divipola(mirror)).set_index("municipality_code")
    assert len(sample) == 1_121
    assert set(official.index) - set(sample.index) == {"27493"}  # created in 2022
    assert set(sample.index) <= set(official.index)
    same = official.loc[sample.index]
    renamed = same.index[same["municipality_name"] != sample["municipality_name"]]
    assert renamed.tolist() == ["19760", "76001"]  # Sotará Paispamba, Cali
    assert (same["department_name"] == sample["department_name"]).all()


@pytest.mark.parametrize("dataset", CODES)
class TestFirstRows:
    def test_columns_are_read(self, dataset: str) -> None:
        path = present(ANSWERS / f"{dataset}.csv")
        rows = readers.read_csv(path, shape_of(SOURCES[dataset], dataset))
        assert len(rows) == 10_000
        with path.open(encoding="utf-8", newline="") as stream:
            total = sum(int(row["cantidad"]) for row in csv.DictReader(stream))
        assert sum(map(int, rows.columns["CANTIDAD"])) == total

    def test_rows_are_counted_by_place_and_month(
        self, dataset: str, mirror: Path, tmp_path: Path
    ) -> None:
        lines = present(ANSWERS / f"{dataset}.csv").read_text("utf-8").splitlines(keepends=True)
        path = tmp_path / f"{dataset}.csv"
        path.write_text("".join(lines[:-1]), "utf-8")  # 9,999 rows: no longer cut at a limit
        reading = self.read(path, dataset, mirror)
        expected: Counter[tuple[str, str]] = Counter()
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                day = row["fecha_hecho"]
                month = f"{day[6:10]}-{day[3:5]}" if "/" in day else day[:7]
                expected[row[CODES[dataset]][:5], month] += int(row["cantidad"])
        cells = reading.cells
        months = cells["month"].dt.strftime("%Y-%m")
        found = dict(
            zip(zip(cells["place_code"], months, strict=True), cells["events"], strict=True)
        )
        assert found == expected
        assert (reading.rows_read, reading.drops) == (9_999, ())

    def read(self, path: Path, dataset: str, mirror: Path) -> Reading:
        """The file as a series of its own would take it."""
        name = Text("Prueba", "Test")
        one = Series("one", name, name, (Feed(SOURCES[dataset], dataset),))
        file = RawFile(path.name, SOURCES[dataset], dataset, "0" * 64, 1, TODAY.isoformat())
        places = gazetteer(read_divipola(divipola(mirror)))
        return read_events(Found(file, path), (one,), places, None)

    def test_a_refresh_refuses_an_answer_of_exactly_10_000_rows(
        self, dataset: str, tmp_path: Path
    ) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / f"{dataset}.csv").symlink_to(present(ANSWERS / f"{dataset}.csv"))
        (found,) = raw.scan(tmp_path / "in", TODAY).found
        with pytest.raises(SourceError, match=rf"{dataset}\.csv has exactly 10,000 rows"):
            build.refresh([found], tmp_path / "data")
        assert not (tmp_path / "data").exists()
