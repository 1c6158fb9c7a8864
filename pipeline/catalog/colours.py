"""What the colours of a map stand for, the same on pages and in exported layers.

Every colour has two forms: on light paper more is darker, on a dark ground more is lighter.
"""

from collections.abc import Sequence
from typing import Final

ZERO: Final = ("#fbfaf6", "#35383d")
VIOLENCE: Final = ("#fce2b8", "#f9bd81", "#ef9060", "#d85d4c", "#ad3044", "#6b1537")
"""Light to dark in even steps of lightness: the order survives any colour blindness, and grey."""
VIOLENCE_DARK: Final = ("#624135", "#905542", "#b86d55", "#da8b6f", "#f3ae91", "#fcd7c0")
CONTEXT: Final = ("#e4e1f0", "#c8bfe0", "#a998cc", "#8871b4", "#674a98", "#432470")
"""Another hue, so that what the State does is not taken for violence."""
CONTEXT_DARK: Final = ("#4d446a", "#6a5c96", "#8779b1", "#a697cf", "#c4b7e4", "#e2daf5")


def shades(palette: Sequence[str], count: int) -> list[str]:
    """As many colours of a palette as there are classes, spread over all of it."""
    if count <= 1:
        return list(palette[2:3])[:count]
    return [palette[round(i * (len(palette) - 1) / (count - 1))] for i in range(count)]
