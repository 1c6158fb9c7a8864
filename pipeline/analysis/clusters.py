r"""Where high and low places lie together: Moran's I and Getis and Ord's Gi* of many maps at once.

A map is one column: the Assunção-Reis standardised rates of one series and period. Smoothed rates
have no place here: shrinking towards a common mean makes neighbours alike that are not.

**Neighbours.** Two municipalities that share a border or a corner (queen contiguity).

**Significance.** Conditional permutation: a place keeps its value while its :math:`k` neighbours
are drawn at random from all other places. Both statistics grow with the sum of the neighbours'
values, so both rank their place alike and have the same p-value. It is two-sided, twice the smaller
tail.

**What makes hundreds of maps cheap.** Permutations are drawn once, for all maps and places: rows of
places in random order, of which the first :math:`k` are a random subset of size :math:`k`. For
place :math:`i` the rows that drew :math:`i` itself are left out; the others are random subsets of
the *other* places, which is the conditional permutation exactly. The sums over the first
:math:`k` grow column by column, so one pass serves all numbers of neighbours. Time is linear in
maps, memory does not grow with them.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from libpysal.graph import Graph
from scipy import sparse

from pipeline.analysis.multiplicity import false_discovery_adjusted
from pipeline.catalog import methods
from pipeline.errors import ContractError

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

_TIE: float = 1e-9
"""Standard deviations within which two sums are equal: the order of adding must not decide."""

_DRAWS_KEPT = 8
"""Sets of random subsets kept: the maps of one series lack the same places as those of the next.

Some 20 MB each with 99,999 draws of 1,122 places.
"""

_COLUMNS_AT_ONCE = 50
"""Shuffled maps multiplied at a time for global Moran: more no longer fit the processor's cache."""

_SORTED_FROM = 40
"""Places from which sorting the sums once is faster than counting them for each."""


class Cluster(StrEnum):
    """What a place and its neighbours are together."""

    HIGH_HIGH = "high-high"
    LOW_LOW = "low-low"
    HIGH_LOW = "high-low"
    LOW_HIGH = "low-high"
    NOT_SIGNIFICANT = "not significant"
    NO_NEIGHBOURS = "no neighbours"
    UNDEFINED = "undefined"


class LocalAssociation(NamedTuple):
    """Local statistics of every place in every map; frames of shape ``(n, maps)``.

    Attributes
    ----------
    moran
        Local Moran's I with row-standardised weights: positive beside likes.
    star
        Gi* as a standard score: positive where the place and its neighbours are high together.
    p
        Two-sided p-value of conditional permutation, of both statistics.
    adjusted_p
        `p` held to a false discovery rate per map.
    cluster
        A `Cluster` by local Moran.
    spot
        1 for a hot spot, -1 for a cold spot by Gi*, 0 for neither.
    """

    moran: pd.DataFrame
    star: pd.DataFrame
    p: pd.DataFrame
    adjusted_p: pd.DataFrame
    cluster: pd.DataFrame
    spot: pd.DataFrame


class _Draws(NamedTuple):
    """Random subsets of places, shared by all maps.

    Row ``r`` holds distinct places; its first ``k`` are a random subset. `drew` lists, for each
    place, the rows whose subset of the place's own size holds it.
    """

    places: npt.NDArray[np.int32]
    drew: list[Rows]


def queen_neighbours(boundaries: gpd.GeoDataFrame) -> Graph:
    """Municipalities that share a border or a corner.

    Shapes must form a coverage, as `boundaries.repaired` leaves them: neighbours are found by the
    vertices they share. Give the finest boundaries that are stored.

    Parameters
    ----------
    boundaries
        One row per municipality, with `municipality_code` and a polygonal `geometry`.

    Returns
    -------
    neighbours
        Binary and symmetric, by code. A place without neighbours stays in it as an isolate.

    Raises
    ------
    ContractError
        If a code occurs twice, or a geometry is missing or empty.
    """
    shapes = boundaries.set_index("municipality_code").geometry
    wrong = shapes.isna() | shapes.is_empty | shapes.index.duplicated()
    if wrong.any():
        message = (
            f"neighbours: {wrong.sum():,} of {len(shapes):,} municipalities have no boundary or "
            f"occur twice, for example {shapes.index[wrong][0]}; give each once, with its boundary"
        )
        raise ContractError(message)
    return Graph.build_contiguity(shapes.sort_index(), rook=False)


