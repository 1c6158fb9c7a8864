"""What every page shares: language, look, page list, and what to say when there is no warehouse."""

import json
import logging
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from markupsafe import Markup

from dashboard import cached
from dashboard.language import Words, spoken, words
from dashboard.paint import missing_front_end
from dashboard.pieces import NOTHING, each, note
from dashboard.serving import LOST
from pipeline import MissingWarehouseError, OutdatedWarehouseError

_LOG: Final = logging.getLogger(__name__)
_HERE: Final = Path(__file__).parent
_LANGUAGE: Final = "language"
_CHOICE: Final = "language_choice"


def run() -> None:
    """Show the page that the reader is on."""
    language = st.session_state.setdefault(
        _LANGUAGE, spoken([st.query_params.get("lang"), st.context.locale])
    )
    _ = words(language).text
    # A Material icon here would be fetched from outside.
    icon = str(_HERE / "static/icon.svg")
    st.set_page_config(page_title=_("Resilient Communities Atlas"), page_icon=icon, layout="wide")
    st.html(_style())
    _set_document_language(words(language))
    page = st.navigation(
        [
            st.Page(
                _HERE / "pages" / file,
                title=title,
                icon=icon,
                url_path=url_path,
                default=not url_path,
            )
            for url_path, (file, title, icon) in _pages(words(language)).items()
        ],
        # Nothing but the map, in the frame of another site.
        position="hidden" if st.query_params.get("view") == "map" else "top",
    )
    _lost_note(words(language))
    problem = _problem(words(language))
    if problem:
        st.title(_("The atlas has nothing to show yet"))
        st.markdown(problem)
    else:
        page.run()


def _pages(words: Words) -> dict[str, tuple[str, str, str]]:
    """File, title and icon of each page by its address, in the order of the menu."""
    _ = words.text
    return {
        "": ("map.py", _("Map"), ":material/map:"),
        "trends": ("trends.py", _("Trends"), ":material/show_chart:"),
        "municipality": ("municipality.py", _("Municipality"), ":material/location_on:"),
        "compare": ("compare.py", _("Compare"), ":material/table_rows:"),
        "alerts": ("alerts.py", _("Clusters and alerts"), ":material/notifications:"),
        "programme": ("programme.py", _("Programme"), ":material/handshake:"),
        "sources": ("sources.py", _("Data and methods"), ":material/database:"),
    }


PAGES: Final = tuple(_pages(words("en")))
"""Addresses of the pages; empty for the first one."""


def apologise(_error: Exception) -> bool:
    """Say calmly that something failed; Streamlit has written to its log what it was.

    Returns
    -------
    bool
        That nothing else need be shown.
    """
    chosen = words(st.session_state.get(_LANGUAGE, "es"))
    _ = chosen.text
    said = (
        _("The figures are safe. Reload the page, or choose another one above."),
        _(
            "If it happens again, tell whoever runs the atlas this time: {time}. The log says "
            "under it what failed; “make build” makes a damaged warehouse anew."
        ).format(time=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")),
    )
    st.html(
        Markup("<section class='failure' role='alert'><h2>{}</h2>{}</section>").format(
            _("This page could not be shown whole"), each("<p>{}</p>", ((one,) for one in said))
        )
    )
    return True


def _lost_note(words: Words) -> None:
    """Say that the address asked for is no page, where one led here."""
    _ = words.text
    is_lost = st.query_params.get(LOST) is not None
    if is_lost:
        del st.query_params[LOST]
    text = _("The link names a page that is not here; this is the map.") if is_lost else ""
    # Always there: a note that came or went in the page itself would make it rebuild the map.
    with st.container(key="lost"):
        st.html(note(text) if text else NOTHING)


@cache
def _style() -> Markup:
    """The style sheets as one."""
    sheets = sorted((_HERE / "static/style").glob("*.css"))
    return Markup("<style>{}</style>").format(
        Markup("\n").join(Markup(sheet.read_text("utf-8")) for sheet in sheets)  # noqa: S704 - own files
    )


def language() -> Words:
    """The words of the language that the reader has chosen."""
    return words(st.session_state[_LANGUAGE])


def heading(words: Words, title: str, subtitle: str) -> None:
    """Head of a page, with the choice of language."""
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        st.html(Markup("<header><h1>{}</h1><p>{}</p></header>").format(title, subtitle))
        _language_control(words)


def _language_control(words: Words) -> None:
    _ = words.text
    st.session_state[_CHOICE] = words.code
    st.segmented_control(
        _("Language"),
        ["es", "en"],
        format_func={"es": "Español", "en": "English"}.__getitem__,
        key=_CHOICE,
        on_change=_take_language,
        required=True,
        label_visibility="collapsed",
    )


def _take_language() -> None:
    # A widget's own value is forgotten when the page changes.
    st.session_state[_LANGUAGE] = st.session_state[_CHOICE]


def _problem(words: Words) -> str:
    """What keeps the atlas from showing anything, and what to run; empty if nothing does."""
    _ = words.text
    if missing_front_end():
        return _("Files that the map needs are missing. Run `make setup`, then reload this page.")
    try:
        cached.warehouse()
    except MissingWarehouseError:
        return _(
            "No warehouse has been built yet. Run `make build` (or `make refresh FROM=<folder>` "
            "with published files), then reload this page."
        )
    except OutdatedWarehouseError:
        return _(
            "The warehouse was built by another version of the atlas. Run `make build`, then "
            "reload this page: the published files are all still there."
        )
    except Exception:  # noqa: BLE001 - see below
        # Whatever is wrong with the file: the reader is told what to do, the operator what it was.
        _LOG.exception("the warehouse cannot be opened")
        return _(
            "The warehouse cannot be read: it is damaged, or out of reach. Run `make build`, then "
            "reload this page: it is made anew from the published files."
        )
    return ""


def _set_document_language(words: Words) -> None:
    """Tell the browser the language, and the style what Streamlit would say in English."""
    _ = words.text
    told = {"--skip": _("Skip to the page's content"), "--none": _("Nothing found")}
    properties = "".join(
        f"root.style.setProperty('{name}', {json.dumps(json.dumps(text, ensure_ascii=False))});"
        for name, text in told.items()
    )
    script = f"const root = document.documentElement; root.lang = '{words.code}'; {properties}"
    st.html(f"<script>{{{script}}}</script>", unsafe_allow_javascript=True)
