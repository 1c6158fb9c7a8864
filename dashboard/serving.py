"""What leaves the server around the pages: the document they start from, and headers of caution.

Streamlit's own document is English, calls itself Streamlit and looks for the server below the
address of each page, which costs two answers "not found"; and whatever it does not know it answers
with that document. Here the document speaks the reader's language and knows where the server is,
and an address that is no page leads to the map, which says so.
"""

import os
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Final

import streamlit
from markupsafe import escape
from starlette.datastructures import URL, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.language import LanguageCode, spoken, words

LOST: Final = "lost"
"""Parameter that tells the map that the address asked for is no page."""

_DOCUMENT: Final = Path(streamlit.__file__).parent / "static/index.html"
_ORIGIN: Final = re.compile(r"'self'|'none'|https?://[A-Za-z0-9.*-]+(:[0-9]+)?")
_HERE_ONLY: Final = "'self'"
_SERVER: Final = """<script>
      window.__streamlit = {
        BACKEND_BASE_URL: `${location.origin}/`,
        MAIN_PAGE_BASE_URL: `${location.origin}/`,
      }
    </script>"""
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # an address tells which place somebody looks at
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Cautious:
    """Middleware that answers with the pages' document and sends headers of caution with all else.

    Parameters
    ----------
    app
        What answers.
    pages
        Addresses of the pages, without slash; empty for the first one.
    """

    def __init__(self, app: ASGIApp, pages: Collection[str]) -> None:
        self._app = app
        self._pages = frozenset(f"/{page}" for page in pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        path = request.url.path

        async def cautious(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**_HEADERS, "Content-Security-Policy": policy()})
            await send(message)

        if request.method in {"GET", "HEAD"} and path in self._pages:
            answer = HTMLResponse(document(_wanted(request)), headers={"Cache-Control": "no-cache"})
            await answer(scope, receive, cautious)
        elif request.method in {"GET", "HEAD"} and self._is_lost(path):
            there = URL("/").include_query_params(**{**request.query_params, LOST: "1"})
            await RedirectResponse(str(there))(scope, receive, cautious)
        else:
            await self._app(scope, receive, cautious)

    @staticmethod
    def _is_lost(path: str) -> bool:
        """Whether a path reads as a page's, and is none: one word, without dot or underscore."""
        return re.fullmatch(r"/[A-Za-z-]+", path) is not None and path not in _OTHER_WORDS


_OTHER_WORDS: Final = frozenset({"/healthz", "/oauth"})
"""Words that Streamlit or a proxy before it answers itself."""


def policy() -> str:
    """The content security policy of an answer: nothing is loaded from, or sent to, elsewhere.

    Scripts may stand in the page and be made from text, because Streamlit, its components and the
    charts do both; what they may reach is this server alone.
    The map is a component in a frame of its own, of which a framing site is an ancestor too.
    """
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "frame-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors()}",
        ]
    )


def frame_ancestors() -> str:
    """Sites that may show the atlas in a frame: ``FRAME_ANCESTORS``, besides itself.

    Origins with spaces between them, such as ``https://example.org https://*.example.org``; what is
    no origin is left out.
    """
    stated = os.environ.get("FRAME_ANCESTORS", "").split()
    return " ".join([_HERE_ONLY, *(one for one in stated if _ORIGIN.fullmatch(one))])


@cache
def document(language: LanguageCode) -> str:
    """The document that every page starts from, in a language.

    Parameters
    ----------
    language
        Of what is said before the page itself speaks.
    """
    _ = words(language).text
    text = _DOCUMENT.read_text("utf-8")
    title = escape(_("Resilient Communities Atlas"))
    needs_script = escape(_("The atlas needs JavaScript. Switch it on, then reload this page."))
    for pattern, replacement in (
        (r'<html lang="en">', f'<html lang="{language}">'),
        (r"<title>.*?</title>", f"<title>{title}</title>"),
        (r"<!--.*?-->\s*", ""),
        (r'<link rel="service-desc"[^>]*>\s*', ""),
        (r"<script>.*?</script>", _SERVER),
        (r"<noscript>.*?</noscript>", f"<noscript><p>{needs_script}</p></noscript>"),
        (r'(href|src)="\./', r'\1="/'),
    ):
        text, count = re.subn(pattern, replacement, text, flags=re.DOTALL)
        assert count, f"{pattern} is not in {_DOCUMENT}"
    return text


def _wanted(request: Request) -> LanguageCode:
    return spoken([request.query_params.get("lang"), request.headers.get("accept-language")])
