"""Bring the catalogues in line with the strings of the dashboard: ``make words``.

New strings are added without a translation, unused ones leave, and nothing else changes: no date,
no line number, so that two people's words merge.
"""

import sys
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

_DASHBOARD: Final = Path(__file__).parents[1] / "dashboard"
_PLURAL: Final = "plural"
_KEYWORDS: Final = {"_": None, _PLURAL: (1, 2)}


def main() -> int:
    """Rewrite each catalogue; name what has no Spanish yet."""
    used = {
        message
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(_DASHBOARD), method_map=[("**.py", "python")], keywords=_KEYWORDS
        )
    }
    for path in sorted(_DASHBOARD.glob("locale/*/LC_MESSAGES/dashboard.po")):
        with path.open("rb") as file:
            known = read_po(file)
        write(path, used, known)
        if path.parts[-3] == "es":
            bare = [message.id for message in known if not message.string and message.id]
            new = used - {message.id for message in known}
            for string in sorted(map(str, [*bare, *new])):
                print(string)
    return 0


def write(path: Path, used: set[str | tuple[str, ...]], known: Catalog) -> None:
    """Write a catalogue of the strings in use, with the translations that are known.

    Parameters
    ----------
    path
        Where it lies.
    used
        Strings, or pairs of singular and plural.
    known
        Translations.
    """
    header = path.read_text("utf-8").split("\n\n", 1)[0]
    catalogue = Catalog(locale=known.locale)
    for string in used:
        found = known.get(string if isinstance(string, str) else string[0])
        catalogue.add(string, found.string if found else "")
    with path.open("wb") as file:
        file.write(f"{header}\n\n".encode())
        write_po(file, catalogue, no_location=True, omit_header=True, sort_output=True)


if __name__ == "__main__":
    sys.exit(main())
