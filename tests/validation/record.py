"""What the rules of thumb call a change in the published figures, and what the atlas calls one."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from pipeline.analysis.change import Direction, direction, rate_ratio
from pipeline.analysis.ranks import rank_table
from pipeline.analysis.smoothing import posterior_draws_per_100k
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.store.warehouse import Warehouse
from tests.validation.figures import SEED

Floats = npt.NDArray[np.float64]

HIGHEST: Final = 35
"""Places chosen for their rate: as many as the documented places of the programme."""

_SERIES: Final = ("homicide_police", "homicide_mindefensa", "extortion", "threats")
_HISTORY: Final = "homicide_police"
_RULE: Final = 0.2
_MOVED: Final = 10
_COUNTRIES: Final = 20
_DRAWS: Final = 500
_WINDOW_YEARS: Final = 2


class Figures(NamedTuple):
    """Events and person-years of one series: years by places, the years of one population."""

    events: pd.DataFrame
    person_years: pd.DataFrame


def record_sections(warehouse: Warehouse) -> list[str]:
    """The two sections on the published figures."""
    return [_changes(warehouse), _regression(warehouse)]


def called(before: Floats, after: Floats, e1: Floats, e2: Floats) -> dict[str, int]:
    """How many places each rule calls changed; the last two are the atlas's own.

    Events and person-years of two periods, one entry a place.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.divide(after / e2, before / e1)
    words = direction(rate_ratio(before, e1, after, e2))
    moved = np.abs(rankdata(-before / e1) - rankdata(-after / e2)) >= _MOVED
    first, second = (
        rank_table(
            posterior_draws_per_100k(x, e, draws=_DRAWS, seed=SEED), pd.RangeIndex(before.size)
        )
        for x, e in ((before, e1), (after, e2))
    )
    apart = (first["rank_upper"] < second["rank_lower"]) | (
        second["rank_upper"] < first["rank_lower"]
    )
    return {
        "any difference of the rates": int(np.count_nonzero((before + after > 0) & (ratio != 1))),
        f"a rate {_RULE:.0%} higher or lower".replace("%", " %"): int(
            np.count_nonzero(np.abs(ratio - 1) >= _RULE)
        ),
        f"{_MOVED} ranks up or down": int(np.count_nonzero(moved)),
        "the atlas: a rise or a fall": int(np.isin(words, [Direction.RISE, Direction.FALL]).sum()),
        "the atlas: rank intervals that do not meet": int(apart.sum()),
    }


def falls_of_highest(
    before: Floats, after: Floats, e1: Floats, e2: Floats, highest: int = HIGHEST
) -> tuple[float, float]:
    """Change of the pooled rate of the places that had the highest rates, and of all others."""
    order = np.argsort(-before / e1, kind="stable")
    return tuple(
        (after[at].sum() / e2[at].sum()) / (before[at].sum() / e1[at].sum()) - 1
        for at in (order[:highest], order[highest:])
    )


def _changes(warehouse: Warehouse) -> str:
    random = np.random.default_rng([SEED, 10])
    lines, rules = [], []
    for series_id in _SERIES:
        spans = [one for one in _spans(warehouse, series_id, mapped=True) if len(one.events) > 1]
        if not spans:
            continue
        events, at_risk = (frame.to_numpy()[-2:] for frame in spans[-1])
        years = "→".join(str(year) for year in spans[-1].events.index[-2:])
        found = called(*events, *at_risk)
        pooled = events.sum(axis=0) / at_risk.sum(axis=0)
        chance = pd.DataFrame(
            [called(*random.poisson(pooled * at_risk), *at_risk) for _ in range(_COUNTRIES)]
        ).mean()
        rules = list(found)
        cells = [f"{found[rule]:,} ({chance[rule]:.1f})" for rule in rules]
        lines.append(f"| {series_id}, {years} | {events.shape[1]:,} | {' | '.join(cells)} |")
    table = "\n".join(
        [
            f"| series, years | municipalities | {' | '.join(rules)} |",
            f"|---|--:|{'--:|' * len(rules)}",
            *lines,
        ]
    )
    return (
        "## What would be called changed\n\n"
        "Municipalities of the seven departments, the newest two complete years whose residents "
        "come from one projection. In brackets, the mean over "
        f"{_COUNTRIES} simulated countries in which *nothing* changed: every municipality keeps "
        "the rate of both years together. What a rule calls changed there is noise.\n\n"
        f"{table}\n"
    )