def standardised_rates(events: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    r"""Assunção-Reis standardised rates: how far each rate lies from the mean of its map.

    A rate from few residents varies more by chance alone. With events :math:`e_i`, residents
    :math:`x_i`, rates :math:`y_i = e_i / x_i` and the pooled rate :math:`b = \sum e / \sum x`

    .. math::
        z_i = \frac{y_i - b}{\sqrt{v_i}}, \quad v_i = a + \frac{b}{x_i}, \quad
        a = \frac{\sum x_i (y_i - b)^2}{\sum x} - \frac{b}{\sum x / n}

    and :math:`v_i = b / x_i` where :math:`a + b / x_i` is not positive.

    Parameters
    ----------
    events
        Non-negative; NaN where not published. Shape ``(n, maps)``, indexed by place.
    population
        Residents or person-years, non-negative; NaN where unknown. Same index and columns.

    Returns
    -------
    standardised
        Mean near 0, variance near 1. Same index and columns. NaN where events or population are
        unknown or nobody lives there: such a place is left out of the sums of its map. 0 for all
        in a map without events.

    Raises
    ------
    ContractError
        If index or columns differ, or a value is negative or infinite.

    References
    ----------
    Assunção and Reis (1999), *Statistics in Medicine* 18(16), 2147-2162. The fallback of the
    variance is that of `spdep::EBImoran.mc` and `esda.smoothing.assuncao_rate`.
    """
    if not (events.index.equals(population.index) and events.columns.equals(population.columns)):
        message = (
            f"standardised rates: events of shape {events.shape} and population of shape "
            f"{population.shape} differ in index or columns; reindex one to the other first"
        )
        raise ContractError(message)
    counts, residents = events.to_numpy(float), population.to_numpy(float)
    wrong = (counts < 0) | np.isinf(counts) | (residents < 0) | np.isinf(residents)
    if wrong.any():
        at = np.unravel_index(np.flatnonzero(wrong)[0], wrong.shape)
        message = (
            f"standardised rates: {np.count_nonzero(wrong):,} of {wrong.size:,} cells hold "
            f"negative or infinite events or population, for example {counts[at]} events of "
            f"{residents[at]} residents at {events.index[at[0]]!r}; mend these cells first"
        )
        raise ContractError(message)
    known = ~np.isnan(counts) & (residents > 0)
    at_risk = np.where(known, residents, np.nan)
    rate = counts / at_risk
    total = np.nansum(at_risk, axis=0)
    with np.errstate(invalid="ignore"):  # a map without a known place has no mean
        pooled = np.nansum(np.where(known, counts, 0.0), axis=0) / total
        spread = np.nansum(at_risk * (rate - pooled) ** 2, axis=0) / total
        between = spread - pooled / (total / known.sum(axis=0))
    chance = pooled / at_risk
    variance = np.where(between + chance > 0, between + chance, chance)
    deviation = rate - pooled
    with np.errstate(invalid="ignore"):  # no events at all: no deviation over no variance
        standardised = np.where(deviation == 0, 0.0, deviation / np.sqrt(variance))
    return pd.DataFrame(standardised, events.index, events.columns)


def sparse_maps(events: pd.DataFrame, population: pd.DataFrame) -> "pd.Series[bool]":
    """Maps of so few events that no place can be told to be low.

    Where most places expect less than one event, none is the usual figure: only where many live
    does it lower a standardised rate. Draws from the whole map then make places in populous
    surroundings look low that are not; high ones stay right.

    Parameters
    ----------
    events, population
        As for `standardised_rates`.

    Returns
    -------
    is_sparse
        By map: whether the median place expects fewer than `methods.CLUSTER_LEAST_EXPECTED` events
        at the pooled rate of its map.
    """
    known = events.notna() & (population > 0)
    residents = population.where(known)
    pooled = events.where(known).sum() / residents.sum().replace(0, np.nan)
    return ~(residents.median() * pooled >= methods.CLUSTER_LEAST_EXPECTED)


def global_moran(
    values: pd.DataFrame,
    neighbours: Graph,
    *,
    permutations: int = methods.PERMUTATIONS,
    seed: int = methods.PERMUTATION_SEED,
) -> pd.DataFrame:
    r"""Moran's I of each map: whether neighbours are alike anywhere on it.

    With :math:`z` the values' deviations from their mean and :math:`W` row-standardised,

    .. math:: I = \frac{n}{\sum W} \frac{z' W z}{z' z}

    Parameters
    ----------
    values
        Standardised rates, NaN where undefined. Shape ``(n, maps)``, indexed by place.
    neighbours
        Of the same places, as from `queen_neighbours`.
    permutations
        Whole maps shuffled at random.
    seed
        Of the random numbers; the same seed gives the same p-values.

    Returns
    -------
    moran
        One row per map: `statistic`, `expected` without clustering, two-sided `p`, and the number
        of `places` with a value. A map whose values are all equal has statistic 0 and p 1; one
        in which no two neighbours have values has NaN.

    Raises
    ------
    ContractError
        If the places differ from those of `neighbours`, or a value is infinite.

    References
    ----------
    Moran (1950), *Biometrika* 37(1/2), 17-23; Cliff and Ord (1981), *Spatial Processes*.
    """
    found = pd.DataFrame(
        {"statistic": np.nan, "expected": np.nan, "p": np.nan, "places": 0}, index=values.columns
    )
    for maps, places, standard, adjacency in _same_places(values, neighbours):
        found.iloc[maps, 3] = len(places)
        weights = _row_standardised(adjacency)
        linked = weights.sum()
        if not linked:
            continue
        statistic = ((weights @ standard) * standard).sum(axis=0) / linked
        # Each pair of neighbours once, as the sum over all places meets it twice.
        pairs = sparse.csr_array(sparse.triu(weights + weights.T))
        above, below = (np.ones(len(maps), dtype=int) for _ in range(2))
        random = np.random.default_rng(seed)
        at_once = max(1, _COLUMNS_AT_ONCE // len(maps))
        for start in range(0, permutations, at_once):
            some = min(at_once, permutations - start)
            order = random.permuted(np.tile(np.arange(len(places)), (some, 1)), axis=1).T
            shuffled = standard[order].reshape(len(places), -1)
            null = np.einsum("ij,ij->j", pairs @ shuffled, shuffled).reshape(some, -1) / linked
            above += np.count_nonzero(null >= statistic - _TIE, axis=0)
            below += np.count_nonzero(null <= statistic + _TIE, axis=0)
        found.iloc[maps, 0] = statistic
        found.iloc[maps, 1] = -1 / (len(places) - 1)
        found.iloc[maps, 2] = np.minimum(1.0, 2 * np.minimum(above, below) / (permutations + 1))
    return found


def local_association(  # noqa: PLR0913 - four of them only by name
    values: pd.DataFrame,
    neighbours: Graph,
    *,
    is_sparse: "pd.Series[bool] | None" = None,
    permutations: int = methods.PERMUTATIONS,
    permutations_at_floor: int = methods.PERMUTATIONS_AT_FLOOR,
    seed: int = methods.PERMUTATION_SEED,
) -> LocalAssociation:
    r"""Local Moran's I and Gi* of every place in every map, tested by conditional permutation.

    With :math:`z` the standard scores of the :math:`n` values of a map, :math:`k_i` the number and
    :math:`s_i` the sum of place :math:`i`'s neighbours

    .. math::
        I_i = \frac{n - 1}{n} z_i \frac{s_i}{k_i}, \qquad
        G_i^* = \frac{z_i + s_i}{\sqrt{(k_i + 1)(n - k_i - 1) / (n - 1)}}

    A place whose p-value is the smallest that `permutations` allow is tested again with
    `permutations_at_floor`: a thousand places need p-values below 0.05 / 1,000.

    A place without a value counts as no one's neighbour, and as none of the places of its map.

    Parameters
    ----------
    values
        Standardised rates, NaN where undefined. Shape ``(n, maps)``, indexed by place.
    neighbours
        Of the same places, as from `queen_neighbours`.
    is_sparse
        Maps of which no place is named low, as from `sparse_maps`; their lower tails have p 1.
    permutations, permutations_at_floor
        Fewest draws that each p-value rests on, at first and where it sits at its floor.
    seed
        Of the random numbers. With the same seed, p-values depend neither on the order of places
        nor on the other maps.

    Returns
    -------
    association
        Frames with the index and columns of `values`. Statistics and p-values are NaN for places
        without a value or without neighbours; in a map whose values are all equal statistics are 0
        and p-values 1. `cluster` and `spot` hold where `adjusted_p` is at most
        `methods.FALSE_DISCOVERY_RATE`. A hot spot has high neighbours and a positive Gi*.

    Raises
    ------
    ContractError
        If the places differ from those of `neighbours`, or a value is infinite.

    References
    ----------
    Anselin (1995), *Geographical Analysis* 27(2), 93-115; Ord and Getis (1995), *Geographical
    Analysis* 27(4), 286-306; Caldas de Castro and Singer (2006), *Geographical Analysis* 38(2),
    180-208, for the false discovery rate of local statistics.
    """
    shape = values.shape
    moran, star, p = np.full((3, *shape), np.nan)
    side = np.zeros(shape, dtype=np.int8)
    high = np.zeros(shape, dtype=np.int8)
    cluster = np.full(shape, Cluster.UNDEFINED.value, dtype=object)
    for maps, places, standard, adjacency in _same_places(values, neighbours):
        count = np.diff(adjacency.indptr)
        total = adjacency @ standard
        linked = count > 0
        at = np.ix_(places[linked], maps)
        n, k = len(places), count[linked, None]
        cluster[np.ix_(places, maps)] = Cluster.NO_NEIGHBOURS.value
        cluster[at] = Cluster.NOT_SIGNIFICANT.value
        moran[at] = (n - 1) / n * standard[linked] * total[linked] / k
        room = (k + 1) * (n - k - 1) / max(n - 1, 1)
        # Neighbour of all others: the sum is that of the whole map, which is zero.
        star[at] = (standard + total)[linked] / np.sqrt(np.where(room > 0, room, 1.0))
        sizes = tuple(count.tolist())
        for column, one in zip(maps, standard.T, strict=True):
            sums = total[:, np.searchsorted(maps, column)]
            tested, floor, above = _two_sided_p(one, sums, count, _draws(sizes, permutations, seed))
            if floor.any():
                later = _draws(sizes, permutations_at_floor, seed)
                again, _, _ = _two_sided_p(one, sums, np.where(floor, count, 0), later)
                tested = np.where(floor, again, tested)
            p[places, column] = tested
            side[places, column] = np.where(above, 1, -1)
        high[np.ix_(places, maps)] = np.sign(np.where(np.abs(standard) > _TIE, standard, 0.0))
    if is_sparse is not None:
        p[(side < 0) & ~np.isnan(p) & is_sparse.loc[values.columns].to_numpy(bool)] = 1.0
    adjusted_p = false_discovery_adjusted(p)
    named = adjusted_p <= methods.FALSE_DISCOVERY_RATE
    for own, beside, kind in (
        (1, 1, Cluster.HIGH_HIGH),
        (-1, -1, Cluster.LOW_LOW),
        (1, -1, Cluster.HIGH_LOW),
        (-1, 1, Cluster.LOW_HIGH),
    ):
        cluster[named & (high == own) & (side == beside)] = kind.value
    spot = np.where(named & (np.sign(star) == side), side, 0)
    frames = (moran, star, p, adjusted_p, cluster, spot)
    return LocalAssociation(*(pd.DataFrame(one, values.index, values.columns) for one in frames))


def _same_places(
    values: pd.DataFrame, neighbours: Graph
) -> Iterator[tuple[Rows, Rows, Floats, sparse.csr_array]]:
    """Maps that are defined in the same places, with the standard scores and neighbours there.

    Places come in the order of their codes, so that no result depends on the order of rows.
    """
    strange = values.index.symmetric_difference(pd.Index(neighbours.unique_ids))
    numbers = values.to_numpy(float)
    if len(strange) or values.index.has_duplicates or np.isinf(numbers).any():
        message = (
            f"clusters: {len(strange):,} places have a value or neighbours but not both"
            f"{f', for example {strange[0]!r}' if len(strange) else ''}; "
            f"{values.index.duplicated().sum():,} occur twice and {np.isinf(numbers).sum():,} "
            "values are infinite; give every place once, with NaN where undefined"
        )
        raise ContractError(message)
    order = np.argsort(values.index.to_numpy())
    position = pd.Index(neighbours.unique_ids).get_indexer(values.index[order])
    links = sparse.csr_array(neighbours.sparse != 0)[position][:, position]
    known = ~np.isnan(numbers[order])
    masks, group = np.unique(known, axis=1, return_inverse=True)
    for number, mask in enumerate(masks.T):
        maps = np.flatnonzero(group == number)
        within = np.flatnonzero(mask)
        some = numbers[order[within]][:, maps]
        if some.size:
            deviation = some - some.mean(axis=0)
            spread = deviation.std(axis=0)
            # What is left of equal values is rounding.
            varies = spread > _TIE * np.abs(some).max(axis=0)
            standard = np.where(varies, deviation / np.where(varies, spread, 1.0), 0.0)
            adjacency = sparse.csr_array(links[within][:, within].astype(float))
            yield maps, order[within], standard, adjacency


def _row_standardised(adjacency: sparse.csr_array) -> sparse.csr_array:
    count = np.diff(adjacency.indptr)
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(count, 1)) @ adjacency)


