"""Places and series by what a person types: a code, or a name without accents."""

from collections.abc import Iterable
from difflib import get_close_matches

import pandas as pd

from pipeline import views
from pipeline.errors import CatalogError
from pipeline.store.warehouse import Warehouse
from pipeline.words import normalised


def municipality(listed: pd.DataFrame, wanted: str, example: str) -> "pd.Series[str]":
    """The municipality that is meant.

    Parameters
    ----------
    listed
        From `views.places`.
    wanted
        DIVIPOLA code of a municipality, or its name, if need be with that of its department after
        a comma; case and accents do not matter, nor words before or after, if only one fits.
    example
        A command that is understood.

    Returns
    -------
    municipality
        Its row.

    Raises
    ------
    CatalogError
        If none is meant, or more than one may be.
    """
    if not wanted.strip():
        message = f"No place is named: write its DIVIPOLA code or its name, as in {example}"
        raise CatalogError(message)
    name, _, department = (normalised(part) for part in wanted.partition(","))
    names = listed["municipality_name"].map(normalised)
    is_there = listed["department_name"].map(normalised).eq(department) | (not department)
    found = listed[is_there & (listed["municipality_code"].eq(wanted.strip()) | names.eq(name))]
    if found.empty and name:  # few say San José de Cúcuta
        found = listed[is_there & (" " + names + " ").str.contains(f" {name} ", regex=False)]
    if found.empty:
        near = listed[names.isin(get_close_matches(name, names, n=3, cutoff=0.7))]
        message = (
            f"{wanted!r} is no municipality. {either(_shown(near))}Write its DIVIPOLA code or its "
            f"name: {example}"
        )
        raise CatalogError(message)
    if len(found) > 1:
        message = (
            f"{len(found)} municipalities are called {wanted} or have it in their name: "
            f"{'; '.join(_shown(found))}. Write the code{_or_department(found, wanted)}."
        )
        raise CatalogError(message)
    return found.iloc[0]


def series(listed: pd.DataFrame, wanted: str) -> "pd.Series[str]":
    """The series that is meant.

    Parameters
    ----------
    listed
        From `views.series`.
    wanted
        Id of a series, or its name in Spanish or English; case and accents do not matter.

    Returns
    -------
    series
        Its row.

    Raises
    ------
    CatalogError
        If none is meant.
    """
    names = listed[["series_id", "label_es", "label_en"]]
    fits = names.map(normalised).isin([normalised(wanted)]).any(axis=1)
    if not fits.any():
        near = get_close_matches(wanted, listed["series_id"], n=3, cutoff=0.5)
        message = (
            f"{wanted!r} is no series. {either(near)}"
            f"All of them: {', '.join(sorted(listed['series_id']))}."
        )
        raise CatalogError(message)
    return listed[fits].iloc[0]


def place_code(warehouse: Warehouse, wanted: str, example: str) -> str:
    """Code of a municipality or department of the programme's departments.

    Parameters
    ----------
    warehouse
        An open warehouse.
    wanted
        As in `municipality`, or the two digits or the name of a department.
    example
        A command that is understood.

    Returns
    -------
    code
        Five digits of a municipality, or two of a department.

    Raises
    ------
    CatalogError
        If no place is meant, more than one may be, or it lies outside these departments.
    """
    departments = views.department_outlines(warehouse)
    code = country_code(views.places(warehouse), wanted, example)
    shown = departments[departments["is_programme_department"]]
    if code[:2] not in set(shown["department_code"]):
        message = (
            f"{wanted!r} ({code}) lies outside the departments that the atlas tells of: "
            f"{', '.join(shown['department_name'])}."
        )
        raise CatalogError(message)
    return code


def country_code(listed: pd.DataFrame, wanted: str, example: str) -> str:
    """Code of a municipality or department anywhere in the country.

    Parameters
    ----------
    listed
        From `views.places`.
    wanted
        As in `municipality`, or the two digits or the name of a department.
    example
        A command that is understood.

    Returns
    -------
    code
        Five digits of a municipality, or two of a department.

    Raises
    ------
    CatalogError
        If no place is meant, or more than one may be.
    """
    departments = listed[["department_code", "department_name"]].drop_duplicates()
    names = departments["department_name"].map(normalised)
    codes = departments["department_code"]
    meant = departments[codes.eq(wanted.strip()) | names.eq(normalised(wanted))]
    if meant.empty:
        return str(municipality(listed, wanted, example)["municipality_code"])
    own = listed["department_code"].eq(meant["department_code"].iloc[0])
    is_itself = own & (own.sum() == 1)  # Bogotá is both
    is_namesake = listed["municipality_name"].map(normalised).eq(normalised(wanted))
    namesakes = listed[is_namesake & ~is_itself]
    if len(namesakes):
        message = (
            f"{wanted!r} is a department and a municipality: {meant['department_code'].iloc[0]} "
            f"{meant['department_name'].iloc[0]}; {'; '.join(_shown(namesakes))}. Write the code."
        )
        raise CatalogError(message)
    return str(meant["department_code"].iloc[0])


def either(near: Iterable[str]) -> str:
    """What may have been meant, as a sentence; nothing if nothing is near."""
    names = "; ".join(near)
    return f"Near it: {names}. " if names else ""


def _or_department(found: pd.DataFrame, wanted: str) -> str:
    """How else to say which of several is meant, if their departments tell them apart."""
    alone = found[~found["department_name"].duplicated(keep=False)]
    if alone.empty or "," in wanted:
        return ""
    return f", or the department after a comma: {wanted}, {alone['department_name'].iloc[-1]}"


def _shown(places: pd.DataFrame) -> list[str]:
    return [
        f"{one['municipality_code']} {one['municipality_name']}, {one['department_name']}"
        for one in places.to_dict("records")
    ]
