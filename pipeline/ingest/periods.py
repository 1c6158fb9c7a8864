"""Which months a file publishes, up to when it was counted, and which part of its dataset it is."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from pipeline.catalog.sources import Layout
from pipeline.errors import SourceError
from pipeline.ingest.conform import Fault, Months
from pipeline.ingest.raw import RawFile
from pipeline.ingest.readers import Rows

WHOLE: Final = "all"
"""Part name of a file that holds a dataset's whole history."""

_MONTHS_PER_YEAR: Final = 12
_OF_WHOLE_YEARS: Final = frozenset(
    {Layout.YEAR_RECORDS, Layout.TOTAL_RECORDS, Layout.DEPARTMENT_PANEL, Layout.STACKED_CUTS}
)


@dataclass(frozen=True, slots=True)
class Period:
    """What a file covers.

    Attributes
    ----------
    file
        The file, with its part and cut now known.
    months
        Published months, the same for every place. Shape ``(m,)``, sorted.
    is_open
        Whether the publisher marks the whole file as still growing: the year was not over.
    faults
        Rows whose date does not fit the period.
    """

    file: RawFile
    months: Months
    is_open: bool = False
    faults: tuple[Fault, ...] = ()


def period_of(
    file: RawFile, layout: Layout, rows: Rows, months: Months, *, is_yearly: bool
) -> Period:
    """Judge what a file covers from its name, its titles and its dates.

    A cut is taken from the rows where they state it, else from the manifest, else from the path,
    else from the day that the footer says the figures were drawn, else from the last event.

    Parameters
    ----------
    file
        What is known before the file is read.
    layout
        Its layout.
    rows
        Its rows, with what titles and footer say.
    months
        Month of every row, not-a-time where it is unknown; at least one is known. Shape ``(n,)``.
    is_yearly
        Whether the rows state years only; January then stands for the year.

    Returns
    -------
    Period
        What the file covers.

    Raises
    ------
    SourceError
        If a yearly police file lacks months that its name or title claims, and neither its title
        nor the day on which it was drawn explains it.
    """
    known = months[~np.isnat(months)]
    is_points = layout is Layout.MINE_POINTS
    if is_points and re.match(r"\d{4}\.", file.path.rpartition("/")[2]):
        return _named_year(file, months)
    if rows.cuts:
        file = replace(file, cut_date=max(rows.cuts).isoformat(), cut_basis="column")
    file = _with_cut(file, rows.extraction, known, is_yearly=is_yearly)
    if layout is Layout.POLICE_WORKBOOK:
        return _police(file, rows, months)
    published = _span(known.min(), known.max())
    if layout in _OF_WHOLE_YEARS:
        published = _up_to_cut(_whole_years(known), file)
    elif is_points:
        published = _whole_years(known)
    elif layout is Layout.CONTEXT_CSV:
        years = np.unique(known.astype("datetime64[Y]"))
        published = np.concatenate([_whole_years(year.astype("datetime64[M]")) for year in years])
    return Period(replace(file, part=WHOLE), published, faults=_after_cut(file, months))


def _with_cut(file: RawFile, drawn: date | None, known: Months, *, is_yearly: bool) -> RawFile:
    if file.cut_date:
        return file
    if drawn is not None:
        return replace(file, cut_date=drawn.isoformat(), cut_basis="footer")
    last = known.max()
    if is_yearly:  # the year in which a file was fetched is not over
        closed = np.datetime64(file.retrieved_date, "Y") - np.timedelta64(1, "Y")
        last = _december(min(last.astype("datetime64[Y]"), closed))
    end = (last + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    return replace(file, cut_date=str(end), cut_basis="last event")


def _named_year(file: RawFile, months: Months) -> Period:
    """One year, the one in the file's name."""
    year = file.path.rpartition("/")[2][:4]
    published = _whole_years(np.datetime64(f"{year}-01", "M"))
    faults = _outside(months, published, f"year that is not {year}, as the name says")
    cut = replace(file, part=year, cut_date=f"{year}-12-31", cut_basis="path")
    return Period(cut, published, faults=faults)


def _police(file: RawFile, rows: Rows, months: Months) -> Period:
    """Judge a yearly police file: the months it must hold, and those it does.

    The name's year is what the file claims to be; a file whose name states none claims what its
    title row says. Months may be missing only if the figures were drawn before they were over.
    """
    known = months[~np.isnat(months)]
    claimed = _claimed_months(file, rows.declared_period, known)
    missing = np.setdiff1d(claimed, known)
    if missing.size and not _explains(rows.extraction, missing):
        title = "–".join(f"{day:%Y-%m}" for day in rows.declared_period or ())
        message = (
            f"{file.path} claims {claimed[0]} to {claimed[-1]}, and its {len(rows):,} rows hold "
            f"{known.min()} to {known.max()}: {missing.size} months are missing (the first is "
            f"{missing[0]}), and no extraction date in its footer explains it"
            f"{f'; its title says {title}' if title else ''}. It is part of a year under the name "
            "of a whole one: fetch the full file."
        )
        raise SourceError(message)
    published = np.setdiff1d(claimed, missing)
    years = np.unique(claimed.astype("datetime64[Y]").astype(str))
    part = years[0] if len(years) == 1 else f"{years[0]}-{years[-1]}"
    what = f"date outside {claimed[0]} to {claimed[-1]}, the period of the name or the title"
    return Period(
        replace(file, part=str(part)),
        published,
        is_open=bool(published[-1] != _december(claimed[-1])),
        faults=_outside(months, claimed, what),
    )


def _claimed_months(file: RawFile, declared: tuple[date, date] | None, known: Months) -> Months:
    stem = file.path.rpartition("/")[2].rpartition(".")[0]
    if years := re.findall(r"(?:19|20)\d{2}", stem):
        return _whole_years(np.array([min(years), max(years)], dtype="datetime64[M]"))
    if declared is not None:
        return _span(*(np.datetime64(day, "M") for day in declared))
    return _whole_years(known.min())


def _explains(drawn: date | None, missing: Months) -> bool:
    """Whether the figures were drawn before the first missing month was over."""
    return drawn is not None and bool(np.datetime64(drawn, "M") <= missing.min())


def _after_cut(file: RawFile, months: Months) -> tuple[Fault, ...]:
    if file.cut_basis not in {"manifest", "path"}:
        return ()
    until = np.datetime64(file.cut_date, "M")
    return _faults(months, months > until, f"date after the file's cut {file.cut_date}")


def _outside(months: Months, published: Months, what: str) -> tuple[Fault, ...]:
    return _faults(months, ~np.isin(months, published) & ~np.isnat(months), what)


def _faults(months: Months, is_wrong: np.ndarray, what: str) -> tuple[Fault, ...]:
    rows = np.flatnonzero(is_wrong)
    return (Fault(what, rows, str(months[rows[0]])),) if rows.size else ()


def _up_to_cut(months: Months, file: RawFile) -> Months:
    return months[months <= np.datetime64(file.cut_date, "M")]


def _whole_years(months: Months | np.datetime64) -> Months:
    """January of the first year to December of the last."""
    first, last = np.min(months), np.max(months)
    return _span(first.astype("datetime64[Y]").astype("datetime64[M]"), _december(last))


def _december(month: np.datetime64) -> np.datetime64:
    january: np.datetime64 = month.astype("datetime64[Y]").astype("datetime64[M]")
    return january + np.timedelta64(_MONTHS_PER_YEAR - 1, "M")


def _span(first: np.datetime64, last: np.datetime64) -> Months:
    return np.arange(first, last + np.timedelta64(1, "M"))
