"""What a terminal shows of a file that is arriving, and what a log keeps of it."""

import io
import re
from contextlib import suppress

import pytest

from pipeline.ingest.fetch.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(progress: Progress) -> str:
    """The bar as it would be drawn now."""
    assert progress._bar is not None
    return str(progress._bar)


def test_a_file_shows_its_bytes_rate_and_time_left() -> None:
    progress = Progress(Terminal())
    with progress.of("population people.xlsx"):
        progress.expect(4_000_000, 0)
        progress.advance(1_000_000)
        bar = shown(progress)
    assert bar.startswith("population people.xlsx:  25%")
    assert "1.00M/4.00M" in bar
    assert re.search(r"\[\d\d:\d\d<\d\d:\d\d, .*B/s\]", bar)


def test_a_file_of_unknown_size_shows_no_time_left() -> None:
    progress = Progress(Terminal())
    with progress.of("people.xlsx"):
        progress.expect(None, 0)
        progress.advance(1_000_000)
        bar = shown(progress)
    assert "1.00MB [" in bar
    assert "<" not in bar


def test_what_was_here_before_is_no_speed() -> None:
    progress = Progress(Terminal())
    with progress.of("people.xlsx"):
        progress.expect(4_000_000, 3_000_000)
        assert progress._bar is not None
        assert (progress._bar.n, progress._bar.initial) == (3_000_000, 3_000_000)
        progress.expect(4_000_000, 0)  # the part fits no more: it begins again
        assert (progress._bar.n, progress._bar.initial) == (0, 0)


def test_a_dataset_shows_its_rows_bytes_and_time_left() -> None:
    progress = Progress(Terminal())
    with progress.of("exports m8fd-ahd9.csv", is_in_rows=True):
        progress.rows(0, 200_000)
        progress.expect(5, 0)
        progress.advance(7_000_000)
        progress.rows(50_000, 200_000)
        bar = shown(progress)
    assert "25%" in bar
    assert "50.0k/200k" in bar
    assert re.search(r"\[\d\d:\d\d<\d\d:\d\d, .* rows/s, 7\.0 MB at .* MB/s\]", bar)


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_one_line_is_left_of_each_file(stream: type[io.StringIO]) -> None:
    progress = Progress(stream())
    with progress.of("table.csv", is_in_rows=True):
        progress.advance(2_500_000)
        progress.rows(1_234, 1_234)
    with progress.of("unchanged.xlsx"):
        pass
    with suppress(OSError), progress.of("lost.xlsx"):
        progress.advance(100_000)
        raise OSError
    # a carriage return draws over what stood in the line before
    lines = [line.rpartition("\r")[2] for line in progress.stream.getvalue().split("\n")]
    assert re.match(r"fetched  table.csv: 2\.5 MB at [\d,.]+ MB/s, 1,234 rows in", lines[0])
    assert lines[1].startswith("same     unchanged.xlsx: 0.0 MB")
    assert lines[2].startswith("broken   lost.xlsx: 0.1 MB")
    assert lines[3:] == [""]


def test_a_log_holds_no_bar() -> None:
    progress = Progress(io.StringIO())
    with progress.of("table.csv"):
        progress.expect(10, 0)
        progress.advance(10)
    assert "\r" not in progress.stream.getvalue()
    assert progress.stream.getvalue().count("\n") == 1
