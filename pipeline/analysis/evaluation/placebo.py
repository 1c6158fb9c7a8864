"""Programmes that never were: places drawn like the evaluated ones, and what would be said of them.

An assignment is a row of positions among the places of the counts.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analysis.aligned import Floats
from pipeline.analysis.evaluation.design import Counts, EvaluationRefusedError, Flags, Refusal
from pipeline.analysis.evaluation.effect import Effect, information_weights, weighted_effect

Positions = npt.NDArray[np.intp]


class Pool(NamedTuple):
    """Places that placebo programmes are drawn from.

    Attributes
    ----------
    counts
        Before and after of n places.
    borders
        Which places share a border, of shape ``(n, n)``.
    regions
        Region of each place.
    """

    counts: Counts
    borders: Flags
    regions: npt.NDArray[np.str_]


def matched_draws(
    target: Floats, pool: Floats, *, nearest: int, draws: int, seed: int
) -> Positions:
    """Draw for every target one of its nearest places, none twice in a draw.

    Parameters
    ----------
    target
        Profiles to be matched, of shape ``(m, k)``.
    pool
        Profiles of the places that can be drawn, of shape ``(n, k)``.
    nearest
        How many of the nearest places, in standard deviations of the pool, a target chooses from.
    draws
        Assignments.
    seed
        Of the random numbers.

    Returns
    -------
    positions
        Of shape ``(draws, m)``.

    Raises
    ------
    EvaluationRefusedError
        If the pool has fewer places than are to be drawn.
    """
    _refuse_small(len(pool), len(target))
    random = np.random.default_rng(seed)
    distance = _distance(target, pool)
    found = np.empty((draws, len(target)), dtype=np.intp)
    for row in found:
        free = distance.copy()
        for one in random.permutation(len(target)):
            near = np.argsort(free[one], kind="stable")[:nearest]
            row[one] = random.choice(near[np.isfinite(free[one, near])])
            free[:, row[one]] = np.inf
    return found


def clustered_draws(  # noqa: PLR0913 - target and pool, each with its regions
    target: Floats,
    target_regions: Sequence[str],
    pool: Floats,
    pool_regions: npt.NDArray[np.str_],
    *,
    nearest: int,
    draws: int,
    seed: int,
) -> Positions:
    """Draw matched places that lie together as the targets do: as many in each of as many regions.

    Parameters
    ----------
    target, target_regions
        Profiles, as for `matched_draws`, and the region of each.
    pool, pool_regions
        The same of the places that can be drawn.
    nearest
        How many of the nearest places of its region a target chooses from.
    draws
        Assignments.
    seed
        Of the random numbers.

    Returns
    -------
    positions
        Of shape ``(draws, m)``.

    Raises
    ------
    EvaluationRefusedError
        If the pool has too few regions of the size that is needed.
    """
    random = np.random.default_rng(seed)
    distance = _distance(target, pool)
    names, sizes = np.unique(pool_regions, return_counts=True)
    blocks = [
        np.flatnonzero(np.array(target_regions) == name) for name in sorted(set(target_regions))
    ]
    blocks.sort(key=len, reverse=True)
    fitting = [int((sizes >= len(block)).sum()) for block in blocks]
    if any(known < place for place, known in enumerate(fitting, start=1)):
        message = (
            f"{len(blocks)} regions hold the evaluated places, and only {min(fitting)} of the "
            f"{len(names)} regions to draw from are large enough; draw without regions"
        )
        raise EvaluationRefusedError(Refusal.PLACES, message, len(blocks) - min(fitting))
    found = np.empty((draws, len(target)), dtype=np.intp)
    for row in found:
        left = {str(name): int(size) for name, size in zip(names, sizes, strict=True)}
        for block in blocks:
            name = random.choice([one for one, size in left.items() if size >= len(block)])
            del left[str(name)]
            free = np.where(pool_regions == name, distance, np.inf)
            for one in random.permutation(block):
                near = np.argsort(free[one], kind="stable")[:nearest]
                row[one] = random.choice(near[np.isfinite(free[one, near])])
                free[:, row[one]] = np.inf
    return found


def random_draws(pool: int, size: int, *, draws: int, seed: int) -> Positions:
    """Draw places at random, none twice in a draw: shape ``(draws, size)``."""
    _refuse_small(pool, size)
    random = np.random.default_rng(seed)
    return np.array([random.choice(pool, size, replace=False) for _ in range(draws)], dtype=np.intp)


def highest_draws(counts: Counts, size: int, *, draws: int, seed: int) -> Positions:
    """Draw among the places with the highest rate before, twice as many as are drawn."""
    order = np.argsort(-counts.before / counts.years_before, kind="stable")
    return order[random_draws(min(2 * size, order.size), size, draws=draws, seed=seed)]


def assigned(positions: Positions, borders: Flags) -> tuple[Flags, Flags]:
    """Who is evaluated and who is compared in every assignment; neighbours are neither.

    Parameters
    ----------
    positions
        Of shape ``(draws, m)``.
    borders
        Of shape ``(n, n)``.

    Returns
    -------
    evaluated, compared
        Of shape ``(draws, n)``.
    """
    evaluated = np.zeros((len(positions), len(borders)), dtype=bool)
    evaluated[np.arange(len(positions))[:, None], positions] = True
    beside = evaluated.astype(np.float32) @ borders.astype(np.float32) > 0
    return evaluated, ~evaluated & ~beside


def placebo_effects(pool: Pool, positions: Positions, fall: float = 0.0, seed: int = 0) -> Effect:
    """What the recommended estimator says of programmes that were drawn.

    Parameters
    ----------
    pool
        Places.
    positions
        Assignments.
    fall
        Share of the drawn places' events after that is taken away at random, from 0 to 1: the
        effect that is planted.
    seed
        Of the events that are taken away.

    Returns
    -------
    Effect
        One entry per assignment; weights and adjustment as in `recommended_effect`.
    """
    evaluated, compared = assigned(positions, pool.borders)
    if fall == 0:
        return recommended_effect(pool.counts, evaluated, compared)
    random = np.random.default_rng(seed)
    found = []
    for one, beside in zip(evaluated, compared, strict=True):
        planted = thinned(pool.counts, one, fall, random)
        found.append(recommended_effect(planted, one, beside))
    return Effect(*(np.concatenate(field) for field in zip(*found, strict=True)))


def thinned(counts: Counts, places: Flags, fall: float, random: np.random.Generator) -> Counts:
    """Take away each event after in some places with one probability.

    Parameters
    ----------
    counts
        Before and after.
    places
        Where events are taken away, of shape ``(n,)``.
    fall
        Probability, from 0 to 1.
    random
        Source of chance.

    Returns
    -------
    Counts
        A true rate ratio of ``1 - fall`` is planted, with the scatter of real counts.
    """
    kept = random.binomial(counts.after.astype(np.int64), 1 - fall).astype(float)
    return counts.with_after(np.where(places, kept, counts.after))


def recommended_effect(counts: Counts, evaluated: Flags, compared: Flags) -> Effect:
    """The estimator that keeps its size on real counts before the programme.

    Poisson difference in differences, every place weighted by what its events can tell
    (`information_weights`), the change allowed to depend on rate and size before, jackknife
    standard errors by place, and Student's t with one degree less than evaluated places.

    Parameters
    ----------
    counts
        Before and after.
    evaluated, compared
        As for `weighted_effect`.

    Returns
    -------
    Effect
        One entry per assignment.
    """
    reference = np.atleast_2d(np.logical_or(evaluated, compared)).any(axis=0)
    weights = information_weights(counts, np.asarray(reference))
    return weighted_effect(counts, evaluated, compared, weights, counts.profile)


def randomisation_p(observed: float, placebo: Floats) -> float:
    """Share of assignments with a statistic as far from 0 as the observed one, itself included.

    Parameters
    ----------
    observed
        Statistic of the evaluated places.
    placebo
        Statistics of drawn assignments; those that cannot be told (NaN) do not count.

    Returns
    -------
    p
        Two-sided, at least one over the draws plus one.

    References
    ----------
    MacKinnon and Webb (2020), *Journal of Econometrics* 218(2), 435-450.

    Examples
    --------
    >>> randomisation_p(-2.0, np.array([0.5, -2.5, 1.0]))
    0.5
    """
    told = placebo[~np.isnan(placebo)]
    reached = int(np.count_nonzero(np.abs(told) >= abs(observed)))
    return (1 + reached) / (1 + told.size)


def critical_value(placebo: Floats) -> float:
    """Statistic that 5 % of the drawn assignments reach, which limits may stand on."""
    ordered = np.sort(np.abs(placebo[~np.isnan(placebo)]))
    return float(ordered[min(int(np.ceil(0.95 * (ordered.size + 1))) - 1, ordered.size - 1)])


def _distance(target: Floats, pool: Floats) -> Floats:
    scale = pool.std(axis=0)
    gap = (target[:, None] - pool[None]) / np.where(scale > 0, scale, 1)
    return np.asarray((gap**2).sum(axis=2))


def _refuse_small(pool: int, size: int) -> None:
    if pool < size:
        message = (
            f"{size:,} places are to be drawn and only {pool:,} can be: widen the comparison or "
            "evaluate fewer places"
        )
        raise EvaluationRefusedError(Refusal.PLACES, message, size - pool)
