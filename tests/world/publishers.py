"""Publishers of the invented country on loopback: portal, map server, listing, links, plain files.

A request for ``https://<host>/<path>`` arrives as ``/<host>/<path>``, as it does at a gateway.
Faults are served once each, in the order they were asked for, to the first request they fit.
"""

import csv
import gzip
import io
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pipeline.ingest.fetch import Patience

HASTY = Patience(
    attempts=4, first_wait=0.001, longest_wait=0.01, connect_timeout=2, read_timeout=0.3
)
"""For tests: as often as in earnest, but without the waiting."""

PORTAL = "www.datos.gov.co"
PAGE = b"<!DOCTYPE html><html><body>Estamos en mantenimiento</body></html>"


@dataclass
class Answer:
    """What the server sends, before a fault spoils it."""

    body: bytes
    status: int = 200
    headers: dict[str, str | None] = field(default_factory=dict)
    """None: not sent, though it usually is."""
    stated_length: int | None = None
    cut_at: int | None = None
    delay: float = 0.0
    before: "Answer | None" = None
    """The answer to the same request before the publisher changed anything."""


Fault = Callable[[Answer], None]


def status(code: int, **headers: str) -> Fault:
    """Another status, with headers (``Retry_After="0"``)."""

    def spoil(answer: Answer) -> None:
        answer.status, answer.body = code, b"no"
        answer.headers |= {name.replace("_", "-"): value for name, value in headers.items()}

    return spoil


def silence(answer: Answer) -> None:
    """Longer than a hasty client waits."""
    answer.delay = 0.6


def cut(answer: Answer) -> None:
    """The connection ends in the middle of the body."""
    answer.cut_at = len(answer.body) // 2


def overstated(answer: Answer) -> None:
    """More bytes are announced than come."""
    answer.stated_length = len(answer.body) + 10


def cut_archive(answer: Answer) -> None:
    """Packed although nobody asked for it, and the packing ends early: the length is right."""
    answer.body = gzip.compress(answer.body)[:-9]
    answer.headers |= {"Content-Encoding": "gzip"}


