"""What a programme may tell of its work by municipality and quarter, declared once.

The contract of programme data, its check and what pages say of it come from these declarations. A
standard name stands only where the indicator is that very one.
"""

from dataclasses import dataclass
from typing import Final

from pipeline.catalog.text import Text

SMALL_CELL: Final = (1, 2)
"""Counts of people or of organisations that could name them: never public.

The usual floor of three of statistical disclosure control: whoever is one of two knows the other.
"""

SMALLEST_SURVEY: Final = 30
"""Persons asked, below whom a percent of them is not published: the atlas's own rule."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something that a programme counts or asks, of a municipality and a quarter."""

    id: str
    label: Text
    unit: Text
    counts: Text
    """What is counted, and what is not."""
    belongs: Text
    """The part of the programme it belongs to, as far as that was published."""
    is_percent: bool = False
    """A percent of what `base` of its row says; else a whole number."""
    is_guarded: bool = False
    """It counts people or organisations, so that a small cell may name one."""
    smallest_base: int = 0
    """Of a percent: below this base it is not public."""
    caveat: Text | None = None
    standard: str | None = None
    """Name in a published standard; only where the definition is the same."""


_ORGANISATIONS: Final = Text("organizaciones", "organisations")
_FIRST: Final = Text("componente 1", "component 1")
_SECOND: Final = Text("componente 2", "component 2")
_UNSAID: Final = Text("no se publicó a qué componente", "to which component was not published")

INDICATORS: Final[tuple[Indicator, ...]] = (
    Indicator(
        id="organisations_strengthened",
        label=Text("Organizaciones fortalecidas", "Organisations strengthened"),
        unit=_ORGANISATIONS,
        counts=Text(
            "organizaciones que terminaron el fortalecimiento en el trimestre, cada una una vez",
            "organisations that completed the strengthening in the quarter, each once",
        ),
        belongs=_FIRST,
        is_guarded=True,
    ),
    Indicator(
        id="organisations_improved",
        label=Text(
            "Organizaciones que mejoraron en el OPI", "Organisations that improved on the OPI"
        ),
        unit=Text("% de las organizaciones medidas", "% of the organisations measured"),
        counts=Text(
            "de las medidas dos veces con el índice de desempeño organizacional (OPI), las que "
            "mejoraron (base: las medidas)",
            "of those measured twice on the Organizational Performance Index (OPI), those that "
            "improved (base: those measured)",
        ),
        belongs=_FIRST,
        is_percent=True,
        is_guarded=True,
        smallest_base=SMALL_CELL[-1] + 1,
        standard="CBLD-9",
    ),
    Indicator(
        id="security_plans",
        label=Text("Planes de seguridad (PISCC)", "Security plans (PISCC)"),
        unit=Text("planes", "plans"),
        counts=Text(
            "planes integrales de seguridad y convivencia del municipio adoptados en el trimestre",
            "comprehensive plans of security and coexistence that the municipality adopted in the "
            "quarter",
        ),
        belongs=_SECOND,
    ),
    Indicator(
        id="trainings",
        label=Text("Formaciones realizadas", "Trainings held"),
        unit=Text("formaciones", "trainings"),
        counts=Text(
            "formaciones terminadas, no las personas", "trainings that ended, not the people"
        ),
        belongs=_UNSAID,
    ),
    Indicator(
        id="dialogues",
        label=Text("Diálogos realizados", "Dialogues held"),
        unit=Text("diálogos", "dialogues"),
        counts=Text("encuentros realizados, no las personas", "meetings held, not the people"),
        belongs=_UNSAID,
    ),
    Indicator(
        id="people_in_dialogues",
        label=Text("Personas en diálogos", "People in dialogues"),
        unit=Text("personas", "people"),
        counts=Text(
            "personas que asistieron en el trimestre, cada una una vez",
            "people who attended in the quarter, each once",
        ),
        belongs=_UNSAID,
        is_guarded=True,
    ),
    Indicator(
        id="self_protection_models",
        label=Text("Modelos de autoprotección", "Self-protection models"),
        unit=Text("modelos", "models"),
        counts=Text(
            "modelos acordados en el trimestre, cada uno de una comunidad u organización",
            "models agreed in the quarter, each of a community or an organisation",
        ),
        belongs=Text("componente 1, resultado 1", "component 1, result 1"),
        is_guarded=True,
    ),
    Indicator(
        id="feels_safer",
        label=Text("Dicen sentirse más seguros", "Say that they feel safer"),
        unit=Text("% de las personas encuestadas", "% of the people asked"),
        counts=Text(
            "de quienes respondieron la encuesta, quienes dicen sentirse más seguros (base: "
            "quienes respondieron)",
            "of those who answered the survey, those who say that they feel safer (base: those who "
            "answered)",
        ),
        belongs=_UNSAID,
        is_percent=True,
        is_guarded=True,
        smallest_base=SMALLEST_SURVEY,
        caveat=Text(
            "Son las personas encuestadas: no es una muestra de la población.",
            "These are the people asked: not a sample of the population.",
        ),
    ),
)


def is_small_cell(indicator: Indicator, value: float, base: float | None) -> bool:
    """Whether a value counts so few people or organisations that it is never public.

    Parameters
    ----------
    indicator
        What it says.
    value
        A count, or a percent from 0 to 100.
    base
        What a percent is of; None of a count.

    Returns
    -------
    bool
        Of a percent: also where its base is too small, or where all but one or two answered alike.
    """
    if base is None:
        return indicator.is_guarded and value in SMALL_CELL
    those = round(value * base / 100)
    is_few = those in SMALL_CELL or round(base) - those in SMALL_CELL
    return base < indicator.smallest_base or (indicator.is_guarded and is_few)
