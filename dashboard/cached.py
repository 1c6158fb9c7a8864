"""The warehouse's answers, remembered for as long as its build is shown.

Everything is keyed on the open warehouse, and that on the file behind the published symlink: a new
build is another file, so its answers are asked anew, while pages that are open finish on the old.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from pipeline import Warehouse, published_path

P = ParamSpec("P")
T = TypeVar("T")

_ROOT = Path(__file__).parents[1]


def warehouse() -> Warehouse:
    """The warehouse that is published now.

    Raises
    ------
    ContractError
        If there is none, or it has another layout than this version reads.
    """
    path = published_path(_ROOT / os.environ.get("DATA_DIR", "data"))
    return _opened(path.resolve() if path.exists() else path)


def ask(
    question: Callable[Concatenate[Warehouse, P], T],
    warehouse: Warehouse,
    *arguments: P.args,
    **options: P.kwargs,
) -> T:
    """What a view answers; the same question is asked once per build.

    Parameters
    ----------
    question
        A function of a warehouse and hashable arguments. Its answer is shared: it is read, never
        changed.
    warehouse
        Whom to ask.
    *arguments, **options
        The rest of the question.
    """
    answer: T = _answer(question, warehouse, *arguments, **options)  # type: ignore[arg-type]
    return answer


@lru_cache(maxsize=2)
def _opened(path: Path) -> Warehouse:
    return Warehouse.open(path)


@lru_cache(maxsize=2048)
def _answer(question: Callable[..., Any], *arguments: object, **options: object) -> Any:  # noqa: ANN401
    return question(*arguments, **options)
