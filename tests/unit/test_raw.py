"""Published files on disk: recognised by name, dated by what is known of them, kept as they are."""

import json
import os
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from pipeline.catalog.series import SERIES, Feed, Series
from pipeline.catalog.text import Text
from pipeline.errors import SourceError
from pipeline.ingest import raw
from tests.world import files
from tests.world.days import TODAY


def put(path: Path, content: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


def only(folder: Path) -> raw.RawFile:
    """The one recognised file of a folder."""
    (found,) = raw.scan(folder, TODAY).found
    return found.file


class TestRecognising:
    @pytest.mark.parametrize(
        ("name", "source", "dataset"),
        [
            ("a/EXTORSIÓN.xlsx", "mindefensa_workbooks", "EXTORSIÓN"),
            ("2023/Extorsion.XLSX", "mindefensa_workbooks", "EXTORSIÓN"),
            ("a/PUENTES Y VÍAS.xlsx", "mindefensa_workbooks", "PUENTES Y VÍAS"),
            ("a/puentes_y_vias.xlsx", "mindefensa_workbooks", "PUENTES Y VÍAS"),
            ("a/homicidios_20032010.xlsx", "police_workbooks", "homicidios"),
            ("a/Homicidio_2025.xls", "police_workbooks", "homicidios"),
            ("a/amenzas.xlsx", "police_workbooks", "amenazas"),
            ("a/Amenazas2024_0.xlsx", "police_workbooks", "amenazas"),
            ("a/Delitos_Sexuales_5.xlsx", "police_workbooks", "delitos_sexuales"),
            ("a/Masacres_en_Colombia_20250428.csv", "mindefensa_exports", "massacres"),
            ("a/fpe5-yrmw.csv", "police_exports", "fpe5-yrmw"),
            ("eventos_sgp4-3e6k/1990.json", "mine_events", "sgp4-3e6k"),
            ("a/PPED-AreaMun-2018-2042_VP.xlsx", "population", "population_2018_2042"),
            (
                "a/DCD-area-proypoblacion-Mun-2005-2017_VP.xlsx",
                "population",
                "population_back",
            ),
            (
                "a/MGN2025_ADM_MPIO_GRAFICO_(geojson).zip",
                "municipality_boundaries",
                "mgn_2025",
            ),
            ("a/MGN2025_ADM_MPIO_GRAFICO.geojson", "municipality_boundaries", "mgn_2025"),
            ("a/MGN2024_MPIO_POLITICO.zip", "municipality_boundaries", "mgn_2024"),
            ("a/MGN2018_MPIO_POLITICO.rar", "municipality_boundaries", "mgn_2018"),
            ("a/MGN2025_ADM_DPTO_POLITICO_(geojson).zip", "department_boundaries", "mgn_2025"),
        ],
    )
    def test_publishers_names(self, name: str, source: str, dataset: str) -> None:
        found = raw.recognised(Path(name))
        assert found is not None
        assert (found[0].id, found[1]) == (source, dataset)

    def test_an_edition_of_another_publisher_has_its_own_licence(self, tmp_path: Path) -> None:
        put(tmp_path / "col_municipios_real_departamental.topojson", "simplified")
        put(tmp_path / "MGN2025_ADM_MPIO_GRAFICO_(geojson).zip", "official")
        licences = {one.file.dataset: one.file.licence for one in raw.scan(tmp_path, TODAY).found}
        assert licences["departamental"].startswith("CC BY 4.0 (mapas-colombia)")
        assert licences["mgn_2025"].startswith("use and transform with the citation")

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    @pytest.mark.parametrize("change", [str, str.lower, str.upper, str.title])
    def test_accents_and_case_do_not_matter(self, form: str, change: type) -> None:
        name = unicodedata.normalize(form, change("Afectación a la Fuerza Pública"))  # type: ignore[arg-type]
        found = raw.recognised(Path(f"a/{name}.xlsx"))
        assert found is not None
        assert found[1] == "AFECTACIÓN A LA FUERZA PÚBLICA"

    @pytest.mark.parametrize(
        "name",
        ["a/SECUESTRO.csv", "a/SECUESTRO (1).xlsx", "a/notas.txt", "1990.json", "otros/1990.json"],
    )
    def test_other_names_match_no_source(self, name: str) -> None:
        assert raw.recognised(Path(name)) is None

    def test_a_workbook_of_a_new_series_needs_no_other_declaration(self) -> None:
        feed = Feed("mindefensa_workbooks", "UNICORNIOS ROBADOS")
        unicorns = Series("unicorns", Text("U", "U"), Text("u", "u"), (feed,))
        path = Path("a/Unicornios robados.xlsx")
        assert raw.recognised(path) is None
        found = raw.recognised(path, (*SERIES, unicorns))
        assert found is not None
        assert found[1] == "UNICORNIOS ROBADOS"


class TestScanning:
    def test_every_file_is_found_or_ignored_with_a_reason(self, tmp_path: Path) -> None:
        put(tmp_path / "deep" / "deeper" / "SECUESTRO.xlsx", "1")
        put(tmp_path / "EXTORSIÓN.xlsx", "2")
        put(tmp_path / "HOJA DE COCA.xlsx", "3")
        put(tmp_path / "carta.docx", "4")
        put(tmp_path / "copy" / "SECUESTRO.xlsx", "1")
        put(tmp_path / ".hidden" / "MASACRES.xlsx", "5")
        put(tmp_path / "~$MASACRES.xlsx", "6")  # left by a spreadsheet program
        scan = raw.scan(tmp_path, TODAY)
        assert [one.file.path for one in scan.found] == ["EXTORSIÓN.xlsx", "copy/SECUESTRO.xlsx"]
        assert dict(scan.ignored) == {
            "HOJA DE COCA.xlsx": "kilograms of coca leaf seized: not a series of the atlas",
            "carta.docx": "matches no declared source",
            "deep/deeper/SECUESTRO.xlsx": "same bytes as copy/SECUESTRO.xlsx",
        }

    def test_equal_bytes_under_two_datasets_are_both_found(self, tmp_path: Path) -> None:
        put(tmp_path / "SECUESTRO.xlsx")
        put(tmp_path / "MASACRES.xlsx")
        assert len(raw.scan(tmp_path, TODAY).found) == 2

    def test_what_is_known_before_reading(self, tmp_path: Path) -> None:
        put(tmp_path / "SECUESTRO.xlsx", "abc")
        file = only(tmp_path)
        assert file.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert (file.bytes, file.retrieved_date) == (3, "2026-11-22")
        assert (file.cut_date, file.cut_basis, file.part) == ("", "", "")
        assert file.origin.startswith("https://www.mindefensa.gov.co/")

    @pytest.mark.parametrize("name", ["nothing here", "file"])
    def test_no_folder_is_told(self, tmp_path: Path, name: str) -> None:
        put(tmp_path / "file")
        with pytest.raises(SourceError, match="neither a folder nor an archive"):
            raw.scan(tmp_path / name, TODAY)

    def test_an_empty_folder_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="holds no file"):
            raw.scan(tmp_path, TODAY)

    def test_a_file_that_cannot_be_read_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(tmp_path / "SECUESTRO.xlsx")

        def denied(_: Path) -> str:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(raw, "sha256_of", denied)
        with pytest.raises(SourceError, match=r"SECUESTRO\.xlsx cannot be read"):
            raw.scan(tmp_path, TODAY)


