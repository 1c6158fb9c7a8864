"""Raw values to keys: codes, names, months, quantities. Pure; every fault is collected, none hidden.

A code is believed before a name. A place whose municipality nobody knows is *unlocated*: ``dd000`` in
its department, ``00000`` where the department is unknown too. It is counted, never dropped.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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
from pipeline.words import normalised

Months = npt.NDArray[np.datetime64]
Codes = npt.NDArray[np.object_]

_EARLIEST: Final = np.datetime64("1985-01", "M")
"""No source of the atlas speaks of events before this; an earlier date is a typing error."""
_CENTRE_DIGITS: Final = 3
"""Police codes end in the three digits of a populated centre; the first five are the municipality."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The official list of places, as far as joining needs it."""

    codes: frozenset[str]
    departments: Mapping[str, str]
    """Department code by normalised name."""
    names: Mapping[tuple[str, str], str]
    """Municipality code by department code and normalised name."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that nobody declared: what, in which rows, one example."""

    what: str
    rows: npt.NDArray[np.intp]
    example: str


def gazetteer(municipalities: pd.DataFrame) -> Gazetteer:
    """The places of `municipalities`, with columns code, name, department code and name."""
    codes = municipalities["municipality_code"]
    departments = municipalities["department_code"]
    named = {
        normalised(name): code
        for name, code in zip(municipalities["department_name"], departments, strict=True)
    }
    return Gazetteer(
        codes=frozenset(codes),
        departments=named | DEPARTMENT_ALIASES,
        names={
            (department, normalised(name)): code
            for department, name, code in zip(
                departments, municipalities["municipality_name"], codes, strict=True
            )
        },
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
        centre), ``"70000"`` (municipality unknown), ``"0"`` or empty (department unknown).
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
    text = f"{raw:.0f}" if isinstance(raw, float | int) else str(raw).replace(",", "").strip()
    if not re.fullmatch(r"\d*", text):
        return None
    if not text or not text.strip("0"):
        return NO_DEPARTMENT
    if len(text) > len(NO_DEPARTMENT):
        text = text.zfill(len(NO_DEPARTMENT) + _CENTRE_DIGITS)[: len(NO_DEPARTMENT)]
    code = text.zfill(len(NO_DEPARTMENT))
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
    return MUNICIPALITY_ALIASES.get((code, name)) or places.names.get((code, name))


def located_by_code(raw: Sequence[Any], places: Gazetteer) -> tuple[Codes, list[Fault]]:
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
    pairs = pd.Series(departments, dtype="object") + " / " + pd.Series(municipalities, dtype="object")

    def joined(pair: str) -> str | None:
        department, _, municipality = pair.partition(" / ")
        return code_of_name(department, municipality, places)

    return _mapped(pairs.to_numpy(dtype=object), joined, "name that does not join (department / name)")


def months_of(raw: Sequence[Any], text_format: str) -> tuple[Months, Months, list[Fault]]:
    """Month and day of every row of a date column, and the values that are no date.

    Parameters
    ----------
    raw
        Dates, or text. Shape ``(n,)``.
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
    if all(isinstance(value, str) for value in values):
        days = _days_of_text(values, text_format)
    else:
        try:
            days = values.astype("datetime64[D]")
        except ValueError:
            days = _days_of_text(np.asarray([str(v)[:10] for v in values], object), "%Y-%m-%d")
    months = days.astype("datetime64[M]")
    faults = _faults(values, np.isnat(days), "unreadable date")
    faults += _faults(values, ~np.isnat(days) & (months < _EARLIEST), "date before 1985")
    return months, days, faults


def whole_numbers(
    raw: Sequence[Any], what: str, lowest: int = 0
) -> tuple[npt.NDArray[np.int64], list[Fault]]:
    """Integers of a column of numbers or text, thousands separators removed, and what is none.

    Parameters
    ----------
    raw
        Numbers, or text such as ``"2,006"`` or ``"344.0"``. Shape ``(n,)``.
    what
        Name of the quantity, for messages.
    lowest
        Smallest value allowed.

    Returns
    -------
    values
        Shape ``(n,)``; 0 where a fault says so.
    faults
        One per value that is not a whole number or is too small.
    """
    values = np.asarray(raw, dtype=object)
    numbers = numbers_of(values)
    is_wrong = ~np.isfinite(numbers) | (numbers != np.round(numbers)) | (numbers < lowest)
    faults = _faults(values, is_wrong, f"{what} that is no whole number from {lowest}")
    return np.where(is_wrong, 0, numbers).astype(np.int64), faults


def numbers_of(raw: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Floats of a column of numbers or text; NaN where a value is no number. Shape ``(n,)``."""
    series = pd.Series(np.asarray(raw, dtype=object))
    if series.map(type).eq(str).any():
        series = series.astype("str").str.replace(",", "", regex=False).str.strip()
    return pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64)


def _capitalised(word: str) -> str:
    """First letter upper case; every letter after a full stop too, as in D.C."""
    return re.sub(r"(^|[.(])(\w)", lambda found: found[1] + found[2].upper(), word)


def _days_of_text(values: npt.NDArray[np.object_], text_format: str) -> npt.NDArray[np.datetime64]:
    parsed = pd.to_datetime(pd.Series(values, dtype="str"), format=text_format, errors="coerce")
    return parsed.to_numpy().astype("datetime64[D]")


def _mapped(
    raw: Sequence[Any], rule: Callable[[Any], str | None], what: str
) -> tuple[Codes, list[Fault]]:
    """Apply a rule once per distinct value."""
    values = np.asarray(raw, dtype=object)
    positions, distinct = pd.factorize(values, use_na_sentinel=False)
    codes = np.asarray([rule(value) for value in distinct], dtype=object)
    is_unknown = np.asarray([code is None for code in codes], dtype=bool)[positions]
    return codes[positions], _faults(values, is_unknown, what)


def _faults(
    values: npt.NDArray[np.object_], is_wrong: npt.NDArray[np.bool_], what: str
) -> list[Fault]:
    if not is_wrong.any():
        return []
    wrong = pd.Series(np.flatnonzero(is_wrong)).groupby(
        pd.Series(values[is_wrong]).astype("str").to_numpy()
    )
    return [Fault(what, rows.to_numpy(), str(value)) for value, rows in wrong]
