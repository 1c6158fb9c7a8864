"""Places that start at different times: estimators that wait for dated starts.

Until an official list dates every start they refuse, and say how many dates are missing.
"""

import warnings
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from pipeline.analysis.aligned import Floats
from pipeline.analysis.evaluation.design import EvaluationRefusedError, Refusal, Span
from pipeline.catalog.methods import RATE_BASE_PERSONS

_LONGEST_DAYS = 92
"""Of a quarter, the finest that the product holds a start to."""
_FEWEST_PER_COHORT = 2


class Staggered(NamedTuple):
    """Effects by length of exposure, and over all of it.

    Attributes
    ----------
    overall
        Mean effect over cohorts and times after their starts, weighted by places.
    overall_error
        Its standard error.
    event_time
        Periods since the start; negative before it.
    effect
        By event time.
    error
        Standard errors, clustered by place.
    group_time
        Effect and standard error by first time and time; empty for the interaction-weighted ones.
    """

    overall: float
    overall_error: float
    event_time: tuple[int, ...]
    effect: Floats
    error: Floats
    group_time: Mapping[tuple[int, int], tuple[float, float]]


def dated_starts(coverage: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """First day of coverage of every covered place, if all are dated to the quarter.

    Parameters
    ----------
    coverage
        `municipality_code`, `state`, `evidence`, `start_earliest` and `start_latest`.

    Returns
    -------
    starts
        By municipality code.

    Raises
    ------
    EvaluationRefusedError
        If places may be covered that are not listed, or a covered place has no dated start.
    """
    covered = coverage[coverage["state"].isin(["documented", "covered"])]
    possible = int((coverage["state"] == "candidate").sum())
    days = (covered["start_latest"] - covered["start_earliest"]).dt.days
    dated = (days <= _LONGEST_DAYS) & (covered["evidence"] == "official")
    undated = covered[~dated]
    if possible or len(undated) or covered.empty:
        example = f", for example {undated['municipality_code'].iloc[0]}" if len(undated) else ""
        message = (
            f"{len(undated)} of {len(covered)} covered places have no start that an official list "
            f"dates to the quarter{example}, and {possible} more may be covered: cohorts would be "
            "guessed. Drop in the official list with start dates"
        )
        raise EvaluationRefusedError(Refusal.STARTS, message, len(undated) + possible)
    starts: pd.Series[pd.Timestamp] = covered.set_index("municipality_code")["start_earliest"]
    return starts


def yearly_panel(
    quarters: pd.DataFrame, starts: "pd.Series[pd.Timestamp]", span: Span
) -> pd.DataFrame:
    """Yearly rates of places that start in turn and of those that never do.

    Years and not quarters: a few dozen places have too few events in a quarter, and cohorts by
    quarter would often be of one place. The year of the start counts as exposed although the
    programme may have worked in a part of it only, which brings the effect closer to none.

    Parameters
    ----------
    quarters
        `municipality_code`, `quarter`, `events` and `person_years`, of whole years.
    starts
        First day of coverage by municipality code; a place without one was never covered.
    span
        Whole years before any start, and those after.

    Returns
    -------
    panel
        As `staggered_effect` takes it; `outcome` per 100,000 person-years.

    Raises
    ------
    EvaluationRefusedError
        If a place starts in a year that is not one of those after.
    """
    apart = starts[
        (starts.dt.year < span.after_first.year) | (starts.dt.year > span.after_last.year)
    ]
    if len(apart):
        message = (
            f"{len(apart)} of {len(starts)} covered places do not start from "
            f"{span.after_first.year} to {span.after_last.year}, for example {apart.index[0]}: "
            "before or after their start nothing is known of them. Move the years"
        )
        raise EvaluationRefusedError(Refusal.PERIODS, message, len(apart))
    timed = quarters.assign(unit=quarters["municipality_code"], time=quarters["quarter"].dt.year)
    panel = timed.groupby(["unit", "time"], as_index=False)[["events", "person_years"]].sum()
    first = panel["unit"].map(starts.dt.year).fillna(0).astype("int64")
    rate = RATE_BASE_PERSONS * panel["events"] / panel["person_years"]
    return panel.assign(outcome=rate, first_time=first)


def staggered_effect(
    panel: pd.DataFrame,
    method: Literal["group-time", "interaction-weighted"],
    *,
    control: Literal["never_treated", "not_yet_treated"] = "never_treated",
    covariates: tuple[str, ...] = (),
) -> Staggered:
    """Effect of treatment that starts at different times.

    Parameters
    ----------
    panel
        `unit`, `time` (whole numbers), `outcome`, `first_time` (0 if never) and the covariates.
    method
        Group-time averages (Callaway and Sant'Anna) or interaction-weighted event study (Sun and
        Abraham).
    control
        Who is compared.
    covariates
        Columns that trends may depend on; group-time only, doubly robust.

    Returns
    -------
    Staggered
        Effects in the unit of the outcome.

    Raises
    ------
    EvaluationRefusedError
        If a cohort has a single place, or nobody can be compared.

    References
    ----------
    Callaway and Sant'Anna (2021), *Journal of Econometrics* 225(2), 200-230; Sun and Abraham
    (2021), *Journal of Econometrics* 225(2), 175-199.
    """
    from diff_diff import CallawaySantAnna, SunAbraham  # noqa: PLC0415 - two seconds

    starts = panel.groupby("unit")["first_time"].first()
    sizes = starts[starts > 0].value_counts()
    lonely = int((sizes < _FEWEST_PER_COHORT).sum())
    nobody = control == "never_treated" and not (starts == 0).any()
    if lonely or nobody or sizes.empty:
        message = (
            f"{lonely} of {len(sizes)} cohorts have a single place, and "
            f"{int((starts == 0).sum())} places were never covered: an effect needs at least "
            f"{_FEWEST_PER_COHORT} places in every cohort and someone to compare. Join cohorts"
        )
        raise EvaluationRefusedError(Refusal.PLACES, message, lonely)
    names = {"outcome": "outcome", "unit": "unit", "time": "time", "first_treat": "first_time"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its defaults, which are meant
        if method == "group-time":
            found = CallawaySantAnna(control_group=control, estimation_method="dr").fit(
                panel, **names, covariates=list(covariates) or None
            )
            course = found.aggregate("event_study").to_dataframe()
            rows = course[np.isfinite(course["se"])]
            times, effect, error = (rows[name].to_numpy() for name in ("event_time", "att", "se"))
            cells = {
                (int(first), int(time)): (float(one["effect"]), float(one["se"]))
                for (first, time), one in found.group_time_effects.items()
            }
        else:
            found = SunAbraham(control_group=control).fit(panel, **names)
            told = sorted(found.event_study_effects.items())
            cells = {}
            times = np.array([time for time, _ in told])
            effect, error = (np.array([one[name] for _, one in told]) for name in ("effect", "se"))
    return Staggered(
        float(found.overall_att),
        float(found.overall_se),
        tuple(int(one) for one in times),
        effect.astype(float),
        error.astype(float),
        cells,
    )


def dose_starts(coverage: pd.DataFrame, component: Literal["1", "2"]) -> "pd.Series[pd.Timestamp]":
    """Starts of the places where one component works, if every covered place names its own.

    Parameters
    ----------
    coverage
        As for `dated_starts`, with `component`.
    component
        Which one.

    Returns
    -------
    starts
        By municipality code.

    Raises
    ------
    EvaluationRefusedError
        If the component of a covered place is unknown, or a start is not dated.
    """
    starts = dated_starts(coverage)
    own = coverage.set_index("municipality_code").loc[starts.index, "component"]
    unknown = int(own.isna().sum())
    if unknown:
        message = (
            f"the component of {unknown} of {len(own)} covered places is unknown, for example of "
            f"{own.index[own.isna()][0]}: a dose would be guessed. Add the column component"
        )
        raise EvaluationRefusedError(Refusal.COMPONENT, message, unknown)
    chosen: pd.Series[pd.Timestamp] = starts[own.isin([component, "both"])]
    return chosen
