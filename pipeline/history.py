"""What each release said of one figure, asked for by hand: series, place and period in words."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

import pandas as pd

from pipeline import gazetteer, views
from pipeline.errors import CatalogError
from pipeline.store.warehouse import Warehouse

_PERIOD: Final = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?")
_EXAMPLE: Final = "make history SERIES=kidnapping PLACE=54001 PERIOD=2025-06"


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar year or one month, by the first days of its first and last month."""

    first: date
    last: date

    @classmethod
    def parse(cls, text: str, example: str = _EXAMPLE) -> Self:
        """The period written as ``2025`` or ``2025-06``.

        Parameters
        ----------
        text
            As it is written.
        example
            What is understood, to end the message with.

        Raises
        ------
        CatalogError
            If it is written otherwise.

        Examples
        --------
        >>> Period.parse("2025")
        Period(first=datetime.date(2025, 1, 1), last=datetime.date(2025, 12, 1))
        """
        match = _PERIOD.fullmatch(text.strip())
        if match is None or match[1] == "0000":
            message = f"{text!r} is no year and no month. Write 2025 or 2025-06: {example}"
            raise CatalogError(message)
        year, month = int(match[1]), match[2]
        return cls(date(year, int(month or 1), 1), date(year, int(month or 12), 1))

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.first:%Y}" if self.first < self.last else f"{self.first:%Y-%m}"


def history(warehouse: Warehouse, series: str, place: str, period: str) -> str:
    """What each release said of a figure, as text for a terminal.

    Parameters
    ----------
    warehouse
        An open warehouse.
    series
        Id of a series, or its name in Spanish or English.
    place
        DIVIPOLA code of a municipality, or its name, if need be with that of its department after
        a comma; case and accents do not matter, nor words before or after, if only one fits.
    period
        ``2025`` or ``2025-06``.

    Returns
    -------
    str
        One line per release, earliest first.

    Raises
    ------
    CatalogError
        If the series, the place or the period is not known, or no release holds the period.
    """
    found = gazetteer.series(views.series(warehouse), series)
    place_row = gazetteer.municipality(views.places(warehouse), place, _EXAMPLE)
    asked = Period.parse(period)
    figures = views.figure_history(
        warehouse,
        found["series_id"],
        place_row["municipality_code"],
        asked.first,
        asked.last,
    )
    if figures.empty:
        message = f"No release of {found['series_id']} holds {asked}. {_extent(found)}"
        raise CatalogError(message)
    title = (
        f"{found['label_en']} / {found['label_es']} ({found['unit_en']}) in "
        f"{place_row['municipality_name']}, {place_row['department_name']} "
        f"({place_row['municipality_code']}), {asked}"
    )
    return "\n".join([title, "", *_table(figures, asked), "", _told(figures)])


def _extent(series: "pd.Series[str]") -> str:
    if pd.isna(series["first_month"]):
        return "Nothing of it is published here."
    return f"Published are {series['first_month']:%Y-%m} to {series['last_month']:%Y-%m}."


def _table(figures: pd.DataFrame, asked: Period) -> list[str]:
    said = [_number(value) for value in figures["events"]]
    width = max(map(len, [*said, "figure"]))
    lines = [("cut", "retrieved", "figure".rjust(width), "", "file")]
    for one, figure in zip(figures.to_dict("records"), said, strict=True):
        holds = one["first_month"].date(), one["last_month"].date()
        notes = [
            "shown" if one["is_shown"] else "",
            ""
            if holds == (asked.first, asked.last)
            else f"{one['first_month']:%Y-%m} to {one['last_month']:%Y-%m} only",
        ]
        lines.append(
            (
                f"{one['cut_date']:%Y-%m-%d}",
                f"{one['retrieved_date']:%Y-%m-%d}",
                figure.rjust(width),
                ", ".join(filter(None, notes)),
                one["path"],
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return [
        "  ".join(cell.ljust(column) for cell, column in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _told(figures: pd.DataFrame) -> str:
    """The story in one sentence."""
    shown = figures[figures["is_shown"]]
    earlier = figures[~figures["is_shown"]]
    now = _number((shown if len(shown) else figures)["events"].iloc[-1])
    if earlier.empty:
        return f"{now}; no other release is here."
    first = earlier.iloc[0]
    then = f"{_number(first['events'])} in the release of {first['cut_date']:%Y-%m-%d}"
    return f"{then}, {now} now." if len(shown) else f"{then}; none of them is shown now."


def _number(value: float) -> str:
    return "unknown" if pd.isna(value) else f"{value:,.10g}"
