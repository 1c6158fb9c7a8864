"""Invented published files in the publishers' own layouts, for an invented country of six squares.

========  =================  ======================  ==========================================
code      municipality       department              where (degrees; every square has 0.1 a side)
========  =================  ======================  ==========================================
05901     VILLA PRUEBA       05 DEPARTAMENTO UNO     lower row, west
05902     PUERTO ENSAYO      05 DEPARTAMENTO UNO     lower row, middle
05903     NUEVA MUESTRA      05 DEPARTAMENTO UNO     lower row, east
13901     VILLA PRUEBA       13 DEPARTAMENTO DOS     upper row, west: a name that repeats
13902     PEÑÓN DE ENSAYO    13 DEPARTAMENTO DOS     upper row, middle
98901     OTRA PARTE         98 DEPARTAMENTO AJENO   upper row, east: not the programme's
========  =================  ======================  ==========================================

Functions that end in ``_cells`` give a sheet as rows of cells, for a test to spoil before `sheet`
writes it; the others write a file and return its path. `publish` writes a folder with all of them.
"""

import csv
import json
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import shapely
import xlsxwriter
import xlwt
from xlwt.CompoundDoc import XlsDoc

from pipeline import crs

Cells = list[list[Any]]

PLACES: Final[dict[str, tuple[str, str]]] = {
    "05901": ("VILLA PRUEBA", "DEPARTAMENTO UNO"),
    "05902": ("PUERTO ENSAYO", "DEPARTAMENTO UNO"),
    "05903": ("NUEVA MUESTRA", "DEPARTAMENTO UNO"),
    "13901": ("VILLA PRUEBA", "DEPARTAMENTO DOS"),
    "13902": ("PEÑÓN DE ENSAYO", "DEPARTAMENTO DOS"),
    "98901": ("OTRA PARTE", "DEPARTAMENTO AJENO"),
}
DEPARTMENTS: Final = {code[:2]: names[1] for code, names in PLACES.items()}

WEST, SOUTH, SIDE, COLUMNS = -75.0, 6.0, 0.1, 3
MASTER: Final = "master_municipios_real"

CREATED: Final = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS_ES: Final = (
    "ENERO FEBRERO MARZO ABRIL MAYO JUNIO JULIO AGOSTO SEPTIEMBRE OCTUBRE NOVIEMBRE DICIEMBRE"
).split()


class Event(NamedTuple):
    """One row of a file of events: where (a code, or dd000), when, how many, what."""

    code: str
    day: date
    quantity: float = 1
    conduct: str = ""


def place_names(code: str) -> tuple[str, str]:
    """Municipality and department as publishers write them, the unknown ones included."""
    if code in PLACES:
        return PLACES[code]
    return "SIN ESTABLECER", DEPARTMENTS.get(code[:2], "SIN ESTABLECER")


def one_a_month(
    year: int, code: str = "05901", months: Iterable[int] = range(1, 13)
) -> list[Event]:
    """An event on the fifth of each month."""
    return [Event(code, date(year, month, 5)) for month in months]


# ---------------------------------------------------------------------------- any format


def sheet(path: Path, cells: Sequence[Sequence[Any]], name: str = "Sheet 1") -> Path:
    """One sheet as .xlsx or .xls, by the name."""
    return sheets(path, {name: cells})


