"""The programme whose coverage is shown beside violence, and the dates on every time axis."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

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
class Component:
    """One of the programme's lines of work."""

    number: int
    label: Text
    does: Text


@dataclass(frozen=True, slots=True)
class ExpectedResult:
    """What the programme set out to change; public series are context for it, never a measure."""

    number: int
    label: Text


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme: dates, components, expected results, and where its coverage may lie."""

    id: str
    label: Text
    start: date
    end: date
    end_basis: str
    municipality_count: int
    departments: tuple[str, ...]
    components: tuple[Component, ...]
    expected_results: tuple[ExpectedResult, ...]
    named_regions: tuple[tuple[str, str | None], ...]
    """PDET subregions that a report names, with the department where only a part is meant."""


SOMOS_COMUNIDAD = Programme(
    id="somos_comunidad",
    label=Text("Somos Comunidad", "Resilient Communities"),
    start=date(2020, 10, 1),
    end=date(2025, 9, 30),
    end_basis="planned",
    municipality_count=35,
    departments=("05", "13", "19", "23", "52", "54", "70"),
    components=(
        Component(
            1,
            Text("Fortalecer la cohesión social", "Enhancing social cohesion"),
            Text(
                "Fortalece organizaciones, consejos comunitarios y autoridades étnicas; apoyo "
                "psicosocial, autocuidado y autoprotección; menos estigma contra líderes sociales.",
                "Strengthens organisations, community councils and ethnic authorities; "
                "psychosocial support, self-care and self-protection; less stigma against social "
                "leaders.",
            ),
        ),
        Component(
            2,
            Text(
                "Seguridad que responde a la ciudadanía",
                "Strengthening citizen-responsive security systems",
            ),
            Text(
                "Policía, comunidad y autoridades locales previenen juntas; planes participativos "
                "de seguridad (PISCC); policía cercana, incluyente y basada en evidencia.",
                "Police, community and local authorities prevent together; participatory security "
                "plans (PISCC); relational, inclusive, evidence-based policing.",
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
    named_regions=(
        ("Bajo Cauca y Nordeste Antioqueño", None),
        ("Montes de María", None),
        ("Sur de Córdoba", None),
        ("Catatumbo", None),
        ("Pacífico y Frontera Nariñense", None),
        ("Alto Patía y Norte del Cauca", "19"),
    ),
)

PROGRAMMES: tuple[Programme, ...] = (SOMOS_COMUNIDAD,)

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
