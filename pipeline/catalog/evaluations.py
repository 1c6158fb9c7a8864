"""What an evaluation may say, in a reader's words: verdicts, what was tried, and the limits.

Methods, papers and proofs stand in docs/methods.md, false alarms in docs/placebo-programmes.md.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipeline.catalog.text import Text

EVALUATION_VERDICTS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "cannot tell": Text(
            "Los datos no permiten saberlo. No se ve diferencia, y una baja tan grande como la que "
            "sería plausible tampoco se habría visto.",
            "The data cannot tell. No difference is seen, and a fall as large as is plausible "
            "would not have been seen either.",
        ),
        "no difference seen": Text(
            "No se ve diferencia, aunque una baja plausible probablemente se habría visto.",
            "No difference is seen, although a plausible fall would probably have been seen.",
        ),
        "tests disagree": Text(
            "Las pruebas no coinciden: una ve una diferencia y otra no. Sobre esto no se puede "
            "construir nada.",
            "The tests disagree: one sees a difference and another does not. Nothing may be built "
            "on it.",
        ),
        "leans": Text(
            "Las pruebas ven una diferencia, pero desaparece si los lugares se habrían separado "
            "solos la mitad de lo que se separaban antes. Es una pista, no un resultado.",
            "The tests see a difference, but it vanishes if places would have parted by themselves "
            "half as much as they did before. It is a lead, not a result.",
        ),
        "stands": Text(
            "Las pruebas ven una diferencia y resiste dudas moderadas. Aun así no prueba que el "
            "programa sea la causa.",
            "The tests see a difference, and it outlives mild doubts. Even so it does not prove "
            "that the programme is the cause.",
        ),
    }
)
"""By the word of ``mart.evaluation_verdict``."""

EVALUATION_REFUSALS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "months not published": Text(
            "No se evalúa: faltan meses publicados.", "Not evaluated: months are not published."
        ),
        "two editions of the population": Text(
            "No se evalúa: se mezclarían dos ediciones de la población.",
            "Not evaluated: two editions of the population would be mixed.",
        ),
        "too few places": Text(
            "No se evalúa: hay muy pocos lugares para comparar.",
            "Not evaluated: too few places can be compared.",
        ),
        "too few places with events": Text(
            "No se evalúa: en muy pocos de los lugares hubo algún hecho.",
            "Not evaluated: too few of the places had any event.",
        ),
        "too few periods": Text(
            "No se evalúa: hay muy pocos períodos anteriores.",
            "Not evaluated: too few earlier periods are known.",
        ),
        "starts not dated": Text(
            "No se evalúa: ninguna lista oficial fecha el comienzo en cada municipio.",
            "Not evaluated: no official list dates the start in each municipality.",
        ),
        "component unknown": Text(
            "No se evalúa: no se sabe qué componente llegó a cada municipio.",
            "Not evaluated: which component reached which municipality is not known.",
        ),
    }
)
"""By the word of the column `refusal`."""

EVALUATION_ESTIMATORS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "recommended": Text("Prueba recomendada", "Recommended test"),
        "randomisation": Text(
            "Junto a programas imaginarios en lugares parecidos",
            "Beside imaginary programmes in similar places",
        ),
        "randomisation_together": Text(
            "Lo mismo, con lugares igual de juntos", "The same, with places as close together"
        ),
        "score_bootstrap": Text("Remuestreo de signos", "Bootstrap of signs"),
        "poisson_fixed_effects": Text(
            "Regresión usual, cada hecho cuenta igual", "Usual regression, every event counts alike"
        ),
        "linear_wild_bootstrap": Text(
            "Diferencia de las tasas promedio", "Difference of mean rates"
        ),
        "start_dates": Text("Otros trimestres de comienzo", "Other quarters of the start"),
        "leave_one_out": Text("Sin uno de los lugares", "Without one of the places"),
        "trends_relative_0": Text("Si nada los separara", "If nothing parted them"),
        "trends_relative_0.5": Text(
            "Si se separan la mitad que antes", "If they part half as much as before"
        ),
        "trends_relative_1": Text("Si se separan como antes", "If they part as much as before"),
        "trends_straight": Text("Si se separan en línea recta", "If they part in a straight line"),
        "coverage_sampled": Text(
            "Los 35, con 21 candidatos al azar", "All 35, with 21 candidates at random"
        ),
        "coverage_likelier": Text(
            "Los 35, con 21 de los más probables", "All 35, with 21 of the likelier ones"
        ),
        "coverage_extreme": Text(
            "Los 35, en los dos casos extremos", "All 35, in the two extreme cases"
        ),
        "detectable": Text("Qué baja se habría visto", "What fall would have been seen"),
        "staggered": Text("Comienzos escalonados", "Staggered starts"),
        "staggered_not_yet_treated": Text(
            "Lo mismo, también junto a los que aún no empezaban",
            "The same, also beside those yet to start",
        ),
        "staggered_interaction_weighted": Text(
            "Comienzos escalonados, por regresión", "Staggered starts, by regression"
        ),
        "staggered_component_1": Text(
            "Comienzos escalonados, componente 1", "Staggered starts, component 1"
        ),
        "staggered_component_2": Text(
            "Comienzos escalonados, componente 2", "Staggered starts, component 2"
        ),
    }
)
"""By the word of the column `estimator`."""

EVALUATION_LIMITS: Final = (
    Text(
        "Habla de los diez lugares que dos fuentes confirman desde el comienzo, no de los 35.",
        "It speaks of the ten places that two sources confirm from the start, not of all 35.",
    ),
    Text(
        "Los lugares no se sortearon: se eligieron porque eran violentos, y los de comparación "
        "pueden diferir en lo que ninguna cifra recoge.",
        "Places were not drawn by lot: they were chosen because they were violent, and those "
        "beside them may differ in what no figure holds.",
    ),
    Text(
        "Lo que pasó a la vez y solo en unos de ellos (un grupo armado, una tregua, otro programa) "
        "no se puede separar.",
        "What happened at the same time in only some of them (an armed group, a truce, another "
        "programme) cannot be told apart.",
    ),
    Text(
        "Los meses anteriores incluyen la pandemia, y los posteriores empiezan cuando cambia la "
        "definición de homicidio: la comparación lo descuenta solo si pesó igual en todas partes.",
        "The months before hold the pandemic, and those after begin when the definition of "
        "homicide changes: comparing takes this out only if it weighed the same everywhere.",
    ),
    Text(
        "Diez lugares, algunos de ellos vecinos, son pocas observaciones; unos pocos tienen la "
        "mayoría de los hechos, y según cómo se pesen cambia la cifra.",
        "Ten places, several of them neighbours, are few observations; a few of them have most of "
        "the events, and how they are weighed changes the figure.",
    ),
    Text(
        "Mide hechos registrados. No mide confianza, protección ni los demás resultados que el "
        "programa buscaba.",
        "It measures recorded events. It does not measure trust, protection or the other results "
        "that the programme aimed at.",
    ),
)
"""What stands beside every estimate."""
