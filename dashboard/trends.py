"""What lines the page of trends draws: who is told of, over which periods, and what is refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, NamedTuple, cast

import pandas as pd

from dashboard import facts
from dashboard.chart import Drawn
from dashboard.facts import Series, Trend
from dashboard.language import Span, Words
from dashboard.state import Measure
from pipeline import SOMOS_COMUNIDAD, Warehouse, claims

Pace = Literal["year", "quarter", "rolling", "month"]
Reckoning = Literal["calendar", "fiscal"]
"""Whose years and quarters: the calendar's, or those of the United States' budget."""

DOCUMENTED: Final = "documented"
TOGETHER: Final = "departments"
_BESIDE: Final = ("pdet_elsewhere", "documented_peers")
"""Groups where the programme did not work, beside which the documented one is read."""
LARGEST_CHART: Final = 3
"""Lines that one chart holds; more are drawn side by side."""

_SPANS: Final[dict[tuple[Pace, Reckoning], Span]] = {
    ("year", "fiscal"): "fiscal_year",
    ("quarter", "fiscal"): "fiscal_quarter",
}


@dataclass(frozen=True)
class Selection:
    """What the page of trends shows.

    Attributes
    ----------
    series
        Series id; ``None`` for the first one that is published.
    place
        Municipality that other pages show.
    groups
        Departments by their two digits, `DOCUMENTED` and `TOGETHER`.
    places
        Municipalities.
    has_peers
        Whether the peers of each municipality are drawn too.
    measure
        What is drawn.
    pace
        Length of a period.
    reckoning
        Whose years and quarters.
    layout
        Whether few lines share a chart.
    has_own_scale
        Whether each of several charts has a value axis of its own.
    has_table
        Whether the table is open.
    """

    series: str | None = None
    place: str | None = None
    groups: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    has_peers: bool = False
    measure: Measure = "rate"
    pace: Pace = "year"
    reckoning: Reckoning = "calendar"
    layout: Literal["together", "apart"] = "together"
    has_own_scale: bool = False
    has_table: bool = False

    @property
    def span(self) -> Span:
        """Length of a period, with whose years and quarters they are."""
        return _SPANS.get((self.pace, self.reckoning), self.pace)


class Told(NamedTuple):
    """One line: of whom it tells, and what.

    Attributes
    ----------
    label
        Name of the place or group.
    code
        DIVIPOLA code of a municipality or department; empty for a group.
    history
        One row per published period, as `dashboard.chart.history_points` takes it.
    trend
        What the marts say of its trend, which they do of no group.
    has_holes
        Whether periods are left out because some member of the group publishes nothing in them.
    """

    label: str
    code: str
    history: pd.DataFrame
    trend: Trend | None = None
    has_holes: bool = False


class Figure(NamedTuple):
    """One period of one line."""

    period: date
    events: float
    population: float | None
    rate_per_100k: float | None
    rate_lower_per_100k: float | None
    rate_upper_per_100k: float | None
    is_provisional: bool
    is_partial: bool
    crosses_edition: bool


def paces(series: Series) -> tuple[Pace, ...]:
    """Lengths of period that a series can be told in; none if nothing of it is published."""
    windows = series.offer.windows
    if "month" not in windows:
        return cast("tuple[Pace, ...]", windows)
    # What is measured rather than recorded is not summed over places or quarters.
    return (
        ("year", "quarter", "rolling", "month")
        if series.kind == "violence"
        else ("year", "rolling", "month")
    )


def nearest(warehouse: Warehouse, words: Words, wanted: Selection) -> tuple[Selection, list[str]]:
    """The nearest view that exists.

    Parameters
    ----------
    warehouse
        Where the series and places stand.
    words
        Language of the notes.
    wanted
        What was asked for.

    Returns
    -------
    selection
        With a series, and with groups or places.
    notes
        A sentence for everything that could not be met.
    """
    _ = words.text
    notes = []
    every = facts.all_series(warehouse)
    selection = wanted
    if selection.series not in every:
        if selection.series is not None:
            notes.append(
                _("The link names a series that is not known here; this is the first one.")
            )
        first = next((one for one in every.values() if one.is_published), None)
        selection = replace(selection, series=(first or next(iter(every.values()))).series_id)
    series = every[str(selection.series)]
    if selection.measure == "rate" and not series.has_rate:
        selection = replace(selection, measure="count")
    offered = paces(series)
    if offered and selection.pace not in offered:
        notes.append(_("This series is not published for periods of that length."))
        selection = replace(selection, pace=offered[0])
    if selection.reckoning == "fiscal" and not may_be_fiscal(series, selection):
        selection = replace(selection, reckoning="calendar")
    selection, more = _with_lines(warehouse, words, series, selection)
    return selection, [*notes, *more]


def may_be_fiscal(series: Series, selection: Selection) -> bool:
    """Whether fiscal years and quarters can be told: of months, and of sums over them."""
    return "quarter" in paces(series) and selection.pace in {"year", "quarter"}


def _with_lines(
    warehouse: Warehouse, words: Words, series: Series, wanted: Selection
) -> tuple[Selection, list[str]]:
    """The groups and places that exist and may be told of; the departments if none is left."""
    _ = words.text
    notes = []
    known = facts.places(warehouse)
    offered = group_labels(warehouse, words, series)
    groups = tuple(one for one in wanted.groups if one in offered)
    places = tuple(one for one in wanted.places if one in known)
    if DOCUMENTED in wanted.groups and DOCUMENTED not in offered:
        notes.append(apart_note(words))
    unknown = {*wanted.groups, *wanted.places} - {*groups, *places, DOCUMENTED, TOGETHER, *_BESIDE}
    if unknown:
        notes.append(_("The link names a place that is not on this map."))
    place = wanted.place if wanted.place in known else None
    if not (groups or places):
        if place:
            groups, places = (place[:2],), (place,)
        else:
            groups = tuple(facts.departments(warehouse))
    if places and place not in places:
        place = places[-1]
    return replace(wanted, groups=groups, places=places, place=place), notes


def apart_note(words: Words) -> str:
    """Why the documented municipalities are not told of as a group."""
    _ = words.text
    return _(
        "To protect people, coverage is not set beside this series: the documented "
        "municipalities are not drawn as a group."
    )


def group_labels(warehouse: Warehouse, words: Words, series: Series) -> dict[str, str]:
    """What may be drawn besides municipalities, by its id."""
    _ = words.text
    labels = dict(facts.departments(warehouse))
    if series.kind != "violence":
        return labels
    labels[TOGETHER] = _("The seven departments together")
    if not series.is_apart_from_coverage:
        labels[DOCUMENTED] = documented_label(warehouse, words)
        members = facts.group_members(warehouse)
        beside = {
            "pdet_elsewhere": _("PDET municipalities of other departments"),
            "documented_peers": _("Peers of the documented"),
        }
        labels |= {group: label for group, label in beside.items() if group in members}
    return labels


def documented_label(warehouse: Warehouse, words: Words) -> str:
    """Name of the group of municipalities that the programme is known to have worked in."""
    _ = words.text
    codes = documented_codes(warehouse)
    documented = words.plural(
        "{count} documented municipality", "{count} documented municipalities", len(codes)
    )
    return _("{documented} (of {total})").format(
        documented=documented,
        total=words.number(max(SOMOS_COMUNIDAD.municipality_count, len(codes))),
    )


def documented_codes(warehouse: Warehouse) -> tuple[str, ...]:
    """Municipalities that a public source, or the programme's own list, names."""
    coverage = facts.coverage(warehouse, SOMOS_COMUNIDAD.id)
    return tuple(code for code, one in coverage.items() if claims.is_in_programme(one.state))


