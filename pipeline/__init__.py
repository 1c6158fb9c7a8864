"""Published figures of violence and programme coverage in, one checked warehouse out.

The names here and the questions in `pipeline.views` are all that pages and notebooks use.
"""

from typing import TYPE_CHECKING

from pipeline.catalog.programmes import MARKS, PROGRAMMES, SOMOS_COMUNIDAD, MarkKind
from pipeline.catalog.text import Locale, Text
from pipeline.errors import AtlasError, CatalogError, ContractError, SourceError
from pipeline.reasons import Reason, ReasonKind
from pipeline.standing import Lapse, Standing, register_path, standings
from pipeline.store.published import published_path

if TYPE_CHECKING:
    from pipeline.store.warehouse import Warehouse

__all__ = [
    "MARKS",
    "PROGRAMMES",
    "SOMOS_COMUNIDAD",
    "AtlasError",
    "CatalogError",
    "ContractError",
    "Lapse",
    "Locale",
    "MarkKind",
    "Reason",
    "ReasonKind",
    "SourceError",
    "Standing",
    "Text",
    "Warehouse",
    "published_path",
    "register_path",
    "standings",
]


def __getattr__(name: str) -> object:
    """Import the warehouse when it is asked for: it needs pandas, an unchanged rebuild does not."""
    if name == "Warehouse":
        from pipeline.store.warehouse import Warehouse  # noqa: PLC0415 - see above

        return Warehouse
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