@lru_cache(maxsize=_DRAWS_KEPT)
def _draws(sizes: tuple[int, ...], fewest: int, seed: int) -> _Draws:
    """Draw random subsets, so many that each place keeps at least `fewest` that leave it out.

    Places are drawn by Floyd's algorithm, row by row without replacement, and then shuffled within
    their row (Bentley and Floyd 1987, *Communications of the ACM* 30(9), 754-757).
    """
    count = np.array(sizes, dtype=np.int32)
    n, most = len(count), int(count.max(initial=0))
    # A row leaves a place out with probability (n - most) / n or more; four deviations to spare.
    rows = int(np.ceil((fewest + 4 * np.sqrt(fewest)) * n / (n - most)))
    random = np.random.default_rng([seed, fewest])
    places = np.empty((rows, most), dtype=np.int32)
    for column, last in enumerate(range(n - most, n)):
        candidate = random.integers(last + 1, size=rows, dtype=np.int32)
        taken = (places[:, :column] == candidate[:, None]).any(axis=1)
        places[:, column] = np.where(taken, last, candidate)
    places = random.permuted(places, axis=1)
    row, order = np.nonzero(np.arange(most) < count[places])
    drawn = places[row, order]
    by_place = np.argsort(drawn, kind="stable")
    ends = np.cumsum(np.bincount(drawn, minlength=n))
    return _Draws(places, np.split(row[by_place], ends[:-1]))


