"""The table of the comparison: every rate with its interval, every word with its years."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from markupsafe import Markup

from dashboard import facts
from dashboard.comparison import Compared, Pooling, Selection, Sort, scale_end, shown_period
from dashboard.facts import Series
from dashboard.language import LanguageCode, Words
from dashboard.language import words as spoken_words
from dashboard.links import link
from dashboard.phrases import (
    SYMBOLS,
    Phrase,
    change_phrases,
    refusal_phrases,
    reliability_phrases,
    trend_phrases,
)
from dashboard.pieces import bullets, each
from dashboard.sparkline import sparkline
from pipeline import MARKS, MarkKind, Warehouse, claims

_MONTHS: Final = 12
_HALF: Final = 0.5
"""A year is drawn in its middle: what changed before the first one's or after the last one's
middle parts no two of them."""

_PLACE_PAGE: Final = "municipality"
_NOTHING: Final = Markup("<span class='none'>–</span>")


class _Head(NamedTuple):
    """Head of a column: what it orders by, if it does, its name, and what its figures are."""

    sort: Sort | None
    name: str
    hint: str


class Drawing(NamedTuple):
    """What the small drawings of all rows have in common.

    Attributes
    ----------
    end
        Rate at which the scale of the intervals ends.
    marks
        Where the histories are marked, and as what.
    """

    end: float
    marks: tuple[tuple[float, str], ...]


def span(period: date, pooling: Pooling) -> str:
    """Years that a period stands for."""
    return str(period.year) if pooling == "year" else f"{period.year - 2}–{period.year}"


def sort_names(words: Words, series: Series) -> dict[Sort, str]:
    """What the rows of a series can be ordered by."""
    _ = words.text
    names: dict[Sort, str] = {"name": _("by name"), "count": _("by count")}
    if series.has_rate:
        names |= {
            "rate": _("by lower limit of the rate"),
            "smoothed": _("by smoothed rate"),
            "trend": _("by trend"),
            "change": _("by change"),
            "reliability": _("by reliability"),
            "rank": _("by upper limit of the rank"),
        }
    return names


def summary(
    warehouse: Warehouse,
    words: Words,
    series: Series,
    selection: Selection,
    rows: Sequence[Compared],
) -> Markup:
    """What is compared, how many are shown, and what their order means."""
    _ = words.text
    period = shown_period(rows)
    lines = [_order_words(words, series)[selection.sort]] if len(rows) > 1 else []
    if selection.sort in {"rate", "smoothed", "rank"}:
        lines.append(_("Wide intervals do not settle who stands before whom."))
    lines += _break_words(warehouse, words, series, rows)
    title = f"{series.label(words.code)}, {span(period, selection.window)}" if period else ""
    count = words.plural("{count} municipality", "{count} municipalities", len(rows))
    return Markup("<div class='summary'><h2>{} · {}</h2><p>{}</p></div>").format(
        title or series.label(words.code), count, " ".join(lines)
    )


def drawing(warehouse: Warehouse, series: Series, everyone: Sequence[Compared]) -> Drawing:
    """What the small drawings of a series have in common, whoever of its rows is shown."""
    return Drawing(scale_end(everyone), tuple(_spark_marks(warehouse, series, everyone[0])))


def comparison_table(
    words: Words,
    series: Series,
    selection: Selection,
    rows: Sequence[Compared],
    drawing: Drawing,
) -> Markup:
    """Rows in the order given, one for each municipality; its name leads to its own page.

    Parameters
    ----------
    words
        Language.
    series
        What is compared.
    selection
        What is shown, to write what the heads lead to.
    rows
        At least one.
    drawing
        What their small drawings have in common.
    """
    _ = words.text
    period = shown_period(rows)
    writer = _writer(words.code, series, drawing)
    heads = Markup("").join(_head(words, selection, one) for one in _heads(words, series, rows))
    label = _("Table of municipalities. {series}, {period}").format(
        series=series.label(words.code),
        period=span(period, selection.window) if period else _("not published"),
    )
    return Markup(
        "<div class='comparison' tabindex='0' role='region' aria-label='{}'><table>"
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(label, heads, Markup("").join(map(writer.row, rows)))


def guide(words: Words, series: Series) -> Markup:
    """What the columns say, in plain words."""
    _ = words.text
    lines = [
        _("Yearly history: each line has its own scale from zero to its own highest year."),
        _("Count: what the publisher recorded. It grows with the number of residents."),
    ]
    if series.has_rate:
        lines += [
            _(
                "Rate: per 100,000 residents a year. The bar spans the values between which the "
                "true rate likely lies (95 %); where two bars overlap widely, do not say that one "
                "place has the higher rate. All bars share one scale; an open end runs on."
            ),
            _(
                "Smoothed rate: the rate drawn towards that of all municipalities, the more so the "
                "fewer residents stand behind it. Small places then do not stand out by chance."
            ),
            _(
                "Rank: between which places the municipality likely ranks, and how many others it "
                "cannot be told apart from."
            ),
            *_meanings(reliability_phrases(words)),
            *_meanings(trend_phrases(words)),
            *_meanings(change_phrases(words)),
        ]
    lines.append(_("A dash means that nothing is published or nothing can be told: never zero."))
    return bullets(lines, "caveats")


@lru_cache(maxsize=64)
def _writer(language: LanguageCode, series: Series, drawing: Drawing) -> "_Writer":
    return _Writer(spoken_words(language), series, drawing)


class _Writer:
    """Writes the rows of one table, each once: orders and filters show the same rows again."""

    def __init__(self, words: Words, series: Series, drawing: Drawing) -> None:
        self._words = words
        self._series = series
        self._end, self._marks = drawing
        self._trends = trend_phrases(words)
        self._changes = change_phrases(words)
        self._refusals = refusal_phrases(words)
        self._reliabilities = reliability_phrases(words)
        self.row = lru_cache(maxsize=512)(self._row)

    def _row(self, row: Compared) -> Markup:
        """One municipality."""
        cells = [("history", self._history(row)), ("count", self._count(row))]
        if self._series.has_rate:
            cells += [
                ("rate", self._rate(row)),
                ("smoothed", self._smoothed(row)),
                ("trend", self._trend(row)),
                ("change", self._change(row)),
                ("reliability", _word(row.reliability, self._reliabilities, "")),
                ("rank", self._rank(row)),
            ]
        return Markup("<tr><th scope='row'>{}</th>{}</tr>").format(
            self._name(row), each("<td class='{}'>{}</td>", cells)
        )

    def _name(self, row: Compared) -> Markup:
        query = {"series": self._series.series_id, "place": row.municipality_code}
        name = link(_PLACE_PAGE, query, self._words, row.municipality_name)
        where = [row.department_name, *filter(None, [row.pdet_subregion])]
        return Markup("{}<small>{}</small>").format(name, " · ".join(where))

    def _history(self, row: Compared) -> Markup:
        _ = self._words.text
        values = row.history or ()
        known = [value for value in values if value is not None]
        if not known or row.history_first_year is None:
            return _NOTHING
        written = self._words.rate if self._series.has_rate else self._words.number
        label = _("{first}–{last}: highest {highest}, newest {newest}").format(
            first=row.history_first_year,
            last=row.history_first_year + len(values) - 1,
            highest=written(max(known)),
            newest=written(known[-1]),
        )
        return sparkline(values, self._marks, label)

    def _count(self, row: Compared) -> Markup | str:
        _ = self._words.text
        if row.events is None:
            return Markup("<span class='none'>{}</span>").format(_("not published"))
        badge = Markup("<em class='badge'>{}</em>").format(_("provisional"))
        return Markup("{} {}").format(
            self._words.number(row.events), badge if row.is_provisional else ""
        )

    def _rate(self, row: Compared) -> Markup:
        if row.rate_per_100k is None:
            return _NOTHING
        limits = self._limits(row.rate_lower_per_100k, row.rate_upper_per_100k)
        bar = _bar(row.rate_lower_per_100k, row.rate_upper_per_100k, row.rate_per_100k, self._end)
        # Where the table is narrow its own column is out of sight, and no rate may be read alone.
        beneath = _word(row.reliability, self._reliabilities, "")
        return Markup("<b>{}</b> <small>{}</small>{}<span class='beneath'>{}</span>").format(
            self._words.rate(row.rate_per_100k), limits, bar, beneath
        )

    def _smoothed(self, row: Compared) -> Markup:
        if row.smoothed_per_100k is None:
            return _NOTHING
        return Markup("<b>{}</b> <small>{}</small>").format(
            self._words.rate(row.smoothed_per_100k),
            self._limits(row.smoothed_lower_per_100k, row.smoothed_upper_per_100k),
        )

    def _limits(self, lower: float | None, upper: float | None) -> str:
        _ = self._words.text
        if lower is None or upper is None:
            return ""
        return _("{lower} to {upper}").format(
            lower=self._words.rate(lower), upper=self._words.rate(upper)
        )

    def _trend(self, row: Compared) -> Markup:
        if row.trend is None:
            return _NOTHING
        return _word(row.trend, self._trends, f"{row.trend_first_year}–{row.trend_last_year}")

    def _change(self, row: Compared) -> Markup:
        percent = claims.told_percent(row.change, row.change_percent)
        if percent is not None:
            return _word(row.change, self._changes, self._words.percent(percent))
        refusal = claims.told_reason(row.change, row.change_refusal)
        return _word(row.change, self._changes, self._refusals.get(refusal or "", ""))

    def _rank(self, row: Compared) -> Markup:
        _ = self._words.text
        if row.rank_lower is None or row.rank_upper is None or row.ranked is None:
            return _NOTHING
        between = _("{lower} to {upper} of {ranked}").format(
            lower=self._words.number(round(row.rank_lower)),
            upper=self._words.number(round(row.rank_upper)),
            ranked=self._words.number(row.ranked),
        )
        alike = self._words.plural("like {count} other", "like {count} others", row.alike or 0)
        bar = _bar(row.rank_lower, row.rank_upper, None, row.ranked)
        return Markup("{} <small>{}</small>{}").format(between, alike, bar)


def _bar(lower: float | None, upper: float | None, value: float | None, end: float) -> Markup:
    """An interval on a scale from zero; a point for the value, an open end beyond the scale."""
    if lower is None or upper is None:
        return Markup("")
    left, right = (f"{100 * min(one / end, 1):.1f}%" for one in (lower, upper))
    point = (
        Markup("<circle cx='{}' cy='5' r='3'/>").format(f"{100 * value / end:.1f}%")
        if value is not None and value <= end
        else ""
    )
    return Markup(
        "<svg class='bar{}' aria-hidden='true'><line x1='{}' x2='{}' y1='5' y2='5'/>{}</svg>"
    ).format(" open" if upper > end else "", left, right, point)


def _word(word: str | None, phrases: Mapping[str, Phrase], below: str) -> Markup:
    if word is None:
        return _NOTHING
    return Markup(
        "<span class='word' data-word='{}'><i aria-hidden='true'>{}</i> {}</span>{}"
    ).format(
        word,
        SYMBOLS[word],
        phrases[word].name,
        Markup("<small>{}</small>").format(below) if below else "",
    )


def _heads(words: Words, series: Series, rows: Sequence[Compared]) -> Iterable[_Head]:
    _ = words.text
    first = rows[0].history_first_year
    years = f"{first}–{first + len(rows[0].history or ()) - 1}" if first else ""
    yield _Head("name", _("Municipality"), "")
    yield _Head(None, _("By year"), years)
    yield _Head("count", series.unit(words.code).capitalize(), "")
    if not series.has_rate:
        return
    change = next((row for row in rows if row.change_from and row.change_to), None)
    yield _Head("rate", _("Rate"), _("per 100,000, likely range"))
    yield _Head("smoothed", _("Smoothed rate"), _("per 100,000, likely range"))
    yield _Head("trend", _("Trend"), "")
    yield _Head("change", _("Change"), _change_years(words, change))
    yield _Head("reliability", _("Reliability"), _("of the rate"))
    yield _Head("rank", _("Rank"), _("1 is the highest rate"))


def _change_years(words: Words, row: Compared | None) -> str:
    _ = words.text
    if row is None or row.change_from is None or row.change_to is None:
        return ""
    return _("to {later} from {earlier}").format(
        later=row.change_to.year, earlier=row.change_from.year
    )


def _head(words: Words, selection: Selection, head: _Head) -> Markup:
    """A head; where it orders, a link to that order, or to its reverse if it is there already."""
    hint = Markup("<small>{}</small>").format(head.hint) if head.hint else Markup("")
    if head.sort is None:
        return Markup("<th scope='col'><span>{}</span>{}</th>").format(head.name, hint)
    is_current = head.sort == selection.sort
    turned = replace(selection, sort=head.sort, reverse=is_current and not selection.reverse)
    arrow = ("↑" if selection.reverse else "↓") if is_current else ""
    name = Markup("{}<i aria-hidden='true'>{}</i>").format(head.name, arrow)
    state = ""
    if is_current:
        falls = (head.sort in {"count", "rate", "smoothed"}) != selection.reverse
        state = "descending" if falls else "ascending"
    return Markup("<th scope='col'{}>{}{}</th>").format(
        Markup(" aria-sort='{}'").format(state) if state else "",
        link("compare", turned, words, name),
        hint,
    )


def _order_words(words: Words, series: Series) -> dict[Sort, str]:
    _ = words.text
    by_count = _("By count: places with more residents come first, whatever their rate.")
    by_word = _("In groups by the word, within each by name.")
    return {
        "name": _("By name."),
        "count": by_count if series.has_rate else _("By count."),
        "rate": _(
            "By the lower limit of the rate: first come places whose rate is surely high; a high "
            "rate from few events comes later, since it may be chance."
        ),
        "smoothed": _("By the smoothed rate."),
        "trend": by_word,
        "change": by_word,
        "reliability": by_word,
        "rank": _(
            "By the upper limit of the rank: first come places that surely rank high; wide ranges "
            "come later."
        ),
    }


def _break_words(
    warehouse: Warehouse, words: Words, series: Series, rows: Sequence[Compared]
) -> Iterable[str]:
    """What the upright marks within the small histories stand for."""
    _ = words.text
    if not rows:
        return
    marks = [kind for _at, kind in _spark_marks(warehouse, series, rows[0])]
    if "definition" in marks or "contested" in marks:
        yield _("Dashed upright lines in the histories: the definition changed.")
    if "population" in marks:
        yield _("Dotted upright lines: a new edition of the population figures.")


def _spark_marks(warehouse: Warehouse, series: Series, row: Compared) -> list[tuple[float, str]]:
    """Where the years of a history stop meaning the same, and why."""
    if row.history_first_year is None or row.history is None:
        return []
    known = [(one.start_month, one.kind) for one in facts.breaks(warehouse, series.series_id)]
    if series.has_rate:
        known += [(one.day, "population") for one in MARKS if one.kind is MarkKind.POPULATION]
    first = row.history_first_year
    placed = [(day.year - first + (day.month - 1) / _MONTHS, kind) for day, kind in known]
    return [(at, kind) for at, kind in placed if _HALF < at < len(row.history) - _HALF]


def _meanings(phrases: Mapping[str, Phrase]) -> list[str]:
    return [f"{SYMBOLS[word]} {one.name}: {one.meaning}" for word, one in phrases.items()]
