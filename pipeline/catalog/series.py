"""The series the atlas holds: one declaration each, and everything else follows from it.

A new series in a known layout is one `Series` here and no other edit: the reader finds its file,
the build stores it, the map, the panel, the exports and the dictionary show it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline.catalog.text import Text


class Grain(StrEnum):
    """The finest period and place a feed states; no finer one is ever invented."""

    MUNICIPALITY_MONTH = "municipality and month"
    MUNICIPALITY_YEAR = "municipality and year"
    DEPARTMENT_YEAR = "department and year"
    NATION_YEAR = "nation and year"
    NATION_MONTH = "nation and month"


class Role(StrEnum):
    """What a feed's figures are for."""

    CURRENT = "the figures shown"
    REVISION = "the same series in another release: history, never shown as current"
    CONTROL = "totals the publisher states, checked against the sum of the parts"


class Interval(StrEnum):
    """Which uncertainty a count carries."""

    EXACT = "exact Poisson: events happen one by one"
    OVERDISPERSED = "over-dispersed: victims come in groups"


class Kind(StrEnum):
    """What a series may be used for."""

    VIOLENCE = "violence"
    CONTEXT = "context"


class BreakKind(StrEnum):
    """Why a series before and after a date may not be compared without a mark."""

    DEFINITION = "definition"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a series' figures come from: a dataset of a source, a quantity in it, and a condition.

    Column names and terms are compared without accents, case or surplus space.
    """

    source: str
    dataset: str
    quantity: str | None = "CANTIDAD"
    """Column that holds the number of events; ``None`` counts rows."""
    where: tuple[str, tuple[str, ...]] | None = None
    """Column and the terms in it that belong to this series."""
    grain: Grain = Grain.MUNICIPALITY_MONTH
    role: Role = Role.CURRENT
    first_year: int | None = None
    last_year: int | None = None
    """Years taken from a dataset that stands beside another one; None: no bound on that side."""


@dataclass(frozen=True, slots=True)
class Break:
    """A date from which a series means something else, or is said to."""

    start: date
    end: date
    kind: BreakKind
    note: Text


@dataclass(frozen=True, slots=True)
class Series:
    """One crime or context series, in both languages."""

    id: str
    label: Text
    unit: Text
    feeds: tuple[Feed, ...]
    """Of several current ones that state the same years, one is shown: see `pipeline.core`."""
    interval: Interval = Interval.EXACT
    kind: Kind = Kind.VIOLENCE
    has_rate: bool = True
    """Whether events per 100,000 residents mean something."""
    is_apart_from_coverage: bool = False
    """Never served or drawn together with coverage: where people work must not point at who is at
    risk."""
    part_of: str | None = None
    phenomenon: str | None = None
    """What several publishers count, each in its own way; None: nobody else's count stands here."""
    expected_results: tuple[int, ...] = ()
    """The programme's expected results this series speaks to: context, never a measure of them."""
    breaks: tuple[Break, ...] = ()
    caveats: tuple[Text, ...] = ()
    provisional_months: int = 1
    """How many of the newest published months still grow in later releases."""
    is_running_year_provisional: bool = False
    """Whether all months of the release's own year stay open until the publisher closes it."""

    @property
    def grain(self) -> Grain:
        """The finest grain among the current feeds."""
        grains = [feed.grain for feed in self.feeds if feed.role is Role.CURRENT]
        return min(grains, key=list(Grain).index)


_VICTIMS = Text("víctimas", "victims")
_EVENTS = Text("hechos", "events")
_CASES = Text("casos", "cases")
_PEOPLE = Text("personas", "people")
_VEHICLES = Text("vehículos", "vehicles")
_REPORTS = Text("denuncias", "reports")

