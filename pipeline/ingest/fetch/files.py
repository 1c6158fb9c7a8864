"""Single files: asked for only if they changed, resumed after a break, checked on arrival."""

import os
import re
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import httpx

from pipeline.errors import SourceError
from pipeline.ingest import archives
from pipeline.ingest.fetch.http import Passing, Session, refuse_page

_SAFE_NAME: Final = re.compile(r"[\w()][\w .,()+-]{0,119}\.[A-Za-z]{3,5}")
_SPAN: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at a publisher's, before it is fetched."""

    dataset: str
    name: str
    """As it will be called in the staging folder."""
    url: str
    key: str
    """What stays the same when the file is replaced; the address itself may rotate."""
    mark: str = ""
    """The publisher's mark of this version, where a listing tells it."""
    published: date | None = None
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that has been fetched and lies in the staging folder."""

    dataset: str
    location: Path
    url: str
    key: str
    mark: str
    published: date | None = None


def safe_name(text: str) -> str:
    """The file name in an address or a listing, if it can be one.

    Raises
    ------
    SourceError
        If it holds anything but letters, digits and plain punctuation, or has no extension.

    Examples
    --------
    >>> safe_name("/sites/default/files/delitos-impacto/Amenazas%20de%202025_5.xlsx?v=1")
    'Amenazas de 2025_5.xlsx'
    """
    name = unquote(urlsplit(text).path).rpartition("/")[2]
    if ".." in name or not _SAFE_NAME.fullmatch(name):
        message = f"{name!r} is no file name that can be kept. Look at the publisher's page."
        raise SourceError(message)
    return name


def fetch_file(session: Session, remote: Remote, folder: Path, mark: str) -> Staged | None:
    """Fetch one file into a folder, unless it is the version that is known.

    Parameters
    ----------
    session
        Requests to its source.
    remote
        The file.
    folder
        Where it is put; what an earlier, broken attempt left there is taken up again.
    mark
        Mark of the version that is here already; empty if there is none.

    Returns
    -------
    Staged or None
        None where nothing changed.

    Raises
    ------
    SourceError
        If it cannot be fetched whole, is not what its name says, or is older than what is here.
    """
    if remote.mark and remote.mark == mark:
        return None
    if remote.mark and mark.partition(" ")[0] > remote.mark.partition(" ")[0]:
        message = (
            f"{remote.name} is offered as of {remote.mark[:10]}, older than the release that is "
            f"here ({mark[:10]}): a stale copy, or one that the publisher took back. Look at its "
            "page."
        )
        raise SourceError(message)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / remote.name
    conditions = {} if remote.mark else _conditions(mark)
    with session.progress.of(f"{session.channel.source} {remote.name}"):
        found = session.ask(
            remote.url,
            lambda response: _received(session, response, target),
            params=dict(remote.params),
            headers=lambda: conditions | _resumption(target),
        )
    if found is None:
        return None
    refuse_harmful(target)
    return Staged(
        remote.dataset, target, remote.url, remote.key, remote.mark or found, remote.published
    )


def refuse_harmful(path: Path) -> None:
    """Stop at an archive that nobody should unpack, before it is handed on.

    Raises
    ------
    SourceError
        If a workbook or a zip is no whole archive, or holds what its limits forbid.
    """
    match path.suffix.lower():
        case ".xlsx":
            archives.refuse_harmful_workbook(path)
        case ".zip":
            archives.members(path, archives.BOUNDARIES)


def _received(session: Session, response: httpx.Response, target: Path) -> str | None:
    """Write the answer to its place; its mark, or None if nothing changed."""
    part, tag = _part(target)
    if response.status_code == httpx.codes.NOT_MODIFIED:
        return None
    if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.unlink(missing_ok=True)
        tag.unlink(missing_ok=True)
        raise Passing("the part that was here before fits the file no more")
    start, size = _span(response, part, tag)
    etag = response.headers.get("ETag", "")
    is_plain = "Content-Encoding" not in response.headers
    can_resume = bool(etag) and not etag.startswith("W/") and is_plain
    length = response.headers.get("Content-Length", "")
    session.progress.expect(start + int(length) if length.isdigit() else None, start)
    with part.open("r+b" if start else "wb") as stream:
        stream.seek(start)
        # only now: a note of this version beside bytes of another would join the two
        tag.write_text(etag if can_resume else "", "utf-8")
        for chunk in session.chunks(response):
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    arrived = part.stat().st_size
    if not arrived:
        raise Passing("an empty answer")
    if size is not None and arrived != size:
        raise Passing(f"{arrived:,} of {size:,} bytes came")
    if not (_states_its_end(response) or zipfile.is_zipfile(part)):
        raise Passing("the answer does not say where it ends, so it may be cut")
    refuse_page(part)
    part.replace(target)
    tag.unlink()
    return str(etag or response.headers.get("Last-Modified", ""))


def _span(response: httpx.Response, part: Path, tag: Path) -> tuple[int, int | None]:
    """At which byte of the file the answer begins, and how many the file has, where it says so.

    Servers are known to send a part of whatever they have now, even if that is no longer the
    version that the request named.
    """
    if response.status_code != httpx.codes.PARTIAL_CONTENT:
        return 0, None
    span = _SPAN.fullmatch(response.headers.get("Content-Range", ""))
    is_asked = span is not None and part.exists() and int(span[1]) == part.stat().st_size
    is_same = tag.exists() and response.headers.get("ETag") == tag.read_text("utf-8")
    is_same = is_same and "Content-Encoding" not in response.headers
    if span is None or not is_asked or not is_same:
        part.unlink(missing_ok=True)
        tag.unlink(missing_ok=True)
        raise Passing("another part of the file came than the one asked for")
    return int(span[1]), None if span[3] == "*" else int(span[3])


def _states_its_end(response: httpx.Response) -> bool:
    """Whether a break can be told from the end; without either header the two look alike."""
    return bool({"content-length", "transfer-encoding"} & set(response.headers))


def _conditions(mark: str) -> dict[str, str]:
    """Ask for the file only if it is no longer the version of this mark."""
    if not mark:
        return {}
    is_etag = mark.startswith(('"', "W/"))
    return {"If-None-Match" if is_etag else "If-Modified-Since": mark}


def _resumption(target: Path) -> dict[str, str]:
    """Ask only for what a broken attempt has not brought, if the file is still the same."""
    part, tag = _part(target)
    if not part.exists() or not part.stat().st_size or not tag.exists():
        return {}
    etag = tag.read_text("utf-8")
    return {"Range": f"bytes={part.stat().st_size}-", "If-Range": etag} if etag else {}


def _part(target: Path) -> tuple[Path, Path]:
    return target.with_name(f".{target.name}.part"), target.with_name(f".{target.name}.etag")
