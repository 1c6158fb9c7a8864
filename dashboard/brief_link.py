"""The link to a place's brief, which says while it is typeset that it is, and when it is there."""

from typing import Final

import streamlit.components.v2
from markupsafe import Markup

from dashboard.language import Words

# Without its script the link works as every link does, in silence.
_SCRIPT: Final = """
const fetched = async (link) => {
  const response = await fetch(link.href);
  if (!response.ok) throw new Error(response.status);
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "");
  return { name: name?.[1] ?? "", file: await response.blob() };
};
const save = ({ name, file }) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};
export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".brief");
  if (box.said !== data) box.innerHTML = box.said = data;
  const take = async (event) => {
    const link = event.target.closest("a");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (link.ariaBusy === "true") return;
    const status = box.querySelector("[role=status]");
    link.ariaBusy = "true";
    status.textContent = status.dataset.wait;
    try {
      save(await fetched(link));
      status.textContent = status.dataset.done;
    } catch {
      status.textContent = status.dataset.failed;
    }
    link.ariaBusy = "false";
  };
  box.addEventListener("click", take);
  return () => box.removeEventListener("click", take);
}
"""

_link = streamlit.components.v2.component(
    "atlas_brief", html="<p class='brief'></p>", js=_SCRIPT, isolate_styles=False
)


def brief_link(words: Words, address: str) -> None:
    """Show the link to a brief.

    Parameters
    ----------
    words
        Language.
    address
        Where it is served.
    """
    _ = words.text
    link = Markup(
        "<a href='{}' download>{}</a> "
        "<span role='status' data-wait='{}' data-done='{}' data-failed='{}'></span>"
    ).format(
        address,
        _("Brief to print or send (two pages, PDF)"),
        _("It is being typeset: this can take some seconds."),
        _("The brief is there, among your downloads."),
        _("The brief could not be made now. Try again in a minute."),
    )
    _link(key="brief", data=str(link))