_HOMICIDE_GAP_CLOSES = Break(
    start=date(2021, 1, 1),
    end=date(2022, 1, 1),
    kind=BreakKind.DEFINITION,
    note=Text(
        "La diferencia entre los dos conteos oficiales de homicidio (189 en 2021) se cierra en "
        "2022.",
        "The gap between the two official homicide counts (189 in 2021) closes in 2022.",
    ),
)
_HOMICIDE_EXCLUSIONS = Break(
    start=date(2019, 1, 1),
    end=date(2019, 1, 1),
    kind=BreakKind.CONTESTED,
    note=Text(
        "Según sus críticos, desde 2019 el conteo policial excluye muertes causadas por el Estado "
        "y algunas ocurridas en hospitales; el ministerio responde que sigue la clasificación "
        "internacional (ICCS). No hay un salto visible en la serie.",
        "By critics' account the police count has since 2019 left out lethal force by the State "
        "and some deaths in hospital; the ministry answers that it follows the international "
        "classification (ICCS). No step is visible in the series.",
    ),
)
_COMPLAINTS_VALIDATED = Break(
    start=date(2023, 11, 1),
    end=date(2024, 12, 1),
    kind=BreakKind.DEFINITION,
    note=Text(
        "La Policía declara un cambio en la validación de denuncias con la Fiscalía entre "
        "noviembre de 2023 y diciembre de 2024.",
        "The police declare a change in how complaints are validated with the prosecutor's office "
        "between November 2023 and December 2024.",
    ),
)


_COMPLAINTS_MERGED = Break(
    start=date(2016, 1, 1),
    end=date(2019, 1, 1),
    kind=BreakKind.DEFINITION,
    note=Text(
        "Entre 2016 y 2018 el registro policial incorporó las denuncias de la Fiscalía: lo "
        "anterior no es comparable. Compare desde 2019.",
        "Between 2016 and 2018 the police register took in the complaints of the prosecutor's "
        "office: what is before does not compare. Compare from 2019.",
    ),
)
_HOMES_OR_SHOPS = Text(
    "En agosto de 2026 terceros hallaron cifras idénticas en los conjuntos de residencias y de "
    "comercio: uno de los dos títulos puede estar equivocado. No se suman.",
    "In August 2026 others found identical figures in the datasets of homes and of shops: one of "
    "the two titles may be wrong. Never add them.",
)
_REPORTED_ONLY = Text(
    "Mide lo que se denuncia: más confianza en las autoridades puede elevarla.",
    "It counts what is reported: more trust in authorities can raise it.",
)


def _rows(view: str) -> Feed:
    """Rows of the ministry at the open data portal."""
    return Feed("mindefensa_exports", view)


def _workbook(
    name: str,
    quantity: str = "CANTIDAD",
    where: tuple[str, tuple[str, ...]] | None = None,
) -> Feed:
    return Feed("mindefensa_workbooks", name, quantity, where)


