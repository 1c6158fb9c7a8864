"""The programmes whose coverage is shown beside violence, and the dates on every time axis.

What is told of it was published by somebody, who is named where the name is known; what nobody
published is listed as unknown.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pipeline.catalog.text import Text


class MarkKind(StrEnum):
    """What kind of date a mark is; breaks of the figures look different from events."""

    PROGRAMME = "programme"
    CONTEXT = "context"
    POPULATION = "population edition"


@dataclass(frozen=True, slots=True)
class Mark:
    """A date worth a mark on every time axis."""

    day: date
    kind: MarkKind
    label: Text


@dataclass(frozen=True, slots=True)
class Reference:
    """Who said something, and when."""

    title: str
    when: Text


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that happened in the programme's life, or was to happen."""

    start: date
    end: date | None
    """Last day of what took a while; None for a day."""
    when: Text
    """The date as precisely as it is known."""
    label: Text
    source: Reference | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One of the programme's lines of work."""

    number: int
    label: Text
    activities: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class ExpectedResult:
    """What the programme set out to change; public series are context for it, never a measure."""

    number: int
    label: Text


@dataclass(frozen=True, slots=True)
class ReportedFigure:
    """A figure of the whole programme, as somebody reported it; never of a municipality."""

    value: int
    label: Text
    source: Reference
    caveat: Text
    is_percent: bool = False


@dataclass(frozen=True, slots=True)
class Concerns:
    """What the people of a municipality named as their problems, as a report says."""

    municipality_code: str
    named: tuple[Text, ...]


