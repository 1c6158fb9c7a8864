"""Programmes that never were, and effects that were planted, in real counts before 2020.

``python -m tests.validation.programmes`` writes ``docs/placebo-programmes.md``; ``make validate``
runs it after the other studies.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline import build
from pipeline.analysis.change import rate_ratio
from pipeline.analysis.evaluation.design import (
    Counts,
    Groups,
    Span,
    border_matrix,
    evaluated_groups,
    span_counts,
)
from pipeline.analysis.evaluation.effect import (
    information_weights,
    score_bootstrap_p,
    weighted_effect,
)
from pipeline.analysis.evaluation.placebo import (
    Pool,
    Positions,
    assigned,
    clustered_draws,
    critical_value,
    highest_draws,
    matched_draws,
    placebo_effects,
    random_draws,
    recommended_effect,
    thinned,
)
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.catalog.programmes import SOMOS_COMUNIDAD
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse
from tests.validation.figures import SEED, Finding, Study, percent

REPORT: Final = Path(__file__).resolve().parents[2] / "docs" / "placebo-programmes.md"

SPAN: Final = Span(date(2018, 1, 1), date(2020, 9, 1), date(2022, 1, 1), date(2024, 12, 1))
FIRST_MOVE, LAST_MOVE = -15, -7
"""Years back: 2003-2009 to 2011-2017, within one edition of the population."""

DRAWS: Final = 1_000
NEAREST: Final = 12
NEAREST_IN_REGION: Final = 5
SIGNIFICANT: Final = 0.05
FALLS: Final = (0.2, 0.3)
LEAST_FALSE, MOST_FALSE = 0.03, 0.07
_CHOSEN_ON: Final = "homicide_police"
_HELD_OUT: Final = ("extortion", "terrorism")
_GRID: Final = (0.2, 0.3, 0.4, 0.5, 0.6)
_POWER: Final = 0.8
_REFERENCES: Final = 199
_SIGNS: Final = 999


@dataclass(frozen=True, eq=False)
class History:
    """Counts of one series in the municipalities of one rural-development plan, and who is who."""

    series_id: str
    events: pd.DataFrame
    population: pd.DataFrame
    published: frozenset[pd.Timestamp]
    neighbours: pd.DataFrame
    regions: "pd.Series[str]"
    groups: Groups

    @cached_property
    def target(self) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
        """What the first wave was like before the programme, among all places of the plan."""
        counts = self.counts(SPAN)
        own = counts.of(self.groups.first_wave)
        codes = [code for code, flag in zip(counts.codes, own, strict=True) if flag]
        return counts.profile[own], tuple(str(self.regions[code]) for code in codes)

    def counts(self, span: Span) -> Counts:
        return span_counts(
            self.events, self.population, list(self.regions.index), span, self.published
        )

    def pool(self, counts: Counts) -> Pool:
        regions = self.regions.reindex(list(counts.codes)).to_numpy(str)
        return Pool(counts, border_matrix(counts.codes, self.neighbours), regions)

    def spans(self) -> Iterator[Span]:
        for years in range(FIRST_MOVE, LAST_MOVE + 1):
            yield SPAN.moved(years)


def real_history(warehouse: Warehouse, series_id: str) -> History:
    """The warehouse's own figures."""
    places = warehouse.table("core.municipality").set_index("municipality_code")
    coverage = warehouse.table("core.coverage")
    coverage = coverage[coverage["programme_id"] == SOMOS_COMUNIDAD.id]
    known = places.join(
        coverage.set_index("municipality_code")[["state", "evidence", "is_named_region"]]
    )
    known["is_pdet"] = known["pdet_subregion"].notna()
    known["is_programme_department"] = known["department_code"].isin(PROGRAMME_DEPARTMENTS)
    neighbours = warehouse.table("mart.neighbour")
    crime = warehouse.table("core.crime_monthly")
    months = warehouse.table("core.availability")
    whole = months[
        (months["series_id"] == series_id)
        & (months["status"] == "complete")
        & (months["municipality_code"] == "all")
    ]
    return History(
        series_id,
        crime[crime["series_id"] == series_id],
        warehouse.table("mart.population_yearly"),
        frozenset(whole["month"]),
        neighbours,
        known.loc[known["is_pdet"], "pdet_subregion"],
        evaluated_groups(known, neighbours),
    )


