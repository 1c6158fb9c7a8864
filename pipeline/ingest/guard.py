"""One at a time: whoever changes raw data, or needs them to stand still, holds the guard."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pipeline.errors import SourceError

GUARD_NAME: Final = ".refresh"
"""Locked while raw data may change; the system lets go of it however the run ends."""


@contextmanager
def alone(raw_dir: Path) -> Iterator[None]:
    """Keep out whatever else would change the same raw data.

    Raises
    ------
    SourceError
        If something does so now.
    """
    raw_dir.mkdir(parents=True, exist_ok=True)
    with (raw_dir / GUARD_NAME).open("w") as guard:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = (
                f"another refresh of {raw_dir} is running, or its bundle is being packed. Wait "
                "until it is done."
            )
            raise SourceError(message) from error
        yield
