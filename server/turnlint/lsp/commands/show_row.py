"""Show a row laid out over lines, in a document of its own where the client can open one."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from turnlint.lsp.document import row_bytes
from turnlint.lsp.pace import Pace
from turnlint.lsp.recognise import name_of
from turnlint.lsp.shelf import shelf
from turnlint.lsp.view import RowView
from turnlint.text.pretty import pretty

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.showRow"

_MOST = 5_000_000
"""More code points than this are not laid out."""
_STEP = 500
"""So many pieces are laid out between two looks at the clock."""


async def handle(server: Server, uri: str, line: int) -> str:
    """Lay out the row on a 0-based line of an open document, and have the client show it.

    Gives the text. Raises JsonRpcException where there is no such row, or it is too large.
    """
    row = server.row(uri, line)
    if row is None:
        raise JsonRpcInvalidParams(f"line {line} is no row of an open document")
    text = await _laid_out(row)
    if get_capability(server.client_capabilities, "window.show_document.support", False):
        try:
            path = shelf().put(uri, f"{name_of(uri)} row {line + 1}.json", row_bytes(f"{text}\n"))
        except OSError as error:
            server.warn(f"The row cannot be shown in a file: {error.strerror}.")
        else:
            server.window_show_document(types.ShowDocumentParams(path.as_uri(), take_focus=True))
    return text


async def _laid_out(row: RowView) -> str:
    pace = Pace(row.document)
    pieces, left = pretty(row.text), _MOST
    parts: list[str] = []
    while part := "".join(islice(pieces, _STEP)):
        left -= len(part)
        if left < 0:
            words = f"row {row.number + 1:,} is too large to be shown: more than {_MOST:,} characters"
            raise JsonRpcException(words, types.LSPErrorCodes.RequestFailed)
        parts.append(part)
        await pace.breathe()
    return "".join(parts)