def draws_of(history: History, pool: Pool, draws: int, seed: int) -> dict[str, Positions]:
    """Placebo programmes of every kind."""
    target, regions = history.target
    size = len(target)
    counts = pool.counts
    return {
        "random": random_draws(len(counts.codes), size, draws=draws, seed=seed),
        "matched": matched_draws(target, counts.profile, nearest=NEAREST, draws=draws, seed=seed),
        "matched, together as the first wave": clustered_draws(
            target,
            regions,
            counts.profile,
            pool.regions,
            nearest=NEAREST_IN_REGION,
            draws=draws,
            seed=seed,
        ),
        "most violent": highest_draws(counts, size, draws=draws, seed=seed),
    }


def claims(pool: Pool, positions: Positions) -> dict[str, npt.NDArray[np.bool_]]:
    """Which draws each rule would have called an effect, at 5 %."""
    counts = pool.counts
    evaluated, compared = assigned(positions, pool.borders)
    before, after, first, second = (
        (evaluated * one).sum(axis=1)
        for one in (counts.before, counts.after, counts.years_before, counts.years_after)
    )
    plain = weighted_effect(counts, evaluated, compared)
    recommended = recommended_effect(counts, evaluated, compared)
    everywhere = np.ones(len(counts.codes), dtype=bool)
    weights = information_weights(counts, everywhere)
    bootstrap = score_bootstrap_p(
        counts, evaluated, compared, weights, counts.profile, draws=_SIGNS, seed=SEED
    )
    p = {
        "before and after": rate_ratio(before, first, after, second).p,
        "raw difference in differences": plain.p_independent,
        "pooled, cluster-robust": plain.p_cluster,
        "score wild bootstrap": bootstrap,
        "recommended": recommended.p,
    }
    return {rule: one < SIGNIFICANT for rule, one in p.items()}


def false_claims(history: History, draws: int) -> pd.DataFrame:
    """Share of draws called an effect: one row per window and kind of draw."""
    rows = []
    for number, span in enumerate(history.spans()):
        pool = history.pool(history.counts(span))
        for kind, positions in draws_of(history, pool, draws, SEED + number).items():
            shares = {rule: one.mean() for rule, one in claims(pool, positions).items()}
            rows.append({"window": _window(span), "draw": kind, **shares})
    return pd.DataFrame(rows)


def planted(history: History, draws: int, falls: Sequence[float] = FALLS) -> pd.DataFrame:
    """Power and bias of the recommended estimator: one row per window and planted fall."""
    rows = []
    target, _ = history.target
    for number, span in enumerate(history.spans()):
        pool = history.pool(history.counts(span))
        positions = matched_draws(
            target, pool.counts.profile, nearest=NEAREST, draws=draws, seed=SEED + number
        )
        nothing = placebo_effects(pool, positions)
        for fall in falls:
            found = placebo_effects(pool, positions, fall, SEED + number)
            rows.append(
                {
                    "window": _window(span),
                    "fall": fall,
                    "power": np.mean((found.p < SIGNIFICANT) & (found.log_ratio < 0)),
                    "estimate": np.exp(found.log_ratio.mean()) - 1,
                    "moved": np.exp((found.log_ratio - nothing.log_ratio).mean()) - 1,
                    "spread": nothing.log_ratio.std(),
                }
            )
    return pd.DataFrame(rows)


