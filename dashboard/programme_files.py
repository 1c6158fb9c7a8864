"""What is told of a programme as tables for programs: coverage first, and apart from the rest."""

from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from dashboard import facts
from dashboard.evaluation import told_estimates
from dashboard.exports import Cell, Column
from dashboard.facts import Estimate, FanStep, GroupYear, ProgrammeDatum, Series
from dashboard.fan import Beside, beside, beside_caveat, fan_lead, fans, group_names
from dashboard.language import Words
from dashboard.phrases import indicator_of
from dashboard.pieces import rate_labels
from dashboard.sentences import context_not_measure
from dashboard.trends import DOCUMENTED
from dashboard.twin import Part
from dashboard.twin_tables import Covered, coverage_part, fields
from pipeline import (
    EVALUATION_ESTIMATORS,
    EVALUATION_LIMITS,
    Milestone,
    Programme,
    ReportedFigure,
    Warehouse,
)


class Spoken(NamedTuple):
    """A series that speaks to an expected result, as context for it."""

    result: int
    result_label: str
    series: Series
    reach: str


class Drawn(NamedTuple):
    """A step of the fan of one series."""

    series_id: str
    step: FanStep


def programme_parts(warehouse: Warehouse, words: Words, programme: Programme) -> dict[str, Part]:
    """Tables of a programme by name, those that hold anything; coverage comes first.

    Parameters
    ----------
    warehouse
        Where they stand.
    words
        Language.
    programme
        What is told of.
    """
    coverage = facts.coverage(warehouse, programme.id)
    places = [
        Covered(programme.id, coverage[code])
        for code in facts.places(warehouse)
        if code in coverage
    ]
    parts = {
        "coverage": coverage_part(words, words.text("Where it works"), places)._replace(
            notes=_about(warehouse, words, programme)
        ),
        "lists": _lists(warehouse, words, programme),
        "dates": _dates(words, programme),
        "results": _results(warehouse, words, programme),
        "reported": _reported(words, programme),
        "data": data_part(words, facts.programme_data(warehouse, programme.id)),
        **(_groups(warehouse, words) if programme.id == "somos_comunidad" else {}),
        "evaluation": _evaluation(warehouse, words, programme),
    }
    return {name: one for name, one in parts.items() if one.rows or name == "coverage"}


def _about(warehouse: Warehouse, words: Words, programme: Programme) -> list[tuple[str, str]]:
    """What a programme is, how its candidates were inferred if it has any, and what is unknown."""
    _, code = words.text, words.code
    is_complete = facts.is_complete(warehouse, programme.id)
    steps = () if is_complete else programme.inference
    return [
        (programme.label[code], programme.summary[code]),
        *((_("How the candidates were inferred"), one[code]) for one in steps),
        *((_("What is not known"), one[code]) for one in programme.unknowns),
    ]


def _lists(warehouse: Warehouse, words: Words, programme: Programme) -> Part:
    """Lists of the programme's places that were used here."""
    _ = words.text
    labels = {
        "cut_date": _("Cut"),
        "municipalities": _("Municipalities"),
        "added": _("Added"),
        "dropped": _("Dropped"),
        "is_official": _("Official"),
        "is_compiled": _("Compiled from public reports"),
        "is_current": _("In use"),
    }
    rows = facts.coverage_lists(warehouse, programme.id)
    return Part(_("Lists used so far"), fields(labels), rows)


def _dates(words: Words, programme: Programme) -> Part:
    """Dates from the programme's start to its planned end."""
    _, code = words.text, words.code
    columns: list[Column[Milestone]] = [
        Column("start_date", _("First day"), lambda row: row.start),
        Column("end_date", _("End"), lambda row: row.end),
        Column("when", _("Date as it is known"), lambda row: row.when[code]),
        Column("event", _("What happened"), lambda row: row.label[code]),
        Column("source_title", _("Source"), lambda row: row.source.title if row.source else None),
        Column(
            "source_date",
            _("Date of the source"),
            lambda row: row.source.when[code] if row.source else None,
        ),
    ]
    return Part(_("From start to planned end"), columns, programme.milestones)