class TestCuts:
    def manifest(self, folder: Path, **note: str) -> None:
        put(folder / "d" / "2025-06-30" / "SECUESTRO.xlsx", "abc")
        named = {"path": "d/2025-06-30/SECUESTRO.xlsx"} | note
        files.table(folder / raw.MANIFEST_NAME, list(named), [list(named.values())])

    def test_a_manifest_is_believed_first(self, tmp_path: Path) -> None:
        self.manifest(tmp_path, cut="2025-12-31", origin="https://example.org", licence="free")
        file = only(tmp_path)
        assert (file.cut_date, file.cut_basis) == ("2025-12-31", "manifest")
        assert (file.origin, file.licence) == ("https://example.org", "free")

    @pytest.mark.parametrize(
        ("cut", "day"),
        [
            ("2024", "2024-12-31"),
            ("2024-02", "2024-02-29"),
            ("2026", "2026-11-22"),  # not over: counted up to today at most
        ],
    )
    def test_a_cut_may_be_a_month_or_year(self, tmp_path: Path, cut: str, day: str) -> None:
        self.manifest(tmp_path, cut=cut)
        assert (only(tmp_path).cut_date, only(tmp_path).cut_basis) == (day, "manifest")

    @pytest.mark.parametrize("cut", ["", "Jan-Jul 2025", "2025-13", "2025-02-30", "20250101"])
    def test_without_a_cut_in_it_the_path_speaks(self, tmp_path: Path, cut: str) -> None:
        self.manifest(tmp_path, cut=cut)
        assert (only(tmp_path).cut_date, only(tmp_path).cut_basis) == ("2025-06-30", "path")

    @pytest.mark.parametrize(
        ("sha256", "basis"),
        [
            ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "manifest"),
            ("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", "manifest"),
            ("", "manifest"),
            ("0" * 64, "path"),
        ],
    )
    def test_a_manifest_speaks_of_the_bytes_it_names(
        self, tmp_path: Path, sha256: str, basis: str
    ) -> None:
        self.manifest(tmp_path, cut="2025-12-31", sha256=sha256)
        assert only(tmp_path).cut_basis == basis

    def test_a_manifest_names_files_in_any_composition(self, tmp_path: Path) -> None:
        name = unicodedata.normalize("NFD", "EXTORSIÓN.xlsx")
        put(tmp_path / name)
        rows = [(unicodedata.normalize("NFC", name), "2025-12-31")]
        files.table(tmp_path / raw.MANIFEST_NAME, ("path", "cut"), rows)
        assert only(tmp_path).cut_date == "2025-12-31"

    def test_the_last_possible_date_in_the_path_counts(self, tmp_path: Path) -> None:
        put(tmp_path / "2024-01-31" / "2025-02-28" / "2031-01-01" / "2025-99-99" / "SECUESTRO.xlsx")
        assert only(tmp_path).cut_date == "2025-02-28"

    def test_the_folder_itself_may_carry_the_date_but_none_above_it(self, tmp_path: Path) -> None:
        put(tmp_path / "2020-01-31" / "2025-02-28" / "SECUESTRO.xlsx")
        put(tmp_path / "2020-01-31" / "delivery" / "SECUESTRO.xlsx")
        assert only(tmp_path / "2020-01-31" / "2025-02-28").cut_date == "2025-02-28"
        assert only(tmp_path / "2020-01-31" / "delivery").cut_date == ""

    @pytest.mark.parametrize(
        "content", [b"path,cut\n\xff\xfe\x00,1\n", b'path\n"' + b"x" * 200_000]
    )
    def test_a_manifest_that_cannot_be_read_is_told(self, tmp_path: Path, content: bytes) -> None:
        put(tmp_path / "SECUESTRO.xlsx")
        (tmp_path / raw.MANIFEST_NAME).write_bytes(content)
        with pytest.raises(SourceError, match=r"MANIFEST\.csv cannot be read as CSV"):
            raw.scan(tmp_path, TODAY)


