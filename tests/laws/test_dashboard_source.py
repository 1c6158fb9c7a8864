"""The dashboard shows what was computed: it computes nothing itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "dashboard").rglob("*.py"))
ANALYTICS = frozenset(
    "agg aggregate apply corr corrwith cov crosstab cummax cumprod cumsum cut describe diff div "
    "divide eval ewm expanding groupby interpolate kurt mean median melt merge merge_asof mode "
    "mul multiply nlargest nsmallest pct_change pivot pivot_table prod qcut quantile rank resample "
    "rolling sem skew std sub subtract transform truediv unstack var".split()
)
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)


def sees_frames(tree: ast.Module) -> bool:
    """Whether a module imports pandas; the others cannot compute on columns."""
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    return "pandas" in names


def is_column(node: ast.expr) -> bool:
    """``frame["name"]``, ``frame.loc[...]`` or a method of one of them."""
    if isinstance(node, ast.Subscript):
        names_column = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        selects = isinstance(node.value, ast.Attribute) and node.value.attr in {"loc", "iloc"}
        return names_column or selects
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return is_column(node.func.value)
    return False


def breaches(source: str) -> Iterator[str]:
    """What in a module's source computes on the columns of a frame."""
    tree = ast.parse(source)
    if not sees_frames(tree):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ANALYTICS:
            yield f"line {node.lineno}: {node.attr}"
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ARITHMETIC)
            and (is_column(node.left) or is_column(node.right))
        ):
            yield f"line {node.lineno}: arithmetic on a column"


def test_there_are_modules_to_read() -> None:
    assert {"app.py", "panel.py", "map.py"} <= {path.name for path in SOURCES}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_computed(path: Path) -> None:
    assert list(breaches(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("frame.groupby('place')", "groupby"),
        ("pd.merge(one, other)", "merge"),
        ("frame['rate'].rank()", "rank"),
        ("frame['events'] / frame['population']", "arithmetic"),
        ("1000 * frame['rate'].fillna(0)", "arithmetic"),
        ("frame.loc[:, 'rate'] - 1", "arithmetic"),
    ],
)
def test_a_breach_is_seen(line: str, what: str) -> None:
    found = list(breaches(f"import pandas as pd\n{line}"))
    assert len(found) == 1
    assert what in found[0]
