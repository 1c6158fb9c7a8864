"""What is computed from the figures, in a reader's words: what it answers, and what it does not.

Formulas, papers and checks stand in docs/methods.md.
"""

from dataclasses import dataclass
from typing import Final

from pipeline.catalog.text import Text


@dataclass(frozen=True, slots=True)
class Estimator:
    """One way of reading the figures.

    Attributes
    ----------
    label
        Its plain name.
    term
        Its name among statisticians.
    answers
        The question it answers.
    not_for
        What it must not be used for.
    """

    label: Text
    term: Text
    answers: Text
    not_for: Text


ESTIMATORS: Final = (
    Estimator(
        Text("Tasa y su intervalo", "Rate and its interval"),
        Text("tasa bruta con límites exactos de Poisson", "crude rate with exact Poisson limits"),
        Text(
            "Cuántos hechos se registraron por cada 100.000 habitantes en un año, y entre qué "
            "valores puede estar la tasa si solo el azar la mueve.",
            "How many events were recorded per 100,000 residents in a year, and between which "
            "values the rate may lie if chance alone moves it.",
        ),
        Text(
            "Ordenar municipios pequeños: en ellos la tasa salta por azar.",
            "Putting small municipalities in order: there the rate jumps by chance.",
        ),
    ),
    Estimator(
        Text("Intervalo de víctimas en grupo", "Interval of victims in groups"),
        Text("límites de Poisson compuesto", "compound Poisson limits"),
        Text(
            "Lo mismo, donde un solo hecho deja muchas víctimas: el intervalo es más ancho.",
            "The same where one event makes many victims: the interval is wider.",
        ),
        Text(
            "Series en las que cada fila es un hecho aparte.",
            "Series in which every row is an event of its own.",
        ),
    ),
    Estimator(
        Text("Qué tan firme es una tasa", "How steady a rate is"),
        Text("error estándar relativo", "relative standard error"),
        Text(
            "Si hay hechos suficientes para fiarse de la tasa, y cuántos años habría que juntar.",
            "Whether there are enough events to rely on the rate, and how many years to pool.",
        ),
        Text(
            "Decidir qué cifras se pueden publicar: los conteos son públicos.",
            "Deciding which figures may be published: the counts are public.",
        ),
    ),
    Estimator(
        Text("Tasa suavizada", "Smoothed rate"),
        Text("estimador bayesiano empírico", "empirical-Bayes estimator"),
        Text(
            "La tasa que mejor se compara entre municipios de distinto tamaño: acerca las tasas de "
            "pocos hechos a la del conjunto.",
            "The rate that best compares between municipalities of different size: it draws rates "
            "of few events towards that of all.",
        ),
        Text(
            "Seguir un municipio en el tiempo, ni buscar conglomerados en el mapa.",
            "Following one municipality over time, nor looking for clusters on the map.",
        ),
    ),
    Estimator(
        Text("Cambio entre dos períodos", "Change between two periods"),
        Text("razón de tasas condicional", "conditional rate ratio"),
        Text(
            "Si la tasa subió o bajó más de lo que explica el azar. Con pocos hechos no se dice.",
            "Whether the rate rose or fell by more than chance explains. With few events nothing "
            "is said.",
        ),
        Text(
            "Un antes y después del programa: los lugares elegidos por violentos bajan solos.",
            "A before and after of the programme: places chosen for being violent fall by "
            "themselves.",
        ),
    ),
    Estimator(
        Text("Tendencia", "Trend"),
        Text("pendiente log-lineal cuasi-Poisson", "quasi-Poisson log-linear slope"),
        Text(
            "Si la tasa sube, baja o se queda quieta en los años que se comparan entre sí.",
            "Whether the rate rises, falls or stays over the years that compare with one another.",
        ),
        Text(
            "Pronosticar, ni pasar por encima de un cambio de definición.",
            "Forecasting, nor reading across a change of definition.",
        ),
    ),
    Estimator(
        Text("Puesto con su rango", "Rank with its range"),
        Text("rangos de una distribución posterior", "ranks from posterior draws"),
        Text(
            "Entre qué puestos puede estar un municipio, y de cuántos otros no se distingue.",
            "Between which ranks a municipality may lie, and from how many others it cannot be "
            "told apart.",
        ),
        Text(
            "Nombrar al más peligroso: los primeros puestos rara vez se distinguen.",
            "Naming the most dangerous one: the first ranks can rarely be told apart.",
        ),
    ),
    Estimator(
        Text("Conglomerados", "Clusters"),
        Text("Moran local y Gi*", "local Moran and Gi*"),
        Text(
            "Dónde se juntan tasas altas, o bajas, más de lo que explica el azar.",
            "Where high rates, or low ones, lie together by more than chance explains.",
        ),
        Text(
            "Decir que la violencia se contagia de un vecino a otro.",
            "Saying that violence spreads from one neighbour to the next.",
        ),
    ),
    Estimator(
        Text("Puntos calientes y fríos", "Hot and cold spots"),
        Text(
            "puntos calientes emergentes con Mann-Kendall", "emerging hot spots with Mann-Kendall"
        ),
        Text(
            "Si un foco es nuevo, dura, crece o se apaga a lo largo de los años.",
            "Whether a hot spot is new, lasts, grows or fades over the years.",
        ),
        Text(
            "Series cuya definición cambió en esos años.",
            "Series whose definition changed within those years.",
        ),
    ),
    Estimator(
        Text("Meses inusuales", "Unusual months"),
        Text("algoritmo de Farrington flexible", "flexible Farrington algorithm"),
        Text(
            "Si los últimos tres meses salen de lo que hace esperar el pasado del mismo lugar.",
            "Whether the newest three months leave what the place's own past leads to expect.",
        ),
        Text(
            "Alarmas: los meses nuevos aún crecen, y una subida lenta no se ve así.",
            "Alarms: new months still grow, and a slow rise is not seen this way.",
        ),
    ),
    Estimator(
        Text("Lugares parecidos", "Similar places"),
        Text("vecinos por distancia de Mahalanobis", "nearest by Mahalanobis distance"),
        Text(
            "Qué municipios de fuera se parecían antes de 2020 en tasa, tamaño y densidad.",
            "Which municipalities elsewhere were alike before 2020 in rate, size and density.",
        ),
        Text(
            "Medir el efecto del programa: es una descripción.",
            "Measuring the programme's effect: it is a description.",
        ),
    ),
    Estimator(
        Text("Fuentes lado a lado", "Publishers side by side"),
        Text("diferencia con signo de Bland y Altman", "signed gap after Bland and Altman"),
        Text(
            "Cuánto se apartan dos entidades que cuentan lo mismo, y si se mueven igual.",
            "How far apart two publishers of the same events count, and whether they move alike.",
        ),
        Text(
            "Decidir cuál cuenta bien: la diferencia mezcla definición, demora y error.",
            "Deciding which one counts right: the gap mixes definition, delay and error.",
        ),
    ),
)
"""In the order in which a reader meets them."""

LIMITS: Final = (
    Text(
        "Son hechos registrados: donde se denuncia más, se cuenta más.",
        "These are recorded events: where more is reported, more is counted.",
    ),
    Text(
        "Lo que no se publica es desconocido, nunca cero.",
        "What is not published is unknown, never zero.",
    ),
    Text(
        "Las cifras de los últimos meses crecen en versiones posteriores; se marcan provisionales.",
        "Figures of the newest months grow in later releases; they are marked provisional.",
    ),
    Text(
        "El municipio es la unidad más fina: nada de aquí habla de veredas, personas u "
        "organizaciones.",
        "The municipality is the finest unit: nothing here speaks of villages, people or "
        "organisations.",
    ),
    Text(
        "Donde no se conoce la cobertura del programa no se dice que falte.",
        "Where the programme's coverage is not known, nothing says that it is missing.",
    ),
    Text(
        "Nada de aquí mide el efecto del programa, pronostica, ni nombra al lugar más peligroso.",
        "Nothing here measures the programme's effect, forecasts, or names the most dangerous "
        "place.",
    ),
)
"""What every figure of the atlas shares."""