SERIES: tuple[Series, ...] = (
    Series(
        id="homicide_police",
        label=Text("Homicidio (Policía)", "Homicide (police)"),
        unit=_VICTIMS,
        feeds=(Feed("police_workbooks", "homicidios"),),
        phenomenon="homicide",
        expected_results=(3,),
        breaks=(_HOMICIDE_EXCLUSIONS, _HOMICIDE_GAP_CLOSES),
        caveats=(
            Text(
                "El conteo oficial de homicidios está en disputa: Policía, Ministerio de Defensa y "
                "Medicina Legal publican totales distintos.",
                "The official homicide count is contested: police, Ministry of Defence and "
                "forensic institute publish different totals.",
            ),
            # A year's file is closed within days of the year's end.
            Text(
                "El año 2024 es un mínimo: el archivo con corte a 7 de enero de 2025 cuenta 13.341 "
                "víctimas en el país; el del ministerio con corte a 30 de junio de 2026, 13.497.",
                "The year 2024 is a minimum: the file cut on January 7, 2025 counts 13,341 victims "
                "in the country; the ministry's, cut on June 30, 2026, counts 13,497.",
            ),
        ),
        provisional_months=0,
    ),
    Series(
        id="homicide_mindefensa",
        label=Text("Homicidio (MinDefensa)", "Homicide (MinDefensa)"),
        unit=_VICTIMS,
        feeds=(
            _rows("m8fd-ahd9"),
            Feed("mindefensa_years", "homicidio", "total", grain=Grain.MUNICIPALITY_YEAR),
            Feed(
                "mindefensa_totals",
                "homicidio",
                "total",
                grain=Grain.NATION_YEAR,
                role=Role.CONTROL,
            ),
            Feed(
                "mindefensa_totals",
                "homicidio_mensual",
                "total",
                grain=Grain.NATION_MONTH,
                role=Role.CONTROL,
            ),
        ),
        phenomenon="homicide",
        expected_results=(3,),
        breaks=(_HOMICIDE_GAP_CLOSES,),
        caveats=(
            Text(
                "Por mes solo donde está el conjunto fila a fila (m8fd-ahd9); si no, por año: los "
                "meses no se inventan.",
                "By month only where the row-level dataset (m8fd-ahd9) is here; by year otherwise: "
                "no month is invented.",
            ),
        ),
        is_running_year_provisional=True,
    ),
    Series(
        id="homicide_forensic",
        label=Text("Homicidio (Medicina Legal)", "Homicide (forensic institute)"),
        unit=_VICTIMS,
        feeds=(
            Feed("forensic_deaths", "vtub-3de2", None, last_year=2024),
            Feed(
                "forensic_deaths",
                "2kpj-cktv",
                None,
                ("MANERA_DE_MUERTE", ("1 Presuntos Homicidios",)),
                first_year=2025,
            ),
        ),
        phenomenon="homicide",
        expected_results=(3,),
        caveats=(
            Text(
                "Tercer conteo oficial, independiente: muertes que los médicos forenses presumen "
                "homicidio. El conteo está en disputa: 14.788 en 2025 frente a 14.038 del "
                "ministerio.",
                "A third official count, independent: deaths that forensic doctors presume to be "
                "homicide. The count is contested: 14,788 in 2025 against the ministry's 14,038.",
            ),
            Text(
                "Cifras definitivas hasta 2024 y preliminares desde 2025.",
                "Final figures up to 2024, preliminary ones from 2025.",
            ),
        ),
        provisional_months=0,
    ),
    Series(
        id="extortion",
        label=Text("Extorsión", "Extortion"),
        unit=_REPORTS,
        feeds=(
            _workbook("EXTORSIÓN"),
            _rows("q2ib-t9am"),
            Feed(
                "mindefensa_years",
                "extorsion",
                "total",
                grain=Grain.MUNICIPALITY_YEAR,
                role=Role.REVISION,
            ),
            Feed(
                "mindefensa_totals",
                "extorsion",
                "total",
                grain=Grain.NATION_YEAR,
                role=Role.CONTROL,
            ),
        ),
        expected_results=(3,),
        caveats=(
            Text(
                "Los últimos meses crecen mucho después: 2025 pasó de 12.180 a 13.417 en cinco "
                "meses.",
                "The newest months grow a lot later: 2025 went from 12,180 to 13,417 in five "
                "months.",
            ),
            Text(
                "Mide denuncias, no extorsiones: más confianza en las autoridades puede elevarla.",
                "It counts reports, not extortions: more trust in authorities can raise it.",
            ),
        ),
        provisional_months=3,
    ),
    Series(
        id="kidnapping",
        label=Text("Secuestro", "Kidnapping"),
        unit=_VICTIMS,
        feeds=(_workbook("SECUESTRO"), _rows("d7zw-hpf4")),
        interval=Interval.OVERDISPERSED,
        expected_results=(3,),
        caveats=(
            Text(
                "Una sola fila puede traer muchas víctimas (75 en El Tambo, septiembre de 2025).",
                "A single row can hold many victims (75 in El Tambo, September 2025).",
            ),
        ),
        provisional_months=8,
    ),
    Series(
        id="massacre_cases",
        label=Text("Masacres (casos)", "Massacres (cases)"),
        unit=_CASES,
        feeds=(
            _workbook("MASACRES", "CASOS"),
            Feed("mindefensa_exports", "massacres", "CASOS", role=Role.REVISION),
        ),
        expected_results=(3,),
    ),
    Series(
        id="massacre_victims",
        label=Text("Masacres (víctimas)", "Massacres (victims)"),
        unit=_VICTIMS,
        feeds=(
            _workbook("MASACRES", "VICTIMAS"),
            Feed("mindefensa_exports", "massacres", "VICTIMAS", role=Role.REVISION),
        ),
        interval=Interval.OVERDISPERSED,
        expected_results=(3,),
    ),
    Series(
        id="terrorism",
        label=Text("Terrorismo", "Terrorism"),
        unit=_EVENTS,
        feeds=(_workbook("TERRORISMO"),),
        expected_results=(3,),
        caveats=(
            Text(
                "Suma dos delitos; los «actos de terrorismo» (art. 144) pasan de 29 en 2003 a 720 "
                "en 2025: parte del aumento es de clasificación.",
                'Two offences added up; "acts of terrorism" (art. 144) go from 29 in 2003 to 720 '
                "in "
                "2025: part of the rise is classification.",
            ),
        ),
    ),
    Series(
        id="terrorism_article_343",
        label=Text("Terrorismo, art. 343", "Terrorism, art. 343"),
        unit=_EVENTS,
        feeds=(
            _workbook("TERRORISMO", where=("DESCRIPCION CONDUCTA", ("ARTICULO 343. TERRORISMO",))),
        ),
        part_of="terrorism",
        expected_results=(3,),
    ),
    Series(
        id="terrorism_article_144",
        label=Text("Actos de terrorismo, art. 144", "Acts of terrorism, art. 144"),
        unit=_EVENTS,
        feeds=(
            _workbook(
                "TERRORISMO",
                where=("DESCRIPCION CONDUCTA", ("ARTICULO 144. ACTOS DE TERRORISMO",)),
            ),
        ),
        part_of="terrorism",
        expected_results=(3,),
    ),
    Series(
        id="terrorism_police",
        label=Text("Terrorismo (Policía)", "Terrorism (police)"),
        unit=_EVENTS,
        feeds=(Feed("police_exports", "37p5-impc"),),
        expected_results=(3,),
        breaks=(_COMPLAINTS_MERGED,),
        caveats=(
            Text(
                "Otra serie que la del ministerio: 343 hechos en 2024 frente a 1.126. Nunca se "
                "suman ni se completan una con otra.",
                "Another series than the ministry's: 343 events in 2024 against 1,126. They are "
                "never added up, and neither fills the other.",
            ),
        ),
        is_running_year_provisional=True,
    ),
    Series(
        id="threats",
        label=Text("Amenazas", "Threats"),
        unit=_REPORTS,
        feeds=(Feed("police_workbooks", "amenazas"), Feed("police_exports", "meew-mguv")),
        is_apart_from_coverage=True,
        expected_results=(1, 2),
        breaks=(_COMPLAINTS_MERGED, _COMPLAINTS_VALIDATED),
        caveats=(
            Text(
                "Los libros anuales que están aquí solo traen 2023, 2024 y enero a julio de 2025; "
                "el conjunto del portal (meew-mguv), donde está, los reemplaza.",
                "The yearly workbooks here hold 2023, 2024 and January to July 2025 only; the "
                "portal's dataset (meew-mguv), where it is here, takes their place.",
            ),
        ),
        provisional_months=0,
        is_running_year_provisional=True,
    ),
    Series(
        id="sexual_offences",
        label=Text("Delitos sexuales (Policía)", "Sexual offences (police)"),
        unit=_REPORTS,
        feeds=(
            Feed("police_workbooks", "delitos_sexuales"),
            Feed("police_exports", "fpe5-yrmw"),
        ),
        expected_results=(3,),
        breaks=(_COMPLAINTS_MERGED, _COMPLAINTS_VALIDATED),
        caveats=(
            Text(
                "A los libros anuales les faltan 2020, 2022 y 2023: un vacío en los archivos, no "
                "ceros. El conjunto del portal (fpe5-yrmw), donde está, los reemplaza y los trae.",
                "The yearly workbooks lack 2020, 2022 and 2023: a gap in the files, not zeros. "
                "The portal's dataset (fpe5-yrmw), where it is here, takes their place and has "
                "them.",
            ),
        ),
        provisional_months=0,
        is_running_year_provisional=True,
    ),
    Series(
        id="sexual_offences_mindefensa",
        label=Text("Delitos sexuales (MinDefensa)", "Sexual offences (MinDefensa)"),
        unit=_VICTIMS,
        feeds=(_rows("bz43-8ahq"),),
        expected_results=(3,),
        breaks=(_COMPLAINTS_MERGED,),
        caveats=(
            Text(
                "Otra serie que la de la Policía, con otros totales: nunca se mezclan.",
                "Another series than the police's, with other totals: they are never merged.",
            ),
            _REPORTED_ONLY,
        ),
        is_running_year_provisional=True,
    ),
    Series(
        id="domestic_violence",
        label=Text("Violencia intrafamiliar", "Domestic violence"),
        unit=_VICTIMS,
        feeds=(_rows("gepp-dxcs"),),
        interval=Interval.OVERDISPERSED,
        breaks=(_COMPLAINTS_MERGED,),
        caveats=(_REPORTED_ONLY,),
        is_running_year_provisional=True,
    ),
    Series(
        id="injuries_mindefensa",
        label=Text("Lesiones personales (MinDefensa)", "Personal injuries (MinDefensa)"),
        unit=_VICTIMS,
        feeds=(_rows("jr6v-i33g"),),
        interval=Interval.OVERDISPERSED,
        breaks=(_COMPLAINTS_MERGED,),
        caveats=(_REPORTED_ONLY,),
        is_running_year_provisional=True,
    ),
    Series(
        id="injuries_police",
        label=Text("Lesiones personales (Policía)", "Personal injuries (police)"),
        unit=_VICTIMS,
        feeds=(
            Feed(
                "police_exports",
                "72sg-cybi",
                where=(
                    "DESCRIPCI_N_CONDUCTA",
                    (
                        "ARTÍCULO 111. LESIONES PERSONALES",
                        "ARTÍCULO 112. INCAPACIDAD PARA TRABAJAR O ENFERMEDAD",
                        "ARTÍCULO 113. DEFORMIDAD",
                        "ARTÍCULO 116. PÉRDIDA ANATÓMICA O FUNCIONAL DE UN ÓRGANO O MIEMBRO",
                        "ARTÍCULO 119. LESIONES PERSONALES ( CIRCUNSTANCIAS DE AGRAVACIÓN)",
                        "INCAPACIDAD PARA TRABAJAR O ENFERMEDAD",
                        "LESIONES PERSONALES",
                        "LESIONES PERSONALES ( CIRCUNSTANCIAS DE AGRAVACIÓN)",
                    ),
                ),
            ),
        ),
        interval=Interval.OVERDISPERSED,
        breaks=(_COMPLAINTS_MERGED,),
        caveats=(
            Text(
                "El conjunto también trae lesiones en accidentes de tránsito; aquí no se cuentan.",
                "The dataset also holds injuries in traffic accidents; they are not counted here.",
            ),
            Text(
                "Otra serie que la del ministerio: nunca se mezclan.",
                "Another series than the ministry's: they are never merged.",
            ),
        ),
        is_running_year_provisional=True,
    ),
    Series(
        id="leader_killings",
        label=Text("Asesinatos de líderes sociales", "Killings of social leaders"),
        unit=_VICTIMS,
        feeds=(Feed("leaders", "lideres", None, grain=Grain.MUNICIPALITY_YEAR),),
        is_apart_from_coverage=True,
        expected_results=(2,),
        caveats=(
            Text(
                "Termina el 19 de mayo de 2020, antes del programa. Solo por año y municipio.",
                "Ends on 19 May 2020, before the programme. By year and municipality only.",
            ),
        ),
    ),
    Series(
        id="displacement",
        label=Text("Desplazamiento forzado", "Forced displacement"),
        unit=_PEOPLE,
        feeds=(
            Feed("ruv_months", "desplazamiento", "ruv_desplazamiento_forzado"),
            Feed(
                "ruv_departments",
                "desplazamiento",
                "expulsados_total",
                grain=Grain.DEPARTMENT_YEAR,
            ),
        ),
        interval=Interval.OVERDISPERSED,
        expected_results=(1,),
        caveats=(
            Text(
                "Por municipio solo 2003-2014, para 139 de los 373 municipios y ninguno de Sucre; "
                "lo ausente es desconocido, no cero.",
                "By municipality only 2003-2014, for 139 of the 373 municipalities and none in "
                "Sucre; absent is unknown, not zero.",
            ),
        ),
        provisional_months=0,
    ),
    Series(
        id="displacement_yearly",
        label=Text(
            "Desplazamiento forzado por año (RUV)", "Forced displacement by year (register)"
        ),
        unit=_PEOPLE,
        feeds=(Feed("ruv_years", "krnc-8azs", "personas", grain=Grain.MUNICIPALITY_YEAR),),
        interval=Interval.OVERDISPERSED,
        expected_results=(1,),
        caveats=(
            Text(
                "Personas por municipio y año de expulsión: quien fue desplazado en dos años o de "
                "dos municipios cuenta en cada uno.",
                "People by municipality and year they were driven out of: whoever was displaced in "
                "two years or from two municipalities counts in each.",
            ),
            Text(
                "Otro corte y otro conteo que la serie mensual de 2003 a 2014: nunca se mezclan.",
                "Another cut and another count than the monthly series of 2003 to 2014: the two "
                "are never mixed.",
            ),
            Text(
                "Se declara hasta dos años después del hecho (Ley 1448 de 2011): los años "
                "recientes crecen en cortes posteriores.",
                "Declarations may come up to two years after the fact (Law 1448 of 2011): recent "
                "years grow in later cuts.",
            ),
        ),
        provisional_months=24,
    ),
    Series(
        id="mine_victims",
        label=Text("Víctimas de minas", "Mine victims"),
        unit=_VICTIMS,
        feeds=(Feed("mine_victims", "yhxn-eqqw", None),),
        interval=Interval.OVERDISPERSED,
        expected_results=(1,),
        caveats=(Text("Termina en octubre de 2023.", "Ends in October 2023."),),
    ),
    Series(
        id="mine_accidents",
        label=Text("Accidentes e incidentes por minas", "Mine accidents and incidents"),
        unit=_EVENTS,
        feeds=(
            Feed(
                "mine_events",
                "sgp4-3e6k",
                None,
                ("TIPO_EVENTO", ("1", "Accidente por MAP", "2", "Accidente por MUSE")),
                Grain.MUNICIPALITY_YEAR,
            ),
        ),
        expected_results=(1,),
        caveats=(
            Text(
                "El municipio es el del polígono donde cae el punto; en 2019 muchos puntos y "
                "nombres no concuerdan.",
                "The municipality is the one whose polygon holds the point; in 2019 many points "
                "and names disagree.",
            ),
        ),
        provisional_months=12,
    ),
    Series(
        id="public_force_casualties",
        label=Text("Afectación a la fuerza pública", "Casualties of the public forces"),
        unit=_PEOPLE,
        feeds=(_workbook("AFECTACIÓN A LA FUERZA PÚBLICA"), _rows("8rpn-wpty")),
        interval=Interval.OVERDISPERSED,
        caveats=(
            Text(
                "Muertos y heridos, también en protestas en las grandes ciudades; incluye 7 "
                "civiles.",
                "Killed and wounded, also in protests in the large cities; includes 7 civilians.",
            ),
        ),
    ),
    Series(
        id="pipeline_attacks",
        label=Text("Voladura de oleoductos", "Pipeline attacks"),
        unit=_EVENTS,
        feeds=(_workbook("VOLADURA DE OLEODUCTOS"),),
        has_rate=False,
    ),
    Series(
        id="infrastructure_attacks",
        label=Text("Ataques a puentes y vías", "Attacks on bridges and roads"),
        unit=_EVENTS,
        feeds=(_workbook("PUENTES Y VÍAS"),),
        has_rate=False,
        caveats=(
            Text(
                "2020 registra 93 frente a 5 y 3 en los años vecinos: quizá bloqueos, no bombas.",
                "2020 has 93 against 5 and 3 around it: perhaps roadblocks, not bombs.",
            ),
        ),
    ),
    Series(
        id="cattle_theft",
        label=Text("Abigeato", "Cattle theft"),
        unit=_CASES,
        feeds=(_workbook("HURTO ABIGEATO"),),
    ),
    Series(
        id="child_soldier_exits",
        label=Text("Menores desvinculados de grupos armados", "Children who left armed groups"),
        unit=_PEOPLE,
        feeds=(_workbook("DESVINCULADOS"),),
        interval=Interval.OVERDISPERSED,
        caveats=(
            Text(
                "Publicado en febrero de 2026, pero termina en agosto de 2025.",
                "Published in February 2026, but ends in August 2025.",
            ),
        ),
    ),
    Series(
        id="human_trafficking",
        label=Text("Trata de personas", "Human trafficking"),
        unit=_VICTIMS,
        feeds=(
            _workbook(
                "TRATA DE PERSONAS Y TRÁFICO DE MIGRANTES",
                where=(
                    "DESCRIPCION CONDUCTA",
                    (
                        "ARTICULO 188 A.- TRATA DE PERSONAS",
                        "ARTICULO 188 B.- TRATA DE PERSONAS CIRCUNSTANCIAS DE AGRAVACION PUNITIVA.",
                    ),
                ),
            ),
        ),
        interval=Interval.OVERDISPERSED,
    ),
    Series(
        id="migrant_smuggling",
        label=Text("Tráfico de migrantes", "Migrant smuggling"),
        unit=_VICTIMS,
        feeds=(
            _workbook(
                "TRATA DE PERSONAS Y TRÁFICO DE MIGRANTES",
                where=("DESCRIPCION CONDUCTA", ("ARTICULO 188. TRAFICO DE MIGRANTES",)),
            ),
        ),
        interval=Interval.OVERDISPERSED,
        caveats=(
            Text(
                "Cae de 306 (2023) a 19 y 1: probablemente cambió lo que contiene el archivo.",
                "Falls from 306 (2023) to 19 and 1: most likely the file's content changed.",
            ),
        ),
    ),
    Series(
        id="illegal_mining_interventions",
        label=Text("Minas intervenidas", "Illegal mines shut down"),
        unit=Text("minas", "mines"),
        feeds=(_workbook("MINAS INTERVENIDAS"),),
        interval=Interval.OVERDISPERSED,
        kind=Kind.CONTEXT,
        has_rate=False,
        caveats=(
            Text(
                "Mide la acción del Estado, no la minería ilegal.",
                "It measures what the State does, not illegal mining.",
            ),
        ),
    ),
    Series(
        id="illegal_mining_seizures",
        label=Text("Incautaciones en minería ilegal", "Seizures in illegal mining"),
        unit=_EVENTS,
        feeds=(_workbook("INCAUTACIONES MINERIA"),),
        kind=Kind.CONTEXT,
        has_rate=False,
    ),
    Series(
        id="theft_persons",
        label=Text("Hurto a personas", "Theft from persons"),
        unit=_REPORTS,
        feeds=(
            _rows("4rxi-8m8d"),
            Feed("mindefensa_years", "hurto_personas", "total", grain=Grain.MUNICIPALITY_YEAR),
        ),
        breaks=(_COMPLAINTS_MERGED,),
        caveats=(_REPORTED_ONLY,),
        is_running_year_provisional=True,
    ),
    Series(
        id="theft_homes",
        label=Text("Hurto a residencias", "Theft from homes"),
        unit=_REPORTS,
        feeds=(_rows("7mn7-vzqp"),),
        breaks=(_COMPLAINTS_MERGED,),
        caveats=(_REPORTED_ONLY, _HOMES_OR_SHOPS),
        is_running_year_provisional=True,
    ),
    Series(
        id="theft_shops",
        label=Text("Hurto a comercio", "Theft from shops"),
        unit=_REPORTS,
        feeds=(_rows("7i2x-h5vp"),),
        breaks=(_COMPLAINTS_MERGED,),
        caveats=(_REPORTED_ONLY, _HOMES_OR_SHOPS),
        is_running_year_provisional=True,
    ),
    Series(
        id="theft_vehicles",
        label=Text("Hurto de vehículos", "Vehicle theft"),
        unit=_VEHICLES,
        feeds=(_rows("csb4-y6v2"),),
        breaks=(_COMPLAINTS_MERGED,),
        caveats=(
            Text("Automotores y motocicletas, sumados.", "Cars and motorcycles, added up."),
            _REPORTED_ONLY,
        ),
        is_running_year_provisional=True,
    ),
    Series(
        id="mine_clearance",
        label=Text("Desminado militar", "Military mine clearance"),
        unit=_EVENTS,
        feeds=(
            Feed(
                "mine_events",
                "sgp4-3e6k",
                None,
                ("TIPO_EVENTO", ("4", "Desminado militar en operaciones")),
                Grain.MUNICIPALITY_YEAR,
            ),
        ),
        kind=Kind.CONTEXT,
        has_rate=False,
        caveats=(
            Text(
                "Minas retiradas por militares: contexto, no violencia.",
                "Mines removed by the military: context, not violence.",
            ),
        ),
        provisional_months=12,
    ),
    Series(
        id="coca_hectares",
        label=Text("Cultivos de coca", "Coca crops"),
        unit=Text("hectáreas", "hectares"),
        feeds=(Feed("coca", "coca", "coca_ha", grain=Grain.MUNICIPALITY_YEAR),),
        kind=Kind.CONTEXT,
        has_rate=False,
        caveats=(
            Text(
                "Sin descarga del portal, solo 2011, 2016 y 2021. Un municipio ausente no tiene "
                "valor, no es cero.",
                "Without a download from the portal, only 2011, 2016 and 2021. An absent "
                "municipality has no value, it is not zero.",
            ),
        ),
        provisional_months=0,
    ),
)


