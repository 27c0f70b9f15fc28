"""A row of an open document as requests about it see it: text, tree, example, and ranges for the client."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from turnlint.formats import detect
from turnlint.lsp.document import Document, row_text
from turnlint.model import Example, Finding, Place, Pointer, Span, pointer_names
from turnlint.text.decode import parse
from turnlint.text.lines import Line
from turnlint.text.scan import spans, tokens
from turnlint.text.tree import MOST_TOKENS, Node, Tree, read
from turnlint.text.units import all_to_units, from_units, to_units

if TYPE_CHECKING:
    from turnlint.formats import Format
    from turnlint.lsp.session import Session

__all__ = ["RowView"]

_LONG = 8 << 20
"""Parsing so many code points takes about as long as a request may keep others waiting."""
_INDEX = re.compile("0|[1-9][0-9]{0,8}")


class RowView:
    """One line of a document as it is now. Not for keeping across an `await`: an edit may take it away."""

    def __init__(self, session: Session, number: int, tokens: int = MOST_TOKENS) -> None:
        """`number` is the 0-based line; of its tree at most so many tokens are read.

        Raises IndexError where there is no such line.
        """
        self.session = session
        self.number = number
        self._tokens = tokens
        self.line: Line = self.document.store.line(number)
        self.text = row_text(self.line.text)
        """The row, with as many columns as the line has."""

    @property
    def document(self) -> Document:
        """The document that it is a row of."""
        return self.session.document

    @property
    def is_long(self) -> bool:
        """The row is too long to be parsed among many others, or so full that its tree would lack a part."""
        return len(self.text) > _LONG or self._is_full

    @cached_property
    def _is_full(self) -> bool:
        return len(self.text) > MOST_TOKENS and any(islice(tokens(self.text), MOST_TOKENS, None))

    @cached_property
    def tree(self) -> Tree:
        """The row as a tree, whole or broken."""
        return read(self.text, self._tokens)

    @cached_property
    def _parsed(self) -> tuple[bool, Any]:
        try:
            return True, parse(self.text)
        except ValueError:
            return False, None

    @property
    def is_whole(self) -> bool:
        """A parser takes the row; else its value is what could be read."""
        return self._parsed[0]

    @property
    def value(self) -> Any:
        """The row decoded, as far as it could be read."""
        return self._parsed[1] if self.is_whole else self.tree.value

    @cached_property
    def format(self) -> Format | None:
        """The format that the row is judged by, else the one that it looks like."""
        return self.session.format or detect(self.value, accepted=self.session.settings.formats)

    @cached_property
    def example(self) -> Example | None:
        """The row as turns; None where no format is known or the row holds no object."""
        if self.format is None or type(self.value) is not dict:
            return None
        return self.format.example(self.value)

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the row; what other rows decide included."""
        return self.session.findings(self.line)

    def located(self, findings: Sequence[Finding]) -> list[tuple[Finding, Span]]:
        """Findings of the row with where it has them."""
        return list(zip(findings, spans(self.text, [one.place or Place() for one in findings]), strict=True))

    def column(self, position: types.Position) -> int:
        """The column in code points of a position in this line."""
        return from_units(self.line.text, position.character, self.document.encoding)

    def range(self, span: Span) -> types.Range:
        """A stretch of the row in the units of the client."""
        return types.Range(*(self.position(column) for column in (span.start, span.end)))

    def ranges(self, found: Sequence[Span]) -> list[types.Range]:
        """Many stretches of the row in the units of the client, in one walk over it."""
        columns = (column for span in found for column in (span.start, span.end))
        units = all_to_units(self.line.text, columns, self.document.encoding)
        return [
            types.Range(*(types.Position(self.number, units[column]) for column in (span.start, span.end)))
            for span in found
        ]

    def position(self, column: int) -> types.Position:
        """A column of the row in the units of the client."""
        return types.Position(self.number, to_units(self.line.text, column, self.document.encoding))

    def node(self, pointer: Pointer) -> Node | None:
        """The value at a pointer in the tree; None where nothing stands there, or too far behind."""
        return self.tree.root.at(pointer) if self.tree.root else None

    def pointed(self, pointer: str) -> Node | None:
        """The value at a JSON Pointer as it is written; None where nothing stands there."""
        node = self.tree.root
        for name in pointer_names(pointer):
            is_index = node is not None and node.kind == "array" and _INDEX.fullmatch(name)
            node = node and node.at((int(name) if is_index else name,))
        return node

    def extent(self, place: Place) -> Span | None:
        """All columns of the value at a place, an object or array whole; None where nothing stands there."""
        node = self.node(place.pointer)
        if node is None:
            return None
        return node.key if place.part == "key" and node.key else node.span
