"""Published figures of violence and programme coverage in, one checked warehouse out.

``import pipeline as atlas``: the names here and the questions in `pipeline.views` are all that
pages and notebooks use. Tables for research are those of `pipeline.api`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from pipeline.catalog import colours
from pipeline.catalog.estimators import ESTIMATORS, LIMITS
from pipeline.catalog.evaluations import (
    EVALUATION_ESTIMATORS,
    EVALUATION_LIMITS,
    EVALUATION_REFUSALS,
    EVALUATION_VERDICTS,
)
from pipeline.catalog.indicators import INDICATORS, Indicator
from pipeline.catalog.programmes import (
    MARKS,
    PDET,
    PROGRAMMES,
    SOMOS_COMUNIDAD,
    MarkKind,
    Milestone,
    Programme,
    Reference,
    ReportedFigure,
)
from pipeline.catalog.text import Locale, Text
from pipeline.errors import (
    AtlasError,
    CatalogError,
    ContractError,
    MissingWarehouseError,
    OutdatedWarehouseError,
    SourceError,
)
from pipeline.reasons import Reason, ReasonKind
from pipeline.standing import Lapse, Standing, register_path, standings
from pipeline.store.published import published_path
from pipeline.words import inert, normalised

if TYPE_CHECKING:
    from pipeline import views
    from pipeline.analysis import claims
    from pipeline.api import (
        boundaries,
        clusters,
        compare,
        coverage,
        municipality,
        open,  # noqa: A004 - read as atlas.open
        rates,
        revisions,
        series,
        sources,
        sql,
        trends,
    )
    from pipeline.gazetteer import place_code
    from pipeline.ingest.coverage import CheckedList, checked_list
    from pipeline.store.warehouse import Warehouse

__all__ = [
    "ESTIMATORS",
    "EVALUATION_ESTIMATORS",
    "EVALUATION_LIMITS",
    "EVALUATION_REFUSALS",
    "EVALUATION_VERDICTS",
    "INDICATORS",
    "LIMITS",
    "MARKS",
    "PDET",
    "PROGRAMMES",
    "SOMOS_COMUNIDAD",
    "AtlasError",
    "CatalogError",
    "CheckedList",
    "ContractError",
    "Indicator",
    "Lapse",
    "Locale",
    "MarkKind",
    "Milestone",
    "MissingWarehouseError",
    "OutdatedWarehouseError",
    "Programme",
    "Reason",
    "ReasonKind",
    "Reference",
    "ReportedFigure",
    "SourceError",
    "Standing",
    "Text",
    "Warehouse",
    "boundaries",
    "checked_list",
    "claims",
    "clusters",
    "colours",
    "compare",
    "coverage",
    "inert",
    "municipality",
    "normalised",
    "open",
    "place_code",
    "published_path",
    "rates",
    "register_path",
    "revisions",
    "series",
    "sources",
    "sql",
    "standings",
    "trends",
    "views",
]


_PANDAS: Final = {
    "CheckedList": "pipeline.ingest.coverage",
    "Warehouse": "pipeline.store.warehouse",
    "checked_list": "pipeline.ingest.coverage",
    **dict.fromkeys(
        (
            "boundaries",
            "clusters",
            "compare",
            "coverage",
            "municipality",
            "open",
            "rates",
            "revisions",
            "series",
            "sources",
            "sql",
            "trends",
        ),
        "pipeline.api",
    ),
    "place_code": "pipeline.gazetteer",
}
"""Names that need pandas, which an unchanged rebuild does without, and where they stand."""


_MODULES: Final = {"claims": "pipeline.analysis.claims", "views": "pipeline.views"}
"""Modules that are read as names of this package."""


def __getattr__(name: str) -> object:
    """Import what needs pandas when it is asked for."""
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name in _PANDAS:
        return getattr(import_module(_PANDAS[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
