"""Pieces of page that hold drawings: `streamlit.html` would strip their SVG."""

from typing import Final

import streamlit.components.v2
from markupsafe import Markup

_SCRIPT: Final = """
const settle = (piece) => {
  delete piece.dataset.early;
  if (piece.shown !== piece.told) piece.innerHTML = piece.shown = piece.told;
};
export default function ({ data, parentElement }) {
  const piece = parentElement.querySelector(".drawn");
  piece.told = data;
  // The map may show early what the page is about to say: what answers an older choice then waits.
  const left = piece.until - performance.now();
  if (piece.dataset.early && piece.shown !== data && left > 0) setTimeout(settle, left, piece);
  else settle(piece);
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
