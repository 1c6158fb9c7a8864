"""Windows of months: which months make up which period."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.catalog import methods

_YEAR_MONTHS = 12
_FISCAL_LEAD_MONTHS = _YEAR_MONTHS - methods.FISCAL_YEAR_FIRST_MONTH + 1


class Window(StrEnum):
    """A way to put months together."""

    YEAR = "calendar year"
    FISCAL_YEAR = "United States fiscal year"
    ROLLING = "twelve months"
    POOLED = "three calendar years"


def window_months(months: npt.ArrayLike, window: Window) -> pd.DataFrame:
    """The months of every whole window within a span of published months.

    Joined to monthly counts and summed by `period` it gives the counts of the window; joined to
    residents and days it gives the person-years. A fiscal year is named by the year it ends in, a
    rolling window and pooled years by their end too.

    Parameters
    ----------
    months
        Published months, in any order. Shape ``(m,)``, values like ``2024-05``.
    window
        How months are put together.

    Returns
    -------
    windows
        One row per window and month: `period`, the window's last month, and `month`. A window of
        which a month is not among `months` has none.

    Examples
    --------
    >>> months = np.arange("2023-09", "2024-11", dtype="datetime64[M]")
    >>> fiscal = window_months(months, Window.FISCAL_YEAR)
    >>> fiscal["month"].min(), fiscal["period"].unique()
    (Timestamp('2023-10-01 00:00:00'), <DatetimeArray>
    ['2024-09-01 00:00:00']
    Length: 1, dtype: datetime64[s])
    """
    known = np.unique(np.asarray(months, dtype="datetime64[M]"))
    number = known.astype(np.int64)
    size = _YEAR_MONTHS * (methods.POOLED_YEARS if window is Window.POOLED else 1)
    lead = _FISCAL_LEAD_MONTHS if window is Window.FISCAL_YEAR else 0
    is_end = (number + 1 + lead) % _YEAR_MONTHS == 0
    ends = number if window is Window.ROLLING else number[is_end]
    if not len(ends):
        return pd.DataFrame({"period": known[:0], "month": known[:0]}).astype("datetime64[s]")
    rows = ends[:, np.newaxis] - np.arange(size)[::-1]
    whole = rows[np.isin(rows, number).all(axis=1)]
    return pd.DataFrame(
        {
            "period": np.repeat(whole[:, -1], size).astype("datetime64[M]").astype("datetime64[s]"),
            "month": whole.ravel().astype("datetime64[M]").astype("datetime64[s]"),
        }
    )