class Extent(StrEnum):
    """What says where a programme works."""

    LIST = "list"
    """A list of its own: of what is documented, or official."""
    PDET = "pdet"
    """The municipalities that the decree on PDET names, all of them."""


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme: dates, components, expected results, and where its coverage may lie."""

    id: str
    label: Text
    summary: Text
    start: date
    end: date
    end_basis: str
    municipality_count: int
    extent: Extent
    departments: tuple[str, ...]
    """Where it may work; empty: anywhere in the country."""
    milestones: tuple[Milestone, ...]
    """In order of time."""
    last_seen: date | None
    """Day of the last activity that a public source tells of; None where that is not asked."""
    first_wave: tuple[date, date] | None
    """First and last day on which work began where a public source has it begin with the
    programme: such a source tells of a wave, of no day."""
    components: tuple[Component, ...]
    expected_results: tuple[ExpectedResult, ...]
    reported: tuple[ReportedFigure, ...]
    concerns: tuple[Concerns, ...]
    unknowns: tuple[Text, ...]
    """What no public source says."""
    inference: tuple[Text, ...]
    """How the candidates were inferred, step by step."""
    named_regions: tuple[tuple[str, str | None], ...]
    """PDET subregions that a report names, with the department where only a part is meant."""


_FACT_SHEET = Reference("USAID/Colombia", Text("hoja informativa", "fact sheet"))
_ATLAS = Reference(
    "Global Initiative, Atlas de la Resiliencia", Text("29 de agosto de 2023", "August 29, 2023")
)
_DIARIO_DEL_SUR = Reference(
    "Diario del Sur", Text("hacia finales de 2024", "towards the end of 2024")
)
_ESPECTADOR = Reference("El Espectador", Text("12 de octubre de 2024", "October 12, 2024"))
_DECREE_893 = Reference("Decreto Ley 893 de 2017", Text("28 de mayo de 2017", "May 28, 2017"))
_WHOLE_PROGRAMME = Text(
    "De todo el programa, como se reportó; sin desglose por municipio ni verificación aparte.",
    "Of the whole programme, as reported; neither broken down by municipality nor verified.",
)


def _reported(value: int, es: str, en: str) -> ReportedFigure:
    return ReportedFigure(value, Text(es, en), _DIARIO_DEL_SUR, _WHOLE_PROGRAMME)


SOMOS_COMUNIDAD = Programme(
    id="somos_comunidad",
    label=Text("Somos Comunidad", "Resilient Communities"),
    summary=Text(
        "Programa de USAID en Colombia, operado por PADF (FUPAD), en 35 municipios afectados por "
        "la violencia de Antioquia, Bolívar, Cauca, Córdoba, Nariño, Norte de Santander y Sucre.",
        "A programme of USAID in Colombia, run by PADF (FUPAD), in 35 violence-affected "
        "municipalities of Antioquia, Bolívar, Cauca, Córdoba, Nariño, Norte de Santander and "
        "Sucre.",
    ),
    start=date(2020, 10, 1),
    end=date(2025, 9, 30),
    end_basis="planned",
    municipality_count=35,
    extent=Extent.LIST,
    departments=("05", "13", "19", "23", "52", "54", "70"),
    milestones=(
        Milestone(
            date(2020, 10, 1),
            None,
            Text("Octubre de 2020", "October 2020"),
            Text("Empieza el programa", "The programme starts"),
            _FACT_SHEET,
        ),
        Milestone(
            date(2020, 10, 1),
            date(2021, 12, 31),
            Text("2020–2021", "2020–2021"),
            Text("Primera ola: diez municipios", "First wave: ten municipalities"),
            _ATLAS,
        ),
        Milestone(
            date(2022, 1, 1),
            date(2022, 12, 31),
            Text("2022", "2022"),
            Text(
                "El programa llega a 35 municipios; no se publicó cuáles",
                "The programme reaches 35 municipalities; which ones was not published",
            ),
        ),
        Milestone(
            date(2024, 1, 1),
            None,
            Text("Enero de 2024", "January 2024"),
            Text(
                "Asumen nuevas alcaldías (2024–2027); su plan de seguridad (PISCC) se debía en el "
                "primer semestre",
                "New mayors take office (2024–2027); their security plan (PISCC) was due in the "
                "first half-year",
            ),
        ),
        Milestone(
            date(2024, 11, 21),
            None,
            Text("21 de noviembre de 2024", "November 21, 2024"),
            Text(
                "Última actividad que cuenta una fuente pública",
                "Last activity that a public source tells of",
            ),
        ),
        Milestone(
            date(2025, 1, 24),
            None,
            Text("24 de enero de 2025", "January 24, 2025"),
            Text(
                "Congelación de la ayuda exterior de EE. UU.",
                "Freeze of the foreign aid of the United States",
            ),
        ),
        Milestone(
            date(2025, 9, 30),
            None,
            Text("30 de septiembre de 2025", "September 30, 2025"),
            Text("Fin previsto", "Planned end"),
            _FACT_SHEET,
        ),
    ),
    last_seen=date(2024, 11, 21),
    first_wave=(date(2020, 10, 1), date(2021, 12, 31)),
    components=(
        Component(
            1,
            Text("Fortalecer la cohesión social", "Enhancing social cohesion"),
            (
                Text(
                    "Fortalece organizaciones de la sociedad civil, consejos comunitarios y el "
                    "gobierno propio afrocolombiano e indígena",
                    "Strengthens civil society organisations, community councils and "
                    "Afro-Colombian and indigenous governance",
                ),
                Text(
                    "Acerca a las comunidades y a los actores estatales de seguridad",
                    "Engages state security actors with communities",
                ),
                Text("Da apoyo psicosocial", "Gives psychosocial support"),
                Text(
                    "Extiende estrategias de autocuidado y autoprotección",
                    "Spreads strategies of self-care and self-protection",
                ),
                Text(
                    "Reduce el estigma contra líderes sociales y defensores de derechos humanos",
                    "Reduces stigma against social leaders and human rights defenders",
                ),
            ),
        ),
        Component(
            2,
            Text(
                "Seguridad que responde a la ciudadanía",
                "Strengthening citizen-responsive security systems",
            ),
            (
                Text(
                    "Policía, comunidad y autoridades locales trabajan juntas",
                    "Police, community and local authorities work together",
                ),
                Text(
                    "Planes participativos de seguridad y estrategias de prevención (PISCC)",
                    "Participatory security plans and prevention strategies (PISCC)",
                ),
                Text(
                    "Policía cercana, incluyente y basada en evidencia",
                    "Relational, inclusive, evidence-based policing",
                ),
            ),
        ),
    ),
    expected_results=(
        ExpectedResult(
            1,
            Text(
                "Más uso de estrategias de autoprotección y autocuidado",
                "Wider use of self-protection and self-care strategies",
            ),
        ),
        ExpectedResult(
            2,
            Text(
                "Mejor protección y menos estigma para líderes sociales y defensores",
                "Better protection of, and less stigma against, social leaders and defenders",
            ),
        ),
        ExpectedResult(
            3,
            Text(
                "Más capacidad de comunidades y Estado ante el crimen y la violencia que priorizan",
                "Stronger community and state capacity to respond to the crime and violence that "
                "communities prioritise",
            ),
        ),
    ),
    reported=(
        _reported(126, "organizaciones fortalecidas", "organisations strengthened"),
        _reported(
            52,
            "organizaciones que mejoraron en el índice de desempeño organizacional (OPI)",
            "organisations that improved on the Organizational Performance Index (OPI)",
        ),
        _reported(
            33_000,
            "personas en espacios de diálogo y colaboración",
            "people in dialogue and collaboration spaces",
        ),
        _reported(
            35,
            "espacios de veeduría y participación",
            "oversight and participation spaces",
        ),
        _reported(72, "modelos de autoprotección", "self-protection models"),
        ReportedFigure(
            50,
            Text("iniciativas comunitarias de resiliencia", "community resilience initiatives"),
            _ATLAS,
            Text(
                "En los diez municipios de la primera ola, como se reportó.",
                "In the ten municipalities of the first wave, as reported.",
            ),
        ),
        ReportedFigure(
            26,
            Text("Diálogos de Resiliencia", "Resilience Dialogues"),
            _ATLAS,
            Text("Reportados hasta 2022.", "Reported by 2022."),
        ),
        ReportedFigure(
            62,
            Text("se sienten más seguros", "felt safer"),
            _ESPECTADOR,
            Text(
                "De los ciudadanos que participaron: no es una muestra de la población.",
                "Of the citizens who took part: not a sample of the population.",
            ),
            is_percent=True,
        ),
    ),
    concerns=(
        Concerns(
            "13244",
            (
                Text("microtráfico", "micro-trafficking"),
                Text("amenazas a líderes", "threats to leaders"),
                Text("violencia sexual", "sexual violence"),
            ),
        ),
        Concerns(
            "05120",
            (
                Text("violencia basada en género", "gender-based violence"),
                Text("desplazamiento", "displacement"),
                Text("reclutamiento de menores", "child recruitment"),
            ),
        ),
        Concerns("23855", (Text("amenazas a líderes", "threats to leaders"),)),
    ),
    unknowns=(
        Text(
            "Cuáles son los 35 municipios: no se encontró una lista pública, y de Sucre no se "
            "conoce ninguno.",
            "Which the 35 municipalities are: no public list was found, and of Sucre not one is "
            "known.",
        ),
        Text(
            "Cuándo empezó el trabajo en cada municipio, salvo los diez primeros. De los "
            "municipios reportados se conoce la fecha de la noticia, que no es un comienzo.",
            "When work began in each municipality, but for the first ten. Of reported "
            "municipalities the date of the report is known, which is no start.",
        ),
        Text(
            "Qué componente llegó a cada municipio.",
            "Which component reached which municipality.",
        ),
        Text(
            "Si el programa terminó en la fecha prevista o antes: ninguna fuente lo dice.",
            "Whether the programme ended as planned or earlier: no source says.",
        ),
        Text(
            "La confianza en la policía: no se encontraron datos municipales, así que nada de este "
            "atlas dice si cambió.",
            "Trust in the police: no municipal data on it were found, so nothing in this atlas "
            "says whether it changed.",
        ),
    ),
    inference=(
        Text(
            "Un artículo de prensa habla del 20,58 % de los 170 municipios PDET: son exactamente "
            "35.",
            "A press article speaks of 20.58 % of the 170 PDET municipalities: exactly 35.",
        ),
        Text(
            "Todos los municipios documentados son PDET.",
            "Every documented municipality is a PDET one.",
        ),
        Text(
            "Por eso son candidatos los demás municipios PDET de los siete departamentos.",
            "So the other PDET municipalities of the seven departments are the candidates.",
        ),
        Text(
            "Algunos quedan en las regiones que nombra un informe, y son más probables.",
            "Some lie in the regions that a report names, and are likelier.",
        ),
        Text(
            "Todo esto se infiere. Ningún candidato es un municipio cubierto ni uno descartado.",
            "All of this is inferred. No candidate is a covered municipality, nor one ruled out.",
        ),
    ),
    named_regions=(
        ("Bajo Cauca y Nordeste Antioqueño", None),
        ("Montes de María", None),
        ("Sur de Córdoba", None),
        ("Catatumbo", None),
        ("Pacífico y Frontera Nariñense", None),
        ("Alto Patía y Norte del Cauca", "19"),
    ),
)

PDET = Programme(
    id="pdet",
    label=Text("PDET", "PDET"),
    summary=Text(
        "Programas de Desarrollo con Enfoque Territorial del Estado colombiano: 170 municipios de "
        "16 subregiones, que el Decreto Ley 893 de 2017 nombra uno por uno. Se escogieron por "
        "conflicto armado, pobreza, economías ilegales y debilidad institucional.",
        "Development Programmes with a Territorial Focus of the Colombian state: 170 "
        "municipalities of 16 subregions, which Decree-Law 893 of 2017 names one by one. They were "
        "chosen for armed conflict, poverty, illegal economies and weak institutions.",
    ),
    start=date(2017, 5, 28),
    end=date(2027, 5, 28),
    end_basis="planned",
    municipality_count=170,
    extent=Extent.PDET,
    departments=(),
    milestones=(
        Milestone(
            date(2017, 5, 28),
            None,
            Text("28 de mayo de 2017", "May 28, 2017"),
            Text("Se crean los PDET, por diez años", "The PDET are created, for ten years"),
            _DECREE_893,
        ),
        Milestone(
            date(2025, 11, 26),
            None,
            Text("26 de noviembre de 2025", "November 26, 2025"),
            Text(
                "El Senado aprueba prorrogarlos hasta 2037; faltaban la conciliación y la sanción",
                "The Senate approves their extension to 2037; reconciliation and signature were "
                "still to come",
            ),
            Reference("La Veintitrés", Text("noviembre de 2025", "November 2025")),
        ),
        Milestone(
            date(2027, 5, 28),
            None,
            Text("28 de mayo de 2027", "May 28, 2027"),
            Text("Fin previsto al crearlos", "End planned when they were created"),
            _DECREE_893,
        ),
    ),
    last_seen=None,
    first_wave=None,
    components=(),
    expected_results=(),
    reported=(),
    concerns=(),
    unknowns=(
        Text(
            "Qué llegó a cada municipio y cuándo: la lista dice dónde vale el plan, no lo que se "
            "hizo.",
            "What reached each municipality, and when: the list says where the plan applies, not "
            "what was done.",
        ),
        Text(
            "Si la prórroga hasta 2037 está vigente: el atlas no ha visto la ley sancionada.",
            "Whether the extension to 2037 is in force: the atlas has not seen the signed law.",
        ),
        Text(
            "Qué cambió por el plan: los municipios se escogieron por violentos, y compararlos con "
            "otros no lo muestra.",
            "What changed because of the plan: the municipalities were chosen for being violent, "
            "and comparing them with others does not show it.",
        ),
    ),
    inference=(),
    named_regions=(),
)

PROGRAMMES: tuple[Programme, ...] = (SOMOS_COMUNIDAD, PDET)
"""The first one is the programme that the atlas is about."""

MARKS: tuple[Mark, ...] = (
    Mark(
        date(2018, 1, 1),
        MarkKind.POPULATION,
        Text("Nueva edición de población (censo 2018)", "New population edition (census 2018)"),
    ),
    Mark(date(2020, 3, 1), MarkKind.CONTEXT, Text("COVID-19", "COVID-19")),
    Mark(
        SOMOS_COMUNIDAD.start,
        MarkKind.PROGRAMME,
        Text("Inicio del programa", "Programme start"),
    ),
    Mark(
        date(2024, 1, 1),
        MarkKind.CONTEXT,
        Text("Nuevas alcaldías (2024–2027)", "New mayors (2024–2027)"),
    ),
    Mark(
        date(2025, 1, 1),
        MarkKind.POPULATION,
        Text("Otra proyección de población (2025)", "Another population projection (2025)"),
    ),
    Mark(
        date(2025, 1, 24),
        MarkKind.CONTEXT,
        Text("Congelación de la ayuda de EE. UU.", "US aid freeze"),
    ),
    Mark(
        SOMOS_COMUNIDAD.end,
        MarkKind.PROGRAMME,
        Text("Fin previsto del programa", "Planned end of the programme"),
    ),
)

FIRST_WAVE: Final = (date(2020, 10, 1), date(2021, 12, 1))
"""First and last month in which the ten places of the first wave may have begun.

No source says more exactly: the programme began in October 2020, and ten municipalities were in its
first wave, 2020-21.
"""