def detectable(history: History, sizes: Sequence[int], draws: int) -> pd.DataFrame:
    """Smallest fall that is found four times out of five, by number of places."""
    rows = []
    target, _ = history.target
    for size in sizes:
        power = np.zeros(len(_GRID))
        spans = list(history.spans())
        for number, span in enumerate(spans):
            pool = history.pool(history.counts(span))
            like = np.resize(np.arange(len(target)), size)
            positions = matched_draws(
                target[like],
                pool.counts.profile,
                nearest=max(NEAREST, size + 2),
                draws=draws,
                seed=SEED + number,
            )
            for place, fall in enumerate(_GRID):
                found = placebo_effects(pool, positions, fall, SEED + number)
                power[place] += np.mean((found.p < SIGNIFICANT) & (found.log_ratio < 0))
        power /= len(spans)
        rows.append(
            {"places": size, "detectable": smallest(power), **dict(zip(_GRID, power, strict=True))}
        )
    return pd.DataFrame(rows)


def smallest(power: npt.NDArray[np.float64]) -> float:
    """The fall at which power reaches four fifths, between the falls that were tried."""
    if power[-1] < _POWER:
        return float("nan")
    return float(np.interp(_POWER, np.maximum.accumulate(power), _GRID))


def randomised(history: History, draws: int) -> pd.DataFrame:
    """How often randomisation inference among the compared places claims an effect."""
    rows = []
    target, _ = history.target
    for number, span in enumerate(history.spans()):
        pool = history.pool(history.counts(span))
        counts = pool.counts
        positions = matched_draws(
            target, counts.profile, nearest=NEAREST, draws=draws, seed=SEED + number
        )
        evaluated, compared = assigned(positions, pool.borders)
        random = np.random.default_rng(SEED + number)
        for one, own, beside in zip(positions, evaluated, compared, strict=True):
            others = history.pool(_only(counts, beside))
            reference = placebo_effects(
                others,
                matched_draws(
                    counts.profile[one],
                    counts.profile[beside],
                    nearest=NEAREST,
                    draws=_REFERENCES,
                    seed=SEED,
                ),
            )
            limit = critical_value(reference.t)
            row = {"window": _window(span)}
            for fall in (0.0, *FALLS):
                seen = thinned(counts, own, fall, random) if fall else counts
                found = float(recommended_effect(seen, own, beside).t[0])
                row[fall] = abs(found) > limit if fall == 0 else found < -limit
            rows.append(row)
    return pd.DataFrame(rows)


def regional(history: History, draws: int) -> pd.DataFrame:
    """The design itself, in time: drawn in the seven departments, compared outside them."""
    rows = []
    target, _ = history.target
    inside = history.groups.documented + history.groups.candidates
    for number, span in enumerate(history.spans()):
        counts = history.counts(span)
        own, beside = counts.of(inside), counts.of(history.groups.compared)
        at = np.flatnonzero(own)
        positions = at[
            matched_draws(
                target, counts.profile[own], nearest=NEAREST, draws=draws, seed=SEED + number
            )
        ]
        evaluated = np.zeros((draws, len(counts.codes)), dtype=bool)
        evaluated[np.arange(draws)[:, None], positions] = True
        found = recommended_effect(counts, evaluated, np.broadcast_to(beside, evaluated.shape))
        first = recommended_effect(counts, counts.of(history.groups.first_wave), beside)
        rows.append(
            {
                "window": _window(span),
                "claimed": np.mean(found.p < SIGNIFICANT),
                "ratio": float(np.exp(first.log_ratio[0])),
                "p": float(first.p[0]),
            }
        )
    return pd.DataFrame(rows)


