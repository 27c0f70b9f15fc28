"""The client asks for the diagnostics of a document, if it said in its options that it would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from xxhash import xxh3_64_hexdigest

from turnlint.lsp.protocol import Written, dump

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_DIAGNOSTIC
OPTIONS = types.DiagnosticOptions(
    inter_file_dependencies=False, workspace_diagnostics=False, identifier="turnlint"
)


async def handle(server: Server, params: types.DocumentDiagnosticParams) -> Written:
    """Give all diagnostics, or say that they are those that the client has."""
    session = server.session(params.text_document.uri)
    body = b"[]" if session is None else await session.report()
    known = xxh3_64_hexdigest(body)
    if known == params.previous_result_id:
        return Written(dump({"kind": "unchanged", "resultId": known}))
    return Written(b'{"kind":"full","resultId":%b,"items":%b}' % (dump(known), body))
