"""One way to ask a publisher: patient with faults, strict about hosts, lengths, sizes and time.

Certificates are verified (httpx's default, never switched off). A request that fails for a passing
reason is repeated with exponential back-off and jitter, or after the time the server asks for.
"""

import json
import os
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import urljoin

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from pipeline.catalog.channels import APP_TOKEN, Channel
from pipeline.errors import SourceError
from pipeline.ingest.fetch.progress import Progress

T = TypeVar("T")

PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that say: not now."""
_REDIRECTS_MAX: Final = 5
_DOCUMENT_BYTES_MAX: Final = 50_000_000
_CHUNK_BYTES: Final = 1 << 17
_AGENT: Final = "resilient-communities-atlas (monthly refresh)"
_GZIP: Final = zlib.MAX_WBITS | 16
"""Tells zlib to expect gzip's header and checksum."""
_HTML_STARTS: Final = (b"<!doctype html", b"<html", b"<?xml version")


class UnreachableError(SourceError):
    """No connection to the publisher came about."""


class RefusedError(SourceError):
    """The publisher answered, with a status that asking again will not mend.

    Parameters
    ----------
    message
        What the error says.
    status
        The answer's status.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Passing(Exception):  # noqa: N818 - a fault that may pass, not yet an error
    """A fault that may be gone at the next attempt.

    Parameters
    ----------
    reason
        What happened, for the message after the last attempt.
    retry_after
        Seconds that the server asks to wait.
    is_unreached
        Whether no connection came about.
    """

    def __init__(
        self, reason: str, retry_after: float | None = None, *, is_unreached: bool = False
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.is_unreached = is_unreached


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a publisher is waited for, in seconds."""

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 60.0
    connect_timeout: float = 10.0
    read_timeout: float = 60.0


