"""The read door: one question each, asked of an open warehouse, answered with a frame.

Pages and notebooks ask here and nowhere else. No answer joins where the programme works with
figures of violence. What is not published has no row: missing is never zero.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.claims import refuse_joint_statement
from pipeline.analysis.classes import MISSING_CLASS, class_of
from pipeline.analysis.rates import rate_table
from pipeline.analysis.reliability import Reliability, reliability
from pipeline.catalog import methods
from pipeline.catalog.methods import DISPERSION_LARGEST
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.catalog.text import Text
from pipeline.dictionary import public_columns
from pipeline.errors import ContractError
from pipeline.guarded import (
    COMPARED_CHANGE,
    TREND_BESIDE,
    change_beside,
    told_changes,
    told_trends,
)
from pipeline.store.warehouse import Warehouse
from pipeline.store.warehouse import laws as warehouse_laws

F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)

Window = Literal["year", "rolling", "month"]
"""Length of a period: a calendar year, twelve months, one month."""

WholeWindow = Literal["year", "fiscal", "pooled", "rolling"]
"""What statistics are told of: a calendar year, a fiscal year of the United States, three calendar
years, the newest twelve months. A period is named by the first day of its last month."""

GroupWindow = Literal["year", "fiscal_year", "quarter", "rolling", "month"]
"""Length of a period: a calendar year, a fiscal year of the United States, three months from
January, April, July or October (which are quarters of either), twelve months, one month."""

_WHOLE_MONTHS: Final = {"year": 12, "fiscal_year": 12, "quarter": 3}
"""Months of a period that may lack some of them."""

_MUNICIPALITY_DIGITS: Final = 5
_DEPARTMENT_DIGITS: Final = 2

_REVISED_YEARS: Final = 4
"""How many years back a year is looked for that several releases hold."""

Measure = Literal["count", "rate"]
"""What a colour stands for."""

Statistic = Literal["smoothed", "change", "trend", "cluster", "reliability"]
"""What a colour stands for on maps of what was reckoned from the rates."""

StatisticWindow = Literal["year", "pooled", "rolling"]

STATISTIC_WORDS: Final[Mapping[Statistic, tuple[str, ...]]] = {
    "change": ("fall", "no clear change", "rise", "too few events", "not comparable"),
    "trend": ("falling", "stable", "rising"),
    "cluster": ("high-high", "high-low", "low-high", "low-low", "not significant"),
    "reliability": ("reliable", "with care", "unstable"),
}
"""Words of the statistics that have words, in the order in which a legend tells them."""


class Reader(Protocol[F_co]):
    """Whoever answers a query: an open warehouse with frames of pandas, others with Arrow."""

    def query(self, name: str, /, **parameters: object) -> F_co:
        """Rows that a query below ``store/sql`` finds."""
        ...

    def columns(self, name: str, /) -> Mapping[str, npt.NDArray[Any]]:
        """Columns of what a query without parameters finds; the same ones for all who ask."""
        ...


def build(warehouse: Warehouse) -> pd.DataFrame:
    """When and from what the warehouse was built.

    Returns
    -------
    build
        One row: `build_id`, `built_at` (UTC), `fingerprint` of inputs and code, `newest_cut` and
        `is_snapshot_only`.
    """
    return warehouse.query("view/build")


def series(warehouse: Reader[F]) -> F:
    """Every declared series, published here or not.

    Returns
    -------
    series
        Columns of ``core.series`` and, empty where nothing is published, `first_month`,
        `last_month`, `last_complete_month`, `windows` (names joined by commas), `publisher`,
        `citation`, `licence_es`, `licence_en`, `cut_date` and `retrieved_date` of the newest
        release, and `is_bundled` if the figures come from the bundled snapshot. In the order of
        lists.
    """
    return warehouse.query("view/series")


def series_breaks(warehouse: Warehouse, series_id: str) -> pd.DataFrame:
    """Dates across which a series may not be compared without a mark.

    Returns
    -------
    breaks
        `start_month`, `end_month`, `kind` and notes in both languages, earliest first.
    """
    return warehouse.query("view/series_breaks", series_id=series_id)


def periods(warehouse: Warehouse, series_id: str, window: Window) -> pd.DataFrame:
    """Periods that a series publishes.

    Returns
    -------
    periods
        `period` (its first day; of a rolling window, the first day of its last month),
        `is_provisional` and `is_partial` (a year with months missing), earliest first.
    """
    return warehouse.query("view/periods", series_id=series_id, time_window=window)


def map_values(warehouse: Warehouse, series_id: str, window: Window, period: date) -> pd.DataFrame:
    """What the map shows of one period.

    Returns
    -------
    values
        One row per municipality of the programme's departments with a published figure: names,
        `events`, `population`, rate per 100,000 person-years with its 95 % limits (empty where
        undefined), flags, `count_class` and `rate_class`. By municipality code.
    """
    return warehouse.query(
        "view/map_values", series_id=series_id, time_window=window, period=period
    )


def class_breaks(
    warehouse: Warehouse, series_id: str, window: Window, measure: Measure
) -> pd.DataFrame:
    """Colour classes above zero, fixed over all periods.

    Returns
    -------
    breaks
        `class` (1 is the lowest), `lower` (included, unless 0) and `upper` (excluded; empty for the
        highest class).
    """
    return warehouse.query(
        "view/class_breaks", series_id=series_id, time_window=window, measure=measure
    )


def class_matrix(
    warehouse: Warehouse, series_id: str, window: Window, measure: Measure
) -> tuple[Sequence[str], pd.DatetimeIndex, npt.NDArray[np.uint8]]:
    """Colour class of every municipality in every period, to play through time.

    Returns
    -------
    codes
        Municipalities of the programme's departments with a figure in any period, ascending.
    periods
        Published periods, ascending.
    matrix
        Classes, 255 where missing. Shape ``(len(periods), len(codes))``.
    """
    classes = warehouse.query(
        "view/class_matrix", series_id=series_id, time_window=window, measure=measure
    )
    columns, codes = pd.factorize(classes["municipality_code"], sort=True)
    rows, published = pd.factorize(classes["period"], sort=True)
    matrix = np.full((len(published), len(codes)), MISSING_CLASS, np.uint8)
    matrix[rows, columns] = classes["class"]
    return list(codes), pd.DatetimeIndex(published), matrix


def unstable_matrix(
    warehouse: Warehouse, series_id: str, window: Window
) -> tuple[Sequence[str], pd.DatetimeIndex, npt.NDArray[np.bool_]]:
    """Where and when a crude rate rests on too few events to be steady.

    Returns
    -------
    codes
        Municipalities of the programme's departments with a rate in any period, ascending.
    periods
        Periods with a rate, ascending.
    matrix
        Whether the rate is unstable. Shape ``(len(periods), len(codes))``.
    """
    found = warehouse.query("view/rate_events", series_id=series_id, time_window=window)
    columns, codes = pd.factorize(found["municipality_code"], sort=True)
    rows, published = pd.factorize(found["period"], sort=True)
    matrix = np.zeros((len(published), len(codes)), bool)
    matrix[rows, columns] = (
        reliability(found["events"], found["dispersion"]) == Reliability.UNSTABLE
    )
    return list(codes), pd.DatetimeIndex(published), matrix


def statistic_periods(warehouse: Warehouse, series_id: str) -> pd.DataFrame:
    """Which statistics of a series a map can show, and of which periods.

    Returns
    -------
    periods
        `measure`, `time_window`, `period` (of a year its first day, else the first day of its last
        month), `since` (the earlier period of a change, the first year of a trend),
        `is_provisional` and `is_newest` (no newer pair of periods was passed over because nothing
        in it compares), by measure, window and period.
    """
    return warehouse.query("view/statistic_periods", series_id=series_id)


def statistic_matrix(
    warehouse: Warehouse, series_id: str, measure: Statistic, window: StatisticWindow
) -> tuple[Sequence[str], pd.DatetimeIndex, npt.NDArray[np.uint8]]:
    """A statistic of every municipality in every period, as `class_matrix` gives colour classes.

    Returns
    -------
    codes
        Municipalities of the programme's departments with the statistic in any period, ascending.
    periods
        Its periods, ascending.
    matrix
        Smoothed rates in the colour classes of the crude rates of a year or twelve months; of the
        others the index of the word in `STATISTIC_WORDS`, and the number of words where none of
        them is told; 255 where missing. Shape ``(len(periods), len(codes))``.
    """
    cells = _statistic_cells(warehouse, series_id, measure, window)
    columns, codes = pd.factorize(cells["municipality_code"], sort=True)
    rows, published = pd.factorize(cells["period"], sort=True)
    matrix = np.full((len(published), len(codes)), MISSING_CLASS, np.uint8)
    if measure == "smoothed":
        crude: Window = "rolling" if window == "rolling" else "year"
        breaks = class_breaks(warehouse, series_id, crude, "rate")["upper"].dropna()
        matrix[rows, columns] = class_of(cells["value"].to_numpy(float), breaks)
    else:
        known = STATISTIC_WORDS[measure]
        place_of = {word: i for i, word in enumerate(known)}
        matrix[rows, columns] = [place_of.get(word, len(known)) for word in cells["word"]]
    return list(codes), pd.DatetimeIndex(published), matrix


def _statistic_cells(
    warehouse: Warehouse, series_id: str, measure: Statistic, window: StatisticWindow
) -> pd.DataFrame:
    """Value or word of each municipality and period; a year is named by its first day."""
    if measure == "change":
        cells = changes(warehouse, series_id, window)
    elif measure == "trend":
        told = trends(warehouse, series_id)
        last = pd.to_datetime(f"{told['last_year'].max()}-12-01") if len(told) else pd.NaT
        cells = told.assign(period=pd.Series(last, told.index, "datetime64[s]"))
    else:
        return warehouse.query(
            "view/statistic_cells", series_id=series_id, measure=measure, time_window=window
        )
    period = cells["period"]
    if window == "year":
        period = period.dt.to_period("Y").dt.to_timestamp()
    return cells[["municipality_code", "word"]].assign(period=period)


def place_history(
    warehouse: Warehouse, series_id: str, municipality_code: str, window: Window
) -> pd.DataFrame:
    """One series in one municipality over time.

    Returns
    -------
    history
        `period`, `events`, `population`, rate with limits, and flags, earliest first; months that
        are not published have no row.
    """
    return warehouse.query(
        "view/place_history",
        series_id=series_id,
        municipality_code=municipality_code,
        time_window=window,
    )


def rates(  # noqa: PLR0913 - one argument per thing that can be chosen
    warehouse: Reader[F],
    series_id: str,
    window: Window | WholeWindow,
    codes: Sequence[str] | None,
    last_month: date | None,
    *,
    is_programme_only: bool,
) -> F:
    """Counts and rates, crude and smoothed, of places and periods in one table.

    Parameters
    ----------
    warehouse
        An open warehouse.
    series_id
        The series.
    window
        Length of a period.
    codes
        Municipalities, and departments by their two digits, which stand for all their
        municipalities and the events of unknown municipality; None for all places.
    last_month
        First day of the last month of the one period that is asked for; None for all periods.
    is_programme_only
        Whether to tell of the programme's departments alone.

    Returns
    -------
    rates
        Codes and names, `first_month` and `last_month` of the period (their first days), `events`,
        `population`, `person_years`, crude rate with its 95 % limits, smoothed rate with its limits
        and `reliability` where the statistics tell of the window and place, flags, and
        `is_unlocated` for the events of unknown municipality (code dd000, no name). By municipality
        code and period.
    """
    return warehouse.query(
        "view/rates",
        series_id=series_id,
        time_window=window,
        codes=codes,
        last_month=last_month,
        is_programme_only=is_programme_only,
    )


def department_rates(
    warehouse: Reader[F],
    series_id: str,
    codes: Sequence[str] | None,
    last_month: date | None,
    *,
    is_programme_only: bool,
) -> F:
    """Counts and crude rates of whole departments by calendar year, as `rates` gives them.

    Returns
    -------
    rates
        `department_code`, `department_name`, `first_month`, `last_month`, `events`,
        `unlocated_events` among them, `population`, `person_years`, rate with its 95 % limits and
        flags. By department and year.
    """
    return warehouse.query(
        "view/department_rates",
        series_id=series_id,
        codes=codes,
        last_month=last_month,
        is_programme_only=is_programme_only,
    )


def place_years(warehouse: Warehouse, place_code: str) -> pd.DataFrame:
    """Every series in one municipality or department by calendar year.

    Parameters
    ----------
    warehouse
        An open warehouse.
    place_code
        Five digits of a municipality, or two of a department, whose events of unknown municipality
        are among its own.

    Returns
    -------
    years
        `series_id`, `year`, `events`, `population`, rate per 100,000 person-years with its 95 %
        limits (empty where undefined) and flags, in the order of lists and by year; a year that is
        not published has no row.
    """
    return warehouse.query("view/place_years", place_code=place_code)


def place_statistics(warehouse: Reader[F], place_code: str) -> F:
    """The newest that can be said of every series in one place of the programme's departments.

    Parameters
    ----------
    warehouse
        An open warehouse.
    place_code
        Five digits of a municipality, or two of a department, of which less is told: its calendar
        years, their change and the trend.

    Returns
    -------
    statistics
        One row per published series, in the order of lists; empty where a statistic is not told.
        Of the newest whole calendar year that will not grow (`year_`) and the newest such twelve
        months (`rolling_`): `period` (the first day of its last month), `events`, rate with limits,
        `is_population_carried`, `reliability`, and the change against the period before
        (`earlier_events`, `change` in a word, `change_percent`, `ratio_lower` and `ratio_upper`,
        `refusal`); of the year also the smoothed rate, of the twelve months `crosses_edition`. The
        `trend` with its years and percent a year. The rank among the municipalities in the year
        `rank_period`, with its limits and how many of those `ranked` it is `alike`. The `cluster`
        and `spot` on the newest map, which shows the `cluster_window` up to `cluster_period`. The
        `pattern` of hot and cold spots over years. The newest unusual one of the newest three
        months, or the newest of them if none is unusual (`anomaly`).
    """
    found = warehouse.query("view/place_statistics", place_code=place_code)
    cuts = _cuts(warehouse)
    for window in ("year", "rolling"):
        found = told_changes(found, cuts, change_beside(window))
    return told_trends(found, cuts, TREND_BESIDE)


def smoothed_rates(
    warehouse: Warehouse, series_id: str, window: WholeWindow, period: date
) -> pd.DataFrame:
    """Rates that can be set beside one another although places differ in size.

    Returns
    -------
    rates
        One row per municipality of the programme's departments with a rate of one edition of the
        population: names, `events`, crude rate with its 95 % limits, `is_provisional`, and the
        figures of ``mart.rate_smoothed``. By municipality code.
    """
    return warehouse.query(
        "view/smoothed_rates", series_id=series_id, time_window=window, period=period
    )


def changes(warehouse: Warehouse, series_id: str, window: WholeWindow) -> pd.DataFrame:
    """What may be said of the change between the newest two windows.

    Returns
    -------
    changes
        Names and the figures of ``mart.change``; two pairs of windows where the newest do not
        compare. Newest first, then by municipality code.
    """
    found = warehouse.query(
        "view/changes", series_id=series_id, time_window=window, digits=_MUNICIPALITY_DIGITS
    )
    told = told_changes(found, _cuts(warehouse), series_id=series_id)
    return told.rename(columns={"place_code": "municipality_code"})


def trends(warehouse: Reader[F], series_id: str) -> F:
    """What may be said of the trend over the newest years that mean one thing.

    Returns
    -------
    trends
        Names and the figures of ``mart.trend``, by municipality code; `last_year` may lie years
        back where a definition or the edition of the population changed since.
    """
    found = warehouse.query("view/trends", series_id=series_id)
    return told_trends(found, _cuts(warehouse), series_id=series_id)


def department_changes(warehouse: Warehouse, series_id: str, window: WholeWindow) -> pd.DataFrame:
    """What may be said of the change of whole departments between the newest two windows.

    Returns
    -------
    changes
        `department_name` and the figures of ``mart.change_department``; two pairs of windows where
        the newest do not compare. Newest first, then by department.
    """
    found = warehouse.query(
        "view/changes", series_id=series_id, time_window=window, digits=_DEPARTMENT_DIGITS
    )
    told = told_changes(found, _cuts(warehouse), series_id=series_id)
    renamed = told.rename(columns={"place_code": "department_code"})
    return renamed.drop(columns="municipality_name")


def department_trends(warehouse: Reader[F], series_id: str) -> F:
    """What may be said of the trend of whole departments.

    Returns
    -------
    trends
        `department_name` and the figures of ``mart.trend_department``, by department.
    """
    found = warehouse.query("view/department_trends", series_id=series_id)
    return told_trends(found, _cuts(warehouse), series_id=series_id)


def ranks(warehouse: Warehouse, series_id: str, window: Literal["year", "pooled"]) -> pd.DataFrame:
    """Ranks of the newest rates, which mean little without their limits.

    Returns
    -------
    ranks
        Names and the figures of ``mart.rank``, in the order of `position`; empty where the map says
        nothing of how its places differ.
    """
    return warehouse.query("view/ranks", series_id=series_id, time_window=window)


def comparison(warehouse: Reader[F], series_id: str, window: Literal["year", "pooled"]) -> F:
    """Everything by which municipalities can be set beside one another in one series.

    Returns
    -------
    comparison
        One row per municipality of the programme's departments, published or not: names,
        `pdet_subregion`; the newest `period` that stands and can be compared, with `events`, crude
        and smoothed rate with 95 % limits and `reliability`; limits of the rank with `ranked` and
        `alike`; `trend` and `change` (words) with the years they are told of; and `history`, one
        rate (a count, if the series has no rate) per year from `history_first_year`, NaN where
        nothing is published, provisional and incomplete years left out. Empty where unknown. By
        municipality code.
    """
    found = warehouse.query("view/comparison", series_id=series_id, time_window=window)
    cuts = _cuts(warehouse)
    told = told_changes(found, cuts, COMPARED_CHANGE, series_id)
    return told_trends(told, cuts, TREND_BESIDE, series_id)


def _cuts(warehouse: Reader[F]) -> Mapping[str, npt.NDArray[Any]]:
    """Dates across which the guard of claims lets nothing be told."""
    return warehouse.columns("view/comparison_cuts")


def source_gaps(warehouse: Warehouse) -> pd.DataFrame:
    """How far apart publishers of the same events count, and whether they move alike.

    Returns
    -------
    gaps
        The figures of ``mart.source_gap`` with `phenomenon` and `department_name` (empty for the
        seven departments together, whose `place_code` is ``programme``), by pair of publishers,
        place and year. Breaks in definition are those of `series_breaks`.
    """
    return warehouse.query("view/source_gaps")


def publisher_counts(warehouse: Warehouse, place_code: str) -> pd.DataFrame:
    """What each publisher of the same events counts in one municipality or department.

    Of so few events neither a share nor a direction is told: `source_gaps` has them by department.

    Returns
    -------
    counts
        `phenomenon`, `year`, `series_id`, `events`, `gap` (events more, or less if negative, than
        the first publisher of the list counts in the same year; empty for that one, and where
        either year is not whole or may still grow), `is_provisional` and `is_partial`, by year; a
        year that a publisher does not publish has no row of it.
    """
    return warehouse.query("view/publisher_counts", place_code=place_code)


def peers(warehouse: Warehouse, municipality_code: str) -> pd.DataFrame:
    """Municipalities outside the seven departments that were most alike before the programme.

    Returns
    -------
    peers
        `position`, `peer_code`, names, `distance`, and what both were compared by: of the peer
        `rate_before_per_100k`, `population` and `density_per_km2`, and the same with `own_` before
        them. The nearest first; empty outside the seven departments. `peer_rule` says the rule.
    """
    return warehouse.query("view/peers", municipality_code=municipality_code)


def peer_balance(warehouse: Warehouse) -> pd.DataFrame:
    """How alike peers make the seven departments, and the documented places as a group.

    Returns
    -------
    balance
        Columns of ``mart.peer_balance``, by group and covariate.
    """
    return warehouse.query("view/peer_balance")


def peer_rule(warehouse: Warehouse) -> pd.DataFrame:
    """The rule that peers are picked by, to be printed wherever they are shown.

    Returns
    -------
    rule
        One row, or none where there are no peers: `series_id`, `first_year`, `last_year`, `peers`
        of each place, and the sentence `rule_es` and `rule_en`.
    """
    return warehouse.query("view/peer_rule")


def group_history(
    warehouse: Warehouse, series_id: str, codes: Sequence[str], window: GroupWindow
) -> pd.DataFrame:
    """One series in several places together over time: peers, departments, chosen municipalities.

    The limits are those of one count of all places, so they say how sure the rate of the group is,
    not how its places differ.

    Parameters
    ----------
    warehouse
        An open warehouse.
    series_id
        A series of violence; others are measured, and have no rows.
    codes
        Municipalities, and departments by their two digits: all their municipalities and the events
        of unknown municipality, but not what departments file on their own: see
        `department_history`.
    window
        Length of a period.

    Returns
    -------
    history
        `period`, `events` of the members that publish, `population`, `person_years`, rate with its
        95 % limits, `is_provisional`, `is_partial`, `is_population_carried`, `crosses_edition`,
        `edition` of the population (the newest where they are mixed: draw no line from one to the
        next), `members`, `members_published` and `members_with_residents` of them. There is no rate
        where a member publishes nothing or has no known residents: the group would be another one.
        Earliest first; of a department residents of the places that existed count.

    Raises
    ------
    ContractError
        If no code is given or one is unknown, or if the series is kept apart from coverage and
        several municipalities of the programme's departments are asked for as a group.
    """
    asked = list(dict.fromkeys(codes))
    known = warehouse.query("view/places")["municipality_code"]
    unknown = sorted(set(asked) - set(known) - set(known.str[:2]))
    if unknown or not asked:
        example = f", for example {unknown[0]!r}" if unknown else ""
        message = (
            f"group: {len(unknown)} of {len(asked)} codes are no place{example}; give codes of "
            "five digits for municipalities and of two for departments"
        )
        raise ContractError(message)
    judged = warehouse.query("view/group_judge", series_id=series_id, largest=DISPERSION_LARGEST)
    ours = [one for one in asked if one[:2] in PROGRAMME_DEPARTMENTS]
    singled = [one for one in ours if one not in PROGRAMME_DEPARTMENTS]
    refuse_joint_statement(
        series_id, singled, is_apart_from_coverage=bool(judged["is_apart_from_coverage"].any())
    )
    figures = warehouse.query(
        "view/group_history", series_id=series_id, codes=asked, time_window=window
    )
    spread = pd.Series(judged["dispersion"].to_numpy(float), index=[series_id] * len(judged))
    history = rate_table(figures.assign(series_id=series_id), spread)
    is_whole = history["members_published"].eq(history["members"]) & history[
        "members_with_residents"
    ].eq(history["members"])
    rates = ["rate_per_100k", "rate_lower_per_100k", "rate_upper_per_100k"]
    history[rates] = history[rates].where(is_whole)
    history["is_partial"] = history["months_published"] < _WHOLE_MONTHS.get(window, 0)
    return history.drop(columns=["series_id", "days", "group_squares", "months_published"])


FollowedGroup = Literal["documented", "first_wave"]
"""Municipalities that the programme is known to have worked in, or those of them that began
first."""


def group_members(warehouse: Warehouse) -> pd.DataFrame:
    """Which municipalities are told of together.

    Returns
    -------
    members
        `group_id` (``documented``; ``first_wave``; ``pdet_elsewhere``, the PDET municipalities of
        the other departments; ``documented_peers`` and ``first_wave_peers``, each place once),
        `municipality_code` and names, by group and code.
    """
    return warehouse.query("view/group_members")


def group_rates(
    warehouse: Warehouse, series_id: str, window: Literal["year", "fiscal"]
) -> pd.DataFrame:
    """The documented municipalities as a group, beside groups where the programme did not work.

    A description, not an effect. No rate where a member publishes nothing, and no ratio of two
    years: `compares_with_before` says where a line may be drawn from the year before.

    Parameters
    ----------
    warehouse
        An open warehouse.
    series_id
        A series of violence that may stand beside coverage.
    window
        Calendar years, or years from October to September, as the programme began: `event_year` 0
        begins in October 2020. It is no more exact than the start of the first wave, somewhere
        from October 2020 to December 2021 (`may_have_begun`).

    Returns
    -------
    rates
        `group_id` as in `group_members`, `period` (first day of the year's last month) and the
        columns of ``mart.group_rate``, by group, earliest first.

    Raises
    ------
    ContractError
        If the series is kept apart from coverage.
    """
    _refuse_apart(warehouse, series_id)
    return warehouse.query("view/group_rates", series_id=series_id, time_window=window)


def group_leave_one_out(
    warehouse: Warehouse, series_id: str, group_id: FollowedGroup
) -> pd.DataFrame:
    """What the rate of the documented municipalities is without each of them.

    Returns
    -------
    left_out
        One row per calendar year (`period`, its last month) and member: code and name,
        `rate_per_100k` of the others with limits, `group_rate_per_100k`, `shift_per_100k` and
        `is_largest`.

    Raises
    ------
    ContractError
        If the series is kept apart from coverage.
    """
    _refuse_apart(warehouse, series_id)
    return warehouse.query("view/group_leave_one_out", series_id=series_id, group_id=group_id)


def placebo_fan(warehouse: Warehouse, series_id: str, group_id: FollowedGroup) -> pd.DataFrame:
    """What happened next in places like these: placebo groups, and the documented one among them.

    A description, not an effect. The group's outcome is never told without theirs.

    Returns
    -------
    fan
        Columns of ``mart.placebo_fan`` but series and group, and `heaviest_name`; by
        `measure` and `years_after`. One row with `years_after` 0 and a `refusal`
        where nothing can be compared; no row where no municipality is documented.

    Raises
    ------
    ContractError
        If the series is kept apart from coverage.
    """
    _refuse_apart(warehouse, series_id)
    return warehouse.query("view/placebo_fan", series_id=series_id, group_id=group_id)


def next_of_highest(warehouse: Warehouse, series_id: str) -> pd.DataFrame:
    """How the municipalities with the highest rates of two years moved in the next two.

    Returns
    -------
    highest
        Columns of ``mart.next_of_highest`` but the series: one row for the ``country`` and one for
        the seven ``departments``.
    """
    return warehouse.query("view/next_of_highest", series_id=series_id)


def _refuse_apart(warehouse: Warehouse, series_id: str) -> None:
    """Refuse a series kept apart from coverage, whatever is asked of a group."""
    judged = warehouse.query("view/group_judge", series_id=series_id, largest=DISPERSION_LARGEST)
    documented = warehouse.query("view/group_members")["municipality_code"]
    refuse_joint_statement(
        series_id,
        list(documented),
        is_apart_from_coverage=bool(judged["is_apart_from_coverage"].any()),
    )


def department_history(warehouse: Warehouse, series_id: str, department_code: str) -> pd.DataFrame:
    """One series in one department by year, with events of unknown municipality.

    Returns
    -------
    history
        `year`, `events`, `unlocated_events` among them, `population`, rate with limits, flags and
        `edition` of the population, earliest first.
    """
    return warehouse.query(
        "view/department_history", series_id=series_id, department_code=department_code
    )


def unlocated(warehouse: Warehouse, series_id: str, window: Window, period: date) -> pd.DataFrame:
    """Events of a known department and an unknown municipality, which no map can show.

    Returns
    -------
    unlocated
        `department_code`, `department_name` and `events` of the programme's departments that have
        any in the period.
    """
    return warehouse.query("view/unlocated", series_id=series_id, time_window=window, period=period)


def programmes(warehouse: Reader[F]) -> F:
    """Every declared programme, the one that the atlas is about first.

    Returns
    -------
    programmes
        `programme_id`, labels, `extent` (``list`` or ``pdet``), `departments` (codes with commas;
        empty: anywhere), dates, `end_basis`, `municipality_count` as the programme says, how many
        municipalities are `known`, and `is_complete` if what is not known is known to be absent.
    """
    return warehouse.query("view/programmes")


def coverage(warehouse: Reader[F], programme_id: str) -> F:
    """What is known of a programme's presence in each municipality of the country.

    Returns
    -------
    coverage
        State, evidence, component, the days between which work began (`start_latest` is empty where
        the start is not known), end and source, by municipality code. Neither ``candidate`` nor
        ``no_evidence`` means that the programme is absent.
    """
    return warehouse.query("view/coverage", programme_id=programme_id)


def coverage_monthly(warehouse: Reader[F], programme_id: str) -> F:
    """What is known of a programme's presence in each municipality and month.

    Returns
    -------
    coverage
        One row per municipality of the country and month from the programme's start to its end:
        `municipality_code`, `month`, `state` (of the place, the same in every month) and
        `presence`: ``yes``, ``maybe`` (the start is not known, or only as a span that holds the
        month), ``planned`` (later than any activity that a source tells of), ``not yet``, ``over``,
        ``no``, ``unknown`` (candidates and places without evidence: never a no).
    """
    return warehouse.query("view/coverage_monthly", programme_id=programme_id)


def coverage_spans(warehouse: Reader[F], programme_id: str) -> F:
    """The months in which a programme may have been in a municipality.

    Returns
    -------
    spans
        By municipality code, of every place where it is not known to be absent: `state`,
        `first_month`, `certain_month` (from which it had begun for certain; empty where the start
        is not known) and `last_month`.
    """
    return warehouse.query("view/coverage_spans", programme_id=programme_id)


def coverage_lists(warehouse: Reader[F], programme_id: str) -> F:
    """Lists of a programme's places that were ever used here.

    Returns
    -------
    lists
        `sha256`, `position`, `cut_date`, `retrieved_date` (empty for what is beside the code), how
        many `municipalities` each names, how many it `added` to and `dropped` from the one before,
        `is_official`, `is_compiled` (from public reports) and `is_current`; oldest first. None for
        a programme that a decree lays out.
    """
    return warehouse.query("view/coverage_lists", programme_id=programme_id)


def coverage_history(warehouse: Reader[F], programme_id: str) -> F:
    """What each list that was ever used said of each municipality it names.

    Returns
    -------
    history
        `position` of the list as in `coverage_lists`, municipality, state, evidence, component,
        days between which work began, end and source; by list and municipality code.
    """
    return warehouse.query("view/coverage_history", programme_id=programme_id)


def programme_data(warehouse: Reader[F], programme_id: str) -> F:
    """What a holder of programme data gave of a programme for everybody to see.

    Returns
    -------
    data
        `municipality_code` and name, `indicator_id`, `quarter` (its first day), `value`, `base`
        (what a percent is of, else empty), `source_title`, `source_date` and `is_newest` of its
        indicator in its municipality; by place, indicator and quarter. A quarter without a row is
        unknown, not zero. Never beside threats or killings of leaders.
    """
    return warehouse.query("view/programme_data", programme_id=programme_id)


def municipalities(warehouse: Warehouse) -> pd.DataFrame:
    """Municipalities of the programme's departments.

    Returns
    -------
    municipalities
        Codes, names, `area_km2` and `pdet_subregion` (empty outside PDET), by code.
    """
    return warehouse.query("view/municipalities")


def municipality_outlines(warehouse: Warehouse) -> pd.DataFrame:
    """Outlines of the programme's departments' municipalities, simplified for the web.

    Returns
    -------
    outlines
        Codes, names and `web_geometry` as WKB in longitude and latitude, by code.
    """
    return warehouse.query("view/municipality_outlines")


def department_outlines(warehouse: Warehouse) -> pd.DataFrame:
    """Outlines of all departments of the country, simplified for the web.

    Returns
    -------
    outlines
        `department_code`, `department_name`, `is_programme_department` and `web_geometry` as WKB in
        longitude and latitude, by code.
    """
    return warehouse.query("view/department_outlines")


def sources(warehouse: Reader[F]) -> F:
    """Where the figures come from.

    Returns
    -------
    sources
        One row per source and series it feeds (empty for sources of reference, such as boundaries):
        columns of ``core.source``, `role`, `cut_date`, `retrieved_date` and `is_bundled` of the
        newest release.
    """
    return warehouse.query("view/sources")


def feeds(warehouse: Warehouse) -> pd.DataFrame:
    """Which datasets the figures of each series are read from.

    Returns
    -------
    feeds
        `series_id`, `source_id` and `dataset`.
    """
    return warehouse.query("view/feeds")


def revisions(warehouse: Reader[F], series_id: str) -> F:
    """National yearly figures of each release of a series, for series with several releases.

    Returns
    -------
    revisions
        `cut_date`, `path`, `year` and `events`, earliest release first. A release's last year may
        end at its cut.
    """
    return warehouse.query("view/revisions", series_id=series_id)


def revised_years(warehouse: Warehouse) -> pd.DataFrame:
    """National yearly figures that publishers changed from one release to the next.

    Returns
    -------
    revised
        `series_id`, `source_id`, `dataset`, `year`, `cut_date` and `events` of each release that
        holds the whole year, for years of which the releases of one dataset differ; by series,
        dataset and year, earliest release first.
    """
    return warehouse.query("view/revised_years")


def places(warehouse: Warehouse) -> pd.DataFrame:
    """Municipalities of the whole country.

    Returns
    -------
    places
        Codes, names and `pdet_subregion` (empty outside PDET), by code.
    """
    return warehouse.query("view/places")


def figure_history(
    warehouse: Warehouse, series_id: str, municipality_code: str, first: date, last: date
) -> pd.DataFrame:
    """What each release said of one figure.

    Parameters
    ----------
    warehouse
        An open warehouse.
    series_id
        The series.
    municipality_code
        The place.
    first
        First day of the period's first month.
    last
        First day of its last month: the same for a month.

    Returns
    -------
    history
        `cut_date`, `retrieved_date`, `events` (empty where the release says nothing, which is not
        zero), `first_month` and `last_month` of the period that the release holds, `is_shown`,
        `is_bundled`, `path` and `origin`, earliest release first. Releases that hold nothing of the
        period have no row.
    """
    return warehouse.query(
        "view/figure_history",
        series_id=series_id,
        municipality_code=municipality_code,
        first_month=first,
        last_month=last,
    )


def revised_figures(warehouse: Warehouse, municipality_code: str) -> pd.DataFrame:
    """What each release said of the newest year of which several hold the months that are shown.

    Returns
    -------
    figures
        `series_id`, `year`, and `cut_date`, `events` and `is_shown` as in `figure_history`, of
        every series of which several releases are kept; by series, earliest release first.
    """
    told = [pd.DataFrame(columns=["series_id", "year", "cut_date", "events", "is_shown"])]
    revised = warehouse.query("view/revised_series")
    for series_id, newest in zip(revised["series_id"], revised["year"].tolist(), strict=True):
        for year in range(newest, newest - _REVISED_YEARS, -1):
            first, last = date(year, 1, 1), date(year, 12, 1)
            held = figure_history(warehouse, series_id, municipality_code, first, last)
            shown = held.loc[held["is_shown"], ["first_month", "last_month"]]
            said = held.merge(shown, on=["first_month", "last_month"])
            if len(said) > 1:
                told.append(said.assign(series_id=series_id, year=year)[list(told[0])])
                break
    return pd.concat(told[1:], ignore_index=True) if told[1:] else told[0]


def clusters(warehouse: Reader[F], series_id: str, time_window: str, period: date) -> F:
    """Clusters, hot spots and cold spots of one map of the country.

    Returns
    -------
    clusters
        One row per municipality of the programme's departments: names, `time_window` and `period`
        of the map, `cluster` (a word), `spot` (1 hot, -1 cold, 0 neither), `local_moran`,
        `gi_star`, `p` and `adjusted_p`. By code.
    """
    return warehouse.query(
        "view/clusters", series_id=series_id, time_window=time_window, period=period
    )


def emerging_hot_spots(warehouse: Warehouse, series_id: str) -> pd.DataFrame:
    """What the hot and cold spots of many years add up to.

    Returns
    -------
    patterns
        One row per municipality of the programme's departments: names, `first_year`, `last_year`,
        `years_known`, `hot_years`, `cold_years` and `pattern` (words). By code.
    """
    return warehouse.query("view/emerging_hot_spots", series_id=series_id)


def moran(warehouse: Warehouse, series_id: str) -> pd.DataFrame:
    """Whether neighbours are alike anywhere on each map of a series.

    Returns
    -------
    moran
        Columns of ``mart.moran`` but the series, and `is_beyond_chance` if so much likeness of
        neighbours, or so little, befalls at most one shuffled map in twenty. By `time_window` and
        `period`.
    """
    told = warehouse.query("view/moran", series_id=series_id)
    return told.assign(is_beyond_chance=told["p"].le(1 - methods.CONFIDENCE_LEVEL))


def anomalies(warehouse: Warehouse, series_id: str) -> pd.DataFrame:
    """The newest three months of each municipality beside their expectation.

    Returns
    -------
    anomalies
        One row per municipality of the programme's departments and month: names, `events`,
        `expected` with its limits (empty where not determined), `p`, `adjusted_p`, `anomaly` (a
        word) and `is_provisional`. By month and code.
    """
    return warehouse.query("view/anomalies", series_id=series_id)


def newest_anomalies(warehouse: Warehouse) -> pd.DataFrame:
    """What is not as usual in the newest three months of any series.

    Returns
    -------
    anomalies
        The rows of `anomalies` that are unusually high, or incomplete or low, of all series, with
        `series_id` and `department_code`. The newest month first, then in the order of lists.
    """
    return warehouse.query("view/newest_anomalies")


def anomaly_checks(warehouse: Warehouse) -> pd.DataFrame:
    """How many municipalities the newest three months of each series could be judged in.

    Returns
    -------
    checks
        `series_id`, `month`, `is_provisional` (of any), and how many municipalities were `judged`,
        found `high` or `low`, or `not_determined`. In the order of lists, then by month.
    """
    return warehouse.query("view/anomaly_checks")


def evaluation(warehouse: Warehouse) -> pd.DataFrame:
    """What an evaluation can say of the programme as a whole, outcome by outcome.

    No row is of a municipality. Estimates are comparisons of groups; none is proof of a cause.

    Returns
    -------
    evaluation
        Columns of ``mart.evaluation`` with the outcome's labels; ratio and limits in `percent` as
        well, `is_useless` if the limits reach beyond a tenth or ten times; and, repeated on each
        row of an outcome, `adjusted_p`, `adjusted_randomisation_p` and `verdict`, which are empty
        for a refused one. In the order of lists, the first wave first, best evidence first.
    """
    return warehouse.query("view/evaluation")


def laws() -> dict[str, Text]:
    """What every published warehouse was held against, by the name of its check."""
    return warehouse_laws()


def dictionary() -> pd.DataFrame:
    """Every public column of every stored table, as declared.

    Returns
    -------
    dictionary
        `table_name`, `grain` (what one row is), `column_name`, `type`, `unit` and `range` (empty
        where there is none), `may_be_empty` and `meaning`, in the order of declaration; in English.
    """
    return pd.DataFrame(public_columns())
