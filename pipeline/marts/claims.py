"""What forbids a claim: dates that cut a series, and publishers that see a rate move both ways."""

from pipeline.analysis.claims import contradicted
from pipeline.marts.rows import store_rows
from pipeline.store.warehouse import Draft


def store(draft: Draft) -> None:
    """Fill the marts that claims are held against.

    Parameters
    ----------
    draft
        Warehouse being built, with changes and trends of municipalities and departments.
    """
    store_rows(draft, "mart.comparison_cut", draft.frame("mart/comparison_cut"))
    pairs = draft.frame("mart/disagreement")
    opposite = contradicted(pairs["word"], pairs["move"], pairs["other_move"])
    store_rows(draft, "mart.disagreement", pairs[opposite])