@dataclass(slots=True)
class Session:
    """Requests to one source, within its declared hosts, bytes and seconds.

    Attributes
    ----------
    channel
        What may be asked, and how much of it.
    patience
        How faults are waited out.
    progress
        Told of every byte that arrives.
    gateway
        Address that stands before every host, or empty.
    """

    channel: Channel
    patience: Patience
    progress: Progress
    gateway: str = ""
    received_bytes: int = field(default=0, init=False)
    _client: httpx.Client = field(init=False)
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(self.patience.read_timeout, connect=self.patience.connect_timeout)
        headers = {
            "User-Agent": _AGENT,
            "Accept-Encoding": "identity",
            "Cache-Control": "no-cache",  # a cache between here and the publisher has to ask it
        }
        self._client = httpx.Client(timeout=timeout, headers=headers)
        self._deadline = time.monotonic() + self.channel.max_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(
        self,
        url: str,
        handle: Callable[[httpx.Response], T],
        *,
        params: Mapping[str, str] | None = None,
        headers: Callable[[], Mapping[str, str]] = dict,
    ) -> T:
        """What `handle` makes of the answer; repeated from the start after a passing fault.

        Parameters
        ----------
        url
            The publisher's own address.
        handle
            Called with an open answer of status 200, 206, 304 or 416; may raise `Passing`.
        params
            Of the request.
        headers
            Gives those of the next attempt.

        Raises
        ------
        UnreachableError
            If no connection came about.
        RefusedError
            If the publisher says no for good.
        SourceError
            If every attempt failed, or a limit was reached.
        """
        address = str(httpx.URL(url).copy_merge_params(params or {}))

        def attempt() -> T:
            with self._opened(address, headers()) as response:
                return handle(response)

        retrying = Retrying(
            retry=retry_if_exception_type(Passing),
            wait=self._pause,
            stop=stop_after_attempt(self.patience.attempts),
            reraise=True,
        )
        try:
            return retrying(attempt)
        except Passing as fault:
            kind = UnreachableError if fault.is_unreached else SourceError
            message = (
                f"{url}: {fault}, {self.patience.attempts} times in a row. Refresh again later; if "
                "it stays so, compare the address in pipeline/catalog/channels.py with the "
                "publisher's page."
            )
            raise kind(message) from fault

    def chunks(self, response: httpx.Response) -> Iterator[bytes]:
        """The body as it arrives; at its end the stated length must have come.

        Raises
        ------
        Passing
            If fewer or more bytes came than were announced.
        SourceError
            If the source's limit of bytes or seconds is passed.
        """
        stated = response.headers.get("Content-Length")
        for chunk in _plain(response):
            self.received_bytes += len(chunk)
            self.progress.advance(len(chunk))
            if self.received_bytes > self.channel.max_bytes:
                message = (
                    f"{self.channel.source}: more than {self.channel.max_bytes:,} bytes came, the "
                    "limit declared in pipeline/catalog/channels.py. Look what the publisher sends."
                )
                raise SourceError(message)
            self._check_time()
            yield chunk
        if stated is not None and response.num_bytes_downloaded != int(stated):
            raise Passing(f"{response.num_bytes_downloaded:,} of {int(stated):,} bytes came")

    def text(self, url: str) -> str:
        """A page as text."""
        return self.ask(url, self._small).decode("utf-8", "replace")

    def document(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        check: Callable[[Any], None] = lambda _: None,
    ) -> Any:  # noqa: ANN401 - JSON can be anything
        """A JSON document; anything else counts as a passing fault, as does what `check` raises."""

        def parsed(response: httpx.Response) -> Any:  # noqa: ANN401 - the same
            content = self._small(response)
            try:
                answer = json.loads(content)
            except (ValueError, RecursionError) as error:
                raise Passing(f"the answer is not JSON ({content[:40]!r})") from error
            check(answer)
            return answer

        return self.ask(url, parsed, params=params)

    def _small(self, response: httpx.Response) -> bytes:
        content = bytearray()
        for chunk in self.chunks(response):
            content += chunk
            if len(content) > _DOCUMENT_BYTES_MAX:
                message = f"{response.url} sends more than {_DOCUMENT_BYTES_MAX:,} bytes as a page."
                raise SourceError(message)
        return bytes(content)

    @contextmanager
    def _opened(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """An answer that can be used, after redirects within the declared hosts."""
        try:
            for _ in range(_REDIRECTS_MAX):
                self._check_time()
                sent = {**headers, **self._token(url)}
                request = self._client.build_request("GET", self._routed(url), headers=sent)
                response = self._client.send(request, stream=True)
                try:
                    if not response.has_redirect_location:
                        self._judge(url, response)
                        yield response
                        return
                    url = urljoin(url, response.headers["Location"])
                finally:
                    response.close()
            message = f"{url}: more than {_REDIRECTS_MAX} redirects. Look at it in a browser."
            raise SourceError(message)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Passing(f"no connection ({error})", is_unreached=True) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Passing(f"the connection broke ({error or type(error).__name__})") from error

    def _judge(self, url: str, response: httpx.Response) -> None:
        status = response.status_code
        if status in PASSING:
            wait = _retry_after(response)
            if wait is not None and time.monotonic() + wait > self._deadline:
                message = f"{url} asks to wait {wait:,.0f} seconds. Refresh again after that."
                raise SourceError(message)
            raise Passing(f"the publisher answers {status}", wait)
        if status not in {200, 206, 304, 416}:
            message = (
                f"{url} answers {status}. If the publisher moved it, change the address in "
                "pipeline/catalog/channels.py."
            )
            raise RefusedError(message, status)

    def _routed(self, url: str) -> str:
        """Where a request for an address goes; an undeclared host is refused."""
        try:
            target = httpx.URL(url)
        except httpx.InvalidURL as error:
            message = f"{self.channel.source}: sent on to {url!r:.80}, which is no address."
            raise SourceError(message) from error
        if target.scheme != "https" or target.host not in self.channel.hosts:
            message = (
                f"{self.channel.source}: sent on to {target.scheme}://{target.host}, which is not "
                "declared. If the publisher moved there, add the host in "
                "pipeline/catalog/channels.py."
            )
            raise SourceError(message)
        if not self.gateway:
            return url
        return f"{self.gateway}/{target.host}{target.raw_path.decode()}"

    def _token(self, url: str) -> dict[str, str]:
        host, header, variable = APP_TOKEN
        value = os.environ.get(variable)
        return {header: value} if value and httpx.URL(url).host == host else {}

    def _pause(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        if isinstance(fault, Passing) and fault.retry_after is not None:
            return fault.retry_after
        jittered = wait_random_exponential(
            multiplier=self.patience.first_wait, max=self.patience.longest_wait
        )
        return jittered(state)

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            message = (
                f"{self.channel.source}: not done after {self.channel.max_seconds:,} seconds, the "
                "limit declared in pipeline/catalog/channels.py. Refresh again; it goes on where "
                "it stopped."
            )
            raise SourceError(message)


def _plain(response: httpx.Response) -> Iterator[bytes]:
    """The body, unpacked if it was packed although plain bytes were asked for.

    httpx takes a packed body that ends early for a whole one, so it is unpacked here.

    Raises
    ------
    Passing
        If the packing ends early, is damaged or is another one than gzip.
    """
    coding = response.headers.get("Content-Encoding", "identity").lower()
    if coding == "identity":
        yield from response.iter_raw(_CHUNK_BYTES)
        return
    if coding not in {"gzip", "x-gzip"}:
        raise Passing(f"the answer is packed as {coding}, though plain bytes were asked for")
    member = zlib.decompressobj(_GZIP)
    for chunk in response.iter_raw(_CHUNK_BYTES):
        packed = chunk
        while packed:
            if member.eof:
                member = zlib.decompressobj(_GZIP)
            try:
                yield member.decompress(packed, _CHUNK_BYTES)
            except zlib.error as error:
                raise Passing(f"the packed answer is damaged ({error})") from error
            packed = member.unused_data or member.unconsumed_tail
    if not member.eof:
        raise Passing("the packed answer ends early")


def refuse_page(path: Path) -> None:
    """Stop at a page of HTML that came instead of a file, with status 200.

    Raises
    ------
    Passing
        If the file begins as a page does.
    """
    with path.open("rb") as stream:
        start = stream.read(200).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_HTML_STARTS):
        raise Passing("a web page came instead of the file")


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds the server asks to wait, which it states as a number or as a date."""
    stated = response.headers.get("Retry-After", "")
    if stated.isdecimal():
        return float(stated)
    try:
        return max(0.0, parsedate_to_datetime(stated).timestamp() - time.time())
    except ValueError:
        return None