def placebo_study(history: History, false: pd.DataFrame, power: pd.DataFrame, draws: int) -> Study:
    """The bounds: 3 to 7 % false claims in every window, with power beside them."""
    findings = []
    own = false[false["draw"] == "matched"].set_index("window")["recommended"]
    for window, share in own.items():
        beside = ", ".join(
            f"{percent(row.power)} at -{row.fall:.0%}".replace("0%", "0 %")
            for row in power[power["window"] == window].itertuples()
        )
        findings.append(
            Finding(
                f"{history.series_id}, {window}",
                float(share),
                float(np.sqrt(share * (1 - share) / draws)),
                LEAST_FALSE,
                MOST_FALSE,
                beside,
            )
        )
    overall = float(own.mean())
    findings.append(
        Finding(
            f"{history.series_id}, all windows",
            overall,
            float(np.sqrt(overall * (1 - overall) / draws / len(own))),
            LEAST_FALSE,
            MOST_FALSE,
            ", ".join(
                f"{percent(one)} at -{100 * fall:.0f} %"
                for fall, one in power.groupby("fall")["power"].mean().items()
            ),
        )
    )
    return Study(
        "False effects of the recommended estimator",
        f"{draws:,} placebo programmes per window, matched to the ten places of the first wave on "
        "homicide rate, residents and membership in the rural-development plan (PDET). 33 months "
        "before, fifteen between that count for neither, thirty-six after, as in the "
        "evaluation itself. Nothing was done in these places, so every effect that is claimed is "
        "false. Windows overlap and draws of one window share their places, so that windows differ "
        "by more than the error of the draws.",
        findings,
        "power of a planted fall",
    )


def false_table(history: History, false: pd.DataFrame) -> str:
    """How often each rule would have claimed an effect, by kind of draw."""
    means = false.groupby("draw", sort=False)
    rules = [name for name in false.columns if name not in {"window", "draw"}]
    lines = [
        f"| {kind} | "
        + " | ".join(
            f"{percent(rows[rule].mean())} ({percent(rows[rule].min())} to "
            f"{percent(rows[rule].max())})"
            for rule in rules
        )
        + " |"
        for kind, rows in means
    ]
    head = f"| {history.series_id}, places drawn | {' | '.join(rules)} |"
    return "\n".join([head, f"|---|{'--:|' * len(rules)}", *lines])


def sections(
    false: dict[History, pd.DataFrame],
    power: pd.DataFrame,
    least: pd.DataFrame,
    random: pd.DataFrame,
    design: pd.DataFrame,
) -> list[str]:
    """Everything beside the bounds."""
    tables = "\n\n".join(false_table(history, found) for history, found in false.items())
    planted_rows = [
        f"| {row.window} | -{100 * row.fall:.0f} % | {percent(row.power)} | "
        f"{100 * row.moved:+.1f} % | {100 * row.estimate:+.1f} % | {row.spread:.3f} |"
        for row in power.itertuples()
    ]
    least_rows = [
        f"| {row['places']:.0f} | "
        + " | ".join(percent(row[fall]) for fall in _GRID)
        + (
            f" | -{100 * row['detectable']:.0f} % |"
            if np.isfinite(row["detectable"])
            else f" | beyond -{100 * _GRID[-1]:.0f} % |"
        )
        for _, row in least.iterrows()
    ]
    shares = random.mean(numeric_only=True)
    error = np.sqrt(shares * (1 - shares) / len(random))
    in_time = [
        f"| {row.window} | {percent(row.claimed)} | {row.ratio:.2f} | {row.p:.2f} |"
        for row in design.itertuples()
    ]
    return [
        (
            "## What other rules would have claimed\n\n"
            "Share of placebo programmes that each rule calls an effect at 5 %: the mean over the "
            "nine windows, and the lowest and highest window. *Before and after* looks at the "
            "drawn places alone, *raw* takes every event for independent, *pooled* is Poisson with "
            "effects of place and time and standard errors clustered by municipality; the *score "
            "wild bootstrap* and the *recommended* test use the same estimate, weighted and "
            "adjusted. *Most violent*: ten of the twenty highest rates before. The recommended "
            "estimator was picked on homicide among twelve variants, by these windows; extortion "
            "and terrorism took no part in that "
            f"choice.\n\n{tables}\n"
        ),
        "## Planted effects: power and bias\n\n"
        "Each event after in the drawn places was taken away with the probability of the planted "
        "fall. *Moved* is how far that moved the estimate of the same draw, *estimate* the mean "
        "estimate: what it differs from the planted fall is the window's own drift of places of "
        "this profile, which the adjustment leaves.\n\n"
        "| window | planted | found | moved | estimate | spread of the log ratio |\n"
        "|---|--:|--:|--:|--:|--:|\n" + "\n".join(planted_rows) + "\n",
        "## Smallest detectable fall\n\n"
        "Share of planted falls that are found, over all windows, by the number of places, and the "
        "fall that four of five programmes of that size would show.\n\n"
        "| places | " + " | ".join(f"-{100 * fall:.0f} %" for fall in _GRID) + " | detectable |\n"
        "|--:|" + "--:|" * (len(_GRID) + 1) + "\n" + "\n".join(least_rows) + "\n",
        "## Randomisation inference\n\n"
        f"{len(random)} placebo programmes, each judged by {_REFERENCES} others that were matched "
        "to it and drawn among the places it is compared with. Evaluated places "
        "are not in the pool that is drawn from, so that it is not exact by construction: it was "
        "run.\n\n"
        "| | claimed | error, points |\n|---|--:|--:|\n"
        + "\n".join(
            f"| {'nothing planted' if fall == 0 else f'planted -{100 * fall:.0f} %'} | "
            f"{percent(shares[fall])} | {100 * error[fall]:.1f} |"
            for fall in shares.index
        )
        + "\n",
        "## The design itself in earlier years\n\n"
        "Ten places like the first wave, drawn among the documented and candidate places of the "
        "seven departments, beside the compared places outside them: what two parts of the country "
        "do apart from one another is in this share, and no test that draws within one pool shows "
        "it. Beside it the ten places of the first wave themselves, years before the programme: "
        "rate ratio and p-value.\n\n"
        "| window | drawn places called an effect | first wave, ratio | p |\n|---|--:|--:|--:|\n"
        + "\n".join(in_time)
        + f"\n\nOver all windows {percent(design['claimed'].mean())} of the draws were called an "
        "effect.\n",
    ]


