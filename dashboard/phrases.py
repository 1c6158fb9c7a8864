"""What the words of the marts mean to a reader: a short name and a plain sentence for each.

The marts say *rising*, *high-high*, *not determined*; every page and the brief say it from here.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Final, NamedTuple

from dashboard import facts
from dashboard.facts import Coverage, ProgrammeDatum
from dashboard.language import Words
from pipeline import INDICATORS, PROGRAMMES, Indicator, Programme, Warehouse, claims

SYMBOLS: Final[Mapping[str, str]] = {
    "rise": "▲",
    "fall": "▼",
    "no clear change": "≈",
    "too few events": "·",
    "not comparable": "⊘",
    "rising": "▲",
    "falling": "▼",
    "stable": "≈",
    "not determined": "·",
    "sources disagree": "≠",
    "reliable": "●",
    "with care": "◐",
    "unstable": "○",
}
"""A sign beside the word, so that nothing is told by colour alone."""


class Phrase(NamedTuple):
    """What a word of a mart is called, and what it says in a whole sentence."""

    name: str
    meaning: str


def change_phrases(words: Words) -> dict[str, Phrase]:
    """Words of ``mart.change``."""
    _ = words.text
    return {
        "rise": Phrase(_("rise"), _("The rate rose by more than chance explains.")),
        "fall": Phrase(_("fall"), _("The rate fell by more than chance explains.")),
        "no clear change": Phrase(
            _("no clear change"),
            _("Among so many places such a difference may be chance: no change is named."),
        ),
        "too few events": Phrase(
            _("too few events"), _("There are too few events to say whether anything changed.")
        ),
        "not comparable": Phrase(
            _("not comparable"), _("The two periods do not measure the same thing.")
        ),
        "not determined": untold_phrase(words),
        "sources disagree": _disagreement(words),
    }


def _disagreement(words: Words) -> Phrase:
    _ = words.text
    return Phrase(
        _("sources disagree"),
        _(
            "Another institution that counts the same events saw the rate move the other way: no "
            "change is named."
        ),
    )


def refusal_phrases(words: Words) -> dict[str, str]:
    """Why ``mart.change`` names no change."""
    _ = words.text
    return {
        "the definition changed": _("the definition changed in between"),
        "two editions of the population": _(
            "the two periods use different editions of the population figures"
        ),
        "residents unknown": _("the number of residents is not known"),
        "groups too uneven": _("victims came in groups too uneven for an interval"),
        "too few events": _("too few events were to be expected"),
        "sources disagree": _("another institution saw the rate move the other way"),
    }


def trend_phrases(words: Words) -> dict[str, Phrase]:
    """Words of ``mart.trend``."""
    _ = words.text
    return {
        "rising": Phrase(_("rising"), _("Over these years the rate rose by more than chance.")),
        "falling": Phrase(_("falling"), _("Over these years the rate fell by more than chance.")),
        "stable": Phrase(
            _("stable"), _("Over these years the rate neither rose nor fell by much.")
        ),
        "not determined": Phrase(
            _("not determined"), _("The figures do not settle whether the rate rises or falls.")
        ),
        "sources disagree": _disagreement(words),
    }


def reliability_phrases(words: Words) -> dict[str, Phrase]:
    """Classes of ``mart.rate_smoothed``."""
    _ = words.text
    return {
        "reliable": Phrase(_("reliable"), _("Enough events for a steady rate.")),
        "with care": Phrase(
            _("with care"), _("The rate swings by chance: read it with its interval.")
        ),
        "unstable": Phrase(
            _("unstable"),
            _("Too few events for a steady rate: pool more years."),
        ),
    }


def cluster_phrases(words: Words) -> dict[str, Phrase]:
    """Words of ``mart.cluster``."""
    _ = words.text
    return {
        "high-high": Phrase(
            _("high among high"), _("A high rate beside neighbours with high rates.")
        ),
        "low-low": Phrase(_("low among low"), _("A low rate beside neighbours with low rates.")),
        "high-low": Phrase(_("high among low"), _("A high rate beside neighbours with low rates.")),
        "low-high": Phrase(_("low among high"), _("A low rate beside neighbours with high rates.")),
        "not significant": Phrase(
            _("no cluster"), _("Neighbours are no more alike than chance explains.")
        ),
        "no neighbours": Phrase(_("island"), _("No neighbours to compare with.")),
        "undefined": Phrase(_("undefined"), _("There is no rate to compare.")),
    }


def pattern_phrases(words: Words) -> dict[str, Phrase]:
    """Patterns of ``mart.emerging_hot_spot``."""
    _ = words.text
    return {
        "new hot spot": Phrase(_("new hot spot"), _("Hot in the newest year for the first time.")),
        "consecutive hot spot": Phrase(
            _("consecutive hot spot"), _("Hot in the newest years without a gap, never before.")
        ),
        "intensifying hot spot": Phrase(
            _("intensifying hot spot"), _("Hot nearly every year, and ever more so.")
        ),
        "persistent hot spot": Phrase(_("persistent hot spot"), _("Hot nearly every year.")),
        "diminishing hot spot": Phrase(
            _("diminishing hot spot"), _("Hot nearly every year, but ever less so.")
        ),
        "sporadic hot spot": Phrase(
            _("sporadic hot spot"), _("Hot in some years and now, never cold.")
        ),
        "oscillating hot spot": Phrase(
            _("oscillating hot spot"), _("Hot now, cold in some earlier year.")
        ),
        "historical hot spot": Phrase(
            _("historical hot spot"), _("Hot nearly every year, but not in the newest.")
        ),
        "new cold spot": Phrase(
            _("new cold spot"), _("Cold in the newest year for the first time.")
        ),
        "consecutive cold spot": Phrase(
            _("consecutive cold spot"), _("Cold in the newest years without a gap, never before.")
        ),
        "intensifying cold spot": Phrase(
            _("intensifying cold spot"), _("Cold nearly every year, and ever more so.")
        ),
        "persistent cold spot": Phrase(_("persistent cold spot"), _("Cold nearly every year.")),
        "diminishing cold spot": Phrase(
            _("diminishing cold spot"), _("Cold nearly every year, but ever less so.")
        ),
        "sporadic cold spot": Phrase(
            _("sporadic cold spot"), _("Cold in some years and now, never hot.")
        ),
        "oscillating cold spot": Phrase(
            _("oscillating cold spot"), _("Cold now, hot in some earlier year.")
        ),
        "historical cold spot": Phrase(
            _("historical cold spot"), _("Cold nearly every year, but not in the newest.")
        ),
        "no pattern": Phrase(_("no pattern"), _("Neither hot nor cold often enough for a name.")),
        "not determined": Phrase(_("not determined"), _("Too few years to compare.")),
    }


def anomaly_phrases(words: Words) -> dict[str, Phrase]:
    """Words of ``mart.anomaly``."""
    _ = words.text
    return {
        "unusually high": Phrase(
            _("unusually high"), _("More than the place's own past leads to expect.")
        ),
        "incomplete or low": Phrase(
            _("incomplete or low"),
            _("Fewer than expected: a quiet month, or figures still to come."),
        ),
        "usual": Phrase(_("usual"), _("Within what the place's own past leads to expect.")),
        "not determined": Phrase(
            _("not determined"), _("Too little past of the same kind to compare with.")
        ),
    }


def coverage_phrases(words: Words) -> dict[str, Phrase]:
    """States of ``core.coverage``."""
    _ = words.text
    return {
        "documented": Phrase(
            _("Documented"),
            _("A public source names this municipality as one where the programme worked."),
        ),
        "candidate": Phrase(
            _("Candidate, to be confirmed"),
            _(
                "No public list of the municipalities was found. This one, a PDET municipality of "
                "the seven departments, may or may not be among those still unknown."
            ),
        ),
        "no_evidence": Phrase(
            _("No evidence either way"),
            _("Nothing was found that names this municipality, and nothing that excludes it."),
        ),
        "covered": Phrase(_("Covered"), _("The programme's own list names this municipality.")),
        "not_covered": Phrase(
            _("Not on the list"), _("The programme's own list does not name it.")
        ),
    }


def evidence_levels(words: Words) -> dict[str, str]:
    """How well a place is known, by level of evidence."""
    _ = words.text
    return {
        "official": _("official"),
        "confirmed": _("confirmed by several sources"),
        "reported": _("reported once"),
    }


def coverage_lines(warehouse: Warehouse, words: Words, code: str) -> Iterable[str]:
    """What is known of the programmes in a municipality, line by line."""
    first, *others = PROGRAMMES
    coverage = facts.coverage(warehouse, first.id)[code]
    yield coverage_phrases(words)[coverage.state].meaning
    yield from evidence(words, coverage)
    for one in others:
        yield programme_line(warehouse, words, one, code)


def evidence(words: Words, coverage: Coverage) -> Iterable[str]:
    """How well a documented place is known, and from where."""
    _ = words.text
    if coverage.evidence is None:
        return
    level = evidence_levels(words)[coverage.evidence]
    yield _("Evidence: {level}.").format(level=level)
    yield _("Start: {span}.").format(span=start_span(words, coverage))
    source = cited(words, coverage)
    if source:
        yield _("Source: {source}.").format(source=source)


def programme_line(warehouse: Warehouse, words: Words, programme: Programme, code: str) -> str:
    """What is known of one more programme in a municipality, in one line."""
    _ = words.text
    coverage = facts.coverage(warehouse, programme.id)[code]
    name = programme.label[words.code]
    if not claims.is_in_programme(coverage.state):
        if facts.is_complete(warehouse, programme.id):
            return _("{programme}: not one of its municipalities.").format(programme=name)
        return f"{name}: {coverage_phrases(words)[coverage.state].name}."
    _level, *known = evidence(words, coverage)
    return " ".join([_("{programme}: one of its municipalities.").format(programme=name), *known])


def indicator_of(datum: ProgrammeDatum) -> Indicator:
    """What a row of programme data counts."""
    return next(one for one in INDICATORS if one.id == datum.indicator_id)


def datum_value(words: Words, datum: ProgrammeDatum) -> str:
    """The value of a row of programme data with its unit, and what a percent is of."""
    _ = words.text
    value = f"{words.number(datum.value)} {indicator_of(datum).unit[words.code]}"
    if datum.base is None:
        return value
    return _("{value}, {base} in all").format(value=value, base=words.number(datum.base))


def programme_data_lines(
    warehouse: Warehouse, words: Words, programme: Programme, code: str
) -> Iterable[str]:
    """The newest of each indicator that a holder gave of a municipality; nothing without any."""
    _ = words.text
    for one in facts.programme_data(warehouse, programme.id):
        if one.municipality_code == code and one.is_newest:
            indicator = indicator_of(one)
            said = _("Data of the programme: {indicator}, {quarter}: {value}. Source: {source}.")
            line = said.format(
                indicator=indicator.label[words.code],
                quarter=words.period(one.quarter, "quarter"),
                value=datum_value(words, one),
                source=cited(words, one),
            )
            yield f"{line} {indicator.caveat[words.code]}" if indicator.caveat else line


def cited(words: Words, told: Coverage | ProgrammeDatum) -> str:
    """The document that a row of coverage or programme data rests on, with its date."""
    day = told.source_date or ""
    # A document may be dated by its year or month alone: that is told as it was given.
    if len(day) == len("2024-11-15"):
        with suppress(ValueError):
            day = words.day(date.fromisoformat(day))
    return ", ".join(filter(None, (told.source_title, day)))


def start_span(words: Words, coverage: Coverage) -> str:
    """When work began in a place, no firmer than it is known."""
    _ = words.text
    earliest, latest = coverage.start_earliest, coverage.start_latest
    if earliest is None or latest is None:
        return _("not known")
    if earliest.replace(day=1) == latest.replace(day=1):
        return words.month(latest)
    return _("between {earliest} and {latest}").format(
        earliest=words.month(earliest), latest=words.month(latest)
    )


def untold_phrase(words: Words) -> Phrase:
    """What is said where a mart holds no word."""
    _ = words.text
    return Phrase(
        _("not determined"), _("Victims came in groups too uneven to tell chance from change.")
    )
