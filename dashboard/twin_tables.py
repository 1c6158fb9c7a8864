"""Columns of the tables that only files have: the pages write the same figures in sentences."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from dashboard import facts
from dashboard.alerts import Anomaly, Check, Clustered, History, MapTest
from dashboard.exports import Column
from dashboard.facts import Coverage, Series
from dashboard.language import Words
from dashboard.pieces import rate_labels
from dashboard.twin import Part
from pipeline import Standing, Text, Warehouse


class SeriesYear(NamedTuple):
    """A year of a series in one place."""

    series: Series
    year: facts.Year


class Fed(NamedTuple):
    """A source, a series that it feeds, and how new it is.

    Attributes
    ----------
    source
        The source.
    series
        The series; ``None`` for what shapes or counts people.
    standing
        What the last refresh noted of it; ``None`` of what nobody fetches.
    reason
        Why it is stale, in words; empty if it is not.
    """

    source: facts.Source
    series: Series | None
    standing: Standing | None
    reason: str


class Covered(NamedTuple):
    """What is known of a programme in a municipality."""

    programme_id: str
    coverage: Coverage


class RevisedYear(NamedTuple):
    """What one release says of a year of which releases differ."""

    series: Series
    dataset: str
    year: int
    cut_date: date
    events: int


def fields(labels: Mapping[str, str]) -> list[Column[Any]]:
    """Columns that are fields of their rows, by name."""
    return [Column(name, label, attrgetter(name)) for name, label in labels.items()]


def place_labels(words: Words) -> dict[str, str]:
    """Heads of the columns that say which municipality a row tells of."""
    _ = words.text
    return {
        "municipality_code": _("Code"),
        "municipality_name": _("Municipality"),
        "department_name": _("Department"),
    }


def anomaly_part(words: Words, rows: Sequence[Anomaly], series: Mapping[str, Series]) -> Part:
    """Months that are not as usual."""
    _ = words.text
    labels = {
        "series_id": _("Series"),
        **place_labels(words),
        "month": _("Month"),
        "events": _("Recorded"),
        "expected": _("Expected"),
        "expected_lower": _("Likely from"),
        "expected_upper": _("Likely to"),
        "anomaly": _("What it means"),
        "is_provisional": _("Provisional"),
    }
    named = {row.series_id for row in rows}
    return Part(
        _("Months that are not as usual"),
        fields(labels),
        rows,
        [one for key, one in series.items() if key in named],
    )


def check_part(words: Words, rows: Sequence[Check], series: Mapping[str, Series]) -> Part:
    """What was looked at for unusual months."""
    _ = words.text
    labels = {
        "series_id": _("Series"),
        "month": _("Month"),
        "is_provisional": _("Provisional"),
        "judged": _("Municipalities judged"),
        "high": _("Unusually high"),
        "low": _("Incomplete or low"),
        "not_determined": _("Not judged"),
    }
    named = {row.series_id for row in rows}
    return Part(
        _("What was looked at"),
        fields(labels),
        rows,
        [one for key, one in series.items() if key in named],
    )


def cluster_part(
    words: Words, series: Series, rows: Sequence[Clustered], notes: Sequence[tuple[str, str]]
) -> Part:
    """Every municipality on the map of clusters, named or not."""
    _ = words.text
    title = _("Clusters: {series}").format(series=series.label(words.code))
    labels = {**place_labels(words), "cluster": _("Cluster")}
    return Part(title, fields(labels), rows, [series], notes)


def likeness_part(
    words: Words, series: Series, rows: Sequence[MapTest], notes: Sequence[tuple[str, str]]
) -> Part:
    """Whether neighbours are alike anywhere on the map of clusters that is shown."""
    _ = words.text
    heads = {
        "period": _("Last month of the period"),
        "moran_i": _("Moran's I"),
        "expected_i": _("Moran's I without clustering"),
        "p": _("p-value"),
        "places": _("Municipalities compared"),
        "places_named": _("Municipalities named"),
        "is_sparse": _("Too rare to name a low place"),
        "permutations": _("Times shuffled"),
        "is_provisional": _("Provisional"),
        "is_beyond_chance": _("Beyond chance"),
    }
    columns: list[Column[MapTest]] = [
        Column("time_window", _("Length of the period"), attrgetter("time_window")),
        *fields(heads),
    ]
    title = _("Whether neighbours are alike: {series}").format(series=series.label(words.code))
    return Part(title, columns, rows, [series], notes, ["time_window"])


def pattern_part(words: Words, series: Series, rows: Sequence[History]) -> Part:
    """What the hot and cold spots of many years add up to, named or not."""
    _ = words.text
    title = _("Hot and cold spots over the years: {series}").format(series=series.label(words.code))
    labels = {
        **place_labels(words),
        "first_year": _("First year"),
        "last_year": _("Last year"),
        "years_known": _("Years known"),
        "hot_years": _("Hot years"),
        "cold_years": _("Cold years"),
        "pattern": _("What it means"),
    }
    return Part(title, fields(labels), rows, [series])


def years_part(warehouse: Warehouse, words: Words, code: str) -> Part:
    """Every published series in one place, by year."""
    _ = words.text
    series = facts.all_series(warehouse)
    known = {
        name: told
        for name, told in facts.years(warehouse, code).items()
        if series[name].is_published
    }
    labels = {
        "year": _("Year"),
        "events": _("Recorded"),
        **rate_labels(words),
        "is_provisional": _("Provisional"),
        "is_partial": _("Incomplete"),
        "is_population_carried": _("Population of the year before"),
        "crosses_edition": _("Mixes population editions"),
    }
    columns = [
        Column[SeriesYear]("series_id", _("Series"), lambda row: row.series.series_id),
        *(Column(name, label, attrgetter(f"year.{name}")) for name, label in labels.items()),
    ]
    rows = [SeriesYear(series[name], one) for name, told in known.items() for one in told]
    return Part(
        _("Every published series"),
        columns,
        rows,
        [series[name] for name in known],
        key=["series_id", "year"],
    )


def history_part(words: Words, series: Series, rows: Sequence[Any], *, is_rolling: bool) -> Part:
    """One series in one place over time, as the large chart draws it."""
    _ = words.text
    labels = {
        "period": (
            _("First day of the last month of the period")
            if is_rolling
            else _("First day of the period")
        ),
        "events": series.unit(words.code).capitalize(),
        **(rate_labels(words) if series.has_rate else {}),
        "is_provisional": _("Provisional"),
        "crosses_edition": _("Mixes population editions"),
    }
    return Part(series.label(words.code), fields(labels), rows, [series], key=["period"])


def unlocated_part(words: Words, series: Series, events: Mapping[str, float]) -> Part:
    """Events of departments that nobody can place in a municipality, by the department's code."""
    _ = words.text
    columns: list[Column[tuple[str, float]]] = [
        Column("department_code", _("Department"), lambda row: row[0]),
        Column("events", series.unit(words.code).capitalize(), lambda row: row[1]),
    ]
    title = _("Without a known municipality")
    return Part(title, columns, list(events.items()), [series], key=["department_code"])


