"""The documentation as a site: it builds without a warning and asks nobody for anything."""

import re
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import pytest

from pipeline import api, views

ROOT = Path(__file__).parents[2]
ASKED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\ssrc=["']([^"']+)"""
    r"""|<link\b[^>]*?\shref=["']([^"']+)"""
    r"""|@import\s+["']([^"']+)|url\(["']?((?!data:)[^)"']+)"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", ROOT / "docs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout + run.stderr) == (0, "")
    return folder


def test_nothing_is_asked_of_another_host(site) -> None:
    asked = [
        (path.name, address)
        for path in site.rglob("*")
        if path.suffix in {".html", ".css"}
        for found in ASKED.findall(path.read_text("utf-8"))
        for address in found
        if address
    ]
    assert len(asked) > 100
    assert [one for one in asked if re.match(r"(?:[a-z]+:)?//", one[1])] == []


def test_every_question_is_explained(site) -> None:
    research = (site / "api.html").read_text("utf-8")
    for name in ("open", "rates", "compare", "municipality", "sql"):
        assert f'id="pipeline.{name}"' in research
        assert getattr(api, name).__doc__.partition("\n")[0].rstrip(".") in research
    questions = (site / "views.html").read_text("utf-8")
    asked = [
        name
        for name, one in vars(views).items()
        if isinstance(one, FunctionType)
        and one.__module__ == "pipeline.views"
        and not name.startswith("_")
    ]
    assert len(asked) > 30
    assert [name for name in asked if f'id="pipeline.views.{name}"' not in questions] == []


def test_the_dictionary_has_ranges_breaks_and_caveats(site) -> None:
    page = (site / "data-dictionary.html").read_text("utf-8")
    assert 'id="breaks"' in page
    assert 'id="caveats"' in page
    assert "0 – 1" in page
