"""Words that readers of both languages meet: never in one language without the other."""

from dataclasses import dataclass
from typing import Literal

Locale = Literal["es", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Spanish and in English."""

    es: str
    en: str

    def __getitem__(self, locale: Locale) -> str:
        """The words in one language."""
        return self.es if locale == "es" else self.en
