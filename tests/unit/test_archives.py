"""Archives: what could hurt is refused before it is unpacked, and what lies is found out."""

import io
import stat
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from random import Random

import pytest

from pipeline.errors import SourceError
from pipeline.ingest.archives import (
    Limits,
    Member,
    is_archive,
    members,
    refuse_harmful_workbook,
    unpack,
)

SMALL = Limits(members=5, total_bytes=100_000, ratio=50)
NOTES = b"invented notes, line after line\n" * 40
CENTRAL = b"PK\x01\x02"


def packed(path: Path, *files: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def overwritten(path: Path, form: str, at: int, value: int) -> Path:
    """Put one number of a header in place of another."""
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, at, value)
    path.write_bytes(content)
    return path


def stating(path: Path, size: int) -> Path:
    """An archive of one file that says in both of its headers that it is of another size."""
    entry = path.read_bytes().index(CENTRAL)
    return overwritten(overwritten(path, "<I", entry + 24, size), "<I", 22, size)


def refusal(path: Path, limits: Limits = SMALL) -> str:
    """Why an archive is refused, whichever way it is opened; nothing may lie outside afterwards."""
    before = set(path.parent.parent.rglob("*"))
    folder = path.parent / "out"
    with pytest.raises(SourceError) as unpacked:
        unpack(path, folder, limits)
    assert {one for one in path.parent.parent.rglob("*") if folder not in (one, *one.parents)} == (
        before
    )
    assert str(unpacked.value).startswith(f"{path.parent.name}/{path.name}")
    return str(unpacked.value)


def damage(path: Path, harm: str, trials: int = 200) -> None:
    """Cut an archive of notes, or flip a byte of it, anywhere: nothing else comes out of it."""
    content = path.read_bytes()
    chance = Random(harm)  # noqa: S311 - chance that repeats
    refused = 0
    for trial in range(trials):
        spoilt = bytearray(content)
        at = chance.randrange(len(content))
        if harm == "cut":
            del spoilt[at:]
        else:
            spoilt[at] ^= chance.randrange(1, 256)
        path.write_bytes(spoilt)
        try:
            out = unpack(path, path.parent / str(trial), SMALL)
        except SourceError:
            refused += 1
        else:
            assert {one.read_bytes() for one in out} <= {NOTES, b"x"}
    assert refused == trials if harm == "cut" else refused > trials / 2


