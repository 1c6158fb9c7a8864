"""Where a programme was known to work, month by month, as far as its starts are known."""

from pipeline.marts.rows import store_rows
from pipeline.store.warehouse import Draft


def store(draft: Draft) -> None:
    """Fill the mart of coverage by month.

    Parameters
    ----------
    draft
        Warehouse being built; its core tables are complete.
    """
    store_rows(draft, "mart.coverage_monthly", draft.frame("mart/coverage_monthly"))
