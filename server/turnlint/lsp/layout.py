"""Rows laid out over lines for somebody to read: in small steps, and in a document of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException

from turnlint.lsp.document import row_bytes
from turnlint.lsp.pace import Pace
from turnlint.lsp.shelf import shelf

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["laid_out", "show"]

_MOST = 5_000_000
"""More code points than this are not laid out."""
_STEP = 500
"""So many pieces are laid out between two looks at the clock."""


async def laid_out(text: str, number: int, lay: Callable[[str], Iterator[str]], pace: Pace) -> str:
    """Put together the pieces that `lay` makes of the row with a 0-based number.

    Raises JsonRpcException where they are too many, or as `Pace.breathe` does.
    """
    pieces, left = lay(text), _MOST
    parts: list[str] = []
    while part := "".join(islice(pieces, _STEP)):
        left -= len(part)
        if left < 0:
            words = f"row {number + 1:,} is too large to be shown: more than {_MOST:,} characters"
            raise JsonRpcException(words, types.LSPErrorCodes.RequestFailed)
        parts.append(part)
        await pace.breathe()
    return "".join(parts)


def show(server: Server, uri: str, name: str, text: str) -> None:
    """Have the client show a text that comes from a document, if it can: in a file of this name."""
    if not get_capability(server.client_capabilities, "window.show_document.support", False):
        return
    try:
        path = shelf().put(uri, name, row_bytes(f"{text}\n"))
    except OSError as error:
        server.warn(f"The row cannot be shown in a file: {error.strerror}.")
    else:
        server.window_show_document(types.ShowDocumentParams(path.as_uri(), take_focus=True))
