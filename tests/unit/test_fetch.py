"""Fetching: what comes is whole, what changed nothing is not asked for again, faults are told."""

import csv
import gzip
import io
import json
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.catalog.channels import (
    CHANNELS,
    Channel,
    FirstOf,
    LinkPage,
    Listing,
    PortalTable,
    StaticFile,
)
from pipeline.errors import SourceError
from pipeline.ingest.fetch import Asking, Harvest, fetch, http, socrata
from pipeline.ingest.fetch.files import safe_name
from pipeline.ingest.fetch.progress import Progress
from pipeline.reasons import ReasonKind
from tests.world.publishers import (
    HASTY,
    PORTAL,
    Answer,
    Layer,
    Publishers,
    Table,
    cut,
    cut_archive,
    error_document,
    nothing,
    overstated,
    piece,
    sent_on,
    serving,
    silence,
    stale,
    status,
    web_page,
)

HOMICIDES = Channel(
    "mindefensa_exports", (PORTAL,), (PortalTable("m8fd-ahd9", "m8fd-ahd9", "m8fd-ahd9.csv"),)
)
WORKBOOKS = next(one for one in CHANNELS if one.source == "mindefensa_workbooks")
PLAIN = Channel(
    "population", ("files.test",), (StaticFile("population_2025", "https://files.test/a.json"),)
)
POLICE = Channel(
    "police_workbooks",
    ("police.test",),
    (LinkPage("homicidios", "https://police.test/estadistica/homicidios"),),
)
ASSETS = "www.mindefensa.gov.co/sites/web/content/published/api/v1.1/assets"
LISTED = WORKBOOKS.resources[0]
assert isinstance(LISTED, Listing)
MINISTRY_PAGE = LISTED.page.removeprefix("https://")
PASSING = {
    "too many": status(429, Retry_After="0"),
    "error": status(500),
    "unavailable": status(503),
    "silence": silence,
    "cut": cut,
    "overstated": overstated,
    "cut archive": cut_archive,
    "web page": web_page,
}
SPOILERS = {name: fault for name, fault in PASSING.items() if name != "silence"}
"""Those that cost no time."""


def homicide(number: int) -> dict[str, str]:
    """A row of the dataset; its place has a comma, a quote and a line end in it."""
    return {
        "fecha_hecho": f"2024-01-{1 + number % 28:02d}T00:00:00.000",
        "cod_depto": "05",
        "departamento": "DEPARTAMENTO UNO",
        "cod_muni": "05901",
        "municipio": 'VILLA, "LA"\nPRUEBA',
        "zona": "URBANA",
        "sexo": "MASCULINO",
        "arma_medio": "NINGUNA",
        "_modalidad_presunta": "NINGUNA",
        "spoa_caracterizacion": str(number),
        "cantidad": "1",
    }


@pytest.fixture
def publishers() -> Iterator[Publishers]:
    with serving() as found:
        yield found


@pytest.fixture(autouse=True, scope="module")
def _small_pages() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socrata.fetch_table, "__defaults__", (4,))
        yield


def harvest(
    publishers: Publishers,
    channel: Channel,
    folder: Path,
    marks: dict[str, str] | None = None,
    workbooks: tuple[str, ...] = ("SECUESTRO", "EXTORSIÓN"),
) -> Harvest:
    return fetch(
        channel,
        folder,
        marks or {},
        workbooks,
        Asking(gateway=publishers.address, patience=HASTY, progress=Progress(io.StringIO())),
    )


def fetched_text(found: Harvest) -> str:
    assert found.failures == ()
    (staged,) = found.staged
    return staged.location.read_text("utf-8")


def rows_of(found: Harvest) -> list[str]:
    """The numbers of the rows that came, in order."""
    return [row["spoa_caracterizacion"] for row in csv.DictReader(io.StringIO(fetched_text(found)))]


