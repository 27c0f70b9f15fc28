"""A file with faults behind characters of all widths, and what an editor is to show of it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

__all__ = ["CLEAN", "FAULTS", "ROWS", "Fault", "write"]

CLEAN = '{"messages":[{"role":"user","content":"clean"},{"role":"assistant","content":"z"}]}'
ROWS = [
    '{"messages":[{"content":"漢字 😀 é","role":"usr"},{"role":"assistant","content":"a"}]}',
    '{"messages":[{"content":"😀😀 ok","role":"user"},{"role":"assistant","content":"b"}]}',
    '{"messages":[{"content":"é 😀 ﷽","role":"user"},{"role":"assistant","content":"c"},]}',
    '{"messages":[{"content":"a\u2028b\u0085😀","role":"bot"},{"role":"assistant","content":"d"}]}',
    '{"messages":[{"content":"😀","role":"<img src=x> %{system(1)}"},{"role":"assistant","content":"e"}]}',
    '{"messages":[',
]
_SETTINGS = 'select = ["unknown-role", "invalid-json"]\n'


class Fault(NamedTuple):
    """What turnlint finds."""

    row: int
    """From 0."""
    text: str
    """What stands at the place."""
    rule: str
    words: str
    """A part of the message."""

    @property
    def start(self) -> int:
        """The place in code points, from 0."""
        return ROWS[self.row].rindex(self.text)

    @property
    def before(self) -> str:
        """The row up to the place."""
        return ROWS[self.row][: self.start]


FAULTS = [
    Fault(0, '"usr"', "unknown-role", "`usr` is not a role"),
    Fault(2, ",", "invalid-json", "comma"),
    Fault(3, '"bot"', "unknown-role", "`bot` is not a role"),
    Fault(4, '"<img src=x> %{system(1)}"', "unknown-role", "is not a role"),
    Fault(5, "[", "invalid-json", "breaks off"),
]


def write(file: Path) -> Path:
    """Write the file, and settings beside it that leave nothing else to find."""
    (file.parent / "turnlint.toml").write_text(_SETTINGS, encoding="utf-8")
    file.write_text("".join(f"{row}\n" for row in ROWS), encoding="utf-8")
    return file
