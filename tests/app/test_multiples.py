"""Small charts: what is drawn where, and what of it still may change."""

import re
from datetime import date
from xml.etree import ElementTree as ET

from markupsafe import Markup

from dashboard.chart import Marked
from dashboard.facts import Year
from dashboard.language import words
from dashboard.multiples import Axis, Frame, small_multiple, year_words

EN = words("en")


def year(number: int, events: float, rate: float | None = None, *, is_open: bool = False) -> Year:
    limits = (None, None) if rate is None else (rate / 2, rate * 2)
    return Year(
        number,
        events,
        rate,
        *limits,
        is_provisional=is_open,
        is_partial=False,
        is_population_carried=False,
        crosses_edition=False,
    )


def drawn(years: list[Year], measure: str = "rate", marks: tuple[Marked, ...] = ()) -> ET.Element:
    frame = Frame(EN, Axis(2001, 2010), measure)  # type: ignore[arg-type]
    drawing = small_multiple(frame, years, marks, "A <label>")
    return ET.fromstring(drawing)  # noqa: S314 - drawn here


def parts(chart: ET.Element, kind: str) -> list[ET.Element]:
    return [one for one in chart if one.get("class") == kind]


def xs(path: ET.Element) -> list[float]:
    return [float(x) for x in re.findall(r"([\d.]+) [\d.]+", path.get("d") or "")]


def test_a_year_that_is_not_published_is_shaded_and_breaks_the_line() -> None:
    chart = drawn([year(2003, 4, 10), year(2004, 4, 10), year(2008, 4, 10), year(2009, 4, 20)])
    # Ten years on 298 units from 2: 2001–2002, 2005–2007 and 2010 are unknown.
    assert [(one.get("x"), one.get("width")) for one in parts(chart, "gap")] == [
        ("2.0", "59.6"),
        ("121.2", "89.4"),
        ("270.2", "29.8"),
    ]
    first, second = parts(chart, "line")
    assert xs(first) == [76.5, 106.3]
    assert xs(second) == [225.5, 255.3]
    assert len(parts(chart, "band")) == 2


def test_a_figure_that_may_grow_is_dashed() -> None:
    chart = drawn([year(2003, 4, 10), year(2004, 4, 10), year(2005, 4, 10, is_open=True)])
    assert len(parts(chart, "line")) == 1
    (dashed,) = parts(chart, "line open")
    assert xs(dashed) == [106.3, 136.1]
    assert len(parts(chart, "dot open")) == 1


def test_a_year_between_gaps_is_a_dot_with_its_interval() -> None:
    chart = drawn([year(2003, 4, 10), year(2005, 4, 10)])
    assert len(parts(chart, "whisker")) == 2
    assert not parts(chart, "line")


def test_counts_are_bars_from_zero() -> None:
    chart = drawn([year(2003, 4), year(2004, 2), year(2005, 0, is_open=True)], "count")
    heights = [float(one.get("height") or 0) for one in parts(chart, "bar")]
    assert heights == [80, 40]
    assert parts(chart, "bar open")[0].get("height") == "0.0"


def test_a_rate_that_is_not_defined_is_a_gap_and_no_zero() -> None:
    chart = drawn([year(2003, 4)])
    assert not parts(chart, "line")
    assert len(parts(chart, "gap")) == 1


def test_dates_are_marked_in_the_manner_of_their_kind() -> None:
    mark = Marked(1, date(2006, 1, 1), "definition", "Another count")
    (line,) = parts(drawn([year(2003, 4, 10)], marks=(mark,)), "mark")
    assert (line.get("d") or "").startswith("M151.0 ")
    assert "var(--warn)" in (line.get("style") or "")


def test_what_a_chart_says_is_text() -> None:
    assert drawn([]).get("aria-label") == "A <label>"
    chart = drawn([year(2003, 4, 10)])
    titles = [one.text for one in chart.iter("title")]
    assert titles == ["2003: 4; rate 10 (5.0–20)"]


def test_a_year_in_words_says_why_it_does_not_stand() -> None:
    assert year_words(EN, year(2003, 4, is_open=True)) == "2003: 4; provisional"
    assert isinstance(small_multiple(Frame(EN, Axis(2001, 2001), "rate"), [], (), ""), Markup)
