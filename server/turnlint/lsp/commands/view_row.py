"""Give a row as a conversation, for a client that shows it beside the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import to_builtins

from turnlint.lsp.document import BLANKS
from turnlint.lsp.pace import Pace
from turnlint.lsp.protocol import Written, dump
from turnlint.lsp.row_view import view_of

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.viewRow"


async def handle(server: Server, uri: str, line: int) -> Written | None:
    """View the row on a 0-based line as `lsp/row_view` has it; None where there is none to be viewed.

    The client is told by `turnlint/rowRefresh` to ask again when tokens have come, or other settings.
    """
    server.refresh.asked.add("row")
    session = server.session(uri)
    found = await session.known() if session else None
    row = server.row(uri, line)
    if found is None or not found.jsonl or row is None or not row.text.strip(BLANKS):
        return None
    pace = Pace(row.document)
    lengths = await pace.wait(row.session.measured(row.line))
    rows, findings = row.session.sum_up().rows, row.findings

    def written() -> bytes:
        return dump(to_builtins(view_of(row, rows, findings, lengths)))

    return Written(await pace.work(row.text, written))
