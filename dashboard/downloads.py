"""What is on the map as files: every municipality of the map, with what it is and where it is from.

No file holds the programme's coverage: it would stand beside figures of people at risk.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast

import shapely

from dashboard import facts, statistics
from dashboard.exports import Column, csv_file
from dashboard.language import Window, Words
from dashboard.pieces import provenance_text
from dashboard.state import MapMeasure, MapWindow, Shown
from dashboard.statistics import STATISTICS
from pipeline import Warehouse, views

_FIGURES: Final = (
    "events",
    "rate_per_100k",
    "rate_lower_per_100k",
    "rate_upper_per_100k",
    "is_provisional",
    "is_population_carried",
    "crosses_edition",
)
_DEGREES_DIGITS: Final = 4


class Wanted(NamedTuple):
    """What is on a map, for a reader of some language."""

    warehouse: Warehouse
    words: Words
    shown: Shown


class Kind(NamedTuple):
    """A kind of file."""

    content: Callable[[Wanted], bytes]
    media_type: str


def rows(wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Every municipality of the map by column; empty cells where nothing is published or told."""
    told = _told(wanted)
    columns = list(next(iter(told.values()), {}))
    for code, place in facts.places(wanted.warehouse).items():
        yield {
            "municipality_code": code,
            "municipality_name": place.municipality_name,
            "department_name": place.department_name,
            "period": wanted.shown.period.start.isoformat(),
            "is_published": code in told,
            **told.get(code, dict.fromkeys(columns)),
        }


def table(wanted: Wanted) -> bytes:
    """Figures as comma-separated text, after lines with what to know of them."""
    about = metadata(wanted)
    labels = about.pop("columns")
    columns = file_columns(wanted)
    notes = [(name, _flat(value)) for name, value in about.items() if value or value is False]
    notes += [(name, label) for name, label in labels.items()]
    return csv_file(columns, rows(wanted), notes)


def file_columns(wanted: Wanted) -> list[Column[dict[str, Any]]]:
    """Columns of the table, with what readers call them."""
    labels = metadata(wanted)["columns"]
    return [Column(name, label, itemgetter(name)) for name, label in labels.items()]


def shapes(wanted: Wanted) -> bytes:
    """Figures and simplified outlines as GeoJSON, with what to know of them as a member."""
    outlines = views.municipality_outlines(wanted.warehouse)
    drawn = dict(
        zip(
            outlines["municipality_code"],
            shapely.from_wkb(outlines["web_geometry"].to_numpy()),
            strict=True,
        )
    )
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": shapely.geometry.mapping(
                shapely.transform(drawn[row["municipality_code"]], _rounded)
            ),
        }
        for row in rows(wanted)
    ]
    return _json({"type": "FeatureCollection", "metadata": metadata(wanted), "features": features})


def metadata(wanted: Wanted) -> dict[str, Any]:
    """What somebody who gets the file without the page has to know."""
    words, _, period = wanted.words, wanted.words.text, wanted.shown.period
    series = facts.all_series(wanted.warehouse)[wanted.shown.series_id]
    language = words.code
    breaks = facts.breaks(wanted.warehouse, series.series_id)
    columns = _columns(words, series.unit(language))
    if wanted.shown.measure == "trend":
        columns |= {"percent": _("Change in percent a year; empty where it is not determined")}
    first = next(rows(wanted))
    return {
        "title": series.label(language),
        "series": series.series_id,
        "measure": measure_names(words)[wanted.shown.measure],
        "window": window_names(words)[wanted.shown.window],
        "period": words.period(period.start, wanted.shown.window),
        "compared_with": period.since and period.since.isoformat(),
        "is_provisional": period.is_provisional,
        "unit": series.unit(language),
        "columns": {name: columns[name] for name in first},
        "missing": _("An empty cell is unknown or not told, never zero."),
        "caveats": series.caveats(language),
        "breaks": [{"from": f"{one.start_month}", "note": one.note(language)} for one in breaks],
        "publisher": series.publisher,
        "citation": series.citation,
        "cut_date": series.cut_date and series.cut_date.isoformat(),
        "retrieved_date": series.retrieved_date and series.retrieved_date.isoformat(),
        "provenance": provenance_text(words, wanted.warehouse.build_id, [series]),
        "build_id": wanted.warehouse.build_id,
    }


