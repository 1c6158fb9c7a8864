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

    The bar tells how much is here, of how much, the time left and the rate: in bytes of a file, in
    rows of a dataset that comes in pages, whose size in bytes nobody states.

    Attributes
    ----------
    stream
        Where it is shown.
    """

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _bar: "tqdm[None] | None" = None
    _is_in_rows: bool = False
    _started: float = 0.0
    _bytes: int = 0
    _rows: int = 0

    @contextmanager
    def of(self, label: str, *, is_in_rows: bool = False) -> Iterator[None]:
        """Show one file from its first byte to its last."""
        self._started = time.monotonic()
        self._bytes = self._rows = 0
        self._is_in_rows = is_in_rows
        self._bar = tqdm(
            desc=label,
            unit=" rows" if is_in_rows else "B",
            unit_scale=True,
            file=self.stream,
            disable=not self.stream.isatty(),
            leave=False,
        )
        outcome = "broken"
        try:
            yield
            outcome = "fetched" if self._bytes else "same"
        finally:
            self._bar.close()
            self._bar = None
            rows = f", {self._rows:,} rows" if self._rows else ""
            seconds = time.monotonic() - self._started
            self.stream.write(f"{outcome:<8} {label}: {self._size()}{rows} in {seconds:,.1f} s\n")

    def tell(self, line: str) -> None:
        """Say something between two files."""
        self.stream.write(f"{line}\n")

    def expect(self, total: int | None, held: int) -> None:
        """Note how many bytes the file has, if that is known, and how many are here already."""
        if self._bar is not None and not self._is_in_rows:
            self._span(held, total)

    def advance(self, size: int) -> None:
        """Note bytes that came."""
        self._bytes += size
        if self._bar is None:
            return
        if self._is_in_rows:
            self._bar.set_postfix_str(self._size())
        else:
            self._bar.update(size)

    def rows(self, held: int, total: int) -> None:
        """Note how many rows are there, of how many."""
        self._rows = held
        if self._bar is not None and self._is_in_rows:
            self._span(held, total)

    def _span(self, held: int, total: int | None) -> None:
        """Let the bar stand at a point; what was there before the first does not count as speed."""
        bar = self._bar
        if bar is None:
            return
        if bar.total is None or held < bar.n:
            bar.initial = held
        bar.total, bar.n = total, held
        bar.refresh()

    def _size(self) -> str:
        seconds = max(time.monotonic() - self._started, 1e-3)
        return f"{self._bytes / 1e6:,.1f} MB at {self._bytes / 1e6 / seconds:,.1f} MB/s"
