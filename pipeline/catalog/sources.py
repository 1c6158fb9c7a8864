"""The published datasets the atlas reads: who publishes them, where, how to recognise their files.

A `Source` is one family of files of one publisher. It names the reader that turns its files into
rows (`layout`), and the `Dataset` entries by which a file is recognised. The workbooks of the
Ministry of Defence are the exception that keeps the catalogue short: each of them is recognised by
the series that names it (`pipeline.catalog.series`), so a new workbook needs no entry here.
"""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.catalog.text import Text


class Layout(StrEnum):
    """How the bytes of a file become rows; one reader in `pipeline.ingest.readers` behind each."""

    EVENT_WORKBOOK = "event workbook: header in the first row, one row per event or group"
    POLICE_WORKBOOK = "police workbook: title rows, header, rows, TOTAL, signatures"
    EVENT_CSV = "CSV with a header, one row per event or group"
    YEAR_RECORDS = "JSON records with yearly totals by name of municipality, values as text"
    TOTAL_RECORDS = "JSON records with national totals, values as text"
    MINE_POINTS = "GeoJSON points, one per mine event"
    MONTH_PANEL = "CSV of municipality and month, several counts per row"
    DEPARTMENT_PANEL = "CSV of department and year, several counts per row"
    STACKED_CUTS = "CSV or JSON of municipality and year, several releases one below the other"
    CONTEXT_CSV = "CSV of municipality and year, one measured value per row"
    POPULATION = "population by municipality and year: workbook or JSON"
    DIVIPOLA = "official list of municipalities: CSV"
    PDET = "list of PDET municipalities: CSV"
    MUNICIPALITY_POLYGONS = "municipal boundaries: GeoJSON, TopoJSON or shapefile, also zipped"
    DEPARTMENT_POLYGONS = "departmental boundaries: GeoJSON, TopoJSON or shapefile, also zipped"
    COVERAGE = "programme coverage contract: CSV or workbook"
    PROGRAMME_DATA = "programme data contract: CSV or workbook"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One kind of file within a source.

    `pattern` is a regular expression that must match the whole of ``folder/name``, lower case and
    without accents. Files of one dataset and one `part` (say, one year) replace one another, newest
    cut first; parts stand side by side.
    """

    id: str
    pattern: str
    edition: str = ""
    """What tells apart files that stand side by side but are alternatives; the best rank wins."""
    rank: int = 0
    """Among alternatives of one source the highest rank is used; the others are checks."""
    licence: Text | None = None
    """Where it is not the source's."""
    is_preliminary: bool = False
    """Whether the publisher calls all of its figures preliminary."""


@dataclass(frozen=True, slots=True)
class Source:
    """One published family of files and the words it must be cited with."""

    id: str
    publisher: str
    title: str
    layout: Layout
    url_main: str
    url_download: str
    licence: Text
    citation: str
    cadence: str
    datasets: tuple[Dataset, ...] = ()
    licence_id: str = "other-open"
    """The terms' id in the Open Definition's list; ``notspecified`` where nobody has stated any."""
    row_limit: int | None = None
    """The publisher's interface cuts answers at multiples of this many rows.

    Only of interest for files that somebody put into a folder: what is fetched was counted.
    """

    def licence_of(self, dataset_id: str) -> Text:
        """Terms of use of the files of a dataset."""
        own = (one.licence for one in self.datasets if one.id == dataset_id)
        return next(own, None) or self.licence


_OPEN_DATA = Text(
    "datos abiertos (Ley 1712 de 2014); citar al publicador y el conjunto de datos",
    "open data (Law 1712 of 2014); cite the publisher and the dataset",
)
_OPEN = Text("datos abiertos; citar la fuente", "open data; cite the source")
_DANE_TERMS = Text(
    "uso y transformación con la cita «Departamento Administrativo Nacional de Estadística - DANE: "
    "www.dane.gov.co»",
    'use and transform with the citation "Departamento Administrativo Nacional de Estadística - '
    'DANE: www.dane.gov.co"',
)
_CC_BY = Text(
    "CC BY 4.0 (mapas-colombia); citar DANE, Marco Geoestadístico Nacional 2025",
    "CC BY 4.0 (mapas-colombia); cite DANE, Marco Geoestadístico Nacional 2025",
)
_MGN_TERMS = Text(
    f"ediciones simplificadas: {_CC_BY.es}; ediciones del DANE: {_DANE_TERMS.es}",
    f"simplified editions: {_CC_BY.en}; DANE's own editions: {_DANE_TERMS.en}",
)
SOCRATA_ROW_LIMIT = 1_000

