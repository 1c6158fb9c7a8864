"""The newest months of each municipality beside what its own past leads to expect."""

import pandas as pd

from pipeline.analysis.anomalies import anomaly_table
from pipeline.marts.reuse import store_by_series
from pipeline.store.warehouse import Draft


def store(draft: Draft) -> pd.DataFrame:
    """Fill the mart of anomalies.

    Parameters
    ----------
    draft
        Warehouse being built, with the rates by month.

    Returns
    -------
    computations
        Rows of ``mart.computation``.
    """
    series = draft.frame("mart/comparable_from").query("has_months")
    inputs = (
        (one, (draft.frame("mart/anomaly_input", series_id=one), month))
        for one, month in zip(series["series_id"], series["month"], strict=True)
    )
    return store_by_series(draft, ["mart.anomaly"], series_anomalies, inputs)


def series_anomalies(monthly: pd.DataFrame, comparable_from: pd.Timestamp) -> pd.DataFrame:
    """Judge the newest months of one series by the days they have.

    Counts are judged, not rates: the residents of an edition that began last year would step where
    the place did not, and a slow growth of the place is within the model's trend.

    Parameters
    ----------
    monthly
        One row per municipality and published month: `series_id`, `municipality_code`, `month`,
        `events`, `days` of the month and `is_provisional`.
    comparable_from
        First month that compares with the newest; NaT if all do.

    Returns
    -------
    anomalies
        Rows of ``mart.anomaly``; a month that is not published has none.
    """
    by_month = monthly.set_index(["month", "municipality_code"])
    months = pd.date_range(
        monthly["month"].min(), monthly["month"].max(), freq="MS", name="month", unit="s"
    )
    events, days = (
        by_month[column].unstack().reindex(months)  # noqa: PD010 - no sums
        for column in ("events", "days")
    )
    provisional = monthly.groupby("month")["is_provisional"].any().reindex(months, fill_value=False)
    found = anomaly_table(
        events,
        days,
        provisional,
        comparable_from=None if pd.isna(comparable_from) else comparable_from,
    )
    (series_id,) = monthly["series_id"].unique()
    return found[found["events"].notna()].assign(series_id=series_id)
