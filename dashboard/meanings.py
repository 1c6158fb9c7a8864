"""What each column of a view's file means and in which unit, in both languages.

One name has one meaning in all files, as in the tables it comes from.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from dashboard.language import LanguageCode
from pipeline import Text


class Meaning(NamedTuple):
    """What a column holds, and its unit; no unit where it counts nothing."""

    text: Text
    unit: Text = Text("", "")


_OF_SERIES: Final = Text("la unidad de la serie", "the series' unit")
_RATE: Final = Text("por 100.000 personas-año", "per 100,000 person-years")
_PERCENT: Final = Text("por ciento", "percent")
_PROBABILITY: Final = Text("probabilidad", "probability")
_PEOPLE: Final = Text("personas", "persons")
_PLACES: Final = Text("municipios", "municipalities")
_YEARS: Final = Text("años", "years")
_RATIO: Final = Text("razón", "ratio")
_RANK: Final = Text("puesto", "rank")


def _of(es: str, en: str, unit: Text | None = None) -> Meaning:
    return Meaning(Text(es, en), unit or Text("", ""))


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
    "period": _of(
        "primer día del período; de doce meses o más, primer día de su último mes",
        "first day of the period; of twelve months or more, first day of their last month",
    ),
    "when": _of("el período en palabras", "the period in words"),
    "month": _of("primer día del mes", "first day of the month"),
    "year": _of("año calendario", "calendar year"),
    "window": _of("duración del período", "length of the period"),
    "is_published": _of(
        "si algo se publica o se dice del municipio; si no, es desconocido, no cero",
        "whether anything is published or told of the municipality; if not, unknown, not zero",
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
    "is_provisional": _of(
        "si algún mes del período aún puede crecer", "whether some month may still grow"
    ),
    "is_partial": _of(
        "si faltan meses del período", "whether months of the period are not published"
    ),
    "is_population_carried": _of(
        "si algún mes usa la población del año anterior",
        "whether some month uses the population of the year before",
    ),
    "crosses_edition": _of(
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
    "percent_lower": _of(
        "límite inferior del 95 % del cambio", "lower 95 % limit of the change", _PERCENT
    ),
    "percent_upper": _of(
        "límite superior del 95 % del cambio", "upper 95 % limit of the change", _PERCENT
    ),
    "word": _of("lo que se puede decir, en una palabra", "what may be said of it, in a word"),
    "refusal": _of("por qué no se nombra un cambio", "why no change is named"),
    "first_year": _of("primer año del tramo", "first year of the span"),
    "last_year": _of("último año del tramo", "last year of the span"),
    "cluster": _of(
        "lo que el lugar y sus vecinos son juntos; «not significant»: no se distingue del azar",
        "what the place and its neighbours are together; not significant: as chance would have it",
    ),
    "spot": _of(
        "1 punto caliente, -1 punto frío, 0 ninguno", "1 hot spot, -1 cold spot, 0 neither"
    ),
    "adjusted_p": _of(
        "p ajustada por el número de lugares (falsos descubrimientos)",
        "p held to a false discovery rate over the places",
        _PROBABILITY,
    ),
    "rank_lower": _of("límite inferior del 95 % del puesto", "lower 95 % limit of the rank", _RANK),
    "rank_upper": _of("límite superior del 95 % del puesto", "upper 95 % limit of the rank", _RANK),
    "ranked": _of("municipios clasificados", "municipalities that were ranked", _PLACES),
    "alike": _of(
        "otros de los que no se puede distinguir",
        "others that it cannot be told apart from",
        _PLACES,
    ),
    "trend": _of("tendencia de la tasa, en una palabra", "trend of the rate, in a word"),
    "trend_first_year": _of("primer año de la tendencia", "first year of the trend"),
    "trend_last_year": _of("último año de la tendencia", "last year of the trend"),
    "change": _of(
        "cambio entre los dos períodos, en una palabra",
        "change between the two periods, in a word",
    ),
    "change_refusal": _of("por qué no se nombra un cambio", "why no change is named"),
    "change_from": _of(
        "último mes del período anterior", "last month of the earlier period of the change"
    ),
    "change_to": _of(
        "último mes del período posterior", "last month of the later period of the change"
    ),
    "change_percent": _of("ese cambio de la tasa", "that change of the rate", _PERCENT),
    "line": _of("lugar o grupo de la línea", "place or group of the line"),
    "code": _of(
        "código DIVIPOLA del lugar, texto; vacío en un grupo",
        "DIVIPOLA code of the place, text; empty for a group",
    ),
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
        "lo que el mes es junto a lo esperado; en los demás meses no hay fila",
        "what the month is beside its expectation; other months have no row",
    ),
    "judged": _of("municipios juzgados", "municipalities that were judged", _PLACES),
    "not_determined": _of(
        "municipios con muy poco pasado para juzgar",
        "municipalities with too little past to be judged",
        _PLACES,
    ),
    "high": _of("municipios inusualmente altos", "municipalities named unusually high", _PLACES),
    "low": _of("municipios incompletos o bajos", "municipalities named incomplete or low", _PLACES),
    "years_known": _of("años con un mapa", "years with a map", _YEARS),
    "hot_years": _of("años como punto caliente", "years as a hot spot", _YEARS),
    "cold_years": _of("años como punto frío", "years as a cold spot", _YEARS),
    "pattern": _of("lo que suman esos años, en palabras", "what these years add up to, in words"),
    "programme": _of("programa", "programme"),
    "state": _of(
        "lo que se sabe; «candidate» y «no_evidence» nunca significan «sin cobertura»",
        "what is known; candidate and no_evidence never mean not covered",
    ),
    "evidence": _of("qué tan documentado está", "how well it is documented"),
    "component": _of("componente, si se conoce: 1, 2 o ambos", "component, where known"),
    "start_earliest": _of(
        "primer día en que pudo haber comenzado", "first day on which it may have begun"
    ),
    "start_latest": _of(
        "último día en que pudo haber comenzado; vacío si no se sabe",
        "last day on which it may have begun; empty where not known",
    ),
    "end_date": _of("fin, si se conoce", "end, if known"),
    "is_named_region": _of(
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
    "cut_date": _of("hasta cuándo contó el publicador", "up to when the publisher counted"),
    "retrieved_date": _of("cuándo se trajo", "when it was retrieved"),
    "is_bundled": _of(
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


def meaning(name: str, language: LanguageCode) -> tuple[str, str]:
    """What a column means, and its unit.

    Parameters
    ----------
    name
        Of the column.
    language
        In which it is told.

    Examples
    --------
    >>> meaning("rate_2019", "en")
    ('crude rate of that year', 'per 100,000 person-years')
    """
    yearly = _OF_YEAR.fullmatch(name)
    found = _OF_YEAR_MEANINGS[yearly[1]] if yearly else _MEANINGS[name]
    return found.text[language], found.unit[language]
