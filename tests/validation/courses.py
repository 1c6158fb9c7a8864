"""Words for changes and trends: few where nothing changes, most where there is enough to see."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from scipy.stats import t as student

from pipeline.analysis.change import Direction, direction, rate_ratio
from pipeline.analysis.trend import Course, course, log_linear_slope
from pipeline.catalog import methods
from tests.validation.country import Country
from tests.validation.figures import SEED, Finding, Study, of_maps

Counts = npt.NDArray[np.int64]
Words = npt.NDArray[np.object_]

RATIOS: Final = (0.8, 0.7, 1.5)
LEAST_POWER: Final = 0.8
_PROMISED: Final = 0.9
_PLANTED: Final = 20
_YEARS: Final = 10
_SHORTEST: Final = methods.TREND_PERIODS_MIN
_RISK: Final = 25.0
_ORDINARY: Final = (30.0, 100.0, 300.0)

_WHY: Final = (
    "For each change the number of events was computed at which the textbook formula promises "
    f"{_PROMISED:.0%} power at the strictest level that Benjamini-Hochberg can ask (5 % over all "
    f"places); there at least {LEAST_POWER:.0%} of {_PLANTED} planted places must be named in the "
    "right direction. Smaller places are reported without a bound: what cannot be seen in them, "
    "nobody can see."
)


def scattered(random: np.random.Generator, mean: npt.NDArray[np.float64], ratio: float) -> Counts:
    """Counts with variance `ratio` times their mean."""
    if ratio == 1:
        return random.poisson(mean)
    return random.negative_binomial(mean / (ratio - 1), 1 / ratio)


def change_study(country: Country, maps: int) -> Study:
    random = np.random.default_rng([SEED, 5])
    residents = country.size

    def words(before: Counts, after: Counts, at_risk: Any, ratio: float) -> Words:
        return direction(rate_ratio(before, at_risk, after, at_risk, dispersion=ratio))

    findings = []
    for risk, ratio in ((_RISK, 1.0), (5.0, 1.0), (_RISK, 3.0)):
        mean = residents * risk / methods.RATE_BASE_PERSONS
        named = [
            _is_named(
                words(scattered(random, mean, ratio), scattered(random, mean, ratio), 1e4, ratio)
            )
            for _ in range(maps)
        ]
        findings.append(
            of_maps(
                f"no change, {risk:g} per 100,000, variance {ratio:g} times the mean",
                named,
                most=0.05,
            )
        )
    mean = residents * _RISK / methods.RATE_BASE_PERSONS

    def seen(events: float, ratio: float) -> float:
        level = np.append(mean, np.full(_PLANTED, events))
        later = np.append(mean, np.full(_PLANTED, events * ratio))
        found = words(random.poisson(level), random.poisson(later), 1e4, 1.0)
        right = Direction.FALL if ratio < 1 else Direction.RISE
        return float((found[-_PLANTED:] == right).mean())

    def needed(ratio: float) -> float:
        z = norm.isf(0.025 / residents.size) + norm.ppf(_PROMISED)
        return float((z / np.log(ratio)) ** 2 * (1 + 1 / ratio))

    findings += _power("between two years", needed, seen, maps)
    return Study(
        "Words for a change between two periods",
        f"Two years of {country.name}; the share of countries with any rise or fall where there "
        f"is none. {_WHY}",
        findings,
    )


def trend_study(country: Country, maps: int) -> Study:
    random = np.random.default_rng([SEED, 6])
    mean = country.size * _RISK / methods.RATE_BASE_PERSONS
    findings = []
    for years, ratio in ((_YEARS, 1.0), (_YEARS, 2.0), (_YEARS, 4.0), (_SHORTEST, 2.0)):
        named = [
            _is_named(
                course(
                    log_linear_slope(
                        scattered(random, np.tile(mean, (years, 1)), ratio),
                        country.size,
                        least_dispersion=1.0,
                    )
                )
            )
            for _ in range(maps)
        ]
        findings.append(
            of_maps(f"no trend, {years} years, variance {ratio:g} times the mean", named, most=0.05)
        )
    steps = np.arange(_YEARS)[:, None] / (_YEARS - 1)

    def seen(events: float, ratio: float) -> float:
        level = np.append(mean, np.full(_PLANTED, events))
        factor = np.append(np.ones_like(mean), np.full(_PLANTED, ratio)) ** steps
        found = course(log_linear_slope(random.poisson(level * factor), np.full(level.size, 1e4)))
        right = Course.FALLING if ratio < 1 else Course.RISING
        return float((found[-_PLANTED:] == right).mean())

    def needed(ratio: float) -> float:
        freedom = _YEARS - 2
        quantiles = student.isf(0.025 / mean.size, freedom) + student.ppf(_PROMISED, freedom)
        squares = ((steps - 0.5) ** 2).sum()
        middle = (quantiles / np.log(ratio)) ** 2 / squares
        return float(middle / np.sqrt(ratio))

    findings += _power(f"over {_YEARS} years", needed, seen, maps)
    return Study(
        "Trend words",
        f"Years of {country.name} at a constant rate, or with planted places whose rate "
        "changes evenly by the given share from the first year to the last; the share of countries "
        f"with any rising or falling place where there is none. {_WHY}",
        findings,
    )


def _is_named(words: Words) -> bool:
    return bool(
        np.isin(words, [Direction.RISE, Direction.FALL, Course.RISING, Course.FALLING]).any()
    )


def _power(
    when: str,
    needed: Callable[[float], float],
    seen: Callable[[float, float], float],
    maps: int,
) -> list[Finding]:
    return [
        of_maps(
            f"{100 * (ratio - 1):+.0f} % {when}, {events:,.0f} events in the first year",
            [seen(events, ratio) for _ in range(maps // 4)],
            least=LEAST_POWER if events == needed(ratio) else None,
        )
        for ratio in RATIOS
        for events in (*_ORDINARY, needed(ratio))
    ]