def _results(warehouse: Warehouse, words: Words, programme: Programme) -> Part:
    """Public series that speak to the expected results, which they do not measure."""
    _ = words.text
    rows = [
        Spoken(one.number, one.label[words.code], series, how_far(words, programme, series))
        for one in programme.expected_results
        for series in facts.all_series(warehouse).values()
        if one.number in series.results
    ]
    columns: list[Column[Spoken]] = [
        Column("result", _("Result"), lambda row: row.result),
        Column("result_label", _("Expected result"), lambda row: row.result_label),
        Column("series_id", _("Series"), lambda row: row.series.series_id),
        Column("series", _("Name"), lambda row: row.series.label(words.code)),
        Column("last_complete_month", _("Data until"), lambda row: row.series.last_complete_month),
        Column("reach", _("Keep in mind"), lambda row: row.reach or None),
    ]
    return Part(
        _("What it set out to change"),
        columns,
        rows,
        notes=[(_("Keep in mind"), context_not_measure(words))],
        key=["result", "series_id"],
    )


def how_far(words: Words, programme: Programme, series: Series) -> str:
    """Whether a series reaches into the programme's years; empty where it reaches all of them."""
    _ = words.text
    last = series.last_complete_month
    if last is None:
        return _("not published here: unknown, not zero")
    if last < programme.start:
        return _("ends before the programme starts: says nothing of its years")
    if last < date(programme.end.year, programme.end.month, 1):
        return _("ends before the planned end of the programme")
    return ""


def _reported(words: Words, programme: Programme) -> Part:
    """Figures that others published of the whole programme."""
    _, code = words.text, words.code
    columns: list[Column[ReportedFigure]] = [
        Column("indicator", _("Figure"), lambda row: row.label[code]),
        Column("value", _("Value"), lambda row: row.value),
        Column("is_percent", _("Percent"), lambda row: row.is_percent),
        Column("caveat", _("Keep in mind"), lambda row: row.caveat[code]),
        Column("source_title", _("Source"), lambda row: row.source.title),
        Column("source_date", _("Date of the source"), lambda row: row.source.when[code]),
    ]
    unchecked = _("Figures that others published of the programme. The atlas has not checked them.")
    return Part(
        _("Results of the whole programme, as reported"),
        columns,
        programme.reported,
        notes=[(_("Keep in mind"), unchecked)],
    )


def data_part(words: Words, rows: Sequence[ProgrammeDatum]) -> Part:
    """What a holder of programme data gave for everybody to see, without any figure of violence.

    Parameters
    ----------
    words
        Language.
    rows
        What is told of it.
    """
    _, code = words.text, words.code
    columns: list[Column[ProgrammeDatum]] = [
        *fields({"municipality_code": _("Code"), "municipality_name": _("Municipality")}),
        Column("indicator_id", _("Indicator"), lambda row: row.indicator_id),
        Column("indicator", _("Name"), lambda row: indicator_of(row).label[code]),
        *fields({"quarter": _("Quarter"), "value": _("Value")}),
        Column("unit", _("Unit"), lambda row: indicator_of(row).unit[code]),
        *fields(
            {
                "base": _("Of how many"),
                "source_title": _("Source"),
                "source_date": _("Date of the source"),
                "is_newest": _("Newest"),
            }
        ),
    ]
    counted = dict.fromkeys(indicator_of(one) for one in rows)
    return Part(
        _("Data of the programme by municipality"),
        columns,
        rows,
        notes=[
            (_("Keep in mind"), data_lead(words)),
            *((one.label[code], one.counts[code]) for one in counted),
            *((one.label[code], one.caveat[code]) for one in counted if one.caveat),
        ],
        key=["municipality_code", "indicator_id", "quarter"],
    )


def data_lead(words: Words) -> str:
    """What data of a programme are, and what they do not say."""
    _ = words.text
    return _(
        "As the holder of the data gave them for everybody to see; the atlas has not checked them. "
        "A quarter without a row is unknown, not zero. They tell what was done, not what it "
        "changed."
    )


def _groups(warehouse: Warehouse, words: Words) -> Mapping[str, Part]:
    """What happened next in places like these, of whole groups."""
    known = fans(warehouse)
    if not known:
        return {}
    first = next(iter(known))
    return {
        "fan": _fan(words, known),
        "highest": _highest(warehouse, words, first),
        "groups": _beside(words, beside(warehouse, first)),
    }


