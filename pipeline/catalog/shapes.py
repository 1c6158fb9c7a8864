"""Which columns each family of event files has, what they are for, and which are read past.

Names are compared normalised (upper case, no accents, words separated by single spaces), so that
``FECHA_HECHO``, ``FECHA HECHO `` and ``Fecha hecho`` are one name. A column that is in no list
stops the build: it may be the one that changes what a row means. Person-level columns (age, sex,
occupation) are known here only so that they can be left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of one family of files: one row is an event, or a group of equal ones."""

    date: tuple[str, ...] = ()
    """Accepted names of the date column."""
    date_format: str = "%Y-%m-%d"
    """How dates look when they are text."""
    year: tuple[str, ...] = ()
    month: tuple[str, ...] = ()
    """Year and month columns of files that have no date."""
    cut: tuple[str, ...] = ()
    """Columns that say up to when a row counts, in files that stack several releases."""
    code: tuple[str, ...] = ()
    """Accepted names of the municipality code; empty where files name places only."""
    department: tuple[str, ...] = ()
    municipality: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    """Columns that may hold the number of events."""
    longitude: tuple[str, ...] = ()
    latitude: tuple[str, ...] = ()
    """Columns with the position of a row, in degrees, in files that have no geometry."""
    read_past: tuple[str, ...] = ()
    """Columns that are known and not kept, unless a series filters on one."""
    has_year_columns: bool = False
    """Whether a file may have a column for every year in place of a year and a quantity."""

    @property
    def known(self) -> frozenset[str]:
        """Every column name the family may use."""
        return frozenset(
            self.date
            + self.year
            + self.month
            + self.cut
            + self.code
            + self.department
            + self.municipality
            + self.quantities
            + self.longitude
            + self.latitude
            + self.read_past
        )

    def years(self, names: Iterable[str]) -> list[str]:
        """The names that are years, sorted, where the family may have such columns."""
        return sorted(filter(_YEAR.fullmatch, names)) if self.has_year_columns else []

    def unknown(self, names: Iterable[str]) -> list[str]:
        """The names that are in no list, sorted."""
        held = set(names)
        return sorted(held - self.known - set(self.years(held)))


