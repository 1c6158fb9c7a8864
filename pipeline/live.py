"""A refresh from the live publishers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from pipeline import bundled
from pipeline.catalog.channels import CHANNELS, Channel
from pipeline.catalog.series import SERIES
from pipeline.catalog.sources import SOURCES
from pipeline.errors import NetworkError, SourceError
from pipeline.fingerprint import is_current
from pipeline.ingest import fetch, raw, register
from pipeline.ingest.fetch import Asking, Failure, Harvest, Staged
from pipeline.ingest.guard import alone
from pipeline.ingest.raw import Found, RawFile
from pipeline.ingest.register import Asked, Failed, Quarantined, Register
from pipeline.reasons import Reason

_INCOMING: Final = ".incoming"
"""Staging folder below the raw data, on their file system; a broken fetch is taken up from it."""

_SOURCES: Final = {source.id: source for source in SOURCES}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a live refresh did.

    Attributes
    ----------
    adopted
        Files that are used now and were not before.
    failures
        What did not come.
    quarantine
        Everything set aside, from this refresh or an earlier one.
    is_built
        Whether a new warehouse was published.
    """

    adopted: tuple[RawFile, ...]
    failures: tuple[Failure, ...]
    quarantine: tuple[Quarantined, ...]
    is_built: bool


def refresh(
    data_dir: Path,
    channels: Sequence[Channel] = CHANNELS,
    *,
    is_strict: bool = False,
    snapshot_dir: Path = bundled.FOLDER,
    asking: Asking | None = None,
) -> Outcome:
    """Fetch what is new from every channel and publish a warehouse built with it.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.
    channels
        The sources that are asked.
    is_strict
        Whether anything that does not come or cannot be believed stops the refresh.
    snapshot_dir
        Where the bundled snapshot lies.
    asking
        When and how the publishers are asked; by default now and over the network.

    Returns
    -------
    Outcome
        What was adopted, what failed and what is set aside.

    Raises
    ------
    NetworkError
        If not one source gave anything, new or known; nothing is changed then.
    SourceError
        If another refresh is running, or something failed and the refresh is strict.
    ContractError
        If the tables do not add up, and no source alone is to blame.
    """
    raw_dir = data_dir / "raw"
    asking = asking or Asking()
    with alone(raw_dir):
        known = Register.read(raw_dir)
        locked = raw.read_lock(raw_dir)
        asked = {channel.source for channel in channels}
        earlier = [one for one in known.quarantine if one.file.source_id in asked]
        again = register.quarantined_files(raw_dir, earlier)
        known.forget(one.file for one in earlier if one.file not in {two.file for two in again})
        harvests = _harvests(raw_dir, channels, known, asking)
        staged = [(source, one) for source, harvest in harvests for one in harvest.staged]
        failures = [one for _, harvest in harvests for one in harvest.failures]
        _note_asked(known, channels, failures, asking.at)
        if not any(harvest.is_answered for _, harvest in harvests):
            known.write(raw_dir)
            raise NetworkError(_nothing_came(failures))
        if failures and is_strict:
            known.write(raw_dir)
            raise SourceError(_told(failures))
        arrived = {one.file.path: one for one in (_found(*pair, asking.at) for pair in staged)}
        offered = {one.file.path: one for one in again} | arrived
        new = raw.unknown(offered.values(), locked)
        adopted, refused = _built(data_dir, new, channels, snapshot_dir, is_strict=is_strict)
        today = asking.at.date().isoformat()
        aside = [
            register.set_aside(raw_dir, offered[path], reason, _since(known, offered[path], today))
            for path, reason in sorted(refused.items())
        ]
        kept = [one for one in known.quarantine if one not in earlier]
        known.quarantine = tuple(sorted([*kept, *aside], key=lambda one: one.file.path))
        known.marks |= {one.key: one.mark for _, one in staged if one.mark}
        known.write(raw_dir)
        register.prune(raw_dir, known.quarantine)
        for _, one in staged:
            one.location.unlink(missing_ok=True)  # two links of a page may share a name
    return Outcome(adopted or (), tuple(failures), known.quarantine, adopted is not None)


