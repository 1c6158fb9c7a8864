"""Check of an official coverage list that a reader holds: read, judged, shown, not kept."""

import json
from typing import Final

import streamlit as st
from markupsafe import Markup

from dashboard.language import Words
from dashboard.phrases import coverage_phrases
from dashboard.pieces import part, table
from pipeline import SOMOS_COMUNIDAD, CheckedList, Warehouse, checked_list, views

# Streamlit calls the field a mere decoration and names it all the same, which no reader can follow;
# its button speaks English only.
_MENDED: Final = """<script>
  const mend = (tries) => {{
    const field = document.querySelector("[data-testid=stFileUploaderDropzone]");
    if (field) {{
      field.removeAttribute("role");
      const button = field.querySelector("button:not([aria-label])");
      if (button) {{
        button.setAttribute("aria-label", {label});
        button.classList.add("chooses");
      }}
    }} else if (tries) setTimeout(mend, 50, tries - 1);
  }};
  mend(100);
</script>"""


def list_check(warehouse: Warehouse, words: Words) -> None:
    """Offer the check, and show what came of it as long as the file is held here."""
    _ = words.text
    lead = _(
        "Whoever holds the programme's own list can check it here before it goes into the atlas: "
        "CSV or Excel, up to 1 MB. It is read in memory and shown to you alone; it is not saved, "
        "and it is gone when you remove it or close the page."
    )
    st.html(part("list", _("Check an official list"), Markup("<p>{}</p>").format(lead)))
    held = st.file_uploader(
        _("Coverage list"),
        type=["csv", "xlsx"],
        key="programme.list",
        label_visibility="collapsed",
        max_upload_size=1,
    )
    st.html(_MENDED.format(label=json.dumps(_("Choose a file"))), unsafe_allow_javascript=True)
    if held is None:
        return
    checked = checked_list(held.getvalue(), held.name, views.places(warehouse), SOMOS_COMUNIDAD)
    with st.container(key="checked"):
        st.html(_problems(words, checked) if checked.problems else _preview(words, checked))


def _problems(words: Words, checked: CheckedList) -> Markup:
    """Everything that is wrong, in both languages: whoever mends the list may read the other."""
    _ = words.text
    count = words.plural(
        "{count} problem: the list cannot be used as it is.",
        "{count} problems: the list cannot be used as it is.",
        len(checked.problems),
    )
    heads = (_("Row"), "Español", "English")
    rows = (
        (
            words.number(one.row) if one.row else _("whole list"),
            one.text.es,
            Markup("<span lang='en'>{}</span>").format(one.text.en),
        )
        for one in checked.problems
    )
    return Markup("<section class='part' role='status'><p class='note'>{}</p>{}</section>").format(
        count, table(heads, rows)
    )


def _preview(words: Words, checked: CheckedList) -> Markup:
    """What the list would say of the municipalities, once somebody builds with it."""
    _ = words.text
    counts = checked.counts
    names = coverage_phrases(words)
    rows = (
        (names[state][0], words.number(count), names[state][1])
        for state, count in counts.items()
        if state in names
    )
    said = words.plural(
        "The list is in order: {count} row. With it, the atlas would say:",
        "The list is in order: {count} rows. With it, the atlas would say:",
        checked.rows,
    )
    then = _(
        "To use it, whoever runs the atlas puts the file in a folder as "
        "somos_comunidad_coverage.csv (or .xlsx) and runs “make refresh FROM=<folder>”."
    )
    return Markup("<section class='part' role='status'><p>{}</p>{}<p>{}</p></section>").format(
        said, table((_("State"), _("Municipalities"), _("Meaning")), rows), then
    )
