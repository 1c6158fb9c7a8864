"""Which files a publisher offers today: by its listing, or by the links on its page."""

import re
from collections.abc import Collection
from datetime import datetime
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import quote, unquote, urljoin

from pipeline.catalog.channels import LinkPage, Listing
from pipeline.errors import SourceError
from pipeline.ingest.fetch.files import Remote, safe_name
from pipeline.ingest.fetch.http import RefusedError, Session
from pipeline.words import normalised

_LIMIT: Final = 100
_PAGES_MAX: Final = 50
_EXPIRED: Final = frozenset({401, 403})
_FILE: Final = re.compile(r"\.xlsx?$", re.IGNORECASE)


def listed(session: Session, listing: Listing, names: Collection[str]) -> list[Remote]:
    """The workbooks of an Oracle Content site that have one of the names, newest of each.

    Parameters
    ----------
    session
        Requests to their source.
    listing
        Where the page and its interface are.
    names
        Datasets as they are declared; compared without accents, case or surplus space.

    Raises
    ------
    SourceError
        If the page prints no token, or the listing is not one.
    """
    try:
        return _listed(session, listing, names)
    except RefusedError as error:
        if error.status not in _EXPIRED:
            raise
        return _listed(session, listing, names)  # the token changed since the page was read


def linked(session: Session, links: LinkPage) -> list[Remote]:
    """The workbooks that a page links to, in the page's order, each once.

    Raises
    ------
    SourceError
        If the page links to no workbook, or to one whose name cannot be kept.
    """
    parser = _Links()
    parser.feed(session.text(links.page))
    addresses = dict.fromkeys(
        urljoin(links.page, address.strip())
        for address in parser.addresses
        if _FILE.search(unquote(address.partition("?")[0]).strip())
    )
    if not addresses:
        message = (
            f"{links.page} links to no workbook. If the publisher rebuilt it, change the address "
            "in pipeline/catalog/channels.py."
        )
        raise SourceError(message)
    return [
        Remote(links.dataset, safe_name(address), quote(address, safe=":/?&=%+,;()~-._"), address)
        for address in addresses
    ]


def _listed(session: Session, listing: Listing, names: Collection[str]) -> list[Remote]:
    token = re.search(listing.token, session.text(listing.page))
    if token is None:
        message = (
            f"{listing.page} prints no token for its listing. If the publisher rebuilt it, change "
            "the declaration in pipeline/catalog/channels.py."
        )
        raise SourceError(message)
    wanted = {normalised(name): name for name in names}
    newest: dict[str, Remote] = {}
    for item in _items(session, listing, token[1]):
        stem = str(item["name"]).rpartition(".")[0]
        dataset = wanted.get(normalised(stem))
        if dataset is None or not _FILE.search(str(item["name"])):
            continue
        remote = _remote(listing, token[1], dataset, item)
        known = newest.get(dataset)
        if known is None or known.mark < remote.mark:
            newest[dataset] = remote
    if not newest:
        message = (
            f"{listing.page} lists none of the {len(wanted)} declared workbooks, such as "
            f"{min(names)}. If the publisher renamed them, change pipeline/catalog/series.py."
        )
        raise SourceError(message)
    return [newest[dataset] for dataset in sorted(newest)]


def _items(session: Session, listing: Listing, token: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for page in range(_PAGES_MAX):
        window = {"limit": str(_LIMIT), "offset": str(page * _LIMIT), "channelToken": token}
        answer = session.document(listing.items, window)
        found = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(found, list) or not all(
            isinstance(item, dict) and {"id", "name"} <= item.keys() for item in found
        ):
            message = f"{listing.items} does not answer with a list of files: {answer!r:.80}."
            raise SourceError(message)
        items += found
        if not answer.get("hasMore") or not found:
            return items
    message = f"{listing.items} lists more than {_PAGES_MAX * _LIMIT:,} files: it goes in circles."
    raise SourceError(message)


def _remote(listing: Listing, token: str, dataset: str, item: dict[str, Any]) -> Remote:
    stated = item.get("updatedDate")
    updated = str(stated.get("value", "") if isinstance(stated, dict) else stated or "")
    try:
        published = datetime.fromisoformat(updated).date()
    except ValueError:
        published = None
    name = f"{dataset}.xlsx"
    identifier = quote(str(item["id"]), safe="")
    return Remote(
        dataset=dataset,
        name=name,
        url=f"{listing.assets}/{identifier}/native/{quote(name)}",
        key=f"{listing.page}#{dataset}",
        mark=f"{updated} {item['id']}" if published else "",
        published=published,
        params=(("channelToken", token),),
    )


class _Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link's target."""
        if tag == "a":
            self.addresses += [value for name, value in attrs if name == "href" and value]
