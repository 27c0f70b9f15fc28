"""Have the client change a text of a row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException

from turnlint.lsp.edits import one_edit
from turnlint.lsp.pace import Pace
from turnlint.lsp.view import RowView
from turnlint.model import Span
from turnlint.text.reword import reworded
from turnlint.text.scan import Reading

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.editText"

_AGAIN = "Look at it again, and repeat the change."


async def handle(server: Server, uri: str, line: int, pointer: str, before: str, after: str) -> bool:
    """Replace the text `before`, of the string at a JSON Pointer in a 0-based line, by `after`.

    Gives True once the client has done so, or where both are the same. Raises JsonRpcException where the row
    does not say `before`, or the client refuses the edit.
    """
    row = server.row(uri, line)
    if row is None:
        raise _failure("There is no such row any more. Look at the file again, and repeat the change.")
    if not get_capability(server.client_capabilities, "workspace.apply_edit", False):
        raise _failure("This editor takes no edits from a language server: edit the row itself.")
    pace = Pace(row.document)
    change = await pace.work(row.text, partial(_change, row, pointer, before, after))
    if change is None:
        return True
    span, words = change
    edit = one_edit(server, row.document, types.TextEdit(row.range(span), words))
    params = types.ApplyWorkspaceEditParams(edit, f"Edit text in row {line + 1:,}")
    try:
        answer = await server.workspace_apply_edit_async(params)
    except JsonRpcException as error:
        raise _failure(f"The editor did not change the row: {error.message}") from None
    if not answer.applied:
        why = f": {answer.failure_reason}" if answer.failure_reason else f". {_AGAIN}"
        raise _failure(f"The editor did not change the row{why}")
    return True


def _change(row: RowView, pointer: str, before: str, after: str) -> tuple[Span, str] | None:
    """What takes whose place; None for nothing. Raises JsonRpcException where `before` is not there."""
    node = row.pointed(pointer)
    if node is not None and node.kind == "string":
        reading = Reading(row.text, node.start, node.end)
        if reading.is_closed and reading.value == before:
            return reworded(row.text, node.span, after)
    raise _failure(f"The row has changed meanwhile. {_AGAIN}")


def _failure(words: str) -> JsonRpcException:
    return JsonRpcException(words, types.LSPErrorCodes.RequestFailed)
