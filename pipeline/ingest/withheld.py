"""Municipalities of whose coverage nothing is told, whatever a list says: the take-down.

One file in the data folder holds their codes. It outlives every refresh, and no list has to be
edited for it (`docs/do-no-harm.md`).
"""

import re
from pathlib import Path
from typing import Final

from pipeline.errors import SourceError

NAME: Final = "withheld.txt"
"""One code a line."""

_CODE: Final = re.compile(r"\d{5}")


def read_withheld(data_dir: Path) -> frozenset[str]:
    """Codes of the municipalities that are withheld; none without the file.

    Raises
    ------
    SourceError
        If a line of the file is no code: a build that passed it over would tell what was to be
        withheld.
    """
    path = data_dir / NAME
    if not path.exists():
        return frozenset()
    codes = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    wrong = [code for code in codes if not _CODE.fullmatch(code)]
    if wrong:
        message = (
            f"{path}: {len(wrong)} lines are no code of five digits, e.g. {wrong[0]!r}. Mend them: "
            "nothing is built while it is not clear what is withheld."
        )
        raise SourceError(message)
    return frozenset(codes)


def withhold(data_dir: Path, code: str) -> None:
    """Add a municipality to those that are withheld.

    Raises
    ------
    SourceError
        If it is no code of five digits.
    """
    if not _CODE.fullmatch(code):
        message = f"{code!r} is no code of a municipality. Give PLACE=<five digits>."
        raise SourceError(message)
    codes = sorted(read_withheld(data_dir) | {code})
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / NAME).write_text("".join(f"{one}\n" for one in codes), "utf-8")
