"""What has come of a dataset that is given in pages, kept so that a break loses one page."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

STARTS: Final = 4
"""How often a dataset is begun again whose pages are not all of one release."""


class ReplacedError(Exception):
    """Two answers are of different releases: one replaced the other meanwhile, or is a copy."""


@dataclass(slots=True)
class Gathered:
    """What has come so far of one release; kept beside the file."""

    updated: int
    """When the publisher last changed the dataset, in the publisher's own count."""
    header: str = ""
    modified: str = ""
    """When the publisher last changed the rows that it gave, in its own words."""
    rows: int = 0
    size: int = 0
    pages: list[str] = field(default_factory=list)
    """Checksum of each page."""
    last: int = -1
    """Number of the last row, where the publisher numbers rows."""


def part_of(target: Path) -> Path:
    """Where the pages of a file are put until it is whole."""
    return target.with_name(f".{target.name}.part")


def taken_up(part: Path, updated: int) -> Gathered:
    """What an earlier attempt at the same release brought, if it is still here."""
    try:
        gathered = Gathered(**json.loads(_note_path(part).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Gathered(updated)
    is_here = part.exists() and part.stat().st_size >= gathered.size
    return gathered if is_here and gathered.updated == updated else Gathered(updated)


def note(part: Path, gathered: Gathered) -> None:
    """Keep what is known of the part, in one step."""
    draft = _note_path(part).with_suffix(".draft")
    draft.write_text(json.dumps(asdict(gathered)), "utf-8")
    draft.replace(_note_path(part))


def drop(part: Path) -> None:
    """Forget the part."""
    part.unlink(missing_ok=True)
    _note_path(part).unlink(missing_ok=True)


def _note_path(part: Path) -> Path:
    return part.with_suffix(".json")
