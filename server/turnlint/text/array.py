r"""A file that is one JSON array, seen as rows: its items, each of them on one row.

The rows are the bytes of the file as they are, but for these: the commas between items and the closing
bracket become `\n`, line ends within an item white space, and what stands before the first item is left out.
So each character of a row has its place in the file, at a distance that never changes.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from typing import BinaryIO

from turnlint.text.decode import row_text
from turnlint.text.rows import BOM, CUT_BYTES, ROW_BYTES

__all__ = ["ArrayError", "ArrayLayout", "ArrayRows", "array_start"]

_BLANK = b" \t\r\n"
_OPENING = re.compile(rb"[ \t\r\n]*+\[(?!\0)")
"""The bracket, unless it is half a character of UTF-16."""
_STRING = re.compile(rb'[^"\\\n]*(?>(?:\\[^\n][^"\\\n]*)*)')
_BETWEEN = re.compile(rb'[^"\[\]{},\r\n]*')
"""What may stand between items, and means nothing."""
_WITHIN = re.compile(rb'(?>(?:[^"\[\]{}\r\n]+|"%s")*)' % _STRING.pattern)
"""What stands within one: whole strings, too."""
_CHUNK = 1 << 16
"""So many bytes are turned at a time; in each of them the first row that begins is noted."""
_QUOTE, _COMMA, _LINE_FEED = b'",\n'
_MOST = ROW_BYTES + 2 * _CHUNK
"""No row that is judged ends further behind one that is noted."""
_CONTINUED = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that begin no character."""


class ArrayError(OSError):
    """What keeps a file from being an array; the message is for the user."""


def array_start(head: bytes) -> int | None:
    """Where the first item of an array begins, in bytes; None where a file with this head is none."""
    mark = _OPENING.match(head, len(BOM) if head.startswith(BOM) else 0)
    return mark.end() if mark else None


class ArrayRows:
    """Turns an array into rows, chunk by chunk. It keeps nothing of them."""

    def __init__(self) -> None:
        """What comes first is what stands behind the opening bracket, or where an item begins."""
        self.rows = 0
        """How many items have ended."""
        self.is_closed = False
        self._depth = 1
        self._is_in_string = False
        self._is_escaped = False
        self._is_blank = True
        """The item that has begun has shown nothing but white space."""

    def turned(self, chunk: bytes) -> bytes:
        """The rows of the next bytes. Raises ArrayError where something follows the array."""
        if self.is_closed:
            self._expect_nothing(chunk)
            return b""
        made = bytearray(chunk)
        at, end = 0, len(made)
        while at < end and not self.is_closed:
            at = self._string(made, at) if self._is_in_string else self._plain(made, at)
        if self.is_closed:
            self._expect_nothing(bytes(made[at:]))
        return bytes(made[:at])

    def end(self) -> None:
        """Raises ArrayError where the array was not closed."""
        if not self.is_closed:
            raise _fault(f"the array is not closed: item {self.rows + 1} has no end")

    def _string(self, made: bytearray, at: int) -> int:
        """Go on to behind the end of a string, or of what is there."""
        if self._is_escaped:
            self._is_escaped = False
            at += made[at] != _LINE_FEED
        found = _STRING.match(made, at)
        assert found
        at = found.end()
        if at == len(made):
            return at
        match made[at]:
            case 0x22:  # "
                self._is_in_string = False
            case 0x5C:  # \
                self._is_escaped = True
            case _:  # what no string may hold must end no row
                made[at] = 0x0D
        return at + 1

    def _plain(self, made: bytearray, at: int) -> int:
        """Go on to behind the next mark, or to the end of what is there."""
        found = (_BETWEEN if self._depth == 1 else _WITHIN).match(made, at)
        assert found
        self._is_blank = self._is_blank and not found.group().strip(_BLANK)
        at = found.end()
        if at == len(made):
            return at
        mark = made[at]
        if mark in _BLANK:
            made[at] = 0x20
            return at + 1
        if mark == _COMMA:
            if self._depth == 1:
                self._finish(made, at)
        elif mark == _QUOTE:
            self._is_in_string, self._is_blank = True, False
        elif mark in b"[{":
            self._depth += 1
            self._is_blank = False
        else:
            self._depth -= 1
            if self._depth == 0:
                self._close(made, at)
        return at + 1

    def _finish(self, made: bytearray, at: int) -> None:
        if self._is_blank:
            raise _fault(f"no item stands before comma {self.rows + 1}")
        made[at] = _LINE_FEED
        self.rows += 1
        self._is_blank = True

    def _close(self, made: bytearray, at: int) -> None:
        if self._is_blank and self.rows:
            raise _fault(f"a comma stands behind the last item, which is item {self.rows}")
        made[at] = _LINE_FEED
        self.rows += not self._is_blank
        self.is_closed = True

    def _expect_nothing(self, rest: bytes) -> None:
        if rest.strip(_BLANK):
            raise _fault("something follows the array that the file begins with")


def _fault(words: str) -> ArrayError:
    return ArrayError(None, f"no valid JSON: {words}")


class ArrayLayout:
    """Where the rows stand in their file."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        """The file is read from its beginning; `start` is where the first item begins, in bytes."""
        self._stream = stream
        stream.seek(0)
        head = stream.read(start).removeprefix(BOM)
        self._rows = array("Q", (0,))
        self._offsets = array("Q", (start,))
        self._ends = array("Q", (head.count(b"\n"),))
        self._columns = array("Q", (_column(head, 0),))
        self._line, self._column = self._ends[0], self._columns[0]
        self._last: tuple[int, str, int, int] = (-1, "", 0, 0)

    def note(self, chunk: bytes, row: int, begins: int, offset: int) -> None:
        """Note the next bytes of the file, at an offset, in which a row begins; -1 where none does."""
        if begins >= 0:
            self._rows.append(row)
            self._offsets.append(offset + begins)
            self._ends.append(self._line + chunk.count(b"\n", 0, begins))
            self._columns.append(_column(chunk[:begins], self._column))
        self._line += chunk.count(b"\n")
        self._column = _column(chunk, self._column)

    def position(self, row: int, column: int) -> tuple[int, int]:
        """The line and the column in the file of a column of a row, all in code points and from 0.

        Only of rows that were read. Raises OSError where the file cannot be read again.
        """
        if self._last[0] != row:
            self._last = row, *self._found(row)
        _, text, line, before = self._last
        ends = text.count("\n", 0, column)
        if ends:
            return line + ends, column - text.rindex("\n", 0, column) - 1
        return line, before + column

    def _found(self, row: int) -> tuple[str, int, int]:
        """A row as it stands in the file, or what is kept of it, and the line and column where it begins."""
        at = bisect_right(self._rows, row) - 1
        missing = row - self._rows[at]
        rows = ArrayRows()
        original, turned = bytearray(), bytearray()
        self._stream.seek(self._offsets[at])
        while rows.rows <= missing and len(turned) <= _MOST and (chunk := self._stream.read(_CHUNK)):
            original += chunk
            turned += rows.turned(chunk)
        start = 0
        for _ in range(missing):
            start = turned.index(b"\n", start) + 1
        end = turned.find(b"\n", start)
        before = bytes(original[:start])
        text = row_text(bytes(original[start : end if end >= 0 else CUT_BYTES]))
        return text, self._ends[at] + before.count(b"\n"), _column(before, self._columns[at])


def _column(text: bytes, column: int) -> int:
    """The column behind a text that begins at a column, in code points."""
    start = text.rfind(b"\n") + 1
    return (0 if start else column) + len(text[start:].translate(None, _CONTINUED))