class TestKeeping:
    def test_bytes_are_adopted_and_locked_as_they_are(self, tmp_path: Path) -> None:
        put(tmp_path / "in" / "2025-12-31" / "SECUESTRO.xlsx", "abc")
        (found,) = raw.scan(tmp_path / "in", TODAY).found
        settled = raw.settled(found.file)
        assert settled.path == "mindefensa_workbooks/secuestro/2025-12-31.ba7816bf/SECUESTRO.xlsx"
        raw_dir = tmp_path / "raw"
        raw.adopt(raw_dir, [raw.Found(settled, found.location)])
        raw.write_lock(raw_dir, [settled])
        assert raw.read_lock(raw_dir) == (settled,)
        (locked,) = raw.locked_files(raw_dir)
        assert locked.location.read_text("utf-8") == "abc"
        assert raw.unknown([found], raw.read_lock(raw_dir)) == []
        assert sorted(path.name for path in raw_dir.rglob("*") if path.is_file()) == [
            "SECUESTRO.xlsx",
            "lock.json",
        ]

    def test_a_release_mended_without_a_new_cut_stands_beside_the_first(
        self, tmp_path: Path
    ) -> None:
        raw_dir = tmp_path / "raw"
        for content in ("first", "mended"):
            put(tmp_path / content / "2025-12-31" / "SECUESTRO.xlsx", content)
            (found,) = raw.scan(tmp_path / content, TODAY).found
            new = raw.unknown([found], raw.read_lock(raw_dir))
            kept = [raw.Found(raw.settled(one.file), one.location) for one in new]
            raw.adopt(raw_dir, kept)
            raw.write_lock(raw_dir, [*raw.read_lock(raw_dir), *(one.file for one in kept)])
        held = {one.location.read_text("utf-8") for one in raw.locked_files(raw_dir)}
        assert held == {"first", "mended"}

    def test_adopting_again_touches_nothing(self, tmp_path: Path) -> None:
        put(tmp_path / "in" / "SECUESTRO.xlsx")
        (found,) = raw.scan(tmp_path / "in", TODAY).found
        kept = [raw.Found(raw.settled(found.file), found.location)]
        raw.adopt(tmp_path / "raw", kept)
        target = tmp_path / "raw" / kept[0].file.path
        os.utime(target, (0, 0))
        raw.adopt(tmp_path / "raw", kept)
        assert target.stat().st_mtime == 0

    def test_points_keep_the_folder_they_are_recognised_by(self, tmp_path: Path) -> None:
        put(tmp_path / "eventos_sgp4-3e6k" / "1990.json")
        settled = raw.settled(only(tmp_path))
        assert raw.recognised(Path(settled.path)) == raw.recognised(Path("sgp4-3e6k/1990.json"))

    def locked(self, raw_dir: Path) -> raw.RawFile:
        put(raw_dir / "in" / "SECUESTRO.xlsx", "abc")
        (found,) = raw.scan(raw_dir / "in", TODAY).found
        settled = raw.settled(found.file)
        raw.adopt(raw_dir, [raw.Found(settled, found.location)])
        raw.write_lock(raw_dir, [settled])
        return settled

    def test_edited_bytes_are_told(self, tmp_path: Path) -> None:
        (tmp_path / self.locked(tmp_path).path).write_text("abd", "utf-8")
        with pytest.raises(SourceError, match="another checksum"):
            raw.locked_files(tmp_path)

    def test_lost_bytes_are_told(self, tmp_path: Path) -> None:
        (tmp_path / self.locked(tmp_path).path).unlink()
        with pytest.raises(SourceError, match="in the lock but not on disk"):
            raw.locked_files(tmp_path)

    @pytest.mark.parametrize(
        "content", ["", "{}", "[]", '{"files": [{"path": 1}]}', '{"files": 3}', "\udcff"]
    )
    def test_an_edited_lock_is_told(self, tmp_path: Path, content: str) -> None:
        (tmp_path / raw.LOCK_NAME).write_bytes(content.encode("utf-8", "surrogateescape"))
        with pytest.raises(SourceError, match=r"lock\.json is no lock of raw files"):
            raw.read_lock(tmp_path)

    def test_without_a_lock_nothing_is_held(self, tmp_path: Path) -> None:
        assert raw.read_lock(tmp_path) == ()
        assert raw.locked_files(tmp_path) == ()

    def test_a_lock_is_readable_by_people(self, tmp_path: Path) -> None:
        settled = self.locked(tmp_path)
        entries = json.loads((tmp_path / raw.LOCK_NAME).read_text("utf-8"))["files"]
        assert [entry["path"] for entry in entries] == [settled.path]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024", date(2024, 12, 31)),
        ("2023-02", date(2023, 2, 28)),
        (" 2024-02-29 ", date(2024, 2, 29)),
        ("31/08/2026", date(2026, 8, 31)),
        ("31/09/2026", None),
        ("08/31/2026", None),
        ("31/08/26", None),
        ("0000", None),
        ("2023-02-29", None),
        ("24-02", None),
        ("", None),
    ],
)
def test_the_end_of_a_period(text: str, day: date | None) -> None:
    assert raw.period_end(text) == day
