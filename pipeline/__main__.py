"""``python -m pipeline <command>``: words of the command line to `pipeline.commands`."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
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
        code = options.run(options)
    except NetworkError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    except AtlasError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"Error: {error}. The warehouse in use is whole. See that the disk is not full "
            "and may be written to, and run it again.",
            file=sys.stderr,
        )
        return 1
    return code or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline")
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("DATA_DIR") or commands.REPOSITORY / "data"),
        help="folder that holds raw and processed (default: DATA_DIR, else data)",
    )
    add = parser.add_subparsers(dest="command", required=True).add_parser

    def plain(name: str, run: Callable[[Path], None], told: str) -> None:
        """Add a command that needs no more than the data folder."""
        add(name, help=told).set_defaults(run=lambda options: run(options.data_dir))

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
    refresh.set_defaults(run=_refresh)
    plain("verify-raw", commands.verify_raw, "compare the raw data with their lock")
    bundle = add("bundle", help="put the raw data into one archive")
    bundle.add_argument("target", type=Path)
    bundle.set_defaults(run=lambda options: commands.pack(options.data_dir, options.target))
    prune = add("prune", help="let go of old releases")
    prune.add_argument("keep", type=int, help="how many releases of each part stay")
    prune.add_argument("--confirm", action="store_true", help="remove them, instead of naming them")
    prune.set_defaults(
        run=lambda options: commands.prune(
            options.data_dir, options.keep, is_confirmed=options.confirm
        )
    )
    plain("status", commands.status, "newest cut, age, next release and last error by source")
    history = add("history", help="what each release said of one figure")
    history.add_argument("series", help="id or name of a series")
    history.add_argument("place", help="code or name of a municipality")
    history.add_argument("period", help="2025 or 2025-06")
    history.set_defaults(
        run=lambda options: commands.history(
            options.data_dir, options.series, options.place, options.period
        )
    )
    plain("schedule", commands.schedule, "forms for a monthly refresh by systemd, cron or GitHub")
    plain("build", commands.rebuild, "rebuild from the raw data, if anything changed")
    sql = add("sql", help="DuckDB's shell; the warehouse is read only")
    sql.set_defaults(run=lambda options: commands.shell(options.data_dir))
    plain("snapshot", commands.write_snapshot, "write the bundled snapshot from the warehouse")
    export = add("export", help="write every public figure to a folder or an archive")
    export.add_argument("target", type=Path, help="a folder, or a file that ends in .zip")
    export.add_argument(
        "--series", default="", help="ids of series, with commas between them (default: all)"
    )
    export.set_defaults(
        run=lambda options: commands.export(options.data_dir, options.target, options.series)
    )
    plain("diff", commands.diff, "what the last build changed against the one before")
    docs = add("docs", help="write the data dictionary from the declarations")
    docs.set_defaults(run=lambda _: commands.docs())
    check = add("check-file", help="check a coverage list or a file of programme data")
    check.add_argument("file", type=Path)
    check.set_defaults(run=lambda options: commands.check_file(options.data_dir, options.file))
    taken = add("take-down", help="tell nothing more of a municipality's coverage")
    taken.add_argument("place", help="code of the municipality")
    taken.set_defaults(run=lambda options: commands.take_down(options.data_dir, options.place))
    templates = add("templates", help="write empty files for a holder of programme data")
    templates.add_argument("folder", type=Path)
    templates.set_defaults(run=lambda options: commands.templates(options.folder))
    return parser


def _refresh(options: argparse.Namespace) -> None:
    if options.origin:
        commands.refresh(options.data_dir, options.origin)
    else:
        commands.refresh_live(options.data_dir, options.sources, is_strict=options.strict)


if __name__ == "__main__":
    sys.exit(main())
