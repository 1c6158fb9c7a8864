"""``python -m dashboard.brief <place>``: write a brief, as a PDF if this machine can."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dashboard import cached
from dashboard.brief.document import brief
from dashboard.brief.paper import PACKAGES
from dashboard.language import LANGUAGES, words
from pipeline import AtlasError, place_code

_EXAMPLE: Final = "make brief PLACE=05120 LOCALE=es"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the brief of one place.

    Parameters
    ----------
    arguments
        Words after the program's name; by default those of the command line.

    Returns
    -------
    int
        0; 1 after an error that was reported in one message.
    """
    options = _parser().parse_args(arguments)
    try:
        written = _write(options.place, options.locale, options.out)
    except AtlasError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Error: the brief cannot be written: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {written}")
    return 0


def _write(place: str, locale: str, out: str) -> Path:
    """Write the brief and say where it lies."""
    warehouse = cached.warehouse()
    code = place_code(warehouse, place, _EXAMPLE)
    printed = brief(warehouse, code, words("en" if locale == "en" else "es"))
    path = Path(out or printed.name)
    if not printed.name.endswith(".pdf"):
        path = path.with_suffix(".html")
        print(
            "This machine lacks the libraries that set a PDF, so this is a page to be printed from "
            f"a browser. For a PDF install {PACKAGES} (on Debian with apt-get) and repeat.",
            file=sys.stderr,
        )
    path.write_bytes(printed.content)
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboard.brief", description=__doc__)
    parser.add_argument(
        "place", help="code or name of a municipality or department of the seven departments"
    )
    parser.add_argument("--locale", choices=list(LANGUAGES), default="es", help="language")
    parser.add_argument(
        "--out",
        default=os.environ.get("OUT", ""),
        help="file to write (default: OUT, else brief-<code>-<locale>.pdf)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
