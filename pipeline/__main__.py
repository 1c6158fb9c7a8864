"""``python -m pipeline refresh | build | snapshot | diff | docs``: what an analyst runs."""

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
from pipeline.errors import AtlasError
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
        0, or 1 after an error that was reported in one message.
    """
    options = _parser().parse_args(arguments)
    gc.disable()  # a build makes millions of cells and no cycles: collecting costs a seventh of it
    try:
        if options.command == "refresh":
            _refresh(options.data_dir, options.folder)
        elif options.command == "build":
            _build(options.data_dir)
        elif options.command == "snapshot":
            _snapshot(options.data_dir)
        elif options.command == "docs":
            _docs()
        else:
            _diff(options.data_dir)
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
    refresh = commands.add_parser("refresh", help="add published files and rebuild")
    refresh.add_argument("--from", dest="folder", type=Path, required=True, help="their folder")
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
