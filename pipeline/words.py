"""How names written by many hands are compared: one normal form, used wherever text is matched."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

MONTHS: Final = {
    name: number
    for number, name in enumerate(
        "ENERO FEBRERO MARZO ABRIL MAYO JUNIO JULIO AGOSTO SEPTIEMBRE OCTUBRE NOVIEMBRE "
        "DICIEMBRE".split(),
        start=1,
    )
}
"""Number of a month by its normalised Spanish name."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_SEAT_MARK = re.compile(r"\(\s*CT\s*\)")
_SEPARATORS = re.compile(r"[^A-Z0-9]+")


def unaccented(text: str) -> str:
    """The same letters without accents.

    Examples
    --------
    >>> unaccented("Córdoba, Nariño")
    'Cordoba, Narino'
    """
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=200_000)
def normalised(text: str) -> str:
    """Upper case, without accents, ``(CT)`` or punctuation, words separated by one space.

    Parameters
    ----------
    text
        A name, a header or a term as a publisher wrote it.

    Returns
    -------
    str
        The form in which two spellings of one name are equal. ``Ñ`` becomes ``N`` on both sides.

    Examples
    --------
    >>> normalised(" Cúcuta (CT)")
    'CUCUTA'
    >>> normalised("*AGRUPA_EDAD_PERSONA")
    'AGRUPA EDAD PERSONA'
    """
    return _SEPARATORS.sub(" ", _SEAT_MARK.sub(" ", unaccented(text).upper())).strip()


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> inert("=1+1"), inert("Cáceres")
    ("'=1+1", 'Cáceres')
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
