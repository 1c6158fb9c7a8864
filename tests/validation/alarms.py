"""Anomalies of the newest month: false ones on maps of usual months, and planted jumps."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import nbinom

from pipeline.analysis.anomalies import Anomaly, anomaly_table
from pipeline.catalog import methods
from tests.validation.country import Country
from tests.validation.courses import LEAST_POWER, scattered
from tests.validation.figures import SEED, Finding, Study, of_maps, percent

_MONTHS: Final = pd.date_range("2019-01-01", periods=62, freq="MS", unit="s")
_SEASON: Final = 1 + 0.25 * np.cos(2 * np.pi * np.arange(len(_MONTHS)) / 12)[:, None]
_RISK: Final = 40.0
_PLANTED: Final = 5
_PROMISED: Final = 0.9
_ORDINARY: Final = 10.0
_VARIANCE: Final = 2.0
"""Over the mean, where a jump is planted."""


def anomaly_study(country: Country, maps: int) -> Study:
    random = np.random.default_rng([SEED, 7])
    mean = country.mapped_size * _RISK / methods.RATE_BASE_PERSONS / 12
    findings = []
    for ratio in (1.0, 2.0, 4.0):
        words = [_words(scattered(random, _SEASON * mean, ratio)) for _ in range(maps)]
        high = [(one == Anomaly.HIGH).any() for one in words]
        low = percent(np.mean([(one == Anomaly.LOW).any() for one in words]))
        findings.append(
            of_maps(
                f"usual months, variance {ratio:g} times the mean: any place high",
                high,
                most=0.05,
                beside=f"any low {low}",
            )
        )
    findings += [
        _power(random, mean, times, events, maps)
        for times in (2.0, 3.0)
        for events in (_ORDINARY, needed(times, mean.size))
    ]
    return Study(
        "Anomalies of the newest month",
        f"Sixty-two months of {mean.size} places ({country.name}, the mapped part) at "
        f"{_RISK:g} events per 100,000 a year with a season of a quarter, and the newest judged. "
        f"{_PLANTED} planted places have twice or three times their usual month, with variance "
        f"{_VARIANCE:g} times the mean. The bound applies at the events a month with which "
        f"{_PROMISED:.0%} would be seen by whoever knew mean and dispersion, at the strictest "
        f"level of Benjamini-Hochberg: there {LEAST_POWER:.0%} must be named.",
        findings,
    )


def _words(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    events = pd.DataFrame(counts.astype(float), _MONTHS)
    exposure = pd.DataFrame(1_000.0, events.index, events.columns)
    table = anomaly_table(events, exposure, pd.Series(data=False, index=_MONTHS), newest=1)
    return table["anomaly"].to_numpy(object)


def needed(times: float, places: int) -> float:
    """Usual events at which a jump is seen by whoever knows the mean and the dispersion."""
    usual = np.arange(1.0, 1_000)
    size, chance = usual / (_VARIANCE - 1), 1 / _VARIANCE
    alarm = nbinom.isf(methods.FALSE_DISCOVERY_RATE / places, size, chance)
    seen = nbinom.sf(alarm, times * size, chance)
    return float(usual[np.flatnonzero(seen < _PROMISED)[-1] + 1])


def _power(
    random: np.random.Generator,
    mean: npt.NDArray[np.float64],
    times: float,
    events: float,
    maps: int,
) -> Finding:
    level = _SEASON * np.append(mean, np.full(_PLANTED, events) / _SEASON[-1])
    level[-1, -_PLANTED:] *= times
    seen = [
        (_words(scattered(random, level, _VARIANCE))[-_PLANTED:] == Anomaly.HIGH).mean()
        for _ in range(maps // 4)
    ]
    return of_maps(
        f"a month {times:g} times the usual {events:,.0f} events",
        seen,
        least=LEAST_POWER if events != _ORDINARY else None,
    )