class TestPortal:
    @pytest.mark.parametrize("count", [1, 4, 8, 10])
    def test_all_pages_make_one_file(self, publishers, tmp_path, count):
        publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(count)])
        assert rows_of(harvest(publishers, HOMICIDES, tmp_path)) == [str(n) for n in range(count)]

    def test_an_unchanged_dataset_is_not_downloaded(self, publishers, tmp_path):
        publishers.tables["m8fd-ahd9"] = Table([homicide(0)])
        (staged,) = harvest(publishers, HOMICIDES, tmp_path).staged
        publishers.asked.clear()
        again = harvest(publishers, HOMICIDES, tmp_path, {staged.key: staged.mark})
        assert again == Harvest((), (), is_answered=True)
        assert publishers.downloads() == []

    def test_it_says_when_it_was_published(self, publishers, tmp_path):
        publishers.tables["m8fd-ahd9"] = Table([homicide(0)], updated=1_700_000_000)
        (staged,) = harvest(publishers, HOMICIDES, tmp_path).staged
        assert str(staged.published) == "2023-11-14"

    @pytest.mark.parametrize("fault", [*PASSING.values(), nothing], ids=[*PASSING, "nothing"])
    def test_a_fault_that_passes_leaves_no_trace(self, publishers, tmp_path, fault):
        publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)])
        publishers.spoil("offset=4", fault)
        publishers.spoil("offset=8", fault)
        assert rows_of(harvest(publishers, HOMICIDES, tmp_path)) == [str(n) for n in range(10)]

    def test_a_fault_that_stays_is_told(self, publishers, tmp_path):
        publishers.tables["m8fd-ahd9"] = Table([homicide(0)])
        publishers.spoil("offset=0", *[status(500)] * HASTY.attempts)
        (failure,) = harvest(publishers, HOMICIDES, tmp_path).failures
        assert "the publisher answers 500, 4 times in a row" in failure.reason
        assert (failure.dataset, failure.kind) == ("m8fd-ahd9", ReasonKind.NOT_WHOLE)

    def test_a_long_pause_is_not_waited_for(self, publishers, tmp_path):
        publishers.tables["m8fd-ahd9"] = Table([homicide(0)])
        publishers.spoil("offset=0", status(429, Retry_After="86400"))
        (failure,) = harvest(publishers, HOMICIDES, tmp_path).failures
        assert "asks to wait 86,400 seconds" in failure.reason

    def test_a_dataset_replaced_between_two_pages_is_begun_again(self, publishers, tmp_path):
        table = publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)])

        def replace() -> None:
            table.rows, table.updated = [homicide(n) for n in range(100, 106)], table.updated + 1

        publishers.before.append(("offset=8", replace))
        found = harvest(publishers, HOMICIDES, tmp_path)
        assert rows_of(found) == [str(n) for n in range(100, 106)]
        assert found.staged[0].mark == "1700000001"

    def test_a_replacement_of_equal_length_is_noticed(self, publishers, tmp_path):
        table = publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)])

        def replace() -> None:
            table.rows, table.updated = [homicide(n) for n in range(50, 60)], table.updated + 1

        publishers.before.append(("offset=4", replace))
        assert rows_of(harvest(publishers, HOMICIDES, tmp_path)) == [str(n) for n in range(50, 60)]

    def test_a_page_that_comes_twice_is_asked_for_again(self, publishers, tmp_path):
        table = publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(8)])
        whole = list(table.rows)

        def stale() -> None:
            table.rows = whole[:4] * 2
            publishers.before.append(("offset=4", lambda: setattr(table, "rows", whole)))

        publishers.before.append(("offset=4", stale))
        assert rows_of(harvest(publishers, HOMICIDES, tmp_path)) == [str(n) for n in range(8)]

    def test_a_page_from_before_the_release_is_asked_for_again(self, publishers, tmp_path):
        """As many rows as the new page has: only the portal's own date tells them apart."""
        table = publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)])
        (known,) = harvest(publishers, HOMICIDES, tmp_path).staged
        table.rows, table.updated = [homicide(n) for n in range(50, 60)], table.updated + 1
        for offset in (0, 4):
            publishers.spoil(f"offset={offset}", stale)
        found = harvest(publishers, HOMICIDES, tmp_path, {known.key: known.mark})
        assert rows_of(found) == [str(n) for n in range(50, 60)]

    def test_a_stale_first_page_is_not_taken_up_again(self, publishers, tmp_path):
        table = publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)])
        harvest(publishers, HOMICIDES, tmp_path)
        table.rows, table.updated = [homicide(n) for n in range(50, 60)], table.updated + 1
        publishers.spoil("offset=0", *[stale] * 4)
        assert len(harvest(publishers, HOMICIDES, tmp_path).failures) == 1
        assert rows_of(harvest(publishers, HOMICIDES, tmp_path)) == [str(n) for n in range(50, 60)]

    def test_a_release_older_than_the_known_one_is_a_stale_copy(self, publishers, tmp_path):
        publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)], 1_700_000_000)
        key = "https://www.datos.gov.co/d/m8fd-ahd9#m8fd-ahd9.csv"
        (failure,) = harvest(publishers, HOMICIDES, tmp_path, {key: "1700086400"}).failures
        assert "updated on 2023-11-14, before the release that is here (2023-11-15)" in (
            failure.reason
        )
        assert publishers.downloads() == []

    @pytest.mark.parametrize("updated", [-1, 1_700_000_000_000, 10**30])
    def test_a_time_of_update_that_is_none_is_told(self, publishers, tmp_path, updated):
        publishers.tables["m8fd-ahd9"] = Table([homicide(0)], updated)
        (failure,) = harvest(publishers, HOMICIDES, tmp_path).failures
        assert "does not say when its rows were updated" in failure.reason

    def test_a_release_of_tomorrow_is_refused(self, publishers, tmp_path):
        """Its cut would keep every later release from being shown."""
        in_the_year_2100 = 4_102_488_000
        publishers.tables["m8fd-ahd9"] = Table([homicide(0)], in_the_year_2100)
        (failure,) = harvest(publishers, HOMICIDES, tmp_path).failures
        assert "published on 2100-01-01, which is yet to come" in failure.reason

    def test_sums_that_are_no_numbers_are_told(self, publishers, tmp_path):
        publishers.tables["m8fd-ahd9"] = Table([homicide(0)])
        totals = next(one for one in CHANNELS if one.source == "mindefensa_totals")
        for answer in (b'[{"anio": "2024", "total": "x"}]', b'[{"anio": "2024", "total": 1e999}]'):
            publishers.spoil("total", lambda found, body=answer: setattr(found, "body", body))
            (failure,) = harvest(publishers, totals, tmp_path).failures
            assert "sums that are no numbers" in failure.reason

    def test_rows_that_are_missing_are_noticed(self, publishers, tmp_path):
        publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(6)], counted=7)
        (failure,) = harvest(publishers, HOMICIDES, tmp_path).failures
        assert "gave 6 rows and counts 7" in failure.reason
        assert list(tmp_path.rglob("m8fd-ahd9.csv")) == []

    def test_an_empty_dataset_is_none(self, publishers, tmp_path):
        table = publishers.tables["m8fd-ahd9"] = Table([homicide(0)])
        publishers.before.append(("count", lambda: setattr(table, "counted", 0)))
        assert len(harvest(publishers, HOMICIDES, tmp_path).failures) == 1

    def test_a_break_loses_one_page_only(self, publishers, tmp_path):
        publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)])
        publishers.spoil("offset=8", *[cut] * HASTY.attempts)
        assert len(harvest(publishers, HOMICIDES, tmp_path).failures) == 1
        publishers.asked.clear()
        assert rows_of(harvest(publishers, HOMICIDES, tmp_path)) == [str(n) for n in range(10)]
        assert [one for one in publishers.asked if "offset=0" in one or "offset=4" in one] == []

    def test_a_break_is_not_taken_up_with_another_release(self, publishers, tmp_path):
        table = publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)])
        publishers.spoil("offset=8", *[cut] * HASTY.attempts)
        harvest(publishers, HOMICIDES, tmp_path)
        table.rows, table.updated = [homicide(n) for n in range(20, 30)], table.updated + 1
        assert rows_of(harvest(publishers, HOMICIDES, tmp_path)) == [str(n) for n in range(20, 30)]

    @given(
        faults=st.lists(
            st.tuples(st.sampled_from([0, 4, 8]), st.sampled_from([*SPOILERS, "replaced"])),
            max_size=12,
        )
    )
    @settings(max_examples=10)
    def test_no_sequence_of_faults_mixes_two_releases(self, faults):
        """After any faults a refresh without them brings the newest release, whole."""
        with serving() as publishers, TemporaryDirectory() as folder:
            table = publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)])
            releases = [table.rows]

            def replace() -> None:
                first = 100 * len(releases)
                table.rows = [homicide(first + n) for n in range(10 + len(releases) % 3)]
                table.updated += 1
                releases.append(table.rows)

            for offset, fault in faults:
                if fault == "replaced":
                    publishers.before.append((f"offset={offset}", replace))
                else:
                    publishers.spoil(f"offset={offset}", SPOILERS[fault])
            for _ in range(2):
                found = harvest(publishers, HOMICIDES, Path(folder))
                whole = [[row["spoa_caracterizacion"] for row in rows] for rows in releases]
                assert found.failures or rows_of(found) in whole
            publishers.faults.clear()
            publishers.before.clear()
            assert rows_of(harvest(publishers, HOMICIDES, Path(folder))) == whole[-1]

    def test_changed_columns_are_named(self, publishers, tmp_path):
        row = homicide(0)
        row["victimas"] = row.pop("cantidad")
        publishers.tables["m8fd-ahd9"] = Table([row])
        (failure,) = harvest(publishers, HOMICIDES, tmp_path).failures
        assert "changed its columns: victimas came, cantidad went" in failure.reason
        assert publishers.downloads() == []

    def test_sums_are_asked_from_the_portal(self, publishers, tmp_path):
        publishers.tables["m8fd-ahd9"] = Table([homicide(n) for n in range(10)])
        totals = next(one for one in CHANNELS if one.source == "mindefensa_totals")
        records = json.loads(fetched_text(harvest(publishers, totals, tmp_path)))
        assert records == [{"anio": "2024", "total": "10"}]

    def test_the_token_goes_to_the_portal_only_and_is_not_logged(
        self, publishers, tmp_path, monkeypatch, caplog
    ):
        monkeypatch.setenv("SOCRATA_APP_TOKEN", "very-secret")
        publishers.tables["m8fd-ahd9"] = Table([homicide(0)])
        publishers.files["files.test/a.json"] = b"[]"
        with caplog.at_level(logging.DEBUG):
            harvest(publishers, HOMICIDES, tmp_path)
            asked = len(publishers.headers)
            harvest(publishers, PLAIN, tmp_path)
        assert {one["X-App-Token"] for one in publishers.headers[:asked]} == {"very-secret"}
        assert {one["X-App-Token"] for one in publishers.headers[asked:]} == {None}
        own = [one for one in caplog.records if not one.name.startswith("httpcore")]
        assert "very-secret" not in "".join(one.getMessage() for one in own)
        assert "very-secret" not in "".join(publishers.asked)