def measure_names(words: Words) -> dict[MapMeasure, str]:
    """What can be coloured."""
    _ = words.text
    return {
        "rate": _("Rate"),
        "count": _("Count"),
        "smoothed": _("Smoothed rate"),
        "change": _("Change"),
        "trend": _("Trend"),
        "cluster": _("Clusters"),
        "reliability": _("Reliability"),
    }


def window_names(words: Words) -> dict[MapWindow, str]:
    """Lengths of a period."""
    _ = words.text
    return {
        "year": _("Year"),
        "pooled": _("3 years"),
        "rolling": _("12 months"),
        "month": _("Month"),
    }


def _told(wanted: Wanted) -> dict[str, dict[str, Any]]:
    """Figures by code, as plain values by column."""
    warehouse, shown = wanted.warehouse, wanted.shown
    if shown.measure in STATISTICS:
        return {code: one._asdict() for code, one in statistics.rows(warehouse, shown).items()}
    window = cast("Window", shown.window)
    figures = facts.figures(warehouse, shown.series_id, window, shown.period.start)
    return {code: {name: getattr(one, name) for name in _FIGURES} for code, one in figures.items()}


def _columns(words: Words, unit: str) -> dict[str, str]:
    _ = words.text
    rate = _("Per 100,000 residents a year")
    return {
        "municipality_code": _("Code of the municipality (DIVIPOLA)"),
        "municipality_name": _("Municipality"),
        "department_name": _("Department"),
        "period": _("First day of the year, or of the last month of the period"),
        "is_published": _("Whether anything is published or told of the municipality"),
        "events": unit,
        "earlier_events": _("{unit} in the earlier period").format(unit=unit),
        "rate_per_100k": rate,
        "rate_lower_per_100k": _("Lower 95 % limit of the rate"),
        "rate_upper_per_100k": _("Upper 95 % limit of the rate"),
        "is_provisional": _("Provisional"),
        "is_population_carried": _("The rate uses the population of the year before."),
        "crosses_edition": _(
            "The rate mixes two editions of the population figures: it does not compare."
        ),
        "smoothed_per_100k": _("Smoothed rate"),
        "smoothed_lower_per_100k": _("Lower 95 % limit of the smoothed rate"),
        "smoothed_upper_per_100k": _("Upper 95 % limit of the smoothed rate"),
        "reliability": _("Reliability"),
        "years_to_reliable": _("Years to pool until the rate is reliable"),
        "ratio": _("Later rate over earlier rate"),
        "ratio_lower": _("Lower 95 % limit of that ratio"),
        "ratio_upper": _("Upper 95 % limit of that ratio"),
        "percent": _("Change in percent; empty where there are too few events to tell"),
        "percent_lower": _("Lower 95 % limit of the change"),
        "percent_upper": _("Upper 95 % limit of the change"),
        "word": _("What may be said of it"),
        "refusal": _("Why no change is named"),
        "first_year": _("First year of the trend"),
        "last_year": _("Last year of the trend"),
        "cluster": _("Kind of cluster"),
        "spot": _("1 for a hot spot, -1 for a cold spot"),
        "adjusted_p": _("Probability under chance alone, adjusted for the number of places"),
    }


def _rounded(coordinates: Any) -> Any:  # noqa: ANN401 - an array of pairs
    return coordinates.round(_DEGREES_DIGITS)


def _flat(value: Any) -> str:  # noqa: ANN401 - as metadata holds it
    if isinstance(value, list):
        return " ".join(map(_flat, value))
    return ": ".join(map(_flat, value.values())) if isinstance(value, dict) else str(value)


def _json(content: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
    return json.dumps(content, ensure_ascii=False).encode()


KINDS: Final[Mapping[str, Kind]] = {
    "csv": Kind(table, "text/csv; charset=utf-8"),
    "geojson": Kind(shapes, "application/geo+json"),
}
