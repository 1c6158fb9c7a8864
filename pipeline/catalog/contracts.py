"""What a file that a holder of programme data brings must say, declared once.

The check of a file, its template, the notes in the template and the page of documentation all come
from these declarations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from pipeline.catalog.indicators import INDICATORS, Indicator
from pipeline.catalog.programmes import PROGRAMMES, Extent
from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.text import Text


class Cell(Enum):
    """What the cells of a column hold."""

    TEXT = auto()
    TERM = auto()
    """One of the declared words."""
    MUNICIPALITY = auto()
    DATE = auto()
    """A day, as 2020-10-01."""
    QUARTER = auto()
    """Three months from January, April, July or October, as 2024-Q3."""
    NUMBER = auto()
    """A number that is not below zero."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a file: what it says, what it may say, who may see it.

    Attributes
    ----------
    name
        Head of the column.
    cell
        What its cells hold.
    meaning
        What it says.
    example
        How a cell may look; of no place in particular.
    terms
        The words it may say, each with what it means; for `Cell.TERM`.
    is_required
        Whether a cell may not be empty.
    sensitivity
        Who may see it.
    """

    name: str
    cell: Cell
    meaning: Text
    example: str
    terms: Mapping[str, Text] = field(default_factory=dict)
    is_required: bool = False
    sensitivity: Sensitivity = Sensitivity.PUBLIC

    @property
    def allowed(self) -> Text:
        """What a cell may say, in words."""
        kinds = {
            Cell.TEXT: Text("texto", "text"),
            Cell.TERM: Text(", ".join(self.terms), ", ".join(self.terms)),
            Cell.MUNICIPALITY: Text(
                "código DIVIPOLA de cinco dígitos, como texto",
                "DIVIPOLA code of five digits, as text",
            ),
            Cell.DATE: Text("fecha AAAA-MM-DD", "date YYYY-MM-DD"),
            Cell.QUARTER: Text(
                "trimestre calendario, AAAA-Q1 a AAAA-Q4", "calendar quarter, YYYY-Q1 to YYYY-Q4"
            ),
            Cell.NUMBER: Text(
                "número, cero o más, con punto decimal", "number, zero or more, with a point"
            ),
        }
        allowed = kinds[self.cell]
        if self.is_required:
            return allowed
        return Text(f"{allowed.es}; o vacío", f"{allowed.en}; or empty")


@dataclass(frozen=True, slots=True)
class Contract:
    """One kind of file: its name, what a row is, and its columns in order."""

    id: str
    """Also the id of the source that its files belong to."""
    file: str
    """Name of the file without its ending; whatever follows it is free."""
    title: Text
    grain: Text
    fields: tuple[Field, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Heads of the columns, in order."""
        return tuple(one.name for one in self.fields)


PROGRAMME: Final = Field(
    "programme_id",
    Cell.TERM,
    Text("programa al que pertenece la fila", "programme that the row belongs to"),
    "somos_comunidad",
    {one.id: one.label for one in PROGRAMMES if one.extent is Extent.LIST},
    is_required=True,
)
MUNICIPALITY: Final = Field(
    "municipality_code",
    Cell.MUNICIPALITY,
    Text(
        "municipio: la unidad más fina, siempre; ni vereda ni sede",
        "municipality: the finest unit, always; no hamlet, no office",
    ),
    "05001",
    is_required=True,
)

