"""Which estimates of an evaluation are told, and with which limits: page and files say the same."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.facts import Estimate


class Told(NamedTuple):
    """What is told of an evaluation.

    Attributes
    ----------
    main
        One estimate per outcome, with what may be said of it; none where no group began together.
    others
        The first outcome, asked in other ways.
    staggered
        Differences of rates, where an official list dates the starts.
    """

    main: list[Estimate]
    others: list[Estimate]
    staggered: list[Estimate]


def told_estimates(estimates: Sequence[Estimate]) -> Told | None:
    """Estimates that are told, without the limits that are not.

    Parameters
    ----------
    estimates
        As from `dashboard.facts.evaluation`.

    Returns
    -------
    told
        ``None`` where nothing was evaluated. Limits that are too wide to be of use are empty, and
        so are those of an outcome whose tests disagree: one of them would be taken for a finding.
    """
    main = [
        one for one in estimates if (one.evaluated, one.estimator) == ("first_wave", "recommended")
    ]
    if not main:
        return None
    staggered = [
        one
        for one in estimates
        if one.difference_lower is not None and one.difference_upper is not None
    ]
    if not main[0].places:
        return Told([], [], staggered)
    others = [
        one
        for one in estimates
        if one.series_id == main[0].series_id and one not in main and one.percent_lower is not None
    ]
    return Told(
        [_limited(one, is_refused=one.verdict == "tests disagree") for one in main],
        [_limited(one) for one in others],
        staggered,
    )


def _limited(estimate: Estimate, *, is_refused: bool = False) -> Estimate:
    """An estimate with the limits that are told of it."""
    if not (is_refused or estimate.is_useless):
        return estimate
    is_useless = estimate.is_useless and not is_refused
    return estimate._replace(percent_lower=None, percent_upper=None, is_useless=is_useless)
