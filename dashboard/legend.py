"""What the map's colours, patterns and signs stand for, in light and in dark.

Every colour has two forms: on light paper more is darker, on a dark ground more is lighter. Nothing
is told by colour alone: steps differ in lightness, words have a sign or a pattern of their own.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from dashboard import facts
from dashboard.facts import ColourClass
from dashboard.language import Words
from dashboard.phrases import SYMBOLS
from dashboard.state import Measure
from dashboard.statistics import NOT_TOLD, STATISTICS, phrases
from dashboard.view import View
from pipeline import colours
from pipeline.views import STATISTIC_WORDS, Statistic

Pattern = Literal["", "dots", "hatch"]


class Swatch(NamedTuple):
    """One entry of a legend.

    Attributes
    ----------
    label
        What it stands for, in full.
    short
        What is written beside it, or where it ends and the next begins.
    light, dark
        Colours.
    sign
        Drawn on each municipality of the kind.
    pattern
        Laid over the colour.
    """

    label: str
    short: str
    light: str
    dark: str
    sign: str = ""
    pattern: Pattern = ""


_QUIET: Final = ("#f1eee6", "#3a3d42")
_FELL: Final = ("#3f88bd", "#5aa2d6")
_ROSE: Final = ("#d9772e", "#ee9650")
_COLOURS: Final[Mapping[Statistic, Mapping[str, tuple[str, str]]]] = {
    "change": {"fall": _FELL, "no clear change": ("#d9d4c7", "#5a5d62"), "rise": _ROSE},
    "trend": {"falling": _FELL, "stable": ("#d9d4c7", "#5a5d62"), "rising": _ROSE},
    "cluster": {
        "high-high": ("#b4501a", "#f08a4b"),
        "high-low": ("#f3b98a", "#8f5a37"),
        "low-high": ("#a9cfe8", "#3f6f8f"),
        "low-low": ("#22629b", "#63b1ea"),
    },
    "reliability": {
        "reliable": ("#2c6090", "#86bdea"),
        "with care": ("#a5c5de", "#44698a"),
    },
}
_SIGNS: Final[Mapping[str, str]] = {
    **{word: SYMBOLS[word] for word in ("rise", "fall", "rising", "falling")},
    "high-high": "▲",
    "high-low": "△",
    "low-high": "▽",
    "low-low": "▼",
}
_PATTERNS: Final[Mapping[str, Pattern]] = {
    "too few events": "dots",
    "not comparable": "hatch",
    "unstable": "hatch",
}


def legend(view: View) -> list[Swatch]:
    """Entries by colour class, as the map counts them.

    Parameters
    ----------
    view
        What is shown.
    """
    if view.period is None:
        return []
    if view.measure in STATISTICS and view.measure != "smoothed":
        return _of_words(view.words, view.measure)
    window = "year" if view.window == "pooled" else view.window
    measure: Measure = "count" if view.measure == "count" else "rate"
    classes = facts.colour_classes(view.warehouse, view.series.series_id, window, measure)
    is_context = view.series.kind == "context"
    count = len(classes)
    light = colours.shades(colours.CONTEXT if is_context else colours.VIOLENCE, count)
    dark = colours.shades(colours.CONTEXT_DARK if is_context else colours.VIOLENCE_DARK, count)
    zero, *labels = class_labels(view.words, classes)
    edges = ["" if one.upper is None else view.words.number(one.upper) for one in classes]
    return [
        Swatch(zero, zero, *colours.ZERO),
        *(Swatch(*entry) for entry in zip(labels, edges, light, dark, strict=True)),
    ]


def _of_words(words: Words, measure: Statistic) -> list[Swatch]:
    known = phrases(words, measure)
    told = [
        Swatch(
            known[word].meaning,
            known[word].name,
            *_COLOURS[measure].get(word, _QUIET),
            sign=_SIGNS.get(word, ""),
            pattern=_PATTERNS.get(word, ""),
        )
        for word in STATISTIC_WORDS[measure]
    ]
    rest = known["undefined" if measure == "cluster" else NOT_TOLD]
    pattern: Pattern = "dots" if measure in {"trend", "reliability"} else "hatch"
    return [*told, Swatch(rest.meaning, rest.name, *_QUIET, pattern=pattern)]


def class_labels(words: Words, classes: Sequence[ColourClass]) -> list[str]:
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