def coverage_part(words: Words, title: str, rows: Sequence[Covered]) -> Part:
    """Where programmes are known to work, and what says so; nothing of what happened there."""
    _ = words.text
    labels = {
        **place_labels(words),
        "state": _("What is known"),
        "evidence": _("Evidence"),
        "component": _("Component"),
        "start_earliest": _("Start, at the earliest"),
        "start_latest": _("Start, at the latest"),
        "end_date": _("End"),
        "end_basis": _("What the end rests on"),
        "is_named_region": _("In a region that a report names"),
        "source_title": _("Source"),
        "source_date": _("Date of the source"),
        "source_url": _("Address of the source"),
    }
    columns = [
        Column[Covered]("programme_id", _("Programme"), lambda row: row.programme_id),
        *(Column(name, label, attrgetter(f"coverage.{name}")) for name, label in labels.items()),
    ]
    return Part(title, columns, rows, key=["programme_id", "municipality_code"])


def source_part(words: Words, rows: Sequence[Fed]) -> Part:
    """Where the figures come from, a row per source and series."""
    _ = words.text
    labels = {
        "source_id": _("Source"),
        "publisher": _("Publisher"),
        "title": _("Title"),
        "citation": _("Citation"),
    }
    of_series = {
        "is_published": _("Published here"),
        "first_month": _("From"),
        "last_complete_month": _("Last complete month"),
        "retrieved_date": _("Retrieved"),
        "is_bundled": _("Bundled snapshot"),
    }
    of_standing = {
        "next_expected": _("Next expected"),
        "asked_on": _("Last asked"),
        "stale_since": _("Stale since"),
    }
    columns: list[Column[Fed]] = [
        *(Column(name, label, attrgetter(f"source.{name}")) for name, label in labels.items()),
        Column("licence", _("Licence"), lambda row: row.source.licence(words.code)),
        Column("series_id", _("Series"), lambda row: row.series and row.series.series_id),
        Column("series", _("Name"), lambda row: row.series and row.series.label(words.code)),
        Column("cut_date", _("Cut"), _cut),
        *(Column(name, label, _of("series", name)) for name, label in of_series.items()),
        *(Column(name, label, _of("standing", name)) for name, label in of_standing.items()),
        Column("stale_reason", _("Why it is stale"), lambda row: row.reason or None),
    ]
    return Part(_("Sources"), columns, rows)


def _cut(row: Fed) -> date | None:
    """Up to when it counts: of what feeds no series, the newest file's."""
    if row.series is not None:
        return row.series.cut_date
    return row.standing.newest_cut if row.standing else None


def _of(part: str, name: str) -> Callable[[Fed], Any]:
    """A field of a part of a row; empty where the row has no such part."""
    return lambda row: getattr(getattr(row, part), name, None)


def law_part(words: Words, laws: Mapping[str, Text]) -> Part:
    """The checks that every published build has passed, by name."""
    _ = words.text
    columns: list[Column[tuple[str, Text]]] = [
        Column("check", _("Check"), lambda row: row[0]),
        Column("law", _("What holds"), lambda row: row[1][words.code]),
    ]
    return Part(_("Checks passed"), columns, list(laws.items()), key=["check"])


def revision_part(words: Words, rows: Sequence[RevisedYear]) -> Part:
    """National figures of whole years that publishers changed."""
    _ = words.text
    labels = {
        "dataset": _("Dataset"),
        "year": _("Year"),
        "cut_date": _("Cut"),
        "events": _("Recorded"),
    }
    columns = [
        Column[RevisedYear]("series_id", _("Series"), lambda row: row.series.series_id),
        *fields(labels),
    ]
    series = list({row.series.series_id: row.series for row in rows}.values())
    return Part(_("Revisions"), columns, rows, series)


def dictionary_part(words: Words, rows: Iterable[facts.DeclaredColumn]) -> Part:
    """Every stored column with its unit, range and meaning."""
    _ = words.text
    labels = {
        "table_name": _("Table"),
        "grain": _("Row"),
        "column_name": _("Column"),
        "type": _("Type"),
        "unit": _("Unit"),
        "range": _("Values"),
        "meaning": _("Meaning"),
    }
    return Part(_("Dictionary"), fields(labels), list(rows))