def _regression(warehouse: Warehouse) -> str:
    random = np.random.default_rng([SEED, 11])
    parts = []
    for name, mapped in (("the country", False), ("the seven departments", True)):
        rows, noise = [], []
        for span in _spans(warehouse, _HISTORY, mapped=mapped):
            for start in range(len(span.events) - 2 * _WINDOW_YEARS + 1):
                (x1, e1), (x2, e2) = (
                    tuple(
                        frame.iloc[first : first + _WINDOW_YEARS].sum().to_numpy() for frame in span
                    )
                    for first in (start, start + _WINDOW_YEARS)
                )
                top, rest = falls_of_highest(x1, x2, e1, e2)
                rates = posterior_draws_per_100k(x1, e1, draws=_COUNTRIES, seed=SEED) / 1e5
                constant = [
                    falls_of_highest(random.poisson(one * e1), random.poisson(one * e2), e1, e2)[0]
                    for one in rates
                ]
                noise.append(np.mean(constant))
                year = span.events.index[start]
                rows.append((f"{year}-{year + 1}", top, rest, noise[-1]))
        table = pd.DataFrame(rows, columns=["window", "top", "rest", "constant"])
        lines = [
            f"| {row.window} | {100 * row.top:+.0f} % | {100 * row.rest:+.0f} % | "
            f"{100 * row.constant:+.0f} % |"
            for row in table.itertuples()
        ]
        parts.append(
            f"In {name} the {HIGHEST} fell in {(table['top'] < 0).sum()} of {len(table)} windows, "
            f"by {-100 * table['top'].mean():.0f} % on average "
            f"({100 * table['top'].min():+.0f} to {100 * table['top'].max():+.0f} %); all others "
            f"changed by {100 * table['rest'].mean():+.0f} % on average. Had every municipality "
            f"kept its rate, the {HIGHEST} would have changed by "
            f"{100 * table['constant'].mean():+.0f} %.\n\n"
            f"| highest in | {HIGHEST} highest, next two years | all others | "
            f"{HIGHEST} highest, if rates were constant |\n|---|--:|--:|--:|\n" + "\n".join(lines)
        )
    return (
        "## What follows the highest rates\n\n"
        f"Homicide (police): the {HIGHEST} municipalities with the highest rate of two years "
        "together, and the change of their pooled rate in the two years after. No programme chose "
        "them: places looked at because they were violent become less so. The last column draws "
        f"constant rates from the smoothed distribution ({_COUNTRIES} times), so its fall is "
        "counting chance alone; the rest is rates that had risen above their own usual level and "
        "went back. Windows of four years that two projections of the residents or a "
        "missing month cut are left out.\n\n" + "\n\n".join(parts) + "\n"
    )


def _spans(warehouse: Warehouse, series_id: str, *, mapped: bool) -> Iterator[Figures]:
    """Consecutive complete years of one edition of the population, the newest last."""
    yearly = warehouse.table("mart.rate_yearly")
    own = yearly[yearly["series_id"] == series_id]
    own = own[~own["municipality_code"].str.endswith("000")]
    if mapped:
        own = own[own["municipality_code"].str[:2].isin(PROGRAMME_DEPARTMENTS)]
    whole = own.groupby("year").agg(
        months=("months_published", "min"), is_provisional=("is_provisional", "max")
    )
    years = whole.index[(whole["months"] == 12) & ~whole["is_provisional"]].to_numpy(int)
    editions = warehouse.table("core.population_yearly").groupby("year")["edition"].first()
    edition = editions.reindex(years).to_numpy()
    cut = np.flatnonzero((np.diff(years) != 1) | (edition[1:] != edition[:-1])) + 1
    for span in np.split(years, cut):
        events, at_risk = (
            own[own["year"].isin(span)].pivot_table(
                index="year", columns="municipality_code", values=column, dropna=False
            )
            for column in ("events", "person_years")
        )
        known = (at_risk > 0).all()
        yield Figures(events.loc[:, known], at_risk.loc[:, known])
