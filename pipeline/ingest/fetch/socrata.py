"""A dataset of the open data portal (Socrata, SODA 2.x), page by page to one file.

The portal replaces datasets whole and gives rows in pages. What makes the pages one dataset: they
come in a stable order, the time of the last update is the same before and after, no page comes
twice, and the rows are as many as the portal counts.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import httpx

from pipeline.catalog.channels import PORTAL, PORTAL_PAGE_ROWS, PortalTable
from pipeline.catalog.shapes import shape_of
from pipeline.errors import SourceError
from pipeline.ingest.fetch.files import Staged
from pipeline.ingest.fetch.gathered import (
    STARTS,
    Gathered,
    ReplacedError,
    drop,
    note,
    part_of,
    taken_up,
)
from pipeline.ingest.fetch.http import Passing, Session
from pipeline.ingest.raw import period_end
from pipeline.words import normalised

_LATEST: Final = 1 << 33
"""Seconds since 1970; a time beyond (the year 2242) is one in another unit, or none."""
_MODIFIED: Final = "Last-Modified"
_BEHIND: Final = "X-SODA2-Data-Out-Of-Date"


@dataclass(slots=True)
class _RowCount:
    """Counts the rows of a CSV as its bytes come: line ends outside quotes.

    Attributes
    ----------
    rows
        Complete rows so far.
    is_between_rows
        Whether the last byte ended a row.
    """

    rows: int = 0
    is_between_rows: bool = True
    _is_quoted: bool = False

    def add(self, chunk: bytes) -> None:
        """Count the next bytes."""
        if not chunk:
            return
        pieces = chunk.split(b'"')
        self.rows += sum(piece.count(b"\n") for piece in pieces[self._is_quoted :: 2])
        self._is_quoted ^= len(pieces) % 2 == 0
        self.is_between_rows = not self._is_quoted and chunk.endswith(b"\n")


def fetch_table(
    session: Session, table: PortalTable, folder: Path, mark: str, page_rows: int = PORTAL_PAGE_ROWS
) -> Staged | None:
    """Fetch a dataset into a folder, unless it is the release that is known.

    Parameters
    ----------
    session
        Requests to its source.
    table
        The dataset, and what of it.
    folder
        Where the file is put; what an earlier, broken attempt left there is taken up again.
    mark
        Time of the last update of the release that is here already; empty if there is none.
    page_rows
        Rows asked for at a time.

    Returns
    -------
    Staged or None
        None where nothing changed.

    Raises
    ------
    SourceError
        If the columns are not the declared ones, the pages do not make up the dataset, or it is
        an older release than the known one.
    """
    updated = _updated(session, table)
    if str(updated) == mark:
        return None
    if mark and updated < int(mark):
        message = (
            f"{PORTAL}/d/{table.view} says that it was updated on {_day(updated)}, before the "
            f"release that is here ({_day(int(mark))}): a stale copy. Refresh again later."
        )
        raise SourceError(message)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / table.name
    for _ in range(STARTS):
        try:
            label = f"{session.channel.source} {table.name}"
            with session.progress.of(label, is_in_rows=True):
                if table.select:
                    _fetch_sums(session, table, target)
                else:
                    _fetch_rows(session, table, target, updated, page_rows)
            is_whole = True
        except ReplacedError:
            drop(part_of(target))
            is_whole = False
        newest = _updated(session, table)
        if is_whole and newest == updated:
            day = _day(updated)
            address = _resource(table)
            return Staged(table.dataset, target, address, key_of(table), str(updated), day)
        updated = newest
    message = (
        f"{_resource(table)} was replaced {STARTS} times while it was read, or some of its pages "
        "are stale copies. Refresh again later."
    )
    raise SourceError(message)


def key_of(table: PortalTable) -> str:
    """What stays the same of a dataset's file from release to release."""
    return f"{PORTAL}/d/{table.view}#{table.name}"


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def _resource(table: PortalTable) -> str:
    return f"{PORTAL}/resource/{table.view}{Path(table.name).suffix}"