def told_lines(
    warehouse: Warehouse, words: Words, series: Series, selection: Selection
) -> list[Told]:
    """The lines of a selection that exists, municipalities first.

    Parameters
    ----------
    warehouse
        Where figures come from.
    words
        Language.
    series
        The selected series.
    selection
        From `nearest`.

    Returns
    -------
    lines
        In the order of the choice; a line without a published figure has an empty history.
    """
    _ = words.text
    labels = group_labels(warehouse, words, series)
    trends = facts.trends(warehouse, series.series_id)
    known = facts.places(warehouse)
    ask = _Question(warehouse, series, selection.span)
    lines = []
    for one in selection.places:
        name = known[one].municipality_name
        lines.append(ask.place(name, one)._replace(trend=trends.get(one)))
        peers = facts.peers(warehouse, one) if selection.has_peers else []
        if peers and series.kind == "violence":
            label = _("{count} peers of {place}").format(count=words.number(len(peers)), place=name)
            lines.append(ask.group(label, [peer.peer_code for peer in peers]))
    for one in selection.groups:
        if one == DOCUMENTED:
            lines.append(ask.group(labels[one], documented_codes(warehouse)))
        elif one == TOGETHER:
            lines.append(ask.group(labels[one], tuple(facts.departments(warehouse))))
        elif one in _BESIDE:
            lines.append(ask.group(labels[one], facts.group_members(warehouse)[one]))
        else:
            lines.append(ask.department(labels[one], one)._replace(trend=trends.get(one)))
    return lines


class _Question(NamedTuple):
    """What is asked of every place or group."""

    warehouse: Warehouse
    series: Series
    span: Span

    def place(self, label: str, code: str) -> Told:
        if self.span in {"year", "rolling", "month"}:
            history = facts.history(self.warehouse, self.series.series_id, code, self.span)
            return Told(label, code, history)
        return self.group(label, (code,))._replace(code=code)

    def department(self, label: str, code: str) -> Told:
        if self.span == "year":
            history = facts.department_history(self.warehouse, self.series.series_id, code)
            return Told(label, code, history)
        return self.group(label, (code,))._replace(code=code)

    def group(self, label: str, codes: Sequence[str]) -> Told:
        history = facts.group_history(
            self.warehouse, self.series.series_id, tuple(codes), self.span
        )
        # Without a member the group is another one, and its count is too small.
        whole = history.loc[history["members_published"].eq(history["members"])]
        return Told(label, "", whole, has_holes=len(whole) < len(history))


def figures(told: Told) -> list[Figure]:
    """The periods of a line, earliest first."""
    return list(facts.rows(told.history, Figure))


def newest_whole(told: Told) -> Figure | None:
    """The newest period whose figures stand; the newest of all if none does."""
    every = figures(told)
    standing = [one for one in every if not (one.is_provisional or one.is_partial)]
    return next(reversed(standing or every), None)


def drawn_periods(lines: Sequence[Told]) -> tuple[date, date] | None:
    """First and last period of any line; ``None`` if there is none."""
    ends = [
        (told.history["period"].iloc[0], told.history["period"].iloc[-1])
        for told in lines
        if len(told.history)
    ]
    if not ends:
        return None
    return min(first for first, _ in ends).date(), max(last for _, last in ends).date()


def drawn(selection: Selection, series: Series) -> Drawn:
    """What is drawn of every line."""
    colour = "context" if series.kind == "context" else "violence"
    return Drawn(selection.measure, selection.span, colour)
