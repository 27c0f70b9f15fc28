"""Changes of rows as edits for the client, each written as JSON at once: an answer may hold thousands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from lsprotocol import types
from orjson import Fragment
from pygls.capabilities import get_capability

from turnlint.lsp.document import BOM, Document
from turnlint.lsp.protocol import dump
from turnlint.lsp.ranges import Position, written_range
from turnlint.model import Span
from turnlint.text.differences import shared_ends
from turnlint.text.units import all_to_units, to_units

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["Changes", "deleted_rows", "edited_row", "one_edit", "workspace_edit"]

Changes: TypeAlias = Sequence[tuple[Span, str]]
"""What replaces spans of a row, from left to right; the spans do not overlap."""


def edited_row(document: Document, number: int, fixes: Iterable[Changes]) -> list[tuple[bytes, ...]]:
    """Write each of some fixes of a row. What stays the same is not touched."""
    text = document.store.line(number).text
    least = [[one for change in changes for one in _least(text, *change)] for changes in fixes]
    columns = (at for changes in least for span, _ in changes for at in (span.start, span.end))
    units = all_to_units(text, columns, document.encoding)
    return [
        tuple(_edit((number, units[span.start]), (number, units[span.end]), new) for span, new in changes)
        for changes in least
    ]


def deleted_rows(document: Document, numbers: Iterable[int]) -> Iterator[bytes]:
    """Write what takes rows away whole, by their 0-based lines in ascending order."""
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    lines = ([number for _, number in run] for _, run in runs)
    return (_deletion(document, run[0], run[-1]) for run in lines)


def workspace_edit(server: Server, document: Document, edits: Iterable[bytes]) -> dict[str, Any]:
    """Edits of a document as the client takes them: for this version of it alone, if it can say so."""
    written = Fragment(b"[%b]" % b",".join(edits))
    if not _takes_versions(server):
        return {"changes": {document.uri: written}}
    meant = {"uri": document.uri, "version": document.version}
    return {"documentChanges": [{"textDocument": meant, "edits": written}]}


def one_edit(server: Server, document: Document, edit: types.TextEdit) -> types.WorkspaceEdit:
    """An edit of a document as a request of our own takes it: for this version of it, as `workspace_edit`."""
    if not _takes_versions(server):
        return types.WorkspaceEdit(changes={document.uri: [edit]})
    meant = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(meant, [edit])])


def _takes_versions(server: Server) -> bool:
    return get_capability(server.client_capabilities, "workspace.workspace_edit.document_changes", False)


def _least(text: str, span: Span, content: str) -> Iterator[tuple[Span, str]]:
    """The same change with what stands already left alone: around it, or at both of its ends."""
    start, end = span.start, span.end
    old = text[start:end]
    kept = content.find(old) if old else -1
    if kept >= 0:
        parts = [(Span(start, start), content[:kept]), (Span(end, end), content[kept + len(old) :])]
        yield from ((place, part) for place, part in parts if part)
        return
    head, tail = shared_ends(old, content)
    yield Span(start + head, end - tail), content[head : len(content) - tail]


def _deletion(document: Document, first: int, last: int) -> bytes:
    """Take a run of lines with their line ends; where the last one has none, take the one before the run."""
    store = document.store
    line = store.line(last)
    start = (first, to_units(BOM, 1, document.encoding) if _has_bom(document, first) else 0)
    if line.end:
        return _edit(start, (last + 1, 0), "")
    end = (last, to_units(line.text, len(line.text), document.encoding))
    if first == 0:
        return _edit(start, end, "")
    before = store.line(first - 1).text
    return _edit((first - 1, to_units(before, len(before), document.encoding)), end, "")


def _has_bom(document: Document, number: int) -> bool:
    """Whether the byte order mark of the text stands in this line, and is to stay."""
    return number == 0 and document.store.line(0).text.startswith(BOM)


def _edit(start: Position, end: Position, content: str) -> bytes:
    return dump({"range": written_range(start, end), "newText": content})
