"""Published figures of violence and programme coverage in, one checked warehouse out.

The names here and the questions in `pipeline.views` are all that pages and notebooks use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from pipeline.catalog.estimators import ESTIMATORS, LIMITS
from pipeline.catalog.programmes import MARKS, PROGRAMMES, SOMOS_COMUNIDAD, MarkKind, Reference
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
from pipeline.words import normalised

if TYPE_CHECKING:
    from pipeline.gazetteer import place_code
    from pipeline.ingest.coverage import CheckedList, checked_list
    from pipeline.store.warehouse import Warehouse

__all__ = [
    "ESTIMATORS",
    "LIMITS",
    "MARKS",
    "PROGRAMMES",
    "SOMOS_COMUNIDAD",
    "AtlasError",
    "CatalogError",
    "CheckedList",
    "ContractError",
    "Lapse",
    "Locale",
    "MarkKind",
    "MissingWarehouseError",
    "OutdatedWarehouseError",
    "Reason",
    "ReasonKind",
    "Reference",
    "SourceError",
    "Standing",
    "Text",
    "Warehouse",
    "checked_list",
    "normalised",
    "place_code",
    "published_path",
    "register_path",
    "standings",
]


_PANDAS: Final = {
    "CheckedList": "pipeline.ingest.coverage",
    "Warehouse": "pipeline.store.warehouse",
    "checked_list": "pipeline.ingest.coverage",
    "place_code": "pipeline.gazetteer",
}
"""Names that need pandas, which an unchanged rebuild does without, and where they stand."""


def __getattr__(name: str) -> object:
    """Import what needs pandas when it is asked for."""
    if name in _PANDAS:
        return getattr(import_module(_PANDAS[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
