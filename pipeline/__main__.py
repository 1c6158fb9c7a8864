"""``python -m pipeline <command>``: words of the command line to `pipeline.commands`."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline import commands
from pipeline.errors import AtlasError, NetworkError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        Words after the program's name; by default those of the command line.

    Returns
    -------
    int
        0; 1 after an error that was reported in one message; 2 if no publisher gave anything.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "refresh" and options.origin and (options.sources or options.strict):
        parser.error("--sources and --strict are for the network; --from takes everything")
    gc.disable()  # a build makes millions of cells and no cycles: collecting costs a seventh of it
    try:
        _run(options)
    except NetworkError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    except AtlasError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    match options.command:
        case "refresh" if options.origin:
            commands.refresh(options.data_dir, options.origin)
        case "refresh":
            commands.refresh_live(options.data_dir, options.sources, is_strict=options.strict)
        case "verify-raw":
            commands.verify_raw(options.data_dir)
        case "bundle":
            commands.pack(options.data_dir, options.target)
        case "status":
            commands.status(options.data_dir)
        case "build":
            commands.rebuild(options.data_dir)
        case "snapshot":
            commands.write_snapshot(options.data_dir)
        case "diff":
            commands.diff(options.data_dir)
        case "docs":
            commands.docs()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline")
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("DATA_DIR") or commands.REPOSITORY / "data"),
        help="folder that holds raw and processed (default: DATA_DIR, else data)",
    )
    add = parser.add_subparsers(dest="command", required=True).add_parser
    refresh = add("refresh", help="bring what is new and rebuild")
    refresh.add_argument(
        "--from", dest="origin", type=Path, help="from a folder or a zip archive, not the network"
    )
    refresh.add_argument(
        "--sources",
        default="",
        help="ids of sources or series, with commas between them (default: all that are fetched)",
    )
    refresh.add_argument(
        "--strict", action="store_true", help="stop at anything that fails, instead of going on"
    )
    add("verify-raw", help="compare the raw data with their lock")
    add("bundle", help="put the raw data into one archive").add_argument("target", type=Path)
    add("status", help="newest cut, age, next release and last error by source")
    add("build", help="rebuild from the raw data, if anything changed")
    add("snapshot", help="write the bundled snapshot from the warehouse")
    add("diff", help="what the last build changed against the one before")
    add("docs", help="write the data dictionary from the declarations")
    return parser


if __name__ == "__main__":
    sys.exit(main())
