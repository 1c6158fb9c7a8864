"""``python -m pipeline refresh | status | build | snapshot | diff | docs``: the commands."""

import argparse
import gc
import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

from pipeline import bundled
from pipeline.catalog.channels import channels_of
from pipeline.catalog.series import SERIES
from pipeline.errors import AtlasError, NetworkError
from pipeline.fingerprint import is_current
from pipeline.ingest import raw
from pipeline.store.published import published_path

_REPOSITORY: Final = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        Words after the program's name; by default those of the command line.

    Returns
    -------
    int
        0; 1 after an error that was reported in one message; 2 if that was the lack of a network.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "refresh" and options.folder and (options.sources or options.strict):
        parser.error("--sources and --strict are for the network; --from takes the whole folder")
    gc.disable()  # a build makes millions of cells and no cycles: collecting costs a seventh of it
    try:
        if options.command == "refresh" and options.folder:
            _refresh(options.data_dir, options.folder)
        elif options.command == "refresh":
            _refresh_live(options.data_dir, options.sources, is_strict=options.strict)
        elif options.command == "status":
            _status(options.data_dir)
        elif options.command == "build":
            _build(options.data_dir)
        elif options.command == "snapshot":
            _snapshot(options.data_dir)
        elif options.command == "docs":
            _docs()
        else:
            _diff(options.data_dir)
    except NetworkError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    except AtlasError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("DATA_DIR") or _REPOSITORY / "data"),
        help="folder that holds raw and processed (default: DATA_DIR, else data)",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    refresh = commands.add_parser("refresh", help="bring what is new and rebuild")
    refresh.add_argument("--from", dest="folder", type=Path, help="from a folder, not the network")
    refresh.add_argument(
        "--sources",
        default="",
        help="ids of sources or series, with commas between them (default: all that are fetched)",
    )
    refresh.add_argument(
        "--strict", action="store_true", help="stop at anything that fails, instead of going on"
    )
    commands.add_parser("status", help="newest cut, age, next release and last error by source")
    commands.add_parser("build", help="rebuild from the raw data, if anything changed")
    commands.add_parser("snapshot", help="write the bundled snapshot from the warehouse")
    commands.add_parser("diff", help="what the last build changed against the one before")
    commands.add_parser("docs", help="write the data dictionary from the declarations")
    return parser


def _refresh(data_dir: Path, folder: Path) -> None:
    started = perf_counter()
    offered = raw.scan(folder, datetime.now(UTC).date())
    new = raw.unknown(offered.found, raw.read_lock(data_dir / "raw"))
    for path, reason in offered.ignored:
        print(f"ignored  {path}: {reason}")
    print(f"{len(offered.found)} published files, {len(new)} of them new")
    if not new and is_current(data_dir):
        print("Nothing new: the warehouse is current.")
        return
    from pipeline import build  # noqa: PLC0415 - imports pandas, which an unchanged run does without

    adopted = build.refresh(new, data_dir)
    for source, count in sorted(Counter(file.source_id for file in adopted).items()):
        print(f"added    {source}: {count} {'file' if count == 1 else 'files'}")
    _diff(data_dir)
    print(
        f"Published {published_path(data_dir).resolve().name} in {perf_counter() - started:.1f} s"
    )


def _refresh_live(data_dir: Path, sources: str, *, is_strict: bool) -> None:
    from pipeline import live  # noqa: PLC0415 - imports the network libraries

    started = perf_counter()
    names = [name.strip() for name in sources.split(",") if name.strip()]
    feeds = [(one.id, feed.source) for one in SERIES for feed in one.feeds]
    outcome = live.refresh(data_dir, channels_of(names, feeds), is_strict=is_strict)
    for source, count in sorted(Counter(file.source_id for file in outcome.adopted).items()):
        print(f"added    {source}: {count} {'file' if count == 1 else 'files'}")
    for failure in outcome.failures:
        print(f"Warning: {failure.source_id} did not come: {failure.reason}", file=sys.stderr)
    for one in outcome.quarantine:
        print(f"Warning: not used since {one.since}: {one.reason}", file=sys.stderr)
    if not outcome.is_built:
        print("Nothing new: the warehouse is current.")
        return
    _diff(data_dir)
    print(
        f"Published {published_path(data_dir).resolve().name} in {perf_counter() - started:.1f} s"
    )


def _status(data_dir: Path) -> None:
    from pipeline import live  # noqa: PLC0415 - imports the network libraries

    today = datetime.now(UTC).date()
    for one in live.standings(data_dir):
        cut, expected = one.newest_cut, one.next_expected
        print(one.source_id)
        print(f"  newest cut     {f'{cut}, {(today - cut).days} days ago' if cut else 'no file'}")
        late = " (overdue)" if expected and expected < today else ""
        print(f"  next release   {f'{expected}{late}' if expected else 'no rhythm known'}")
        print(f"  last asked     {one.asked_at or 'never'}")
        for reason in one.errors:
            print(f"  last error     {reason}")
        for held in one.quarantine:
            print(f"  set aside      since {held.since}: {held.reason}")


def _build(data_dir: Path) -> None:
    started = perf_counter()
    if is_current(data_dir):
        print("Nothing changed: the warehouse is current.")
        return
    from pipeline import build  # noqa: PLC0415 - imports pandas, which an unchanged run does without

    build.build(data_dir)
    print(
        f"Published {published_path(data_dir).resolve().name} in {perf_counter() - started:.1f} s"
    )


def _snapshot(data_dir: Path) -> None:
    from pipeline import snapshot  # noqa: PLC0415 - imports pandas
    from pipeline.store.warehouse import Warehouse  # noqa: PLC0415 - the same

    size = snapshot.write(Warehouse.open(published_path(data_dir)), bundled.FOLDER)
    print(f"Wrote {bundled.FOLDER.relative_to(_REPOSITORY)}: {size / 1e6:.2f} MB")


def _docs() -> None:
    from pipeline.dictionary import dictionary  # noqa: PLC0415 - imports pandas

    path = _REPOSITORY / "docs" / "data-dictionary.md"
    path.write_text(dictionary(), "utf-8")
    print(f"Wrote {path.relative_to(_REPOSITORY)}")


def _diff(data_dir: Path) -> None:
    from pipeline.diff import last_difference, render  # noqa: PLC0415 - imports pandas

    print(render(last_difference(data_dir)))


if __name__ == "__main__":
    sys.exit(main())
