"""Two windows side by side: how a rate changed, and whether that may be said at all."""

import numpy as np
import pandas as pd

from pipeline.analysis.aligned import Floats
from pipeline.analysis.change import Direction, direction, percent_change, rate_ratio
from pipeline.analysis.claims import NOT_COMPARABLE, Refusal, refusals
from pipeline.analysis.multiplicity import false_discovery_adjusted
from pipeline.catalog.methods import CHANGE_LEAST_EXPECTED
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.marts.reuse import store_by_series
from pipeline.store.warehouse import Draft


def store(draft: Draft) -> pd.DataFrame:
    """Fill the mart of changes.

    Parameters
    ----------
    draft
        Warehouse being built, with the mart of whole windows.

    Returns
    -------
    computations
        Rows of ``mart.computation``.
    """
    pairs = draft.frame("mart/change", departments=list(PROGRAMME_DEPARTMENTS), digits=5)
    inputs = ((series_id, (rows,)) for series_id, rows in pairs.groupby("series_id"))
    return store_by_series(draft, ["mart.change"], change_table, inputs)


def change_table(pairs: pd.DataFrame) -> pd.DataFrame:
    """Compare the rates of pairs of windows.

    The places of one series, window and period are one family of tests.

    Parameters
    ----------
    pairs
        One row per `series_id`, `municipality_code`, `time_window` and `period`: `events`,
        `person_years` and `dispersion` of the window and, with `earlier_` before them, of the one
        before; `crosses_edition` and `crosses_definition`.

    Returns
    -------
    changes
        The same rows and columns, with the other columns of ``mart.change``.
    """
    barred = pairs["crosses_edition"] | pairs["crosses_definition"]
    spread = _joint_dispersion(pairs)
    found = rate_ratio(
        pairs["earlier_events"].mask(barred),
        pairs["earlier_person_years"],
        pairs["events"],
        pairs["person_years"],
        dispersion=spread,
    )
    is_tested = found.least_expected >= CHANGE_LEAST_EXPECTED
    words = np.full(len(pairs), None, dtype=object)
    adjusted = np.full(len(pairs), np.nan)
    for at in pairs.groupby(["series_id", "time_window", "period"]).indices.values():
        words[at] = direction(type(found)(*(field[at] for field in found)))
        adjusted[at] = false_discovery_adjusted(np.where(is_tested, found.p, np.nan)[at])
    no_rate = pairs[["earlier_person_years", "person_years"]].isna().any(axis=1).to_numpy()
    refusal = refusals(
        {
            Refusal.TOO_FEW: words == Direction.TOO_FEW,
            Refusal.UNEVEN: np.isnan(spread),
            Refusal.NO_RATE: no_rate,
            Refusal.EDITION: pairs["crosses_edition"],
            Refusal.DEFINITION: pairs["crosses_definition"],
        },
        len(pairs),
    )
    return pairs.assign(
        ratio=np.where(np.isfinite(found.ratio), found.ratio, np.nan),
        ratio_lower=found.lower,
        ratio_upper=np.where(np.isfinite(found.upper), found.upper, np.nan),
        percent=np.where(np.isfinite(found.ratio), percent_change(found), np.nan),
        p=found.p,
        adjusted_p=adjusted,
        word=pd.array(np.where(barred, NOT_COMPARABLE, words), dtype="str"),
        refusal=pd.array(refusal, dtype="str"),
    )


def _joint_dispersion(pairs: pd.DataFrame) -> Floats:
    """Variance over mean of both counts together: each window's own, weighted by its events."""
    events = pairs[["earlier_events", "events"]].to_numpy(dtype=float)
    own = pairs[["earlier_dispersion", "dispersion"]].to_numpy(dtype=float)
    total = events.sum(axis=1)
    joint: Floats = np.divide(
        (events * own).sum(axis=1), total, out=own.max(axis=1), where=total > 0
    )
    return joint
