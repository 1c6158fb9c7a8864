"""A layer of a map server (ArcGIS REST), page by page to one GeoJSON.

The server gives features in pages and says when there are more. What makes the pages one layer:
they come in the order of the object's number, which only rises; they are as many as the server
counts before and after; and the time of the last edit, where the server tells it, stays the same.
"""

import json
import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final

from pipeline.catalog.channels import FEATURES_PER_PAGE, FeatureService
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
from pipeline.ingest.fetch.http import PASSING, Passing, Session

_ALL: Final = {"where": "1=1"}
_HEAD: Final = b'{"type": "FeatureCollection", "features": [\n'
_TAIL: Final = b"\n]}\n"
_MORE: Final = "exceededTransferLimit"


def fetch_features(
    session: Session,
    service: FeatureService,
    folder: Path,
    mark: str,
    page_features: int = FEATURES_PER_PAGE,
) -> Staged | None:
    """Fetch all features of a layer into a folder, unless it is the version that is known.

    Parameters
    ----------
    session
        Requests to its source.
    service
        The layer.
    folder
        Where the file is put; what an earlier, broken attempt left there is taken up again if the
        server says when the layer was last edited.
    mark
        Time of the last edit of the version that is here already; empty if there is none.
    page_features
        Features asked for at a time; fewer if the server gives fewer.

    Returns
    -------
    Staged or None
        None where nothing changed. The coordinates are longitude and latitude (EPSG:4326).

    Raises
    ------
    SourceError
        If the server's answers are errors, its pages do not make up the layer, or it is an older
        version than the known one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / service.name
    for _ in range(STARTS):
        layer = _described(session, service.layer, page_features)
        if layer.mark and layer.mark == mark:
            return None
        if 0 < layer.edited < int(mark or 0):
            message = (
                f"{service.layer} says that it was edited before the version that is here: a stale "
                "copy. Refresh again later."
            )
            raise SourceError(message)
        try:
            with session.progress.of(f"{session.channel.source} {service.name}", is_in_rows=True):
                _gather(session, layer, target)
        except ReplacedError:
            continue
        return Staged(service.dataset, target, service.layer, service.layer, layer.mark)
    message = f"{service.layer} was replaced {STARTS} times while it was read. Refresh later."
    raise SourceError(message)


@dataclass(frozen=True, slots=True)
class _Layer:
    """What the server says of a layer before its features are asked for."""

    url: str
    key: str
    """Field with the object's number."""
    edited: int
    """When it was last edited, in milliseconds since 1970; 0 where the server does not tell."""
    total: int
    page: int

    @property
    def mark(self) -> str:
        """The publisher's mark of this version."""
        return str(self.edited) if self.edited else ""

    def again(self, session: Session) -> "_Layer":
        """What the server says now."""
        return _described(session, self.url, self.page)


def _described(session: Session, url: str, page_features: int) -> _Layer:
    about = session.document(url, {"f": "json"}, _refuse_error)
    most, key = about.get("maxRecordCount"), about.get("objectIdField", "objectid")
    editing = about.get("editingInfo")
    edited = editing.get("lastEditDate") if isinstance(editing, dict) else None
    if not isinstance(most, int) or most < 1 or not isinstance(key, str):
        message = (
            f"{url} does not say how many features it gives at a time ({about!r:.80}). If DANE "
            "moved the layer, change its address in pipeline/catalog/channels.py."
        )
        raise SourceError(message)
    counting = {**_ALL, "returnCountOnly": "true", "f": "json"}
    counted = session.document(f"{url}/query", counting, _refuse_error)
    total = counted.get("count")
    if not isinstance(total, int) or total < 1:
        message = f"{url} does not count its features ({counted!r:.80}). Refresh again later."
        raise SourceError(message)
    when = edited if isinstance(edited, int) else 0
    return _Layer(url, key, when, total, min(page_features, most))


