"""Rates and their intervals: events over person-years, undefined where nobody is known to live.

Every function is pure and aligned. Arrays broadcast, a matrix being months by places; a Series
comes back as a Series with the same index.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammainccinv, gammaincinv

from pipeline.analysis.aligned import (
    Aligned,
    Floats,
    non_negative,
    refuse,
    refuse_other_index,
    shaped_like,
    whole,
)
from pipeline.catalog import methods


def person_years(population: Aligned, days: npt.ArrayLike) -> Aligned:
    """Time at risk: residents times the days they were observed.

    Days rather than months are counted, so that February is not the safest month of the year.

    Parameters
    ----------
    population
        Residents, in persons; NaN where unknown. Shape ``(n,)`` or ``(months, places)``.
    days
        Days observed. Broadcasts with `population`, e.g. ``(months, 1)``.

    Returns
    -------
    person_years
        In person-years of `methods.DAYS_PER_YEAR` days; NaN where the population is unknown.

    Raises
    ------
    ContractError
        If a value is negative or infinite, or two indexes differ.

    Examples
    --------
    >>> person_years(np.array([10_000.0]), 365.25)
    array([10000.])
    """
    refuse_other_index(population, days)
    at_risk = non_negative(population, "population") * non_negative(days, "days")
    return shaped_like(population, at_risk / methods.DAYS_PER_YEAR)


def crude_rate_per_100k(events: Aligned, person_years: npt.ArrayLike) -> Aligned:
    """Events per 100,000 person-years, or undefined.

    The limits of an expected count become the limits of the rate in the same way.

    Parameters
    ----------
    events
        Events or a limit of their expected count; NaN where unknown. Shape ``(n,)`` or
        ``(months, places)``.
    person_years
        Person-years of the same window; NaN where unknown. Broadcasts with `events`.

    Returns
    -------
    rate
        Per 100,000 person-years. NaN where events or person-years are unknown or person-years are
        zero: a place without known residents has no rate, neither 0 nor infinite.

    Raises
    ------
    ContractError
        If a value is negative or infinite, or two indexes differ.

    Examples
    --------
    >>> crude_rate_per_100k(np.array([5, 5]), np.array([20_000.0, 0.0]))
    array([25., nan])
    """
    refuse_other_index(events, person_years)
    numerator = non_negative(events, "events")
    at_risk = non_negative(person_years, "person-years")
    defined = np.where(at_risk > 0, at_risk, np.nan)
    return shaped_like(events, numerator / defined * methods.RATE_BASE_PERSONS)


def exact_poisson_limits(events: Aligned) -> tuple[Aligned, Aligned]:
    """Exact central limits of the expected count, for events that happen independently.

    The lower limit is the mean under which so many events or more have probability 2.5 %, the upper
    limit the mean under which so few or fewer have.

    Parameters
    ----------
    events
        Observed events: whole, non-negative, no NaN. Any shape.

    Returns
    -------
    lower, upper
        Expected events, same shape as `events`; lower is 0 where no event was observed.

    Raises
    ------
    ContractError
        If a count is negative, fractional or missing.

    References
    ----------
    Garwood (1936), *Biometrika* 28(3/4), 437-442.

    Examples
    --------
    >>> lower, upper = exact_poisson_limits(np.array([0, 10]))
    >>> lower.round(3), upper.round(3)
    (array([0.   , 4.795]), array([ 3.689, 18.39 ]))
    """
    return overdispersed_limits(events, 1.0)


def overdispersed_limits(events: Aligned, dispersion: npt.ArrayLike) -> tuple[Aligned, Aligned]:
    r"""Central limits of the expected count, for victims that come in groups.

    With variance :math:`D` times the mean, :math:`x / D` has the mean and the variance of a Poisson
    count, so the exact limits are taken there and scaled back. With :math:`G^{-1}_a(p)` the
    quantile of the gamma distribution of shape :math:`a` and scale 1,

    .. math:: L = D \, G^{-1}_{x/D}(0.025), \qquad U = D \, G^{-1}_{x/D + 1}(0.975)

    :math:`D = 1` is `exact_poisson_limits`. The limits are an approximation for grouped victims:
    simulated coverage is 96-99 % for groups of 3 to 15 and half a group to twenty expected.

    Parameters
    ----------
    events
        Observed victims: whole, non-negative, no NaN. Any shape.
    dispersion
        Variance-to-mean ratio, at least 1, see `dispersion`; NaN where it cannot be told.
        Broadcasts to the shape of `events`.

    Returns
    -------
    lower, upper
        Expected victims, same shape as `events`; NaN where `dispersion` is.

    Raises
    ------
    ContractError
        If a count is negative, fractional or missing, or a dispersion is below 1 or infinite.

    References
    ----------
    Fay and Feuer (1997), *Statistics in Medicine* 16(7), 791-801, for gamma limits at counts that
    are not whole; McCullagh and Nelder (1989), *Generalized Linear Models*, 2nd ed., section 6.2,
    for a variance proportional to the mean.

    Examples
    --------
    >>> lower, upper = overdispersed_limits(np.array([0, 20]), 2.0)
    >>> lower.round(2), upper.round(2)
    (array([0.  , 9.59]), array([ 7.38, 36.78]))
    """
    refuse_other_index(events, dispersion)
    counts = whole(events, "events")
    spread = np.asarray(dispersion, dtype=float)
    refuse((spread < 1) | np.isinf(spread), spread, "dispersion", "below 1 or infinite")
    return _gamma_limits(events, counts, np.broadcast_to(spread, counts.shape) * counts, spread)


def compound_limits(
    events: Aligned, group_squares: npt.ArrayLike, dispersion: npt.ArrayLike
) -> tuple[Aligned, Aligned]:
    r"""Central limits of the expected count, for victims whose group sizes are known.

    A count made of groups of :math:`q` victims that come at random is compound Poisson; its
    variance is estimated by :math:`V = \sum q^2`, as of a weighted sum of Poisson counts whose
    weights are the sizes. With the series' ratio :math:`D` as the size of a group not seen yet,

    .. math:: L = \frac{V}{x} \, G^{-1}_{x^2/V}(0.025), \qquad
        U = \frac{V + D^2}{x + D} \, G^{-1}_{(x + D)^2/(V + D^2)}(0.975)

    :math:`V` is never taken below :math:`D x`: a place that has not seen a mass event is not immune
    to one. So the limits are `overdispersed_limits` but where a place's own groups say that these
    are too narrow, and `exact_poisson_limits` where all groups everywhere are of one.

    Parameters
    ----------
    events
        Observed victims: whole, non-negative, no NaN. Any shape.
    group_squares
        Sum of the squared group sizes behind `events`; NaN where they are unknown, which leaves the
        series' ratio. Broadcasts to the shape of `events`.
    dispersion
        Variance-to-mean ratio of the series, at least 1; NaN where it cannot be told. Broadcasts to
        the shape of `events`.

    Returns
    -------
    lower, upper
        Expected victims, same shape as `events`; NaN where `dispersion` is.

    Raises
    ------
    ContractError
        If a count is negative, fractional or missing, the squares are no sum of squares of that
        many, or a dispersion is below 1 or infinite.

    References
    ----------
    Fay and Feuer (1997), *Statistics in Medicine* 16(7), 791-801, for gamma limits of weighted sums
    of Poisson counts.

    Examples
    --------
    >>> lower, upper = compound_limits(np.array([80, 80]), np.array([80, 5_630]), 2.0)
    >>> lower.round(1), upper.round(1)
    (array([57.2,  3. ]), array([108.9, 280.6]))
    """
    refuse_other_index(events, group_squares)
    refuse_other_index(events, dispersion)
    counts = whole(events, "events")
    squares = np.broadcast_to(non_negative(group_squares, "group squares"), counts.shape)
    refuse((squares < counts) | (squares > counts**2), squares, "group squares", "impossible")
    spread = np.asarray(dispersion, dtype=float)
    refuse((spread < 1) | np.isinf(spread), spread, "dispersion", "below 1 or infinite")
    least = spread * counts
    variance = np.where(np.isnan(squares), least, np.maximum(squares, least))
    return _gamma_limits(events, counts, variance, spread)


def dispersion(
    counts: npt.ArrayLike, *, expected_shares: npt.ArrayLike, groups: npt.ArrayLike
) -> float:
    r"""Variance-to-mean ratio of counts around the mean of their own group.

    A group is one municipality in one year, its cells the months, each expecting its share
    :math:`p` of the group's total :math:`T`. Pearson's chi-square over its degrees of freedom,
    every group weighted by its events:

    .. math:: D = \frac{\sum_g T_g \sum_i (x_i - T_g p_i)^2 / (T_g p_i)}{\sum_g T_g (m_g - 1)}

    The weights matter where events are rare. Given the sizes :math:`s` of the incidents in a group,
    its own ratio expects :math:`\sum s^2 / \sum s`; with one incident a year that is just
    :math:`s`, and the plain mean over groups approaches :math:`E[s]`, too little. Weighting pools
    numerator and denominator and so estimates :math:`E[s^2]/E[s]`, the ratio of a compound Poisson
    count, at any number of incidents. For independent events both expect exactly 1.

    Seasons and bursts of incidents within a year count as dispersion too.

    Parameters
    ----------
    counts
        Events per cell: whole, non-negative, no NaN; leave out cells that are not available.
    expected_shares
        What each cell is expected to hold relative to its group's other cells, positive: the
        month's days. Scaled to sum to one within a group. Broadcasts with `counts`.
    groups
        Label of each cell's group. Broadcasts with `counts`.

    Returns
    -------
    dispersion
        At least 1; NaN if no group has events and more than one cell.

    Raises
    ------
    ContractError
        If a count is negative, fractional or missing, or a share is not positive.

    References
    ----------
    McCullagh and Nelder (1989), *Generalized Linear Models*, 2nd ed., section 4.5.2; Fletcher
    (2012), *Biometrika* 99(1), 230-237, on the plain estimate when data are sparse.

    Examples
    --------
    >>> dispersion(np.array([6, 0, 0]), expected_shares=30.0, groups="Lantern Bay 2021")
    6.0
    """
    shares = np.asarray(expected_shares, dtype=float)
    refuse(~(shares > 0), shares, "expected shares", "not positive")
    cells = np.broadcast_arrays(whole(counts, "counts"), shares, np.asarray(groups))
    count, share, label = (cell.ravel() for cell in cells)
    group, _ = pd.factorize(label)
    share = share / np.bincount(group, share)[group]
    total = np.bincount(group, count)
    squares = (count - total[group] * share) ** 2 / share
    freedom = np.bincount(group) - 1
    informed = float(total @ freedom)
    return max(1.0, float(squares.sum()) / informed) if informed else float("nan")


def rate_table(exposures: pd.DataFrame, spread: "pd.Series[float]") -> pd.DataFrame:
    """Add person-years, the crude rate and its 95 % limits.

    A place whose population is unknown has a count and no rate. A series whose events come in
    groups of unknown size has a rate and no limits: a guessed interval would be none.

    Parameters
    ----------
    exposures
        One row per series, place and period: `series_id`, `events`, `group_squares` (NaN where
        group sizes are unknown), `population` (mean residents, NaN where unknown), `days`
        published, `is_population_carried` and `crosses_edition`, besides any other columns.
    spread
        Variance over mean of every series, by series: 1 for independent events, NaN where unknown.

    Returns
    -------
    rates
        The same rows and columns, with `person_years`, `rate_per_100k`, `rate_lower_per_100k` and
        `rate_upper_per_100k`; NaN where undefined. Flags about the population fall where there is
        none.
    """
    code, ids = pd.factorize(exposures["series_id"])
    ratio = spread.loc[ids].to_numpy()[code]
    at_risk = person_years(exposures["population"], exposures["days"])
    defined = at_risk.notna().to_numpy()
    lower = np.full(len(exposures), np.nan)
    upper = np.full(len(exposures), np.nan)
    events = exposures["events"].to_numpy()
    squares = exposures["group_squares"].to_numpy()
    lower[defined], upper[defined] = compound_limits(
        events[defined], squares[defined], ratio[defined]
    )
    return exposures.assign(
        is_population_carried=exposures["is_population_carried"] & defined,
        crosses_edition=exposures["crosses_edition"] & defined,
        person_years=at_risk,
        rate_per_100k=crude_rate_per_100k(exposures["events"], at_risk),
        rate_lower_per_100k=crude_rate_per_100k(lower, at_risk.to_numpy()),
        rate_upper_per_100k=crude_rate_per_100k(upper, at_risk.to_numpy()),
    )


def _gamma_limits(
    like: Aligned, counts: npt.NDArray[np.int64], variance: Floats, unseen: npt.ArrayLike
) -> tuple[Aligned, Aligned]:
    """Gamma limits, computed once per distinct count, variance and size of the unseen group."""
    cells = [values.ravel() for values in np.broadcast_arrays(counts, variance, unseen)]
    key = np.zeros(counts.size, dtype=np.int64)
    for values in cells:
        code, distinct = pd.factorize(values, use_na_sentinel=False)
        key, _ = pd.factorize(key * len(distinct) + code)
    first = np.flatnonzero(~pd.Series(key).duplicated().to_numpy())
    count, spread, group = (values[first] for values in cells)
    tail = (1 - methods.CONFIDENCE_LEVEL) / 2
    some = np.where(count > 0, count, 1)
    spread_of_some = np.where(count > 0, spread, 1)
    lower = spread_of_some / some * gammaincinv(some**2 / spread_of_some, tail)
    lower = np.where(count == 0, 0.0 * group, lower)
    beside, around = count + group, spread + group**2
    upper = around / beside * gammainccinv(beside**2 / around, tail)
    return (
        shaped_like(like, lower[key].reshape(counts.shape)),
        shaped_like(like, upper[key].reshape(counts.shape)),
    )