class TestFiles:
    CONTENT = b"[" + b'"invented", ' * 100_000 + b'"end"]'

    def test_an_unchanged_file_is_not_sent_again(self, publishers, tmp_path):
        publishers.files["files.test/a.json"] = self.CONTENT
        (staged,) = harvest(publishers, PLAIN, tmp_path).staged
        assert staged.location.read_bytes() == self.CONTENT
        assert harvest(publishers, PLAIN, tmp_path, {staged.key: staged.mark}) == Harvest(
            (), (), is_answered=True
        )
        publishers.files["files.test/a.json"] = b"[1]"
        assert (
            fetched_text(harvest(publishers, PLAIN, tmp_path, {staged.key: staged.mark})) == "[1]"
        )

    @pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
    def test_a_fault_that_passes_leaves_no_trace(self, publishers, tmp_path, fault):
        publishers.files["files.test/a.json"] = self.CONTENT
        publishers.spoil("a.json", fault)
        assert fetched_text(harvest(publishers, PLAIN, tmp_path)).encode() == self.CONTENT

    def test_a_broken_download_goes_on_where_it_stopped(self, publishers, tmp_path):
        publishers.files["files.test/a.json"] = self.CONTENT
        publishers.spoil("a.json", cut)
        assert fetched_text(harvest(publishers, PLAIN, tmp_path)).encode() == self.CONTENT
        assert publishers.headers[-1]["Range"].startswith("bytes=")

    @pytest.mark.parametrize("fault", [cut_archive, overstated, cut, piece])
    def test_a_fault_that_stays_leaves_no_file(self, publishers, tmp_path, fault):
        publishers.files["files.test/a.json"] = self.CONTENT
        publishers.spoil("a.json", *[fault] * HASTY.attempts)
        found = harvest(publishers, PLAIN, tmp_path)
        assert (len(found.failures), found.staged) == (1, ())
        assert list(tmp_path.rglob("a.json")) == []

    def test_a_packed_file_is_unpacked_whole(self, publishers, tmp_path):
        """In two members, each of which unpacks to more than arrives at a time."""
        halves = self.CONTENT[:500_000], self.CONTENT[500_000:]

        def pack(answer: Answer) -> None:
            answer.body = b"".join(gzip.compress(half) for half in halves)
            answer.headers["Content-Encoding"] = "gzip"

        publishers.files["files.test/a.json"] = self.CONTENT
        publishers.spoil("a.json", pack)
        assert fetched_text(harvest(publishers, PLAIN, tmp_path)).encode() == self.CONTENT
        assert len(publishers.asked) == 1

    def test_a_file_whose_end_nobody_states_is_not_taken_for_whole(self, publishers, tmp_path):
        def endless(answer: Answer) -> None:
            cut(answer)
            answer.headers = {"Content-Length": None, "Connection": "close"}

        publishers.files["files.test/a.json"] = self.CONTENT
        publishers.spoil("a.json", *[endless] * HASTY.attempts)
        (failure,) = harvest(publishers, PLAIN, tmp_path).failures
        assert "does not say where it ends" in failure.reason

    def test_a_part_of_the_rest_is_not_taken_for_the_rest(self, publishers, tmp_path):
        publishers.files["files.test/a.json"] = self.CONTENT
        publishers.spoil("a.json", cut, piece)
        assert fetched_text(harvest(publishers, PLAIN, tmp_path)).encode() == self.CONTENT
        assert sum("Range" in one for one in publishers.headers) == 2

    def test_a_part_of_another_version_is_not_joined(self, publishers, tmp_path):
        """A server that gives the part asked for, of whatever it has now."""

        def replaced(answer: Answer) -> None:
            answer.body = b"9" * len(answer.body)
            answer.headers["ETag"] = '"another"'

        publishers.files["files.test/a.json"] = self.CONTENT
        publishers.spoil("a.json", cut, replaced)
        assert fetched_text(harvest(publishers, PLAIN, tmp_path)).encode() == self.CONTENT

    def test_a_stop_before_the_first_byte_of_a_new_version_mixes_nothing(
        self, publishers, tmp_path, monkeypatch
    ):
        """Half of one version is here when the fetch of another is stopped at its first byte."""
        publishers.files["files.test/a.json"] = self.CONTENT
        publishers.spoil("a.json", cut, *[status(500)] * (HASTY.attempts - 1))
        harvest(publishers, PLAIN, tmp_path)
        newer = b"[" + b'"renewed!", ' * 100_000 + b'"end"]'
        publishers.files["files.test/a.json"] = newer
        write, written = Path.write_text, []

        def stopped(path: Path, *arguments: object) -> int:
            written.append(write(path, *arguments))
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_text", stopped)
            with pytest.raises(KeyboardInterrupt):
                harvest(publishers, PLAIN, tmp_path)
        assert written
        assert fetched_text(harvest(publishers, PLAIN, tmp_path)).encode() == newer

    def test_a_file_that_changed_meanwhile_is_begun_again(self, publishers, tmp_path):
        publishers.files["files.test/a.json"] = self.CONTENT
        publishers.spoil("a.json", *[cut] * 1)
        publishers.spoil("a.json", *[status(500)] * (HASTY.attempts - 1))
        assert len(harvest(publishers, PLAIN, tmp_path).failures) == 1
        publishers.files["files.test/a.json"] = b'["another"]'
        assert fetched_text(harvest(publishers, PLAIN, tmp_path)) == '["another"]'

    def test_a_page_that_stays_is_refused(self, publishers, tmp_path):
        publishers.files["files.test/a.json"] = b"\n<!doctype HTML><title>Error</title>"
        (failure,) = harvest(publishers, PLAIN, tmp_path).failures
        assert "a web page came instead of the file" in failure.reason
        assert list(tmp_path.rglob("a.json")) == []

    def test_a_redirect_stays_within_the_declared_hosts(self, publishers, tmp_path):
        publishers.files["files.test/b.json"] = b"[2]"
        publishers.spoil("a.json", sent_on("/b.json"))
        assert fetched_text(harvest(publishers, PLAIN, tmp_path)) == "[2]"
        publishers.spoil("a.json", sent_on("https://elsewhere.test/b.json"))
        (failure,) = harvest(publishers, PLAIN, tmp_path).failures
        assert "sent on to https://elsewhere.test, which is not declared" in failure.reason
        publishers.spoil("a.json", sent_on("http://files.test/b.json"))
        (failure,) = harvest(publishers, PLAIN, tmp_path).failures
        assert "http://files.test" in failure.reason
        assert not any("elsewhere.test" in one for one in publishers.asked)

    def test_a_file_that_is_gone_is_told_at_once(self, publishers, tmp_path):
        (failure,) = harvest(publishers, PLAIN, tmp_path).failures
        assert "https://files.test/a.json answers 404" in failure.reason
        assert failure.kind is ReasonKind.NOT_OFFERED
        assert len(publishers.asked) == 1

    def test_sizes_are_bounded(self, publishers, tmp_path):
        small = Channel(PLAIN.source, PLAIN.hosts, PLAIN.resources, max_bytes=len(self.CONTENT) - 1)
        publishers.files["files.test/a.json"] = self.CONTENT
        (failure,) = harvest(publishers, small, tmp_path).failures
        assert "the limit declared" in failure.reason

    def test_time_is_bounded(self, publishers, tmp_path):
        brief = Channel(PLAIN.source, PLAIN.hosts, PLAIN.resources, max_seconds=0)
        (failure,) = harvest(publishers, brief, tmp_path).failures
        assert "not done after 0 seconds" in failure.reason

    def test_no_connection_is_told_apart(self, tmp_path):
        nobody = Publishers(address="http://127.0.0.1:1")
        (failure,) = harvest(nobody, PLAIN, tmp_path).failures
        assert failure.kind is ReasonKind.UNREACHED

    def test_a_disk_that_keeps_nothing_is_no_fault_of_the_publisher(self, publishers, tmp_path):
        publishers.files["files.test/a.json"] = b"[]"
        (tmp_path / "population_2025").write_text("a file where the folder should be")
        (failure,) = harvest(publishers, PLAIN, tmp_path).failures
        assert failure.kind is ReasonKind.NOT_STORED

    def test_only_the_last_part_of_a_name_is_kept(self):
        assert safe_name("https://files.test/a/..%2f..%2flock.json") == "lock.json"

    @pytest.mark.parametrize(
        "name", ["..", "a..xlsx", ".hidden.xlsx", "noend", "a%0Ab.xlsx", "a%5Cb.xlsx", "%00.xlsx"]
    )
    def test_names_that_cannot_be_kept_are_refused(self, name):
        with pytest.raises(SourceError, match="no file name"):
            safe_name(f"https://files.test/x/{name}")

    @pytest.mark.parametrize("name", ["bomb.xlsx", "bomb.zip"])
    def test_an_archive_that_unpacks_absurdly_is_refused(self, publishers, tmp_path, name):
        channel = Channel(
            PLAIN.source, PLAIN.hosts, (StaticFile("x", f"https://files.test/{name}"),)
        )
        publishers.files[f"files.test/{name}"] = workbook(" " * 5_000_000)
        (failure,) = harvest(publishers, channel, tmp_path).failures
        assert f"{name} would unpack from" in failure.reason


