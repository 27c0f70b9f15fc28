"""The client asks for hints to show between the characters of some lines.

They stand before the row: behind it, where its line ends, hardly anybody would ever see them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from turnlint.formats.brief import composition, counts
from turnlint.lsp.lengths import Lengths
from turnlint.lsp.listing import MOST_ITEMS, Listing
from turnlint.lsp.protocol import Written
from turnlint.lsp.view import RowView
from turnlint.model import Example

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_INLAY_HINT


async def handle(server: Server, params: types.InlayHintParams) -> Written | None:
    """Say of each row in the range what it consists of, if all of it can be read."""
    session = server.session(params.text_document.uri)
    found = await session.known() if session else None
    if session is None or found is None or not found.jsonl:
        return None
    answer = Listing(session.document)
    counting = server.settings.options.inlay_tokens
    uncounted = []
    for number in _begun(params.range, session.document.store.count):
        row = RowView(session, number)
        length = session.length(row.line) if counting else None
        example = await answer.work(row.text, partial(_example, row))
        if example is not None:
            await answer.add(*_hint(row, example, length))
            uncounted += [row.line] if length is None else []
    if counting:
        session.tokens.show(uncounted)
    return answer.written()


def _begun(range_: types.Range, count: int) -> range:
    """The lines whose beginning is in a range, as many as are answered at once."""
    start, end = range_.start, range_.end
    first = max(start.line + (start.character > 0), 0)
    return range(first, min(end.line + 1, count, first + MOST_ITEMS))


def _example(row: RowView) -> Example | None:
    """What a row holds, if all of it can be read."""
    example = row.example if not row.is_long and row.is_whole else None
    return example if example is not None and example.all_turns else None


def _hint(row: RowView, example: Example, length: Lengths | None) -> Iterator[dict[str, Any]]:
    """The hint of a row, if there is one."""
    words = [counts(example), length.brief() if length else ""]
    label = " · ".join(filter(None, words))
    if label:
        tooltip = "\n".join([*composition(example), *([length.row()] if length else [])])
        position = {"line": row.number, "character": 0}
        yield {"position": position, "label": label, "tooltip": tooltip, "paddingRight": True}