def piece(answer: Answer) -> None:
    """Less of the rest of a file than was asked for, honestly labelled; other answers are cut."""
    span = answer.headers.get("Content-Range")
    if not span:
        cut(answer)
        return
    first, _, size = span.removeprefix("bytes ").partition("-")
    answer.body = answer.body[: len(answer.body) // 2]
    last = int(first) + len(answer.body) - 1
    answer.headers["Content-Range"] = f"bytes {first}-{last}/{size.partition('/')[2]}"


def stale(answer: Answer) -> None:
    """What a forgetful cache still has of this address."""
    if answer.before is not None:
        old = answer.before
        answer.body, answer.status, answer.headers = old.body, old.status, dict(old.headers)


def without_rows(answer: Answer) -> None:
    """Only the first line, as if the dataset were empty."""
    answer.body = answer.body.partition(b"\n")[0] + b"\n"


def other_columns(answer: Answer) -> None:
    """One column has another name."""
    answer.body = answer.body.replace(b"cantidad", b"victimas")


def web_page(answer: Answer) -> None:
    """A page for people, as if all were well."""
    answer.status, answer.body = 200, PAGE
    answer.headers = {"Content-Type": "text/html"}


def nothing(answer: Answer) -> None:
    """An empty body."""
    answer.body = b""


def error_document(code: int) -> Fault:
    """An error as a map server sends it: with status 200."""

    def spoil(answer: Answer) -> None:
        told = {"error": {"code": code, "message": "no se pudo", "details": []}}
        answer.status, answer.body = 200, json.dumps(told).encode()

    return spoil


def sent_on(address: str) -> Fault:
    """A redirect."""
    return status(302, Location=address)


@dataclass
class Table:
    """A dataset at the portal: every value as text, as the portal has them."""

    rows: Sequence[Mapping[str, str]]
    updated: int = 1_700_000_000
    counted: int | None = None
    """What ``count(*)`` says, if it is wrong."""

    @property
    def columns(self) -> list[str]:
        return list(self.rows[0]) if self.rows else []

    def text(self, rows: Sequence[Mapping[str, str]] | None = None) -> bytes:
        """Some rows, by default all, as the portal writes CSV."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows if rows is None else rows)
        return text.getvalue().encode()


@dataclass
class Layer:
    """A layer of a map server."""

    features: Sequence[Mapping[str, Any]]
    """GeoJSON, each numbered by its `id`."""
    most: int = 2_000
    """Features that it gives at a time."""
    edited: int | None = 1_700_000_000_000
    """When it was last edited; None if it does not tell."""
    counted: int | None = None
    """What it says to a question for the count, if that is wrong."""
    is_told_inside: bool = False
    """Whether it says in its properties that there are more, as some versions do."""

    def answer(self, query: Mapping[str, str]) -> Answer:
        if "where" not in query:
            about: dict[str, Any] = {"objectIdField": "objectid", "maxRecordCount": self.most}
            if self.edited is not None:
                about["editingInfo"] = {"lastEditDate": self.edited}
            return Answer(json.dumps(about).encode())
        if query.get("returnCountOnly") == "true":
            count = len(self.features) if self.counted is None else self.counted
            return Answer(json.dumps({"count": count}).encode())
        assert (query["f"], query["outSR"], query["where"]) == ("geojson", "4326", "1=1")
        assert query["orderByFields"] == "objectid"
        first = int(query.get("resultOffset", 0))
        last = first + min(self.most, int(query.get("resultRecordCount", self.most)))
        page: dict[str, Any] = {"type": "FeatureCollection", "features": self.features[first:last]}
        if last < len(self.features):
            more = {"exceededTransferLimit": True}
            page |= {"properties": more} if self.is_told_inside else more
        return Answer(json.dumps(page).encode())


@dataclass
class Publishers:
    """The state of all servers, changed by tests between and during requests."""

    address: str = ""
    tables: dict[str, Table] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    """Content by host and path; a page if it begins as one."""
    layers: dict[str, Layer] = field(default_factory=dict)
    """Layers of map servers by host and path."""
    listing: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Path and query of every request, decoded."""
    headers: list[Mapping[str, str]] = field(default_factory=list)
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    before: list[tuple[str, Callable[[], None]]] = field(default_factory=list)
    """Called once before the first request whose address holds the text is answered."""
    token: str = "0123456789abcdef"  # noqa: S105 - invented
    _given: dict[str, list[Answer]] = field(default_factory=dict)
    _guard: Any = field(default_factory=threading.Lock)

    def spoil(self, part_of_address: str, *faults: Fault) -> None:
        """Serve faults, one request each, to requests whose address holds the text."""
        self.faults += [(part_of_address, fault) for fault in faults]

    def downloads(self) -> list[str]:
        """Requests that ask for content, not for what is new."""
        return [one for one in self.asked if "/api/views/" not in one]

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        with self._guard:
            shown = unquote(target)
            self.asked.append(shown)
            self.headers.append(headers)
            for one in [one for one in self.before if one[0] in shown]:
                self.before.remove(one)
                one[1]()
            answer = self._whole(target, headers)
            if answer.status == 200:
                self._remember(shown, answer)
            fault = next((one for one in self.faults if one[0] in shown), None)
            if fault is not None:
                self.faults.remove(fault)
                fault[1](answer)
            return answer

    def _remember(self, shown: str, answer: Answer) -> None:
        """Keep the last two versions of an answer, for a cache that is behind."""
        given = self._given.setdefault(shown, [])
        if not given or given[-1].body != answer.body:
            given.append(replace(answer))
            del given[:-2]
        answer.before = given[0] if len(given) > 1 else None

    def _whole(self, target: str, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        _, host, *steps = unquote(parts.path).split("/")
        if host == PORTAL and steps[:2] == ["api", "views"]:
            return self._view(steps[2].removesuffix(".json"))
        if host == PORTAL and steps[0] == "resource":
            view, _, suffix = steps[1].rpartition(".")
            table = self.tables[view]
            answer = self._rows(table, suffix, query)
            answer.headers["Last-Modified"] = formatdate(table.updated, usegmt=True)
            return answer
        layer = self.layers.get("/".join([host, *steps]).removesuffix("/query"))
        if layer is not None:
            return layer.answer(query)
        if steps[-1:] == ["items"] and "published" in steps:
            return self._items(query)
        if "assets" in steps and query.get("channelToken") != self.token:
            return Answer(b"expired", 403)
        return self._file("/".join([host, *steps]), headers)

    def _view(self, view: str) -> Answer:
        table = self.tables[view]
        columns = [{"fieldName": name} for name in table.columns]
        document = {"id": view, "rowsUpdatedAt": table.updated, "columns": columns}
        return Answer(json.dumps(document).encode())

    def _rows(self, table: Table, suffix: str, query: Mapping[str, str]) -> Answer:
        select = query.get("$select")
        column, _, value = query.get("$where", "").partition("=")
        held = [row for row in table.rows if not column or row[column] == value.strip("'")]
        if select == "count(*)":
            count = len(table.rows) if table.counted is None else table.counted
            return Answer(json.dumps([{"count": str(count)}]).encode())
        if select and "$group" not in query:
            quantity = select.removeprefix("sum(").removesuffix(")")
            total = sum(int(row[quantity]) for row in held)
            return Answer(json.dumps([{f"sum_{quantity}": str(total)}]).encode())
        rows = held
        if select:
            rows = _summed(rows, query["$group"].split(","), select.split(",")[-1])
        assert query["$order"] in {":id", query.get("$group")}
        first = int(query.get("$offset", 0))
        rows = rows[first : first + int(query.get("$limit", 1000))]
        if suffix == "json":
            return Answer(json.dumps(rows).encode())
        return Answer(table.text(rows))

    def _items(self, query: Mapping[str, str]) -> Answer:
        if query.get("channelToken") != self.token:
            return Answer(b"expired", 403)
        first, limit = int(query["offset"]), int(query["limit"])
        page = self.listing[first : first + limit]
        more = first + limit < len(self.listing)
        return Answer(json.dumps({"items": page, "hasMore": more}).encode())

    def _file(self, key: str, headers: Mapping[str, str]) -> Answer:
        content = self.files.get(key)
        if content is None:
            return Answer(b"not here", 404)
        etag = f'"{hash(content):x}"'
        if headers.get("If-None-Match") == etag:
            return Answer(b"", 304, {"ETag": etag})
        span = headers.get("Range", "")
        if span and headers.get("If-Range") == etag:
            start = int(span.removeprefix("bytes=").rstrip("-"))
            of = f"bytes {start}-{len(content) - 1}/{len(content)}"
            return Answer(content[start:], 206, {"ETag": etag, "Content-Range": of})
        return Answer(content, 200, {"ETag": etag})


def _summed(
    rows: Sequence[Mapping[str, str]], keys: Sequence[str], total: str
) -> list[dict[str, str]]:
    """Rows by their keys, with a total such as ``sum(cantidad) as total``, if it is one."""
    quantity, _, name = total.removeprefix("sum(").partition(") as ")
    sums: dict[tuple[str, ...], int] = {}
    for row in rows:
        known = {**row, "anio": row.get("fecha_hecho", "")[:4]}
        key = tuple(known[one] for one in keys)
        sums[key] = sums.get(key, 0) + (int(row[quantity]) if name else 0)
    return [
        dict(zip(keys, key, strict=True)) | ({name: str(value)} if name else {})
        for key, value in sorted(sums.items())
    ]


@contextmanager
def serving() -> Iterator[Publishers]:
    """The publishers on a free port of this machine, until the block ends."""
    publishers = Publishers()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            answer = publishers.answer(self.path, self.headers)
            time.sleep(answer.delay)
            try:
                self._send(answer)
            except OSError:
                self.close_connection = True

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            length = answer.stated_length or len(answer.body)
            for name, value in {"Content-Length": str(length), **answer.headers}.items():
                if value is not None:
                    self.send_header(name, value)
            self.end_headers()
            if answer.status != 304:
                self.wfile.write(answer.body[: answer.cut_at])
            if answer.cut_at is not None or answer.stated_length is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    publishers.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield publishers
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
