"""The style sheet's colours for what is drawn rather than laid out: charts, on screen and paper."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

import streamlit as st

Theme = Literal["light", "dark"]
Palette = Mapping[str, str]
"""Colours by the name of their token in the style sheet, e.g. ``violence``."""

_SHEET: Final = Path(__file__).parent / "static/style/base.css"
_TOKEN: Final = re.compile(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)")


@cache
def palette(theme: Theme = "light") -> Palette:
    """Colours of a theme; paper is light.

    Examples
    --------
    >>> palette("light")["paper"]
    '#ffffff'
    """
    at = 1 if theme == "light" else 2
    return {found[1]: found[1 + at] for found in _TOKEN.finditer(_SHEET.read_text("utf-8"))}


def shown_palette() -> Palette:
    """Colours of the theme that the reader sees: asked once for a page, handed to its charts."""
    return palette("dark" if st.context.theme.type == "dark" else "light")