def workbook(content: str = "x") -> bytes:
    """An archive like a workbook's; nothing here reads it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", content)
    return held.getvalue()


def item(name: str, number: int, updated: str) -> dict[str, object]:
    return {"id": f"CONT{number}", "name": name, "updatedDate": {"value": updated}}


class TestListing:
    @pytest.fixture
    def ministry(self, publishers: Publishers) -> Publishers:
        publishers.files[MINISTRY_PAGE] = (
            f"<html><script>var url = 'x?channelToken={publishers.token}';</script>".encode()
        )
        others = [item(f"OTRO {n}.xlsx", 100 + n, "2026-01-01T00:00:00.000Z") for n in range(120)]
        publishers.listing = [
            *others,
            item("SECUESTRO .xlsx", 1, "2026-02-24T00:04:46.399Z"),
            item("SECUESTRO.xlsx", 2, "2025-12-24T00:04:46.399Z"),
            item("EXTORSION.xlsx", 3, "2026-02-24T00:04:46.399Z"),
        ]
        publishers.files[f"{ASSETS}/CONT1/native/SECUESTRO.xlsx"] = workbook("kidnappings")
        publishers.files[f"{ASSETS}/CONT3/native/EXTORSIÓN.xlsx"] = workbook("extortions")
        return publishers

    def test_declared_workbooks_are_found_by_name(self, ministry, tmp_path):
        found = harvest(ministry, WORKBOOKS, tmp_path)
        assert found.failures == ()
        assert {one.dataset: str(one.published) for one in found.staged} == {
            "EXTORSIÓN": "2026-02-24",
            "SECUESTRO": "2026-02-24",
        }
        marks = {one.key: one.mark for one in found.staged}
        ministry.asked.clear()
        assert harvest(ministry, WORKBOOKS, tmp_path, marks) == Harvest((), (), is_answered=True)
        assert not any("/assets/" in one for one in ministry.asked)

    def test_one_missing_workbook_does_not_keep_the_others(self, ministry, tmp_path):
        del ministry.files[f"{ASSETS}/CONT3/native/EXTORSIÓN.xlsx"]
        found = harvest(ministry, WORKBOOKS, tmp_path)
        assert [one.dataset for one in found.staged] == ["SECUESTRO"]
        assert "answers 404" in found.failures[0].reason

    def test_a_token_that_expires_is_read_anew(self, ministry, tmp_path):
        def rotate() -> None:
            ministry.token = "fedcba9876543210"  # noqa: S105 - invented
            ministry.files[MINISTRY_PAGE] = b"<html> channelToken='fedcba9876543210'"

        ministry.before.append(("/items", rotate))
        assert len(harvest(ministry, WORKBOOKS, tmp_path).staged) == 2

    def test_a_listing_from_before_the_known_release_is_stale(self, ministry, tmp_path):
        marks = {one.key: one.mark for one in harvest(ministry, WORKBOOKS, tmp_path).staged}
        newest = max(ministry.listing, key=lambda one: one["id"] == "CONT1")
        ministry.listing.remove(newest)
        ministry.asked.clear()
        (failure,) = harvest(ministry, WORKBOOKS, tmp_path, marks).failures
        assert "as of 2025-12-24, older than the release that is here (2026-02-24)" in (
            failure.reason
        )
        assert not any("/assets/" in one for one in ministry.asked)

    def test_a_page_without_token_is_told(self, ministry, tmp_path):
        ministry.files[MINISTRY_PAGE] = b"<html>rebuilt"
        (failure,) = harvest(ministry, WORKBOOKS, tmp_path).failures
        assert "prints no token" in failure.reason
        assert failure.dataset == ""  # all of the source


class TestLinks:
    FILES = "police.test/sites/default/files/delitos-impacto"

    def test_links_of_the_dataset_are_followed(self, publishers, tmp_path):
        publishers.files["police.test/estadistica/homicidios"] = (
            b'<!doctype html><a href="/sites/default/files/delitos-impacto/homicidios_2024.xlsx">'
            b'<a href="https://police.test/sites/default/files/delitos-impacto/'
            b'Homicidios 2025.xlsx">'
            b'<a href="/sites/default/files/delitos-impacto/homicidios_2024.xlsx">'
            b'<a href="/x/tablero.xlsx"><a href="/nota.pdf"><a name="x">'
        )
        publishers.files[f"{self.FILES}/homicidios_2024.xlsx"] = workbook("2024")
        publishers.files[f"{self.FILES}/Homicidios 2025.xlsx"] = workbook("2025")
        found = harvest(publishers, POLICE, tmp_path)
        assert found.failures == ()
        names = [one.location.name for one in found.staged]
        assert names == ["homicidios_2024.xlsx", "Homicidios 2025.xlsx"]

    def test_a_page_without_files_is_told(self, publishers, tmp_path):
        publishers.files["police.test/estadistica/homicidios"] = b"<html>rebuilt"
        (failure,) = harvest(publishers, POLICE, tmp_path).failures
        assert "links to no workbook" in failure.reason
        assert failure.dataset == "homicidios"


MUNICIPALITIES = next(one for one in CHANNELS if one.source == "municipality_boundaries")
BOTH_WAYS = MUNICIPALITIES.resources[0]
assert isinstance(BOTH_WAYS, FirstOf)
LAYER = BOTH_WAYS.fallback.layer.removeprefix("https://")
ARCHIVE = BOTH_WAYS.primary.url.removeprefix("https://")
SERVICE = Channel("municipality_boundaries", MUNICIPALITIES.hosts, (BOTH_WAYS.fallback,))


def numbered(*numbers: int) -> list[dict[str, object]]:
    """Features that only have a number."""
    return [
        {"type": "Feature", "id": n, "properties": {"objectid": n, "name": f"LUGAR Ñ {n}"},
         "geometry": None}
        for n in numbers
    ]  # fmt: skip


def numbers_of(found: Harvest) -> list[int]:
    return [one["id"] for one in json.loads(fetched_text(found))["features"]]


class TestFeatures:
    @pytest.fixture
    def layer(self, publishers: Publishers) -> Layer:
        """Ten features, which the server gives four at a time."""
        publishers.layers[LAYER] = Layer(numbered(*range(1, 11)), most=4)
        return publishers.layers[LAYER]

    @pytest.mark.parametrize("is_told_inside", [False, True])
    @pytest.mark.parametrize("count", [1, 4, 8, 10])
    def test_all_pages_make_one_collection(self, publishers, tmp_path, count, is_told_inside):
        features = numbered(*range(5, 5 + count))
        publishers.layers[LAYER] = Layer(features, most=4, is_told_inside=is_told_inside)
        assert json.loads(fetched_text(harvest(publishers, SERVICE, tmp_path))) == {
            "type": "FeatureCollection",
            "features": features,
        }

    def test_few_are_asked_for_even_where_the_server_gives_many(self, publishers, tmp_path):
        publishers.layers[LAYER] = Layer(numbered(*range(60)))
        assert len(numbers_of(harvest(publishers, SERVICE, tmp_path))) == 60
        pages = [one for one in publishers.asked if "resultOffset" in one]
        assert len(pages) == 3
        assert all("resultRecordCount=25" in one for one in pages)

    def test_an_unchanged_layer_is_not_downloaded(self, publishers, layer, tmp_path):
        (staged,) = harvest(publishers, SERVICE, tmp_path).staged
        publishers.asked.clear()
        marks = {staged.key: staged.mark}
        assert harvest(publishers, SERVICE, tmp_path, marks) == Harvest((), (), is_answered=True)
        assert not any("resultOffset" in one for one in publishers.asked)
        layer.edited += 1
        assert len(harvest(publishers, SERVICE, tmp_path, marks).staged) == 1

    def test_an_older_version_than_the_known_one_is_a_stale_copy(self, publishers, layer, tmp_path):
        (staged,) = harvest(publishers, SERVICE, tmp_path).staged
        layer.edited -= 1
        (failure,) = harvest(publishers, SERVICE, tmp_path, {staged.key: staged.mark}).failures
        assert "a stale copy" in failure.reason

    def test_a_layer_without_time_of_edit_has_no_mark(self, publishers, layer, tmp_path):
        layer.edited = None
        (staged,) = harvest(publishers, SERVICE, tmp_path).staged
        assert not staged.mark

    @pytest.mark.parametrize(
        "fault",
        [*PASSING.values(), nothing, error_document(500)],
        ids=[*PASSING, "nothing", "error document"],
    )
    @pytest.mark.usefixtures("layer")
    def test_a_fault_that_passes_leaves_no_trace(self, publishers, tmp_path, fault):
        publishers.spoil("resultOffset=4", fault)
        publishers.spoil("returnCountOnly", fault)
        publishers.spoil("317?f=json", fault)
        assert numbers_of(harvest(publishers, SERVICE, tmp_path)) == list(range(1, 11))

    @pytest.mark.usefixtures("layer")
    def test_an_error_with_status_200_that_stays_is_told(self, publishers, tmp_path):
        publishers.spoil("resultOffset=4", error_document(499))
        (failure,) = harvest(publishers, SERVICE, tmp_path).failures
        assert "error 499 ('no se pudo')" in failure.reason
        publishers.spoil("resultOffset=4", *[error_document(503)] * HASTY.attempts)
        (failure,) = harvest(publishers, SERVICE, tmp_path).failures
        assert "error 503" in failure.reason
        assert "4 times in a row" in failure.reason

    def test_a_page_that_comes_twice_is_asked_for_again(self, publishers, layer, tmp_path):
        whole = layer.features

        def stale() -> None:
            layer.features = [*whole[:4], *whole[:4], *whole[8:]]
            publishers.before.append(("resultOffset=4", lambda: setattr(layer, "features", whole)))

        publishers.before.append(("resultOffset=4", stale))
        assert numbers_of(harvest(publishers, SERVICE, tmp_path)) == list(range(1, 11))

    def test_a_page_that_is_missing_is_noticed(self, publishers, layer, tmp_path):
        layer.counted = 14
        (failure,) = harvest(publishers, SERVICE, tmp_path).failures
        assert "gave 10 features and counts 14" in failure.reason
        assert list(tmp_path.rglob("*.geojson")) == []

    @pytest.mark.parametrize("edited", [1_700_000_000_000, None])
    def test_a_layer_replaced_between_two_pages_is_begun_again(
        self, publishers, layer, tmp_path, edited
    ):
        layer.edited = edited

        def replace() -> None:
            layer.features = numbered(*range(101, 113))
            layer.edited = edited and edited + 1

        publishers.before.append(("resultOffset=8", replace))
        assert numbers_of(harvest(publishers, SERVICE, tmp_path)) == list(range(101, 113))

    def test_an_edit_between_two_pages_is_noticed_by_its_time(self, publishers, layer, tmp_path):
        def replace() -> None:
            layer.features = numbered(*range(101, 111))
            layer.edited += 1

        publishers.before.append(("resultOffset=8", replace))
        assert numbers_of(harvest(publishers, SERVICE, tmp_path)) == list(range(101, 111))

    def test_a_layer_that_is_replaced_all_the_time_is_told(self, publishers, layer, tmp_path):
        def replace() -> None:
            layer.edited += 1
            publishers.before.append(("resultOffset=8", replace))

        publishers.before.append(("resultOffset=8", replace))
        (failure,) = harvest(publishers, SERVICE, tmp_path).failures
        assert "was replaced 4 times while it was read" in failure.reason

    @pytest.mark.parametrize("edited", [1_700_000_000_000, None])
    def test_a_break_is_taken_up_if_the_version_is_known(self, publishers, layer, tmp_path, edited):
        layer.edited = edited
        publishers.spoil("resultOffset=8", *[cut] * HASTY.attempts)
        assert len(harvest(publishers, SERVICE, tmp_path).failures) == 1
        publishers.asked.clear()
        assert numbers_of(harvest(publishers, SERVICE, tmp_path)) == list(range(1, 11))
        again = [one for one in publishers.asked if "resultOffset=0" in one]
        assert len(again) == (0 if edited else 1)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"most": 0}, "does not say how many features it gives"),
            ({"counted": 0}, "does not count its features"),
            ({"features": [{"type": "Feature", "properties": None}]}, "features without a number"),
        ],
    )
    def test_a_layer_that_is_none(self, publishers, layer, tmp_path, change, said):
        for name, value in change.items():
            setattr(layer, name, value)
        (failure,) = harvest(publishers, SERVICE, tmp_path).failures
        assert said in failure.reason

    @pytest.mark.usefixtures("layer")
    def test_a_redirect_stays_within_the_declared_hosts(self, publishers, tmp_path):
        publishers.spoil("resultOffset=4", sent_on("https://elsewhere.test/query"))
        (failure,) = harvest(publishers, SERVICE, tmp_path).failures
        assert "sent on to https://elsewhere.test, which is not declared" in failure.reason


class TestTwoWays:
    """The archive first, the layer if there is no archive."""

    @pytest.fixture
    def both(self, publishers: Publishers) -> Publishers:
        publishers.files[ARCHIVE] = workbook("official")
        publishers.layers[LAYER] = Layer(numbered(1, 2))
        return publishers

    def test_the_layer_is_not_asked_while_the_file_comes(self, both, tmp_path):
        (staged,) = harvest(both, MUNICIPALITIES, tmp_path).staged
        assert (staged.dataset, staged.location.suffix) == ("mgn_2025", ".zip")
        assert not any(LAYER in one for one in both.asked)

    @pytest.mark.parametrize("harm", ["gone", "cut for good", "page", "no archive"])
    def test_the_layer_stands_in_for_the_file(self, both, tmp_path, harm):
        match harm:
            case "gone":
                del both.files[ARCHIVE]
            case "cut for good":
                both.spoil(".zip", *[cut] * HASTY.attempts)
            case "page":
                both.files[ARCHIVE] = b"<!DOCTYPE html><html>mantenimiento"
            case "no archive":
                both.files[ARCHIVE] = workbook("official")[:-30]
        found = harvest(both, MUNICIPALITIES, tmp_path)
        assert found.failures == ()
        (staged,) = found.staged
        assert (staged.dataset, staged.location.suffix) == ("mgn_2025", ".geojson")
        assert numbers_of(found) == [1, 2]

    def test_a_file_that_came_before_is_not_replaced_by_the_layer(self, both, tmp_path):
        (staged,) = harvest(both, MUNICIPALITIES, tmp_path).staged
        del both.files[ARCHIVE]
        both.asked.clear()
        found = harvest(both, MUNICIPALITIES, tmp_path, {staged.key: staged.mark})
        assert [one.kind for one in found.failures] == [ReasonKind.NOT_OFFERED]
        assert not any(LAYER in one for one in both.asked)

    def test_both_failures_are_told(self, both, tmp_path):
        del both.files[ARCHIVE]
        both.spoil("317", error_document(499))
        (failure,) = harvest(both, MUNICIPALITIES, tmp_path).failures
        assert "answers 404" in failure.reason
        assert "error 499" in failure.reason
        nobody = Publishers(address="http://127.0.0.1:1")
        (failure,) = harvest(nobody, MUNICIPALITIES, tmp_path).failures
        assert failure.is_unreached


def test_every_address_is_within_its_declared_hosts() -> None:
    for channel in CHANNELS:
        with http.Session(channel, HASTY, Progress()) as session:
            for resource in channel.resources:
                if isinstance(resource, Listing):
                    addresses = [resource.page, resource.items, resource.assets]
                elif isinstance(resource, LinkPage):
                    addresses = [resource.page]
                elif isinstance(resource, StaticFile):
                    addresses = [resource.url]
                elif isinstance(resource, FirstOf):
                    addresses = [resource.primary.url, resource.fallback.layer]
                else:
                    addresses = [f"https://{PORTAL}/resource/{resource.view}.json"]
                assert [session._routed(one) for one in addresses] == addresses
