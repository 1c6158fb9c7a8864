"""What happened next in places like these: the documented group among placebo groups, drawn.

Never a bar before and a bar after: what followed in the group stands only in what followed in
groups that were chosen in the same way.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from dashboard import facts
from dashboard.facts import FanStep, GroupYear, LeftOut, Series
from dashboard.language import Words
from dashboard.pieces import bullets, each, likely_range, table
from pipeline import Warehouse

_WIDTH: Final = 340
_HEIGHT: Final = 190
_LEFT: Final = 30
_RIGHT: Final = 16
_TOP: Final = 10
_BOTTOM: Final = 164
_ROOM: Final = 1.05
"""Share of the highest value at which the axis ends."""

_NEWEST_YEARS: Final = 3
"""Years in which the group is set beside others."""


class _Scale(NamedTuple):
    """Where years and values lie, in user units."""

    years: int
    top: float

    def x(self, year: int) -> float:
        return _LEFT + year * (_WIDTH - _LEFT - _RIGHT) / self.years

    def y(self, value: float) -> float:
        return _BOTTOM - value / self.top * (_BOTTOM - _TOP)

    def points(self, values: Sequence[tuple[int, float]]) -> str:
        """Years and values as the points of a path."""
        return " ".join(f"{self.x(year):.1f},{self.y(value):.1f}" for year, value in values)


class Beside(NamedTuple):
    """A series in the documented municipalities beside other groups.

    Attributes
    ----------
    series
        The series.
    rates
        The newest three years that stand, of every group.
    largest
        The newest rate without the member that moves it most, where it is known.
    """

    series: Series
    rates: list[GroupYear]
    largest: LeftOut | None


def fans(warehouse: Warehouse) -> dict[Series, list[FanStep]]:
    """Steps of each series that may stand beside coverage; series without any are left out.

    Parameters
    ----------
    warehouse
        Where the fans stand.
    """
    series = [
        one
        for one in facts.all_series(warehouse).values()
        if one.kind == "violence" and one.is_published and not one.is_apart_from_coverage
    ]
    return {one: steps for one in series if (steps := facts.placebo_fan(warehouse, one.series_id))}


def beside(warehouse: Warehouse, series: Series) -> Beside:
    """The rates of the documented municipalities and of other groups in the years that are told.

    Parameters
    ----------
    warehouse
        Where the rates stand.
    series
        One that may stand beside coverage.
    """
    years = [
        one
        for one in facts.group_years(warehouse, series.series_id)
        if one.rate_per_100k is not None and not one.is_provisional
    ]
    shown = sorted({one.period for one in years})[-_NEWEST_YEARS:]
    largest = [one for one in facts.left_out(warehouse, series.series_id) if one.is_largest]
    newest = largest[-1] if largest and largest[-1].rate_per_100k is not None else None
    return Beside(series, [one for one in years if one.period in shown], newest)


def group_names(words: Words) -> dict[str, str]:
    """What the groups are called, in the order in which they are told of."""
    _ = words.text
    return {
        "documented": _("Documented municipalities"),
        "first_wave": _("First wave of them"),
        "pdet_elsewhere": _("PDET municipalities of other departments"),
        "documented_peers": _("Peers of the documented"),
        "first_wave_peers": _("Peers of the first wave"),
    }


def fan_lead(words: Words) -> str:
    """What a fan is, and that it is no effect."""
    _ = words.text
    return _(
        "A description, not an effect. The programme went to places that were violent, and such "
        "places fall by themselves. So the documented municipalities stand among 1,000 placebo "
        "groups: as many places of the country, as like them in violence and size as there were, "
        "chosen in the same way in earlier years, before the programme."
    )


def beside_caveat(words: Words) -> str:
    """What a difference between groups does not say."""
    _ = words.text
    return _(
        "Rates of whole groups, per 100,000 residents a year. Groups differ in their level for "
        "many reasons; a difference is no effect."
    )


def next_section(warehouse: Warehouse, words: Words) -> Markup:
    """What happened next in places like these, series by series; empty where nothing is told.

    Parameters
    ----------
    warehouse
        Where the fans stand.
    words
        Language.
    """
    _ = words.text
    known = fans(warehouse)
    if not known:
        return Markup("")
    told = {one: steps for one, steps in known.items() if steps[0].refusal is None}
    first = next(iter(known))
    drawn = dict.fromkeys([*([first] if known[first][0].draws else []), *told])
    refused = [
        (one.label(words.code), _reason(words, steps[0]))
        for one, steps in known.items()
        if one not in drawn
    ]
    key = _(
        "1: moved like the rest of the country. Bands hold 50, 80 and 95 % of the placebo groups; "
        "the broken line is their middle, the solid one the documented municipalities, where they "
        "had equals. Several series are looked at: that one of them lies near an edge is no "
        "surprise, and does not say why."
    )
    charts = [
        Markup("<figure class='fan-card'><figcaption>{}</figcaption>{}<p>{}</p></figure>").format(
            one.label(words.code), _chart(words, one, known[one]), _sentence(words, known[one])
        )
        for one in drawn
    ]
    return Markup(
        "<p>{}</p><p>{}</p><div class='fans'>{}</div><p class='key-note'>{}</p>{}{}{}"
    ).format(
        fan_lead(words),
        _by_themselves(warehouse, words, first),
        Markup("").join(charts),
        key,
        _details(
            _("The figures of the fans as a table"),
            _fan_table(words, {one: known[one] for one in drawn}),
        ),
        _details(
            _("Series of which the group's place is not told, and why"),
            bullets([f"{name}: {reason}" for name, reason in refused], "caveats"),
        )
        if refused
        else "",
        _beside(words, beside(warehouse, first)),
    )


def _details(title: str, body: Markup) -> Markup:
    return Markup("<details><summary>{}</summary>{}</details>").format(title, body)


def _by_themselves(warehouse: Warehouse, words: Words, series: Series) -> str:
    """What followed on the highest rates, whatever was done there."""
    _ = words.text
    found = facts.next_of_highest(warehouse, series.series_id)
    if found is None:
        return ""
    return _(
        "{series}: the {places} municipalities of the country with the highest rates of two years "
        "changed by {percent} on average in the next two; in {falling} of {windows} windows they "
        "fell."
    ).format(
        series=series.label(words.code),
        places=words.number(found.places),
        percent=words.percent(found.percent_mean),
        falling=words.number(found.windows_falling),
        windows=words.number(found.windows),
    )


def _reason(words: Words, step: FanStep) -> str:
    """Why the group's place is not told."""
    _ = words.text
    if step.refusal == "no groups as violent" and step.level and step.placebo_level:
        return _(
            "no groups were as violent: the documented municipalities had {own} times the rate of "
            "the rest of the country, the placebo groups {placebo} times. Places so violent fall "
            "even more by themselves, and the comparison would flatter."
        ).format(own=words.ratio(step.level), placebo=words.ratio(step.placebo_level))
    return {
        "a member publishes nothing": _("one of the municipalities publishes nothing."),
        "too few events": _("too few events before to compare with."),
        "no window in the past": _("too few years before the programme, or none in it."),
        "the definition changed": _("the definition changed in between."),
    }.get(str(step.refusal), "")


