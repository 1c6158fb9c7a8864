"""What each column of a view's file means, in which unit, and what kind of value it holds.

One name has one meaning in all files, as in the tables it comes from.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from dashboard.language import LanguageCode
from pipeline import Text

Kind = Literal["string", "integer", "number", "boolean", "date"]
"""Types of Table Schema."""


class Meaning(NamedTuple):
    """What a column holds, its unit (none where it counts nothing), and of what kind it is."""

    text: Text
    unit: Text
    kind: Kind


_NONE: Final = Text("", "")
_OF_SERIES: Final = Text("la unidad de la serie", "the series' unit")
_RATE: Final = Text("por 100.000 personas-año", "per 100,000 person-years")
_PERCENT: Final = Text("por ciento", "percent")
_A_YEAR: Final = Text("por ciento al año", "percent a year")
_PROBABILITY: Final = Text("probabilidad", "probability")
_PEOPLE: Final = Text("personas", "persons")
_PLACES: Final = Text("municipios", "municipalities")
_YEARS: Final = Text("años", "years")
_RATIO: Final = Text("razón", "ratio")
_RANK: Final = Text("puesto", "rank")
_GROUPS: Final = Text("grupos", "groups")
_DENSITY: Final = Text("personas por km²", "persons per km²")
_OF_INDICATOR: Final = Text("la unidad del indicador", "the indicator's unit")
_WINDOWS: Final = Text("ventanas", "windows")


def _of(es: str, en: str, unit: Text = _NONE, kind: Kind | None = None) -> Meaning:
    """What has a unit is a number, and anything else a text, unless said otherwise."""
    return Meaning(Text(es, en), unit, kind or ("number" if unit is not _NONE else "string"))


def _day(es: str, en: str) -> Meaning:
    return _of(es, en, kind="date")


def _flag(es: str, en: str) -> Meaning:
    return _of(es, en, kind="boolean")


def _whole(es: str, en: str, unit: Text = _NONE) -> Meaning:
    return _of(es, en, unit, "integer")


_MEANINGS: Final[Mapping[str, Meaning]] = {
    "municipality_code": _of(
        "código DIVIPOLA de cinco dígitos, texto", "DIVIPOLA code of five digits, text"
    ),
    "municipality_name": _of("nombre oficial", "official name"),
    "department_code": _of(
        "código DIVIPOLA de dos dígitos, texto", "DIVIPOLA code of two digits, text"
    ),
    "department_name": _of("departamento del municipio", "department of the municipality"),
    "pdet_subregion": _of(
        "subregión PDET; vacía fuera de los 170", "PDET subregion; empty outside the 170"
    ),
    "period": _day(
        "el período, por el primer día suyo o de su último mes, como dice el rótulo",
        "the period, by the first day of it or of its last month, as the label says",
    ),
    "when": _of("el período en palabras", "the period in words"),
    "month": _day("primer día del mes", "first day of the month"),
    "year": _whole("año calendario", "calendar year"),
    "time_window": _of("duración del período", "length of the period"),
    "is_published": _flag(
        "si algo se publica o se dice aquí; si no, es desconocido, no cero",
        "whether anything is published or told here; if not, unknown, not zero",
    ),
    "events": _of("lo registrado en el período", "what was recorded in the period", _OF_SERIES),
    "earlier_events": _of(
        "lo registrado en el período anterior", "what was recorded in the period before", _OF_SERIES
    ),
    "population": _of(
        "residentes, la media sobre los días del período",
        "residents, the mean over the days of the period",
        _PEOPLE,
    ),
    "rate_per_100k": _of("tasa cruda", "crude rate", _RATE),
    "rate_lower_per_100k": _of(
        "límite inferior del 95 % de la tasa", "lower 95 % limit of the rate", _RATE
    ),
    "rate_upper_per_100k": _of(
        "límite superior del 95 % de la tasa", "upper 95 % limit of the rate", _RATE
    ),
    "smoothed_per_100k": _of(
        "tasa acercada a las del país, más cuanto menos hechos se esperan",
        "rate drawn towards those of the country, more so the fewer events are expected",
        _RATE,
    ),
    "smoothed_lower_per_100k": _of(
        "límite inferior creíble del 95 % de esa tasa", "its lower 95 % credible limit", _RATE
    ),
    "smoothed_upper_per_100k": _of(
        "límite superior creíble del 95 % de esa tasa", "its upper 95 % credible limit", _RATE
    ),
    "reliability": _of(
        "clase de la tasa cruda por su error estándar relativo: hasta 23 %, hasta 40 %, más",
        "class of the crude rate by its relative standard error: up to 23 %, up to 40 %, above",
    ),
    "years_to_reliable": _of(
        "años que hay que juntar hasta que la tasa sea confiable",
        "years to pool until the crude rate is reliable",
        _YEARS,
    ),
    "is_provisional": _flag(
        "si algún mes del período aún puede crecer", "whether some month may still grow"
    ),
    "is_partial": _flag(
        "si faltan meses del período", "whether months of the period are not published"
    ),
    "is_population_carried": _flag(
        "si algún mes usa la población del año anterior",
        "whether some month uses the population of the year before",
    ),
    "crosses_edition": _flag(
        "si el período mezcla dos ediciones de la población: no se compara",
        "whether the period mixes two editions of the population: it does not compare",
    ),
    "ratio": _of(
        "tasa posterior sobre tasa anterior; vacía donde no se compara",
        "later rate over earlier rate; empty where not comparable",
        _RATIO,
    ),
    "ratio_lower": _of("límite inferior del 95 % de la razón", "its lower 95 % limit", _RATIO),
    "ratio_upper": _of("límite superior del 95 % de la razón", "its upper 95 % limit", _RATIO),
    "percent": _of(
        "cambio de la tasa; vacío donde hay muy pocos hechos para decirlo",
        "change of the rate; empty where there are too few events to tell",
        _PERCENT,
    ),
    "word": _of("lo que se puede decir, en una palabra", "what may be said of it, in a word"),
    "refusal": _of("por qué no se nombra un cambio", "why no change is named"),
    "first_year": _whole("primer año del tramo", "first year of the span"),
    "last_year": _whole("último año del tramo", "last year of the span"),
    "cluster": _of(
        "lo que el lugar y sus vecinos son juntos; «not significant»: no se distingue del azar",
        "what the place and its neighbours are together; not significant: as chance would have it",
    ),
    "spot": _whole(
        "1 punto caliente, -1 punto frío, 0 ninguno", "1 hot spot, -1 cold spot, 0 neither"
    ),
    "adjusted_p": _of(
        "p ajustada por el número de lugares (falsos descubrimientos)",
        "p held to a false discovery rate over the places",
        _PROBABILITY,
    ),
    "rank_lower": _of("límite inferior del 95 % del puesto", "lower 95 % limit of the rank", _RANK),
    "rank_upper": _of("límite superior del 95 % del puesto", "upper 95 % limit of the rank", _RANK),
    "ranked": _whole("municipios clasificados", "municipalities that were ranked", _PLACES),
    "alike": _whole(
        "otros de los que no se puede distinguir",
        "others that it cannot be told apart from",
        _PLACES,
    ),
    "trend": _of("tendencia de la tasa, en una palabra", "trend of the rate, in a word"),
    "trend_first_year": _whole("primer año de la tendencia", "first year of the trend"),
    "trend_last_year": _whole("último año de la tendencia", "last year of the trend"),
    "change": _of(
        "cambio entre los dos períodos, en una palabra",
        "change between the two periods, in a word",
    ),
    "change_refusal": _of("por qué no se nombra un cambio", "why no change is named"),
    "change_from": _day(
        "último mes del período anterior", "last month of the earlier period of the change"
    ),
    "change_to": _day(
        "último mes del período posterior", "last month of the later period of the change"
    ),
    "change_percent": _of("ese cambio de la tasa", "that change of the rate", _PERCENT),
    "line": _of("lugar o grupo de la línea", "place or group of the line"),
    "code": _of(
        "código DIVIPOLA del lugar, texto; vacío en un grupo",
        "DIVIPOLA code of the place, text; empty for a group",
    ),
    "newest_window": _of(
        "de cuál de los dos habla la página: «year», el año calendario, o «rolling», doce meses",
        "of which of the two the page tells: year, the calendar year, or rolling, twelve months",
    ),
    "year_period": _day(
        "primer día del último mes del año completo más reciente que ya no crece",
        "first day of the last month of the newest whole year that will not grow",
    ),
    "rolling_period": _day(
        "primer día del último mes de los doce más recientes que ya no crecen",
        "first day of the last month of the newest twelve that will not grow",
    ),
    "trend_percent": _of("cambio de la tasa por año", "change of the rate a year", _A_YEAR),
    "trend_percent_lower": _of(
        "límite inferior del 95 % de ese cambio", "lower 95 % limit of that change", _A_YEAR
    ),
    "trend_percent_upper": _of(
        "límite superior del 95 % de ese cambio", "upper 95 % limit of that change", _A_YEAR
    ),
    "trend.percent": _of(
        "cambio de la tasa por año; vacío donde no se determina",
        "change of the rate a year; empty where not determined",
        _A_YEAR,
    ),
    "trend.percent_lower": _of(
        "límite inferior del 95 % de ese cambio", "lower 95 % limit of that change", _A_YEAR
    ),
    "trend.percent_upper": _of(
        "límite superior del 95 % de ese cambio", "upper 95 % limit of that change", _A_YEAR
    ),
    "evaluation.percent_lower": _of(
        "límite inferior del cambio junto al de los municipios de comparación; qué cabe en él lo "
        "dice limits",
        "lower limit of the change beside that of the compared; limits says what it holds",
        _PERCENT,
    ),
    "evaluation.percent_upper": _of(
        "límite superior del cambio junto al de los municipios de comparación; qué cabe en él lo "
        "dice limits",
        "upper limit of the change beside that of the compared; limits says what it holds",
        _PERCENT,
    ),
    "rank_period": _day(
        "primer día del último mes del año clasificado",
        "first day of the last month of the year that is ranked",
    ),
    "cluster_window": _of(
        "duración del mapa más reciente: «year», «pooled» (tres años) o «rolling» (doce meses)",
        "length of the newest map: year, pooled (three years) or rolling (twelve months)",
    ),
    "cluster_period": _day(
        "primer día del último mes de ese mapa", "first day of the last month of that map"
    ),
    "anomaly_month": _day(
        "el más reciente de los tres últimos meses que no es usual; si ninguno, el último",
        "the newest unusual one of the newest three months; if none is, the newest of them",
    ),
    "peer_code": _of(
        "código DIVIPOLA del municipio parecido, texto",
        "DIVIPOLA code of the similar municipality, text",
    ),
    "rate_before_per_100k": _of(
        "tasa de homicidio de los años por los que se eligió",
        "homicide rate of the years it was picked by",
        _RATE,
    ),
    "density_per_km2": _of("residentes por km²", "residents per km²", _DENSITY),
    "gap": _of(
        "lo contado menos lo que cuenta el primer publicador del mismo año; vacío en el primero y "
        "donde algún año no está completo",
        "counted less what the first publisher counts of the same year; empty for the first one "
        "and where either year is not whole",
        _OF_SERIES,
    ),
    "is_shown": _flag(
        "si es la entrega que se muestra aquí", "whether it is the release that is shown here"
    ),
    "indicator_id": _of("indicador, como en el catálogo", "indicator, as in the catalogue"),
    "indicator": _of("nombre del indicador", "name of the indicator"),
    "quarter": _day("primer día del trimestre", "first day of the quarter"),
    "value": _of("la cifra, como la dio la fuente", "the figure, as given", _OF_INDICATOR),
    "base": _whole(
        "de cuántos es el porcentaje; vacía si no lo es",
        "of how many the percent is; empty if it is none",
    ),
    "is_newest": _flag(
        "si es lo más reciente del indicador en el municipio",
        "whether it is the newest of the indicator in the municipality",
    ),
    "caveat": _of("qué tener en cuenta", "what to keep in mind"),
    "is_percent": _flag("si la cifra es un porcentaje", "whether the figure is a percent"),
    "start_date": _day("primer día", "first day"),
    "event": _of("qué ocurrió, o debía ocurrir", "what happened, or was to happen"),
    "result": _whole("número del resultado esperado", "number of the expected result"),
    "result_label": _of("resultado esperado", "expected result"),
    "first_month": _day("primer mes publicado", "first month published"),
    "last_complete_month": _day("último mes completo", "last complete month"),
    "reach": _of(
        "si la serie llega a los años del programa; vacío si los alcanza todos",
        "whether the series reaches the programme's years; empty if it reaches all",
    ),
    "added": _whole("los que la lista agregó", "that the list added", _PLACES),
    "dropped": _whole("los que la lista quitó", "that the list dropped", _PLACES),
    "is_official": _flag("si es la lista del programa", "whether it is the programme's own list"),
    "is_compiled": _flag(
        "si se reunió de informes públicos", "whether it was compiled from public reports"
    ),
    "is_current": _flag("si es la que se usa", "whether it is the one in use"),
    "years_after": _whole("años seguidos juntos", "years that are followed, pooled", _YEARS),
    "last_month": _day("último mes que se sigue", "last month that is followed"),
    "draws": _whole("grupos de placebo con resultado", "placebo groups with an outcome", _GROUPS),
    "first_window": _day(
        "primer mes después de la primera ventana de los grupos",
        "first month after the first window of the groups",
    ),
    "last_window": _day(
        "primer mes después de la última ventana de los grupos",
        "first month after the last window of the groups",
    ),
    "own": _of(
        "lo que siguió en el grupo documentado, sobre lo del resto del país; vacío si no se dice",
        "what followed in the documented group, over the rest of the country; empty if not told",
        _RATIO,
    ),
    "median": _of("la mitad de los grupos bajó más", "half of the groups fell more", _RATIO),
    "lower_95": _of("2,5 % de los grupos bajó más", "2.5 % of the groups fell more", _RATIO),
    "lower_80": _of("10 % de los grupos bajó más", "10 % of the groups fell more", _RATIO),
    "lower_50": _of("25 % de los grupos bajó más", "25 % of the groups fell more", _RATIO),
    "upper_50": _of("75 % de los grupos bajó más", "75 % of the groups fell more", _RATIO),
    "upper_80": _of("90 % de los grupos bajó más", "90 % of the groups fell more", _RATIO),
    "upper_95": _of("97,5 % de los grupos bajó más", "97.5 % of the groups fell more", _RATIO),
    "below": _of(
        "grupos de placebo que bajaron más que el documentado, o subieron menos",
        "placebo groups that fell more than the documented one, or rose less",
        _GROUPS,
    ),
    "below_without": _of(
        "lo mismo sin el municipio que más pesa",
        "the same without the municipality that weighs most",
        _GROUPS,
    ),
    "level": _of(
        "tasa anterior del grupo documentado sobre la del resto del país",
        "rate before of the documented group over that of the rest of the country",
        _RATIO,
    ),
    "placebo_level": _of(
        "lo mismo del grupo de placebo del medio", "the same of the median placebo group", _RATIO
    ),
    "places": _whole("municipios mirados", "municipalities that were looked at", _PLACES),
    "windows": _whole("ventanas de años", "windows of years", _WINDOWS),
    "windows_falling": _whole(
        "de ellas, en las que la tasa bajó", "of these, in which the rate fell", _WINDOWS
    ),
    "percent_mean": _of("cambio medio de la tasa", "mean change of the rate", _PERCENT),
    "group_id": _of("grupo, como en el catálogo", "group, as in the catalogue"),
    "group": _of("nombre del grupo", "name of the group"),
    "members": _whole("municipios del grupo", "municipalities of the group", _PLACES),
    "rate_without_largest_per_100k": _of(
        "tasa del grupo sin el municipio que más la mueve, que ningún archivo nombra",
        "rate of the group without the municipality that moves it most, which no file names",
        _RATE,
    ),
    "evaluated": _of("grupo evaluado", "group that is evaluated"),
    "estimator": _of("qué se calculó", "what was computed"),
    "question": _of("lo mismo en palabras", "the same in words"),
    "limits": _of(
        "qué cabe en los límites: 95 % del azar («chance»), otras decisiones («choices») o ambos",
        "what the limits hold: 95 % of chance, the estimates of other choices, or both",
    ),
    "compared": _whole("municipios de comparación", "municipalities beside them", _PLACES),
    "before_first": _day("primer mes de antes", "first month before"),
    "before_last": _day("último mes de antes", "last month before"),
    "after_first": _day("primer mes de después", "first month after"),
    "after_last": _day("último mes de después", "last month after"),
    "is_useless": _flag(
        "si los límites son demasiado anchos para servir, y no se dicen",
        "whether the limits are too wide to be of use, and are not told",
    ),
    "detectable_fall": _of(
        "baja que se habría visto, como parte de uno",
        "fall that would have been seen, as a share of one",
        Text("parte", "share"),
    ),
    "difference_lower": _of(
        "límite inferior del 95 % de la diferencia de tasas",
        "lower 95 % limit of the difference of rates",
        _RATE,
    ),
    "difference_upper": _of(
        "límite superior del 95 % de la diferencia de tasas",
        "upper 95 % limit of the difference of rates",
        _RATE,
    ),
    "verdict": _of(
        "lo que se puede decir del resultado, en una palabra",
        "what may be said of the outcome, in a word",
    ),
    "moran_i": _of(
        "I de Moran de las tasas del país", "Moran's I of the rates of the country", kind="number"
    ),
    "expected_i": _of("su valor sin agrupación", "its value without clustering", kind="number"),
    "p": _of("valor p de mapas barajados", "p-value of shuffled maps", _PROBABILITY),
    "places_named": _whole(
        "de ellos, los que el mapa nombra", "of these, named on the map", _PLACES
    ),
    "is_sparse": _flag(
        "si los hechos son tan raros que ningún lugar puede llamarse bajo",
        "whether events are so rare that no place can be named low",
    ),
    "permutations": _whole("cuántas veces se barajó, al menos", "times it was shuffled, at least"),
    "is_beyond_chance": _flag(
        "si los vecinos se parecen, o difieren, más de lo que explica el azar",
        "whether neighbours are alike, or differ, by more than chance explains",
    ),
    "next_expected": _day(
        "cuándo se espera la próxima entrega", "when the next release is expected"
    ),
    "asked_on": _day("cuándo se le preguntó por última vez", "when it was last asked"),
    "stale_since": _day(
        "desde cuándo no es lo más reciente; vacío si lo es",
        "since when it is not the newest; empty if it is",
    ),
    "stale_reason": _of("por qué", "why"),
    "check": _of("control, por su nombre", "check, by its name"),
    "law": _of("lo que vale de cada fila", "what holds of every row"),
    "series_id": _of("serie, como en el catálogo", "series, as in the catalogue"),
    "series": _of("nombre de la serie", "name of the series"),
    "expected": _of(
        "lo que los cinco años anteriores del lugar hacen esperar",
        "what the place's own five years before lead to expect",
        _OF_SERIES,
    ),
    "expected_lower": _of(
        "límite inferior del 95 % de lo esperado", "lower 95 % limit of it", _OF_SERIES
    ),
    "expected_upper": _of(
        "límite superior del 95 % de lo esperado", "upper 95 % limit of it", _OF_SERIES
    ),
    "anomaly": _of(
        "lo que el mes es junto a lo esperado", "what the month is beside its expectation"
    ),
    "judged": _whole("municipios juzgados", "municipalities that were judged", _PLACES),
    "not_determined": _whole(
        "municipios con muy poco pasado para juzgar",
        "municipalities with too little past to be judged",
        _PLACES,
    ),
    "high": _whole("municipios inusualmente altos", "municipalities named unusually high", _PLACES),
    "low": _whole(
        "municipios incompletos o bajos", "municipalities named incomplete or low", _PLACES
    ),
    "years_known": _whole("años con un mapa", "years with a map", _YEARS),
    "hot_years": _whole("años como punto caliente", "years as a hot spot", _YEARS),
    "cold_years": _whole("años como punto frío", "years as a cold spot", _YEARS),
    "pattern": _of("lo que suman esos años, en palabras", "what these years add up to, in words"),
    "programme_id": _of("programa, como en el catálogo", "programme, as in the catalogue"),
    "municipalities": _whole("cuántos municipios", "how many municipalities", _PLACES),
    "state": _of(
        "lo que se sabe; «candidate» y «no_evidence» nunca significan «sin cobertura»",
        "what is known; candidate and no_evidence never mean not covered",
    ),
    "evidence": _of("qué tan documentado está", "how well it is documented"),
    "component": _of("componente, si se conoce: 1, 2 o ambos", "component, where known"),
    "start_earliest": _day(
        "primer día en que pudo haber comenzado", "first day on which it may have begun"
    ),
    "start_latest": _day(
        "último día en que pudo haber comenzado; vacío si no se sabe",
        "last day on which it may have begun; empty where not known",
    ),
    "end_date": _day("fin, si se conoce", "end, if known"),
    "end_basis": _of(
        "si ese fin era el previsto («planned»), el real («actual») o no se sabe («unknown»)",
        "whether that end was planned, actual or is unknown",
    ),
    "is_named_region": _flag(
        "candidato en una región que un informe nombra", "a candidate in a region a report names"
    ),
    "source_title": _of("qué lo dice", "what says so"),
    "source_date": _of("cuándo se escribió", "when it was written"),
    "source_url": _of("dónde", "where"),
    "source_id": _of("fuente, como en el catálogo", "source, as in the catalogue"),
    "publisher": _of("quién lo publica", "who publishes it"),
    "title": _of("título del publicador", "the publisher's own title"),
    "citation": _of("cómo quiere ser citado", "how the publisher wants to be cited"),
    "licence": _of("términos de uso", "terms of use"),
    "cut_date": _day("hasta cuándo contó el publicador", "up to when the publisher counted"),
    "retrieved_date": _day("cuándo se trajo", "when it was retrieved"),
    "is_bundled": _flag(
        "si viene de los datos incluidos con el código",
        "whether it comes from the snapshot that travels with the code",
    ),
    "dataset": _of("conjunto de datos de la fuente", "dataset within the source"),
    "table_name": _of("tabla", "table"),
    "grain": _of("qué es una fila", "what one row is"),
    "column_name": _of("columna", "column"),
    "type": _of("tipo en la base", "type in the warehouse"),
    "unit": _of("unidad", "unit"),
    "range": _of("valores que puede tomar", "values it may take"),
    "meaning": _of("significado, en inglés", "meaning"),
}
_OF_YEAR: Final = re.compile(r"(rate|count)_(\d{4})")
_OF_YEAR_MEANINGS: Final = {
    "rate": _of("tasa cruda de ese año", "crude rate of that year", _RATE),
    "count": _of("lo registrado en ese año", "what was recorded in that year", _OF_SERIES),
}
_PREFIXES: Final[Mapping[str, Text]] = {
    "year": Text(
        "del año completo más reciente que ya no crece", "of the newest whole year that stands"
    ),
    "rolling": Text(
        "de los doce meses más recientes que ya no crecen", "of the newest twelve months that stand"
    ),
    "own": Text("del municipio de la página", "of the municipality of the page"),
    "pattern": Text("de los puntos calientes y fríos", "of the hot and cold spots"),
    "anomaly": Text("de ese mes", "of that month"),
}
"""What a part of a name before another column's name adds to the meaning of that column."""


