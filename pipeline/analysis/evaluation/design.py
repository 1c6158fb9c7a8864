"""Who is evaluated, beside whom, and over which months."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.aligned import Floats
from pipeline.analysis.rates import person_years
from pipeline.errors import ContractError

Flags = npt.NDArray[np.bool_]


class Refusal(StrEnum):
    """Why an evaluation is refused."""

    MONTHS = "months not published"
    EDITIONS = "two editions of the population"
    PLACES = "too few places"
    EVENTS = "too few places with events"
    PERIODS = "too few periods"
    STARTS = "starts not dated"
    COMPONENT = "component unknown"


class EvaluationRefusedError(ContractError):
    """An evaluation that the data at hand do not allow; the message says what is missing.

    Parameters
    ----------
    reason
        In a word.
    message
        What is missing, how many, and what would change it.
    missing
        How many places, months or figures are missing.
    """

    def __init__(self, reason: Refusal, message: str, missing: int) -> None:
        super().__init__(message)
        self.reason = reason
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Span:
    """Months before and after; those between them count for neither.

    Attributes
    ----------
    before_first, before_last, after_first, after_last
        First days of months, all included.
    """

    before_first: date
    before_last: date
    after_first: date
    after_last: date

    @property
    def before(self) -> pd.DatetimeIndex:
        """First days of the months before."""
        return pd.date_range(self.before_first, self.before_last, freq="MS")

    @property
    def after(self) -> pd.DatetimeIndex:
        """First days of the months after."""
        return pd.date_range(self.after_first, self.after_last, freq="MS")

    def moved(self, years: int) -> "Span":
        """The same months as many years later; earlier if negative."""
        days = (self.before_first, self.before_last, self.after_first, self.after_last)
        return Span(*(one.replace(year=one.year + years) for one in days))

    def with_start(self, after_first: date) -> "Span":
        """The same months before, with another first month after."""
        return replace(self, after_first=after_first)

    def quarter_starts(self, earliest: date) -> Iterator[date]:
        """Every quarter in which the time after could begin, up to its own first month."""
        for one in pd.date_range(earliest, self.after_first, freq="QS"):
            yield one.date()


class Groups(NamedTuple):
    """Municipality codes by what they are to the evaluation, each in ascending order.

    Attributes
    ----------
    first_wave
        Confirmed by two sources to have been reached in the first wave.
    documented
        Documented in any way; the first wave is among them.
    candidates
        May be covered: never a comparison.
    likelier
        Those candidates that lie in a region which a report names.
    compared
        Of the same rural-development plan, in departments where the programme did not work, and no
        neighbour of a place that is or may be covered.
    bordering
        Left out of the comparison for being such a neighbour.
    """

    first_wave: tuple[str, ...]
    documented: tuple[str, ...]
    candidates: tuple[str, ...]
    likelier: tuple[str, ...]
    compared: tuple[str, ...]
    bordering: tuple[str, ...]


def evaluated_groups(places: pd.DataFrame, neighbours: pd.DataFrame) -> Groups:
    """Sort municipalities into those evaluated, those beside them, and those left out.

    Parameters
    ----------
    places
        One row per municipality, by code: `state`, `evidence`, `is_named_region`, `is_pdet` and
        `is_programme_department`.
    neighbours
        `municipality_code` and `neighbour_code`, in both directions.

    Returns
    -------
    Groups
        Empty where a group has no member.
    """
    state = places["state"]
    documented = state.isin(["documented", "covered"])
    candidate = state == "candidate"
    possible = places.index[documented | candidate]
    beside = neighbours.loc[neighbours["municipality_code"].isin(possible), "neighbour_code"]
    elsewhere = places["is_pdet"] & ~places["is_programme_department"] & ~documented & ~candidate
    borders = places.index.isin(beside)

    def codes(chosen: "pd.Series[bool]") -> tuple[str, ...]:
        return tuple(sorted(str(code) for code in places.index[chosen]))

    return Groups(
        first_wave=codes(documented & (places["evidence"] == "confirmed")),
        documented=codes(documented),
        candidates=codes(candidate),
        likelier=codes(candidate & places["is_named_region"]),
        compared=codes(elsewhere & ~borders),
        bordering=codes(elsewhere & borders),
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """Events and person-years before and after; one entry per place, in the order of `codes`.

    Attributes
    ----------
    codes
        Municipality codes.
    before, after
        Events.
    years_before, years_after
        Person-years, above 0.
    """

    codes: tuple[str, ...]
    before: Floats
    after: Floats
    years_before: Floats
    years_after: Floats

    @property
    def events(self) -> Floats:
        """Events of both times together."""
        return self.before + self.after

    @property
    def offset(self) -> Floats:
        """Logarithm of the person-years after over those before."""
        return np.log(self.years_after / self.years_before)

    @property
    def profile(self) -> Floats:
        """What makes places alike: shape ``(places, 2)``.

        Logarithm of the rate before over that of all places together, half an event added, and
        logarithm of the mean residents before.
        """
        pooled = self.before.sum() / self.years_before.sum()
        rate = np.log((self.before + 0.5) / self.years_before / pooled)
        return np.column_stack([rate, np.log(self.years_before)])

    def of(self, codes: Collection[str]) -> Flags:
        """Which entries are these places."""
        return np.isin(np.array(self.codes), list(codes))

    def with_after(self, after: Floats) -> "Counts":
        """The same places with other events after."""
        return replace(self, after=after)


def span_counts(
    events: pd.DataFrame,
    population: pd.DataFrame,
    codes: Collection[str],
    span: Span,
    published: Collection[pd.Timestamp],
) -> Counts:
    """Sum the months before and after of every place whose residents are known throughout.

    Parameters
    ----------
    events
        `municipality_code`, `month` and `events`; a published month without a row has none.
    population
        `municipality_code`, `year`, `population` and `edition`.
    codes
        Places to count.
    span
        Months before and after.
    published
        Months that are published whole.

    Returns
    -------
    Counts
        By code, ascending; a place whose residents are unknown or 0 in a year is left out.

    Raises
    ------
    EvaluationRefusedError
        If a month is not published, or two editions of the population meet in the span.
    """
    months = pd.DatetimeIndex(span.before.append(span.after))
    lacking = months.difference(pd.DatetimeIndex(list(published)))
    if len(lacking):
        message = (
            f"{len(lacking):,} of {len(months):,} months of the evaluation are not published "
            f"whole, for example {lacking[0]:%Y-%m}; choose a span within the published months"
        )
        raise EvaluationRefusedError(Refusal.MONTHS, message, len(lacking))
    wanted = population[
        population["year"].isin(months.year) & population["municipality_code"].isin(list(codes))
    ]
    editions = sorted(wanted["edition"].unique())
    if len(editions) > 1:
        message = (
            f"{len(editions)} editions of the population meet between {months[0]:%Y-%m} and "
            f"{months[-1]:%Y-%m} ({', '.join(editions)}): a jump of residents is no change of "
            "violence. Choose a span of one edition"
        )
        raise EvaluationRefusedError(Refusal.EDITIONS, message, len(editions))
    residents = wanted.pivot_table(index="municipality_code", columns="year", values="population")
    residents = residents.reindex(columns=sorted(set(months.year)))
    residents = residents[(residents > 0).all(axis=1)].sort_index()
    sums, at_risk = [], []
    for part in (span.before, span.after):
        own = events[events["month"].isin(part)].groupby("municipality_code")["events"].sum()
        sums.append(own.reindex(residents.index, fill_value=0).to_numpy(float))
        by_month = residents[part.year].to_numpy(float)
        at_risk.append(person_years(by_month, part.days_in_month.to_numpy()[None]).sum(axis=1))
    return Counts(tuple(map(str, residents.index)), sums[0], sums[1], at_risk[0], at_risk[1])


def border_matrix(codes: Sequence[str], neighbours: pd.DataFrame) -> Flags:
    """Which places share a border.

    Parameters
    ----------
    codes
        Municipality codes, n of them.
    neighbours
        `municipality_code` and `neighbour_code`, in both directions.

    Returns
    -------
    borders
        Of shape ``(n, n)``, symmetric as the pairs are.
    """
    places = pd.Index(codes)
    rows = places.get_indexer(pd.Index(neighbours["municipality_code"]))
    columns = places.get_indexer(pd.Index(neighbours["neighbour_code"]))
    known = (rows >= 0) & (columns >= 0)
    borders = np.zeros((len(places), len(places)), dtype=bool)
    borders[rows[known], columns[known]] = True
    return borders


def quarterly_panel(
    events: pd.DataFrame, population: pd.DataFrame, counts: Counts, span: Span
) -> pd.DataFrame:
    """One row per place of `counts` and quarter, from the first month before to the last after.

    Parameters
    ----------
    events, population
        As for `span_counts`.
    counts
        Places.
    span
        Its first and last month bound the panel; quarters between before and after are kept.

    Returns
    -------
    panel
        `municipality_code`, `quarter` (its first day), `events` and `person_years`.
    """
    months = pd.date_range(span.before_first, span.after_last, freq="MS")
    grid = pd.MultiIndex.from_product(
        [list(counts.codes), months], names=["municipality_code", "month"]
    ).to_frame(index=False)
    grid["year"] = grid["month"].dt.year
    known = events.assign(month=pd.to_datetime(events["month"]).astype(grid["month"].dtype))
    grid = grid.merge(
        known[["municipality_code", "month", "events"]],
        on=["municipality_code", "month"],
        how="left",
    ).merge(
        population[["municipality_code", "year", "population"]], on=["municipality_code", "year"]
    )
    days = grid["month"].dt.days_in_month.to_numpy()
    grid["person_years"] = person_years(grid["population"].to_numpy(float), days)
    grid["events"] = grid["events"].fillna(0.0)
    grid["quarter"] = grid["month"].dt.to_period("Q").dt.start_time
    keys = ["municipality_code", "quarter"]
    return grid.groupby(keys, as_index=False)[["events", "person_years"]].sum()