COVERAGE: Final = Contract(
    id="coverage",
    file="somos_comunidad_coverage",
    title=Text("Lista de cobertura", "Coverage list"),
    grain=Text(
        "una fila por programa y municipio donde trabaja",
        "one row per programme and municipality where it works",
    ),
    fields=(
        PROGRAMME,
        MUNICIPALITY,
        Field(
            "state",
            Cell.TERM,
            Text("qué se sabe del municipio", "what is known of the municipality"),
            "covered",
            {
                "documented": Text("una fuente lo nombra", "a source names it"),
                "covered": Text(
                    "la lista del propio programa lo nombra", "the programme's own list names it"
                ),
            },
            is_required=True,
        ),
        Field(
            "evidence",
            Cell.TERM,
            Text(
                "en qué se basa; si todas las filas dicen official, la lista es completa y los "
                "demás municipios de sus departamentos quedan como no cubiertos",
                "what it rests on; if every row says official, the list is complete and the other "
                "municipalities of its departments are not covered",
            ),
            "official",
            {
                "confirmed": Text("varias fuentes", "several sources"),
                "official": Text("la lista del programa", "the programme's list"),
                "reported": Text(
                    "una noticia, cuya fecha no es un comienzo", "a report, whose date is no start"
                ),
            },
            is_required=True,
        ),
        Field(
            "component",
            Cell.TERM,
            Text("componente que llegó allí, si se sabe", "component that reached it, if known"),
            "both",
            {
                "1": Text("componente 1", "component 1"),
                "2": Text("componente 2", "component 2"),
                "both": Text("los dos", "both of them"),
            },
        ),
        Field(
            "start_date",
            Cell.DATE,
            Text(
                "comienzo del trabajo allí; de un mes o un año, su primer día; se muestra a lo "
                "sumo el trimestre",
                "start of the work there; of a month or a year its first day; no more than the "
                "quarter is shown",
            ),
            "2022-03-01",
            sensitivity=Sensitivity.INTERNAL,
        ),
        Field(
            "start_precision",
            Cell.TERM,
            Text("con qué exactitud se conoce el comienzo", "how exactly the start is known"),
            "month",
            {
                "day": Text("ese día", "that day"),
                "month": Text("algún día de ese mes", "some day of that month"),
                "unknown": Text("no se conoce; start_date vacío", "not known; no start_date"),
                "year": Text("algún día de ese año", "some day of that year"),
            },
            is_required=True,
            sensitivity=Sensitivity.INTERNAL,
        ),
        Field(
            "end_date",
            Cell.DATE,
            Text("fin del trabajo allí, si se conoce", "end of the work there, if known"),
            "2025-09-30",
        ),
        Field(
            "end_basis",
            Cell.TERM,
            Text("en qué se basa el fin", "what the end rests on"),
            "planned",
            {
                "actual": Text("terminó ese día", "it ended that day"),
                "planned": Text("fin previsto", "planned end"),
                "unknown": Text("no se conoce", "not known"),
            },
            is_required=True,
        ),
        Field(
            "source_title",
            Cell.TEXT,
            Text("la fuente que lo dice, nunca una persona", "the source that says so, no person"),
            "Lista del programa, versión 3",
            is_required=True,
        ),
        Field(
            "source_url",
            Cell.TEXT,
            Text("dirección web pública de la fuente", "public web address of the source"),
            "https://example.org/lista",
        ),
        Field(
            "source_date",
            Cell.TEXT,
            Text("fecha de la fuente", "date of the source"),
            "2025-06-30",
        ),
        Field(
            "note",
            Cell.TEXT,
            Text(
                "notas de quien lleva la lista; no se muestran",
                "notes of whoever keeps the list; not shown",
            ),
            "reemplaza la versión 2",
            sensitivity=Sensitivity.INTERNAL,
        ),
    ),
)


def _explained(one: Indicator) -> Text:
    """An indicator as a reader of its contract must know it."""
    es, en = ([one.label[code], one.counts[code], one.belongs[code]] for code in ("es", "en"))
    if one.standard:
        es.append(f"nombre estándar {one.standard}")
        en.append(f"standard name {one.standard}")
    return Text(", ".join(es), ", ".join(en))


PROGRAMME_DATA: Final = Contract(
    id="programme_data",
    file="somos_comunidad_data",
    title=Text("Datos del programa", "Programme data"),
    grain=Text(
        "una fila por programa, indicador, municipio y trimestre; nunca una persona ni una "
        "organización",
        "one row per programme, indicator, municipality and quarter; never a person or an "
        "organisation",
    ),
    fields=(
        PROGRAMME,
        Field(
            "indicator_id",
            Cell.TERM,
            Text("qué se cuenta o se preguntó", "what is counted or was asked"),
            "trainings",
            {one.id: _explained(one) for one in INDICATORS},
            is_required=True,
        ),
        MUNICIPALITY,
        Field(
            "quarter",
            Cell.QUARTER,
            Text(
                "el trimestre en que ocurrió, de los años del programa",
                "the quarter in which it happened, of the programme's years",
            ),
            "2024-Q3",
            is_required=True,
        ),
        Field(
            "value",
            Cell.NUMBER,
            Text(
                "un número entero o, si el indicador es un porcentaje, de 0 a 100; lo que no se "
                "sabe no lleva fila: cero es cero",
                "a whole number or, where the indicator is a percentage, 0 to 100; what is not "
                "known has no row: zero is zero",
            ),
            "12",
            is_required=True,
        ),
        Field(
            "base",
            Cell.NUMBER,
            Text(
                "de un porcentaje, de cuántas personas u organizaciones; si no, vacío",
                "of a percentage, of how many people or organisations; else empty",
            ),
            "240",
        ),
        Field(
            "sensitivity",
            Cell.TERM,
            Text(
                "quién puede ver la fila; vacío significa internal",
                "who may see the row; empty means internal",
            ),
            "internal",
            {
                "internal": Text(
                    "se revisa y no entra a la base", "checked, and does not enter the warehouse"
                ),
                "public": Text(
                    "todos pueden verla; no vale para uno o dos (personas, organizaciones o "
                    "modelos) ni para encuestas a menos de 30",
                    "everybody may see it; not allowed for one or two (people, organisations or "
                    "models), nor for surveys of fewer than 30",
                ),
            },
        ),
        Field(
            "source_title",
            Cell.TEXT,
            Text(
                "el documento que lo dice, nunca una persona",
                "the document that says so, no person",
            ),
            "Informe trimestral 12",
            is_required=True,
        ),
        Field(
            "source_date",
            Cell.TEXT,
            Text("fecha del documento", "date of the document"),
            "2024-10-31",
        ),
        Field(
            "note",
            Cell.TEXT,
            Text(
                "notas de quien lleva los datos; no se muestran",
                "notes of whoever keeps the data; not shown",
            ),
            "dato preliminar",
            sensitivity=Sensitivity.INTERNAL,
        ),
    ),
)

CONTRACTS: Final[tuple[Contract, ...]] = (COVERAGE, PROGRAMME_DATA)