def _updated(session: Session, table: PortalTable) -> int:
    """When the publisher last put rows in, in seconds since 1970."""
    view = session.document(f"{PORTAL}/api/views/{table.view}.json")
    updated = view.get("rowsUpdatedAt") if isinstance(view, dict) else None
    if not isinstance(updated, int) or not 0 < updated < _LATEST:
        message = f"{PORTAL}/d/{table.view} does not say when its rows were updated: {view!r:.80}."
        raise SourceError(message)
    if not table.select:
        columns = view.get("columns")
        listed = columns if isinstance(columns, list) else []
        names = [str(one.get("fieldName")) for one in listed if isinstance(one, dict)]
        _refuse_drift(session.channel.source, table, names)
    return updated


def _refuse_drift(source_id: str, table: PortalTable, names: Sequence[str]) -> None:
    """Stop before the first page if columns came or went; lists of places are judged when read."""
    shape = shape_of(source_id, table.dataset)
    if not shape.known:
        return
    own = {normalised(name): name for name in names if not name.startswith(":")}
    new = [own[name] for name in shape.unknown(own)]
    measured = () if shape.years(own) else (shape.date or shape.year, shape.quantities)
    needed = [one for one in (*measured, shape.code) if one]
    gone = [" or ".join(group).lower() for group in needed if not own.keys() & set(group)]
    if new or gone:
        message = (
            f"{PORTAL}/d/{table.view} changed its columns: {', '.join(new) or 'none'} came, "
            f"{', '.join(gone) or 'none'} went. Declare the new names in "
            "pipeline/catalog/shapes.py if they mean the same."
        )
        raise SourceError(message)


def _stated(
    session: Session, table: PortalTable, expression: str, of: Mapping[str, str] | None = None
) -> int:
    """One whole number that the portal computes over all rows, or over those of a condition."""
    question = {"$select": expression, **(of or {})}
    answer = session.document(f"{PORTAL}/resource/{table.view}.json", question)
    try:
        ((value,),) = (record.values() for record in answer)
        return round(float(value))
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        message = f"{_resource(table)} does not answer {expression}: {answer!r:.80}."
        raise SourceError(message) from error


def _fetch_rows(
    session: Session, table: PortalTable, target: Path, updated: int, page_rows: int
) -> None:
    """All rows as the portal writes them, in pages, to one CSV."""
    total = _stated(session, table, "count(*)")
    part = part_of(target)
    gathered = taken_up(part, updated)
    session.progress.rows(gathered.rows, total)
    with part.open("r+b" if part.exists() else "w+b") as stream:
        while True:
            before = gathered.rows
            window = {"$limit": str(page_rows), "$offset": str(before), "$order": ":id"}
            session.ask(
                _resource(table),
                lambda response: _page(session, response, stream, gathered),
                params=window,
            )
            os.fsync(stream.fileno())
            note(part, gathered)
            session.progress.rows(gathered.rows, total)
            if gathered.rows - before < page_rows or gathered.rows > total:
                break
    if gathered.rows != total or not total:
        drop(part)
        if _stated(session, table, "count(*)") != total or _updated(session, table) != updated:
            raise ReplacedError
        message = (
            f"{_resource(table)} gave {gathered.rows:,} rows and counts {total:,}: pages are "
            "missing or came twice. Refresh again later."
        )
        raise SourceError(message)
    part.replace(target)
    drop(part)