def meaning(name: str, language: LanguageCode, subject: str = "") -> tuple[str, str]:
    """What a column means, and its unit.

    Parameters
    ----------
    name
        Of the column.
    language
        In which it is told.
    subject
        What the table is of, where a name means something of its own there.

    Examples
    --------
    >>> meaning("rate_2019", "en")
    ('crude rate of that year', 'per 100,000 person-years')
    >>> meaning("own_population", "en")[0]
    'residents, the mean over the days of the period; of the municipality of the page'
    >>> meaning("percent", "en")[1], meaning("percent", "en", "trend")[1]
    ('percent', 'percent a year')
    """
    found, more = _found(name, subject)
    text = found.text[language]
    return f"{text}; {more[language]}" if more else text, found.unit[language]


def kind(name: str, subject: str = "") -> Kind:
    """Of what kind the values of a column are.

    Examples
    --------
    >>> kind("municipality_code"), kind("rank_period"), kind("year_events")
    ('string', 'date', 'number')
    """
    return _found(name, subject)[0].kind


def _found(name: str, subject: str) -> tuple[Meaning, Text | None]:
    """The meaning of a column, and what a prefix of its name adds to it."""
    yearly = _OF_YEAR.fullmatch(name)
    if yearly:
        return _OF_YEAR_MEANINGS[yearly[1]], None
    for key in (f"{subject}.{name}", name):
        if key in _MEANINGS:
            return _MEANINGS[key], None
    prefix, _underscore, rest = name.partition("_")
    return _MEANINGS[rest], _PREFIXES[prefix]
