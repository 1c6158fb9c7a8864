"""Links of the written pages lead somewhere, on the repository's pages and in the site alike."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for folder in (ROOT, DOCS)
    for path in folder.glob("*.md")
    if not path.name.startswith("brief-")
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^(`{3,}).*?^\1$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def links(path: Path) -> Iterator[str]:
    text = CODE.sub("", FENCED.sub("", path.read_text("utf-8")))
    return (found[1] for found in LINK.finditer(text) if not found[1].startswith("http"))


def anchors(path: Path) -> set[str]:
    """What a heading of a page is called in an address."""
    headings = HEADING.findall(FENCED.sub("", path.read_text("utf-8")))
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings
    }


def breaches(path: Path) -> Iterator[str]:
    for link in links(path):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            yield f"{link}: no such file"
        elif anchor and anchor not in anchors(target):
            yield f"{link}: no such heading"
        elif path.parent == DOCS and not target.is_relative_to(DOCS):
            yield f"{link}: the site holds docs alone"


def test_there_are_links_to_follow() -> None:
    assert {"README.md", "README.es.md", "architecture.md", "methods.md"} <= {
        path.name for path in PAGES
    }
    assert "docs/methods.md" in list(links(ROOT / "README.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path) -> None:
    assert list(breaches(path)) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("[a](nowhere.md)", "no such file"),
        ("[a](#nothing)", "no such heading"),
        ("![a](pictures/none.png)", "no such file"),
    ],
)
def test_a_broken_link_is_seen(tmp_path, line, what) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# A page: of two\n\n[here](#a-page-of-two) {line}\n`[code](none.md)`\n")
    (found,) = breaches(page)
    assert what in found


def test_every_page_is_in_the_site() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    listed = set(re.findall(r"^[a-z-]+$", index, re.MULTILINE))
    assert {path.stem for path in DOCS.glob("*.md")} == {"index", *listed}