def _page(session: Session, response: httpx.Response, stream: BinaryIO, gathered: Gathered) -> None:
    """Append one page; nothing of it counts before it came whole."""
    stream.seek(gathered.size)
    stream.truncate()
    count, digest, header = _RowCount(), hashlib.sha256(), b""
    is_header_read = False
    for chunk in session.chunks(response):
        body = chunk
        if not is_header_read:
            header += chunk
            head, line_end, body = header.partition(b"\n")
            if not line_end:
                continue
            header, is_header_read = head + line_end, True
            _check_header(head, gathered)
            _check_release(response, gathered)
            if not gathered.size:
                stream.write(header)
        count.add(body)
        digest.update(body)
        stream.write(body)
    if not is_header_read:
        raise Passing(f"no header in the page ({header[:40]!r})")
    if not count.is_between_rows:
        count.add(b"\n")
        stream.write(b"\n")
        if not count.is_between_rows:
            raise Passing("the page ends inside a value")
    if count.rows and digest.hexdigest() in gathered.pages:
        raise Passing("a page came twice")
    stream.flush()
    gathered.header = header.decode("utf-8", "replace").strip()
    gathered.modified = response.headers.get(_MODIFIED, "")
    gathered.rows += count.rows
    gathered.size = stream.tell()
    gathered.pages.append(digest.hexdigest())


def _check_header(head: bytes, gathered: Gathered) -> None:
    text = head.decode("utf-8", "replace").strip()
    if text.lstrip("\ufeff").startswith("<"):
        raise Passing("a web page came instead of rows")
    if gathered.header and text != gathered.header:
        raise ReplacedError


def _check_release(response: httpx.Response, gathered: Gathered) -> None:
    """Stop at a page of another release than the pages before it, such as one from a cache."""
    modified = response.headers.get(_MODIFIED, "")
    if gathered.size and modified != gathered.modified:
        raise ReplacedError
    if response.headers.get(_BEHIND) == "true":
        raise Passing("the portal says that its rows are not up to date yet")


def _fetch_sums(session: Session, table: PortalTable, target: Path) -> None:
    """What the portal sums up, as one list of records; the sums must make up the whole."""
    *keys, total = table.select
    group = ",".join(key.rpartition(" as ")[2] for key in keys)
    expression, _, name = total.rpartition(" as ")
    condition = _newest_cut(session, table)
    records: list[dict[str, Any]] = []
    while True:
        window = {
            "$select": ",".join(table.select),
            "$group": group,
            "$order": group,
            "$limit": str(PORTAL_PAGE_ROWS),
            "$offset": str(len(records)),
            **condition,
        }
        page = session.document(_resource(table), window)
        if not isinstance(page, list) or not all(isinstance(one, dict) for one in page):
            message = f"{_resource(table)} does not answer with records: {page!r:.80}."
            raise SourceError(message)
        records += page
        if len(page) < PORTAL_PAGE_ROWS:
            break
    session.progress.rows(len(records), len(records))
    try:
        held = round(sum(float(one.get(name, 0)) for one in records))
    except (TypeError, ValueError, OverflowError) as error:
        message = f"{_resource(table)} gives sums that are no numbers ({error})."
        raise SourceError(message) from error
    if not records or held != _stated(session, table, expression, condition):
        raise ReplacedError
    target.write_text(json.dumps(records, ensure_ascii=False) + "\n", "utf-8")


def _newest_cut(session: Session, table: PortalTable) -> dict[str, str]:
    """The condition that holds for the newest release only; none where there is but one."""
    if not table.cut:
        return {}
    question = {"$select": table.cut, "$group": table.cut, "$order": table.cut}
    answer = session.document(_resource(table), {**question, "$limit": str(PORTAL_PAGE_ROWS)})
    records = answer if isinstance(answer, list) else []
    days = {str(one.get(table.cut)): period_end(str(one.get(table.cut))) for one in records}
    undated = [text for text, day in days.items() if day is None]
    if undated or not days:
        message = (
            f"{_resource(table)} has {len(days)} cuts, and of {len(undated)} the day cannot be read"
            f"{f', such as {undated[0]!r}' if undated else ''}: nobody can tell the newest."
        )
        raise SourceError(message)
    newest = max(days, key=lambda text: days[text] or date.min)
    return {"$where": f"{table.cut}='{newest}'"}
