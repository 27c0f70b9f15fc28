"""A row of an open document as requests about it see it: text, tree, example, and ranges for the client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from turnlint.formats import detect
from turnlint.lsp.document import Document, row_text
from turnlint.model import Example, Finding, Place, Span
from turnlint.text.lines import Line
from turnlint.text.scan import spans
from turnlint.text.tree import Tree, read
from turnlint.text.units import from_units, to_units

if TYPE_CHECKING:
    from turnlint.formats import Format
    from turnlint.lsp.session import Session

__all__ = ["RowView"]


class RowView:
    """One line of a document as it is now. Not for keeping across an `await`: an edit may take it away."""

    def __init__(self, session: Session, number: int) -> None:
        """`number` is the 0-based line. Raises IndexError where there is none."""
        self.session = session
        self.number = number
        self.line: Line = self.document.store.line(number)
        self.text = row_text(self.line.text)
        """The row, with as many columns as the line has."""

    @property
    def document(self) -> Document:
        """The document that it is a row of."""
        return self.session.document

    @cached_property
    def tree(self) -> Tree:
        """The row as a tree, whole or broken."""
        return read(self.text)

    @property
    def value(self) -> Any:
        """The row decoded, as far as it could be read."""
        return self.tree.value

    @cached_property
    def format(self) -> Format | None:
        """The format that the row is judged by, else the one that it looks like."""
        return self.session.format or detect(self.value)

    @cached_property
    def example(self) -> Example | None:
        """The row as turns; None where no format is known or the row holds no object."""
        if self.format is None or type(self.value) is not dict:
            return None
        return self.format.example(self.value)

    @cached_property
    def findings(self) -> list[tuple[Finding, Span]]:
        """What is wrong with the row, and where; what other rows decide included."""
        found = self.session.findings(self.line)
        return list(zip(found, spans(self.text, [one.place or Place() for one in found]), strict=True))

    def column(self, position: types.Position) -> int:
        """The column in code points of a position in this line."""
        return from_units(self.line.text, position.character, self.document.encoding)

    def range(self, span: Span) -> types.Range:
        """A stretch of the row in the units of the client."""
        return types.Range(*(self.position(column) for column in (span.start, span.end)))

    def position(self, column: int) -> types.Position:
        """A column of the row in the units of the client."""
        return types.Position(self.number, to_units(self.line.text, column, self.document.encoding))

    def extent(self, place: Place) -> Span | None:
        """All columns of the value at a place, an object or array whole; None where nothing stands there."""
        node = self.tree.root.at(place.pointer) if self.tree.root else None
        if node is None:
            return None
        return node.key if place.part == "key" and node.key else node.span
