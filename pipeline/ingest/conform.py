"""Raw values to keys: codes, names, months, quantities. Pure; faults are collected, none hidden.

A code is believed before a name. A place whose municipality nobody knows is *unlocated*: ``dd000``
in its department, ``00000`` where the department is unknown too. It is counted, never dropped.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.catalog.places import (
    DEPARTMENT_ALIASES,
    LOWER_CASE_WORDS,
    MISSING_MARKERS,
    MUNICIPALITY_ALIASES,
    NO_DEPARTMENT,
    OBSOLETE_CODES,
    UNRESOLVED_NAMES,
)
from pipeline.words import MONTHS, normalised

K = TypeVar("K")

Column = Sequence[Any] | npt.NDArray[Any]
Months = npt.NDArray[np.datetime64]
Codes = npt.NDArray[np.object_]

_DATES: Final = frozenset({date, datetime})
_EARLIEST: Final = np.datetime64("1985-01", "M")
"""No source of the atlas speaks of events before this; an earlier date is a typing error."""
_CODE_DIGITS: Final = 5
_CENTRE_DIGITS: Final = 3
"""The police add three digits for the populated centre; the first five are the municipality."""
_LARGEST: Final = 10**9
"""No count, population or year is larger; a number that is has lost its column or its comma."""
_THOUSANDS = re.compile(r"\s*-?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?\s*")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The official list of places, as far as joining needs it."""

    codes: frozenset[str]
    departments: Mapping[str, str]
    """Department code by normalised name, official or declared as an alias."""
    names: Mapping[tuple[str, str], str]
    """Municipality code by department code and normalised name, official or alias."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that nobody declared: what, in which rows, one example."""

    what: str
    rows: npt.NDArray[np.intp]
    """Positions, from 0."""
    example: str

    def told(self, first_row: int) -> str:
        """The fault in words; `first_row` is the number that a spreadsheet gives to position 0."""
        row = int(self.rows[0]) + first_row
        return f"{self.rows.size:,} rows: {self.what}, e.g. {self.example!r} in row {row}"


def gazetteer(municipalities: pd.DataFrame) -> Gazetteer:
    """The places of `municipalities`, with columns code, name, department code and name.

    Declared aliases of places that are not among them are left out.
    """
    codes = municipalities["municipality_code"]
    departments = municipalities["department_code"]
    department_names = map(normalised, municipalities["department_name"])
    names = map(normalised, municipalities["municipality_name"])
    return Gazetteer(
        codes=frozenset(codes),
        departments=dict(zip(department_names, departments, strict=True))
        | _present(DEPARTMENT_ALIASES, frozenset(departments)),
        names=dict(zip(zip(departments, names, strict=True), codes, strict=True))
        | _present(MUNICIPALITY_ALIASES, frozenset(codes)),
    )


def title_case(name: str) -> str:
    """An upper-case Spanish place name as it is written in running text.

    Examples
    --------
    >>> title_case("SAN ANDRÉS DE TUMACO")
    'San Andrés de Tumaco'
    >>> title_case("BOGOTÁ, D.C.")
    'Bogotá, D.C.'
    """
    words = name.strip().lower().split()
    cased = [
        word if position and word in LOWER_CASE_WORDS else _capitalised(word)
        for position, word in enumerate(words)
    ]
    return " ".join(cased)


def code_of(raw: object, places: Gazetteer) -> str | None:
    """The municipality code behind one published value, or None where it is no code we know.

    Parameters
    ----------
    raw
        Text or number: ``"05001"``, ``5001.0``, ``"5,001"``, ``"05001000"`` (with the populated
        centre), ``"70000"`` (municipality unknown), ``"0"``, empty or a word that means missing
        (department unknown).
    places
        Official codes.

    Returns
    -------
    str or None
        Five digits: a DIVIPOLA code in force, ``dd000`` or ``00000``.

    Examples
    --------
    >>> here = Gazetteer(frozenset({"05001", "94343"}), {}, {})
    >>> [code_of(raw, here) for raw in ("5,001", 5001000.0, "05001012", "94663", "05000", "0")]
    ['05001', '05001', '05001', '94343', '05000', '00000']
    >>> code_of("99999", here) is None
    True
    """
    if (word := normalised(str(raw))) and word in MISSING_MARKERS:
        return NO_DEPARTMENT
    text = _digits(raw)
    if text is None or len(text) > _CODE_DIGITS + _CENTRE_DIGITS:
        return None
    if not text.strip("0"):
        return NO_DEPARTMENT
    if len(text) > _CODE_DIGITS:
        text = text.zfill(_CODE_DIGITS + _CENTRE_DIGITS)[:_CODE_DIGITS]
    code = text.zfill(_CODE_DIGITS)
    code = OBSOLETE_CODES.get(code, code)
    is_unlocated = code.endswith("000") and any(one.startswith(code[:2]) for one in places.codes)
    return code if code in places.codes or is_unlocated else None