def _sentence(words: Words, steps: Sequence[FanStep]) -> str:
    """The group's place in words, at the last year that is followed."""
    _ = words.text
    last = steps[-1]
    if last.refusal or last.below is None or last.last_month is None:
        reason = _reason(words, last)
        return reason[:1].upper() + reason[1:]
    said = _("Up to {month}: of {draws} placebo groups, {below} fell more, or rose less.").format(
        month=words.month(last.last_month),
        draws=words.number(last.draws),
        below=words.number(round(last.below)),
    )
    if last.heaviest_name is None or last.below_without is None:
        return said
    without = _("Without {place}, {below}.").format(
        place=last.heaviest_name, below=words.number(round(last.below_without))
    )
    return f"{said} {without}"


def _chart(words: Words, series: Series, steps: Sequence[FanStep]) -> Markup:
    """A fan that opens from 1, and the group's line in it where it is told."""
    known = [one for one in steps if one.median is not None]
    ends = [value for one in known for value in (one.upper_95, one.own) if value is not None]
    scale = _Scale(known[-1].years_after, max([*ends, 1.2]) * _ROOM)
    bands = [
        _band(scale, name, [(one.years_after, *_ends(one, name)) for one in known])
        for name in ("95", "80", "50")
    ]
    start = [(0, 1.0)]
    middle = [*start, *((one.years_after, one.median or 0.0) for one in known)]
    own = [(one.years_after, one.own) for one in known if one.own is not None]
    line = [*start, *own] if own else []
    dots = each(
        "<circle class='own' cx='{:.1f}' cy='{:.1f}' r='3'/>",
        ((scale.x(year), scale.y(value)) for year, value in own),
    )
    ticks = [value for value in (0.0, 0.5, 1.0, 1.5, 2.0) if value <= scale.top]
    rules = each(
        "<path class='{}' d='M{} {:.1f}H{}'/><text x='{}' y='{:.1f}' class='y'>{}</text>",
        (
            (
                "one" if value == 1 else "rule",
                _LEFT,
                scale.y(value),
                _WIDTH - _RIGHT,
                _LEFT - 4,
                scale.y(value) + 4,
                words.number(value),
            )
            for value in ticks
        ),
    )
    years = each(
        "<text x='{:.1f}' y='{}' class='x'>{}</text>",
        (
            (scale.x(one.years_after), _BOTTOM + 16, one.last_month.year)
            for one in known
            if one.last_month
        ),
    )
    return Markup(
        "<svg class='fan' viewBox='0 0 {} {}' role='img' aria-label='{}'>{}{}"
        "<polyline class='middle' points='{}'/>{}{}{}</svg>"
    ).format(
        _WIDTH,
        _HEIGHT,
        f"{series.label(words.code)}. {_sentence(words, steps)}",
        rules,
        Markup("").join(bands),
        scale.points(middle),
        Markup("<polyline class='own' points='{}'/>").format(scale.points(line)) if line else "",
        dots,
        years,
    )


