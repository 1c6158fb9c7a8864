"""What stands beside the figures for people: how to read them, cite them, and under which terms."""

import json
import re
from pathlib import Path
from string import Template
from typing import Any, Final

from pipeline.export.package import TITLE, Build

_HERE: Final = Path(__file__).parent
_FORMS: Final = ("README.md", "LEEME.md")
_CC_BY: Final = "CC-BY-4.0.txt"
_TOLD: Final = ("methods.md", "claims.md", "data-dictionary.md")
"""Pages of the documentation that say how a figure was made, and what may be said of it."""
_DOCS: Final = _HERE.parents[1] / "docs"
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([\w-]+\.md)[^)]*\)")


def beside(build: Build) -> dict[str, str]:
    """Texts of the export by path.

    Parameters
    ----------
    build
        What is exported.
    """
    facts = build.facts
    named = {**facts, "series": ", ".join(build.series) or "all / todas"}
    return {
        **{name: Template(_own(name)).substitute(named) for name in _FORMS},
        **{f"docs/{name}": _page(name) for name in _TOLD},
        "LICENCES.md": _licences(build),
        _CC_BY: _own(_CC_BY),
        "CITATION.cff": _citation(facts, build.sources),
    }


def _own(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _page(name: str) -> str:
    """A page of the documentation; a link to one that stays behind is told in words."""
    return _LINK.sub(
        lambda link: link[0] if link[2] in _TOLD else f"{link[1]} (docs/{link[2]} of the project)",
        (_DOCS / name).read_text("utf-8"),
    )


def _licences(build: Build) -> str:
    """Each publisher's terms in both languages, with the words it is to be cited with."""
    lines = [
        "# Terms of use / Términos de uso",
        "",
        "The figures derive from the sources below and stand under their terms; nothing here is",
        "freer than its source. Simplified boundaries are under CC BY 4.0: see CC-BY-4.0.txt.",
        "",
        "Las cifras derivan de las fuentes de abajo y quedan bajo sus términos; nada aquí es más",
        "libre que su fuente. Los límites simplificados están bajo CC BY 4.0: vea CC-BY-4.0.txt.",
        "",
        "| source / fuente | cite / cítese | cut / corte | terms | términos |",
        "|---|---|---|---|---|",
        *(
            f"| {one['title']} | {one['citation']} | {one['cut_date']} | {one['licence']} "
            f"| {one['licence_es']} |"
            for one in build.sources
        ),
    ]
    return "\n".join(lines) + "\n"


def _citation(facts: dict[str, Any], sources: list[dict[str, Any]]) -> str:
    """Words of citation as a file that archives read; every quoted string is JSON, so YAML too."""
    lines = [
        "cff-version: 1.2.0",
        'message: "Cite the atlas with its build, and the publishers of the figures you use."',
        "type: dataset",
        f"title: {_quoted(f'{TITLE}: figures')}",
        f"version: {_quoted(facts['build_id'])}",
        f"date-released: {_quoted(facts['built_at'][:10])}",
        "authors:",
        f"  - name: {_quoted(TITLE)}",
        "references:",
    ]
    for one in sources:
        publisher, _, title = one["title"].partition(": ")
        lines += [
            "  - type: data",
            f"    title: {_quoted(title)}",
            "    authors:",
            f"      - name: {_quoted(publisher)}",
            f"    url: {_quoted(one['path'])}",
            f"    date-released: {_quoted(one['cut_date'])}",
            f"    notes: {_quoted(one['citation'])}",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
