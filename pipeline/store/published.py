"""Where the published warehouse lies and what it was built from, known without importing pandas.

An unchanged rebuild asks no more than this.
"""

from pathlib import Path

import duckdb


def published_path(data_dir: Path) -> Path:
    """Path of the published warehouse: a symlink to the newest build beside it.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.

    Returns
    -------
    path
        The symlink, whether or not it exists yet.
    """
    return data_dir / "processed" / "warehouse.duckdb"


def published_fingerprint(data_dir: Path) -> str | None:
    """Fingerprint of the inputs and code behind the published warehouse.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.

    Returns
    -------
    fingerprint
        As it was given to `pipeline.store.warehouse.Draft`; nothing if there is no warehouse or it
        cannot be read, so that a broken one is rebuilt.
    """
    path = published_path(data_dir)
    if not path.exists():
        return None
    try:
        with duckdb.connect(path.resolve(), read_only=True) as connection:
            row = connection.execute("select fingerprint from core.build").fetchone()
    except duckdb.Error:
        return None
    return None if row is None else str(row[0])
