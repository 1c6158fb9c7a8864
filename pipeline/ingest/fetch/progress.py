"""What a person sees while files arrive: a bar on a terminal, one line per file elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from tqdm import tqdm


@dataclass(slots=True)
class Progress:
    """Bytes and rows of the file that is arriving.

    Attributes
    ----------
    stream
        Where it is shown.
    """

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _bar: "tqdm[None] | None" = None
    _bytes: int = 0
    _rows: int = 0

    @contextmanager
    def of(self, label: str, total_bytes: int | None = None) -> Iterator[None]:
        """Show one file from its first byte to its last."""
        started = time.monotonic()
        self._bytes = self._rows = 0
        is_terminal = self.stream.isatty()
        self._bar = tqdm(
            desc=label,
            total=total_bytes,
            unit="B",
            unit_scale=True,
            file=self.stream,
            disable=not is_terminal,
            leave=False,
        )
        try:
            yield
        finally:
            self._bar.close()
            self._bar = None
        rows = f", {self._rows:,} rows" if self._rows else ""
        seconds = time.monotonic() - started
        self.stream.write(
            f"fetched  {label}: {self._bytes / 1e6:,.1f} MB{rows} in {seconds:,.1f} s\n"
        )

    def advance(self, size: int) -> None:
        """Note bytes that came."""
        self._bytes += size
        if self._bar is not None:
            self._bar.update(size)

    def rows(self, held: int, total: int) -> None:
        """Note how many rows are there, of how many."""
        self._rows = held
        if self._bar is not None:
            self._bar.set_postfix_str(f"{held:,} of {total:,} rows")
