"""What a study hands back: figures beside the bounds they were held to, and how they print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

SEED: Final = 20_261_122
ERRORS_ALLOWED: Final = 2.0
"""Monte-Carlo standard errors by which a simulated share may miss its bound."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A share, its Monte-Carlo standard error (None if it was computed), and its bounds, if any."""

    scenario: str
    share: float
    error: float | None = None
    least: float | None = None
    most: float | None = None
    beside: str = ""

    @property
    def is_kept(self) -> bool:
        slack = ERRORS_ALLOWED * (self.error or 0.0)
        above = self.least is None or self.share >= self.least - slack
        below = self.most is None or self.share <= self.most + slack
        return above and below

    @property
    def bound(self) -> str:
        if self.least is not None and self.most is not None:
            return f"{self.least:.0%} to {self.most:.0%}"
        if self.least is not None:
            return f"at least {self.least:.0%}"
        return "reported" if self.most is None else f"at most {self.most:.0%}"

    def row(self) -> str:
        error = "exact" if self.error is None else f"{100 * self.error:.2f}"
        verdict = "" if self.bound == "reported" else "held" if self.is_kept else "**MISSED**"
        cells = [
            self.scenario,
            f"{100 * self.share:.1f} %",
            error,
            self.bound.replace("%", " %"),
            verdict,
            self.beside,
        ]
        return f"| {' | '.join(cells)} |"


@dataclass(frozen=True, slots=True)
class Study:
    """One question, how it was asked, and what was found."""

    title: str
    asked: str
    findings: Sequence[Finding]
    beside: str = "beside it"

    @property
    def is_kept(self) -> bool:
        return all(finding.is_kept for finding in self.findings)

    def section(self) -> str:
        head = f"| scenario | share | error, points | bound | verdict | {self.beside} |"
        rows = [finding.row() for finding in self.findings]
        table = "\n".join([head, "|---|--:|--:|---|---|---|", *rows])
        return f"## {self.title}\n\n{self.asked}\n\n{table}\n"


def of_maps(
    scenario: str,
    shares: npt.ArrayLike,
    *,
    least: float | None = None,
    most: float | None = None,
    beside: str = "",
) -> Finding:
    """A finding from one share, or one yes or no, for each independent map."""
    values = np.asarray(shares, dtype=float)
    error = float(values.std(ddof=1) / np.sqrt(values.size))
    return Finding(scenario, float(values.mean()), error, least, most, beside)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"
