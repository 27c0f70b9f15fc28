"""Show a row laid out over lines, in a document of its own where the client can open one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcInvalidParams

from turnlint.lsp.layout import laid_out, show
from turnlint.lsp.pace import Pace
from turnlint.lsp.recognise import name_of
from turnlint.text.pretty import pretty

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.showRow"


async def handle(server: Server, uri: str, line: int) -> str:
    """Lay out the row on a 0-based line of an open document, and have the client show it.

    Gives the text. Raises JsonRpcException where there is no such row, or it is too large.
    """
    row = server.row(uri, line)
    if row is None:
        raise JsonRpcInvalidParams(f"line {line} is no row of an open document")
    text = await laid_out(row.text, line, pretty, Pace(row.document))
    show(server, uri, f"{name_of(uri)} row {line + 1}.json", text)
    return text