def _ends(step: FanStep, band: str) -> tuple[float, float]:
    lower = {"95": step.lower_95, "80": step.lower_80, "50": step.lower_50}[band]
    upper = {"95": step.upper_95, "80": step.upper_80, "50": step.upper_50}[band]
    return lower or 0.0, upper or 0.0


def _band(scale: _Scale, name: str, ends: Sequence[tuple[int, float, float]]) -> Markup:
    corners = [(0, 1.0), *((year, upper) for year, _lower, upper in ends)]
    corners += [(year, lower) for year, lower, _upper in reversed(ends)]
    return Markup("<polygon class='band-{}' points='{}'/>").format(name, scale.points(corners))


def _fan_table(words: Words, fans: dict[Series, list[FanStep]]) -> Markup:
    """All that the fans draw."""
    _ = words.text
    heads = (
        _("Series"),
        _("Years after"),
        _("Up to"),
        _("Documented municipalities"),
        _("Middle of the placebo groups"),
        _("Half of them"),
        _("80 % of them"),
        _("95 % of them"),
        _("Placebo groups that fell more"),
    )
    rows = [
        (
            series.label(words.code),
            one.years_after,
            words.month(one.last_month, short=True) if one.last_month else "–",
            _ratio(words, one.own),
            _ratio(words, one.median),
            *(
                "–".join(_ratio(words, end) for end in _ends(one, band))
                for band in ("50", "80", "95")
            ),
            "–" if one.below is None else words.number(round(one.below)),
        )
        for series, steps in fans.items()
        for one in steps
    ]
    return table(heads, rows)


def _ratio(words: Words, value: float | None) -> str:
    return "–" if value is None else words.ratio(value)


def _beside(words: Words, told: Beside) -> Markup:
    """The documented municipalities beside other groups, and which member carries them."""
    _ = words.text
    if not told.rates:
        return Markup("")
    periods = sorted({one.period for one in told.rates})
    known = {(one.group_id, one.period): one for one in told.rates}
    rows = [
        (
            f"{name} ({words.number(sizes[0])})",
            *(_rate(words, known.get((group, period))) for period in periods),
        )
        for group, name in group_names(words).items()
        if (sizes := [one.members for one in told.rates if one.group_id == group])
    ]
    heads = [_("Group (municipalities)"), *(str(period.year) for period in periods)]
    title = _("{series}: the group beside others").format(series=told.series.label(words.code))
    return Markup("<h3>{}</h3>{}<p>{} {}</p>").format(
        title,
        table(heads, rows, stacks=True),
        beside_caveat(words),
        _carried(words, told.largest),
    )


def _rate(words: Words, one: GroupYear | None) -> str:
    if one is None or one.rate_per_100k is None:
        return "–"
    likely = likely_range(words, one.rate_lower_per_100k, one.rate_upper_per_100k)
    return ", ".join(filter(None, [words.rate(one.rate_per_100k), likely]))


def _carried(words: Words, largest: LeftOut | None) -> str:
    """Which member moves the group's newest rate most."""
    if largest is None:
        return ""
    _ = words.text
    return _(
        "In {year} {place} moves the rate of the documented municipalities most: without it the "
        "rate is {without} instead of {whole}."
    ).format(
        year=largest.period.year,
        place=largest.municipality_name,
        without=words.rate(largest.rate_per_100k or 0),
        whole=words.rate(largest.group_rate_per_100k),
    )
