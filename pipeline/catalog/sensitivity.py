"""Who may see a column."""

from enum import StrEnum


class Sensitivity(StrEnum):
    """Who may see a column. This product shows public ones only."""

    PUBLIC = "public"
    INTERNAL = "internal"
    RESTRICTED = "restricted"