class TestWhole:
    def test_files_come_out_as_they_went_in(self, tmp_path: Path) -> None:
        path = packed(
            tmp_path / "a.zip", ("b/", b""), ("b/notas.txt", NOTES), ("año 1.txt", b""), ("c", b"x")
        )
        out = unpack(path, tmp_path / "out", SMALL)
        assert [one.relative_to(tmp_path / "out").as_posix() for one in out] == [
            "b/notas.txt",
            "año 1.txt",
            "c",
        ]
        assert [one.read_bytes() for one in out] == [NOTES, b"", b"x"]
        assert members(path, SMALL) == (
            Member("b/notas.txt", len(NOTES)),
            Member("año 1.txt", 0),
            Member("c", 1),
        )

    def test_backslashes_part_folders(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", ("b\\c.txt", b"x"))
        assert unpack(path, tmp_path / "out", SMALL) == (tmp_path / "out/b/c.txt",)

    def test_stored_files_and_an_empty_archive(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("plain", NOTES)
        assert unpack(tmp_path / "a.zip", tmp_path / "out", SMALL)[0].read_bytes() == NOTES
        assert members(packed(tmp_path / "empty.zip"), SMALL) == ()


def linked() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "../x",
            "a/../../x",
            "/etc/x",
            "\\\\host\\x",
            "\\x",
            "C:\\x",
            "c:x",
            "..\\x",
            "..",
            "a\nb",
        ],
    )
    def test_a_path_that_leads_out_is_refused(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "in").mkdir()
        path = packed(tmp_path / "in" / "a.zip", (name, b"x"))
        with pytest.raises(SourceError, match="outside its folder"):
            members(path, SMALL)
        assert "outside its folder" in refusal(path)

    def test_a_name_with_a_null_in_it_is_refused(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", ("notes#txt", b"x"))
        path.write_bytes(path.read_bytes().replace(b"notes#txt", b"notes\0txt"))
        assert "no usable name" in refusal(path)

    def test_a_link_is_refused(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", (linked(), b"/etc/passwd"), ("link/x", b"x"))
        assert "is a link or a device" in refusal(path)

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    @pytest.mark.parametrize("name", ["a/x", "A/X", "a//x", "a/./x", "a\\x"])
    def test_a_name_that_comes_twice_is_refused(self, tmp_path: Path, name: str) -> None:
        path = packed(tmp_path / "a.zip", ("a/x", b"first"), (name, b"second"))
        assert "twice" in refusal(path)

    def test_a_file_that_is_a_folder_too_is_refused(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", ("a/b", b"x"), ("a", b"x"))
        assert "'a' is both a file and a folder" in refusal(path)


class TestSizes:
    def test_more_members_than_allowed(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", *((str(n), b"") for n in range(6)))
        assert "holds 6 members, more than 5" in refusal(path)

    def test_more_bytes_than_allowed(self, tmp_path: Path) -> None:
        noise = Random(1).randbytes(60_000)  # noqa: S311 - it does not pack
        path = packed(tmp_path / "a.zip", ("a", noise), ("b", noise))
        assert "to 120,000 bytes" in refusal(path)

    def test_more_bytes_for_each_packed_one_than_allowed(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", ("a", bytes(90_000)))
        assert "to 90,000 bytes" in refusal(path)

    @pytest.mark.parametrize("stated", [100, 89_999, 90_001])
    def test_a_member_that_misstates_its_size(self, tmp_path: Path, stated: int) -> None:
        path = packed(tmp_path / "a.zip", ("a", bytes(90_000)))
        stating(path, stated)
        loose = Limits(members=1, total_bytes=10**9, ratio=2_000)
        assert members(path, loose) == (Member("a", stated),)
        assert "cannot be opened as an archive" in refusal(path, loose)
        assert sum(one.stat().st_size for one in (tmp_path / "out").iterdir()) <= stated

    def test_members_that_share_their_bytes(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", ("a", NOTES), ("b", NOTES))
        overwritten(path, "<I", path.read_bytes().rindex(CENTRAL) + 42, 0)
        assert "'a' does not lie on its own" in refusal(path)


class TestDamage:
    def test_a_password(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip", ("a", NOTES))
        overwritten(path, "<H", path.read_bytes().index(CENTRAL) + 8, 1)
        assert "is protected by a password" in refusal(path)

    def test_a_method_that_is_not_read(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr("a", NOTES)
        assert "method 14" in refusal(tmp_path / "a.zip")

    @pytest.mark.parametrize("harm", ["cut", "flipped"])
    def test_damage_anywhere_is_refused_or_harmless(self, tmp_path: Path, harm: str) -> None:
        damage(packed(tmp_path / "a.zip", ("b/notas.txt", NOTES), ("c", b"x")), harm)


class TestWorkbooks:
    def test_a_part_that_declares_entities(self, tmp_path: Path) -> None:
        laughs = (
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ja"><!ENTITY c "&b;&b;">]><a>&c;</a>'
        )
        for encoding in ("utf-8", "utf-16"):
            path = packed(tmp_path / "X.xlsx", ("xl/sheet1.xml", laughs.encode(encoding)))
            with pytest.raises(SourceError, match=r"X\.xlsx: its part xl/sheet1\.xml declares"):
                refuse_harmful_workbook(path)

    def test_a_declaration_across_two_pieces(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipeline.ingest.archives._CHUNK_BYTES", 4)
        path = packed(tmp_path / "X.xlsx", ("a.xml", b"<!-- padding --><!DOCTYPE a><a/>"))
        with pytest.raises(SourceError, match="document type"):
            refuse_harmful_workbook(path)

    @pytest.mark.parametrize("megabytes", [1, 30])
    def test_a_sheet_that_understates_itself(self, tmp_path: Path, megabytes: int) -> None:
        path = packed(tmp_path / "X.xlsx", ("xl/sheet1.xml", bytes(megabytes * 1_000_000)))
        stating(path, 4_000)
        with pytest.raises(SourceError, match="cannot be opened as a workbook"):
            refuse_harmful_workbook(path)

    def test_a_nested_archive_is_one_member(self, tmp_path: Path) -> None:
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", bytes(1_000_000))
        path = packed(tmp_path / "a.zip", ("inner.zip", inner.getvalue()))
        (one,) = unpack(path, tmp_path / "out", SMALL)
        assert one.read_bytes() == inner.getvalue()


STORED, PACKED = 0, 1 << 7
LINK = 1


def number(value: int) -> bytes:
    """As RAR writes it: seven bits a byte, lowest first."""
    head = [value >> shift & 0x7F | 0x80 for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([*head[:-1], head[-1] & 0x7F])


def block(content: bytes) -> bytes:
    sized = number(len(content)) + content
    return struct.pack("<I", zlib.crc32(sized)) + sized


def rar(path: Path, *files: tuple[str, bytes], method: int = STORED, link: bool = False) -> Path:
    """A RAR 5 archive, written from its description; what is packed here nothing can unpack.

    References
    ----------
    https://www.rarlab.com/technote.htm, *RAR 5.0 archive format*.
    """
    blocks = [b"Rar!\x1a\x07\x01\x00", block(number(1) + number(0) + number(0))]
    for name, content in files:
        target = number(5) + number(LINK) + number(0) + number(4) + b"/etc"
        extra = number(len(target)) + target if link else b""
        shown = name.encode()
        head = [number(2), number(3 if link else 2), number(len(extra)) if link else b"",
                number(len(content)), number(4), number(len(content)), number(0o644),
                struct.pack("<I", zlib.crc32(content)), number(method), number(1),
                number(len(shown)), shown, extra]  # fmt: skip
        blocks += [block(b"".join(head)), content]
    path.write_bytes(b"".join([*blocks, block(number(5) + number(0) + number(0))]))
    return path


class TestRar:
    """What is stored in it unpacked is read by the library; for the rest it needs a program."""

    @pytest.fixture
    def tools(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The only folder in which programs are looked for."""
        monkeypatch.setattr("rarfile.CURRENT_SETUP", None)
        monkeypatch.setenv("PATH", str(tmp_path / "tools"))
        (tmp_path / "tools").mkdir()
        return tmp_path / "tools"

    @staticmethod
    def program(tools: Path, content: bytes) -> None:
        """A bsdtar that gives the same content whatever it is asked for."""
        script = f"""#!{sys.executable}
import sys
if "--to-stdout" in sys.argv:
    sys.stdout.buffer.write({content!r})
"""
        (tools / "bsdtar").write_text(script)
        (tools / "bsdtar").chmod(0o755)

    def test_files_come_out_as_they_went_in(self, tmp_path: Path) -> None:
        path = rar(tmp_path / "a.rar", ("b/notas.txt", NOTES), ("ÁREA.txt", b"x"))
        assert is_archive(path)
        assert members(path, SMALL) == (Member("b/notas.txt", len(NOTES)), Member("ÁREA.txt", 1))
        out = unpack(path, tmp_path / "out", SMALL)
        assert [one.read_bytes() for one in out] == [NOTES, b"x"]

    @pytest.mark.parametrize("name", ["../x", "/etc/x"])
    def test_a_path_that_leads_out_is_refused(self, tmp_path: Path, name: str) -> None:
        assert "outside its folder" in refusal(rar(tmp_path / "a.rar", (name, b"x")))

    def test_a_link_is_refused(self, tmp_path: Path) -> None:
        assert "is a link or a device" in refusal(rar(tmp_path / "a.rar", ("x", b"x"), link=True))

    def test_the_same_bounds_hold(self, tmp_path: Path) -> None:
        many = rar(tmp_path / "a.rar", *((str(n), b"") for n in range(6)))
        assert "holds 6 members, more than 5" in refusal(many)
        large = rar(tmp_path / "b.rar", ("a", bytes(60_000)), ("b", bytes(60_000)))
        assert "to 120,000 bytes" in refusal(large)
        twice = rar(tmp_path / "c.rar", ("a", b"x"), ("A", b"y"))
        assert "twice" in refusal(twice)

    @pytest.mark.usefixtures("tools")
    def test_without_a_program_the_message_names_some(self, tmp_path: Path) -> None:
        path = rar(tmp_path / "a.rar", ("notas.txt", NOTES), method=PACKED)
        assert "Install one of unrar, 7z, unar or bsdtar" in refusal(path)

    def test_what_a_program_unpacks_is_taken(self, tmp_path: Path, tools: Path) -> None:
        self.program(tools, NOTES)
        path = rar(tmp_path / "a.rar", ("notas.txt", NOTES), method=PACKED)
        assert unpack(path, tmp_path / "out", SMALL)[0].read_bytes() == NOTES

    @pytest.mark.parametrize("given", [b"", NOTES[:-1], NOTES.upper()])
    def test_what_a_program_gives_is_checked(
        self, tmp_path: Path, tools: Path, given: bytes
    ) -> None:
        self.program(tools, given)
        path = rar(tmp_path / "a.rar", ("notas.txt", NOTES), method=PACKED)
        assert "cannot be opened as an archive" in refusal(path)

    def test_a_program_that_gives_without_end_is_stopped(self, tmp_path: Path, tools: Path) -> None:
        self.program(tools, NOTES)
        script = (tools / "bsdtar").read_text()
        (tools / "bsdtar").write_text(script.replace("    sys", "    while True: sys"))
        path = rar(tmp_path / "a.rar", ("notas.txt", NOTES), method=PACKED)
        out = unpack(path, tmp_path / "out", SMALL)
        assert out[0].stat().st_size == len(NOTES)

    @pytest.mark.parametrize("harm", ["cut", "flipped"])
    @pytest.mark.usefixtures("tools")
    def test_damage_anywhere_is_refused_or_harmless(self, tmp_path: Path, harm: str) -> None:
        damage(rar(tmp_path / "a.rar", ("b/notas.txt", NOTES), ("c", b"x")), harm)
