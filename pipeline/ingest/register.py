"""What is known of the publishers between two refreshes: versions, errors, files set aside.

Kept in ``data/raw/fetched.json`` beside the lock. It can be lost without harm: the next refresh
only asks for more than it needs.
"""

import csv
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from pipeline.errors import SourceError
from pipeline.ingest.raw import MANIFEST_NAME, Found, RawFile, settled, sha256_of
from pipeline.reasons import Reason, ReasonKind

T = TypeVar("T")

REGISTER_NAME: Final = "fetched.json"
QUARANTINE: Final = "quarantine"
"""Folder below the raw data; nothing in it is read by a build."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file that came from a publisher and is not used, and why."""

    file: RawFile
    """Its path is below the quarantine."""
    kind: ReasonKind
    reason: str
    since: str
    """ISO date since which no release under this name could be used."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something that did not come when its source was last asked, and why."""

    dataset: str
    """In the source; empty if it is all of it."""
    kind: ReasonKind
    reason: str
    since: str
    """ISO date of the first of the refreshes in a row in which it did not come."""


@dataclass(frozen=True, slots=True)
class Asked:
    """When a source was last asked, and what went wrong then."""

    at: str
    """ISO time."""
    failures: tuple[Failed, ...] = ()


@dataclass(slots=True)
class Register:
    """Everything remembered.

    Attributes
    ----------
    asked
        By source.
    marks
        Mark of the newest version that was dealt with, by the file's key.
    quarantine
        Files set aside.
    """

    asked: dict[str, Asked] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    quarantine: tuple[Quarantined, ...] = ()

    @classmethod
    def read(cls, raw_dir: Path) -> Self:
        """The register as it was last written; an empty one where there is none.

        Raises
        ------
        SourceError
            If it was edited into something else.
        """
        path = raw_dir / REGISTER_NAME
        if not path.exists():
            return cls()
        try:
            stated = json.loads(path.read_text("utf-8"))
            return cls(
                asked={
                    source: Asked(
                        _time(one["at"]), tuple(_kinded(Failed, two) for two in one["failures"])
                    )
                    for source, one in stated["asked"].items()
                },
                marks=dict(stated["marks"]),
                quarantine=tuple(
                    replace(_kinded(Quarantined, one), file=RawFile(**one["file"]))
                    for one in stated["quarantine"]
                ),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{path} is no register ({error!r}). Remove it: a refresh writes a new one."
            raise SourceError(message) from error

    def forget(self, files: Iterable[RawFile]) -> None:
        """Let the next refresh fetch these versions again."""
        gone = {file.etag for file in files}
        self.marks = {key: mark for key, mark in self.marks.items() if mark not in gone}

    def write(self, raw_dir: Path) -> None:
        """Replace the register in one step."""
        raw_dir.mkdir(parents=True, exist_ok=True)
        draft = raw_dir / f".{REGISTER_NAME}.draft"
        draft.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")
        draft.replace(raw_dir / REGISTER_NAME)
        if self.quarantine:
            self._write_manifest(raw_dir / QUARANTINE / MANIFEST_NAME)

    def _write_manifest(self, path: Path) -> None:
        """Note what a refresh from the quarantine's own folder would have to know of its files."""
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["path", "origin", "cut", "licence", "sha256"])
            writer.writerows(
                [
                    one.file.path,
                    one.file.origin,
                    one.file.cut_date,
                    one.file.licence,
                    one.file.sha256,
                ]
                for one in self.quarantine
            )


def set_aside(raw_dir: Path, found: Found, reason: Reason, since: str) -> Quarantined:
    """Keep a refused file outside the build, in place of an older one of its name."""
    path = _place(found.file)
    target = raw_dir / QUARANTINE / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if found.location != target:
        draft = target.with_name(f".{target.name}.draft")
        shutil.copyfile(found.location, draft)
        draft.replace(target)
    return Quarantined(replace(found.file, path=path), reason.kind, reason.text, since)


def quarantined_files(raw_dir: Path, quarantine: Iterable[Quarantined]) -> list[Found]:
    """The files set aside that are on disk as they came: a refresh judges them anew.

    A refresh that was cut off may have left other bytes in a file's place.
    """
    folder = raw_dir / QUARANTINE
    places = [Found(one.file, folder / one.file.path) for one in quarantine]
    return [
        one
        for one in places
        if one.location.is_file() and sha256_of(one.location) == one.file.sha256
    ]


def prune(raw_dir: Path, quarantine: Iterable[Quarantined]) -> None:
    """Remove files that are set aside no longer."""
    folder = raw_dir / QUARANTINE
    kept = {folder / one.file.path for one in quarantine}
    if kept:
        kept.add(folder / MANIFEST_NAME)
    for path in folder.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()


def place_of(file: RawFile, name: str) -> str:
    """Source, dataset and name: of one such place there is one file set aside."""
    source, dataset, *_ = settled(replace(file, path=name)).path.split("/")
    return f"{source}/{dataset}/{name}"


def _place(file: RawFile) -> str:
    return place_of(file, Path(file.path).name)


def _time(stated: str) -> str:
    """The same, if it is an ISO time."""
    datetime.fromisoformat(stated)
    return stated


def _kinded(made: Callable[..., T], stated: Mapping[str, Any]) -> T:
    """An entry of the register, with a kind of reason that is known here and a day."""
    date.fromisoformat(stated["since"])
    return made(**{**stated, "kind": ReasonKind(stated["kind"])})