def _fan(words: Words, known: Mapping[Series, Sequence[FanStep]]) -> Part:
    """Placebo groups year after year, and the documented one among them where it is told."""
    _ = words.text
    labels = {
        "years_after": _("Years after"),
        "last_month": _("Up to"),
        "own": _("Documented municipalities"),
        "median": _("Middle of the placebo groups"),
        "lower_50": _("Half of them, from"),
        "upper_50": _("Half of them, to"),
        "lower_80": _("80 % of them, from"),
        "upper_80": _("80 % of them, to"),
        "lower_95": _("95 % of them, from"),
        "upper_95": _("95 % of them, to"),
        "draws": _("Placebo groups"),
        "below": _("Placebo groups that fell more"),
        "below_without": _("The same without the heaviest municipality"),
        "first_window": _("First window"),
        "last_window": _("Last window"),
        "level": _("Rate before, documented"),
        "placebo_level": _("Rate before, placebo groups"),
        "refusal": _("Why the group is not told"),
    }
    columns: list[Column[Drawn]] = [
        Column("series_id", _("Series"), lambda row: row.series_id),
        *(Column(name, label, attrgetter(f"step.{name}")) for name, label in labels.items()),
    ]
    rows = [Drawn(one.series_id, step) for one, steps in known.items() for step in steps]
    return Part(
        _("What happened next in places like these"),
        columns,
        rows,
        list(known),
        [(_("Keep in mind"), fan_lead(words))],
        ["series_id", "years_after"],
    )


def _highest(warehouse: Warehouse, words: Words, series: Series) -> Part:
    """What followed on the highest rates of the country, whatever was done there."""
    _ = words.text
    labels = {
        "places": _("Municipalities"),
        "windows": _("Windows"),
        "windows_falling": _("Windows that fell"),
        "percent_mean": _("Mean change in percent"),
    }
    found = facts.next_of_highest(warehouse, series.series_id)
    columns: list[Column[Any]] = [
        Column("series_id", _("Series"), lambda _row: series.series_id),
        *fields(labels),
    ]
    title = _("What followed on the highest rates of two years")
    return Part(title, columns, [found] if found else [], [series])


def _beside(words: Words, told: Beside) -> Part:
    """The documented municipalities beside other groups; no place is named beside a figure."""
    _ = words.text
    names = group_names(words)
    rows = [one for group in names for one in told.rates if one.group_id == group]

    def without(row: GroupYear) -> Cell:
        largest = told.largest
        is_there = largest and row.group_id == DOCUMENTED and row.period.year == largest.period.year
        return largest.rate_per_100k if largest and is_there else None

    columns: list[Column[GroupYear]] = [
        Column("series_id", _("Series"), lambda _row: told.series.series_id),
        Column("group_id", _("Group"), lambda row: row.group_id),
        Column("group", _("Name"), lambda row: names[row.group_id]),
        Column("year", _("Year"), lambda row: row.period.year),
        *fields({"members": _("Municipalities"), "events": _("Recorded"), **rate_labels(words)}),
        Column("rate_without_largest_per_100k", _("Without the heaviest municipality"), without),
    ]
    return Part(
        _("{series}: the group beside others").format(series=told.series.label(words.code)),
        columns,
        rows,
        [told.series],
        [(_("Keep in mind"), beside_caveat(words))],
        ["group_id", "year"],
    )


def _evaluation(warehouse: Warehouse, words: Words, programme: Programme) -> Part:
    """The estimates that the page tells, with the limits that it tells."""
    _ = words.text
    told = told_estimates(facts.evaluation(warehouse)) if programme.extent == "list" else None
    labels = {
        "series_id": _("Outcome"),
        "evaluated": _("Group"),
        "estimator": _("Estimator"),
    }
    more = {
        "places": _("Municipalities"),
        "compared": _("Municipalities beside them"),
        "before_first": _("Before, from"),
        "before_last": _("Before, to"),
        "after_first": _("After, from"),
        "after_last": _("After, to"),
        "limits": _("What the limits hold"),
        "percent_lower": _("Likely from"),
        "percent_upper": _("Likely to"),
        "is_useless": _("too wide to be of use"),
        "detectable_fall": _("Fall that would have been seen"),
        "difference_lower": _("Difference of rates, from"),
        "difference_upper": _("Difference of rates, to"),
        "refusal": _("Why it is not evaluated"),
    }
    rows = [*told.main, *told.others, *told.staggered] if told else []
    main = told.main if told else []
    columns: list[Column[Estimate]] = [
        *fields(labels),
        Column("question", _("How"), lambda row: EVALUATION_ESTIMATORS[row.estimator][words.code]),
        *fields(more),
        Column("verdict", _("What may be said"), lambda row: row.verdict if row in main else None),
    ]
    series = facts.all_series(warehouse)
    return Part(
        _("What an evaluation can and cannot say"),
        columns,
        rows,
        [series[name] for name in dict.fromkeys(one.series_id for one in rows) if name in series],
        [(_("Limits"), one[words.code]) for one in EVALUATION_LIMITS] if rows else [],
        ["series_id", "evaluated", "estimator"],
        "evaluation",
    )
