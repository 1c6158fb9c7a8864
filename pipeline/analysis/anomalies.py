r"""The newest months of each municipality beside what its own past seasons lead to expect.

A quasi-Poisson model of the five years before, with a level for each season of three months and a
trend where it is supported, is fitted twice, the second time with less weight on months that were
themselves outbreaks. What was recorded is then placed in a negative binomial prediction.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import nbinom, norm
from scipy.stats import t as student

from pipeline.analysis.aligned import Floats, non_negative
from pipeline.analysis.multiplicity import false_discovery_adjusted
from pipeline.catalog import methods
from pipeline.errors import ContractError

_MONTHS_PER_YEAR = 12
_SEASON_MONTHS = 3
_SEASONS = _MONTHS_PER_YEAR // _SEASON_MONTHS
_NEWTON_STEPS = 30
_STEEPEST_PER_YEAR = 3.0
"""Slope at which the search stops: twenty times the events each year, as if all fell in one."""


class Anomaly(StrEnum):
    """What the newest figure is beside its expectation."""

    HIGH = "unusually high"
    LOW = "incomplete or low"
    USUAL = "usual"
    NOT_DETERMINED = "not determined"


class _Reference(NamedTuple):
    """The months that one month is judged by; the judged one is of season 0."""

    counts: Floats  # (references, places)
    at_risk: Floats  # (references, places)
    years: Floats  # (references, 1), before the judged month
    in_season: Floats  # (seasons, references), 1 where the month belongs to the season
    exposure: Floats  # (places,), of the judged month


class _Fit(NamedTuple):
    """A fitted model by place; arrays of shape ``(places,)`` but for two."""

    mean: Floats  # (references, places)
    leverage: Floats  # (references, places)
    slope: Floats  # per year, in logarithms
    slope_variance: Floats
    expected: Floats  # of the month that is judged
    variance: Floats  # of the logarithm of `expected`
    dispersion: Floats


def anomaly_table(
    events: pd.DataFrame,
    exposure: pd.DataFrame,
    is_provisional: "pd.Series[bool]",
    *,
    newest: int = methods.ANOMALY_MONTHS,
    comparable_from: pd.Timestamp | None = None,
) -> pd.DataFrame:
    r"""Judge the newest months of every place against its own seasons.

    With :math:`\mu` the expected events, :math:`\phi \ge 1` the dispersion and :math:`v` the
    variance of :math:`\log \mu`, the prediction is negative binomial with mean :math:`\mu` and
    variance :math:`\phi \mu + v \mu^2`: chance, over-dispersion, and how well the mean is known.
    That the dispersion, too, is estimated from few months is allowed for by reading each tail at
    Student's distribution in place of the normal; and since few events cannot show how they
    scatter, no place's dispersion is taken for less than that of all other places together. A
    season without any event in all reference years expects half an incident (half the others'
    dispersion) over all of them.

    A month is unusually high if its upper tail, held to a false discovery rate over the places of
    that month, is below 5 %, and at least `methods.ANOMALY_EVENTS_MIN` events were recorded. It is
    "incomplete or low" if the same holds of the lower tail and so many were expected: a low newest
    month is first of all one that is not yet reported in full.

    Parameters
    ----------
    events
        One row per consecutive month, the newest last, one column per place; NaN where not
        published. Indexed by first days of months.
    exposure
        Person-years, or days where a series has no rate; positive, NaN where unknown. Same index
        and columns.
    is_provisional
        Whether the month may still grow. Same index; handed through.
    newest
        How many of the newest months are judged.
    comparable_from
        First month that compares with the newest: since the last break in definition. None if all
        do.

    Returns
    -------
    anomalies
        One row per judged month and place: `month`, `municipality_code`, `events`, `expected`,
        `expected_lower` and `expected_upper` (95 % of the prediction), one-sided `p` and
        `adjusted_p` of the tail in which the figure lies, `anomaly` (an `Anomaly`) and
        `is_provisional`. Not determined, with NaN for what is expected, where the figure, the
        exposure or any reference month is unknown or lies before `comparable_from`.

    Raises
    ------
    ContractError
        If months are not consecutive, indexes or columns differ, or a value is negative.

    References
    ----------
    Farrington, Andrews, Beale and Catchpole (1996), *Journal of the Royal Statistical Society A*
    159(3), 547-563; Noufaily, Enki, Farrington, Garthwaite, Andrews and Charlett (2013),
    *Statistics in Medicine* 32(7), 1206-1222. Reference implementation: `farringtonFlexible` of the
    R package surveillance (Salmon, Schumacher and Höhle 2016, *Journal of Statistical Software*
    70(10)).
    """
    _refuse_other_months(events, exposure, is_provisional)
    counts = non_negative(events.to_numpy(float), "events")
    at_risk = non_negative(exposure.to_numpy(float), "exposure")
    at_risk = np.where(at_risk > 0, at_risk, np.nan)
    if comparable_from is not None:
        counts = np.where((events.index < comparable_from)[:, None], np.nan, counts)
    judged = [
        _judged(counts, at_risk, row).assign(
            month=events.index[row],
            municipality_code=events.columns,
            is_provisional=bool(is_provisional.iloc[row]),
        )
        for row in range(max(len(events) - newest, 0), len(events))
    ]
    columns = """
        month municipality_code events expected expected_lower expected_upper p adjusted_p anomaly
        is_provisional
    """
    return pd.concat(judged, ignore_index=True)[columns.split()]


def _judged(counts: Floats, at_risk: Floats, row: int) -> pd.DataFrame:
    """One month of all places."""
    observed, exposure = counts[row], at_risk[row]
    mean, size = np.full((2, observed.size), np.nan)
    oldest = methods.ANOMALY_YEARS * _MONTHS_PER_YEAR + _SEASON_MONTHS // 2
    before = np.arange(oldest, methods.ANOMALY_RECENT_MONTHS, -1)
    if row >= oldest:
        known = ~np.isnan(counts[row - before] + at_risk[row - before]).any(axis=0)
        known &= ~np.isnan(observed + exposure)
        season = (_SEASON_MONTHS // 2 - before) % _MONTHS_PER_YEAR // _SEASON_MONTHS
        reference = _Reference(
            counts[row - before][:, known],
            at_risk[row - before][:, known],
            -before[:, None] / _MONTHS_PER_YEAR,
            (season == np.arange(_SEASONS)[:, None]).astype(float),
            exposure[known],
        )
        mean[known], size[known] = _prediction(reference)
    chance = size / (size + mean)
    freedom = before.size - _SEASONS - 1
    high = student.sf(norm.isf(nbinom.sf(observed - 1, size, chance)), freedom)
    low = student.cdf(norm.ppf(nbinom.cdf(observed, size, chance)), freedom)
    adjusted = false_discovery_adjusted(np.column_stack([high, low]))
    rare = adjusted <= methods.FALSE_DISCOVERY_RATE
    tail = norm.cdf(student.ppf((1 - methods.CONFIDENCE_LEVEL) / 2, freedom))
    anomaly = np.select(
        [
            np.isnan(mean),
            rare[:, 0] & (observed >= methods.ANOMALY_EVENTS_MIN),
            rare[:, 1] & (mean >= methods.ANOMALY_EVENTS_MIN),
        ],
        [Anomaly.NOT_DETERMINED.value, Anomaly.HIGH.value, Anomaly.LOW.value],
        Anomaly.USUAL.value,
    )
    return pd.DataFrame(
        {
            "events": observed,
            "expected": mean,
            "expected_lower": nbinom.ppf(tail, size, chance),
            "expected_upper": nbinom.isf(tail, size, chance),
            "p": np.minimum(high, low),
            "adjusted_p": np.where(high <= low, adjusted[:, 0], adjusted[:, 1]),
            "anomaly": pd.array(anomaly, dtype="str"),
        }
    )


def _prediction(reference: _Reference) -> tuple[Floats, Floats]:
    """Mean and size of the negative binomial prediction of each place."""
    level = _refitted(reference, has_trend=False)
    trend = _refitted(reference, has_trend=True)
    freedom = len(reference.counts) - _SEASONS - 1
    certain = student.ppf((1 + methods.CONFIDENCE_LEVEL) / 2, freedom)
    supported = np.abs(trend.slope) > certain * np.sqrt(trend.slope_variance)
    # A trend is never followed beyond what has been seen.
    supported &= trend.expected <= reference.counts.max(axis=0)
    expected, variance, dispersion = (
        np.where(supported, one, other)
        for one, other in (
            (trend.expected, level.expected),
            (trend.variance, level.variance),
            (trend.dispersion, level.dispersion),
        )
    )
    return expected, 1 / ((dispersion - 1) / expected + variance)


def _refitted(reference: _Reference, *, has_trend: bool) -> _Fit:
    """Fit, weigh down past outbreaks by their Anscombe residuals, fit again."""
    counts = reference.counts
    first = _fitted(reference, np.ones_like(counts), 1.0, has_trend=has_trend)
    # Before outbreaks weigh less: among rare events every group of victims looks like one.
    others = _dispersion_of_others(reference, first.mean)
    residual = 1.5 * (np.cbrt(counts) ** 2 - np.cbrt(first.mean) ** 2) / first.mean ** (1 / 6)
    residual /= np.sqrt(
        np.maximum(first.dispersion, others) * np.clip(1 - first.leverage, 1e-6, None)
    )
    outbreak = residual > methods.ANOMALY_OUTBREAK_RESIDUAL
    weight = np.where(outbreak, 1 / np.where(outbreak, residual, 1.0) ** 2, 1.0)
    weight *= len(counts) / weight.sum(axis=0)
    return _fitted(reference, weight, others, has_trend=has_trend)


def _dispersion_of_others(reference: _Reference, mean: Floats) -> Floats:
    """Variance over mean in the seasons of all other places, at least 1.

    Pearson's ratio of a season with one incident is just the size of that incident, so the plain
    mean over rare events is too small; weighted by events it is right, see `rates.dispersion`. The
    weight ends where a season shows its own scatter, or large cities would speak for villages.
    """
    counts, in_season = reference.counts, reference.in_season
    freedom = in_season.sum(axis=1, keepdims=True) - 1
    ratio = in_season @ ((counts - mean) ** 2 / mean) / freedom
    weight = np.minimum(in_season @ counts, methods.ANOMALY_SCATTER_EVENTS)
    scatter, seen = (weight * ratio).sum(axis=0), weight.sum(axis=0)
    others = seen.sum() - seen
    found = np.divide(scatter.sum() - scatter, others, out=np.ones_like(seen), where=others > 0)
    return np.asarray(np.maximum(found, 1.0))


def _fitted(
    reference: _Reference, weight: Floats, least_dispersion: Floats | float, *, has_trend: bool
) -> _Fit:
    """Weighted quasi-Poisson regression of each place on season and year.

    Given the slope the levels are known, so the slope alone is searched for, by Newton's method.
    Sums over the months of a season have shape ``(seasons, places)``.
    """
    counts, at_risk, years, in_season, exposure = reference
    recorded = in_season @ (weight * counts)
    # Half an incident where there is none, so that a season's level is defined.
    total = np.maximum(recorded, 0.5 * least_dispersion)
    slope = np.zeros(counts.shape[1])
    for _ in range(_NEWTON_STEPS if has_trend else 0):
        relative = weight * at_risk * np.exp(slope * years)
        centre, spread = _moments(in_season, relative, years)
        score = (weight * counts * years).sum(axis=0) - (recorded * centre).sum(axis=0)
        step = np.clip(score / (total * spread).sum(axis=0), -1, 1)
        slope = np.clip(slope + step, -_STEEPEST_PER_YEAR, _STEEPEST_PER_YEAR)
    relative = at_risk * np.exp(slope * years)
    level = total / (in_season @ (weight * relative))
    mean = (in_season.T @ level) * relative
    parameters = _SEASONS + has_trend
    own = (weight * (counts - mean) ** 2 / mean).sum(axis=0) / (len(counts) - parameters)
    # Few events cannot show how they scatter: no place is taken for steadier than others are.
    dispersion = np.maximum(own, least_dispersion)
    information = in_season @ (weight * mean)
    centre, spread = _moments(in_season, weight * mean, years)
    slope_variance = 1 / (information * spread).sum(axis=0)
    # Of the logarithm of a mean: of its season's level, and of the slope over the years from there.
    from_centre = years - in_season.T @ centre
    variance = in_season.T @ (1 / information) + has_trend * from_centre**2 * slope_variance
    now = 1 / information[0] + has_trend * centre[0] ** 2 * slope_variance
    return _Fit(
        mean=mean,
        leverage=weight * mean * variance,
        slope=slope,
        slope_variance=dispersion * slope_variance,
        expected=level[0] * exposure,
        variance=dispersion * now,
        dispersion=dispersion,
    )


def _moments(in_season: Floats, weight: Floats, years: Floats) -> tuple[Floats, Floats]:
    """Weighted mean and variance of the years of each season."""
    total = in_season @ weight
    centre = in_season @ (weight * years) / total
    squares = in_season @ (weight * (years - in_season.T @ centre) ** 2)
    return centre, squares / total


def _refuse_other_months(
    events: pd.DataFrame, exposure: pd.DataFrame, is_provisional: "pd.Series[bool]"
) -> None:
    months = pd.DatetimeIndex(events.index)
    number = months.year * _MONTHS_PER_YEAR + months.month
    gaps = np.flatnonzero(np.diff(number) != 1)
    same = events.index.equals(exposure.index) and events.columns.equals(exposure.columns)
    if gaps.size or not same or not events.index.equals(is_provisional.index):
        after = f", for example after {months[gaps[0]]:%Y-%m}" if gaps.size else ""
        message = (
            f"anomalies: {len(months):,} months with {gaps.size:,} gaps{after}; events, exposure "
            "and provisional flags must cover the same consecutive months and places, with NaN "
            "where nothing was published"
        )
        raise ContractError(message)
