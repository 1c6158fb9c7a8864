"""Reference files to frames: municipalities, population, PDET."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from pipeline.errors import SourceError
from pipeline.ingest import readers
from pipeline.ingest.conform import Fault, Gazetteer, code_of, title_case, whole_numbers
from pipeline.words import normalised

# The portal's interface names them cod_dpto, dpto, cod_mpio, nom_mpio, tipo_municipio, longitud,
# latitud, as public code that asks it shows; its exports and older editions have the other names.
_DIVIPOLA_COLUMNS: Final = {
    "municipality_code": ("CODIGO MUNICIPIO", "COD MPIO"),
    "municipality_name": ("NOMBRE MUNICIPIO", "NOM MPIO"),
    "department_code": ("CODIGO DEPARTAMENTO", "COD DPTO"),
    "department_name": ("NOMBRE DEPARTAMENTO", "NOM DPTO", "DPTO"),
    "kind": ("TIPO MUNICIPIO ISLA AREA NO MUNICIPALIZADA", "TIPO", "TIPO MUNICIPIO"),
}
_POPULATION_COLUMNS: Final = {
    "municipality_code": ("MUNICIPIO CODE", "DPMP", "MPIO", "DIVIPOLA"),
    "year": ("YEAR", "ANO"),
    "population": ("POBLACION", "TOTAL"),
}
_AREA: Final = ("AREA GEOGRAFICA",)
_WHOLE_AREA: Final = "TOTAL"
_CODE: Final = re.compile(r"\d{4,5}(\.0)?")
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")
_FIRST_YEAR: Final = 1985
_LAST_YEAR: Final = 2100
_HEADER_SEARCH_ROWS: Final = 20
_FIRST_CSV_ROW: Final = 2
_FAULTS_SHOWN: Final = 6


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
        If a column is missing, a name is empty, or a code is malformed, appears twice or does not
        begin with its department's.
    """
    raw = readers.read_text_frame(path)
    columns = list(raw.columns)
    frame = pd.DataFrame(
        {
            name: raw[_named(path, columns, accepted)].str.strip()
            for name, accepted in _DIVIPOLA_COLUMNS.items()
        }
    )
    for name, width in (("municipality_code", 5), ("department_code", 2)):
        frame[name] = frame[name].str.replace(",", "", regex=False).str.zfill(width)
    codes = frame["municipality_code"]
    wrong = (
        ~codes.str.fullmatch(r"[0-9]{5}")
        | codes.duplicated(keep=False)
        | (codes.str[:2] != frame["department_code"])
        | frame["municipality_name"].eq("")
        | frame["department_name"].eq("")
    )
    if wrong.any():
        row = int(np.argmax(wrong))
        message = (
            f"{readers.shown(path)}: {int(wrong.sum())} municipalities lack a name, or their code "
            f"is malformed, repeated or another department's, e.g. {codes[row]!r} in row "
            f"{row + _FIRST_CSV_ROW}. Download the list again."
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
        has 0. Notes and the national row, whose code is blank or ``00``, are read past.

    Raises
    ------
    SourceError
        If no sheet has the columns, a code is unknown, a figure is no whole number, or a
        municipality has two figures for one year.
    """
    is_json = path.suffix.lower() == ".json"
    frame = _population_json(path) if is_json else _population_workbook(path)
    frame = frame[frame["code"].map(lambda code: str(code).strip(" 0.") != "")]
    if frame.empty:
        message = f"{readers.shown(path)} has no municipality. Is it the municipal projection?"
        raise SourceError(message)
    written = frame["code"].map(lambda code: str(code).strip().removesuffix(".0").zfill(5))
    known = {code: _municipality(code, places) for code in frame["code"].unique()}
    codes = [known[code] for code in frame["code"]]
    years, faults = whole_numbers(frame["year"].to_list(), "year", _FIRST_YEAR, _LAST_YEAR)
    figures, figure_faults = whole_numbers(frame["population"].to_list(), "population")
    unknown = np.flatnonzero([code is None for code in codes])
    repeated = np.flatnonzero(
        pd.DataFrame({"code": written.to_numpy(), "year": years}).duplicated()
    )
    if unknown.size:
        faults.append(Fault("unknown municipality code", unknown, written.iloc[unknown[0]]))
    if repeated.size:
        what = "second figure for a municipality and year (is an area column missing?)"
        faults.append(Fault(what, repeated, written.iloc[repeated[0]]))
    if faults := faults + figure_faults:
        told = "; ".join(fault.told(first_row=1) for fault in faults[:_FAULTS_SHOWN])
        message = (
            f"{readers.shown(path)}: {len(faults)} faults (rows counted among municipalities): "
            f"{told}. Is it the municipal projection? Download it again."
        )
        raise SourceError(message)
    conformed = pd.DataFrame({"municipality_code": codes, "year": years, "population": figures})
    conformed["municipality_code"] = conformed["municipality_code"].astype("str")
    merged = conformed.groupby(["municipality_code", "year"], as_index=False).sum()
    return merged.assign(edition=edition)


def read_pdet(path: Path, places: Gazetteer) -> pd.DataFrame:
    """PDET municipalities with their subregion: columns municipality_code, pdet_subregion.

    Raises
    ------
    SourceError
        If a column is missing or a code is unknown or repeated.
    """
    raw = readers.read_text_frame(path)
    columns = list(raw.columns)
    written = raw[_named(path, columns, ("COD MPIO",))]
    subregions = raw[_named(path, columns, ("SUBREGION PDET",))]
    codes = written.map(lambda code: _municipality(code, places))
    wrong = (codes.isna() | codes.duplicated(keep=False)).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        message = (
            f"{readers.shown(path)}: {int(wrong.sum())} unknown or repeated codes, e.g. "
            f"{written[row]!r} in row {row + _FIRST_CSV_ROW}. Download the list again."
        )
        raise SourceError(message)
    frame = pd.DataFrame({"municipality_code": codes, "pdet_subregion": subregions.str.strip()})
    return frame.astype("str")


def _named(path: Path, columns: Sequence[str], accepted: Sequence[str]) -> str:
    for name in columns:
        if name in accepted:
            return name
    message = (
        f"{readers.shown(path)} has none of the columns {list(accepted)}; found {list(columns)}."
    )
    raise SourceError(message)


def _municipality(raw: object, places: Gazetteer) -> str | None:
    """The code of a municipality proper; None for an unknown or unlocated one."""
    code = code_of(raw, places)
    return code if code in places.codes else None


def _population_json(path: Path) -> pd.DataFrame:
    """Columns code, year, population of a list of municipalities."""
    columns = readers.record_columns(path)
    years = _YEAR.findall(path.stem)
    if not years:
        message = (
            f"{readers.shown(path)} has no year in its name: nothing else says which it is of."
        )
        raise SourceError(message)
    return pd.DataFrame(
        {
            "code": columns[_named(path, list(columns), ("DIVIPOLA",))],
            "year": years[-1],
            "population": columns[_named(path, list(columns), ("POBLACION",))],
        },
        dtype="object",
    )


def _population_workbook(path: Path) -> pd.DataFrame:
    """Columns code, year, population of the first sheet that has them; later ones split it."""
    for sheet in readers.read_sheets(path).values():
        for index, row in enumerate(sheet[:_HEADER_SEARCH_ROWS]):
            header = [_header_text(cell) for cell in row]
            if set(header) & set(_POPULATION_COLUMNS["municipality_code"]):
                return _population_sheet(path, header, sheet[index + 1 :])
    message = (
        f"{readers.shown(path)}: no sheet has a header with a municipality code. Is it the right "
        "file?"
    )
    raise SourceError(message)


def _header_text(cell: Any) -> str:  # noqa: ANN401 - a cell can be anything
    return f"{cell:.0f}" if isinstance(cell, float | int) else normalised(str(cell))


def _population_sheet(path: Path, header: list[str], rows: readers.Sheet) -> pd.DataFrame:
    code_index = _code_index(header, rows)
    codes = [row[code_index] for row in rows]
    year_columns: dict[str, int] = {}
    for index, name in enumerate(header):
        if _YEAR.fullmatch(name):
            year_columns.setdefault(name, index)  # later repeats are areas under a merged header
    if year_columns:
        frames = [
            pd.DataFrame(
                {"code": codes, "year": year, "population": [row[index] for row in rows]},
                dtype="object",
            )
            for year, index in year_columns.items()
        ]
        return pd.concat(frames, ignore_index=True)
    year_index = header.index(_named(path, header, _POPULATION_COLUMNS["year"]))
    figure_index = header.index(_named(path, header, _POPULATION_COLUMNS["population"]))
    frame = pd.DataFrame(
        {
            "code": codes,
            "year": [row[year_index] for row in rows],
            "population": [row[figure_index] for row in rows],
        },
        dtype="object",
    )
    area = next((index for index, name in enumerate(header) if name in _AREA), None)
    if area is None:
        return frame
    return frame[[normalised(str(row[area])) == _WHOLE_AREA for row in rows]]


def _code_index(header: Sequence[str], rows: readers.Sheet) -> int:
    """The column of codes: of two names for it, editions give one to codes and one to names."""
    accepted = _POPULATION_COLUMNS["municipality_code"]
    candidates = [index for index, name in enumerate(header) if name in accepted]
    return max(
        candidates,
        key=lambda index: sum(bool(_CODE.fullmatch(str(row[index]).strip())) for row in rows),
    )
