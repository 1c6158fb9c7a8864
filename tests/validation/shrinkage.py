"""Credible limits of shrunk rates, with the places drawn from the model that they assume."""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from pipeline.analysis.smoothing import credible_rates_per_100k
from tests.validation.country import Country
from tests.validation.figures import SEED, Study, of_maps, percent

_RISKS: Final = (2.0, 20.0)
_SPREADS: Final = (0.3, 0.7, 1.0, 1.6)
_OFTEN_TOLD: Final = 0.8


def shrinkage_study(country: Country, maps: int) -> Study:
    random = np.random.default_rng([SEED, 3])
    findings = []
    for name, groups in (
        ("country", np.zeros(country.size.size)),
        ("departments", country.departments),
    ):
        for risk in _RISKS:
            for spread in _SPREADS:
                covered, told, plugged = _coverage(random, country.size, groups, risk, spread, maps)
                often = told >= _OFTEN_TOLD
                scenario = f"{name}, {risk:g} per 100,000, variation {spread:g}"
                findings.append(
                    of_maps(
                        scenario,
                        covered,
                        least=0.93,
                        most=0.97 if often else None,
                        beside=f"{percent(plugged)}; {percent(told)}",
                    )
                )
    return Study(
        "Limits of smoothed rates",
        "Rates of all places drawn from a gamma distribution with the given coefficient of "
        "variation, events from those rates, and the credible limits held against the drawn rate: "
        "the mean over places. Places of a map that has no limits (no events, or less scatter than "
        "chance) are left out; where this befalls more than one place in five, only the lower "
        "bound applies, since the maps that are left were chosen by chance. Beside it what "
        "limits with plugged-in hyperparameters would hold, and the share of places with limits.",
        findings,
        "plugged in would hold; places with limits",
    )


def _coverage(  # noqa: PLR0913, PLR0917 - the facts of one scenario
    random: np.random.Generator,
    residents: npt.NDArray[np.float64],
    groups: npt.NDArray[np.generic],
    risk: float,
    spread: float,
    maps: int,
) -> tuple[npt.NDArray[np.float64], float, float]:
    """Share held in each map, share of places with limits, share held by plugged-in limits."""
    shape = spread**-2
    truth = random.gamma(shape, risk / 1e5 / shape, (maps, residents.size))
    events = random.poisson(truth * residents)
    found = credible_rates_per_100k(events, residents, groups=groups)
    told = ~np.isnan(found.lower)
    held = (found.lower <= truth * 1e5) & (truth * 1e5 <= found.upper)
    low, high = _plugged_in(events, residents, groups)
    naive = (low <= truth) & (truth <= high)
    some = told.any(axis=1)
    covered = held[some].sum(axis=1) / told[some].sum(axis=1)
    return covered, float(told.mean()), float(naive[told].mean())


def _plugged_in(
    events: npt.NDArray[np.int64],
    residents: npt.NDArray[np.float64],
    groups: npt.NDArray[np.generic],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Quantiles of the gamma posterior at Marshall's moments, as if these were known."""
    low, high = np.full(events.shape, np.nan), np.full(events.shape, np.nan)
    for label in np.unique(groups):
        at = groups == label
        x, e = events[:, at], residents[at]
        pooled = x.sum(axis=1, keepdims=True) / e.sum()
        scatter = (e * (x / e - pooled) ** 2).sum(axis=1, keepdims=True)
        between = (scatter - pooled * e.size) / e.sum()
        rate = pooled / np.where(between > 0, between, np.nan)
        for limits, tail in ((low, 0.025), (high, 0.975)):
            limits[:, at] = gammaincinv(x + pooled * rate, tail) / (e + rate)
    return low, high
