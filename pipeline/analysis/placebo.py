"""What happened next in places like these: groups chosen in the same way where nobody worked.

Places that are chosen because they were violent are caught at their worst, and fall by themselves.
So a group is never told of alone: it stands among placebo groups that were as violent and as large
beside the other places of their time. Rows are places, columns consecutive years.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analysis.aligned import Floats, non_negative
from pipeline.catalog import methods
from pipeline.errors import ContractError

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

_TIE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class History:
    """What was recorded in all places of a country.

    Attributes
    ----------
    events
        NaN where not published. Shape ``(places, years)``.
    residents
        Mean over the year, NaN where unknown. Shape ``(places, years)``.
    days
        Of each year. Shape ``(years,)``.

    Raises
    ------
    ContractError
        If shapes differ or a value is negative.
    """

    events: Floats
    residents: Floats
    days: Floats

    def __post_init__(self) -> None:
        """Refuse tables that do not belong together."""
        non_negative(self.events, "events")
        non_negative(self.residents, "residents")
        if self.events.shape != self.residents.shape or self.events.shape[1] != len(self.days):
            message = (
                f"history: events {self.events.shape}, residents {self.residents.shape} and "
                f"{len(self.days)} years must hold the same places and years"
            )
            raise ContractError(message)

    def profile(self, start: int) -> Floats:
        """How violent and how large each place was in the years before `start`.

        Returns
        -------
        profile
            Root of the rate over that of the country, and logarithm of the residents; NaN where
            either is unknown or nobody lives. Shape ``(places, 2)``.
        """
        people = self._before(start, self.residents).mean(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            level = self.level(start, np.arange(len(self.events))[:, None], np.array([], np.intp))
            found: Floats = np.column_stack([np.sqrt(level), np.log(people)])
        return np.where(np.isfinite(found).all(axis=1, keepdims=True), found, np.nan)

    def level(self, start: int, groups: Places, left_out: Places) -> Floats:
        """Rate of groups in the years before `start` over that of all other places.

        Parameters
        ----------
        start
            First year after.
        groups
            Members. Shape ``(groups, members)``.
        left_out
            Places that are none of the others.

        Returns
        -------
        level
            NaN where it is unknown. Shape ``(groups,)``.
        """
        events, at_risk = (
            self._before(start, values).sum(axis=1)
            for values in (self.events, self.residents * self.days)
        )
        known: Flags = np.isfinite(events + at_risk)
        known[left_out] = False
        country = events[known].sum() / at_risk[known].sum()
        found: Floats = events[groups].sum(axis=1) / at_risk[groups].sum(axis=1) / country
        return found

    def _before(self, start: int, values: Floats) -> Floats:
        return values[:, start - methods.PLACEBO_YEARS_BEFORE : start]

    def outcomes(self, start: int, groups: Places, years: int) -> Floats:
        """Events a day in the first 1, 2, ... years from `start` on, over those before.

        All members of a group are summed. Residents are held at what they were, so that an edition
        of the population in between is no step.

        Parameters
        ----------
        start
            First year after.
        groups
            Members. Shape ``(groups, members)``.
        years
            How many years are followed.

        Returns
        -------
        outcomes
            NaN where a member publishes nothing or there were no events before. Shape
            ``(groups, years)``.
        """
        span = slice(start - methods.PLACEBO_YEARS_BEFORE, start)
        events = self.events[groups].sum(axis=1)
        before = events[:, span].sum(axis=1) / self.days[span].sum()
        after = events[:, start : start + years].cumsum(axis=1)
        daily = after / self.days[start : start + years].cumsum()
        found: Floats = daily / np.where(before > 0, before, np.nan)[:, None]
        return found

    def others(self, start: int, years: int, left_out: Places) -> Floats:
        """The same of all other places whose figures are known throughout, together."""
        span = slice(start - methods.PLACEBO_YEARS_BEFORE, start + years)
        known: Flags = np.logical_not(np.isnan(self.events[:, span]).any(axis=1))
        known[left_out] = False
        found: Floats = self.outcomes(start, np.flatnonzero(known)[None, :], years)[0]
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """How a group was chosen, and how groups like it are.

    Attributes
    ----------
    group
        Places of the group.
    start
        First year after, of the group itself.
    windows
        First years after, of the placebo groups: the draws are spread evenly over them.
    eligible
        Which places may be drawn; those of the group never are. Shape ``(places,)``.
    years
        How many years are followed.
    """

    group: Places
    start: int
    windows: Sequence[int]
    eligible: Flags
    years: int


class Fan(NamedTuple):
    """Where a group stands among placebo groups.

    Attributes
    ----------
    quantiles
        Of the placebo groups' outcomes at `methods.PLACEBO_QUANTILES`. Shape ``(quantiles,
        years)``.
    own
        Outcome of the group itself. Shape ``(years,)``.
    draws
        Placebo groups whose outcome is defined. Shape ``(years,)``.
    below
        Those of them that fell more, or rose less. Ties count half. Shape ``(years,)``.
    heaviest
        Position in the group of the member whose leaving out moves its outcome most. Shape
        ``(years,)``.
    own_without, below_without
        Outcome of the group without that member, and the placebo groups below it. Shape
        ``(years,)``.
    level, placebo_level
        Rate before over that of all other places of the country: of the group, and the median of
        the placebo groups.
    """

    quantiles: Floats
    own: Floats
    draws: Floats
    below: Floats
    heaviest: Places
    own_without: Floats
    below_without: Floats
    level: float
    placebo_level: float


def placebo_groups(history: History, choice: Choice, window: int, draws: int, seed: int) -> Places:
    """Groups chosen in one window as the group was in its own.

    For each place of the group one is drawn among the nearest eligible ones, by rate before, beside
    that of the country then, and by residents, in standard deviations of the eligible places at the
    time of the group: as violent beside the others of their time, not in absolute terms. No place
    is in a group twice.

    Parameters
    ----------
    history
        What was recorded.
    choice
        Of the group.
    window
        First year after, of the placebo groups.
    draws
        How many groups.
    seed
        Of the random numbers.

    Returns
    -------
    groups
        Shape ``(draws, len(choice.group))``.

    Raises
    ------
    ContractError
        If fewer places are eligible than the group has, or the group's rates are unknown.
    """
    group, eligible = choice.group, choice.eligible
    pool = eligible.copy()
    pool[group] = False
    then, theirs = history.profile(window), history.profile(choice.start)
    pool &= ~np.isnan(then[:, 0])
    if np.isnan(theirs[group]).any() or pool.sum() < len(group):
        message = (
            f"placebo: {int(pool.sum())} places can be drawn for {len(group)}, whose rates before "
            "must be known"
        )
        raise ContractError(message)
    candidates = np.flatnonzero(pool)
    known = theirs[eligible & ~np.isnan(theirs[:, 0])]
    spread = known.std(axis=0) if len(known) > 1 else np.ones(2)
    weight = np.array([1.0, methods.PLACEBO_SIZE_WEIGHT]) / np.where(spread > 0, spread, 1.0)
    apart = (then[candidates][None] - theirs[group][:, None]) * weight
    distance = np.hypot(*apart.transpose(2, 0, 1))
    order = candidates[np.argsort(distance, axis=1, kind="stable")]
    # Others take at most all but one of the nearest, so the next ones stand in.
    near = order[:, : methods.PLACEBO_NEAREST + len(group) - 1].tolist()
    rng = np.random.default_rng(seed)
    found = np.empty((draws, len(group)), np.intp)
    for row in found:
        taken: set[int] = set()
        for place in rng.permutation(len(group)).tolist():
            free = [one for one in near[place] if one not in taken][: methods.PLACEBO_NEAREST]
            one = free[int(rng.integers(len(free)))]
            row[place] = one
            taken.add(one)
    return found


def placebo_fans(
    history: History,
    choice: Choice,
    draws: int = methods.PLACEBO_DRAWS,
    seed: int = methods.PLACEBO_SEED,
) -> tuple[Fan, Fan]:
    """Set a group among placebo groups.

    Parameters
    ----------
    history
        What was recorded.
    choice
        Of the group, and of groups like it.
    draws, seed
        How many placebo groups, and of which random numbers.

    Returns
    -------
    plain, relative
        Aligned with the years that are followed. Relative outcomes are divided by that of all
        other places of the country in the same years, so that what moved everywhere, and a change
        of definition in all places alike, cancels.

    Raises
    ------
    ContractError
        As from `placebo_groups`, or if there is no window.
    """
    group, start, years = choice.group, choice.start, choice.years
    windows = choice.windows
    if not windows:
        message = "placebo: no window in which groups could be chosen"
        raise ContractError(message)
    plain, relative, levels = [], [], []
    for place, window in enumerate(windows):
        share = len(range(place, draws, len(windows)))
        groups = placebo_groups(history, choice, window, share, seed + place)
        plain.append(history.outcomes(window, groups, years))
        relative.append(plain[-1] / history.others(window, years, group))
        levels.append(history.level(window, groups, group))
    left_out = np.array([np.delete(group, at) for at in range(len(group))], np.intp)
    own = history.outcomes(start, group[None, :], years)
    without = history.outcomes(start, left_out.reshape(len(group), -1), years)
    others = history.others(start, years, group)
    level = float(history.level(start, group[None, :], group)[0])
    both = (level, float(np.nanmedian(np.concatenate(levels))))
    return (
        _fan(np.concatenate(plain), own[0], without, both),
        _fan(np.concatenate(relative), own[0] / others, without / others, both),
    )


def is_alike(fan: Fan) -> bool:
    """Whether placebo groups were as violent as the group, up to `methods.PLACEBO_LEVEL_SHARE`."""
    return abs(fan.placebo_level / fan.level - 1) <= methods.PLACEBO_LEVEL_SHARE


def _fan(outcomes: Floats, own: Floats, without: Floats, levels: tuple[float, float]) -> Fan:
    known = ~np.isnan(outcomes)
    quantiles = np.full((len(methods.PLACEBO_QUANTILES), outcomes.shape[1]), np.nan)
    some = known.any(axis=0)
    quantiles[:, some] = np.nanquantile(outcomes[:, some], methods.PLACEBO_QUANTILES, axis=0)
    shift = np.where(np.isnan(without), 0.0, np.abs(without - own))
    heaviest = shift.argmax(axis=0)
    lighter = np.take_along_axis(without, heaviest[None], axis=0)[0]
    return Fan(
        quantiles,
        own,
        known.sum(axis=0).astype(float),
        _below(outcomes, own),
        heaviest,
        lighter,
        _below(outcomes, lighter),
        *levels,
    )


def _below(outcomes: Floats, own: Floats) -> Floats:
    """How many outcomes lie below a group's own; ties count half."""
    known = ~np.isnan(outcomes)
    below = (known & (outcomes < own - _TIE)).sum(axis=0)
    equal = (known & (np.abs(outcomes - own) <= _TIE)).sum(axis=0)
    return np.where(np.isnan(own), np.nan, below + equal / 2)


def next_of_highest(
    history: History, windows: Sequence[int], among: Flags, count: int = methods.HIGHEST_PLACES
) -> tuple[Floats, Floats]:
    """How the places with the highest rates of some years moved in as many years after.

    Parameters
    ----------
    history
        What was recorded.
    windows
        First years after.
    among
        Places that are ranked. Shape ``(places,)``.
    count
        How many of the highest.

    Returns
    -------
    highest, rest
        Percent change of the pooled rate with residents held, of the highest and of all others.
        Shape ``(windows,)`` each.
    """
    years = methods.PLACEBO_YEARS_BEFORE
    found = np.full((2, len(windows)), np.nan)
    for at, window in enumerate(windows):
        rate = history.profile(window)[:, 0]
        span = slice(window - years, window + years)
        known = among & ~np.isnan(rate) & ~np.isnan(history.events[:, span]).any(axis=1)
        places = np.flatnonzero(known)
        if len(places) <= count:
            continue
        order = places[np.argsort(-rate[places], kind="stable")]
        for side, group in enumerate((order[:count], order[count:])):
            found[side, at] = 100 * (history.outcomes(window, group[None, :], years)[0, -1] - 1)
    return found[0], found[1]
