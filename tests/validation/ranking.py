"""Ranks and classes of reliability, held against the places they were drawn from."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from pipeline.analysis.ranks import rank_table
from pipeline.analysis.reliability import Reliability, reliability, years_to_reliable
from pipeline.analysis.smoothing import posterior_draws_per_100k
from pipeline.catalog import methods
from tests.validation.country import Country
from tests.validation.figures import SEED, Finding, Study, of_maps, percent

_RISK: Final = 20.0
_DRAWS: Final = 1_000
_RELIABLE_EVENTS: Final = 20


def rank_study(country: Country, maps: int) -> Study:
    random = np.random.default_rng([SEED, 8])
    residents = country.mapped_size
    places = pd.RangeIndex(residents.size)
    findings: list[Finding] = []
    for spread in (0.5, 1.0):
        covered, apart, widths = [], [], []
        for number in range(maps):
            shape = spread**-2
            truth = random.gamma(shape, _RISK / 1e5 / shape, residents.size)
            events = random.poisson(truth * residents)
            draws = posterior_draws_per_100k(events, residents, draws=_DRAWS, seed=number)
            if np.isnan(draws).any():
                continue
            table = rank_table(draws, places)
            true_rank = rankdata(-truth)
            low, high = table["rank_lower"].to_numpy(), table["rank_upper"].to_numpy()
            covered.append(((low <= true_rank) & (true_rank <= high)).mean())
            apart.append(1 - table["alike"].mean() / (residents.size - 1))
            many = events >= _RELIABLE_EVENTS
            widths.append(((high - low)[many] / residents.size).mean())
        name = f"rates varying by {spread:g}"
        findings += [
            of_maps(
                f"{name}: the interval holds the true rank",
                covered,
                least=0.95,
                most=0.98,
                beside=f"pairs told apart {percent(np.mean(apart))}",
            ),
            of_maps(
                f"{name}: width, as a share of all ranks, of places with "
                f"{_RELIABLE_EVENTS} events or more",
                widths,
                most=0.5,
            ),
        ]
    return Study(
        "Ranks",
        f"Rates of {residents.size} places ({country.name}, the mapped part) drawn at "
        f"{_RISK:g} per 100,000, events drawn from them, and ranks from {_DRAWS:,} posterior "
        "draws. An interval that holds every rank covers too: where a place has enough events for "
        "a reliable rate its interval must span less than half of all ranks.",
        findings,
    )


def reliability_study(country: Country, maps: int) -> Study:
    random = np.random.default_rng([SEED, 9])
    expected = country.size * _RISK / methods.RATE_BASE_PERSONS
    events = random.poisson(expected, (maps, expected.size))
    classes = reliability(events)
    error = 1 - np.divide(expected, events, out=np.ones(events.shape), where=events > 0)
    findings = []
    for word, least, most in (
        (Reliability.RELIABLE, None, methods.RELIABLE_ERROR_SHARE),
        (Reliability.WITH_CARE, methods.RELIABLE_ERROR_SHARE, methods.WITH_CARE_ERROR_SHARE),
        (Reliability.UNSTABLE, methods.WITH_CARE_ERROR_SHARE, None),
    ):
        squares = np.where((classes == word) & (events > 0), error**2, np.nan)
        each = np.sqrt(np.nanmean(squares, axis=1))
        share = percent((classes == word).mean())
        findings.append(
            of_maps(
                f"error of rates called {word.value}",
                each,
                least=least,
                most=most,
                beside=f"{share} of places",
            )
        )
    # Pooled as long as it says, a place is reliable about as often as not: half of all counts lie
    # above their mean, and years are rounded up.
    years = years_to_reliable(events, 1)
    told = ~np.isnan(years) & (events >= 2)
    pooled = random.poisson(expected * np.where(told, years, 0))
    reached = np.where(told, reliability(pooled) == Reliability.RELIABLE, False)
    findings.append(
        of_maps(
            "pooled over as many years as advised: reliable",
            reached.sum(axis=1) / told.sum(axis=1),
            least=0.5,
            beside="of places with two events or more",
        )
    )
    return Study(
        "Reliability",
        f"Crude rates of {country.name} at {_RISK:g} per 100,000: how far the true rate lies from "
        "the one shown, as a share of that (root mean square over the places of a class with "
        "events), which must lie within the class's own limits.",
        findings,
    )
