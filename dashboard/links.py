"""Links within the atlas, followed without leaving the session.

A link of `href` works by itself, as every link does: it opens a new session. On a page that calls
`follow_links` a plain click on it is answered within the session that is open.
"""

from pathlib import Path
from typing import Any, Final

import streamlit as st
import streamlit.components.v2
from markupsafe import Markup
from starlette.datastructures import QueryParams

from dashboard import address
from dashboard.language import Words

_FOLDER: Final = Path(__file__).parent / "pages"
_PAGES: Final = {"" if file.stem == "map" else file.stem: file for file in _FOLDER.glob("[!_]*.py")}
_KEY: Final = "links"
_FOLLOWED: Final = "followed"
_SCRIPT: Final = """
export default function ({ setTriggerValue }) {
  const follow = (event) => {
    const link = event.target.closest("a[data-within]");
    const isPlain = !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!link || !isPlain) return;
    event.preventDefault();
    // What a small chart leads to stands at the head of the page.
    if (link.closest("figure")) document.querySelector("[data-testid=stMain]").scrollTo({ top: 0 });
    const url = new URL(link.href);
    const page = url.pathname.split("/").pop();
    setTriggerValue("followed", { page, query: Object.fromEntries(url.searchParams) });
  };
  document.addEventListener("click", follow);
  return () => document.removeEventListener("click", follow);
}
"""

_listener = streamlit.components.v2.component("atlas_links", js=_SCRIPT)


def link(page: str, selection: Any, words: Words, label: Markup | str) -> Markup:  # noqa: ANN401 - any dataclass
    """A link to a page of the atlas.

    Parameters
    ----------
    page
        Its address, such as ``compare``; a dot for the first page.
    selection
        What it is to show: a dataclass, or its fields by name.
    words
        Language.
    label
        What the link says.
    """
    query = selection if isinstance(selection, dict) else address.to_query(selection)
    return Markup("<a data-within target='_self' href='{}?{}'>{}</a>").format(
        page, QueryParams({**query, "lang": words.code}), label
    )


def follow_links(page: str) -> None:
    """Answer clicks on links to this page and to others.

    Parameters
    ----------
    page
        Address of the page that is shown.
    """
    followed = st.session_state.pop(_FOLLOWED, None)
    if followed:
        st.switch_page(_PAGES[followed["page"]], query_params=followed["query"])
    _listener(key=_KEY, on_followed_change=lambda: _follow(page))


def _follow(page: str) -> None:
    followed = st.session_state[_KEY].followed
    if followed["page"] == page:
        st.query_params.from_dict(followed["query"])
    elif followed["page"] in _PAGES:
        st.session_state[_FOLLOWED] = followed