def _harvests(
    raw_dir: Path,
    channels: Iterable[Channel],
    known: Register,
    asking: Asking,
) -> list[tuple[str, Harvest]]:
    """What every channel gives, with the source it came from."""
    harvests = []
    for channel in channels:
        names = {
            feed.dataset for one in SERIES for feed in one.feeds if feed.source == channel.source
        }
        harvest = fetch.fetch(
            channel,
            raw_dir / _INCOMING / channel.source,
            known.marks,
            names,
            asking,
        )
        harvests.append((channel.source, harvest))
    return harvests


def _built(
    data_dir: Path,
    new: Sequence[Found],
    channels: Iterable[Channel],
    snapshot_dir: Path,
    *,
    is_strict: bool,
) -> tuple[tuple[RawFile, ...] | None, Mapping[str, Reason]]:
    """Files adopted by a new warehouse, None if none was needed; and why others were refused."""
    if not new and is_current(data_dir, snapshot_dir):
        return None, {}
    from pipeline import build  # noqa: PLC0415 - imports pandas, which an unchanged run does without

    tolerances = {one.source: one.revision_tolerance_share for one in channels}
    caution = build.Caution(tolerances, is_strict)
    fetched = build.refresh_fetched(new, data_dir, caution, SERIES, snapshot_dir)
    return fetched.adopted, fetched.refused


def _found(source_id: str, staged: Staged, now: datetime) -> Found:
    """A staged file as the build takes it."""
    file = RawFile(
        path="",
        source_id=source_id,
        dataset=staged.dataset,
        sha256=raw.sha256_of(staged.location),
        bytes=staged.location.stat().st_size,
        retrieved_date=now.date().isoformat(),
        cut_date=_cut(staged.published),
        cut_basis="publication" if staged.published else "",
        origin=staged.url,
        licence=_SOURCES[source_id].licence_of(staged.dataset).en,
        retrieved_at=now.isoformat(timespec="seconds"),
        etag=staged.mark,
    )
    return Found(replace(file, path=register.place_of(file, staged.location.name)), staged.location)


def _cut(published: date | None) -> str:
    """A release holds data to the end of the month before it appears."""
    return (published.replace(day=1) - timedelta(days=1)).isoformat() if published else ""


def _note_asked(
    known: Register, channels: Iterable[Channel], failures: Sequence[Failure], now: datetime
) -> None:
    for channel in channels:
        before = known.asked.get(channel.source, Asked("")).failures
        failed = tuple(
            Failed(one.dataset, one.kind, one.reason, _failing_since(before, one.dataset, now))
            for one in failures
            if one.source_id == channel.source
        )
        known.asked[channel.source] = Asked(now.isoformat(timespec="seconds"), failed)


def _failing_since(before: Iterable[Failed], dataset: str, now: datetime) -> str:
    """Since when, refresh after refresh, a dataset did not come: itself, or all of its source."""
    earlier = [one.since for one in before if one.dataset in {dataset, ""}]
    return min(earlier, default=now.date().isoformat())


def _nothing_came(failures: Sequence[Failure]) -> str:
    """How many sources could not be reached, and how many answered with errors."""
    sources = {one.source_id for one in failures}
    unreached = {one.source_id for one in failures if one.is_unreached}
    if unreached == sources:
        return (
            f"none of the {len(sources)} sources can be reached ({failures[0].reason}). The "
            "warehouse is as it was. Check this machine's network, or refresh from a folder."
        )
    answer = next(one.reason for one in failures if not one.is_unreached)
    return (
        f"none of the {len(sources)} sources gave anything: {len(unreached)} cannot be reached, "
        f"{len(sources) - len(unreached)} answered with an error ({answer}). The warehouse is as "
        "it was. Refresh again later, or from a folder."
    )


def _told(failures: Sequence[Failure]) -> str:
    return "\n".join(
        [f"{len(failures)} things did not come:", *(f"- {one.reason}" for one in failures)]
    )


def _since(known: Register, found: Found, today: str) -> str:
    """Since when nothing under this name could be used."""
    return next((one.since for one in known.quarantine if one.file.path == found.file.path), today)
