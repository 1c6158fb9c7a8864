"""Reference files to frames: municipalities, population, PDET, programme coverage."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from pipeline.catalog.programmes import PROGRAMMES, Programme
from pipeline.errors import SourceError
from pipeline.ingest import readers
from pipeline.ingest.conform import Gazetteer, code_of, numbers_of, title_case
from pipeline.words import normalised

_DIVIPOLA_COLUMNS: Final = {
    "municipality_code": ("CODIGO MUNICIPIO", "COD MPIO"),
    "municipality_name": ("NOMBRE MUNICIPIO", "NOM MPIO"),
    "department_code": ("CODIGO DEPARTAMENTO", "COD DPTO"),
    "department_name": ("NOMBRE DEPARTAMENTO", "NOM DPTO"),
    "kind": ("TIPO MUNICIPIO ISLA AREA NO MUNICIPALIZADA", "TIPO"),
}
_POPULATION_COLUMNS: Final = {
    "municipality_code": ("MUNICIPIO CODE", "DPMP", "MPIO", "DIVIPOLA"),
    "year": ("YEAR", "ANO"),
    "population": ("POBLACION", "TOTAL"),
}
_AREA: Final = ("AREA GEOGRAFICA",)
_WHOLE_AREA: Final = "TOTAL"
_CODE: Final = re.compile(r"\d{4,5}(\.0)?")
_HEADER_SEARCH_ROWS: Final = 20
_JSON_YEAR: Final = re.compile(r"(20\d{2})")
_COVERAGE_COLUMNS: Final = (
    "programme_id",
    "municipality_code",
    "state",
    "evidence",
    "component",
    "start_date",
    "start_precision",
    "end_date",
    "end_basis",
    "source_title",
    "source_url",
    "source_date",
    "note",
)
_COVERAGE_TERMS: Final = {
    "state": {"documented", "covered"},
    "evidence": {"official", "confirmed", "reported"},
    "component": {"", "1", "2", "both"},
    "start_precision": {"day", "month", "year", "unknown"},
    "end_basis": {"planned", "actual", "unknown"},
}


def read_divipola(path: Path) -> pd.DataFrame:
    """The official list of municipalities.

    Parameters
    ----------
    path
        CSV in any of the published spellings: codes as ``05001``, ``5001`` or ``"5,001"``.

    Returns
    -------
    pandas.DataFrame
        Columns municipality_code, municipality_name (title case), department_code,
        department_name, kind; sorted by code.

    Raises
    ------
    SourceError
        If a column is missing, or a code is malformed or appears twice.
    """
    raw = readers.read_text_frame(path)
    columns = {name: raw[_named(path, raw.columns, accepted)] for name, accepted in _DIVIPOLA_COLUMNS.items()}
    frame = pd.DataFrame(columns)
    for name, width in (("municipality_code", 5), ("department_code", 2)):
        frame[name] = frame[name].str.replace(",", "", regex=False).str.strip().str.zfill(width)
    wrong = frame[
        ~frame["municipality_code"].str.fullmatch(r"\d{5}")
        | frame["municipality_code"].duplicated(keep=False)
        | (frame["municipality_code"].str[:2] != frame["department_code"])
    ]
    if len(wrong):
        message = (
            f"{path.name}: {len(wrong)} municipality codes are malformed, repeated or in another "
            f"department, e.g. {wrong['municipality_code'].iloc[0]!r}. Download the list again."
        )
        raise SourceError(message)
    frame["municipality_name"] = frame["municipality_name"].map(title_case)
    frame["department_name"] = frame["department_name"].map(title_case)
    return frame.sort_values("municipality_code", ignore_index=True)


def read_population(path: Path, edition: str, places: Gazetteer) -> pd.DataFrame:
    """Residents by municipality and year from any of DANE's layouts.

    Parameters
    ----------
    path
        Workbook, wide (a column per year) or long (a row per year), with or without title rows,
        split by area or not; or JSON with the year in the file's name.
    edition
        Name of the projection.
    places
        Codes in force; obsolete codes are added to their successors.

    Returns
    -------
    pandas.DataFrame
        Columns municipality_code, year, population, edition. A municipality that did not exist yet
        has 0.

    Raises
    ------
    SourceError
        If no sheet has the columns, a code is unknown, or a figure is no whole number.
    """
    frame = _population_json(path) if path.suffix == ".json" else _population_workbook(path)
    frame = frame[frame["municipality_code"].astype("str").str.fullmatch(_CODE)]
    codes = {raw: code_of(raw, places) for raw in frame["municipality_code"].unique()}
    unknown = sorted(str(raw) for raw, code in codes.items() if code is None)
    figures = numbers_of(frame["population"].to_list())
    wrong = ~(figures >= 0) | (figures != np.round(figures))
    if unknown or wrong.any() or frame.empty:
        message = (
            f"{path.name}: {len(frame)} rows, {len(unknown)} unknown codes ({unknown[:3]}), "
            f"{int(wrong.sum())} figures that are no whole number. Is it the municipal projection?"
        )
        raise SourceError(message)
    conformed = pd.DataFrame(
        {
            "municipality_code": frame["municipality_code"].map(codes).astype("str"),
            "year": frame["year"].astype("int64"),
            "population": figures.astype(np.int64),
        }
    )
    repeated = frame.duplicated(["municipality_code", "year"])
    if repeated.any():
        example = frame[repeated].iloc[0]
        message = (
            f"{path.name}: {int(repeated.sum())} repeated municipality-years, e.g. "
            f"{example['municipality_code']} in {example['year']}. Is an area column missing?"
        )
        raise SourceError(message)
    merged = conformed.groupby(["municipality_code", "year"], as_index=False)["population"].sum()
    return merged.assign(edition=edition)


def read_pdet(path: Path, places: Gazetteer) -> pd.DataFrame:
    """PDET municipalities with their subregion: columns municipality_code, pdet_subregion.

    Raises
    ------
    SourceError
        If a column is missing or a code is unknown or repeated.
    """
    raw = readers.read_text_frame(path)
    codes = raw[_named(path, raw.columns, ("COD MPIO",))]
    subregions = raw[_named(path, raw.columns, ("SUBREGION PDET",))]
    wrong = [code for code in codes if code not in places.codes] + list(codes[codes.duplicated()])
    if wrong:
        message = f"{path.name}: {len(wrong)} unknown or repeated codes, e.g. {wrong[0]!r}."
        raise SourceError(message)
    return pd.DataFrame({"municipality_code": codes, "pdet_subregion": subregions.str.strip()})


def read_coverage(path: Path, places: Gazetteer) -> pd.DataFrame:
    """Places where a programme is known to work, one row each, as the contract says.

    Parameters
    ----------
    path
        CSV with exactly the columns of the contract.
    places
        Codes in force.

    Returns
    -------
    pandas.DataFrame
        The contract's columns; dates as timestamps, unknown text as missing.

    Raises
    ------
    SourceError
        With every problem at once: a missing column, an unknown municipality, programme or term, a
        malformed date, a place twice.
    """
    raw = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    if list(raw.columns) != list(_COVERAGE_COLUMNS):
        message = (
            f"{path.name}: columns are {list(raw.columns)}, the contract has "
            f"{list(_COVERAGE_COLUMNS)} in this order."
        )
        raise SourceError(message)
    problems = [
        f"row {row}: unknown municipality {code!r}"
        for row, code in enumerate(raw["municipality_code"], start=2)
        if code not in places.codes
    ]
    programmes = {programme.id for programme in PROGRAMMES}
    problems += _unknown_terms(raw["programme_id"], programmes, "programme_id")
    for column, terms in _COVERAGE_TERMS.items():
        problems += _unknown_terms(raw[column], terms, column)
    for column in ("start_date", "end_date"):
        problems += [
            f"row {row}: {column} {text!r} is no date like 2020-10-01"
            for row, text in enumerate(raw[column], start=2)
            if text and not _is_iso_date(text)
        ]
    twice = raw.duplicated(["programme_id", "municipality_code"])
    problems += [f"row {row + 2}: the municipality appears twice" for row in np.flatnonzero(twice)]
    if problems:
        message = f"{path.name}: {len(problems)} problems.\n  " + "\n  ".join(problems)
        raise SourceError(message)
    frame = raw.replace("", pd.NA)
    for column in ("start_date", "end_date"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    return frame


def coverage_of(
    documented: pd.DataFrame, municipalities: pd.DataFrame, programme: Programme
) -> pd.DataFrame:
    """The coverage state of every municipality of the country for one programme.

    Parameters
    ----------
    documented
        Rows of the contract, as `read_coverage` returns them.
    municipalities
        Columns municipality_code, department_code, pdet_subregion.
    programme
        The programme, with its departments and the regions that a report names.

    Returns
    -------
    pandas.DataFrame
        One row per municipality, the contract's columns and is_named_region. Places nobody
        documented are ``candidate`` (PDET in the programme's departments), ``no_evidence`` (others
        there) or ``outside``. A list in which every row is official is complete: the states
        collapse to covered and not_covered, and outside.
    """
    rows = documented[documented["programme_id"] == programme.id]
    is_official = bool(len(rows)) and bool(rows["evidence"].eq("official").all())
    frame = municipalities[["municipality_code", "department_code", "pdet_subregion"]].merge(
        rows.drop(columns="programme_id"), on="municipality_code", how="left"
    )
    is_inside = frame["department_code"].isin(programme.departments)
    is_pdet = frame["pdet_subregion"].notna()
    is_known = frame["state"].notna()
    derived = np.select(
        [~is_inside, is_inside & is_official, is_inside & is_pdet],
        ["outside", "not_covered", "candidate"],
        default="no_evidence",
    )
    known = "covered" if is_official else frame["state"]
    frame["state"] = np.where(is_known, known, derived)
    is_named = np.zeros(len(frame), dtype=bool)
    for subregion, department in programme.named_regions:
        is_here = frame["pdet_subregion"].eq(subregion).fillna(value=False).to_numpy(dtype=bool)
        if department is not None:
            is_here = is_here & frame["department_code"].eq(department).to_numpy()
        is_named |= is_here
    frame["is_named_region"] = is_named & frame["state"].eq("candidate").to_numpy()
    frame.insert(0, "programme_id", programme.id)
    return frame


def _named(path: Path, columns: Sequence[str], accepted: Sequence[str]) -> str:
    for name in columns:
        if name in accepted:
            return name
    message = f"{path.name} has none of the columns {list(accepted)}; found {list(columns)}."
    raise SourceError(message)


def _unknown_terms(column: pd.Series, terms: set[str], name: str) -> list[str]:
    return [
        f"row {row}: {name} is {term!r}, expected one of {sorted(terms)}"
        for row, term in enumerate(column, start=2)
        if term not in terms
    ]


def _is_iso_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _population_json(path: Path) -> pd.DataFrame:
    year = _JSON_YEAR.search(path.stem)
    records = readers.read_json(path)
    if year is None or not isinstance(records, list) or not records:
        message = f"{path.name} is no list of municipalities with the year in its name."
        raise SourceError(message)
    frame = pd.DataFrame(records)
    frame.columns = [normalised(str(name)) for name in frame.columns]
    return pd.DataFrame(
        {
            "municipality_code": frame[_named(path, list(frame.columns), ("DIVIPOLA",))],
            "year": int(year[1]),
            "population": frame[_named(path, list(frame.columns), ("POBLACION",))],
        }
    )


def _population_workbook(path: Path) -> pd.DataFrame:
    """The first sheet that has the columns: later ones repeat it or split it by area."""
    for sheet in readers.read_sheets(path).values():
        for index, row in enumerate(sheet[:_HEADER_SEARCH_ROWS]):
            header = [_header_text(cell) for cell in row]
            if set(header) & set(_POPULATION_COLUMNS["municipality_code"]):
                return _population_sheet(path, header, sheet[index + 1 :])
    message = f"{path.name}: no sheet has a header with a municipality code. Is it the right file?"
    raise SourceError(message)


def _header_text(cell: Any) -> str:  # noqa: ANN401 - a cell can be anything
    return f"{cell:.0f}" if isinstance(cell, float | int) else normalised(str(cell))


def _population_sheet(path: Path, header: list[str], rows: readers.Sheet) -> pd.DataFrame:
    code_names = _POPULATION_COLUMNS["municipality_code"]
    candidates = [index for index, name in enumerate(header) if name in code_names]
    code_index = next(
        (i for i in candidates if rows and _CODE.fullmatch(str(rows[0][i]))), candidates[0]
    )
    years = {index: int(name) for index, name in enumerate(header) if re.fullmatch(r"(19|20)\d{2}", name)}
    first_years = {}
    for index, year in years.items():
        first_years.setdefault(year, index)  # later repeats are the areas of a merged header
    if first_years:
        frames = [
            pd.DataFrame(
                {
                    "municipality_code": [row[code_index] for row in rows],
                    "year": year,
                    "population": [row[index] for row in rows],
                }
            )
            for year, index in first_years.items()
        ]
        return pd.concat(frames, ignore_index=True)
    frame = pd.DataFrame(rows, columns=range(len(header)))
    area = next((index for index, name in enumerate(header) if name in _AREA), None)
    if area is not None:
        frame = frame[frame[area].map(lambda cell: normalised(str(cell))).eq(_WHOLE_AREA)]
    year_index = header.index(_named(path, header, _POPULATION_COLUMNS["year"]))
    figure_index = header.index(_named(path, header, _POPULATION_COLUMNS["population"]))
    return pd.DataFrame(
        {
            "municipality_code": frame[code_index],
            "year": frame[year_index],
            "population": frame[figure_index],
        }
    )