def sheets(path: Path, content: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """Several sheets as .xlsx or .xls, by the name; empty text is no cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".xls":
        legacy = xlwt.Workbook()
        day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
        for name, cells in content.items():
            page = legacy.add_sheet(name)
            for row, column, value in _filled(cells):
                style = (day,) if isinstance(value, date) else ()
                page.write(row, column, value, *style)
        legacy.save(str(path))
        return path
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": CREATED})  # the same cells are the same bytes
        for name, cells in content.items():
            page = book.add_worksheet(name)
            for row, column, value in _filled(cells):
                page.write(row, column, value)
    return path


def far_apart(path: Path) -> Path:
    """A workbook of two cells that lie as far apart as the format allows."""
    sheet(path, [["VILLA LA PRUEBA"], ["CAMPO CLARO"]])
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content.replace(b'r="A2"', b'r="XFD1048576"'))
        return path
    cell = struct.pack("<4H", 0x00FD, 10, 1, 0)  # text in row 1, column 0
    content = path.read_bytes()
    assert content.count(cell) == 1
    path.write_bytes(content.replace(cell, struct.pack("<4H", 0x00FD, 10, 65_535, 65_535)))
    return path


def table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, mark: bool = False
) -> Path:
    """A CSV in UTF-8, with a byte-order mark if asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encoding = "utf-8-sig" if mark else "utf-8"
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def document(path: Path, content: object) -> Path:
    """A JSON document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


def protected(path: Path) -> Path:
    """A workbook locked with a password, as far as it can be seen without the password."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        XlsDoc().save(stream, b"\x00" * 8192)
    stream_name, locked_name = (
        name.encode("utf-16-le") for name in ("Workbook", "EncryptedPackage")
    )
    content = path.read_bytes()
    entry = content.index(stream_name)
    length = (len(locked_name) + 2).to_bytes(2, "little")
    renamed = locked_name.ljust(64, b"\x00") + length
    path.write_bytes(content[:entry] + renamed + content[entry + len(renamed) :])
    return path


def _filled(cells: Sequence[Sequence[Any]]) -> Iterator[tuple[int, int, Any]]:
    for row, values in enumerate(cells):
        for column, value in enumerate(values):
            if value != "":
                yield row, column, value


# ---------------------------------------------------------------------------- ministry of defence


_PLACED = ("FECHA_HECHO", "COD_DEPTO", "DEPARTAMENTO", "COD_MUNI", "MUNICIPIO")
PLAIN: Final = (*_PLACED, "CANTIDAD")
WITH_CONDUCT: Final = (*_PLACED, "DESCRIPCION CONDUCTA", "CANTIDAD")
OF_2023: Final = ("FECHA HECHOS", *_PLACED[1:], "CANTIDAD")
OF_EXITS: Final = ("FECHA HECHO", *_PLACED[1:], "GRUPO", "CANTIDAD ")


def mindefensa_cells(events: Iterable[Event], header: Sequence[str] = PLAIN) -> Cells:
    """A sheet of the ministry; columns between the place and the quantity take the conduct."""
    rows: Cells = [list(header)]
    for event in events:
        municipality, department = place_names(event.code)
        known = [event.day, event.code[:2], department, event.code, municipality]
        extra = [event.conduct] * (len(header) - len(known) - 1)
        rows.append([*known, *extra, event.quantity])
    return rows


def massacre_cells(rows: Iterable[tuple[str, date, int, int]]) -> Cells:
    """The ministry's sheet with cases and victims: code, day, cases, victims."""
    return [
        [*_PLACED, "CASOS", "VICTIMAS"],
        *(
            [day, code[:2], place_names(code)[1], code, place_names(code)[0], cases, victims]
            for code, day, cases, victims in rows
        ),
    ]


def massacre_export(path: Path, rows: Iterable[tuple[str, date, int, int]]) -> Path:
    """The same as the portal exports it: dates month first, with an hour."""
    header = "FECHA HECHO,COD_DEPTO,DEPARTAMENTO,COD_MUNI,MUNICIPIO,ZONA,CASOS,VICTIMAS".split(",")
    return table(
        path,
        header,
        (
            (f"{day:%m/%d/%Y} 12:00:00 AM", code[:2], place_names(code)[1], code,
             place_names(code)[0], "", cases, victims)
            for code, day, cases, victims in rows
        ),
    )  # fmt: skip


def ministry_rows(path: Path, events: Iterable[Event], *own: str) -> Path:
    """Rows of the ministry as the portal answers in CSV; the view's `own` columns take the conduct.

    The view in the file's name is the dataset.
    """
    return table(
        path,
        ("fecha_hecho", "cod_depto", "departamento", "cod_muni", "municipio", *own, "cantidad"),
        (
            (f"{one.day}T00:00:00.000", one.code[:2], place_names(one.code)[1], one.code,
             place_names(one.code)[0], *[one.conduct] * len(own), one.quantity)
            for one in events
        ),
    )  # fmt: skip


def yearly_records(path: Path, rows: Iterable[tuple[str, int, int]]) -> Path:
    """Totals by municipality and year: code, year, total; places by name, values as text."""
    return document(
        path,
        [
            {
                "municipio": place_names(code)[0],
                "departamento": place_names(code)[1],
                "anio": str(year),
                "total": str(total),
            }
            for code, year, total in rows
        ],
    )


def national_records(path: Path, totals: Mapping[int, int]) -> Path:
    """National totals by year, values as text."""
    return document(
        path, [{"anio": str(year), "total": str(total)} for year, total in totals.items()]
    )


def monthly_records(path: Path, totals: Mapping[date, int]) -> Path:
    """National totals by month, values as text."""
    return document(
        path,
        [{"mes": f"{month}T00:00:00.000", "total": str(n)} for month, n in totals.items()],
    )


# ---------------------------------------------------------------------------- police


class PoliceLayout(NamedTuple):
    """What a generation of police workbooks looks like."""

    header: tuple[str, ...]
    title_rows: int
    """Rows above the header."""
    code: str
    """How codes are written: none, number, or text."""
    has_total: bool = True
    total_label: str = "TOTAL"
    has_text_dates: bool = False
    is_upper_case: bool = True


_BY_PLACE = (
    "DEPARTAMENTO", "MUNICIPIO", "CODIGO DANE", "ARMAS MEDIOS", "FECHA HECHO", "GENERO",
    "AGRUPA EDAD PERSONA", "CANTIDAD",
)  # fmt: skip
_BY_WEAPON = (
    "ARMAS MEDIOS", "DEPARTAMENTO ", "MUNICIPIO ", "FECHA HECHO ", "GENERO ",
    "*AGRUPA_EDAD_PERSONA", "CODIGO DANE ", "CANTIDAD ",
)  # fmt: skip
POLICE: Final[dict[str, PoliceLayout]] = {
    "2003": PoliceLayout(
        ("DEPARTAMENTO ", "MUNICIPIO ", "FECHA DE HECHO ", "DIA SEMANA ", "AÑO ", "CANTIDAD "),
        10, "none", has_total=False, is_upper_case=False,
    ),
    "2011": PoliceLayout(_BY_PLACE, 10, "number"),
    "2019": PoliceLayout(_BY_PLACE, 10, "text"),
    "2020": PoliceLayout(_BY_PLACE, 9, "text"),
    "2024": PoliceLayout(_BY_WEAPON, 9, "text", total_label="TOTAL ", is_upper_case=False),
    "2025": PoliceLayout(_BY_WEAPON, 10, "text", has_total=False, has_text_dates=True),
}  # fmt: skip
DRAWN: Final = date(2026, 2, 3)


def police_cells(
    events: Sequence[Event],
    layout: str = "2024",
    *,
    period: tuple[date, date] | None = None,
    drawn: date | None = DRAWN,
    total: float | None = None,
) -> Cells:
    """A sheet of the police: titles, header, rows, TOTAL, source, signatures.

    `period` is what the title says, by default the years of the events; `drawn` the day in the
    footer; `total` what the TOTAL row says, by default the sum.
    """
    look = POLICE[layout]
    titles = ["MINISTERIO DE DEFENSA NACIONAL", "POLICÍA NACIONAL", "", "", "", "DELITO INVENTADO"]
    titles += [""] * (look.title_rows - len(titles) - 1)
    cells: Cells = [[title] for title in [*titles, _period_title(events, period)]]
    cells.append(list(look.header))
    cells += [_police_row(event, look) for event in events]
    width = len(look.header)
    if look.has_total:
        stated = sum(event.quantity for event in events) if total is None else total
        cells.append([look.total_label, *[""] * (width - 2), stated])
    if drawn is not None:
        month = MONTHS_ES[drawn.month - 1]
        source = f"FUENTE:      DIJIN-POLICÍA NACIONAL. DATOS EXTRAIDOS EL DÍA {drawn.day:02d} DE "
        cells.append([f"{source}{month} {drawn.year}. CIFRAS SUJETAS A VARIACIÓN"])
    cells += [["*Agrupación inventada"], ["Elaborado: Nadie"], ["Revisado: Nadie tampoco"]]
    return [row + [""] * (width - len(row)) for row in cells]


def _period_title(events: Sequence[Event], period: tuple[date, date] | None) -> str:
    days = [event.day for event in events]
    first, last = period or (date(min(days).year, 1, 1), date(max(days).year, 12, 31))
    years = f"{first.year}" if first.year == last.year else f"{first.year}-{last.year}"
    return (
        f"PERÍODO DEL {first.day:02d} DE {MONTHS_ES[first.month - 1]} AL {last.day} DE "
        f"{MONTHS_ES[last.month - 1]} DEL {years}"
    )


def _police_row(event: Event, look: PoliceLayout) -> list[Any]:
    municipality, department = place_names(event.code)
    if not look.is_upper_case:
        municipality = f"{municipality.title()} (CT)"
    known = {
        "DEPARTAMENTO": department,
        "MUNICIPIO": municipality,
        "CODIGO DANE": f"{event.code}000",
        "FECHA": f"{event.day:%d/%m/%Y}" if look.has_text_dates else event.day,
        "CANTIDAD": event.quantity,
        "AÑO": str(event.day.year),
    }
    if look.code == "number":
        known["CODIGO DANE"] = int(f"{event.code}000")
    return [
        next((value for start, value in known.items() if name.startswith(start)), "NO REPORTADO")
        for name in look.header
    ]


def police_rows(path: Path, events: Iterable[Event], *own: str) -> Path:
    """Rows of the police as the portal answers in CSV: text dates, codes of eight digits.

    The view's `own` columns take the conduct.
    """
    header = (
        "departamento", "municipio", "codigo_dane", "armas_medios", "fecha_hecho", "genero",
        "grupo_etario", "cantidad", *own,
    )  # fmt: skip
    return table(
        path,
        header,
        (
            (place_names(one.code)[1], f"{place_names(one.code)[0].title()} (CT)",
             f"{one.code}000", "NO REPORTADO", f"{one.day:%d/%m/%Y}", "NO REPORTA",
             "NO REPORTADO", one.quantity, *[one.conduct] * len(own))
            for one in events
        ),
    )  # fmt: skip


# ---------------------------------------------------------------------------- forensic institute


UNKNOWN: Final = "Sin información"


def forensic_rows(path: Path, deaths: Iterable[Event]) -> Path:
    """One row per death as the portal answers in CSV: a year, the name of a month, no day.

    The conduct is the manner of death; a municipality or department that nobody knows is told in
    words, in the columns of codes too.
    """
    header = (
        "id", "a_o_del_hecho", "mes_del_hecho", "codigo_dane_departamento",
        "codigo_dane_municipio", "departamento_del_hecho_dane", "municipio_del_hecho_dane",
        "sexo_de_la_victima", "manera_de_muerte", "zona_del_hecho",
    )  # fmt: skip
    return table(
        path,
        header,
        (
            (number, one.day.year, MONTHS_ES[one.day.month - 1].lower(), *_forensic_place(one.code),
             "Mujer", one.conduct, "Cabecera municipal")
            for number, one in enumerate(deaths, start=1)
        ),
    )  # fmt: skip


def _forensic_place(code: str) -> tuple[str, str, str, str]:
    municipality, department = place_names(code)
    if code == "00000":
        return (UNKNOWN,) * 4
    if code.endswith("000"):
        return code[:2], UNKNOWN, department.title(), UNKNOWN
    return code[:2], code, department.title(), municipality.title()


# ---------------------------------------------------------------------------- other events


_MINE_VICTIM_HEADER: Final = (
    "departamento", "codigodanedepartamento", "municipio", "codigodanemunicipio", "tipoarea",
    "sitio", "ano", "mes", "rangoedad", "grupoetnico", "condicion", "estado", "genero",
    "latitudcabecera", "longitudcabecera", "tipoevento", "Ubicación", "Actividad",
)  # fmt: skip
MINE_VICTIM_FIELDS: Final = (*_MINE_VICTIM_HEADER[:-2], "ubicaci_n", "actividad")
"""The same columns as the portal's interface names them."""


def mine_victims(path: Path, rows: Iterable[tuple[str, int, int]]) -> Path:
    """One row per victim: code, year, month; codes and years with thousands separators."""
    return table(path, _MINE_VICTIM_HEADER, mine_victim_rows(rows, "{:,}"))


def mine_victim_rows(
    rows: Iterable[tuple[str, int, int]], number: str = "{}"
) -> list[tuple[str, ...]]:
    """Values of such rows, numbers as the interface writes them or in the pattern of `number`."""
    return [
        (place_names(code)[1], str(int(code[:2])), place_names(code)[0], number.format(int(code)),
         "Rural", "Sin información", number.format(year), str(month), "Nadie", "no", "Civil",
         "Hombre", "Herido", "6.0", "-75.0", "Sin informacion", "(6.0, -75.0)", "Ninguna")
        for code, year, month in rows
    ]  # fmt: skip


def mine_points(path: Path, rows: Iterable[tuple[str, str, float, float]]) -> Path:
    """Points of the year in the name: stated code, kind of event, longitude, latitude."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "TIPO_EVENTO": kind,
                "DEPARTAMENTO": place_names(code)[1],
                "TIPO_AREA": "Rural",
                "AÑO": path.stem,
                "MUNICIPIO": place_names(code)[0],
            },
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        }
        for code, kind, longitude, latitude in rows
    ]
    return document(path, {"type": "FeatureCollection", "features": features})


MINE_KINDS: Final = {
    "1": "Accidente por MAP",
    "2": "Accidente por MUSE",
    "4": "Desminado militar en operaciones",
    "7": "Producción de Minas (Fábrica)",
}


def mine_point_records(
    rows: Iterable[tuple[str, str, str, float | str, float | str]],
) -> list[dict[str, str]]:
    """Points as the portal's interface has them: stated code, year, kind, longitude, latitude."""
    return [
        {
            "departamento": place_names(code)[1],
            "municipio": place_names(code)[0],
            "a_o": year,
            "mes": "1",
            "tipo_area": "Rural",
            "tipo_evento": MINE_KINDS.get(kind, kind),
            "latitud_cabecera": str(latitude),
            "longitud_cabecera": str(longitude),
        }
        for code, year, kind, longitude, latitude in rows
    ]


def records_table(path: Path, records: Sequence[Mapping[str, str]]) -> Path:
    """Records as the portal's interface answers them in CSV."""
    return table(path, list(records[0]), (tuple(one.values()) for one in records))


_RUV_COUNTS = (
    "ruv_amenaza", "ruv_combates", "ruv_desaparicion_forzada", "ruv_desplazamiento_forzado",
    "ruv_homicidio", "ruv_lesiones_fis", "ruv_lesiones_psico", "ruv_minas", "ruv_perdida_bienes",
    "ruv_reclutamiento_menores", "ruv_secuestro", "ruv_sin_info", "ruv_tortura",
    "ruv_violencia_sexual", "ruv_abandono_despojo", "ruv_confinamiento",
)  # fmt: skip


def displacement_months(path: Path, rows: Iterable[tuple[str, str, float]]) -> Path:
    """Panel of municipality and month: code, month as ``200501``, people displaced."""
    header = ("codmpio", "date", *_RUV_COUNTS, "year", "month", "dpto", "mpio", "spraying",
              "total_spraying_year", "latitud", "longitud")  # fmt: skip
    return table(
        path,
        header,
        (
            (code, month, *(people if "desplazamiento" in name else 0.0 for name in _RUV_COUNTS),
             month[:4], MONTHS_ES[int(month[4:]) - 1].lower(), place_names(code)[1],
             place_names(code)[0], 0.0, 0.0, 6.0, -75.0)
            for code, month, people in rows
        ),
    )  # fmt: skip


def displaced_groups(
    rows: Iterable[tuple[str, str, str, str, int]],
) -> list[dict[str, str]]:
    """Groups of people in the register: cut, code, year, sex, people; the portal's column names.

    A code ``dd000`` is written as 0 beside the department's name.
    """
    return [
        {
            "fecha_corte": cut,
            "nom_rpt": "REPORTE INVENTADO",
            "cod_pais": "48",
            "pais": "PAIS INVENTADO",
            "cod_estado_depto": str(int(code[:2])),
            "estado_depto": place_names(code)[1].title(),
            "cod_ciudad_muni": "0" if code.endswith("000") else str(int(code)),
            "ciudad_municipio": "SIN DEFINIR" if code.endswith("000") else place_names(code)[0],
            "vigencia": year,
            "param_hecho": "5",
            "hecho": "Desplazamiento forzado",
            "sexo": sex,
            "etnia": "Ninguna",
            "discapacidad": "Ninguna",
            "ciclo_vital": "entre 29 y 59",
            "per_ocu": str(people),
            "per_llegada": "9",
            "eventos": "9",
        }
        for cut, code, year, sex, people in rows
    ]


_DEPARTMENT_NUMBERS = (
    "pib_miles_millones", "pob_total", "pib_pc", "ln_pib_pc", "expulsados_total",
    "recibidos_total", "eventos_total", "expulsados_adol", "tasa_expulsion", "tasa_expul_adol",
    "ln_expulsados", "ln_expul_adol", "expul_acum", "cuartil_conflicto", "alta_intensidad",
)  # fmt: skip


def displacement_years(path: Path, rows: Iterable[tuple[str, int, object]]) -> Path:
    """Panel of department and year: department code, year, people expelled or ``NA``."""
    return table(
        path,
        ("dp", "depto_nom", "anio", *_DEPARTMENT_NUMBERS),
        (
            (code, DEPARTMENTS[code].title(), year,
             *(people if name == "expulsados_total" else 1 for name in _DEPARTMENT_NUMBERS))
            for code, year, people in rows
        ),
    )  # fmt: skip


def coca(path: Path, rows: Iterable[tuple[str, int, float]]) -> Path:
    """Hectares by municipality and year, codes without their leading zero."""
    return table(path, ("codigo", "anno", "coca_ha"), ((int(c), y, ha) for c, y, ha in rows))


def coca_by_column(path: Path, years: Sequence[int], rows: Mapping[str, Sequence[str]]) -> Path:
    """Hectares as the portal's interface answers: a column a year, cells as they are written."""
    header = ("coddepto", "departamento", "codmpio", "municipio", *(f"_{year}" for year in years))
    return table(
        path,
        header,
        (
            (int(code[:2]), place_names(code)[1], int(code), place_names(code)[0], *cells)
            for code, cells in rows.items()
        ),
    )


def leaders(path: Path, rows: Iterable[tuple[date, str, str]]) -> Path:
    """Killings of leaders without names: day, municipality and department as the press writes."""
    header = ("fecha", "municipio", "departamento", "genero", "tipo_de_lider", "fuentes")
    return table(path, header, ((*row, "Femenino", "Inventado", "Prensa") for row in rows))


# ---------------------------------------------------------------------------- reference files


def divipola(path: Path, spelling: str = "text") -> Path:
    """The list of municipalities, codes as ``05901`` (text), ``5901`` (number) or ``5,901``."""
    is_text = spelling == "text"
    header = (
        "Código Departamento,Nombre Departamento,Código Municipio,Nombre Municipio,"
        "Tipo: Municipio / Isla / Área no municipalizada,longitud,Latitud"
        if is_text
        else "COD_DPTO,NOM_DPTO,COD_MPIO,NOM_MPIO,TIPO,LATITUD,LONGITUD,Geo Municipio"
    )
    seat = ("-75,05", "6,05") if is_text else ("6.05", "-75.05", "POINT (-75.05 6.05)")
    pattern = {"text": "{:05d}", "number": "{:d}", "thousands": "{:,}"}[spelling]
    rows = (
        (int(code[:2]), department, pattern.format(int(code)), municipality, "Municipio", *seat)
        for code, (municipality, department) in PLACES.items()
    )
    return table(path, header.split(","), rows, mark=spelling == "thousands")


def divipola_records() -> list[dict[str, str]]:
    """The list of municipalities as the portal's interface has it."""
    return [
        {
            "cod_dpto": code[:2],
            "dpto": department,
            "cod_mpio": code,
            "nom_mpio": municipality,
            "tipo_municipio": "Municipio",
            "longitud": "-75,05",
            "latitud": "6,05",
        }
        for code, (municipality, department) in PLACES.items()
    ]


def residents(code: str, year: int) -> int:
    """People in a place and year; NUEVA MUESTRA was founded in 2010."""
    if code == "05903" and year < 2010:
        return 0
    return 1_000 * (1 + list(PLACES).index(code)) + year


def population_wide(path: Path, years: Iterable[int] = range(2003, 2018)) -> Path:
    """Sheet of one column a year, then the official one with three groups under merged titles."""
    years = list(years)
    simple = [["departamento_code", "departamento", "municipio_code", "municipio", *years]]
    simple += [[*_keys(code), *(residents(code, year) for year in years)] for code in PLACES]
    official: Cells = [[""], ["PROYECCIONES INVENTADAS"], ["", "", "", "", "TOTAL"]]
    official.append(["DP", "DPNOM", "DPMP", "MPIO", *years, *years, *years])
    official += [
        [*_keys(code), *(residents(code, year) for year in years), *[1] * 2 * len(years)]
        for code in PLACES
    ]
    official.append(["Nota: todo es inventado"])
    return sheets(path, {"Mpios": simple, "Municipios": official})


def population_official_wide(path: Path, years: Sequence[int]) -> Path:
    """The official sheet alone: title rows, a national row with code 00, notes."""
    cells: Cells = [[""], ["PROYECCIONES INVENTADAS"], ["", "", "", "", "TOTAL"]]
    cells.append(["DP", "DPNOM", "DPMP", "MPIO", *years, *years])
    cells += [
        [*_keys(code), *(residents(code, year) for year in years), *[1] * len(years)]
        for code in PLACES
    ]
    cells.append(["00", "Nacional", "00", "Nacional", *[9_999_999] * 2 * len(years)])
    cells += [["Nota: todo es inventado"], ["", "Otra nota, en la segunda columna"]]
    return sheet(path, cells, "Municipios")


def population_long(path: Path, years: Iterable[int] = range(2018, 2025)) -> Path:
    """One row per municipality and year, header first."""
    header = ["departamento_code", "departamento", "municipio_code", "municipio"]
    rows = [[*_keys(code), year, residents(code, year)] for code in PLACES for year in years]
    return sheet(path, [[*header, "year", "poblacion"], *rows], "Hoja2")


def population_areas(
    path: Path, years: Iterable[int] = range(2018, 2027), *, grown: int = 0
) -> Path:
    """DANE's projection by area: header in the eighth row, codes as numbers, notes below.

    `grown` are people more in every place and year.
    """
    header = ["DP", "DPNOM", "MPIO", "DPMP", "AÑO", "ÁREA GEOGRÁFICA", "Total"]
    cells: Cells = [[""] for _ in range(7)]
    cells[3] = ["PROYECCIONES INVENTADAS"]
    return sheet(path, [*cells, header, *_by_area(years, as_number=True, grown=grown), *_NOTES],
                 "PobMunicipalxÁrea")  # fmt: skip


def population_back(path: Path, years: Iterable[int] = range(2005, 2018)) -> Path:
    """DANE's back-projection: header in the twelfth row, name and code in the other order."""
    header = ["DP", "DPNOM", "DPMP", "MPIO", "AÑO", "ÁREA GEOGRÁFICA", "Población"]
    cells: Cells = [[""] for _ in range(11)]
    cells[4] = ["RETROPROYECCIONES INVENTADAS"]
    rows = [[*row[:2], row[3], row[2], *row[4:]] for row in _by_area(years, as_number=False)]
    return sheet(path, [*cells, header, *rows, *_NOTES], "NuevaMpal")


def population_json(path: Path) -> Path:
    """Residents of the year in the name."""
    year = int(path.stem[-4:])
    return document(
        path,
        [
            {
                "municipio": names[0].title(),
                "departamento": names[1].title(),
                "divipola": code,
                "poblacion": residents(code, year),
            }
            for code, names in PLACES.items()
        ],
    )


_NOTES: Final[Cells] = [[""], ["Fuente: nadie"], ["Nota: todo es inventado"]]


def _keys(code: str) -> list[str]:
    municipality, department = PLACES[code]
    return [code[:2], department.title(), code, municipality.title()]


def _by_area(years: Iterable[int], *, as_number: bool, grown: int = 0) -> Cells:
    rows: Cells = []
    for code in PLACES:
        department, department_name, _, name = _keys(code)
        shown: list[Any] = [int(department), department_name, int(code), name]
        for year in years:
            people = residents(code, year) + grown
            for area, share in (("Cabecera Municipal", people // 3),
                                ("Centros Poblados y Rural Disperso", people - people // 3),
                                ("Total", people)):  # fmt: skip
                key = shown if as_number else [department, department_name, code, name]
                rows.append([*key, year, area, share])
    return rows


def pdet(path: Path, subregions: Mapping[str, str]) -> Path:
    """PDET municipalities with their subregion."""
    return table(
        path,
        ("cod_mpio", "municipio", "cod_dpto", "departamento", "subregion_pdet"),
        (
            (code, PLACES[code][0], code[:2], PLACES[code][1], subregion)
            for code, subregion in subregions.items()
        ),
    )


COVERAGE_HEADER: Final = (
    "programme_id", "municipality_code", "state", "evidence", "component", "start_date",
    "start_precision", "end_date", "end_basis", "source_title", "source_url", "source_date",
    "note",
)  # fmt: skip


def coverage_row(code: str, **facts: str) -> tuple[str, ...]:
    """A documented place as the contract has it, with `facts` in place of the usual ones."""
    usual = {
        "programme_id": "somos_comunidad",
        "municipality_code": code,
        "state": "documented",
        "evidence": "confirmed",
        "start_date": "2020-10-01",
        "start_precision": "month",
        "end_date": "2025-09-30",
        "end_basis": "planned",
        "source_title": "Diario de Prueba",
    }
    return tuple((usual | facts).get(name, "") for name in COVERAGE_HEADER)


def coverage(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    """The coverage contract."""
    return table(path, COVERAGE_HEADER, rows)


PROGRAMME_DATA_HEADER: Final = (
    "programme_id", "indicator_id", "municipality_code", "quarter", "value", "base",
    "sensitivity", "source_title", "source_date", "note",
)  # fmt: skip


def programme_data_row(code: str, **facts: str) -> tuple[str, ...]:
    """Trainings of a place, public, with `facts` in place of the usual ones."""
    usual = {
        "programme_id": "somos_comunidad",
        "indicator_id": "trainings",
        "municipality_code": code,
        "quarter": "2024-Q3",
        "value": "12",
        "sensitivity": "public",
        "source_title": "Informe de Prueba",
    }
    return tuple((usual | facts).get(name, "") for name in PROGRAMME_DATA_HEADER)


def programme_data(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    """The contract of programme data."""
    return table(path, PROGRAMME_DATA_HEADER, rows)


# ---------------------------------------------------------------------------- boundaries


def square(code: str) -> shapely.Polygon:
    """The ground of a municipality."""
    row, column = divmod(list(PLACES).index(code), COLUMNS)
    # rounded, so that neighbours have the very same corners
    west, east = (round(WEST + SIDE * (column + n), 1) for n in (0, 1))
    south, north = (round(SOUTH + SIDE * (row + n), 1) for n in (0, 1))
    return shapely.Polygon([(west, south), (east, south), (east, north), (west, north)])


def centre(code: str) -> tuple[float, float]:
    """Longitude and latitude of the middle of a municipality."""
    point = square(code).centroid
    return round(point.x, 4), round(point.y, 4)


def planar_km2(ground: shapely.Geometry) -> float:
    """Area as DANE prints it, on its own map plane."""
    return float(gpd.GeoSeries([ground], crs=crs.STORE).to_crs(crs.METRIC).area.iloc[0]) / 1e6


def boundaries() -> gpd.GeoDataFrame:
    """The squares as the pipeline holds them."""
    grounds = [square(code) for code in PLACES]
    return gpd.GeoDataFrame({"municipality_code": list(PLACES)}, geometry=grounds, crs=crs.STORE)


def boundary_features() -> list[dict[str, Any]]:
    """Features of the municipal GeoJSON."""
    return [
        {
            "type": "Feature",
            "properties": _ground_facts(code, square(code)),
            "geometry": shapely.geometry.mapping(square(code)),
        }
        for code in PLACES
    ]


def boundary_geojson(path: Path, features: Sequence[dict[str, Any]] | None = None) -> Path:
    """Municipal boundaries as GeoJSON."""
    shown = boundary_features() if features is None else features
    return document(path, {"type": "FeatureCollection", "features": shown})


def boundary_topojson(path: Path) -> Path:
    """Municipal boundaries as TopoJSON: quantised, without a reference system, one object."""
    scale = SIDE / 1000
    arcs = []
    for code in PLACES:
        steps = [
            (round((x - WEST) / scale), round((y - SOUTH) / scale))
            for x, y in square(code).exterior.coords
        ]
        deltas = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(steps)]
        arcs.append([steps[0], *deltas])
    geometries = [
        {"type": "Polygon", "arcs": [[n]], "properties": _ground_facts(code, square(code))}
        for n, code in enumerate(PLACES)
    ]
    return document(
        path,
        {
            "type": "Topology",
            "arcs": arcs,
            "transform": {"scale": [scale, scale], "translate": [WEST, SOUTH]},
            "objects": {MASTER: {"type": "GeometryCollection", "geometries": geometries}},
        },
    )


def boundary_archive(path: Path, unit: str = "mpio", pieces: int = 50) -> Path:
    """DANE's own edition at full size: a zipped GeoJSON in MAGNA-SIRGAS, names in lower case."""
    magna = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4686"}}
    features = official_features(unit, pieces)
    content = {"type": "FeatureCollection", "crs": magna, "features": features}
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        inner = zipfile.ZipInfo("MGN_INVENTADO.geojson")  # of a fixed date
        archive.writestr(inner, json.dumps(content), zipfile.ZIP_DEFLATED)
    return path


def official_features(unit: str = "mpio", pieces: int = 50) -> list[dict[str, Any]]:
    """Features of DANE's own edition, municipalities (``mpio``) or departments (``dpto``).

    Every side of a square is drawn in so many pieces.
    """
    grounds = {code: square(code).segmentize(1.001 * SIDE / pieces) for code in PLACES}
    names = {code: name for code, (name, _) in PLACES.items()}
    key, label = "mpio_cdpmp", "mpio_cnmbr"
    if unit == "dpto":
        key, label, names = "dpto_ccdgo", "dpto_cnmbr", dict(DEPARTMENTS)
        own = {one: [grounds[code] for code in PLACES if code[:2] == one] for one in names}
        grounds = {one: shapely.union_all(shapes) for one, shapes in own.items()}
    return [
        {
            "type": "Feature",
            "id": number,
            "properties": {
                "objectid": number,
                key: code,
                label: names[code],
                f"{unit}_narea": round(planar_km2(ground), 6),
            },
            "geometry": shapely.geometry.mapping(ground),
        }
        for number, (code, ground) in enumerate(grounds.items(), start=1)
    ]


def department_geojson(path: Path) -> Path:
    """Departmental boundaries as GeoJSON."""
    features = []
    for department, name in DEPARTMENTS.items():
        ground = shapely.union_all([square(code) for code in PLACES if code[:2] == department])
        facts = {"divipola_dep": department, "dpto_nombre": name, "area_km2": planar_km2(ground)}
        geometry = shapely.geometry.mapping(ground)
        features.append({"type": "Feature", "properties": facts, "geometry": geometry})
    return document(path, {"type": "FeatureCollection", "features": features})


def _ground_facts(code: str, ground: shapely.Geometry) -> dict[str, Any]:
    municipality, department = PLACES[code]
    return {
        "divipola_mun": code,
        "divipola_mun_n": int(code),
        "divipola_dep": code[:2],
        "divipola_dep_n": int(code[:2]),
        "mpio_nombre": municipality,
        "dpto_nombre": department,
        "area_km2": round(planar_km2(ground), 4),
    }


# ---------------------------------------------------------------------------- the whole folder


def publish_places(folder: Path) -> Path:
    """Only what every build needs: places, boundaries, people, PDET and coverage."""
    dane = folder / "dane"
    divipola(dane / "divipola" / "divipola_inventada.csv")
    boundary_topojson(dane / "mgn" / "col_municipios_real_departamental.topojson")
    boundary_geojson(dane / "mgn" / "col_municipios_real_nacional.geojson")
    department_geojson(dane / "mgn" / "col_departamentos_real_departamental.geojson")
    population_wide(dane / "population" / "poblacion_2003_2017.xls")
    population_long(dane / "population" / "poblacion_2018_2024.xlsx")
    population_json(dane / "population" / "poblacion_2025.json")
    pdet(folder / "pdet" / "pdet_170.csv", {"05901": "Sur de Prueba", "05902": "Sur de Prueba"})
    coverage(folder / "coverage" / "somos_comunidad_coverage.csv", [coverage_row("05901")])
    return folder


def publish_rows(folder: Path) -> None:
    """Rows of the open data portal: one view of each publisher, and both of the forensic one."""
    deaths = [Event("05901", date(2024, 12, 31)), Event("13000", date(2023, 2, 1))]
    forensic_rows(folder / "vtub-3de2.csv", deaths)
    manners = ("1 Presuntos Homicidios", "2 Presuntos Suicidios", "1 Presuntos Homicidios")
    deaths = [Event("05902", date(2025, 4, 6), 1, manner) for manner in manners]
    forensic_rows(folder / "2kpj-cktv.csv", deaths)
    burglaries = [Event("05901", date(2025, 1, 5), 2), Event("13902", date(2025, 3, 9))]
    ministry_rows(folder / "7mn7-vzqp.csv", burglaries, "zona")
    offences = [Event("05902", date(2022, 2, 1)), *one_a_month(2025, "05902", range(1, 8))]
    police_rows(folder / "meew-mguv.csv", offences)


def publish(folder: Path) -> Path:
    """One file of every layout, under the publishers' own names and folders."""
    publish_places(folder)
    mindefensa = folder / "mindefensa"
    older = [Event("05901", date(2025, 6, 1), 2, "SECUESTRO SIMPLE")]
    newer = [*older, Event("13902", date(2025, 7, 9), 1, "SECUESTRO SIMPLE")]
    sheet(mindefensa / "2025-12-31" / "SECUESTRO.xlsx", mindefensa_cells(older, WITH_CONDUCT))
    sheet(mindefensa / "2026-01-31" / "SECUESTRO.xlsx", mindefensa_cells(newer, WITH_CONDUCT))
    reports = [*one_a_month(2025), Event("05000", date(2025, 3, 3))]
    sheet(mindefensa / "2026-01-31" / "EXTORSIÓN.xlsx", mindefensa_cells(reports))
    exits = [Event("98901", date(2024, 5, 5)), Event("05902", date(2025, 2, 2))]
    sheet(mindefensa / "2026-01-31" / "DESVINCULADOS.xlsx", mindefensa_cells(exits, OF_EXITS))
    massacres = [("05902", date(2025, 1, 2), 1, 4), ("13901", date(2025, 8, 3), 2, 7)]
    sheet(mindefensa / "2026-01-31" / "MASACRES.xlsx", massacre_cells(massacres))
    portal = folder / "datos-gov-co"
    massacre_export(portal / "portal-export" / "Masacres_en_Colombia.csv", massacres[:1])
    homicides = [("05901", 2023, 4), ("13902", 2023, 1), ("05901", 2024, 6), ("98901", 2025, 2)]
    yearly_records(portal / "2026-06-30" / "hist_municipio_homicidio.json", homicides)
    totals = {2023: 5, 2024: 6, 2025: 2}
    national_records(portal / "2026-06-30" / "hist_nacional_homicidio.json", totals)
    publish_rows(portal / "2026-06-30")
    police = folder / "policia" / "homicidios"
    early = [event for year in range(2003, 2011) for event in one_a_month(year, "13901")]
    sheet(police / "homicidios_20032010.xlsx", police_cells(early, "2003"))
    for year, layout in ((2012, "2011"), (2019, "2019")):
        sheet(police / f"homicidios_{year}.xlsx", police_cells(one_a_month(year), layout))
    for year, layout in ((2020, "2020"), (2024, "2024")):
        sheet(police / f"homicidios_{year}.xls", police_cells(one_a_month(year), layout))
    running = one_a_month(2025, "05902", range(1, 8))
    period, drawn = (date(2025, 1, 1), date(2025, 7, 31)), date(2025, 8, 13)
    threats = police_cells(running, "2025", period=period, drawn=drawn)
    sheet(folder / "policia" / "amenazas" / "Amenazas_5.xlsx", threats)
    aicma = folder / "aicma"
    victims = [("05901", 2006, 1), ("05901", 2006, 1), ("13902", 2007, 12)]
    mine_victims(aicma / "situacion_victimas_yhxn-eqqw.csv", victims)
    points = [("05901", "1", *centre("05901")), ("05901", "4", *centre("05902"))]
    mine_points(aicma / "eventos_sgp4-3e6k" / "2018.json", points)
    displaced = [("05901", "200501", 30.0), ("05901", "200503", 0.0), ("13902", "200502", 7.0)]
    displacement_months(folder / "ruv" / "ruv_municipality_month_2003_2014.csv", displaced)
    expelled = [("05", 2020, 40), ("13", 2020, "NA"), ("98", 2020, 0)]
    displacement_years(folder / "ruv" / "displacement_department_year_1993_2022.csv", expelled)
    hectares = [("05901", 2016, 12.5), ("13902", 2016, 0.0), ("05901", 2021, 3.25)]
    coca(folder / "simci" / "coca_hectares_2011_2016_2021.csv", hectares)
    killings = [
        (date(2016, 1, 2), "Puerto Ensayo", "Departamento Uno"),
        (date(2019, 9, 9), "Peñon de Ensayo ", "Departamento dos"),
    ]
    leaders(folder / "leaders" / "lideres_2016_2020_deidentified.csv", killings)
    (folder / "LEEME.txt").write_text("Todo aquí es inventado.\n", "utf-8")
    return folder