def report(study: Study, parts: Sequence[str]) -> str:
    """The whole document."""
    bounds = [one for one in study.findings if one.bound != "reported"]
    held = sum(one.is_kept for one in bounds)
    head = f"""# Placebo programmes

Written by `python -m tests.validation.programmes` (part of `make validate`) from the bundled
snapshot's own counts, seed {SEED}; do not edit. A bound holds if the share is within two
Monte-Carlo standard errors of it. **{held} of {len(bounds)} bounds held.** The estimators stand in
[methods](methods.md).
"""
    return "\n".join([head, study.section(), *parts])


def main() -> int:
    """Run the study, write the report, say whether every bound held."""
    with TemporaryDirectory() as folder:
        build.build(Path(folder))
        warehouse = Warehouse.open(published_path(Path(folder)))
        histories = [real_history(warehouse, one) for one in (_CHOSEN_ON, *_HELD_OUT)]
        warehouse.close()
    first = histories[0]
    false = {history: false_claims(history, DRAWS) for history in histories}
    print("false claims counted", flush=True)
    power = planted(first, DRAWS)
    print("planted effects counted", flush=True)
    study = placebo_study(first, false[first], power, DRAWS)
    least = detectable(first, (10, 14, 35), DRAWS // 5)
    parts = sections(false, power, least, randomised(first, DRAWS // 25), regional(first, DRAWS))
    REPORT.write_text(report(study, parts), encoding="utf-8")
    print("held" if study.is_kept else "MISSED", study.title)
    return 0 if study.is_kept else 1


def _only(counts: Counts, chosen: npt.NDArray[np.bool_]) -> Counts:
    codes = tuple(code for code, flag in zip(counts.codes, chosen, strict=True) if flag)
    return Counts(
        codes,
        counts.before[chosen],
        counts.after[chosen],
        counts.years_before[chosen],
        counts.years_after[chosen],
    )


def _window(span: Span) -> str:
    return f"{span.before_first.year}-{span.after_last.year}"


if __name__ == "__main__":
    sys.exit(main())
