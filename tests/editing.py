r"""Edits of a server carried out as a client does it, by the letter of the protocol.

Lines end with `\r\n`, `\n` or `\r`. Whatever no client could carry out fails an assertion.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tests.lsp_client import Message

__all__ = ["applied", "as_changes", "text_edits"]

_LINE_END = re.compile(r"\r\n|\n|\r")
_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def text_edits(edit: Message, uri: str, version: int | None) -> list[Message]:
    """The text edits of a workspace edit, which must be about this document in this version and no other."""
    if "documentChanges" not in edit:
        assert set(edit) == {"changes"}
        assert set(edit["changes"]) == {uri}
        return list(edit["changes"][uri])
    (change,) = edit["documentChanges"]
    assert set(edit) == {"documentChanges"}
    assert change["textDocument"] == {"uri": uri, "version": version}
    return list(change["edits"])


def applied(text: str, edits: Sequence[Message], encoding: str, *, least: bool = True) -> str:
    """The text with all edits carried out at once; `least` ones touch nothing that they leave as it is."""
    spans = sorted((*_offsets(text, one["range"], encoding), one["newText"]) for one in edits)
    pieces, done = [], 0
    for start, end, new in spans:
        assert done <= start <= end, "edits overlap"
        assert not least or (start, end, new) == _least(text, start, end, new), "an edit is not the least"
        pieces += [text[done:start], new]
        done = end
    return "".join([*pieces, text[done:]])


def as_changes(edits: Sequence[Message]) -> list[Message]:
    """The same edits as content changes, of which each one sees what those before it did."""

    def place(edit: Message) -> Any:
        start = edit["range"]["start"]
        return start["line"], start["character"]

    return [{"range": one["range"], "text": one["newText"]} for one in sorted(edits, key=place, reverse=True)]


def _offsets(text: str, place: Message, encoding: str) -> tuple[int, int]:
    return _offset(text, place["start"], encoding), _offset(text, place["end"], encoding)


def _offset(text: str, position: Message, encoding: str) -> int:
    starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
    ends = [*(found.start() for found in _LINE_END.finditer(text)), len(text)]
    start, end = starts[position["line"]], ends[position["line"]]
    codec, width = _CODECS[encoding]
    line = text[start:end].encode(codec, "surrogatepass")
    before = line[: position["character"] * width]
    assert len(before) == position["character"] * width, "a position lies behind the end of its line"
    return start + len(before.decode(codec, "surrogatepass"))


def _least(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    """The same replacement without what it has in common with what stood there."""
    while start < end and new and text[start] == new[0]:
        start, new = start + 1, new[1:]
    while start < end and new and text[end - 1] == new[-1]:
        end, new = end - 1, new[:-1]
    return start, end, new