SHAPES: Final[dict[str, Shape]] = {
    "mindefensa_workbooks": Shape(
        date=("FECHA HECHO", "FECHA HECHOS"),
        code=("COD MUNI",),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        quantities=("CANTIDAD", "CASOS", "VICTIMAS", "CAPTURAS"),
        read_past=(
            "ACCION",
            "ARMA MEDIO",
            "CATEGORIA",
            "CLASE BIEN",
            "COD DEPTO",
            "DESCRIPCION CONDUCTA",
            "GRUPO",
            "NOMBRE FUERZA",
            "SEXO",
            "TIPO DELITO",
            "UNIDAD DE MEDIDA",
            "UNIDAD MEDIDA",
            "UNIDADES DE MEDIDA",
            "ZONA",
        ),
    ),
    "police_workbooks": Shape(
        date=("FECHA HECHO", "FECHA DE HECHO", "FECHA"),
        date_format="%d/%m/%Y",
        code=("CODIGO DANE",),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        quantities=("CANTIDAD",),
        read_past=(
            "AGRUPA EDAD PERSONA",
            "ANO",
            "ARMA MEDIO",
            "ARMAS MEDIOS",
            "DELITO",
            "DELITOS",
            "DIA SEMANA",
            "GENERO",
        ),
    ),
    "mindefensa_exports/massacres": Shape(
        date=("FECHA HECHO",),
        date_format="%m/%d/%Y %I:%M:%S %p",
        code=("COD MUNI",),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        quantities=("CASOS", "VICTIMAS"),
        read_past=("COD DEPTO", "ZONA"),
    ),
    # Columns of m8fd-ahd9 as in a sample of the dataset. Those of the other views as public code
    # asks the portal for them: each has some of TIPO DELITO, ZONA and SEXO, and 8rpn-wpty has
    # ACCION. Whether 8rpn-wpty has the CATEGORIA and NOMBRE FUERZA of its workbook is a guess.
    "mindefensa_exports": Shape(
        date=("FECHA HECHO",),
        date_format="%Y-%m-%dT%H:%M:%S.%f",
        code=("COD MUNI",),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        quantities=("CANTIDAD",),
        read_past=(
            "ACCION",
            "ARMA MEDIO",
            "CATEGORIA",
            "COD DEPTO",
            "MODALIDAD PRESUNTA",
            "NOMBRE FUERZA",
            "SEXO",
            "SPOA CARACTERIZACION",
            "TIPO DELITO",
            "ZONA",
        ),
    ),
    # Columns of fpe5-yrmw as in a sample; meew-mguv as public code asks for it, the same but for
    # DELITO; 37p5-impc is taken to be alike. 72sg-cybi had the conduct under a name that lost its
    # accent when public code of 2021 read it: traffic injuries are told by it alone.
    "police_exports": Shape(
        date=("FECHA HECHO",),
        date_format="%d/%m/%Y",
        code=("CODIGO DANE",),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        quantities=("CANTIDAD",),
        read_past=(
            "ARMAS MEDIOS",
            "DELITO",
            "DESCRIPCI N CONDUCTA",
            "GENERO",
            "GRUPO ETARIO",
        ),
    ),
    # One row is one death. Names as public code reads them from the portal (A O DEL HECHO: the
    # letter that the portal leaves out) and from its export; 2kpj-cktv has fewer of them.
    "forensic_deaths": Shape(
        year=("A O DEL HECHO", "ANO DEL HECHO"),
        month=("MES DEL HECHO",),
        code=("CODIGO DANE MUNICIPIO",),
        department=("DEPARTAMENTO DEL HECHO DANE",),
        municipality=("MUNICIPIO DEL HECHO DANE",),
        read_past=(
            "ACTIVIDAD DURANTE EL HECHO",
            "ANCESTRO RACIAL",
            "CICLO VITAL",
            "CIRCUNSTANCIA DEL HECHO",
            "CIRCUNSTANCIA DEL HECHO DETALLADA",
            "CODIGO DANE DEPARTAMENTO",
            "DIA DEL HECHO",
            "DIAGNOSTICO TOPOGRAFICO DE LA LESION FATAL",
            "ESCENARIO DEL HECHO",
            "ESCOLARIDAD",
            "ESTADO CIVIL",
            "GRUPO DE EDAD DE LA VICTIMA",
            "GRUPO DE EDAD JUDICIAL",
            "GRUPO DE EDAD QUINQUENAL",
            "GRUPO MAYOR MENOR DE EDAD",
            "ID",
            "IDENTIDAD DE GENERO",
            "LOCALIDAD DEL HECHO",
            "MANERA DE MUERTE",
            "MECANISMO CAUSAL",
            "MECANISMO CAUSAL DE LA LESION FATAL",
            "ORIENTACION SEXUAL",
            "PAIS DE NACIMIENTO",
            "PERTENENCIA ETNICA",
            "PERTENENCIA GRUPAL",
            "PRESUNTO AGRESOR DETALLADO",
            "PUEBLO INDIGENA",
            "RANGO DE HORA DEL HECHO X 3 HORAS",
            "SEXO DE LA VICTIMA",
            "TRANSGENERO",
            "ZONA DEL HECHO",
        ),
    ),
    # The columns are those of the portal's export at hand. Its interface writes them in lower case;
    # that it has ``ubicaci_n`` for ``Ubicación`` is known from public code that reads it.
    "mine_victims": Shape(
        year=("ANO",),
        month=("MES",),
        code=("CODIGODANEMUNICIPIO",),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        read_past=(
            "ACTIVIDAD",
            "CODIGODANEDEPARTAMENTO",
            "CONDICION",
            "ESTADO",  # holds the sex: the publisher swapped this column and the next
            "GENERO",
            "GRUPOETNICO",
            "LATITUDCABECERA",  # not the seat of the coded municipality: never located by it
            "LONGITUDCABECERA",
            "RANGOEDAD",
            "SITIO",
            "TIPOAREA",
            "TIPOEVENTO",
            "UBICACI N",
            "UBICACION",
        ),
    ),
    "leaders": Shape(
        date=("FECHA",),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        read_past=("FUENTES", "GENERO", "TIPO DE LIDER"),
    ),
    "mindefensa_years": Shape(
        year=("ANIO",),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        quantities=("TOTAL",),
    ),
    "mindefensa_totals": Shape(
        year=("ANIO",),
        date=("MES",),
        date_format="%Y-%m-%dT%H:%M:%S.%f",
        quantities=("TOTAL",),
    ),
    # The files at hand were made from the portal's export by somebody else, whose public code shows
    # its columns AÑO, TIPO_EVENTO, DEPARTAMENTO, MUNICIPIO and TIPO_AREA and the kinds in words.
    # Other public code names LATITUD_CABECERA and LONGITUD_CABECERA, and a_o for the year at the
    # interface. The other names are a guess: those of the same publisher's victims.
    "mine_events": Shape(
        year=("ANO", "A O"),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        longitude=("LONGITUD", "LONGITUD CABECERA", "LONGITUDCABECERA"),
        latitude=("LATITUD", "LATITUD CABECERA", "LATITUDCABECERA"),
        read_past=(
            "CODIGODANEDEPARTAMENTO",
            "CODIGODANEMUNICIPIO",
            "MES",
            "SITIO",
            "TIPO AREA",
            "TIPO EVENTO",
            "UBICACI N",
            "UBICACION",
        ),
    ),
    "ruv_months": Shape(
        date=("DATE",),
        date_format="%Y%m",
        code=("CODMPIO",),
        quantities=("RUV DESPLAZAMIENTO FORZADO",),
        read_past=(
            "DPTO",
            "LATITUD",
            "LONGITUD",
            "MONTH",
            "MPIO",
            "RUV ABANDONO DESPOJO",
            "RUV AMENAZA",
            "RUV COMBATES",
            "RUV CONFINAMIENTO",
            "RUV DESAPARICION FORZADA",
            "RUV HOMICIDIO",
            "RUV LESIONES FIS",
            "RUV LESIONES PSICO",
            "RUV MINAS",
            "RUV PERDIDA BIENES",
            "RUV RECLUTAMIENTO MENORES",
            "RUV SECUESTRO",
            "RUV SIN INFO",
            "RUV TORTURA",
            "RUV VIOLENCIA SEXUAL",
            "SPRAYING",
            "TOTAL SPRAYING YEAR",
            "YEAR",
        ),
    ),
    # All names but the first quantity are known from public code that reads this dataset or others
    # of the same publisher; ``personas`` is what our own request calls the sum of ``per_ocu``.
    "ruv_years": Shape(
        year=("VIGENCIA",),
        cut=("FECHA CORTE",),
        code=("COD CIUDAD MUNI",),
        department=("ESTADO DEPTO",),
        municipality=("CIUDAD MUNICIPIO",),
        quantities=("PERSONAS", "PER OCU"),
        read_past=(
            "CICLO VITAL",
            "COD ESTADO DEPTO",
            "COD PAIS",
            "DISCAPACIDAD",
            "ETNIA",
            "EVENTOS",
            "HECHO",
            "NOM RPT",
            "PAIS",
            "PARAM HECHO",
            "PER LLEGADA",
            "SEXO",
        ),
    ),
    "ruv_departments": Shape(
        year=("ANIO",),
        code=("DP",),
        quantities=("EXPULSADOS TOTAL",),
        read_past=(
            "ALTA INTENSIDAD",
            "CUARTIL CONFLICTO",
            "DEPTO NOM",
            "EVENTOS TOTAL",
            "EXPUL ACUM",
            "EXPULSADOS ADOL",
            "LN EXPUL ADOL",
            "LN EXPULSADOS",
            "LN PIB PC",
            "PIB MILES MILLONES",
            "PIB PC",
            "POB TOTAL",
            "RECIBIDOS TOTAL",
            "TASA EXPUL ADOL",
            "TASA EXPULSION",
        ),
    ),
    # One row a year in the file at hand. At the portal (acs4-3wgp) one column a year; the names
    # coddepto, codmpio, departamento, municipio and _2001 to _2024 are known from public code.
    "coca": Shape(
        year=("ANNO",),
        code=("CODIGO", "CODMPIO"),
        department=("DEPARTAMENTO",),
        municipality=("MUNICIPIO",),
        quantities=("COCA HA",),
        read_past=("CODDEPTO",),
        has_year_columns=True,
    ),
}


def shape_of(source_id: str, dataset: str) -> Shape:
    """The shape of a dataset: its own where declared, else its source's."""
    return SHAPES.get(f"{source_id}/{dataset}", SHAPES.get(source_id, Shape()))
