"""What the map says and where it finds the rest, for one view."""

from collections.abc import Iterable
from typing import Any

from dashboard import facts, routes
from dashboard.facts import ColourClass, Coverage
from dashboard.language import Words
from dashboard.paint import CONTEXT, VIOLENCE, ZERO, Scene, shades
from dashboard.view import View
from pipeline import SOMOS_COMUNIDAD


def scene(view: View, heard: int) -> Scene:
    """Everything the map is told to show a view.

    Parameters
    ----------
    view
        What to show.
    heard
        Number of the last message from the map.
    """
    _ = view.words.text
    series_id, unit = view.series.series_id, view.series.unit(view.language)
    if view.measure == "rate":
        measured = _("{unit} per 100,000 residents a year").format(unit=unit)
    else:
        measured = unit
    classes = periods = figures = now = None
    labels: list[str] = []
    edges: list[str] = []
    levels, at = "", 0
    if view.period:
        key = (view.warehouse, series_id, view.window)
        classes = routes.classes_url(*key, view.measure)
        periods = routes.periods_url(*key, view.language)
        figures = routes.figures_url(*key, view.language)
        at = view.periods.index(view.period)
        now = routes.named(view.period, view.window, view.words)
        levels = routes.levels(*key, view.measure, at)
        colour_classes = facts.colour_classes(*key, view.measure)
        labels = class_labels(view.words, colour_classes)
        edges = [view.words.number(one.upper) for one in colour_classes if one.upper is not None]
    has_coverage = view.selection.has_coverage and view.may_show_coverage
    coverage = facts.coverage(view.warehouse, SOMOS_COMUNIDAD.id)
    return Scene(
        id="/".join(
            [series_id, view.window, view.measure, str(view.selection.period), view.language]
        ),
        build=view.warehouse.build_id,
        heard=heard,
        language=view.language,
        window=view.window,
        measure=view.measure,
        classes=classes,
        figures=figures,
        coverage=routes.coverage_url(view.warehouse, SOMOS_COMUNIDAD.id) if has_coverage else None,
        periods=periods,
        at=at,
        now=now,
        levels=levels,
        place=view.selection.place,
        title=f"{view.series.label(view.language)}: {measured}",
        unit=measured,
        count_unit=unit.capitalize(),
        source=_("Source: {source}").format(source=view.series.publisher),
        labels=labels,
        edges=edges,
        colours=shades(CONTEXT if view.series.kind == "context" else VIOLENCE, len(labels[1:])),
        zero=ZERO,
        coverage_legend=coverage_legend(view.words, coverage.values()) if has_coverage else [],
        names=_names(view.words),
        texts=_texts(view.words),
    )


def class_labels(words: Words, classes: list[ColourClass]) -> list[str]:
    """What each colour stands for, from zero upwards.

    Parameters
    ----------
    words
        Language.
    classes
        Classes above zero, lowest first.
    """
    labels = ["0"]
    for lower, upper in classes:
        low = words.number(lower)
        if upper is None:
            labels.append(f"≥ {low}" if lower else "> 0")
        else:
            high = words.number(upper)
            labels.append(f"{low}–{high}" if lower else f"< {high}")
    return labels


def coverage_legend(words: Words, coverage: Iterable[Coverage]) -> list[dict[str, str]]:
    """The states of coverage that the map tells apart, with how many municipalities are known.

    Parameters
    ----------
    words
        Language.
    coverage
        Of every municipality. An official list has other states than what was found in public.

    Returns
    -------
    legend
        One entry per state that occurs: ``state``, ``text`` and a longer ``hint``.
    """
    _ = words.text
    states = [one.state for one in coverage]
    count = words.number(states.count("documented") or states.count("covered"))
    total = words.number(SOMOS_COMUNIDAD.municipality_count)
    legend = {
        "documented": (
            _("Programme documented: {count} of {total}").format(count=count, total=total),
            _("A public source names the municipality."),
        ),
        "covered": (
            _("Programme: {count} municipalities").format(count=count),
            _("The programme's own list names the municipality."),
        ),
        "candidate": (
            _("Candidate, to be confirmed"),
            _("May be one of the municipalities that no public source names."),
        ),
        "no_evidence": (_("No evidence either way"), _("Nothing found, nothing excluded.")),
        "outside": (_("Other departments"), _("The programme did not work there.")),
    }
    return [
        {"state": state, "text": text, "hint": hint}
        for state, (text, hint) in legend.items()
        if state in states
    ]


def _names(words: Words) -> list[dict[str, Any]]:
    """Seas and neighbours, written where there is room around the seven departments."""
    _ = words.text
    places = [
        (_("Caribbean Sea"), (11.9, -76.6), "sea"),
        (_("Pacific Ocean"), (4.6, -79.2), "sea"),
        (_("Venezuela"), (8.3, -70.6), "country"),
        (_("Ecuador"), (-0.6, -78.6), "country"),
        (_("Peru"), (-2.6, -74.6), "country"),
        (_("Brazil"), (-1.3, -68.4), "country"),
        (_("Panama"), (8.55, -80.2), "country"),
    ]
    return [{"text": text, "at": at, "kind": kind} for text, at, kind in places]


def _texts(words: Words) -> dict[str, str]:
    _ = words.text
    return {
        "failed": _("The map could not be loaded. Reload the page."),
        "missing": _("Not published here: unknown, not zero."),
        "no_match": _("No municipality of that name"),
        "not_published": _("not published"),
        "pause": _("Pause"),
        "period": _("Period"),
        "play": _("Play"),
        "rate": _("Per 100,000 residents a year"),
        "search": _("Find a municipality"),
    }
