r"""An open document on the line store.

pygls' own class copies the whole text for each edit, and splits it with `str.splitlines`, which also ends
lines at U+2028, U+0085, `\v` and `\f`: every later edit then lands in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsprotocol import types
from msgspec import Struct
from pygls.workspace import PositionCodec, TextDocument

from turnlint.text.lines import Change, Line, LineStore
from turnlint.text.rows import HEAD_BYTES
from turnlint.text.units import Encoding, from_units

__all__ = ["BLANKS", "BOM", "Document", "Paper", "judged_text", "row_bytes", "row_text"]

BLANKS = " \t\n\r\v\f"
"""A row of nothing else is blank, as `bytes.isspace` has it."""
BOM = "\ufeff"
_CR_ROW_END = re.compile(r"[}\]][ \t]*+\r")


class Paper(Struct, frozen=True):
    """What is drawn for a client: where it belongs, and in which units."""

    uri: str
    encoding: Encoding


class Document(TextDocument):
    """A text as the client sees it, with the changes that nobody has taken yet.

    Has neither `__len__` nor `__bool__`: `Workspace.get_text_document` asks `or` whether there is one.
    """

    def __init__(
        self,
        uri: str,
        source: str,
        version: int | None,
        language_id: str | None,
        position_codec: PositionCodec,
    ) -> None:
        super().__init__(uri, None, version, language_id, position_codec=position_codec)
        encoding = types.PositionEncodingKind(position_codec.encoding)
        self.encoding: Encoding = encoding.value
        self.paper = Paper(uri, self.encoding)
        self.store = LineStore(source, bare_cr=_ends_in_cr(source))
        self.size = len(source)
        """Characters, line ends not counted exactly."""
        self._changes: list[Change] = []

    @property
    def source(self) -> str:
        """The whole text, put together: not for what happens at each key."""
        return self.store.text()

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends: not for what happens at each key."""
        return tuple(line.text + line.end for line in self.store)

    def apply_change(self, change: types.TextDocumentContentChangeEvent) -> None:
        """Carry out an edit of the client, of a range or of the whole text."""
        start, end = (0, 0), (self.store.count, 0)
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = self._position(change.range.start), self._position(change.range.end)
        made = self.store.replace(start, end, change.text)
        self.size += _length(made.added) - _length(made.removed)
        self._changes.append(made)

    def take_changes(self) -> list[Change]:
        """Give the changes since the last call, in order."""
        changes, self._changes = self._changes, []
        return changes

    def _position(self, position: types.Position) -> tuple[int, int]:
        number = position.line
        if not 0 <= number < self.store.count:
            return number, 0  # the store clamps it
        return number, from_units(self.store.line(number).text, position.character, self.encoding)


def _length(lines: list[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _ends_in_cr(text: str) -> bool:
    r"""Whether a bare `\r` ends the rows, as `RowReader` decides it for a file.

    LSP ends lines there in every text, but editors that keep one inside of a line (Neovim, Emacs, Helix) do
    not count it as a line; the others never send one beside `\n`.
    """
    head = text[:HEAD_BYTES]
    return "\n" not in head and _CR_ROW_END.search(head) is not None


def row_text(text: str) -> str:
    """The text with a byte order mark in front as a blank: it is no JSON, and the columns stay right."""
    return " " + text[1:] if text.startswith(BOM) else text


def judged_text(store: LineStore, line: Line) -> str:
    """The text of a line of a store as it is judged: the byte order mark of a file belongs to no row."""
    text = row_text(line.text)
    return text if text is line.text or store.line(0) is line else line.text


def row_bytes(text: str) -> bytes:
    """The row as a file would hold it, with one code point for each column of the text.

    A lone surrogate stands for a byte that is not UTF-8, or else for what no file in UTF-8 can hold.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
