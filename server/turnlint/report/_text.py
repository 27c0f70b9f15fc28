"""Text from data made safe to print: nothing in it can move the cursor, reorder a line or end it, and no
CI system that reads the output takes it for a command.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import category, east_asian_width

__all__ = ["cell", "harmless", "paint", "shown_path", "visible"]

_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""They join what stands around them, and what a terminal makes of that has no known width."""
_COLOURS = {
    "bold": "1",
    "dim": "2",
    "ready": "1;32",
    "error": "1;31",
    "warning": "1;33",
    "info": "1;34",
    "hint": "1;36",
}


def visible(text: str) -> str:
    """Replace each character that would not show as itself by one that does: ESC becomes ␛."""
    return harmless(text if text.isprintable() else "".join(map(_glyph, text)))


def harmless(text: str) -> str:
    """Break what CI systems obey wherever it stands in a line: `##vso[task.complete …]`, `##[add-mask]`."""
    return re.sub(r"##(?=\w*\[)", "#♯", text) if "##" in text else text


def shown_path(path: str) -> str:
    """A path to begin a line with; GitHub obeys a line that begins with `::`."""
    return visible(f"./{path}" if path.lstrip().startswith("::") else path)


def cell(character: str) -> tuple[str, int]:
    """How a character of a row is shown in a code frame, and how many columns of the terminal that takes."""
    if " " <= character <= "~":
        return character, 1
    return _rare_cell(character)


def paint(text: str, colour: str, on: bool) -> str:
    """Colour a text: `bold`, `dim`, `ready`, or the name of a severity."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if on else text


@cache
def _rare_cell(character: str) -> tuple[str, int]:
    if character in _JOINERS:
        return "", 0
    if category(character) in ("Mn", "Me"):
        return character, 0
    shown = _glyph(character)
    return shown, 2 if east_asian_width(shown) in "WF" else 1


def _glyph(character: str) -> str:
    if character.isprintable() or category(character) == "Zs":
        return character
    if character < " ":
        return chr(0x2400 + ord(character))
    return "␡" if character == "\x7f" else "\ufffd"
