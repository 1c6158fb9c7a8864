"""Clusters: maps without any pattern must show few, a planted one must be seen."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.clusters import (
    LocalAssociation,
    global_moran,
    local_association,
    sparse_maps,
    standardised_rates,
)
from pipeline.catalog import methods
from tests.validation.country import Country
from tests.validation.figures import SEED, Study, of_maps, percent

_MAPS_AT_ONCE: Final = 20
_LEAST_NEIGHBOURS: Final = 5
_DRAWS_OF_WHOLE_MAPS: Final = 999
_RISK: Final = 25.0
_NULLS: Final = ((_RISK, 0.0), (_RISK, 0.5), (5.0, 0.0), (2.0, 0.0))
_LEAST_POWER: Final = {2.0: 0.5, 3.0: 0.8}


def spatial_study(country: Country, maps: int) -> Study:
    random = np.random.default_rng([SEED, 4])
    findings = []
    for risk, spread in _NULLS:
        truth = _risks(random, country, risk, spread, maps)
        named, moran = _judged(random, country, truth)
        hot = percent((named == 1).any(axis=0).mean())
        cold = percent((named == -1).any(axis=0).mean())
        pattern = f", varying by {spread:g} without pattern" if spread else ""
        scenario = f"{risk:g} per 100,000{pattern}"
        findings += [
            of_maps(
                f"no pattern, {scenario}: any place named",
                (named != 0).any(axis=0),
                most=0.05,
                beside=f"hot {hot}, cold {cold}",
            ),
            of_maps(f"no pattern, {scenario}: Moran's I", moran, most=0.05),
        ]
    for times, least in _LEAST_POWER.items():
        truth = _risks(random, country, _RISK, 0.0, maps)
        centres = _plant(random, country, truth, times)
        named, moran = _judged(random, country, truth)
        hot = named[centres, np.arange(maps)] == 1
        findings.append(
            of_maps(
                f"risk times {times:g} in a place and its neighbours: the place named hot",
                hot,
                least=least,
                beside=f"any named {percent((named == 1).any(axis=0).mean())}, "
                f"Moran's I {percent(moran.mean())}",
            )
        )
    return Study(
        "Clusters",
        f"Poisson events of {country.name}. A map without pattern may name a place, hot or cold, "
        "in at most 5 % of maps. The planted place is drawn at random among those with "
        f"{_LEAST_NEIGHBOURS} neighbours or more, whatever its residents, at "
        f"{_RISK:g} per 100,000: a doubled risk must be seen in half of the maps, since a tool "
        "that misses most doublings would be left unread, and a tripled one in 80 %, the usual "
        "least power of a trial. Permutations as in the warehouse "
        f"({_DRAWS_OF_WHOLE_MAPS} whole maps for Moran's I).",
        findings,
    )


def _risks(
    random: np.random.Generator, country: Country, risk: float, spread: float, maps: int
) -> npt.NDArray[np.float64]:
    shape = (country.size.size, maps)
    level = risk / methods.RATE_BASE_PERSONS
    if not spread:
        return np.full(shape, level)
    return random.gamma(spread**-2, level * spread**2, shape)


def _plant(
    random: np.random.Generator,
    country: Country,
    truth: npt.NDArray[np.float64],
    times: float,
) -> npt.NDArray[np.intp]:
    """Multiply the risk of one place and its neighbours in every map; hand back the places."""
    adjacency = country.neighbours.sparse.tocsr()
    fit = np.flatnonzero(np.diff(adjacency.indptr) >= _LEAST_NEIGHBOURS)
    centres = random.choice(fit, truth.shape[1])
    for column, centre in enumerate(centres):
        near = adjacency.indices[adjacency.indptr[centre] : adjacency.indptr[centre + 1]]
        truth[np.append(near, centre), column] *= times
    return centres


def _judged(
    random: np.random.Generator, country: Country, truth: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
    """1, -1 or 0 by place and map, and whether Moran's I of the map is beyond chance."""
    named, moran = [], []
    index = pd.Index(country.neighbours.unique_ids)
    population = country.residents.reindex(index).to_numpy()[:, None]
    for start in range(0, truth.shape[1], _MAPS_AT_ONCE):
        risk = truth[:, start : start + _MAPS_AT_ONCE]
        events = pd.DataFrame(random.poisson(risk * population).astype(float), index)
        residents = pd.DataFrame(np.broadcast_to(population, risk.shape), index)
        standard = standardised_rates(events, residents)
        found = local_association(
            standard, country.neighbours, is_sparse=sparse_maps(events, residents)
        )
        named.append(_named(found))
        # Few draws: maps that shared them would all err to the same side.
        whole = global_moran(
            standard,
            country.neighbours,
            permutations=_DRAWS_OF_WHOLE_MAPS,
            seed=int(random.integers(2**32)),
        )
        moran.append(whole["p"].to_numpy() <= 1 - methods.CONFIDENCE_LEVEL)
    return np.concatenate(named, axis=1), np.concatenate(moran)


def _named(found: LocalAssociation) -> npt.NDArray[np.int8]:
    """What the map shows, by either statistic: 1 high, -1 low."""
    high = (found.spot == 1) | found.cluster.isin(["high-high", "low-high"])
    low = (found.spot == -1) | found.cluster.isin(["low-low", "high-low"])
    return (high.astype(np.int8) - low.astype(np.int8)).to_numpy()
