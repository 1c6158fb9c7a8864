"""Statistics series by series, computed only where what they rest on is not as it was.

Beside each mart stands what its rows were computed from, as a digest of figures, neighbours,
constants and code, and a checksum of the rows. Where both still hold in the warehouse in use, a
build copies the rows: a release of one source costs the statistics of its own series. A warehouse
that cannot be read, has another layout or was edited only means that more is computed.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pandas as pd
from libpysal.graph import Graph

from pipeline import analysis
from pipeline.catalog import methods
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.catalog.tables import TABLES
from pipeline.errors import ContractError
from pipeline.fingerprint import code_digest
from pipeline.marts.rows import no_rows, store_rows
from pipeline.store.warehouse import Draft

_CODE: Final = (*map(Path, analysis.__path__), Path(__file__).parent)
_LIBRARIES: Final = ("libpysal", "numpy", "pandas", "scipy")
"""Those whose next release may compute other figures."""

_COLUMNS: Final = list(TABLES["mart.computation"].schema.columns)
_NO_ROWS: Final = "0"

Tables = tuple[pd.DataFrame, ...]


def store_by_series(
    draft: Draft,
    names: Sequence[str],
    compute: Callable[..., pd.DataFrame | Tables],
    inputs: Iterable[tuple[object, tuple[object, ...]]],
    *,
    threads: int = 1,
) -> pd.DataFrame:
    """Fill the marts of one step: copy what is as it was, compute the rest.

    Parameters
    ----------
    draft
        Warehouse being built.
    names
        The marts that the step fills, with a column `series_id`.
    compute
        Rows of these marts for one series; one frame per mart, in the order of `names`. Nothing
        but its arguments and the code of the statistics may decide what it hands back.
    inputs
        Each series once, and the arguments: frames in a fixed order of rows, neighbours, or values
        whose `repr` tells them apart.
    threads
        How many series are computed at once.

    Returns
    -------
    computations
        Rows of ``mart.computation``.
    """
    known, earlier = _reusable(draft, names)
    rules = _rules()
    digests: dict[str, str] = {}

    def rows(series_id: str, arguments: tuple[object, ...]) -> Tables:
        digests[series_id] = _digest(rules, arguments)
        if known.get(series_id) == {digests[series_id]}:
            return tuple(one[one["series_id"] == series_id] for one in earlier)
        found = computed(compute, arguments)
        return found if isinstance(found, tuple) else (found,)

    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting = [pool.submit(rows, str(one), arguments) for one, arguments in inputs]
        by_series = [one.result() for one in waiting]
    computations = []
    for place, name in enumerate(names):
        filled = [one[place] for one in by_series if len(one[place])]
        store_rows(draft, name, pd.concat(filled or [no_rows(name)], ignore_index=True))
        sums = draft.checksums(name)
        computations += [
            (name, one, digest, sums.get(one, _NO_ROWS)) for one, digest in digests.items()
        ]
    return pd.DataFrame(computations, columns=_COLUMNS).astype("str")


def computed(
    compute: Callable[..., pd.DataFrame | Tables], arguments: tuple[object, ...]
) -> pd.DataFrame | Tables:
    """What a step finds: the one place where a statistic is computed and not copied.

    Parameters
    ----------
    compute
        Rows of the marts for one series.
    arguments
        Of the step, for this series.

    Returns
    -------
    rows
        As the step hands them back.
    """
    return compute(*arguments)


def _reusable(draft: Draft, names: Sequence[str]) -> tuple[dict[str, set[str | None]], Tables]:
    """Digests behind the rows of each series in the warehouse in use, and these marts.

    No digest is told of rows that are not as they were stored.
    """
    earlier = draft.in_use
    if earlier is None:
        return {}, ()
    try:
        told = earlier.table("mart.computation")
        sums = {name: earlier.checksums(name) for name in names}
        tables = tuple(earlier.table(name) for name in names)
    except ContractError:
        return {}, ()
    held = {
        (name, one): digest
        for name, one, digest, checksum in told.itertuples(index=False)
        if name in sums and checksum == sums[name].get(one, _NO_ROWS)
    }
    return {one: {held.get((name, one)) for name in names} for _, one in held}, tables


def _rules() -> bytes:
    """Digest of what decides beside the figures: constants, places of the map, code, libraries."""
    constants = {name: value for name, value in vars(methods).items() if name.isupper()}
    versions = [version(name) for name in _LIBRARIES]
    facts = repr((sorted(constants.items()), PROGRAMME_DEPARTMENTS, versions)).encode()
    return hashlib.sha256(facts + b"".join(map(code_digest, _CODE))).digest()


def _digest(rules: bytes, arguments: Iterable[object]) -> str:
    digest = hashlib.sha256(rules)
    for one in arguments:
        digest.update(_bytes(one))
    return digest.hexdigest()


def _bytes(argument: object) -> bytes:
    """What tells an argument from others; of figures their bits, in the order of their rows."""
    if isinstance(argument, Graph):
        return _bytes(argument.adjacency.reset_index())
    if isinstance(argument, pd.DataFrame):
        rows = pd.util.hash_pandas_object(argument, index=False).to_numpy()
        return repr(argument.dtypes.to_dict()).encode() + rows.tobytes()
    return repr(argument).encode()