def _two_sided_p(
    standard: Floats, total: Floats, count: npt.NDArray[np.int32], draws: _Draws
) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Test the sum of each place's neighbours against random subsets that leave the place out.

    Returns the p-value (NaN where `count` is 0), whether no draw was as extreme, and whether the
    sum lies in the upper tail. Equal sums count in both tails.
    """
    p = np.full(len(standard), np.nan)
    floor = np.zeros(len(standard), dtype=bool)
    upper = np.zeros(len(standard), dtype=bool)
    sums = np.zeros(len(draws.places))
    for k in range(1, int(count.max(initial=0)) + 1):
        sums += standard[draws.places[:, k - 1]]
        at = np.flatnonzero(count == k)
        if not at.size:
            continue
        least, most = total[at] - _TIE, total[at] + _TIE
        above, below = _tails(sums, least, most)
        drew = [draws.drew[place] for place in at]
        held = np.array([len(rows) for rows in drew])
        own, place = sums[np.concatenate(drew)], np.repeat(np.arange(at.size), held)
        above -= np.bincount(place[own >= least[place]], minlength=at.size)
        below -= np.bincount(place[own <= most[place]], minlength=at.size)
        tail = np.minimum(above, below)
        p[at] = np.minimum(1.0, 2 * (tail + 1) / (len(sums) - held + 1))
        floor[at] = tail == 0
        upper[at] = above < below
    return p, floor, upper


def _tails(sums: Floats, least: Floats, most: Floats) -> tuple[Rows, Rows]:
    """How many sums reach each `least`, and how many do not exceed each `most`."""
    if least.size < _SORTED_FROM:
        above = [np.count_nonzero(sums >= one) for one in least]
        below = [np.count_nonzero(sums <= one) for one in most]
        return np.array(above), np.array(below)
    ordered = np.sort(sums)
    return sums.size - np.searchsorted(ordered, least), np.searchsorted(ordered, most, "right")
