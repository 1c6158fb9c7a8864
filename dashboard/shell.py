"""What every page shares: language, look, page list, and what to say when there is no warehouse."""

import logging
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from markupsafe import Markup

from dashboard import cached
from dashboard.language import LanguageCode, Words, spoken, words
from dashboard.paint import missing_front_end

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
    _set_document_language(language)
    page = st.navigation(
        [
            st.Page(_HERE / "pages/map.py", title=_("Map"), icon=":material/map:", default=True),
            st.Page(
                _HERE / "pages/trends.py",
                title=_("Trends"),
                icon=":material/show_chart:",
                url_path="trends",
            ),
            st.Page(
                _HERE / "pages/municipality.py",
                title=_("Municipality"),
                icon=":material/location_on:",
                url_path="municipality",
            ),
            st.Page(
                _HERE / "pages/compare.py",
                title=_("Compare"),
                icon=":material/table_rows:",
                url_path="compare",
            ),
            st.Page(
                _HERE / "pages/programme.py",
                title=_("Programme"),
                icon=":material/handshake:",
                url_path="programme",
            ),
            st.Page(
                _HERE / "pages/sources.py",
                title=_("Data and sources"),
                icon=":material/database:",
                url_path="sources",
            ),
        ],
        position="top",
    )
    problem = _problem(words(language))
    if problem:
        st.title(_("The atlas has nothing to show yet"))
        st.markdown(problem)
    else:
        page.run()


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


def remember_language(words: Words) -> None:
    """Keep the language in the URL, which a change of page empties."""
    if st.query_params.get("lang") != words.code:
        st.query_params["lang"] = words.code


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
    _ = words.text
    if missing_front_end():
        return _("Files that the map needs are missing. Run `make setup`, then reload this page.")
    try:
        cached.warehouse()
    except Exception:  # noqa: BLE001 - see below
        # Whatever is wrong with the file: the reader is told what to do, the operator what it was.
        _LOG.exception("the warehouse cannot be opened")
        return _(
            "There is no warehouse that this version can read. Run `make build` (or `make refresh "
            "FROM=<folder>` with published files), then reload this page."
        )
    return ""


def _set_document_language(code: LanguageCode) -> None:
    script = f"<script>document.documentElement.lang = '{code}'</script>"
    st.html(script, unsafe_allow_javascript=True)
