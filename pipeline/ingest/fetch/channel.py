"""All that a channel offers, each part on its own: one failure does not keep back the rest."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from pipeline.catalog.channels import (
    GATEWAY,
    Channel,
    FeatureService,
    FirstOf,
    LinkPage,
    Listing,
    PortalTable,
    Resource,
    StaticFile,
)
from pipeline.errors import SourceError
from pipeline.ingest.fetch.features import fetch_features
from pipeline.ingest.fetch.files import Remote, Staged, fetch_file, safe_name
from pipeline.ingest.fetch.http import Patience, RefusedError, Session, UnreachableError
from pipeline.ingest.fetch.listing import linked, listed
from pipeline.ingest.fetch.progress import Progress
from pipeline.ingest.fetch.socrata import fetch_table, key_of
from pipeline.ingest.raw import recognised
from pipeline.reasons import ReasonKind


@dataclass(frozen=True, slots=True)
class Asking:
    """When and how publishers are asked.

    Attributes
    ----------
    at
        The moment that is noted as the files' retrieval.
    gateway
        Address that stands before every host, or empty.
    patience
        How faults are waited out.
    progress
        Shows what arrives.
    """

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    gateway: str = field(default_factory=lambda: os.environ.get(GATEWAY, "").rstrip("/"))
    patience: Patience = field(default_factory=Patience)
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that did not come, and why."""

    source_id: str
    dataset: str
    """In the source; empty if it is all of it."""
    kind: ReasonKind
    reason: str

    @property
    def is_unreached(self) -> bool:
        """Whether no connection came about."""
        return self.kind is ReasonKind.UNREACHED


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one channel gave: new files, and what did not come. Unchanged files are in neither."""

    staged: tuple[Staged, ...]
    failures: tuple[Failure, ...]
    is_answered: bool
    """Whether the publisher gave anything to go by, be it that nothing changed."""


def fetch(
    channel: Channel,
    folder: Path,
    marks: Mapping[str, str],
    workbooks: Collection[str],
    asking: Asking,
) -> Harvest:
    """Fetch what is new from one source into a staging folder.

    Parameters
    ----------
    channel
        How the source is fetched.
    folder
        Staging folder of the source; what a broken attempt left there is taken up again.
    marks
        Mark of the version that is known, by the file's key.
    workbooks
        Names of the workbooks that series are declared to be read from, for listings.
    asking
        When and how.

    Returns
    -------
    Harvest
        Never an error: a failure is part of the answer.
    """
    staged: list[Staged] = []
    failures: list[Failure] = []
    unchanged = 0

    def note(dataset: str, error: Exception) -> None:
        failures.append(Failure(channel.source, dataset, _kind(error), str(error)))

    def attempt(offer: _Offer) -> None:
        nonlocal unchanged
        try:
            one = _dated(offer.bring(), asking.at)
        except (SourceError, OSError) as error:
            note(offer.dataset, error)
        else:
            if one is None:
                unchanged += 1
            else:
                staged.append(one)

    with Session(channel, asking.patience, asking.progress, asking.gateway) as session:
        place = _Place(session, folder, marks)
        for resource in channel.resources:
            try:
                offers = _offers(place, resource, workbooks)
            except SourceError as error:
                note("" if isinstance(resource, Listing) else resource.dataset, error)
                continue
            for offer in offers:
                attempt(offer)
    return Harvest(tuple(staged), tuple(failures), bool(staged or unchanged or not failures))


def _kind(error: Exception) -> ReasonKind:
    """What kind of failure an error tells of."""
    if isinstance(error, UnreachableError):
        return ReasonKind.UNREACHED
    if isinstance(error, RefusedError):
        return ReasonKind.NOT_OFFERED
    return ReasonKind.NOT_STORED if isinstance(error, OSError) else ReasonKind.NOT_WHOLE


def _dated(staged: Staged | None, now: datetime) -> Staged | None:
    """What came, unless its publisher's clock is off: its date would keep newer releases back.

    Raises
    ------
    SourceError
        If it is said to have been published after it was asked for.
    """
    if staged and staged.published and staged.published > now.date() + timedelta(days=1):
        message = (
            f"{staged.url} is said to be published on {staged.published}, which is yet to come. "
            "Refresh again later; if it stays so, look at the publisher's page."
        )
        raise SourceError(message)
    return staged


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a source is fetched from and to, and which versions of it are known."""

    session: Session
    folder: Path
    marks: Mapping[str, str]

    def of(self, dataset: str, key: str) -> tuple[Path, str]:
        """Staging folder of a dataset, and the mark of the version that is known of a file."""
        return self.folder / dataset.replace("/", " "), self.marks.get(key, "")


@dataclass(frozen=True, slots=True)
class _Offer:
    """One file that can be fetched."""

    dataset: str
    bring: Callable[[], Staged | None]
    """None if it is the version that is known."""


def _offers(place: _Place, resource: Resource, workbooks: Collection[str]) -> list[_Offer]:
    """What a resource offers, each to be fetched on its own."""
    session = place.session
    match resource:
        case PortalTable(dataset=dataset):
            known = place.of(dataset, key_of(resource))
            return [_Offer(dataset, partial(fetch_table, session, resource, *known))]
        case FeatureService(dataset=dataset):
            known = place.of(dataset, resource.layer)
            return [_Offer(dataset, partial(fetch_features, session, resource, *known))]
        case FirstOf(primary, fallback):
            (first,) = _offers(place, primary, workbooks)
            if primary.url in place.marks:
                return [first]  # its last good version is here: better than another way's
            (second,) = _offers(place, fallback, workbooks)
            return [_Offer(first.dataset, partial(_first_of, session, first, second))]
        case _:
            remotes = _remotes(session, resource, workbooks)
    return [
        _Offer(one.dataset, partial(fetch_file, session, one, *place.of(one.dataset, one.key)))
        for one in remotes
    ]


def _first_of(session: Session, primary: _Offer, fallback: _Offer) -> Staged | None:
    try:
        return primary.bring()
    except (SourceError, OSError) as failure:
        session.progress.tell(f"instead  of what failed ({failure})")
        try:
            return fallback.bring()
        except (SourceError, OSError) as other:
            message = f"{failure} The other way to it failed as well: {other}"
            if isinstance(failure, UnreachableError) and isinstance(other, UnreachableError):
                raise UnreachableError(message) from other
            if isinstance(failure, RefusedError):
                raise RefusedError(message, failure.status) from other
            raise SourceError(message) from other


def _remotes(
    session: Session, resource: Listing | LinkPage | StaticFile, workbooks: Collection[str]
) -> list[Remote]:
    if isinstance(resource, Listing):
        return listed(session, resource, workbooks)
    if isinstance(resource, LinkPage):
        offered = linked(session, resource)
        own = [one for one in offered if _is_of(one, session.channel.source)]
        if not own:
            message = (
                f"{resource.page} links to {len(offered)} workbooks, none of them named as "
                f"declared, such as {offered[0].name}. If the publisher renamed them, change the "
                "pattern in pipeline/catalog/sources.py."
            )
            raise SourceError(message)
        return own
    return [Remote(resource.dataset, safe_name(resource.url), resource.url, resource.url)]


def _is_of(remote: Remote, source_id: str) -> bool:
    """Whether a file's name is one that its dataset is declared to have."""
    known = recognised(Path(remote.dataset) / remote.name)
    return known is not None and (known[0].id, known[1]) == (source_id, remote.dataset)
