"""The client asks what can be folded.

Rows of JSONL are single lines, and a blank one is a fault that should be seen: nothing can be folded there.
What is laid out over many lines instead, one array or pretty-printed values, folds at its objects and arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from turnlint.lsp.listing import MOST_ITEMS, Listing
from turnlint.lsp.protocol import Written
from turnlint.text.folding import Folds

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_FOLDING_RANGE


async def handle(server: Server, params: types.FoldingRangeParams) -> Written | None:
    """Give the folds that nest least deep, if there are too many."""
    session = server.session(params.text_document.uri)
    found = await session.known() if session else None
    if session is None or found is None or found.jsonl:
        return None
    wanted = get_capability(server.client_capabilities, "text_document.folding_range.range_limit", MOST_ITEMS)
    folds = Folds(min(wanted, MOST_ITEMS))
    answer = Listing(session.document)
    for line in session.document.store:
        folds.add(line.text)
        await answer.add()
    for fold in folds.result():
        await answer.add({"startLine": fold.start, "endLine": fold.end})
    return answer.written()
