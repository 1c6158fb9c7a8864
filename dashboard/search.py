"""Finding a place by name, with or without accents, in upper or lower case."""

from collections.abc import Mapping
from typing import Any, Final
from unicodedata import normalize

import streamlit as st

_DECOMPOSE: Final = """<script>
if (!window.atlasDecomposes) {
  window.atlasDecomposes = true;
  // What the widget compares is what it is given: React must read the changed value, so it is set
  // past React, before React looks.
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  window.addEventListener("input", (event) => {
    const field = event.target;
    if (event.isComposing || !field.closest?.(".st-key-search")) return;
    const plain = field.value.normalize("NFD");
    if (plain !== field.value) set.call(field, plain);
  }, true);
}
</script>"""
"""Letters and their accents typed as one sign, taken apart like those of the names."""


def place_search(
    label: str, names: Mapping[str, str], placeholder: str, bound: Mapping[str, Any]
) -> None:
    """A list to find a place in by its name.

    The list compares sign by sign and skips what was not typed, so names are given to it with their
    accents as signs of their own: *caceres* and *Cáceres* both find *Cáceres*.

    Parameters
    ----------
    label
        What is looked for.
    names
        Names by code, in the order of the list.
    placeholder
        What the empty field says.
    bound
        Arguments that bind it to a field of the page's selection.
    """
    with st.container(key="search"):
        st.selectbox(
            label,
            list(names),
            index=None,
            placeholder=placeholder,
            format_func=lambda code: normalize("NFD", names[code]),
            **bound,
        )
        st.html(_DECOMPOSE, unsafe_allow_javascript=True)


def places_search(
    label: str, names: Mapping[str, str], placeholder: str, bound: Mapping[str, Any], most: int
) -> None:
    """A list to find several places in, each as in `place_search`.

    Parameters
    ----------
    label, names, placeholder, bound
        As of `place_search`.
    most
        How many may be chosen.
    """
    with st.container(key="search"):
        st.multiselect(
            label,
            list(names),
            placeholder=placeholder,
            format_func=lambda code: normalize("NFD", names[code]),
            max_selections=most,
            select_all=False,
            **bound,
        )
        st.html(_DECOMPOSE, unsafe_allow_javascript=True)
