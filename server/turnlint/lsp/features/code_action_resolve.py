"""The user has chosen an action whose edits were left for later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from lsprotocol import types
from orjson import Fragment
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from turnlint.lsp.actions import Later, all_actions
from turnlint.lsp.edits import workspace_edit
from turnlint.lsp.pace import Pace
from turnlint.lsp.protocol import Written, dump

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.CODE_ACTION_RESOLVE


async def handle(server: Server, params: types.CodeAction) -> Written:
    """Give the action back with its edits.

    Raises JsonRpcException (ContentModified) if the document is another than the one it was offered for.
    """
    try:
        later = msgspec.convert(params.data, Later)
        action = all_actions()[later.action]
    except (msgspec.ValidationError, KeyError):
        raise JsonRpcInvalidParams("this action was not offered here") from None
    session = server.session(later.uri)
    if session is None or session.document.version != later.version:
        raise JsonRpcException("the document was edited meanwhile", types.LSPErrorCodes.ContentModified)
    pace = Pace(session.document)
    edits = await action.edits(session, pace, later)
    await pace.breathe()
    given = server.protocol.plain(params)
    answer = {key: Fragment(dump(value)) for key, value in given.items()}
    return Written(dump({**answer, "edit": workspace_edit(server, session.document, edits)}))
