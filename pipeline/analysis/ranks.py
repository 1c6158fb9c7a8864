"""Ranks that say how far they can be trusted: from posterior draws, with an interval."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from pipeline.analysis.aligned import refuse
from pipeline.catalog import methods
from pipeline.errors import ContractError


def rank_table(draws: npt.ArrayLike, places: pd.Index) -> pd.DataFrame:
    r"""Rank of every place, its interval, and how many others it cannot be told apart from.

    Places are ranked within each draw, the highest rate first; equal rates share the mean of their
    ranks. Two places cannot be told apart if the probability that one exceeds the other lies
    between :math:`\alpha / 2` and :math:`1 - \alpha / 2`, with :math:`\alpha = 0.05`; draws in
    which both are equal count half.

    Time grows with the square of the places: a thousand draws of 1,122 places take a second.

    Parameters
    ----------
    draws
        Posterior draws of the rates, one row per draw. Shape ``(draws, n)``; a place whose rate
        is undefined is NaN throughout.
    places
        Label of each column. Length ``n``, unique.

    Returns
    -------
    ranks
        Indexed by `places`, in the order of the columns:

        `rank_mean`, `rank_median`, `rank_lower`, `rank_upper`
            Rank from 1, the highest, to the number of ranked places, and its central 95 % limits.
        `ranked`
            Places that were ranked.
        `alike`
            Others that the place cannot be told apart from, from 0 to ``ranked - 1``.
        `rate_lower`
            Lower 95 % limit of the rate.
        `position`
            Place in a list that starts with the highest `rate_lower`, from 1; equal limits go by
            label. Few events put a place low in it, however high its rate.

        NaN throughout, but for `ranked`, where the rate is undefined.

    Raises
    ------
    ContractError
        If the shape does not fit the places, a label occurs twice, there is no draw, a draw is
        infinite, or a place is NaN in some draws only.

    References
    ----------
    Goldstein and Spiegelhalter (1996), *Journal of the Royal Statistical Society A* 159(3),
    385-443, for intervals of ranks; Klein, Wright and Wieczorek (2020), *Journal of the Royal
    Statistical Society A* 183(2), 611-634, for ranks by the places told apart.

    Examples
    --------
    >>> rates = [[9.0, 1.0, 2.0], [8.0, 3.0, 2.0]]
    >>> table = rank_table(rates, pd.Index(["Brass Hill", "Lantern Bay", "Tin Reach"]))
    >>> table["rank_mean"].tolist(), table["alike"].tolist()
    ([1.0, 2.5, 2.5], [0.0, 1.0, 1.0])
    """
    rates = np.asarray(draws, dtype=float)
    if rates.ndim != 2 or rates.shape[1] != len(places) or not len(rates):  # noqa: PLR2004
        message = (
            f"ranks: draws of shape {rates.shape} for {len(places):,} places; "
            "give at least one row of draws with a column for each place"
        )
        raise ContractError(message)
    if places.has_duplicates:
        message = (
            f"ranks: {places.duplicated().sum():,} places occur twice, for example "
            f"{places[places.duplicated()][0]!r}; give each place once"
        )
        raise ContractError(message)
    missing = np.isnan(rates)
    refuse(
        np.isinf(rates) | (missing & ~missing.all(axis=0)),
        rates,
        "posterior draws",
        "infinite, or missing in some draws of a place only",
    )
    defined = ~missing.all(axis=0)
    table = pd.DataFrame(np.nan, places, ["rank_mean", "rank_median", "rank_lower", "rank_upper"])
    table["ranked"] = np.count_nonzero(defined)
    table["alike"] = table["rate_lower"] = table["position"] = np.nan
    if not defined.any():
        return table
    known = rates[:, defined]
    rank = rankdata(-known, axis=1)
    tail = (1 - methods.CONFIDENCE_LEVEL) / 2
    table.loc[defined, "rank_mean"] = rank.mean(axis=0)
    table.loc[defined, "rank_median"] = np.median(rank, axis=0)
    # Limits are ranks that were drawn: nobody stands between two of them.
    table.loc[defined, "rank_lower"] = np.quantile(rank, tail, axis=0, method="lower")
    table.loc[defined, "rank_upper"] = np.quantile(rank, 1 - tail, axis=0, method="higher")
    table.loc[defined, "alike"] = _alike(rank, tail)
    table.loc[defined, "rate_lower"] = np.quantile(known, tail, axis=0)
    order = table[defined].sort_index().sort_values("rate_lower", ascending=False, kind="stable")
    table.loc[order.index, "position"] = np.arange(1.0, len(order) + 1)
    return table


def _alike(rank: npt.NDArray[np.float64], tail: float) -> npt.NDArray[np.intp]:
    """Others whose probability of a higher rate lies within the tails; ranks compare like rates."""
    # Twice a shared rank is whole. Whole and narrow numbers compare fastest.
    by_place = np.ascontiguousarray((2 * rank.T).astype(np.int32))
    count, draws = by_place.shape
    apart = np.zeros((count, count), dtype=bool)
    for place, own in enumerate(by_place):
        others = by_place[place + 1 :]
        # A draw counts 1 if the other is higher, that is, ranks before, and half if equal.
        higher = (_true_in_row(others < own) + _true_in_row(others <= own)) / (2 * draws)
        apart[place, place + 1 :] = (higher < tail) | (higher > 1 - tail)
    return np.asarray(count - 1 - apart.sum(axis=0) - apart.sum(axis=1))


def _true_in_row(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Count by packed bits, ten times as fast as a sum of booleans."""
    return np.asarray(np.bitwise_count(np.packbits(flags, axis=1)).sum(axis=1, dtype=np.intp))
