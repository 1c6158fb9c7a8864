"""Two publishers of the same events: how far apart they count, and whether they move alike."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.aligned import Floats, non_negative
from pipeline.analysis.change import Direction, direction, rate_ratio
from pipeline.errors import ContractError

Words = npt.NDArray[np.object_]


class Agreement(StrEnum):
    """What two publishers say of the change since the year before."""

    SAME = "same"
    ONE_ONLY = "only one sees a change"
    OPPOSITE = "opposite"
    NOT_DETERMINED = "not determined"


def publisher_gaps(
    one: pd.DataFrame,
    other: pd.DataFrame,
    person_years: pd.DataFrame,
    *,
    is_comparable: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Set the yearly counts of two publishers side by side.

    The gap has no interval: both count the same events, so what lies between them is definition,
    delay and error, not chance. Chance does enter a change between years, so each publisher's
    direction is named only where `change.direction` does; a rise seen by one beside "no clear
    change" is no contradiction, a rise beside a fall is.

    Parameters
    ----------
    one, other
        Events by place and year of either publisher; NaN where not published. Indexed by place,
        one column per consecutive year, the newest last.
    person_years
        Of the same places and years, NaN where unknown: residents change between years, too.
    is_comparable
        Whether a year may be set beside the year before: both whole, of one definition and one
        edition of the population. Same places and years; all may if None.

    Returns
    -------
    gaps
        One row per place and year, by place and year: `events` and `other_events`; `gap`, the first
        less the second; `gap_share`, the gap over the mean of both, from -2 to 2 and 0 where
        neither has events; `direction` and `other_direction` since the year before, missing where a
        count is unknown or the years do not compare; `agreement`, not determined where a direction
        is missing or rests on too few events.

    Raises
    ------
    ContractError
        If index or columns differ, years are not consecutive, or a value is negative.

    References
    ----------
    Bland and Altman (1986), *The Lancet* 327(8476), 307-310, for gaps beside the mean of both.
    """
    years = one.columns.to_numpy(int)
    told = one.isna() | True if is_comparable is None else is_comparable
    same = all(
        one.index.equals(frame.index) and one.columns.equals(frame.columns)
        for frame in (other, person_years, told)
    )
    if not same or (np.diff(years) != 1).any():
        message = (
            f"publishers: tables of shape {one.shape}, {other.shape} and {person_years.shape} must "
            "hold the same places and the same consecutive years; reindex them, with NaN where "
            "nothing is published"
        )
        raise ContractError(message)
    counts = non_negative(one.to_numpy(float), "events")
    others = non_negative(other.to_numpy(float), "events of the other publisher")
    at_risk = person_years.to_numpy(float)
    gap, mean = counts - others, (counts + others) / 2
    words = [_directions(events, at_risk, told.to_numpy(bool)) for events in (counts, others)]
    table = {
        "events": counts,
        "other_events": others,
        "gap": gap,
        "gap_share": np.where(mean == 0, 0.0, gap / np.where(mean == 0, 1.0, mean)),
        "direction": words[0],
        "other_direction": words[1],
        "agreement": _agreement(*words),
    }
    key = pd.MultiIndex.from_product([one.index, years], names=[one.index.name, "year"])
    flat = pd.DataFrame({name: values.ravel() for name, values in table.items()}, key)
    return flat.astype(dict.fromkeys(["direction", "other_direction", "agreement"], "str"))


def _directions(events: Floats, at_risk: Floats, told: npt.NDArray[np.bool_]) -> Words:
    """Word for each year since the year before; none for the first."""
    words = np.full(events.shape, None, dtype=object)
    if events.shape[1] > 1:
        before = np.where(told[:, 1:], events[:, :-1], np.nan)
        found = rate_ratio(before, at_risk[:, :-1], events[:, 1:], at_risk[:, 1:])
        words[:, 1:] = direction(found)
    return words


def _agreement(one: Words, other: Words) -> npt.NDArray[np.str_]:
    moves = [Direction.RISE, Direction.FALL]
    told = [*moves, Direction.NO_CLEAR_CHANGE]
    return np.select(
        [
            ~(np.isin(one, told) & np.isin(other, told)),
            one == other,
            np.isin(one, moves) & np.isin(other, moves),
        ],
        [Agreement.NOT_DETERMINED.value, Agreement.SAME.value, Agreement.OPPOSITE.value],
        Agreement.ONE_ONLY.value,
    )
