"""How new a source is, and if it is stale, since when and why, in a reader's words."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from dashboard import cached, facts
from dashboard.language import Words
from dashboard.view import View
from pipeline import Lapse, ReasonKind


def today() -> date:
    """The day that ages are reckoned to."""
    return datetime.now(UTC).date()


def series_lapses(view: View) -> list[Lapse]:
    """By what the sources of the shown series are stale, in the order in which it began."""
    standings = cached.standings(view.warehouse)
    found = [
        lapse
        for feed in facts.feeds(view.warehouse)
        if feed.series_id == view.series.series_id and feed.source_id in standings
        for lapse in standings[feed.source_id].lapses_of(feed.dataset)
    ]
    return sorted(found, key=lambda lapse: lapse.since)


def series_staleness(view: View) -> str:
    """One sentence on the longest lapse of the shown series; empty if it is up to date."""
    _ = view.words.text
    lapses = series_lapses(view)
    if not lapses:
        return ""
    return _("The source of this series is stale since {day}: {reason}").format(
        day=view.words.day(lapses[0].since), reason=reason_words(view.words)[lapses[0].reason.kind]
    )


def grouped(lapses: Sequence[Lapse]) -> dict[tuple[date, ReasonKind], list[Lapse]]:
    """Lapses that one sentence can tell: of one kind, begun on one day."""
    groups: dict[tuple[date, ReasonKind], list[Lapse]] = {}
    for lapse in lapses:
        groups.setdefault((lapse.since, lapse.reason.kind), []).append(lapse)
    return groups


def stale_reason(words: Words, lapses: Sequence[Lapse]) -> str:
    """Why a source is stale, each kind of reason once; empty if it is not."""
    kinds = dict.fromkeys(lapse.reason.kind for lapse in lapses)
    return " ".join(reason_words(words)[kind] for kind in kinds)


def reason_words(words: Words) -> dict[ReasonKind, str]:
    """What each kind of reason means to a reader; the end of a sentence."""
    _ = words.text
    return {
        ReasonKind.UNREACHED: _("its publisher could not be reached."),
        ReasonKind.NOT_OFFERED: _("its publisher does not offer it at the known address."),
        ReasonKind.NOT_WHOLE: _("its publisher answered, but not with a whole and valid file."),
        ReasonKind.NOT_STORED: _("what came could not be saved on the atlas's own machine."),
        ReasonKind.UNREADABLE: _("the newest file holds something unknown and is not read."),
        ReasonKind.OTHER_DATASET: _("the newest file is a copy of another dataset's file."),
        ReasonKind.ENDS_EARLIER: _("the newest file ends earlier than the one in use."),
        ReasonKind.NOT_COMPARABLE: _(
            "the newest file has no month in common with the one in use, so it cannot be checked."
        ),
        ReasonKind.SUM_MOVED: _(
            "the totals of the newest file lie far from those in use; somebody has to look at it."
        ),
        ReasonKind.BREAKS_LAW: _("with the newest file the figures do not add up."),
        ReasonKind.OVERDUE: _("the release expected that day had not come out when last asked."),
    }