def code_of_name(department: str, municipality: str, places: Gazetteer) -> str | None:
    """The municipality code behind a pair of names, or None where the pair does not join.

    Parameters
    ----------
    department, municipality
        Names as published; never one without the other.
    places
        Official names.

    Returns
    -------
    str or None
        Five digits: a DIVIPOLA code, ``dd000`` where the municipality is not stated or is known to
        be undecidable, ``00000`` where the department is not stated.
    """
    department_name, name = normalised(department), normalised(municipality)
    if department_name in MISSING_MARKERS:
        return NO_DEPARTMENT if name in MISSING_MARKERS else None
    code = places.departments.get(department_name)
    if code is None:
        return None
    if name in MISSING_MARKERS or (code, name) in UNRESOLVED_NAMES:
        return f"{code}000"
    return places.names.get((code, name))


def located_by_code(raw: Column, places: Gazetteer) -> tuple[Codes, list[Fault]]:
    """Municipality code of every row of a code column, and the values that are no code.

    Parameters
    ----------
    raw
        Code column. Shape ``(n,)``.
    places
        Official codes.

    Returns
    -------
    codes
        Shape ``(n,)``, text; None where a fault says so.
    faults
        One per unknown value.
    """
    return _mapped(raw, lambda value: code_of(value, places), "unknown municipality code")


def located_by_name(
    departments: Sequence[str], municipalities: Sequence[str], places: Gazetteer
) -> tuple[Codes, list[Fault]]:
    """Municipality code of every pair of names, and the pairs that do not join.

    Parameters
    ----------
    departments, municipalities
        Names as published. Shape ``(n,)`` each.
    places
        Official names.

    Returns
    -------
    codes
        Shape ``(n,)``, text; None where a fault says so.
    faults
        One per pair that does not join.
    """
    pairs = np.fromiter(
        zip(map(str, departments), map(str, municipalities), strict=True), dtype=object
    )
    codes, faults = _mapped(
        pairs,
        lambda pair: code_of_name(pair[0], pair[1], places),
        "name that does not join (department / name)",
    )
    return codes, [replace(fault, example=" / ".join(pairs[fault.rows[0]])) for fault in faults]


def months_of(raw: Column, text_format: str) -> tuple[Months, Months, list[Fault]]:
    """Month and day of every row of a date column, and the values that are no date.

    Parameters
    ----------
    raw
        Dates, text, or both in one column. Shape ``(n,)``.
    text_format
        How text dates look, as for ``strptime``.

    Returns
    -------
    months
        Shape ``(n,)``, month precision; not-a-time where a fault says so.
    days
        The same at day precision.
    faults
        One per unreadable value.
    """
    values = np.asarray(raw, dtype=object)
    positions, distinct = pd.factorize(values, use_na_sentinel=False)  # years hold few days
    is_date = np.fromiter((type(value) in _DATES for value in distinct), bool, len(distinct))
    is_text = np.fromiter((type(value) is str for value in distinct), bool, len(distinct))
    known = np.full(distinct.shape, "NaT", dtype="datetime64[D]")
    known[is_date] = distinct[is_date].astype("datetime64[D]")
    known[is_text] = _days_of_text(distinct[is_text], text_format)
    days = known[positions]
    faults = _faults(values, np.isnat(days), "unreadable date")
    is_early = days < _EARLIEST
    faults += _faults(values, is_early, f"date before {_EARLIEST}")
    days[is_early] = np.datetime64("NaT")
    return days.astype("datetime64[M]"), days, faults


