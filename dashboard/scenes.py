"""What the map says and where it finds the rest, for one view."""

from collections.abc import Collection, Iterable
from typing import Any

from dashboard import facts, routes
from dashboard.address import to_query
from dashboard.choices import choices
from dashboard.facts import Coverage
from dashboard.language import Words
from dashboard.legend import legend
from dashboard.paint import Scene
from dashboard.pieces import provenance_text
from dashboard.state import Component
from dashboard.statistics import STATISTICS
from dashboard.view import View
from pipeline import Programme


def scene(view: View, heard: int, *, is_first: bool = True) -> Scene:
    """Everything the map is told to show a view.

    Parameters
    ----------
    view
        What to show.
    heard
        Number of the last message from the map.
    is_first
        Whether the page follows this map, and its controls tell of it.
    """
    words = view.words
    _ = words.text
    series_id, measure, window = view.series.series_id, view.measure, view.window
    classes = periods = figures = now = None
    used: set[int] = set()
    levels, at = "", 0
    if view.period:
        key = (view.warehouse, series_id, window, measure)
        classes = routes.classes_url(*key)
        periods = routes.periods_url(*key, view.language)
        figures = routes.figures_url(*key, view.language)
        at = view.periods.index(view.period)
        now = routes.named(view.period, window, words, measure)
        levels = routes.levels(*key, at)
        used = set(routes.classes(*key))
    entries = legend(view)
    has_words = measure in STATISTICS and measure != "smoothed"
    has_coverage = view.selection.coverage and view.may_show_coverage
    programme = view.programme
    component = view.selection.component if programme.components else "all"
    known = facts.coverage(view.warehouse, programme.id)
    coverage = [known[code] for code in facts.places(view.warehouse)]
    measured, unit = _measured(view)
    return Scene(
        id="/".join(
            [series_id, window, measure, str(view.period and view.period.start), view.language]
        ),
        build=view.warehouse.build_id,
        heard=heard,
        language=view.language,
        window=window,
        measure=measure,
        classes=classes,
        figures=figures,
        coverage=routes.coverage_url(view.warehouse, programme.id, component)
        if has_coverage
        else None,
        periods=periods,
        at=at,
        now=now,
        is_of_one_time=view.is_of_one_time,
        levels=levels,
        place=view.selection.place,
        title=f"{view.series.label(view.language)}: {measured}",
        unit=unit,
        source=_("Source: {source}").format(source=view.series.publisher),
        legend=[
            {**one._asdict(), "is_used": not has_words or i in used}
            for i, one in enumerate(entries)
        ],
        has_words=has_words,
        coverage_legend=coverage_legend(words, programme, coverage, component)
        if has_coverage
        else [],
        span=(f"{programme.start}"[:7], f"{programme.end}"[:7]),
        names=_names(words),
        provenance=provenance_text(words, view.warehouse.build_id, [view.series]),
        is_bare=view.selection.view == "map",
        view=routes.view_url(view.warehouse, view.language) if is_first else None,
        known=routes.known_url(view.warehouse, view.language),
        query=to_query(view.selection),
        chosen={"series": series_id, "measure": measure, "window": window},
        choices=choices(view),
        texts=_texts(view, used),
    )


def _measured(view: View) -> tuple[str, str]:
    """What the map measures, and what a class of numbers is followed by."""
    _ = view.words.text
    unit = view.series.unit(view.language)
    rate = _("{unit} per 100,000 residents a year").format(unit=unit)
    numbers = {"count": unit, "rate": rate, "smoothed": _("{rate}, smoothed").format(rate=rate)}
    words = {
        "change": _("change of the rate"),
        "trend": _("trend of the rate"),
        "cluster": _("clusters of high and low rates"),
        "reliability": _("how far the rate can be trusted"),
    }
    if view.measure in words:
        return words[view.measure], ""
    return numbers[view.measure], unit if view.measure == "count" else rate


def coverage_legend(
    words: Words,
    programme: Programme,
    coverage: Iterable[Coverage],
    component: Component = "all",
) -> list[dict[str, str]]:
    """The states of coverage that the map tells apart, with how many municipalities are known.

    Parameters
    ----------
    words
        Language.
    programme
        Whose coverage it is.
    coverage
        Of every municipality on the map. An official list has other states than what was found in
        public.
    component
        The component that is drawn.

    Returns
    -------
    legend
        One entry per state that occurs: ``state``, ``text`` and a longer ``hint``.
    """
    _ = words.text
    found = list(coverage)
    known = [one for one in found if one.state in {"documented", "covered"}]
    if component != "all" and not any(one.component in {component, "both"} for one in known):
        none = words.plural(
            "The component is not known of the {count} municipality where the programme worked.",
            "The component is not known of any of the {count} municipalities where the programme "
            "is known to have worked.",
            len(known),
        )
        return [{"state": "note", "text": none, "hint": ""}]
    states = [one.state for one in found]
    undated = words.plural(
        "Of {count} the start is not known to the month.",
        "Of {count} the start is not known to the month.",
        sum(not is_dated(one) for one in known),
    )
    count = words.number(states.count("documented") or states.count("covered"))
    total = words.number(programme.municipality_count)
    name = programme.label[words.code]
    legend = {
        "documented": (
            _("{programme}, documented: {count} of {total}").format(
                programme=name, count=count, total=total
            ),
            _("A public source names the municipality."),
        ),
        "covered": (
            _("{programme}: {count} municipalities here").format(programme=name, count=count),
            _("The programme's own list names the municipality."),
        ),
        "maybe": (_("dashed: may not have begun yet"), undated),
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
        if state in {*states, *({"maybe"} if not all(map(is_dated, known)) else ())}
    ]


def is_dated(coverage: Coverage) -> bool:
    """Whether the start in a place is known to the month."""
    earliest, latest = coverage.start_earliest, coverage.start_latest
    return bool(earliest and latest and earliest.replace(day=1) == latest.replace(day=1))


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


def _texts(view: View, used: Collection[int]) -> dict[str, str]:
    _ = view.words.text
    is_unstable_drawn = any(routes.UNSTABLE <= one < routes.NOT_PUBLISHED for one in used)
    texts = {
        "after": _("after the planned end of the programme"),
        "before": _("before the programme began"),
        "download": _("Download"),
        "failed": _("The map could not be loaded. Reload the page."),
        "file_geojson": _("Shapes and figures (GeoJSON)"),
        "file_png": _("Picture (PNG)"),
        "file_csv": _("Figures (CSV with metadata)"),
        "missing": _("Not published here: unknown, not zero."),
        "no_match": _("No municipality of that name"),
        "not_published": _("not published"),
        "pause": _("Pause"),
        "period": _("Period"),
        "play": _("Play"),
        "search": _("Find a municipality"),
        "span": "",
        "unstable": _("unstable: few events") if is_unstable_drawn else "",
    }
    if view.measure in STATISTICS:
        texts["missing"] = _("Nothing is told of this place: unknown, not zero.")
        texts["not_published"] = _("not told") if routes.NOT_PUBLISHED in used else ""
    if view.measure == "trend":
        texts["span"] = _("The newest years that mean one thing.")
    elif view.measure == "change" and view.period:
        texts["span"] = (
            _("The newest two periods whose figures stand.")
            if view.period.is_newest
            else _("The newest two periods that compare: later ones do not.")
        )
    return texts
