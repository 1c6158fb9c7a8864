"""The warehouse's answers, remembered for as long as its build is shown.

Everything is keyed on the open warehouse, and that on the file behind the published symlink: a new
build is another file, so its answers are asked anew, while pages that are open finish on the old.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final, ParamSpec, TypeVar, cast

from pipeline import Warehouse, published_path

P = ParamSpec("P")
T = TypeVar("T")

_ROOT: Final = Path(__file__).parents[1]
_ANSWERS: Final = 512


def warehouse() -> Warehouse:
    """The warehouse that is published now.

    Raises
    ------
    ContractError
        If there is none, or it has another layout than this version reads.
    """
    path = published_path(_ROOT / os.environ.get("DATA_DIR", "data"))
    return _opened(path.resolve() if path.exists() else path)


def remembered(question: Callable[P, T]) -> Callable[P, T]:
    """Ask the same question once per build.

    Parameters
    ----------
    question
        A function of a warehouse and other hashable arguments. Its answer is shared between
        readers: it is read, never changed.

    Returns
    -------
    question
        The same, from memory where it was asked before.
    """
    return cast("Callable[P, T]", lru_cache(maxsize=_ANSWERS)(question))


@lru_cache(maxsize=2)
def _opened(path: Path) -> Warehouse:
    return Warehouse.open(path)
