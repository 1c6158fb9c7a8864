"""How the rows of a mart enter the warehouse."""

import pandas as pd

from pipeline.catalog.tables import TABLES
from pipeline.store.warehouse import Draft


def store_rows(draft: Draft, table: str, rows: pd.DataFrame) -> None:
    """Store the declared columns of a frame: SQL counts in narrower types than are declared.

    Parameters
    ----------
    draft
        Warehouse being built.
    table
        Name of a declared mart.
    rows
        At least its columns.
    """
    columns = TABLES[table].schema.columns
    types = {name: column.dtype.type for name, column in columns.items()}
    whole = {name: dtype for name, dtype in types.items() if dtype.kind == "i"}
    draft.store(table, rows[list(columns)].astype(whole))


def no_rows(table: str) -> pd.DataFrame:
    """A declared mart of text and numbers without a row, for one that may stay empty.

    Parameters
    ----------
    table
        Name of a declared mart.

    Returns
    -------
    rows
        Its columns in their types.
    """
    columns = TABLES[table].schema.columns
    return pd.DataFrame(
        {name: pd.Series(dtype=column.dtype.type) for name, column in columns.items()}
    )
