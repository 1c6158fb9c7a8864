"""The words of the interface in one language, and its numbers, dates and plurals."""

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from io import BytesIO
from math import inf
from pathlib import Path
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LanguageCode = Literal["es", "en"]
Window = Literal["year", "rolling", "month"]
Span = Literal["year", "fiscal_year", "quarter", "fiscal_quarter", "rolling", "month"]
"""Length of a period, and whose years and quarters they are: the calendar's or the US budget's."""

CATALOGUES: Final = Path(__file__).parent / "locale"
LANGUAGES: Final[dict[LanguageCode, Locale]] = {"es": Locale("es", "CO"), "en": Locale("en", "US")}
_ONE_DECIMAL_BELOW: Final = 10
_FISCAL_YEAR_MONTH: Final = 10
"""Month in which a fiscal year of the United States begins; its number is that of its end."""

_SEPTEMBER: Final = 9
_POOLED_YEARS: Final = 3

_AgeUnit = Literal["year", "month", "day"]
_UNIT_DAYS: Final[dict[_AgeUnit, float]] = {"year": 365.25, "month": 30.4375, "day": 1}
_MONTHS_FROM: Final = 61
_YEARS_FROM: Final = 731
"""Age in days from which it is told in months, and in years."""


def spoken(wanted: Sequence[str | None]) -> LanguageCode:
    """The first wanted language that the interface speaks, else Spanish.

    Parameters
    ----------
    wanted
        Language tags in order of preference, e.g. from the URL and from the browser.

    Examples
    --------
    >>> spoken([None, "pt-BR", "en-GB"])
    'en'
    """
    for tag in wanted:
        code = (tag or "")[:2].lower()
        if code in LANGUAGES:
            return code
    return "es"


@cache
def words(code: LanguageCode) -> "Words":
    """The interface's words in one language, compiled from its catalogue on first use."""
    path = CATALOGUES / code / "LC_MESSAGES" / "dashboard.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(code, gettext.GNUTranslations(compiled))


@dataclass(frozen=True)
class Words:
    """What the interface says in one language; every figure on the page is written here.

    Attributes
    ----------
    code
        ``es`` or ``en``.
    catalogue
        Translations of the English strings in the source.
    """

    code: LanguageCode
    catalogue: gettext.NullTranslations

    @property
    def locale(self) -> Locale:
        """Where numbers and dates take their form from."""
        return LANGUAGES[self.code]

    def text(self, english: str) -> str:
        """The words of the interface for an English string of the source."""
        return self.catalogue.gettext(english)

    def plural(self, one: str, many: str, count: int) -> str:
        """The words for a count, which stands in them as ``{count}``."""
        return self.catalogue.ngettext(one, many, count).format(count=self.number(count))

    def number(self, value: float) -> str:
        """A count, grouped as readers expect."""
        return _number(self.code, value, "#,##0.#")

    def rate(self, value: float) -> str:
        """A rate: one decimal below ten, none above, where decimals would claim too much."""
        pattern = "#,##0.0" if 0 < value < _ONE_DECIMAL_BELOW else "#,##0"
        return _number(self.code, value, pattern)

    def percent(self, value: float) -> str:
        """A change in percent with its sign: one decimal below ten.

        Examples
        --------
        >>> words("en").percent(-7.63)
        '-7.6%'
        """
        pattern = "#,##0.0" if abs(value) < _ONE_DECIMAL_BELOW else "#,##0"
        sign = _number(self.code, value, f"+{pattern};-{pattern}")
        return f"{sign}\xa0%" if self.code == "es" else f"{sign}%"

    def share(self, value: float) -> str:
        """A share of one, in whole percent."""
        percent = _number(self.code, 100 * value, "#,##0")
        return f"{percent}\xa0%" if self.code == "es" else f"{percent}%"

    def statistic(self, value: float) -> str:
        """A figure without a unit, such as a correlation or a p-value, to four decimals."""
        return _number(self.code, value, "0.0###")

    def day(self, day: date) -> str:
        """A date in full."""
        return format_date(day, "long", locale=self.locale)

    def age(self, day: date, today: date) -> str:
        """How long ago a day was, in whole days, months or years that have passed."""
        _ = self.text
        days = (today - day).days
        if days < 1:
            return _("today")
        unit: _AgeUnit = "day" if days < _MONTHS_FROM else "month" if days < _YEARS_FROM else "year"
        # Babel rounds: given whole units of its own length, it has nothing to round.
        whole = int(days / _UNIT_DAYS[unit]) * timedelta(days=int(_UNIT_DAYS[unit]))
        return format_timedelta(
            -whole, granularity=unit, threshold=inf, add_direction=True, locale=self.locale
        )

    def month(self, month: date, *, short: bool = False) -> str:
        """A month and its year."""
        return _month(self.code, month, "yMMM" if short else "yMMMM")

    def ratio(self, value: float) -> str:
        """How many times one rate is another: two digits, where more would claim too much."""
        return _number(self.code, value, "#,##0" if value >= _ONE_DECIMAL_BELOW else "0.0#")

    def period(self, start: date, window: "Span | Literal['pooled']") -> str:
        """A period by its first day; twelve months or more by the first day of their last month.

        Examples
        --------
        >>> words("en").period(date(2023, 10, 1), "fiscal_quarter")
        'Q1 US fiscal year 2024'
        """
        _ = self.text
        if window == "pooled":
            return f"{start.year - _POOLED_YEARS + 1}–{start.year}"
        if window == "month":
            return self.month(start)
        if window == "rolling":
            return _("12 months to {month}").format(month=self.month(start))
        is_fiscal = window.startswith("fiscal")
        year = str(start.year + (is_fiscal and start.month >= _FISCAL_YEAR_MONTH))
        if is_fiscal:
            year = _("US fiscal year {year}").format(year=year)
        if window.endswith("year"):
            return year
        quarter = (start.month - 1) // 3
        return _("Q{quarter} {year}").format(quarter=(quarter + is_fiscal) % 4 + 1, year=year)


# A page writes the same few hundred months and numbers again and again.
@lru_cache(maxsize=4096)
def _month(code: LanguageCode, month: date, skeleton: str) -> str:
    return format_skeleton(skeleton, month, locale=LANGUAGES[code])


@lru_cache(maxsize=65_536)
def _number(code: LanguageCode, value: float, pattern: str) -> str:
    return str(format_decimal(value, pattern, locale=LANGUAGES[code]))