def whole_numbers(
    raw: Column, what: str, lowest: int = 0, highest: int = _LARGEST
) -> tuple[npt.NDArray[np.int64], list[Fault]]:
    """Integers of a column of numbers or text, thousands separators removed, and what is none.

    Parameters
    ----------
    raw
        Numbers, or text such as ``"2,006"`` or ``"344.0"``. Shape ``(n,)``.
    what
        Name of the quantity, for messages.
    lowest, highest
        Smallest and largest value allowed.

    Returns
    -------
    values
        Shape ``(n,)``; 0 where a fault says so.
    faults
        One per value that is not a whole number or is out of range.
    """
    values = np.asarray(raw, dtype=object)
    numbers = numbers_of(raw)
    is_whole = (numbers == np.round(numbers)) & (numbers >= lowest) & (numbers <= highest)
    faults = _faults(
        values, ~is_whole, f"{what} that is no whole number from {lowest} to {highest}"
    )
    return np.where(is_whole, numbers, 0).astype(np.int64), faults


def month_numbers(raw: Column) -> tuple[npt.NDArray[np.int64], list[Fault]]:
    """Months of a year from 1 to 12 in a column of numbers or Spanish names, and what is none.

    Parameters
    ----------
    raw
        Numbers, text such as ``"7"``, or names such as ``"julio"``. Shape ``(n,)``.

    Returns
    -------
    values
        Shape ``(n,)``; 0 where a fault says so.
    faults
        One per value that is no month.
    """
    numbers = [MONTHS.get(normalised(one), one) if isinstance(one, str) else one for one in raw]
    values, faults = whole_numbers(numbers, "month", lowest=1, highest=len(MONTHS))
    return values, [replace(fault, example=str(raw[fault.rows[0]])) for fault in faults]


def numbers_of(raw: Column) -> npt.NDArray[np.float64]:
    """Floats of a column of numbers or text; NaN where a value is no number. Shape ``(n,)``.

    A comma separates thousands and nothing else: ``"1,5"`` is no number, not 15.
    """
    if set(map(type, raw)) == {float}:  # as workbooks keep numbers
        return np.asarray(raw, dtype=np.float64)
    values = [
        _without_separators(str(value)) if isinstance(value, str | int) else value for value in raw
    ]
    numbers = pd.to_numeric(pd.Series(values, dtype="object"), errors="coerce")
    return numbers.to_numpy(dtype=np.float64)


def _without_separators(text: str) -> str:
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text


def _digits(raw: object) -> str | None:
    """The digits a code is written with, or None where there is anything else."""
    is_whole = isinstance(raw, float) and raw.is_integer()
    text = f"{raw:.0f}" if is_whole else _without_separators(str(raw)).strip()
    return text if re.fullmatch(r"[0-9]*", text) else None


def _present(aliases: Mapping[K, str], codes: frozenset[str]) -> dict[K, str]:
    return {name: code for name, code in aliases.items() if code in codes}


def _capitalised(word: str) -> str:
    """First letter upper case; every letter after a full stop too, as in D.C."""
    return re.sub(r"(^|[.(])(\w)", lambda found: found[1] + found[2].upper(), word)


def _days_of_text(values: npt.NDArray[np.object_], text_format: str) -> npt.NDArray[np.datetime64]:
    parsed = pd.to_datetime(pd.Series(values, dtype="str"), format=text_format, errors="coerce")
    return parsed.to_numpy().astype("datetime64[D]")


def _mapped(raw: Column, rule: Callable[[Any], str | None], what: str) -> tuple[Codes, list[Fault]]:
    """Apply a rule once per distinct value."""
    values = np.asarray(raw, dtype=object)
    positions, distinct = pd.factorize(values, use_na_sentinel=False)
    codes = np.asarray([rule(value) for value in distinct], dtype=object)
    is_unknown = np.asarray([code is None for code in codes], dtype=bool)[positions]
    return codes[positions], _faults(values, is_unknown, what)


def _faults(
    values: npt.NDArray[np.object_], is_wrong: npt.NDArray[np.bool_], what: str
) -> list[Fault]:
    """One fault per distinct wrong value, in the order of their first rows."""
    rows: dict[str, list[int]] = {}
    for row in np.flatnonzero(is_wrong).tolist():
        rows.setdefault(str(values[row]), []).append(row)
    return [Fault(what, np.asarray(own), value) for value, own in rows.items()]
