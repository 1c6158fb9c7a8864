"""What is known of the fetched sources without asking a publisher: how new, and if stale, why.

Read from the lock, the bundled snapshot and the register of the last refresh: a refresh that sets
everything aside publishes no new warehouse, and pages must tell of it all the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from pipeline import bundled
from pipeline.catalog.channels import CHANNELS, Channel
from pipeline.ingest import raw
from pipeline.ingest.raw import RawFile
from pipeline.ingest.register import REGISTER_NAME, Asked, Failed, Quarantined, Register
from pipeline.reasons import Reason, ReasonKind


@dataclass(frozen=True, slots=True)
class Lapse:
    """A dataset whose newest release is not the one that is shown.

    Attributes
    ----------
    dataset
        In the source; empty if it is all of it.
    since
        Day on which that began.
    reason
        Why.
    """

    dataset: str
    since: date
    reason: Reason


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one fetched source without asking its publisher.

    Attributes
    ----------
    source_id
        The source.
    newest_cut
        Up to when its newest file counts; None if there is no file.
    next_expected
        Day on which the next release should be out; None where the publisher keeps no rhythm.
    asked_at
        ISO time of the last refresh that asked it; empty if there was none.
    failures
        What did not come then, and has not come in a folder since.
    quarantine
        Its files set aside, unless they are used by now or a newer release of their dataset is.
    """

    source_id: str
    newest_cut: date | None
    next_expected: date | None
    asked_at: str
    failures: tuple[Failed, ...]
    quarantine: tuple[Quarantined, ...]

    @property
    def asked_on(self) -> date | None:
        """Day on which it was last asked."""
        return _day(self.asked_at) if self.asked_at else None

    @property
    def is_overdue(self) -> bool:
        """Whether its publisher was asked after the day of the next release, and had none.

        A source that nobody asked is not overdue, and one that could not be asked is not known to
        be.
        """
        if self.failures or self.quarantine or not (self.asked_on and self.next_expected):
            return False
        return self.asked_on > self.next_expected

    @property
    def lapses(self) -> tuple[Lapse, ...]:
        """Everything by which it is stale, in the order in which it began; empty if it is not."""
        found = [
            Lapse(one.dataset, _day(one.since), Reason(one.kind, one.reason))
            for one in self.failures
        ]
        found += [
            Lapse(one.file.dataset, _day(one.since), Reason(one.kind, one.reason))
            for one in self.quarantine
        ]
        if self.is_overdue:
            assert self.next_expected
            text = f"nothing newer than {self.newest_cut} had come out by {self.asked_at}"
            found.append(Lapse("", self.next_expected, Reason(ReasonKind.OVERDUE, text)))
        return tuple(sorted(found, key=lambda one: (one.since, one.dataset)))

    @property
    def stale_since(self) -> date | None:
        """Day since which something of it is not the newest release; None if all of it is."""
        return min((one.since for one in self.lapses), default=None)

    def lapses_of(self, dataset: str) -> tuple[Lapse, ...]:
        """Everything by which one of its datasets is stale."""
        return tuple(one for one in self.lapses if one.dataset in {dataset, ""})


def register_path(data_dir: Path) -> Path:
    """Path of what the last refresh noted, replaced as a whole by each; may not exist."""
    return data_dir / "raw" / REGISTER_NAME


def standings(
    data_dir: Path,
    channels: Sequence[Channel] = CHANNELS,
    snapshot_dir: Path = bundled.FOLDER,
) -> list[Standing]:
    """What is known of the fetched sources, in the order of their declaration; nothing is asked.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.
    channels
        The fetched sources.
    snapshot_dir
        Where the bundled snapshot lies.

    Raises
    ------
    SourceError
        If the lock or the register was edited into something else.
    """
    raw_dir = data_dir / "raw"
    known = Register.read(raw_dir)
    manifest = bundled.read_manifest(snapshot_dir)
    locked = raw.read_lock(raw_dir)
    carried = manifest.files if manifest else ()
    return [
        _standing(channel, _own(channel, locked), _own(channel, carried), known)
        for channel in channels
    ]


def next_publication(newest_cut: date | None, publication_day: int | None) -> date | None:
    """When data of the first month after a cut should be out: in the month that follows it.

    Parameters
    ----------
    newest_cut
        Up to when the newest release counts.
    publication_day
        Day of the month on which a release appears.

    Returns
    -------
    date or None
        None where there is no release or no rhythm.

    Examples
    --------
    >>> next_publication(date(2026, 1, 31), 16), next_publication(date(2026, 10, 15), 16)
    (datetime.date(2026, 3, 16), datetime.date(2026, 11, 16))
    """
    if newest_cut is None or publication_day is None:
        return None
    unheld = newest_cut + timedelta(days=1)  # a day in the first month that is not whole yet
    after = (unheld.replace(day=1) + timedelta(days=31)).replace(day=1)
    return after.replace(day=publication_day)


def _own(channel: Channel, files: Iterable[RawFile]) -> list[RawFile]:
    return [one for one in files if one.source_id == channel.source]


def _standing(
    channel: Channel, locked: Sequence[RawFile], carried: Sequence[RawFile], known: Register
) -> Standing:
    """What is known of a channel by its own files: those here, and those behind the snapshot."""
    files = [*locked, *carried]
    cuts = [one.cut_date for one in files if one.cut_date]
    newest = _day(max(cuts)) if cuts else None
    asked = known.asked.get(channel.source, Asked(""))
    return Standing(
        source_id=channel.source,
        newest_cut=newest,
        next_expected=next_publication(newest, channel.publication_day),
        asked_at=asked.at,
        failures=tuple(one for one in asked.failures if not _has_come(one, asked.at, locked)),
        quarantine=tuple(
            one
            for one in known.quarantine
            if one.file.source_id == channel.source and not _is_settled(one, files)
        ),
    )


def _has_come(failed: Failed, asked_at: str, files: Iterable[RawFile]) -> bool:
    """Whether somebody brought in a folder what the publisher did not give."""
    return any(
        failed.dataset in {one.dataset, ""}
        and not one.retrieved_at
        and one.retrieved_date > asked_at[:10]  # of a folder the day is known, not the hour
        for one in files
    )


def _is_settled(held: Quarantined, files: Iterable[RawFile]) -> bool:
    """Whether the very bytes are used after all, or a release of a later cut."""
    return any(
        one.sha256 == held.file.sha256 or one.cut_date > held.file.cut_date > ""
        for one in files
        if one.dataset == held.file.dataset
    )


def _day(iso: str) -> date:
    """Day of an ISO date or time."""
    return datetime.fromisoformat(iso).date()
