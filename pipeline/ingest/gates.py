"""Whether a release that came from a live publisher can be believed beside the one before it.

Row counts say nothing: releases of the same events had 27,544, 10,083 and 9,919 rows. Sums do.
"""

from typing import Final

import numpy as np

from pipeline.catalog.series import Role
from pipeline.ingest.events import Reading
from pipeline.reasons import Reason, ReasonKind

SMALLEST_MOVE_EVENTS: Final = 20
"""A sum may always move by this many: a share of a small number is smaller than a revision."""

_CONTROL: Final = Role.CONTROL.name.lower()


def objection(new: Reading, before: Reading, tolerance_share: float) -> Reason | None:
    """Why a release should be looked at by somebody before it is shown; None if nothing is odd.

    Parameters
    ----------
    new
        The release that came.
    before
        The last good release of the same part of the same dataset.
    tolerance_share
        How far the sum over the months that both publish may move, from 0 to 1.

    Returns
    -------
    Reason or None
        What is odd, with figures.
    """
    if new.months[-1] < before.months[-1]:
        text = (
            f"it ends in {new.months[-1]}, earlier than the release before, which ends in "
            f"{before.months[-1]}"
        )
        return Reason(ReasonKind.ENDS_EARLIER, text)
    shared = np.intersect1d(new.months, before.months)
    if not shared.size:
        text = (
            f"it has no month in common with the release before, which ends in {before.months[-1]}"
        )
        return Reason(ReasonKind.NOT_COMPARABLE, text)
    for series_id in before.cells["series_id"].unique():
        was, now = (_sum(reading, series_id, shared) for reading in (before, new))
        allowed = max(tolerance_share * was, SMALLEST_MOVE_EVENTS)
        if abs(now - was) > allowed:
            text = (
                f"{series_id} sums to {now:,.0f} over {shared[0]} to {shared[-1]}, where the "
                f"release before has {was:,.0f}: more than {tolerance_share:.0%} apart"
            )
            return Reason(ReasonKind.SUM_MOVED, text)
    return None


def _sum(reading: Reading, series_id: str, months: np.ndarray) -> float:
    cells = reading.cells
    is_own = cells["series_id"].eq(series_id) & cells["role"].ne(_CONTROL)
    is_shared = np.isin(cells["month"].to_numpy().astype("datetime64[M]"), months)
    return float(cells.loc[is_own & is_shared, "events"].sum())
