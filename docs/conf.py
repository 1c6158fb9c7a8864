"""The documentation as a site: ``make docs`` builds it from these pages into ``docs/build``."""

import json
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
NOTEBOOKS: Final = ROOT / "notebooks"
RENDERED: Final = NOTEBOOKS / "build"

sys.path.insert(0, str(ROOT))

project = "Resilient Communities Atlas"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]
author = "Resilient Communities Atlas"
project_copyright = ""
language = "en"
smartquotes = False

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc"]
exclude_patterns = ["build"]
suppress_warnings = ["myst.strikethrough"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

add_module_names = False
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
python_maximum_signature_line_length = 70
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "Resilient Communities Atlas"
html_copy_source = False
html_show_copyright = False
html_static_path = ["site"]
html_css_files = ["tables.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5c6b", "color-brand-content": "#0b5c6b"},
    "dark_css_variables": {"color-brand-primary": "#6cc5d6", "color-brand-content": "#6cc5d6"},
}


def setup(app: Any) -> None:
    """List the notebooks on their page, and carry those that are rendered along."""
    app.connect("source-read", _list_notebooks)
    app.connect("build-finished", _carry_notebooks)


def _list_notebooks(_app: Any, docname: str, source: list[str]) -> None:
    if docname == "notebooks":
        source[0] += "\n".join(f"- {_entry(path)}" for path in sorted(NOTEBOOKS.glob("*.ipynb")))


def _entry(path: Path) -> str:
    """A notebook's title, as a link where it is rendered."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    title = "".join(cells[0]["source"]).partition("\n")[0].removeprefix("# ")
    page = RENDERED / f"{path.stem}.html"
    name = f"`notebooks/{path.name}`"
    if not page.exists():
        return f"{title} ({name})"
    return f'<a href="rendered/{page.name}">{title}</a> ({name})'


def _carry_notebooks(app: Any, error: Exception | None) -> None:
    if error is None and RENDERED.exists():
        shutil.copytree(RENDERED, Path(app.outdir) / "rendered", dirs_exist_ok=True)
