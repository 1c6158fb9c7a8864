"""Limits of counts: exact ones cover everywhere, those of grouped victims where groups are rare."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import pdtr

from pipeline.analysis import rates
from tests.validation.figures import SEED, Finding, Study, of_maps, percent

FEWEST_EXPECTED: Final = 0.02
MOST_EXPECTED: Final = 4_000.0
_BANDS: Final = ((FEWEST_EXPECTED, 1.0), (1.0, 10.0), (10.0, 100.0), (100.0, MOST_EXPECTED))
_GROUP_BANDS: Final = ((0.05, 1.0), (1.0, 10.0), (10.0, 100.0))
_YEARS: Final = 5
_MONTHS: Final = 12

GROUPS: Final[Mapping[str, Mapping[int, float]]] = {
    "single victims": {1: 1.0},
    "pairs and threes": {1: 0.7, 2: 0.2, 3: 0.1},
    "mostly one, rarely tens": {1: 0.94, 2: 0.04, 5: 0.0145, 12: 0.004, 40: 0.0015},
    "three to fifteen": dict.fromkeys(range(3, 16), 1 / 13),
    "families, a few hundreds": {1: 0.3, 4: 0.55, 20: 0.145, 150: 0.005},
}
"""Invented distributions of the size of a group of victims."""


def exact_study() -> Study:
    counts = np.arange(round(MOST_EXPECTED + 12 * np.sqrt(MOST_EXPECTED)))
    lower, upper = rates.exact_poisson_limits(counts)
    residents, risk = np.geomspace(1e3, 2e6, 80), np.geomspace(2, 200, 80)
    grid = np.array([_covered_rates(lower, upper, one, risk) for one in residents])
    expected = np.outer(residents, risk) / 1e5
    findings = []
    for fewest, most in _BANDS:
        name = f"{fewest:g} to {most:,.0f} expected events"
        inside = (expected >= fewest * 0.999) & (expected <= most * 1.001)
        mean = float(grid[inside].mean())
        findings += [
            Finding(f"{name}, least", least_coverage(lower, upper, fewest, most), least=0.95),
            Finding(
                f"{name}, mean of the grid", mean, least=0.95, most=0.98 if fewest > 1 else None
            ),
        ]
    return Study(
        "Exact limits of a count",
        "How often the limits hold the true rate, by summing the Poisson distribution: no "
        "simulation. *Least* is the infimum over every expected count of the band, not over a "
        "grid: coverage is least right beside a limit, and it was computed there on both sides. "
        "The grid is 80 populations from 1,000 to 2 million by 80 rates from 2 to 200 per "
        "100,000. From ten expected events the mean may not exceed 98 % either: limits that hold "
        "everything say nothing.",
        findings,
    )


def _covered_rates(
    lower: npt.NDArray[np.float64],
    upper: npt.NDArray[np.float64],
    residents: float,
    risk: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    at_risk = rates.person_years(np.array([residents]), 365.25)
    low, high = (rates.crude_rate_per_100k(limit, at_risk) for limit in (lower, upper))
    first, last = np.searchsorted(high, risk), np.searchsorted(low, risk, "right") - 1
    return _probability(first, last, risk * residents / 1e5)


def least_coverage(
    lower: npt.NDArray[np.float64], upper: npt.NDArray[np.float64], fewest: float, most: float
) -> float:
    """The infimum: between two limits the same counts are held, and coverage has one summit."""
    limits = np.concatenate([lower, upper, [fewest, most]])
    limits = limits[(limits >= fewest) & (limits <= most)]
    # Right above a limit the interval that ends there holds no more, right below one that begins.
    above = _probability(
        np.searchsorted(upper, limits, "right"), np.searchsorted(lower, limits, "right") - 1, limits
    )
    below = _probability(np.searchsorted(upper, limits), np.searchsorted(lower, limits) - 1, limits)
    return float(min(above.min(), below.min()))


def _probability(
    first: npt.NDArray[np.intp], last: npt.NDArray[np.intp], mean: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    fewer = np.where(first > 0, pdtr(np.maximum(first - 1, 0), mean), 0.0)
    return np.asarray(pdtr(last, mean) - fewer)


def grouped_study(samples: int, places: int = 200) -> Study:
    random = np.random.default_rng([SEED, 2])
    incidents = np.geomspace(_GROUP_BANDS[0][0], _GROUP_BANDS[-1][1], places)
    findings = []
    for name, shares in GROUPS.items():
        held = np.array([_covered_groups(random, incidents, shares) for _ in range(samples)])
        findings += [
            finding
            for fewest, most in _GROUP_BANDS
            for finding in _banded(
                f"{name}, {fewest:g} to {most:g} groups",
                held[:, :, (incidents >= fewest) & (incidents < most * 1.001)].mean(axis=2),
            )
        ]
    return Study(
        "Limits of victims in groups",
        f"A country of {places} places, each with 0.05 to 100 incidents expected a year, whose "
        "sizes follow an invented distribution; the ratio of variance to mean is estimated from "
        f"{_YEARS} years of months as in the warehouse. One year's limits are held against the "
        "true mean. *Sizes known*: `compound_limits`; *ratio only*: `overdispersed_limits`, for "
        "files without days. Beside them the exact limits, which take every victim for an event.",
        findings,
        "exact limits would hold",
    )


def _banded(name: str, held: npt.NDArray[np.float64]) -> list[Finding]:
    exact = percent(held[:, 2].mean())
    return [
        of_maps(f"{name}, sizes known", held[:, 0], least=0.93, beside=exact),
        of_maps(f"{name}, ratio only", held[:, 1], least=0.93, beside=exact),
    ]


def _covered_groups(
    random: np.random.Generator, incidents: npt.NDArray[np.float64], shares: Mapping[int, float]
) -> npt.NDArray[np.bool_]:
    """Whether each place's limits hold its mean: by known sizes, by the ratio, as if exact."""
    sizes = np.array(list(shares))
    # Incidents of each size are Poisson on their own: shape (sizes, years x months, places).
    expected = np.array(list(shares.values()))[:, None, None] * incidents / _MONTHS
    counts = random.poisson(expected, (len(sizes), _YEARS * _MONTHS, len(incidents)))
    victims = np.einsum("s,smp->mp", sizes, counts)
    year = np.repeat(np.arange(_YEARS), _MONTHS)[:, None]
    ratio = rates.dispersion(
        victims, expected_shares=1.0, groups=year * len(incidents) + np.arange(len(incidents))
    )
    newest = counts[:, -_MONTHS:].sum(axis=1)
    total, squares = sizes @ newest, sizes**2 @ newest
    truth = incidents * (sizes @ list(shares.values()))
    limits = (
        rates.compound_limits(total, squares, ratio),
        rates.overdispersed_limits(total, ratio),
        rates.exact_poisson_limits(total),
    )
    return np.array([(low <= truth) & (truth <= high) for low, high in limits])
