"""Pieces of page that all pages share: tiles, lists, notes, provenance. Everything is escaped."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from markupsafe import Markup

from dashboard.facts import Figure, Series
from dashboard.language import Words
from dashboard.state import Period

NOTHING: Final = Markup("<span></span>")
"""Streamlit refuses an empty piece of page."""


def bullets(lines: Sequence[str], kind: str) -> Markup:
    """Lines as a list; something invisible if there are none."""
    items = each("<li>{}</li>", ((line,) for line in lines))
    return Markup("<ul class='{}'>{}</ul>").format(kind, items) if items else NOTHING


def tile(label: str, value: str, below: str, badge: str = "") -> Markup:
    """One figure in large type, what it counts above and what to know of it below."""
    mark = Markup(" <em class='badge'>{}</em>").format(badge) if badge else ""
    return Markup(
        "<div class='tile'><span class='label'>{}</span><span class='value'>{}</span>"
        "<span class='below'>{}{}</span></div>"
    ).format(label, value, below, mark)


def tiles(pieces: Iterable[Markup]) -> Markup:
    """Tiles side by side."""
    return Markup("<div class='tiles'>{}</div>").format(Markup("").join(pieces))


def note(text: str) -> Markup:
    """A sentence that qualifies what is shown."""
    return Markup("<p class='note'>{}</p>").format(text)


def section(title: str, body: Markup) -> Markup:
    """A part of a page under its own heading."""
    return Markup("<section class='part'><h2>{}</h2>{}</section>").format(title, body)


def part(anchor: str, title: str, body: Markup) -> Markup:
    """A part of a page that its contents lead to."""
    return Markup("<section class='part' id='{}'><h2>{}</h2>{}</section>").format(
        anchor, title, body
    )


def contents(label: str, titles: Mapping[str, str]) -> Markup:
    """Links to the parts of a page by their anchors."""
    links = each("<li><a href='#{}'>{}</a></li>", titles.items())
    return Markup("<nav class='contents' aria-label='{}'><ul>{}</ul></nav>").format(label, links)


def each(template: str, values: Iterable[tuple[object, ...]]) -> Markup:
    """A template of the project's own, filled with each of the values."""
    return Markup("").join(Markup(template).format(*value) for value in values)  # noqa: S704


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], *, stacks: bool = False
) -> Markup:
    """A plain table: it scrolls by itself where it is wider than the page, and prints.

    Parameters
    ----------
    heads
        One per column.
    rows
        Cells of each row; the first one names it.
    stacks
        Whether a row becomes a small paragraph on a phone, each cell after its column's head: for
        rows that are read one by one, where scrolling sideways would hide what matters.
    """
    body = Markup("").join(
        Markup("<tr><th scope='row'>{}</th>{}</tr>").format(
            first,
            each("<td data-head='{}'>{}</td>", zip(heads[1:], rest, strict=True))
            if stacks
            else each("<td>{}</td>", ((cell,) for cell in rest)),
        )
        for first, *rest in rows
    )
    return Markup(
        "<div class='{}' tabindex='0'><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
        "</div>"
    ).format(
        "wide stacks" if stacks else "wide",
        each("<th scope='col'>{}</th>", ((head,) for head in heads)),
        body,
    )


def likely_range(words: Words, lower: float | None, upper: float | None) -> str:
    """The 95 % interval of a rate in words; nothing where the rate is undefined."""
    _ = words.text
    if lower is None or upper is None:
        return ""
    return _("likely between {lower} and {upper}").format(
        lower=words.rate(lower), upper=words.rate(upper)
    )


def period_badge(words: Words, period: Period) -> str:
    """Why the figures of a period do not stand yet; nothing if they do."""
    _ = words.text
    if period.is_partial:
        return _("incomplete")
    return _("provisional") if period.is_provisional else ""


def figure_notes(words: Words, figure: Figure, *, has_rate: bool) -> Iterable[str]:
    """What a reader must know of one figure.

    Parameters
    ----------
    words
        Language.
    figure
        The figure.
    has_rate
        Whether its series has rates at all.
    """
    _ = words.text
    if figure.is_provisional:
        yield _("Provisional: the figure may still grow.")
    if has_rate and figure.rate_per_100k is None:
        yield _("No rate: the population is not known.")
    elif has_rate and figure.is_population_carried:
        yield _("The rate uses the population of the year before.")
    if has_rate and figure.crosses_edition:
        yield _("The rate mixes two editions of the population figures: it does not compare.")


def series_choices(words: Words, series: Mapping[str, Series]) -> dict[str, str]:
    """Names of the series as lists offer them: context last, then what is not published.

    Parameters
    ----------
    words
        Language.
    series
        By id, in the order of the catalogue.
    """
    _ = words.text
    groups = {"violence": _("Violence"), "context": _("Context")}
    ordered = sorted(series.values(), key=lambda one: (one.kind == "context", not one.is_published))
    names = {}
    for one in ordered:
        name = f"{groups[one.kind]} · {one.label(words.code)}"
        absent = _("{series} (not published here)").format(series=name)
        names[one.series_id] = name if one.is_published else absent
    return names


def rate_labels(words: Words) -> dict[str, str]:
    """Heads of the columns of a rate and its 95 % limits."""
    _ = words.text
    return {
        "rate_per_100k": _("Per 100,000 residents a year"),
        "rate_lower_per_100k": _("Likely from"),
        "rate_upper_per_100k": _("Likely to"),
    }


def provenance(words: Words, build_id: str, series: Iterable[Series]) -> Markup:
    """Publisher, cut, retrieval and build, as every page owes them.

    Parameters
    ----------
    words
        Language.
    build_id
        Build of the warehouse.
    series
        Series whose figures are shown.
    """
    text = provenance_text(words, build_id, series)
    return Markup("<p class='provenance'>{}</p>").format(text)


def provenance_text(words: Words, build_id: str, series: Iterable[Series]) -> str:
    """The same in one line of plain text."""
    _ = words.text
    shown = list(series)
    days = {one.retrieved_date for one in shown}
    # What was fetched on one day says so once.
    parts = list(dict.fromkeys(_origin(words, one, is_dated=len(days) > 1) for one in shown))
    if len(days) == 1 and (day := days.pop()):
        parts.append(_("retrieved {day}").format(day=words.day(day)))
    parts.append(_("boundaries: DANE, MGN 2025, and Natural Earth"))
    parts.append(_("build {build}").format(build=build_id))
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


def _origin(words: Words, series: Series, *, is_dated: bool) -> str:
    _ = words.text
    parts = [_("Source: {source}").format(source=series.citation.removesuffix("."))]
    if series.cut_date:
        cut = _("bundled snapshot, cut {day}") if series.is_bundled else _("cut {day}")
        parts.append(cut.format(day=words.day(series.cut_date)))
    if is_dated and series.retrieved_date:
        parts.append(_("retrieved {day}").format(day=words.day(series.retrieved_date)))
    return " · ".join(parts)
