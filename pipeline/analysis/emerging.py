"""What a place's hot and cold spots of many years add up to: emerging hot spots."""

from enum import StrEnum

import numpy as np
import pandas as pd

from pipeline.analysis.trend import mann_kendall
from pipeline.catalog import methods
from pipeline.errors import ContractError


class Pattern(StrEnum):
    """A place's history, by its newest year and its share of years."""

    NEW_HOT = "new hot spot"
    CONSECUTIVE_HOT = "consecutive hot spot"
    INTENSIFYING_HOT = "intensifying hot spot"
    PERSISTENT_HOT = "persistent hot spot"
    DIMINISHING_HOT = "diminishing hot spot"
    SPORADIC_HOT = "sporadic hot spot"
    OSCILLATING_HOT = "oscillating hot spot"
    HISTORICAL_HOT = "historical hot spot"
    NEW_COLD = "new cold spot"
    CONSECUTIVE_COLD = "consecutive cold spot"
    INTENSIFYING_COLD = "intensifying cold spot"
    PERSISTENT_COLD = "persistent cold spot"
    DIMINISHING_COLD = "diminishing cold spot"
    SPORADIC_COLD = "sporadic cold spot"
    OSCILLATING_COLD = "oscillating cold spot"
    HISTORICAL_COLD = "historical cold spot"
    NONE = "no pattern"
    NOT_DETERMINED = "not determined"


def emerging_hot_spots(star: pd.DataFrame, spot: pd.DataFrame) -> "pd.Series[str]":
    """Name each place's pattern of hot and cold spots over the years.

    Of the years a place was a hot spot, and the Mann-Kendall trend of its Gi* over all years:

    ============ ============================================================================
    new          hot in the newest year and never before
    consecutive  hot in the newest two or more years without a gap and never before them
    intensifying hot in the newest year and in nine years of ten, and rising
    persistent   the same without a trend
    diminishing  the same and falling
    oscillating  hot in the newest year, fewer than nine of ten, and a cold spot in some year
    sporadic     the same and never a cold spot
    historical   not hot in the newest year, but in nine of ten
    ============ ============================================================================

    The first that fits holds; cold spots mirror it, and for them a falling Gi* intensifies. These
    are the published definitions of ArcGIS Pro with two differences: a year is compared with its
    own map alone, where ArcGIS also looks at the year before, and significance is that of
    `clusters.local_association`, where ArcGIS trusts the normal distribution.

    Parameters
    ----------
    star
        Gi* as a standard score. Shape ``(places, years)``, indexed by place, the newest year last;
        NaN where undefined.
    spot
        1 in years as a hot spot, -1 as a cold spot, 0 else. Same index and columns.

    Returns
    -------
    pattern
        A `Pattern` by place; not determined where Gi* is undefined in the newest year or known in
        fewer than `methods.EMERGING_PERIODS_MIN` years.

    Raises
    ------
    ContractError
        If index or columns differ, or the years do not increase.

    References
    ----------
    Esri, *How Emerging Hot Spot Analysis works*, ArcGIS Pro 3.2.
    """
    same = star.index.equals(spot.index) and star.columns.equals(spot.columns)
    if not same or not star.columns.is_monotonic_increasing:
        message = (
            f"emerging hot spots: Gi* of shape {star.shape} and spots of shape {spot.shape} have "
            "different places or years, or years that do not increase; give both for the same "
            "places, the newest year last"
        )
        raise ContractError(message)
    score = star.to_numpy(float).T
    marks = spot.to_numpy().T
    known = ~np.isnan(score)
    trend = mann_kendall(score)
    has_trend = trend.p <= 1 - methods.CONFIDENCE_LEVEL
    pattern = np.full(len(star), Pattern.NONE.value, dtype=object)
    for sign, kind in ((1, "hot spot"), (-1, "cold spot")):
        here = (marks == sign) & known
        opposite = (marks == -sign) & known
        years = here.sum(axis=0)
        mostly = years >= methods.EMERGING_SHARE * known.sum(axis=0)
        # Years without a gap, counted back from the newest; an unknown year is no gap.
        run = (np.logical_and.accumulate((here | ~known)[::-1]) & here[::-1]).sum(axis=0)
        now = here[-1]
        rising = sign * trend.z
        fits = {
            "new": now & (years == 1),
            "consecutive": now & (run == years) & ~mostly,
            "intensifying": now & mostly & has_trend & (rising > 0),
            "persistent": now & mostly & ~has_trend,
            "diminishing": now & mostly & has_trend & (rising < 0),
            "oscillating": now & ~mostly & opposite.any(axis=0),
            "sporadic": now & ~mostly,
            "historical": ~now & mostly,
        }
        for name in reversed(fits):
            pattern[fits[name]] = f"{name} {kind}"
    told = known[-1] & (known.sum(axis=0) >= methods.EMERGING_PERIODS_MIN)
    pattern[~told] = Pattern.NOT_DETERMINED.value
    return pd.Series(pattern, star.index, dtype="str")
