"""A file that cannot be trusted is refused in one message, and nothing on disk changes.

Every case is offered to a refresh beside one good file, which the message must call fine.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from pipeline.errors import AtlasError, SourceError
from pipeline.ingest import raw
from tests.world import files
from tests.world.build import refreshed_from
from tests.world.days import TODAY
from tests.world.files import Event

GOOD = "good/2026-01-31/VOLADURA DE OLEODUCTOS.xlsx"
REMEDY = re.compile(r"again|declare|mend|fetch|check|of different years", re.IGNORECASE)

DAY = date(2025, 5, 5)
ONE = (Event("05901", DAY),)
OTHER = (Event("05902", DAY),)
YEAR = files.one_a_month(2024)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with places and one file of events; not to be written to."""
    folder = files.publish_places(tmp_path_factory.mktemp("settled"))
    files.sheet(folder / "2026-01-31" / "EXTORSIÓN.xlsx", files.mindefensa_cells(ONE))
    return refreshed_from(folder, tmp_path_factory.mktemp("data"))


@pytest.fixture
def data_dir(settled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(settled, tmp_path / "data", symlinks=True)


def contents(folder: Path) -> dict[str, str]:
    """Every file and link below a folder, and a checksum of its bytes or its target.

    But for the empty file that is locked while a refresh runs.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name == "raw/.refresh":
            continue
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


# ---------------------------------------------------------------------------- ways to spoil a file


def halved(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def truncated_workbook(folder: Path) -> None:
    halved(files.sheet(folder / "SECUESTRO.xlsx", files.mindefensa_cells(ONE, files.WITH_CONDUCT)))


def truncated_legacy_workbook(folder: Path) -> None:
    halved(files.sheet(folder / "homicidios_2024.xls", files.police_cells(YEAR)))


def encrypted_workbook(folder: Path) -> None:
    files.protected(folder / "SECUESTRO.xlsx")


def empty_file(folder: Path) -> None:
    (folder / "SECUESTRO.xlsx").write_bytes(b"")


def empty_workbook(folder: Path) -> None:
    files.sheet(folder / "SECUESTRO.xlsx", [list(files.WITH_CONDUCT)])


def page_instead_of_workbook(folder: Path) -> None:
    (folder / "SECUESTRO.xlsx").write_text("<html>Servicio no disponible</html>", "utf-8")


def police_under_a_ministry_name(folder: Path) -> None:
    files.sheet(folder / "SECUESTRO.xlsx", files.police_cells(YEAR))


def bytes_of_another_dataset(folder: Path) -> None:
    files.sheet(folder / "INCAUTACIONES MINERIA.xlsx", files.mindefensa_cells(ONE))


def missing_column(folder: Path) -> None:
    cells = [row[:-1] for row in files.mindefensa_cells(ONE)]
    files.sheet(folder / "SECUESTRO.xlsx", cells)


def renamed_column(folder: Path) -> None:
    header = [*files.PLAIN[:-1], "CUANTOS"]
    files.sheet(folder / "SECUESTRO.xlsx", files.mindefensa_cells(ONE, header))


def unknown_code(folder: Path) -> None:
    events = [Event("05901", DAY), Event("77777", DAY), Event("77777", DAY)]
    files.sheet(folder / "SECUESTRO.xlsx", files.mindefensa_cells(events))


def unknown_name(folder: Path) -> None:
    rows = [(DAY, "Villa Prueba", "Departamento Uno"), (DAY, "Nunca Jamás", "Departamento Uno")]
    files.leaders(folder / "lideres_2016_2020.csv", rows)


def unknown_term(folder: Path) -> None:
    events = [Event("05901", DAY, 1, "ARTICULO 343. TERRORISMO"), Event("05901", DAY, 1, "OTRO")]
    cells = files.mindefensa_cells(events, files.WITH_CONDUCT)
    files.sheet(folder / "TERRORISMO.xlsx", cells)


def date_after_the_cut(folder: Path) -> None:
    events = [Event("05901", DAY), Event("05901", date(2026, 3, 1))]
    files.sheet(folder / "2026-01-31" / "SECUESTRO.xlsx", files.mindefensa_cells(events))


def date_of_another_year(folder: Path) -> None:
    events = [*YEAR, Event("05901", date(2023, 12, 31))]
    files.sheet(folder / "homicidios_2024.xls", files.police_cells(events))


def text_for_a_date(folder: Path) -> None:
    cells = files.mindefensa_cells(ONE * 2)
    cells[2][0] = "quincena santa"
    files.sheet(folder / "SECUESTRO.xlsx", cells)


def total_that_disagrees(folder: Path) -> None:
    files.sheet(folder / "homicidios_2024.xls", files.police_cells(YEAR, total=13))


def eight_months_named_as_a_year(folder: Path) -> None:
    cells = files.police_cells(YEAR[:8], drawn=None)
    files.sheet(folder / "homicidios_2024.xls", cells)


def answer_cut_at_the_limit(folder: Path) -> None:
    rows = [("05901", 2024, 1)] * 2_000
    files.yearly_records(folder / "hist_municipio_hurto_personas.json", rows)


def truncated_records(folder: Path) -> None:
    halved(files.yearly_records(folder / "hist_municipio_homicidio.json", [("05901", 2024, 1)]))


def ragged_table(folder: Path) -> None:
    path = files.coca(folder / "coca_hectares.csv", [("05901", 2016, 1.0), ("05902", 2016, 2.0)])
    path.write_text(path.read_text("utf-8").removesuffix(",2.0\n"), "utf-8")


def swapped_points(folder: Path) -> None:
    latitude, longitude = reversed(files.centre("05901"))
    points = [("05901", "1", latitude, longitude)] * 2
    files.mine_points(folder / "eventos_sgp4-3e6k" / "2018.json", points)


def boundaries(folder: Path, code: str, ground: Callable[[Any], Any]) -> None:
    """Municipal boundaries with the ground of one municipality changed."""
    features = files.boundary_features()
    for feature in features:
        if code in {feature["properties"]["divipola_mun"], "all"}:
            shape = ground(shapely.geometry.shape(feature["geometry"]))
            feature["geometry"] = shape and shapely.geometry.mapping(shape)
    files.boundary_geojson(folder / "col_municipios_real_nacional.geojson", features)


def swapped_boundaries(folder: Path) -> None:
    boundaries(folder, "all", lambda shape: shapely.transform(shape, lambda xy: xy[:, ::-1]))


def overlapping_boundaries(folder: Path) -> None:
    boundaries(folder, "05902", lambda shape: shapely.affinity.translate(shape, xoff=-0.02))


def crossed_boundary(folder: Path) -> None:
    def bow_tie(shape: Any) -> Any:
        a, b, c, d, _ = shape.exterior.coords
        return shapely.Polygon([a, c, b, d])

    boundaries(folder, "05902", bow_tie)


def missing_boundary(folder: Path) -> None:
    boundaries(folder, "05902", lambda _: None)


def boundaries_of_other_municipalities(folder: Path) -> None:
    features = files.boundary_features()[:-1]
    files.boundary_geojson(folder / "col_municipios_real_nacional.geojson", features)


def cells_far_apart(folder: Path) -> None:
    files.far_apart(folder / "homicidios_2024.xls")


def workbook_that_unpacks_absurdly(folder: Path) -> None:
    path = folder / "SECUESTRO.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(5_000_000))


def damaged_boundaries(folder: Path) -> None:
    halved(files.boundary_geojson(folder / "col_municipios_real_nacional.geojson"))


def coverage_of_an_unknown_municipality(folder: Path) -> None:
    rows = [files.coverage_row("05901"), files.coverage_row("05999")]
    files.coverage(folder / "somos_comunidad_coverage.csv", rows)


def population_of_an_unknown_municipality(folder: Path) -> None:
    records = [{"divipola": "05901", "poblacion": 1}, {"divipola": "05999", "poblacion": 1}]
    files.document(folder / "poblacion_2025.json", records)


BOOK = r"SECUESTRO\.xlsx"
YEARLY = r"homicidios_2024\.xls"
OUTLINES = r"col_municipios_real_nacional\.geojson"
CASES: dict[Callable[[Path], None], tuple[str, str]] = {
    truncated_workbook: (BOOK, r"cannot be opened as a workbook.*cut short"),
    truncated_legacy_workbook: (YEARLY, r"[\d,]+ bytes of at least [\d,]+"),
    encrypted_workbook: (BOOK, r"password"),
    cells_far_apart: (YEARLY, r"cells span more than can be held in memory"),
    workbook_that_unpacks_absurdly: (BOOK, r"would unpack from [\d,]+ to 5,000,000 bytes"),
    empty_file: (BOOK, r"cannot be opened as a workbook"),
    empty_workbook: (BOOK, r"has no rows"),
    page_instead_of_workbook: (BOOK, r"not a workbook at all"),
    police_under_a_ministry_name: (BOOK, r"no date column .*unknown columns"),
    bytes_of_another_dataset: (r"INCAUTACIONES MINERIA\.xlsx", r"byte for byte.*EXTORSIÓN"),
    missing_column: (BOOK, r"no quantity column \(expected CANTIDAD"),
    renamed_column: (BOOK, r"no quantity column.*unknown columns \['CUANTOS'\]"),
    unknown_code: (BOOK, r"2 rows: unknown municipality code, e\.g\. '77777' in row 3"),
    unknown_name: (r"lideres_2016_2020\.csv", r"'Departamento Uno / Nunca Jamás' in row 3"),
    unknown_term: (r"TERRORISMO\.xlsx", r"1 rows: term of DESCRIPCION.*'OTRO' in row 3"),
    date_after_the_cut: (BOOK, r"1 rows: date after the file's cut.*'2026-03' in row 3"),
    date_of_another_year: (YEARLY, r"1 rows: date outside 2024-01 to 2024-12.*in row 23"),
    text_for_a_date: (BOOK, r"1 rows: unreadable date, e\.g\. 'quincena santa' in row 3"),
    total_that_disagrees: (YEARLY, r"TOTAL row says 13, the 12 rows sum to 12"),
    eight_months_named_as_a_year: (YEARLY, r"its 8 rows hold 2024-01 to 2024-08"),
    answer_cut_at_the_limit: (r"hist_municipio_hurto_personas\.json", r"exactly 2,000 rows"),
    truncated_records: (r"hist_municipio_homicidio\.json", r"not JSON.*cut short"),
    ragged_table: (r"coca_hectares\.csv", r"row 3 has 2 values, the header has 3"),
    swapped_points: (r"2018\.json", r"2 rows: point whose axes look swapped.*in row 1"),
    swapped_boundaries: (OUTLINES, r"axes look swapped.*6 of 6 shapes"),
    overlapping_boundaries: (r"", r"overlap.*05901 05902"),
    crossed_boundary: (r"", r"1 geometries cannot be repaired.*05902 would change by"),
    missing_boundary: (OUTLINES, r"missing or empty, e\.g\. '05902'"),
    boundaries_of_other_municipalities: (OUTLINES, r"1 municipalities are only.*98901"),
    damaged_boundaries: (OUTLINES, r"cannot be read as GeoJSON"),
    coverage_of_an_unknown_municipality: (
        r"somos_comunidad_coverage\.csv", r"row 3: unknown municipality '05999'",
    ),
    population_of_an_unknown_municipality: (
        r"poblacion_2025\.json", r"unknown municipality code, e\.g\. '05999' in row 2",
    ),
}  # fmt: skip
"""By way of spoiling: the file that the message names, and what it says of it."""


@pytest.mark.parametrize("spoil", CASES, ids=lambda spoil: spoil.__name__)
def test_a_bad_file_is_refused_and_nothing_changes(
    spoil: Callable[[Path], None], data_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "offered"
    files.sheet(folder / GOOD, files.mindefensa_cells(OTHER))
    spoil(folder)
    before = contents(data_dir)
    with pytest.raises(AtlasError) as refusal:
        refreshed_from(folder, data_dir)
    message = str(refusal.value)
    file, reason = CASES[spoil]
    assert re.search(rf"(?s){file}.*{reason}", message), message
    assert REMEDY.search(message), message
    assert message.startswith("1 files were refused; raw data and the warehouse in use are untou")
    assert message.endswith(f"The other 1 are fine: {GOOD}."), message
    assert contents(data_dir) == before


def test_all_refusals_come_in_one_message(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "offered"
    files.sheet(folder / GOOD, files.mindefensa_cells(OTHER))
    spoilers = (unknown_name, unknown_code, coverage_of_an_unknown_municipality, swapped_points)
    for spoil in spoilers:
        spoil(folder)
    before = contents(data_dir)
    with pytest.raises(SourceError) as refusal:
        refreshed_from(folder, data_dir)
    message = str(refusal.value)
    assert message.startswith("4 files were refused")
    for spoil in spoilers:
        file, reason = CASES[spoil]
        assert re.search(rf"(?s){file}.*{reason}", message)
    assert contents(data_dir) == before


def test_the_good_file_alone_is_taken(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "offered"
    files.sheet(folder / GOOD, files.mindefensa_cells(OTHER))
    before = contents(data_dir)
    refreshed_from(folder, data_dir)
    assert contents(data_dir) != before


def test_without_places_nothing_can_be_built(tmp_path: Path) -> None:
    files.sheet(tmp_path / "in" / GOOD, files.mindefensa_cells(ONE))
    with pytest.raises(SourceError, match=r"No list of municipalities \(DIVIPOLA\) is here"):
        refreshed_from(tmp_path / "in", tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_file_of_no_source_is_listed_as_ignored(tmp_path: Path) -> None:
    files.sheet(tmp_path / GOOD, files.mindefensa_cells(ONE))
    files.document(tmp_path / "otros" / "gatos.json", [1, 2, 3])
    scan = raw.scan(tmp_path, TODAY)
    assert [one.file.path for one in scan.found] == [GOOD]
    assert scan.ignored == (("otros/gatos.json", "matches no declared source"),)


class TestCommand:
    def run(self, data_dir: Path, folder: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pipeline", "--data-dir", data_dir]
        root = Path(__file__).resolve().parents[2]
        return subprocess.run(
            [*command, "refresh", "--from", folder],
            cwd=root, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    def test_a_refusal_is_one_message_and_exit_code_1(self, tmp_path: Path) -> None:
        folder = tmp_path / "offered"
        folder.mkdir()
        unknown_code(folder)
        truncated_legacy_workbook(folder)
        files.document(folder / "gatos.json", [])
        data_dir = tmp_path / "data"  # beside it the bundled snapshot gives the places
        done = self.run(data_dir, folder)
        assert done.returncode == 1
        assert done.stderr.startswith("Error: 2 files were refused;")
        assert done.stderr.count("Error") == 1
        assert "Traceback" not in done.stderr
        assert "'77777' in row 3" in done.stderr
        assert "homicidios_2024.xls cannot be opened as a workbook" in done.stderr
        assert "ignored  gatos.json: matches no declared source" in done.stdout
        assert not contents(data_dir)

    def test_a_spoilt_manifest_is_a_refusal_too(self, data_dir: Path, tmp_path: Path) -> None:
        files.sheet(tmp_path / "offered" / GOOD, files.mindefensa_cells(ONE))
        (tmp_path / "offered" / "MANIFEST.csv").write_bytes(b"path,cut\n\xff\xff,x\n")
        before = contents(data_dir)
        done = self.run(data_dir, tmp_path / "offered")
        assert done.returncode == 1
        assert re.fullmatch(
            r"Error: .*MANIFEST\.csv cannot be read as CSV in UTF-8: .* Mend or remove it\.\n",
            done.stderr,
        )
        assert contents(data_dir) == before

    def test_a_lock_that_was_edited_is_a_refusal_too(self, data_dir: Path, tmp_path: Path) -> None:
        files.sheet(tmp_path / "offered" / GOOD, files.mindefensa_cells(ONE))
        lock = data_dir / "raw" / raw.LOCK_NAME
        entries = json.loads(lock.read_text("utf-8"))
        lock.write_text(json.dumps(entries["files"]), "utf-8")
        done = self.run(data_dir, tmp_path / "offered")
        assert done.returncode == 1
        assert done.stderr.startswith("Error: ")
        assert "is no lock of raw files" in done.stderr