def _gather(session: Session, layer: _Layer, target: Path) -> None:
    """All features, in pages, to one file."""
    part = part_of(target)
    if not layer.edited:
        drop(part)  # nothing tells whether it is of the same version
    gathered = taken_up(part, layer.edited)
    session.progress.rows(gathered.rows, layer.total)
    with part.open("r+b" if part.exists() else "w+b") as stream:
        is_more = True
        while is_more or gathered.rows < layer.total:
            page = session.document(
                f"{layer.url}/query",
                _window(layer, gathered),
                lambda answer: _refuse_unusable(answer, layer, gathered.last),
            )
            if not page["features"]:
                break
            _append(stream, page["features"], layer, gathered)
            note(part, gathered)
            session.progress.rows(gathered.rows, layer.total)
            is_more = _is_more(page)
        stream.seek(gathered.size)
        stream.truncate()
        stream.write(_TAIL)
        stream.flush()
        os.fsync(stream.fileno())
    if layer != layer.again(session):
        drop(part)
        raise ReplacedError
    if gathered.rows != layer.total:
        drop(part)
        message = (
            f"{layer.url} gave {gathered.rows:,} features and counts {layer.total:,}: pages are "
            "missing or came twice. Refresh again later."
        )
        raise SourceError(message)
    part.replace(target)
    drop(part)


def _window(layer: _Layer, gathered: Gathered) -> dict[str, str]:
    return {
        **_ALL,
        "outFields": "*",
        "outSR": "4326",
        "orderByFields": layer.key,
        "resultOffset": str(gathered.rows),
        "resultRecordCount": str(layer.page),
        "f": "geojson",
    }


def _append(
    stream: BinaryIO, features: list[dict[str, Any]], layer: _Layer, gathered: Gathered
) -> None:
    """Write one page behind those that are here; nothing of it counts before it is whole."""
    stream.seek(gathered.size)
    stream.truncate()
    for number, feature in enumerate(features):
        stream.write(b",\n" if gathered.rows + number else _HEAD)
        stream.write(json.dumps(feature, ensure_ascii=False).encode())
    stream.flush()
    os.fsync(stream.fileno())
    gathered.rows += len(features)
    gathered.size = stream.tell()
    gathered.last = _number(features[-1], layer.key) or gathered.last


def _number(feature: object, key: str) -> int | None:
    """Number of an object: GeoJSON's id, or the server's own field."""
    if not isinstance(feature, dict):
        return None
    properties = feature.get("properties")
    stated = properties.get(key) if isinstance(properties, dict) else None
    found = feature.get("id") if stated is None else stated
    return found if isinstance(found, int) else None


def _is_more(page: dict[str, Any]) -> bool:
    """Whether the server held features back; its versions say so in different places."""
    properties = page.get("properties")
    inner = properties.get(_MORE) if isinstance(properties, dict) else None
    return bool(page.get(_MORE) or inner)


def _refuse_error(answer: object) -> None:
    """Stop at an error that comes with status 200.

    Raises
    ------
    Passing
        If it may be gone at the next attempt.
    SourceError
        If it will stay.
    """
    if not isinstance(answer, dict):
        raise Passing(f"the answer is no object ({answer!r:.40})")
    error = answer.get("error")
    if error is None:
        return
    code = error.get("code") if isinstance(error, dict) else None
    told = error.get("message") if isinstance(error, dict) else error
    if code in PASSING:
        raise Passing(f"the map server answers error {code} ({told!r:.80})")
    message = (
        f"the map server answers error {code} ({told!r:.80}). If DANE moved or closed the layer, "
        "change its address in pipeline/catalog/channels.py."
    )
    raise SourceError(message)


def _refuse_unusable(page: object, layer: _Layer, last: int) -> None:
    """Stop at a page that is no page of features, or not the one that was asked for."""
    _refuse_error(page)
    features = page.get("features") if isinstance(page, dict) else None
    if not isinstance(features, list) or len(features) > layer.page:
        raise Passing(f"the answer is no page of {layer.page} features ({page!r:.60})")
    numbers = [_number(one, layer.key) for one in features]
    if None in numbers:
        message = f"{layer.url}: features without a number in {layer.key}. Look at the layer."
        raise SourceError(message)
    if any(now <= before for before, now in pairwise([last, *filter(None, numbers)])):
        raise Passing("a page came twice or out of order")