MINDEFENSA_PAGE = (
    "https://www.mindefensa.gov.co/defensa-y-seguridad/datos-y-cifras/informacion-estadistica"
)
MINDEFENSA_ITEMS = (
    "https://www.mindefensa.gov.co/sites/web/content/published/api/v1.1/items"
    "?siteId=Sitio-Web-Ministerio-Defensa&orderBy=name:asc"
    '&q=(type eq "DocumentFile" and fields.filecategory sw "Estadística Desagregada-")'
)
POLICE_PAGE = "https://www.policia.gov.co/estadistica-delictiva"
_POLICE_FILES = "https://www.policia.gov.co/sites/default/files/delitos-impacto/"
MGN_YEARS = (2018, 2020, 2021, 2022, 2023, 2024, 2025)
MGN_FILES = "https://geoportal.dane.gov.co/descargas/mgn_2025/"


def _mgn(unit: str) -> tuple[Dataset, ...]:
    """DANE's own editions of the boundaries, at full size; the newest is the best."""
    return tuple(
        Dataset(
            f"mgn_{year}",
            rf".*/mgn{year}_(adm_)?{unit}_(politico|grafico)(_\(geojson\))?\.(zip|rar|geojson)",
            edition="official",
            rank=year,
            licence=_DANE_TERMS,
        )
        for year in MGN_YEARS
    )


MINDEFENSA_VIEWS = (
    "m8fd-ahd9",
    "q2ib-t9am",
    "d7zw-hpf4",
    "8rpn-wpty",
    "4rxi-8m8d",
    "7mn7-vzqp",
    "7i2x-h5vp",
    "csb4-y6v2",
    "gepp-dxcs",
    "bz43-8ahq",
    "jr6v-i33g",
)
"""Views of the open data portal that hold the ministry's rows; each is a dataset of that name."""
POLICE_VIEWS = ("fpe5-yrmw", "meew-mguv", "37p5-impc", "72sg-cybi")
"""Views of the open data portal that hold the police's rows."""


def _datos_gov(dataset_id: str) -> str:
    return f"https://www.datos.gov.co/resource/{dataset_id}"


def _views(views: tuple[str, ...]) -> tuple[Dataset, ...]:
    return tuple(Dataset(view, rf".*/{view}.*\.csv") for view in views)