@dataclass(frozen=True, slots=True)
class IgnoredTerms:
    """Raw terms of a filtered column that belong to no series, and why that is so."""

    source: str
    dataset: str
    column: str
    terms: tuple[str, ...]
    reason: str


IGNORED_TERMS: tuple[IgnoredTerms, ...] = (
    IgnoredTerms(
        "mine_events",
        "sgp4-3e6k",
        "TIPO_EVENTO",
        (
            "3",
            "Arsenal almacenada",
            "5",
            "Incautaciones",
            "6",
            "Municiones sin explotar",
            "7",
            "Producción de Minas (Fábrica)",
            "8",
            "Sospecha de campo minado",
        ),
        "kind of event that the file does not document: neither accident (1, 2) nor clearance (4)",
    ),
    IgnoredTerms(
        "forensic_deaths",
        "2kpj-cktv",
        "MANERA_DE_MUERTE",
        ("2 Presuntos Suicidios",),
        "death that forensic doctors do not presume to be homicide",
    ),
    IgnoredTerms(
        "police_exports",
        "72sg-cybi",
        "DESCRIPCI_N_CONDUCTA",
        (
            "ARTICULO 120 LESIONES CULPOSAS",
            "ARTICULO 120. LESIONES CULPOSAS ( EN ACCIDENTE DE TRANSITO )",
            "LESIONES CULPOSAS",
            "LESIONES CULPOSAS ( EN ACCIDENTE DE TRANSITO )",
        ),
        "injury in a traffic accident or by negligence: not violence",
    ),
)


def series_by_id(series: tuple[Series, ...] = SERIES) -> dict[str, Series]:
    """The declared series by their id."""
    return {one.id: one for one in series}
