"""Publishers of the same events side by side, by department and for the seven together."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis.disagreement import publisher_gaps
from pipeline.marts.rows import no_rows, store_rows
from pipeline.store.warehouse import Draft

PROGRAMME: Final = "programme"
"""Place of the programme's departments together."""
_MONTHS_PER_YEAR: Final = 12
_KEY: Final = ["place_code", "year"]


class Refusal(StrEnum):
    """Why nothing is said of the change since the year before."""

    FIRST = "no year before"
    NOT_COMPLETE = "a year is not complete"
    EDITION = "two editions of the population"
    DEFINITION = "the definition changed"


def store(draft: Draft) -> None:
    """Fill the mart of gaps between publishers.

    Parameters
    ----------
    draft
        Warehouse being built, with the rates of departments.
    """
    figures = draft.frame("mart/source_gap")
    cuts = draft.frame("mart/definition_year")
    found = [
        no_rows("mart.source_gap"),
        *(
            gap_table(one, other)
            for _, same in with_refusals(figures, cuts).groupby("phenomenon")
            for one, other in _pairs(same)
        ),
    ]
    store_rows(draft, "mart.source_gap", pd.concat(found, ignore_index=True))


def with_refusals(figures: pd.DataFrame, cuts: pd.DataFrame) -> pd.DataFrame:
    """Say of every year why it cannot be set beside the year before.

    Parameters
    ----------
    figures
        One row per `series_id`, `place_code` and `year`: `months_published`, `is_provisional` and
        `edition` of the population.
    cuts
        `year` from which on a `series_id` is defined in another way than before.

    Returns
    -------
    figures
        The same rows, with `refusal`; missing where nothing stands in the way.
    """
    rows = figures.reset_index(drop=True)
    is_whole = rows["months_published"].eq(_MONTHS_PER_YEAR) & ~rows["is_provisional"]
    own = rows.assign(is_whole=is_whole)[["series_id", *_KEY, "is_whole", "edition"]]
    before = own.merge(
        own.assign(year=own["year"] + 1),
        how="left",
        on=["series_id", *_KEY],
        suffixes=("", "_before"),
    )
    cut = pd.MultiIndex.from_frame(cuts[["series_id", "year"]])
    reasons: dict[Refusal, npt.ArrayLike] = {  # the last that holds stands
        Refusal.DEFINITION: pd.MultiIndex.from_frame(rows[["series_id", "year"]]).isin(cut),
        Refusal.EDITION: rows["edition"].ne(before["edition_before"]),
        Refusal.NOT_COMPLETE: ~(is_whole & before["is_whole_before"].eq(other=True)),
        Refusal.FIRST: before["is_whole_before"].isna(),
    }
    refusal = pd.Series(None, rows.index, dtype="str")
    for reason, holds in reasons.items():
        refusal = refusal.mask(np.asarray(holds, bool), reason.value)
    return rows.assign(refusal=refusal)


def gap_table(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Set two publishers side by side.

    The departments are one family of tests a year, and the seven together another.

    Parameters
    ----------
    one, other
        Figures of one series each, as from `with_refusals`, with `events` and `person_years`.

    Returns
    -------
    gaps
        Rows of ``mart.source_gap``: places and years that both publish.
    """
    sides = [frame.set_index(_KEY) for frame in (one, other)]
    shared = sides[0].index.intersection(sides[1].index)
    if shared.empty:
        return no_rows("mart.source_gap")
    first, second = (side.loc[shared] for side in sides)
    refusal = first["refusal"].fillna(second["refusal"])
    told = refusal.isna()
    together = shared.get_level_values("place_code") == PROGRAMME
    found = pd.concat(
        [
            publisher_gaps(
                _by_year(first["events"][at]),
                _by_year(second["events"][at]),
                _by_year(first["person_years"][at]),
                is_comparable=_by_year(told[at].astype(float)).eq(1),
            )
            for at in (together, ~together)
            if at.any()
        ]
    ).loc[shared]
    table = found.assign(
        series_id=first["series_id"],
        other_series_id=second["series_id"],
        months_published=first["months_published"],
        other_months_published=second["months_published"],
        is_provisional=first["is_provisional"] | second["is_provisional"],
        refusal=refusal,
    )
    apart = first["months_published"].ne(second["months_published"])
    table.loc[apart, ["gap", "gap_share"]] = np.nan
    return table.rename_axis(_KEY).reset_index()


def _by_year(values: "pd.Series[float]") -> pd.DataFrame:
    """Places by consecutive years; NaN where a year between is not published."""
    wide = values.unstack("year")  # noqa: PD010 - no sums
    years = wide.columns.to_numpy(int)
    return wide.reindex(columns=np.arange(years[0], years[-1] + 1))


def _pairs(same: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Every two publishers, in the order of lists."""
    yield from combinations((rows for _, rows in same.groupby("series_id", sort=False)), 2)