SOURCES: tuple[Source, ...] = (
    Source(
        id="mindefensa_workbooks",
        publisher="Ministerio de Defensa Nacional",
        title="Información estadística desagregada",
        layout=Layout.EVENT_WORKBOOK,
        url_main=MINDEFENSA_PAGE,
        url_download=MINDEFENSA_ITEMS,
        licence=_OPEN_DATA,
        citation="Ministerio de Defensa Nacional, Información estadística desagregada.",
        cadence="monthly",
    ),
    Source(
        id="mindefensa_exports",
        publisher="Ministerio de Defensa Nacional",
        title="Exportaciones del portal datos.gov.co",
        layout=Layout.EVENT_CSV,
        url_main="https://www.datos.gov.co/",
        url_download=_datos_gov("m8fd-ahd9") + ".csv",
        licence=_OPEN_DATA,
        citation="Ministerio de Defensa Nacional, datos.gov.co.",
        cadence="monthly, about the 16th",
        datasets=(
            Dataset("massacres", r".*/masacres_en_colombia.*\.csv"),
            *_views(MINDEFENSA_VIEWS),
        ),
        row_limit=SOCRATA_ROW_LIMIT,
    ),
    Source(
        id="mindefensa_years",
        publisher="Ministerio de Defensa Nacional",
        title="Totales por municipio y año, datos.gov.co",
        layout=Layout.YEAR_RECORDS,
        url_main="https://www.datos.gov.co/",
        url_download=_datos_gov("m8fd-ahd9"),
        licence=_OPEN_DATA,
        citation="Ministerio de Defensa Nacional, datos.gov.co (m8fd-ahd9, q2ib-t9am, 4rxi-8m8d).",
        cadence="monthly, about the 16th",
        datasets=(
            Dataset("homicidio", r".*/hist_municipio_homicidio\.json"),
            Dataset("extorsion", r".*/hist_municipio_extorsion\.json"),
            Dataset("hurto_personas", r".*/hist_municipio_hurto_personas\.json"),
        ),
        row_limit=SOCRATA_ROW_LIMIT,
    ),
    Source(
        id="mindefensa_totals",
        publisher="Ministerio de Defensa Nacional",
        title="Totales nacionales, datos.gov.co",
        layout=Layout.TOTAL_RECORDS,
        url_main="https://www.datos.gov.co/",
        url_download=_datos_gov("m8fd-ahd9"),
        licence=_OPEN_DATA,
        citation="Ministerio de Defensa Nacional, datos.gov.co (m8fd-ahd9, q2ib-t9am).",
        cadence="monthly, about the 16th",
        datasets=(
            Dataset("homicidio", r".*/hist_nacional_homicidio\.json", edition="year"),
            Dataset("extorsion", r".*/hist_nacional_extorsion\.json", edition="year"),
            Dataset("homicidio_mensual", r".*/homicidio_mensual\.json", edition="month"),
        ),
        row_limit=SOCRATA_ROW_LIMIT,
    ),
    Source(
        id="police_workbooks",
        publisher="Policía Nacional (DIJIN, SIEDCO)",
        title="Estadística delictiva",
        layout=Layout.POLICE_WORKBOOK,
        url_main=POLICE_PAGE,
        url_download=_POLICE_FILES,
        licence=_OPEN_DATA,
        citation="Policía Nacional de Colombia, DIJIN, SIEDCO, Estadística delictiva.",
        cadence="yearly, and the running year from time to time",
        datasets=(
            Dataset("homicidios", r".*/homicidios?[_ -].*\.xlsx?"),
            Dataset("amenazas", r".*/amena?zas.*\.xlsx?"),
            Dataset("delitos_sexuales", r".*/delitos_sexuales.*\.xlsx?"),
        ),
    ),
    Source(
        id="police_exports",
        publisher="Policía Nacional (DIJIN, SIEDCO)",
        title="Estadística delictiva, datos.gov.co",
        layout=Layout.EVENT_CSV,
        url_main="https://www.datos.gov.co/",
        url_download=_datos_gov("fpe5-yrmw") + ".csv",
        licence=_OPEN_DATA,
        citation=f"Policía Nacional de Colombia, datos.gov.co ({', '.join(POLICE_VIEWS)}).",
        cadence="monthly",
        datasets=_views(POLICE_VIEWS),
        row_limit=SOCRATA_ROW_LIMIT,
    ),
    Source(
        id="forensic_deaths",
        publisher="Instituto Nacional de Medicina Legal y Ciencias Forenses",
        title="Presuntos homicidios y lesiones fatales de causa externa",
        layout=Layout.EVENT_CSV,
        url_main="https://www.medicinalegal.gov.co/",
        url_download=_datos_gov("vtub-3de2") + ".csv",
        licence=_OPEN_DATA,
        citation="Instituto Nacional de Medicina Legal y Ciencias Forenses, datos.gov.co "
        "(vtub-3de2, 2kpj-cktv).",
        cadence="final figures yearly, preliminary ones monthly",
        datasets=(
            Dataset("vtub-3de2", r".*/vtub-3de2.*\.csv"),
            Dataset("2kpj-cktv", r".*/2kpj-cktv.*\.csv", is_preliminary=True),
        ),
        row_limit=SOCRATA_ROW_LIMIT,
    ),
    Source(
        id="mine_victims",
        publisher="Descontamina Colombia (AICMA)",
        title="Situación de víctimas de minas antipersonal",
        layout=Layout.EVENT_CSV,
        url_main="https://www.accioncontraminas.gov.co/",
        url_download=_datos_gov("yhxn-eqqw"),
        licence=_OPEN_DATA,
        citation="Descontamina Colombia (AICMA), datos.gov.co (yhxn-eqqw).",
        cadence="stopped in January 2024",
        datasets=(Dataset("yhxn-eqqw", r".*yhxn-eqqw.*\.csv"),),
        row_limit=SOCRATA_ROW_LIMIT,
    ),
    Source(
        id="mine_events",
        publisher="Descontamina Colombia (AICMA)",
        title="Eventos por minas antipersonal, con coordenadas",
        layout=Layout.MINE_POINTS,
        url_main="https://www.accioncontraminas.gov.co/",
        url_download=_datos_gov("sgp4-3e6k"),
        licence=_OPEN_DATA,
        citation="Descontamina Colombia (AICMA), datos.gov.co (sgp4-3e6k).",
        cadence="not updated since 2019",
        datasets=(Dataset("sgp4-3e6k", r".*sgp4-3e6k.*/\d{4}\.json|.*/sgp4-3e6k.*\.csv"),),
        row_limit=SOCRATA_ROW_LIMIT,
    ),
    Source(
        id="ruv_months",
        publisher="Unidad para las Víctimas (RUV)",
        title="Registros de víctimas por municipio y mes, 2003-2014",
        layout=Layout.MONTH_PANEL,
        url_main="https://www.unidadvictimas.gov.co/",
        url_download=_datos_gov("krnc-8azs"),
        licence=_OPEN,
        citation="Unidad para la Atención y Reparación Integral a las Víctimas, RUV.",
        cadence="not updated since 2014",
        datasets=(Dataset("desplazamiento", r".*/ruv_municipality_month.*\.csv"),),
    ),
    Source(
        id="ruv_years",
        publisher="Unidad para las Víctimas (RUV)",
        title="Desplazamiento por municipio de ocurrencia y año, datos.gov.co",
        layout=Layout.STACKED_CUTS,
        url_main="https://www.unidadvictimas.gov.co/",
        url_download=_datos_gov("krnc-8azs"),
        licence=_OPEN_DATA,
        citation="Unidad para la Atención y Reparación Integral a las Víctimas, RUV, datos.gov.co "
        "(krnc-8azs).",
        cadence="monthly cuts",
        datasets=(Dataset("krnc-8azs", r".*/krnc-8azs.*\.(json|csv)"),),
        row_limit=SOCRATA_ROW_LIMIT,
    ),
    Source(
        id="ruv_departments",
        publisher="Unidad para las Víctimas (RUV)",
        title="Desplazamiento por departamento y año, 1993-2022",
        layout=Layout.DEPARTMENT_PANEL,
        url_main="https://www.unidadvictimas.gov.co/",
        url_download=_datos_gov("e29y-pi4y"),
        licence=_OPEN,
        citation="Unidad para la Atención y Reparación Integral a las Víctimas, RUV.",
        cadence="yearly",
        datasets=(Dataset("desplazamiento", r".*/displacement_department_year.*\.csv"),),
    ),
    Source(
        id="coca",
        publisher="UNODC SIMCI",
        title="Hectáreas de coca por municipio",
        layout=Layout.CONTEXT_CSV,
        url_main="https://www.unodc.org/colombia/",
        url_download=_datos_gov("acs4-3wgp"),
        licence=_OPEN,
        citation="UNODC-SIMCI, datos.gov.co (acs4-3wgp).",
        cadence="yearly; without a download 2011, 2016 and 2021 only",
        datasets=(Dataset("coca", r".*/(coca_hectares|acs4-3wgp).*\.csv"),),
    ),
    Source(
        id="leaders",
        publisher="Prensa, Indepaz, Somos Defensores y otros",
        title="Asesinatos de líderes sociales, sin nombres",
        layout=Layout.EVENT_CSV,
        url_main="https://indepaz.org.co/",
        url_download="https://indepaz.org.co/",
        licence=Text("compilado de reportes públicos", "compiled from public reports"),
        licence_id="notspecified",
        citation="Compilación de prensa, Indepaz, Somos Defensores y otros, 2016-2020.",
        cadence="ended on 19 May 2020",
        datasets=(Dataset("lideres", r".*/lideres_\d{4}_\d{4}.*\.csv"),),
    ),
    Source(
        id="divipola",
        publisher="DANE",
        title="Codificación DIVIPOLA",
        layout=Layout.DIVIPOLA,
        url_main="https://www.datos.gov.co/",
        url_download=_datos_gov("gdxc-w37w"),
        licence=_OPEN_DATA,
        citation="Departamento Administrativo Nacional de Estadística - DANE: www.dane.gov.co",
        cadence="yearly",
        datasets=(Dataset("divipola", r".*/(divipola|dl_municipios).*\.csv"),),
    ),
    Source(
        id="population",
        publisher="DANE",
        title="Proyecciones de población municipal",
        layout=Layout.POPULATION,
        url_main="https://www.dane.gov.co/",
        url_download=(
            "https://www.dane.gov.co/files/censo2018/proyecciones-de-poblacion/Municipal/"
            "PPED-AreaMun-2018-2042_VP.xlsx"
        ),
        licence=_DANE_TERMS,
        licence_id="other-at",
        citation="Departamento Administrativo Nacional de Estadística - DANE: www.dane.gov.co",
        cadence="yearly",
        datasets=(
            Dataset("population_2005_census", r".*/poblacion_2003_2017\.xls", "census 2005", 1),
            Dataset("population_2018_census", r".*/poblacion_2018_2024\.xlsx", "census 2018", 2),
            Dataset("population_2025", r".*/poblacion_2025\.json", "projection 2025", 3),
            Dataset(
                "population_back",
                r".*/dcd-area-proypoblacion-mun-2005-2017.*\.xlsx",
                "census 2018, back-projected",
                4,
            ),
            Dataset(
                "population_2018_2042",
                r".*/pped-areamun-2018-2042.*\.xlsx",
                "census 2018, to 2042",
                5,
            ),
        ),
    ),
    Source(
        id="pdet",
        publisher="Agencia de Renovación del Territorio",
        title="Municipios PDET (Decreto 893 de 2017)",
        layout=Layout.PDET,
        url_main="https://centralpdet.renovacionterritorio.gov.co/",
        url_download="https://centralpdet.renovacionterritorio.gov.co/",
        licence=Text("norma pública; citar el decreto", "public law; cite the decree"),
        licence_id="other-pd",
        citation="Decreto 893 de 2017; Agencia de Renovación del Territorio.",
        cadence="fixed by decree; no machine address is documented: from folders and the snapshot",
        datasets=(Dataset("pdet", r".*/pdet_170\.csv"),),
    ),
    Source(
        id="municipality_boundaries",
        publisher="DANE",
        title="Marco Geoestadístico Nacional 2025, municipios",
        layout=Layout.MUNICIPALITY_POLYGONS,
        url_main="https://geoportal.dane.gov.co/",
        url_download=MGN_FILES + "MGN2025_ADM_MPIO_GRAFICO_(geojson).zip",
        licence=_MGN_TERMS,
        licence_id="other-at",
        citation="Departamento Administrativo Nacional de Estadística - DANE: www.dane.gov.co; "
        "simplified edition by mapas-colombia, CC BY 4.0.",
        cadence="yearly",
        datasets=(
            Dataset("nacional", r".*/col_municipios_real_nacional\.geojson", "coarse", 1, _CC_BY),
            Dataset(
                "departamental",
                r".*/col_municipios_real_departamental\.topojson",
                "fine",
                2,
                _CC_BY,
            ),
            *_mgn("mpio"),
        ),
    ),
    Source(
        id="department_boundaries",
        publisher="DANE",
        title="Marco Geoestadístico Nacional 2025, departamentos",
        layout=Layout.DEPARTMENT_POLYGONS,
        url_main="https://geoportal.dane.gov.co/",
        url_download=MGN_FILES + "MGN2025_ADM_DPTO_POLITICO_(geojson).zip",
        licence=_MGN_TERMS,
        licence_id="other-at",
        citation="Departamento Administrativo Nacional de Estadística - DANE: www.dane.gov.co; "
        "simplified edition by mapas-colombia, CC BY 4.0.",
        cadence="yearly",
        datasets=(
            Dataset(
                "nacional", r".*/col_departamentos_real_nacional\.geojson", "coarse", 1, _CC_BY
            ),
            Dataset(
                "departamental",
                r".*/col_departamentos_real_departamental\.geojson",
                "fine",
                2,
                _CC_BY,
            ),
            *_mgn("dpto"),
        ),
    ),
    Source(
        id="coverage",
        publisher="Resilient Communities Atlas",
        title="Documented coverage of Resilient Communities / Somos Comunidad",
        layout=Layout.COVERAGE,
        url_main="https://www.padf.org/",
        url_download="https://www.padf.org/",
        licence=Text(
            "compilado de reportes públicos, cada uno citado en su fila",
            "compiled from public reports, each cited in its row",
        ),
        licence_id="notspecified",
        citation="Compiled from public reports; each row names its own source.",
        cadence="when an official list is published",
        datasets=(Dataset("somos_comunidad", r".*/somos_comunidad_coverage.*\.(csv|xlsx)"),),
    ),
    Source(
        id="programme_data",
        publisher="Resilient Communities Atlas",
        title="Data of Resilient Communities / Somos Comunidad by municipality and quarter",
        layout=Layout.PROGRAMME_DATA,
        url_main="https://www.padf.org/",
        url_download="https://www.padf.org/",
        licence=Text(
            "de quien entrega los datos; solo las filas que marcó como públicas",
            "of whoever gives the data; only the rows that they marked public",
        ),
        licence_id="notspecified",
        citation="As given by the holder of the data; each row names its own source.",
        cadence="when a holder gives such data",
        datasets=(Dataset("somos_comunidad_data", r".*/somos_comunidad_data.*\.(csv|xlsx)"),),
    ),
)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file that may lie among the published ones and holds nothing for the atlas."""

    pattern: str
    reason: str


IGNORED: tuple[Ignored, ...] = (
    Ignored(r".*/manifest\.csv", "describes the folder; read for origin and cut"),
    Ignored(r".*/license-data\.md", "licence text; the catalogue carries it"),
    Ignored(r".*/catalogue_\d{4}-\d{2}-\d{2}\.csv", "list of the ministry's files, no figures"),
    Ignored(r".*/hoja de coca\.xlsx", "kilograms of coca leaf seized: not a series of the atlas"),
)
