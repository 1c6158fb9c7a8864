"""Why what a publisher offers is not what the atlas shows: the kinds of reason, apart from words.

The kind is for readers, who are told in their language; the text names places and figures, for
whoever has to mend it.
"""

from dataclasses import dataclass
from enum import StrEnum


class ReasonKind(StrEnum):
    """The kinds of reason; their values are stored."""

    UNREACHED = "unreached"
    """No connection to the publisher came about."""
    NOT_OFFERED = "not offered"
    """The publisher answered that it has no such thing, or gives it to nobody."""
    NOT_WHOLE = "not whole"
    """The publisher answered, but not with a file that is whole and of the declared form."""
    NOT_STORED = "not stored"
    """This machine could not keep what came."""
    UNREADABLE = "unreadable"
    """The file holds what nothing declares, or cannot be decoded."""
    OTHER_DATASET = "other dataset"
    """The file's bytes are those of another dataset."""
    ENDS_EARLIER = "ends earlier"
    """The release ends before the one that it should replace."""
    NOT_COMPARABLE = "not comparable"
    """The release has no month in common with the one that it should replace."""
    SUM_MOVED = "sum moved"
    """Sums moved further than revisions do."""
    BREAKS_LAW = "breaks law"
    """With the release the tables do not add up."""
    OVERDUE = "overdue"
    """The publisher was asked after the day of its next release and had none."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A kind of reason, and this case of it in the words of the pipeline."""

    kind: ReasonKind
    text: str
