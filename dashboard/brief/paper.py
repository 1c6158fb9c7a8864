"""Pages as a PDF where this machine can set them, else as a page that any browser prints."""

import os
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

import streamlit
from markupsafe import Markup

from dashboard.palette import palette

PACKAGES: Final = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""Debian's names of the libraries that set text; Python cannot bring them along."""

_DRAWING_RULE: Final = re.compile(r"^svg(\.multiple [^{:]+\{[^}]*\})", re.MULTILINE)
SHEETS: Final = 2
_VARIANT: Final = "pdf/ua-1"
_LABEL: Final = re.compile("aria-label='([^']*)'")
_HATCH: Final = (
    "<defs><pattern id='gap' width='8' height='8' patternUnits='userSpaceOnUse'>"
    "<path d='M-1 9L9 -1' stroke='#b1aca1' stroke-width='.7'/></pattern></defs>"
)
_PAPER_RULES: Final = (
    ".multiple text{font:15px 'Source Sans',sans-serif}.multiple .gap{fill:url(#gap)}"
    ".multiple .band{opacity:.22}"
)
"""Letters that can be read, and years without a figure unlike a band in black and white too."""
_HERE: Final = Path(__file__).parent
_MEDIA: Final = Path(streamlit.__file__).parent / "static/static/media"


class NoTypesetterError(RuntimeError):
    """The libraries that set text are not on this machine."""


def page(title: str, language: str, body: Markup) -> str:
    """A document that needs no other file: look and typeface are within.

    Parameters
    ----------
    title
        As the window or the reader of the PDF shows it.
    language
        Tag of its language.
    body
        Everything between the tags of the body.
    """
    return Markup(
        "<!doctype html>\n<html lang='{}'>\n<head>\n<meta charset='utf-8'>\n<title>{}</title>\n"
        "<meta name='viewport' content='width=device-width'>\n<style>{}{}</style>\n</head>\n"
        "<body>\n{}\n</body>\n</html>\n"
    ).format(language, title, _typeface(), _sheet("paper"), body)


def drawn_on_paper(drawing: Markup, colour: str) -> Markup:
    """A drawing of the page's with its look within: on paper no style sheet reaches into it.

    Parameters
    ----------
    drawing
        A small multiple.
    colour
        Token of the palette for what it shows.
    """
    head, rest = drawing.split(">", 1)
    label = _LABEL.search(head)
    title = f"<title>{label[1]}</title>" if label else ""
    within = f"{head}>{title}<style>{_drawing_rules()}</style>{_HATCH}{rest}"
    for token, value in {**palette(), "series": palette()[colour]}.items():
        within = within.replace(f"var(--{token})", value)
    return Markup(within)  # noqa: S704 - the drawing is escaped, the rules are the project's own


def pdf(drafts: Iterable[str]) -> bytes:
    """A document as a tagged PDF (PDF/UA-1): the same document gives the same bytes.

    Parameters
    ----------
    drafts
        The same document, from the fullest to the shortest: the first one that fits on `SHEETS`
        is taken, else the last.

    Raises
    ------
    NoTypesetterError
        If the libraries of `PACKAGES` are missing.
    """
    try:
        import weasyprint  # noqa: PLC0415 - loads system libraries, which may be missing
    except (ImportError, OSError) as error:
        raise NoTypesetterError(str(error)) from error
    # The day on which a typeface was cut down to the letters in use would be written into it.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    # Whatever a document may name, nothing is fetched: all it needs is within.
    within = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    for draft in drafts:
        laid: Any = weasyprint.HTML(string=draft, url_fetcher=within).render(pdf_variant=_VARIANT)
        if len(laid.pages) <= SHEETS:
            break
    return bytes(laid.write_pdf(pdf_variant=_VARIANT))


@cache
def _sheet(name: str) -> Markup:
    """A style sheet of the project's own."""
    return Markup((_HERE / f"{name}.css").read_text("utf-8"))  # noqa: S704 - own file


@cache
def _drawing_rules() -> str:
    """The page's rules for small multiples, and letters that can be read on paper."""
    sheet = (_HERE.parent / "static/style/place.css").read_text("utf-8")
    rules = _DRAWING_RULE.findall(sheet)
    return "".join([*rules, _PAPER_RULES])


@cache
def _typeface() -> Markup:
    """The dashboard's own typeface, of every weight."""
    font = next(_MEDIA.glob("SourceSansVF-Upright*.woff2")).read_bytes()
    return Markup(
        "@font-face{{font-family:'Source Sans';font-weight:200 900;"
        "src:url(data:font/woff2;base64,{})}}\n"
    ).format(b64encode(font).decode())
