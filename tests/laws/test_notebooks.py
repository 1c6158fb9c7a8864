"""Notebooks are kept as source alone, tell their answer first, and read through the one door."""

import ast
import json
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import nbformat
import pytest

from tools import notebooks

PATHS = notebooks.paths()
FORBIDDEN = {"dashboard", "duckdb", "httpx", "requests", "socket", "streamlit", "urllib"}

by_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def code(path: Path) -> ast.Module:
    cells = nbformat.read(path, as_version=4).cells
    return ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code"))


def test_there_are_some() -> None:
    assert PATHS


@by_notebook
def test_it_is_kept_without_outputs_counts_and_editors_traces(path: Path) -> None:
    text = path.read_text("utf-8")
    kept = json.loads(text)
    nbformat.validate(kept)
    assert set(kept["metadata"]) == {"kernelspec", "language_info"}
    assert kept["metadata"]["language_info"] == {"name": "python"}
    for cell in kept["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
    names = [cell["id"] for cell in kept["cells"]]
    assert len(set(names)) == len(names)
    assert notebooks.stripped(text) == text, "python tools/notebooks.py strip"


@by_notebook
def test_it_asks_a_question_sums_it_up_in_spanish_and_answers_first(path: Path) -> None:
    first, second, *others = nbformat.read(path, as_version=4).cells
    title, summary = first.source.split("\n\n", 1)
    assert title.startswith("# ")
    assert summary.startswith("> **Resumen.** ")
    assert len(summary.splitlines()) == 2
    assert second.source.splitlines()[-1] == "answer = Answer()"
    assert "answer.tell(" in others[-1].source


@by_notebook
def test_it_reads_through_the_one_door(path: Path) -> None:
    imported = set()
    for node in ast.walk(code(path)):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert not {name.split(".")[0] for name in imported} & FORBIDDEN
    assert not {name for name in imported if name.startswith("pipeline.store")}


@by_notebook
def test_its_links_lead_somewhere(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    words = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\((?!http)([^)#]+)", words)
    assert not [target for target in targets if not (path.parent / target).exists()]


def test_a_notebook_that_was_run_is_stripped() -> None:
    run = nbformat.v4.new_notebook(metadata={"vscode": {"interpreter": "somewhere"}})
    output = nbformat.v4.new_output("stream", text="a figure of another build")
    cell = nbformat.v4.new_code_cell(
        "print(1)", outputs=[output], execution_count=7, metadata={"scrolled": True}, id="kept"
    )
    run.cells = [cell, nbformat.v4.new_markdown_cell("words")]
    kept = notebooks.stripped(nbformat.writes(run))
    assert "another build" not in kept
    assert "vscode" not in kept
    stripped = json.loads(kept)["cells"][0]
    assert (stripped["id"], stripped["source"]) == ("kept", ["print(1)"])
    assert (stripped["execution_count"], stripped["metadata"]) == (None, {})


def test_an_answer_takes_figures_by_name_and_refuses_typed_ones() -> None:
    found = spec_from_file_location("paper", notebooks.FOLDER / "paper.py")
    paper = module_from_spec(found)
    found.loader.exec_module(paper)
    answer = paper.Answer()
    answer.tell("{n} of {places:,} places", n=3, places=4_000)
    with pytest.raises(ValueError, match=r"1 figures are typed, for example in 'In 2024 '"):
        answer.tell("In 2024 {n} places.", n=3)
