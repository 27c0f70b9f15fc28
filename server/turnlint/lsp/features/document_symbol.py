"""The client asks for the outline of a document: its rows, and what they consist of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.capabilities import get_capability

from turnlint.lsp.document import BLANKS
from turnlint.lsp.listing import MOST_ITEMS, Listing
from turnlint.lsp.outline import Item, Kind
from turnlint.lsp.protocol import Written
from turnlint.lsp.ranges import written_range
from turnlint.lsp.view import RowView
from turnlint.model import Span
from turnlint.text.lines import Line

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_DOCUMENT_SYMBOL
OPTIONS = types.DocumentSymbolOptions(label="turnlint")

_TOKENS = 40_000
"""So much of a row is taken apart: what takes some fifty milliseconds."""
_NESTED = "text_document.document_symbol.hierarchical_document_symbol_support"
_KINDS: dict[Kind, types.SymbolKind] = {
    "row": types.SymbolKind.Namespace,
    "group": types.SymbolKind.Array,
    "turn": types.SymbolKind.String,
    "tool": types.SymbolKind.Function,
}
"""Of those that clients know who name none."""


async def handle(server: Server, params: types.DocumentSymbolParams) -> Written | None:
    """Give the rows first, then what is in them, from the first row on, as far as there is room."""
    session = server.session(params.text_document.uri)
    found = await session.known() if session else None
    if session is None or found is None or not found.jsonl:
        return None
    nested = get_capability(server.client_capabilities, _NESTED, False)
    answer = Listing(session.document)
    rows: dict[Line, int] = {}
    for number, line in enumerate(session.document.store):
        if line.text.strip(BLANKS):
            rows[line] = number
        if len(rows) == MOST_ITEMS:
            break
        await answer.add()
    room = MOST_ITEMS - len(rows)
    for number in rows.values():
        row = RowView(session, number, _TOKENS)
        item = await answer.work(row.text, partial(session.outlines.of, row, room))
        room -= item.size - 1
        symbol = _Symbol(session.document.uri, number)
        await answer.add(*([symbol.nested(item)] if nested else symbol.flat(item)))
    session.outlines.keep(rows)
    return answer.written()


class _Symbol:
    """Writes entries of one row as symbols of LSP."""

    def __init__(self, uri: str, number: int) -> None:
        self._uri = uri
        self._number = number

    def nested(self, item: Item) -> dict[str, Any]:
        """The entry with those below it."""
        symbol = {
            "name": self._name(item),
            "detail": item.detail,
            "kind": _KINDS[item.kind],
            "range": self._range(item.span),
            "selectionRange": self._range(item.selection),
        }
        if item.children:
            symbol["children"] = [self.nested(child) for child in item.children]
        return symbol

    def flat(self, item: Item, container: str = "") -> Iterator[dict[str, Any]]:
        """The entry and those below it, for clients that know no tree."""
        name = self._name(item)
        location = {"uri": self._uri, "range": self._range(item.span)}
        yield {"name": name, "kind": _KINDS[item.kind], "location": location, "containerName": container}
        for child in item.children:
            yield from self.flat(child, name)

    def _name(self, item: Item) -> str:
        if item.kind != "row":
            return item.name
        return f"{self._number + 1}: {item.name}" if item.name else f"{self._number + 1}"

    def _range(self, span: Span) -> dict[str, Any]:
        return written_range((self._number, span.start), (self._number, span.end))
