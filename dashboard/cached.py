"""The warehouse's answers, remembered for as long as its build is shown.

Everything is keyed on the open warehouse, and that on the file behind the published symlink: a new
build is another file, so its answers are asked anew, while pages that are open finish on the old.
A refresh that sets everything aside builds nothing: what it noted is keyed on its own file too.
"""

import logging
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, ParamSpec, TypeVar, cast

import pipeline
from pipeline import SourceError, Standing, Warehouse, published_path, register_path

P = ParamSpec("P")
T = TypeVar("T")

_ROOT: Final = Path(__file__).parents[1]
_ANSWERS: Final = 512
_LOG: Final = logging.getLogger(__name__)


def warehouse() -> Warehouse:
    """The warehouse that is published now.

    Raises
    ------
    ContractError
        If there is none, or it has another layout than this version reads.
    """
    path = published_path(_data_dir())
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


def standings(warehouse: Warehouse) -> Mapping[str, Standing]:
    """What is known of each fetched source, by its id, since the last refresh.

    Nothing, if the notes of the refresh cannot be read: the figures are none the worse for it.
    """
    path = register_path(_data_dir())
    try:
        noted = path.stat()
    except OSError:
        return _standings(warehouse, _data_dir(), None)
    return _standings(warehouse, _data_dir(), (noted.st_ino, noted.st_mtime_ns, noted.st_size))


@lru_cache(maxsize=2)
def _standings(
    _warehouse: Warehouse, data_dir: Path, _version: tuple[int, ...] | None
) -> Mapping[str, Standing]:
    try:
        return {one.source_id: one for one in pipeline.standings(data_dir)}
    except SourceError:
        _LOG.exception("what the last refresh noted cannot be read")
        return {}


def _data_dir() -> Path:
    return _ROOT / os.environ.get("DATA_DIR", "data")


@lru_cache(maxsize=2)
def _opened(path: Path) -> Warehouse:
    return Warehouse.open(path)
