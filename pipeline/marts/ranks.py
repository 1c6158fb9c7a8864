"""Ranks of the newest rates, with how far each can be told from the others."""

import pandas as pd

from pipeline.analysis.ranks import rank_table
from pipeline.analysis.smoothing import posterior_draws_per_100k
from pipeline.catalog.methods import RANK_DRAWS, RANK_SEED
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.marts.reuse import store_by_series
from pipeline.store.warehouse import Draft


def store(draft: Draft, spread: "pd.Series[float]") -> pd.DataFrame:
    """Fill the mart of ranks.

    Parameters
    ----------
    draft
        Warehouse being built, with the mart of whole windows.
    spread
        Variance over mean of every series, as from `pipeline.marts.rates.store`.

    Returns
    -------
    computations
        Rows of ``mart.computation``.
    """
    known = spread.dropna().to_dict()
    rates = draft.frame("mart/rank")
    inputs = (
        (series_id, (rows, known[series_id]))
        for series_id, rows in rates.groupby("series_id")
        if series_id in known
    )
    return store_by_series(draft, ["mart.rank"], ranked_tables, inputs)


def ranked_tables(rates: pd.DataFrame, ratio: float) -> pd.DataFrame:
    """Rank the places on every map of one series.

    Parameters
    ----------
    rates, ratio
        As for `ranked_table`, of all windows.

    Returns
    -------
    ranks
        Rows of ``mart.rank``.
    """
    return pd.concat([ranked_table(one, ratio) for _, one in rates.groupby("time_window")])


def ranked_table(rates: pd.DataFrame, ratio: float) -> pd.DataFrame:
    """Rank the places of the programme's departments by draws of their rates.

    The rates are drawn for the whole country, which says what is usual, and ranked among the places
    of the map.

    Parameters
    ----------
    rates
        One map: `series_id`, `municipality_code`, `time_window`, `period`, `events` and
        `person_years` of every municipality of the country with a rate.
    ratio
        Variance over mean of the series.

    Returns
    -------
    ranks
        Rows of ``mart.rank``; none where the map says nothing of how its places differ.
    """
    draws = posterior_draws_per_100k(
        rates["events"].to_numpy(),
        rates["person_years"].to_numpy(),
        dispersion=ratio,
        draws=RANK_DRAWS,
        seed=RANK_SEED,
    )
    is_mapped = rates["municipality_code"].str[:2].isin(list(PROGRAMME_DEPARTMENTS)).to_numpy()
    mapped = rates[is_mapped]
    ranks = rank_table(draws[:, is_mapped], pd.Index(mapped["municipality_code"]))
    known = ranks.dropna().rename(columns={"rate_lower": "rate_lower_per_100k"})
    table = mapped[["series_id", "municipality_code", "time_window", "period"]]
    whole = dict.fromkeys(("ranked", "alike", "position"), "int64")
    ranked = table.merge(known.astype(whole), left_on="municipality_code", right_index=True)
    return ranked.assign(seed=RANK_SEED)
