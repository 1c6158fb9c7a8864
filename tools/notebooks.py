"""Strip the notebooks for git, or execute them and render pages: ``make notebooks``.

``strip`` takes outputs, counts and editors' metadata out of every notebook. ``render`` executes
those whose names are given, or all, and writes a page that needs no network and every figure.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "notebooks"
_PAGE: Final = FOLDER / "page.html.j2"
_METADATA: Final = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_VECTOR: Final = "image/svg+xml"
_CELL_SECONDS_MAX: Final = 120
_KERNEL: Final = (
    "--IPKernelApp.exec_lines=import warnings; warnings.simplefilter('error')",
    "--IPKernelApp.exec_lines=warnings.filterwarnings('ignore', module='ipykernel')",
    "--IPKernelApp.log_level=ERROR",
    "--HistoryManager.enabled=False",
    "--InteractiveShell.colors=NoColor",
)

Notebook = Any
"""nbformat's own type carries no types."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Strip or render."""
    parser = argparse.ArgumentParser(prog="python tools/notebooks.py", description=__doc__)
    parser.add_argument("what", choices=("strip", "render"))
    parser.add_argument("names", nargs="*", help="beginnings of file names; default: all")
    options = parser.parse_args(arguments)
    chosen = [path for path in paths() if path.name.startswith(tuple(options.names) or "")]
    if not chosen:
        parser.error(f"no notebook begins with {' or '.join(options.names)}")
    if options.what == "strip":
        for path in chosen:
            path.write_text(stripped(path.read_text("utf-8")), "utf-8")
        return 0
    for path in chosen:
        for written in rendered(executed(path), path.stem, FOLDER / "build"):
            print(written.relative_to(ROOT))
    return 0


def paths() -> list[Path]:
    """Every notebook, in the order of their numbers."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))


def stripped(text: str) -> str:
    """A notebook as it is kept in git: source and cell ids, nothing of a run or an editor."""
    notebook = nbformat.reads(text, as_version=4)
    notebook.metadata = nbformat.from_dict(_METADATA)
    for cell in notebook.cells:
        cell.metadata.clear()
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook) + "\n"


def executed(path: Path, **environment: str) -> Notebook:
    """A notebook with what its cells show, run in a kernel of this Python from top to bottom.

    Raises
    ------
    CellExecutionError
        If a cell fails or warns.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=_CELL_SECONDS_MAX,
        kernel_name="python3",
        extra_arguments=list(_KERNEL),
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT), **environment})
    return notebook


def rendered(notebook: Notebook, name: str, folder: Path) -> list[Path]:
    """Write an executed notebook as one page, and its figures beside it by their cells' names."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{name}.html"
    page.write_text(HTMLExporter(template_file=str(_PAGE)).from_notebook_node(notebook)[0], "utf-8")
    written = [page]
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if _VECTOR in output.get("data", ()):
                figure = folder / f"{name}_{cell.id}.svg"
                figure.write_text(output.data[_VECTOR], "utf-8")
                written.append(figure)
    return written


if __name__ == "__main__":
    sys.exit(main())
