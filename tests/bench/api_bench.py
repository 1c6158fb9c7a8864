"""Reading through the research door beside the bare query of the same warehouse, in one run.

The bare side executes the same SQL with the same values on a connection of its own and has the
database make the same form: ``df()``, ``to_arrow_table()`` or ``pl()``. Both sides take turns, and
of each the quickest of many readings counts, which is what a busy machine disturbs least. The
bare side hands out what the guard of claims would take back: its cost is in the figures.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time_ns
from typing import Any, Final

import duckdb

import pipeline as atlas
from pipeline.store import warehouse as store
from pipeline.store.published import published_path

ROUNDS: Final = 30
FORMS: Final = {"pandas": "df", "arrow": "to_arrow_table", "polars": "pl"}
"""Each form, and the database's own way to it."""

QUESTIONS: Final[dict[str, Callable[..., Any]]] = {
    "series": atlas.series,
    "rates by year": lambda **how: atlas.rates("homicide_police", **how),
    "rates by month": lambda **how: atlas.rates("homicide_police", "month", **how),
    "rates of departments": lambda **how: atlas.rates("homicide_police", level="department", **how),
    "trends": lambda **how: atlas.trends("homicide_police", **how),
    "clusters": lambda **how: atlas.clusters("homicide_police", **how),
    "coverage": atlas.coverage,
    "compare": lambda **how: atlas.compare("homicide_police", **how),
    "municipality": lambda **how: atlas.municipality("52835", **how),
    "sources": atlas.sources,
    "revisions": lambda **how: atlas.revisions("kidnapping", **how),
}


def api_figures(data_dir: Path) -> dict[str, dict[str, float]]:
    """What each question costs beside its bare query, by form.

    Returns
    -------
    figures
        Processor time as a multiple of the bare query's.
    """
    warehouse = atlas.open(data_dir)
    bare = duckdb.connect(
        published_path(data_dir).resolve(), read_only=True, config=store._READ_CONFIG
    )
    return {
        name: {form: _cost(ask, form, warehouse, bare) for form in FORMS}
        for name, ask in QUESTIONS.items()
    }


def table(found: dict[str, dict[str, float]]) -> str:
    """The figures as text, one line a question."""
    return "\n".join(
        f"  {name:<22}" + "".join(f"{form:>8} {ratio:5.2f}" for form, ratio in costs.items())
        for name, costs in found.items()
    )


def _cost(
    ask: Callable[..., Any], form: str, warehouse: Any, bare: duckdb.DuckDBPyConnection
) -> float:
    ask(warehouse=warehouse, form=form)  # what is looked up once per build is known from here on
    with _noted(warehouse) as asked:
        ask(warehouse=warehouse, form=form)
    queries = [(store._sql(name), parameters) for name, parameters in asked]

    def straight() -> None:
        for query, parameters in queries:
            getattr(bare.execute(query, parameters), FORMS[form])()

    def through() -> None:
        ask(warehouse=warehouse, form=form)

    sides = (straight, through)
    taken = [[_taken(side) for side in sides] for _ in range(ROUNDS)]
    bare_ns, ours_ns = (min(of_side) for of_side in zip(*taken, strict=True))
    return ours_ns / bare_ns


def _taken(side: Callable[[], None]) -> int:
    """Processor time of all threads, in nanoseconds."""
    started = process_time_ns()
    side()
    return process_time_ns() - started


@contextmanager
def _noted(warehouse: Any) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The queries of the view that are put to a warehouse meanwhile, with their values."""
    asked: list[tuple[str, dict[str, Any]]] = []
    query, query_arrow = warehouse.query, warehouse.query_arrow

    def noting(real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(name: str, /, **parameters: Any) -> Any:
            asked.append((name, parameters))
            return real(name, **parameters)

        return noted

    warehouse.query, warehouse.query_arrow = noting(query), noting(query_arrow)
    try:
        yield asked
    finally:
        warehouse.query, warehouse.query_arrow = query, query_arrow


if __name__ == "__main__":
    print(table(api_figures(Path("data"))))
