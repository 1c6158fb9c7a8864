"""Pieces of page that hold drawings: `streamlit.html` would strip their SVG."""

from typing import Final

import streamlit.components.v2
from markupsafe import Markup

_SCRIPT: Final = """
const shown = new WeakMap();
export default function ({ data, parentElement }) {
  const piece = parentElement.querySelector(".drawn");
  if (shown.get(piece) === data) return;
  shown.set(piece, data);
  piece.innerHTML = data;
}
"""

_piece = streamlit.components.v2.component(
    "atlas_drawn", html="<div class='drawn'></div>", js=_SCRIPT, isolate_styles=False
)


def drawn(piece: Markup, key: str) -> None:
    """Show a piece of page with drawings in it.

    Parameters
    ----------
    piece
        Whatever of it comes from data is escaped: nothing sanitises it later.
    key
        Unique on its page.
    """
    _piece(key=key, data=str(piece))
